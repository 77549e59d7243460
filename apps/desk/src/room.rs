//! The desk's loop: what init does on the stick, between the same processes.

use crate::part::{self, KeeperProcess, PorterProcess};
use crate::sticks::{Change, Sticks};
use codes::ErrorCode;
use protocol::settings::{FILE_BYTES, Settings};
use protocol::system::{DeviceId, Event, Request, Stage, VaultState, Welcome};
use protocol::vessel::{CHUNK, Circumstances, FromInit, FromKeeper, PorterEnd};
use protocol::{FrameReader, encode};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::Serialize;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// How often the folder of sticks is looked at, in nanoseconds.
const LOOK_NANOSECONDS: i64 = 100_000_000;

/// The clock that can be confirmed, as init has it: 2025-01-01 to 2099-12-31 UTC.
const PLAUSIBLE: std::ops::Range<i64> = 1_735_689_600..4_102_444_800;

/// The ends of the kiosk's pipes that the desk holds. Those to the keeper are passed on
/// when it starts.
pub(crate) struct KioskSide {
    pub(crate) from_kiosk: OwnedFd,
    pub(crate) to_kiosk: OwnedFd,
    pub(crate) keeper_in: OwnedFd,
    pub(crate) keeper_out: OwnedFd,
}

pub(crate) struct Room {
    folder: PathBuf,
    program: PathBuf,
    kiosk: Line,
    keeper_pipes: (OwnedFd, OwnedFd),
    keeper: Option<(KeeperProcess, FrameReader)>,
    porter: Option<(PorterProcess, DeviceId)>,
    sticks: Sticks,
    greeted: bool,
    clock_confirmed: bool,
}

struct Line {
    read: OwnedFd,
    write: OwnedFd,
    frames: FrameReader,
}

/// The day is over: the kiosk is gone, or it asked for power off.
struct Over;

type Go = Result<(), Over>;

impl Room {
    pub(crate) fn new(folder: &Path, program: &Path, side: KioskSide) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        Ok(Self {
            sticks: Sticks::new(folder.join("sticks"))?,
            folder,
            program: program.to_owned(),
            kiosk: Line {
                read: side.from_kiosk,
                write: side.to_kiosk,
                frames: FrameReader::default(),
            },
            keeper_pipes: (side.keeper_in, side.keeper_out),
            keeper: None,
            porter: None,
            greeted: false,
            clock_confirmed: false,
        })
    }

    pub(crate) fn live(mut self) {
        while self.round().is_ok() {}
        self.close_keeper();
        let _ = tell(&self.kiosk.write, &Event::PoweringOff);
    }

    fn round(&mut self) -> Go {
        let mut fds = vec![PollFd::new(&self.kiosk.read, PollFlags::IN)];
        if let Some((keeper, _)) = &self.keeper {
            fds.push(PollFd::new(&keeper.from, PollFlags::IN));
        }
        if let Some((porter, _)) = &self.porter {
            fds.push(PollFd::new(&porter.from, PollFlags::IN));
        }
        let look = Timespec {
            tv_sec: 0,
            tv_nsec: LOOK_NANOSECONDS,
        };
        poll(&mut fds, Some(&look)).map_err(|_| Over)?;
        let ready: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
        drop(fds);
        let keeper_ready = self.keeper.is_some() && ready[1];
        let porter_ready = self.porter.is_some() && ready.last() == Some(&true);
        if ready[0] {
            self.hear_kiosk()?;
        }
        if keeper_ready {
            self.hear_keeper()?;
        }
        if porter_ready {
            self.hear_porter()?;
        }
        self.look_at_sticks()
    }

    fn hear_kiosk(&mut self) -> Go {
        let bytes = read(&self.kiosk.read)?;
        self.kiosk.frames.push(&bytes);
        while let Some(request) = self.kiosk.frames.next::<Request>().map_err(|_| Over)? {
            self.answer_kiosk(request)?;
        }
        Ok(())
    }

    fn answer_kiosk(&mut self, request: Request) -> Go {
        match request {
            Request::Hello => {
                self.sticks.look();
                self.greeted = true;
                let welcome = Welcome {
                    release: concat!("desk ", env!("CARGO_PKG_VERSION")).into(),
                    unix_seconds: now(),
                    clock_confirmed: self.clock_confirmed,
                    vault: self.vault_state(),
                    wait_seconds: 0,
                    secure_boot: false,
                    sticks: self.sticks.present(),
                    settings: self.settings(),
                };
                self.tell_kiosk(&Event::Welcome(welcome))
            }
            Request::ConfirmClock { unix_seconds } if PLAUSIBLE.contains(&unix_seconds) => {
                self.clock_confirmed = true;
                self.tell_kiosk(&Event::ClockSet)
            }
            Request::ConfirmClock { .. } => self.refuse(ErrorCode::ClockImplausible),
            Request::CreateVault { .. } => match self.vault_state() {
                VaultState::None => {
                    self.tell_kiosk(&Event::Working(Stage::MakingFileSystem))?;
                    match self.start_over() {
                        Ok(()) => self.open(),
                        Err(_) => self.refuse(ErrorCode::StickIo),
                    }
                }
                _ => self.refuse(ErrorCode::VaultExists),
            },
            Request::Unlock { .. } | Request::Recover { .. } => match self.vault_state() {
                VaultState::None => self.refuse(ErrorCode::NotAllowedNow),
                _ => self.open(),
            },
            Request::DecideDevice { .. } => Ok(()),
            Request::KeepSettings(settings) => {
                let kept = self.keep_settings(settings).is_ok();
                self.tell_kiosk(&Event::SettingsKept { kept })
            }
            Request::PowerOff => Err(Over),
        }
    }

    fn settings_file(&self) -> PathBuf {
        self.folder.join(protocol::settings::FILE)
    }

    fn settings(&self) -> Settings {
        Settings::of_file(&std::fs::read(self.settings_file()).unwrap_or_default())
    }

    /// The same file as on a stick's boot partition.
    fn keep_settings(&self, settings: Settings) -> io::Result<()> {
        let path = self.settings_file();
        let mut file = std::fs::read(&path)
            .ok()
            .filter(|file| file.len() == FILE_BYTES)
            .unwrap_or_else(|| Settings::fresh_file().to_vec());
        if let Some((at, record)) = settings.change(&file) {
            file[at..at + record.len()].copy_from_slice(&record);
        }
        std::fs::write(path, file)
    }

    /// A first run that was cut leaves nothing behind.
    fn start_over(&self) -> io::Result<()> {
        let vault = self.vault_folder();
        match std::fs::remove_dir_all(&vault) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => std::fs::create_dir_all(&vault),
        }
    }

    fn open(&mut self) -> Go {
        if self.keeper.is_none() {
            let vault = self.vault_folder();
            let started = part::start_keeper(
                &self.program,
                &vault,
                &self.keeper_pipes.0,
                &self.keeper_pipes.1,
            );
            let Ok(keeper) = started else {
                return self.refuse(ErrorCode::Internal);
            };
            self.keeper = Some((keeper, FrameReader::default()));
            self.tell_keeper(&FromInit::Start(Circumstances {
                pc: "0000000000000000".into(),
                pc_name: "Desk".into(),
                clock_confirmed: self.clock_confirmed,
            }))?;
        }
        self.tell_kiosk(&Event::Opened)
    }

    fn hear_keeper(&mut self) -> Go {
        let Some((keeper, frames)) = &mut self.keeper else {
            return Ok(());
        };
        frames.push(&read(&keeper.from)?);
        while let Some((_, frames)) = &mut self.keeper {
            let Some(message) = frames.next::<FromKeeper>().map_err(|_| Over)? else {
                break;
            };
            self.serve_keeper(message)?;
        }
        Ok(())
    }

    fn serve_keeper(&mut self, message: FromKeeper) -> Go {
        match message {
            FromKeeper::FirstRunDone => {
                let mark = std::fs::File::create(self.folder.join("complete"));
                mark.and_then(|file| file.sync_all()).map_err(|_| Over)?;
                self.tell_keeper(&FromInit::FirstRunMarked)
            }
            FromKeeper::StartPorter { device } => self.start_porter(device),
            FromKeeper::PorterData(bytes) => {
                if let Some((porter, _)) = &self.porter {
                    // A porter that died says so through its own pipe.
                    let _ = part::write_all(&porter.to, &bytes);
                }
                Ok(())
            }
            FromKeeper::StopPorter => {
                if let Some((porter, _)) = &mut self.porter {
                    porter.kill();
                }
                Ok(())
            }
            FromKeeper::KioskForgotten | FromKeeper::Session { .. } | FromKeeper::Closed => Ok(()),
        }
    }

    fn start_porter(&mut self, device: DeviceId) -> Go {
        let Some((image, hardware)) = self.sticks.find(device) else {
            return self.tell_keeper(&FromInit::PorterEnded(PorterEnd::StickGone));
        };
        let hardware = hardware.clone();
        let size = std::fs::metadata(image).map_or(0, |m| m.len());
        match part::start_porter(&self.program, image) {
            Ok(porter) => {
                self.porter = Some((porter, device));
                self.tell_keeper(&FromInit::PorterStarted { hardware, size })
            }
            Err(_) => self.tell_keeper(&FromInit::PorterEnded(PorterEnd::Failed)),
        }
    }

    fn hear_porter(&mut self) -> Go {
        let Some((porter, device)) = &mut self.porter else {
            return Ok(());
        };
        if let Ok(bytes) = read(&porter.from) {
            return self.tell_keeper(&FromInit::PorterData(bytes.to_vec()));
        }
        let end = match porter.wait() {
            _ if self.sticks.find(*device).is_none() => PorterEnd::StickGone,
            true => PorterEnd::Done,
            false => PorterEnd::Failed,
        };
        self.porter = None;
        self.tell_keeper(&FromInit::PorterEnded(end))
    }

    fn look_at_sticks(&mut self) -> Go {
        if !self.greeted {
            return Ok(());
        }
        for change in self.sticks.look() {
            match change {
                Change::Present(stick) => self.tell_kiosk(&Event::StickPresent(stick))?,
                Change::Gone(device) => {
                    if let Some((porter, at)) = &mut self.porter
                        && *at == device
                    {
                        porter.kill();
                    }
                    self.tell_kiosk(&Event::StickGone { device })?;
                }
            }
        }
        Ok(())
    }

    /// Lets the keeper finish, and waits for it.
    fn close_keeper(&mut self) {
        if self.tell_keeper(&FromInit::Close).is_ok() {
            while self.keeper.is_some() && self.hear_keeper().is_ok() {
                if let Some((_, _)) = &self.porter {
                    let _ = self.hear_porter();
                }
            }
        }
        if let Some((keeper, _)) = &mut self.keeper {
            keeper.wait();
        }
    }

    fn vault_state(&self) -> VaultState {
        match (&self.keeper, self.folder.join("complete").exists()) {
            (_, false) => VaultState::None,
            (None, true) => VaultState::Locked,
            (Some(_), true) => VaultState::Open,
        }
    }

    fn vault_folder(&self) -> PathBuf {
        self.folder.join("vault")
    }

    fn refuse(&self, code: ErrorCode) -> Go {
        self.tell_kiosk(&Event::Refused {
            code,
            wait_seconds: 0,
        })
    }

    fn tell_kiosk(&self, event: &Event) -> Go {
        tell(&self.kiosk.write, event)
    }

    fn tell_keeper(&self, message: &FromInit) -> Go {
        match &self.keeper {
            Some((keeper, _)) => tell(&keeper.to, message),
            None => Ok(()),
        }
    }
}

fn tell<T: Serialize>(fd: &OwnedFd, message: &T) -> Go {
    let frame = encode(message).map_err(|_| Over)?;
    part::write_all(fd, &frame).map_err(|_| Over)
}

/// What one call gives; an end of file is [`Over`].
fn read(fd: &OwnedFd) -> Result<Vec<u8>, Over> {
    let mut bytes = vec![0; CHUNK];
    match rustix::io::read(fd, &mut bytes) {
        Ok(0) | Err(_) => Err(Over),
        Ok(count) => {
            bytes.truncate(count);
            Ok(bytes)
        }
    }
}

fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs() as i64)
}
