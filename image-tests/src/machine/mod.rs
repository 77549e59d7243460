//! One virtual PC: QEMU 7.2, q35, interpreted (TCG: it runs everywhere CI runs), with
//! the firmware, sticks and disks a test asks for, and no network card.

mod console;
mod patience;
mod pc;
mod process;

pub use patience::Patience;
pub use pc::{DiskBus, MEMORY_MIB, Pc};

use crate::{
    artefacts::ArtefactError,
    firmware::FirmwareError,
    qmp::{self, Qmp, QmpError},
    screen::{Picture, PictureError},
    slot::Slot,
    stick::Stick,
};
use process::{Owned, Tpm};
use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// The boot stick's id in QEMU.
const BOOT_STICK: &str = "boot-stick";
/// The PC's only screen.
const SCREEN: &str = "screen";

#[derive(Debug, thiserror::Error)]
pub enum MachineError {
    #[error(transparent)]
    Qmp(#[from] QmpError),
    #[error(transparent)]
    Firmware(#[from] FirmwareError),
    #[error(transparent)]
    Picture(#[from] PictureError),
    #[error(transparent)]
    Artefact(ArtefactError),
    #[error("{0}: {1}")]
    Io(String, io::Error),
    #[error("QEMU could not be started ({0}): run `cargo xtask setup`, which installs it")]
    NoQemu(io::Error),
    #[error("QEMU ended at once: {0}")]
    Ended(String),
    #[error("the machine did not power off within {0:?} of its own work")]
    StillOn(Duration),
    #[error("{0} is still plugged in")]
    StillPlugged(String),
}

fn io_at(path: &Path) -> impl FnOnce(io::Error) -> MachineError {
    let name = path.display().to_string();
    move |e| MachineError::Io(name, e)
}

/// A PC that is on (or was, and still holds its memory). Dropped, it is gone.
#[derive(Debug)]
pub struct Machine {
    qmp: Qmp,
    child: Owned,
    memory: File,
    memory_bytes: u64,
    firmware_log: PathBuf,
    picture_file: PathBuf,
    plugged: u32,
    started: Instant,
    _tpm: Option<Tpm>,
    _sockets: TempDir,
    _slot: Slot,
}

/// How a machine ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    PoweredOff,
    Reset,
    Other,
}

/// One stick in one of the PC's ports.
#[derive(Debug)]
#[must_use = "a plugged stick is pulled by its handle"]
pub struct Plugged {
    device: String,
    node: String,
}

/// One keyboard more in one of the PC's ports.
#[derive(Debug)]
pub struct SecondKeyboard {
    device: String,
}

impl Machine {
    /// Processor time that QEMU used so far, all threads.
    pub fn cpu_time(&self) -> Duration {
        process::cpu_time(self.child.0.id())
    }

    /// Wall time since the machine was switched on.
    pub fn wall_time(&self) -> Duration {
        self.started.elapsed()
    }

    /// What is on the screen now.
    pub fn picture(&mut self) -> Result<Picture, MachineError> {
        self.qmp.execute(&qmp::Screendump {
            filename: self.picture_file.display().to_string(),
            format: qmp::PictureFormat::Ppm,
        })?;
        let bytes = fs::read(&self.picture_file).map_err(io_at(&self.picture_file))?;
        Ok(Picture::from_ppm(&bytes)?)
    }

    /// What the firmware and boot loaders wrote to their text console, without control sequences.
    pub fn firmware_text(&self) -> String {
        console::plain_text(&fs::read(&self.firmware_log).unwrap_or_default())
    }

    /// Lets a guest that reset itself, and was stopped by that, start again as a PC does.
    pub fn start_again(&mut self) -> Result<(), MachineError> {
        let action = |reboot| qmp::SetAction { reboot };
        self.qmp.execute(&action(qmp::RebootAction::Reset))?;
        self.qmp.execute(&qmp::SystemReset {})?;
        // QEMU resets between two commands, and refuses to go on until it did.
        let until = Instant::now() + Duration::from_secs(20);
        while let Err(error) = self.qmp.execute(&qmp::Cont {}) {
            if Instant::now() > until {
                return Err(error.into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        self.qmp.execute(&action(qmp::RebootAction::Shutdown))?;
        Ok(())
    }

    /// Sends key events to the PC's own keyboard.
    pub fn keys(&mut self, events: Vec<qmp::InputEvent>) -> Result<(), MachineError> {
        self.qmp.execute(&qmp::InputSendEvent {
            device: None,
            events,
        })?;
        Ok(())
    }

    /// Sends key events to the second keyboard alone.
    pub fn keys_of_second(
        &mut self,
        _keyboard: &SecondKeyboard,
        events: Vec<qmp::InputEvent>,
    ) -> Result<(), MachineError> {
        self.qmp.execute(&qmp::InputSendEvent {
            device: Some(SCREEN.into()),
            events,
        })?;
        Ok(())
    }

    /// Plugs a stick into a free port.
    pub fn plug(&mut self, stick: &Stick) -> Result<Plugged, MachineError> {
        self.plugged += 1;
        let device = format!("stick{}", self.plugged);
        let node = format!("{device}-node");
        self.qmp.execute(&qmp::BlockdevAdd {
            driver: stick.format(),
            node_name: node.clone(),
            file: qmp::FileNode::new(stick.path()),
        })?;
        self.qmp.execute(&qmp::DeviceAdd::UsbStorage {
            id: device.clone(),
            bus: "xhci.0",
            drive: node.clone(),
            serial: stick.serial().into(),
            removable: true,
        })?;
        Ok(Plugged { device, node })
    }

    /// Pulls a stick; the guest is not asked.
    pub fn pull(&mut self, stick: Plugged) -> Result<(), MachineError> {
        self.remove(&stick.device)?;
        // Requests in flight are cancelled with the device; the node is free soon after.
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            match self.qmp.execute(&qmp::BlockdevDel {
                node_name: stick.node.clone(),
            }) {
                Ok(_) => return Ok(()),
                Err(QmpError::Refused { .. }) if Instant::now() < until => {
                    std::thread::sleep(Duration::from_millis(50));
                }
                Err(e) => return Err(e.into()),
            }
        }
    }

    /// Pulls the stick that was booted.
    pub fn pull_boot_stick(&mut self) -> Result<(), MachineError> {
        self.remove(BOOT_STICK)
    }

    pub fn plug_second_keyboard(&mut self) -> Result<SecondKeyboard, MachineError> {
        self.plugged += 1;
        let device = format!("keyboard{}", self.plugged);
        self.qmp.execute(&qmp::DeviceAdd::UsbKeyboard {
            id: device.clone(),
            bus: "xhci.0",
            display: SCREEN,
        })?;
        Ok(SecondKeyboard { device })
    }

    pub fn pull_second_keyboard(&mut self, keyboard: SecondKeyboard) -> Result<(), MachineError> {
        self.remove(&keyboard.device)
    }

    fn remove(&mut self, device: &str) -> Result<(), MachineError> {
        self.qmp.execute(&qmp::DeviceDel { id: device.into() })?;
        self.qmp
            .event(Duration::from_secs(30), |event| {
                matches!(event, qmp::Event::DeviceDeleted { device: Some(d) } if d == device)
            })?
            .ok_or_else(|| MachineError::StillPlugged(device.into()))?;
        Ok(())
    }

    /// Operations on every named block device so far.
    pub fn block_counts(&mut self) -> Result<Vec<(String, qmp::BlockCounts)>, MachineError> {
        let stats = self
            .qmp
            .execute(&qmp::QueryBlockStats { query_nodes: false })?;
        Ok(stats
            .into_iter()
            .filter_map(|s| Some((s.node_name.or(s.qdev)?, s.stats)))
            .collect())
    }

    /// Presses the power button.
    pub fn power_button(&mut self) -> Result<(), MachineError> {
        self.qmp.execute(&qmp::SystemPowerdown {})?;
        Ok(())
    }

    /// Holds the guest still, for a look at its memory.
    pub fn pause(&mut self) -> Result<(), MachineError> {
        self.qmp.execute(&qmp::Stop {})?;
        Ok(())
    }

    pub fn go_on(&mut self) -> Result<(), MachineError> {
        self.qmp.execute(&qmp::Cont {})?;
        Ok(())
    }

    /// Whether the guest powered off or reset already; it is stopped then.
    pub fn ended(&mut self) -> Result<Option<Ending>, MachineError> {
        self.ending_within(Duration::ZERO)
    }

    /// Waits until the guest powers off or resets, for at most `work` of QEMU's processor
    /// time (a guest that is stuck and idle is given up after four times as long).
    pub fn wait_ended(&mut self, work: Duration) -> Result<Ending, MachineError> {
        let mut patience = Patience::new(self, work);
        loop {
            if let Some(ending) = self.ending_within(Duration::from_millis(200))? {
                return Ok(ending);
            }
            if patience.is_over(self) {
                return Err(MachineError::StillOn(work));
            }
        }
    }

    fn ending_within(&mut self, wait: Duration) -> Result<Option<Ending>, MachineError> {
        let event = self
            .qmp
            .event(wait, |event| matches!(event, qmp::Event::Shutdown { .. }))?;
        Ok(event.map(|event| match event {
            qmp::Event::Shutdown { reason, .. } if reason == "guest-shutdown" => Ending::PoweredOff,
            qmp::Event::Shutdown { reason, .. } if reason == "guest-reset" => Ending::Reset,
            _ => Ending::Other,
        }))
    }

    /// The guest's RAM as it lies there now, in pieces of 16 MiB that overlap by `overlap` bytes;
    /// `visit` gets each piece's address and content.
    pub fn visit_memory(
        &mut self,
        overlap: usize,
        mut visit: impl FnMut(u64, &[u8]),
    ) -> Result<(), MachineError> {
        const PIECE: usize = 16 << 20;
        let failed = |e| MachineError::Io("the guest's memory".into(), e);
        let mut piece = vec![0; PIECE + overlap];
        let mut at = 0;
        while at < self.memory_bytes {
            let len = (self.memory_bytes - at).min(piece.len() as u64) as usize;
            self.memory.seek(SeekFrom::Start(at)).map_err(failed)?;
            self.memory.read_exact(&mut piece[..len]).map_err(failed)?;
            visit(at, &piece[..len]);
            at += PIECE as u64;
        }
        Ok(())
    }

    /// Ends QEMU in order, so that all images are closed.
    pub fn close(mut self) -> Result<(), MachineError> {
        match self.qmp.execute(&qmp::Quit {}) {
            Ok(_) | Err(QmpError::Closed | QmpError::Io(_)) => {}
            Err(e) => return Err(e.into()),
        }
        let until = Instant::now() + Duration::from_secs(60);
        while Instant::now() < until {
            if let Ok(Some(_)) = self.child.0.try_wait() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Waits until the window is closed by its user.
    pub fn wait_closed(mut self) {
        let _ = self.child.0.wait();
    }
}
