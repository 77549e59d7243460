//! The vault's partition, volume and file system as one thing, worked on in a thread.
//!
//! Deriving a key takes seconds and a slow stick longer; meanwhile the loop of PID 1 goes
//! on watching devices. One order is under way at a time.

use crate::{
    mounts,
    process::{Child, Program},
    stick::BootStick,
    volume::{self, State, VolumeError},
};
use codes::ErrorCode;
use protocol::{Secret, system::Stage};
use rustix::{
    event::{EventfdFlags, eventfd},
    io::{read, write},
    mount::{MountFlags, mount},
};
use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::Path,
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

/// What to do with the vault.
pub enum Order {
    /// Is there one, and how often was the passphrase wrong?
    Inspect,
    Create {
        passphrase: Secret,
        words: Secret,
    },
    Unlock {
        passphrase: Secret,
    },
    Recover {
        words: Secret,
        new_passphrase: Secret,
    },
    MarkFinished,
}

impl Order {
    pub fn secrets(&self) -> Vec<&Secret> {
        match self {
            Self::Inspect | Self::MarkFinished => Vec::new(),
            Self::Create { passphrase, words } => vec![passphrase, words],
            Self::Unlock { passphrase } => vec![passphrase],
            Self::Recover {
                words,
                new_passphrase,
            } => vec![words, new_passphrase],
        }
    }
}

/// What came of it.
pub enum News {
    Stage(Stage),
    Inspected(Result<State, ErrorCode>),
    /// The file system is mounted, or why not.
    Opened(Result<(), ErrorCode>),
    Marked(Result<(), ErrorCode>),
}

/// Runs orders in threads and wakes the loop when there is news.
pub struct Worker {
    sender: Sender<News>,
    receiver: Receiver<News>,
    wake: Arc<OwnedFd>,
    pub busy: bool,
}

impl Worker {
    pub fn new() -> io::Result<Self> {
        let (sender, receiver) = channel();
        let wake = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        Ok(Self {
            sender,
            receiver,
            wake,
            busy: false,
        })
    }

    /// Starts an order. The caller has made sure that none is under way.
    pub fn start(&mut self, stick: BootStick, order: Order) {
        self.busy = true;
        let (sender, wake) = (self.sender.clone(), self.wake.clone());
        let tell = move |news| {
            let _ = sender.send(news);
            let _ = write(&*wake, &1u64.to_ne_bytes());
        };
        thread::spawn(move || {
            let last = carry_out(&stick, &order, &tell);
            // The secrets are wiped before the loop goes on.
            drop(order);
            tell(last);
        });
    }

    /// What has happened since the last call.
    pub fn news(&mut self) -> Vec<News> {
        let _ = read(&*self.wake, &mut [0; 8]);
        let news: Vec<News> = self.receiver.try_iter().collect();
        if news.iter().any(|n| !matches!(n, News::Stage(_))) {
            self.busy = false;
        }
        news
    }
}

impl AsFd for Worker {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}

fn carry_out(stick: &BootStick, order: &Order, tell: &dyn Fn(News)) -> News {
    match order {
        Order::Inspect => News::Inspected(inspect(stick)),
        Order::MarkFinished => News::Marked(
            existing(stick)
                .and_then(|node| volume::mark_finished(&node).map_err(|error| error.code())),
        ),
        Order::Create { passphrase, words } => {
            News::Opened(or_closed(create(stick, passphrase, words, tell)))
        }
        Order::Unlock { passphrase } => News::Opened(or_closed(open(stick, tell, |node| {
            volume::unlock(node, passphrase.expose().as_bytes(), true)
        }))),
        Order::Recover {
            words,
            new_passphrase,
        } => {
            let opened = open(stick, tell, |node| {
                let (words, new) = (words.expose(), new_passphrase.expose());
                volume::recover(node, words.as_bytes(), new.as_bytes(), true)
            });
            News::Opened(or_closed(opened.map_err(|code| match code {
                ErrorCode::WrongPassphrase => ErrorCode::RecoveryWordsWrong,
                other => other,
            })))
        }
    }
}

fn inspect(stick: &BootStick) -> Result<State, ErrorCode> {
    match stick.vault() {
        Ok(None) => Ok(State::Unfinished),
        Ok(Some(node)) => volume::inspect(&node).map_err(|error| error.code()),
        Err(_) => Err(ErrorCode::StickIo),
    }
}

fn existing(stick: &BootStick) -> Result<std::path::PathBuf, ErrorCode> {
    stick
        .vault()
        .map_err(|_| ErrorCode::StickIo)?
        .ok_or(ErrorCode::VaultDamaged)
}

fn create(
    stick: &BootStick,
    passphrase: &Secret,
    words: &Secret,
    tell: &dyn Fn(News),
) -> Result<(), ErrorCode> {
    // Asked again, of the stick itself: a vault is never overwritten.
    if inspect(stick)? != State::Unfinished {
        return Err(ErrorCode::VaultExists);
    }
    tell(News::Stage(Stage::Partitioning));
    let node = match stick.vault().map_err(|_| ErrorCode::StickIo)? {
        Some(node) => node,
        None => stick.make_vault()?,
    };
    tell(News::Stage(Stage::DerivingKey));
    let (passphrase, words) = (passphrase.expose(), words.expose());
    volume::create(&node, passphrase.as_bytes(), words.as_bytes(), true)
        .map_err(|error| error.code())?;
    tell(News::Stage(Stage::MakingFileSystem));
    make_file_system()?;
    tell(News::Stage(Stage::Mounting));
    mount_vault()
}

fn open(
    stick: &BootStick,
    tell: &dyn Fn(News),
    unlock: impl FnOnce(&Path) -> Result<(), VolumeError>,
) -> Result<(), ErrorCode> {
    let node = existing(stick)?;
    tell(News::Stage(Stage::DerivingKey));
    unlock(&node).map_err(|error| error.code())?;
    tell(News::Stage(Stage::Mounting));
    mount_vault()
}

/// A volume that opened but could not be used does not stay open.
fn or_closed(result: Result<(), ErrorCode>) -> Result<(), ErrorCode> {
    if result.is_err() && Path::new(volume::OPEN).exists() {
        let _ = volume::close();
    }
    result
}

/// ext4 for a flash stick. Nothing is left for the kernel to finish in the background:
/// a stick may be pulled a minute later.
fn make_file_system() -> Result<(), ErrorCode> {
    let owner = Program::Keeper.uid();
    let extended =
        format!("lazy_itable_init=0,lazy_journal_init=0,nodiscard,root_owner={owner}:{owner}");
    let arguments = [
        "-q",
        "-F",
        "-t",
        "ext4",
        "-b",
        "4096",
        // The keeper alone writes here: no blocks are kept back for root.
        "-m",
        "0",
        // A handful of large files: one inode for 256 KiB keeps the tables small.
        "-i",
        "262144",
        "-J",
        "size=16",
        "-O",
        "64bit,metadata_csum,^resize_inode",
        "-L",
        "kuramori",
        "-E",
        &extended,
        volume::OPEN,
    ];
    let made = Child::tool("/sbin/mke2fs", &arguments).map_err(|_| ErrorCode::Internal)?;
    match made.join() {
        0 => Ok(()),
        _ => Err(ErrorCode::StickIo),
    }
}

fn mount_vault() -> Result<(), ErrorCode> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC | MountFlags::NOATIME;
    // Data reaches the stick before the journal says so; after the first sign of
    // corruption nothing is written any more.
    let options = c"data=ordered,errors=remount-ro";
    mount(volume::OPEN, mounts::VAULT, "ext4", flags, options).map_err(|_| ErrorCode::VaultDamaged)
}
