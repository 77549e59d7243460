//! One porter job: the stick is let in, opened, given to a porter, and let out again.
//!
//! What keeper and porter say to each other passes through as bytes; init never looks
//! into them.

use crate::{
    channel::{Broken, Inbox, Outbox, pipe},
    process::{Child, Program},
    usb::sysfs::{self, Plug},
};
use protocol::{
    system::{DeviceId, StickHardware},
    vessel::{CHUNK, FromInit, PorterEnd},
};
use rustix::fs::{Mode, OFlags};
use std::{
    io::{self, Seek, SeekFrom},
    os::fd::OwnedFd,
    time::{Duration, Instant},
};
use zeroize::Zeroizing;

/// How long a stick may take until its disk appears.
const DISK_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a porter may say nothing. It reports progress at least every few seconds,
/// unless the stick itself has stopped answering.
const SILENCE: Duration = Duration::from_secs(120);

pub struct Job {
    pub device: DeviceId,
    pub plug: Plug,
    hardware: StickHardware,
    since: Instant,
    pub porter: Option<Porter>,
}

pub struct Porter {
    pub child: Child,
    pub inbox: Inbox,
    pub outbox: Outbox,
    /// It has written its last byte.
    pub closed: bool,
}

/// Where a job stands.
pub enum Step {
    Waiting,
    /// The porter runs now; this goes to the keeper.
    Started(FromInit),
    Ended(PorterEnd),
}

impl Job {
    /// For a stick that was just let in.
    pub fn new(device: DeviceId, plug: Plug, hardware: StickHardware, now: Instant) -> Self {
        Self {
            device,
            plug,
            hardware,
            since: now,
            porter: None,
        }
    }

    /// Starts the porter when the disk is there, and ends a job that takes too long.
    pub fn step(&mut self, now: Instant) -> Step {
        if self.porter.is_some() {
            return match now - self.since > SILENCE {
                true => Step::Ended(PorterEnd::Failed),
                false => Step::Waiting,
            };
        }
        match sysfs::disk(&self.plug) {
            None if now - self.since < DISK_TIMEOUT => Step::Waiting,
            None => Step::Ended(PorterEnd::Failed),
            Some(disk) => match self.start(&disk) {
                // The kernel shows a disk a moment before it can be opened.
                Err(_) if now - self.since < DISK_TIMEOUT => Step::Waiting,
                Ok(size) => {
                    self.since = now;
                    Step::Started(FromInit::PorterStarted {
                        hardware: self.hardware.clone(),
                        size,
                    })
                }
                Err(_) => Step::Ended(PorterEnd::Failed),
            },
        }
    }

    /// The job has not begun: nothing of its time has passed.
    pub fn put_off(&mut self, now: Instant) {
        self.since = now;
    }

    /// Starts the porter on a disk nobody else has open; returns its size in bytes.
    fn start(&mut self, disk: &str) -> io::Result<u64> {
        let device: OwnedFd = rustix::fs::open(
            format!("/dev/{disk}"),
            OFlags::RDWR | OFlags::EXCL | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        let mut file = std::fs::File::from(device);
        let size = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        let (its_input, our_output) = pipe()?;
        let (our_input, its_output) = pipe()?;
        let child = Child::start(Program::Porter, its_input, its_output, vec![file.into()])?;
        self.porter = Some(Porter {
            child,
            inbox: Inbox::new(our_input)?,
            outbox: Outbox::new(our_output)?,
            closed: false,
        });
        Ok(size)
    }

    /// Bytes from the keeper for the porter. Before it runs or after it ended there is
    /// nobody to take them, and the job's end says so.
    pub fn give(&mut self, bytes: Vec<u8>, now: Instant) -> Result<(), Broken> {
        self.since = now;
        match &mut self.porter {
            Some(porter) => porter.outbox.send_bytes(Zeroizing::new(bytes)),
            None => Ok(()),
        }
    }

    /// What the porter has written, in pieces for the keeper. `None` when it closed its end.
    pub fn take(&mut self, now: Instant) -> Option<Vec<FromInit>> {
        let porter = self.porter.as_mut()?;
        let Ok(bytes) = porter.inbox.bytes() else {
            porter.closed = true;
            return None;
        };
        self.since = now;
        Some(
            bytes
                .chunks(CHUNK)
                .map(|piece| FromInit::PorterData(piece.to_vec()))
                .collect(),
        )
    }
}
