//! One virtual PC: QEMU 7.2, q35, interpreted (TCG: it runs everywhere CI runs), with
//! the firmware, sticks and disks a test asks for, and no network card.

use crate::{
    artefacts::{self, ArtefactError},
    firmware::{self, Firmware, FirmwareError},
    qmp::{self, Qmp, QmpError},
    screen::{Picture, PictureError},
    slot::Slot,
    stick::Stick,
};
use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Memory of the PC unless a test says otherwise, MiB: the least the product promises to work with.
pub const MEMORY_MIB: u64 = 768;

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

/// How a disk of the PC itself is attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskBus {
    Ahci,
    Nvme,
    Sd,
    Virtio,
}

impl DiskBus {
    pub const ALL: [Self; 4] = [Self::Ahci, Self::Nvme, Self::Sd, Self::Virtio];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Ahci => "ahci",
            Self::Nvme => "nvme",
            Self::Sd => "sd",
            Self::Virtio => "virtio",
        }
    }
}

/// What is booted.
#[derive(Debug, Clone)]
enum Boot {
    /// Firmware, then the stick.
    Stick { firmware: Firmware, stick: Stick },
    /// A kernel and an initramfs handed over directly, to ask the shipped kernel itself;
    /// with the stick that would have been booted, where one is plugged in.
    Kernel {
        kernel: PathBuf,
        initramfs: PathBuf,
        stick: Option<Stick>,
    },
}

/// A PC that is not switched on yet.
#[derive(Debug, Clone)]
pub struct Pc {
    boot: Boot,
    memory_mib: u64,
    disks: Vec<(DiskBus, PathBuf)>,
    tpm: bool,
    window: bool,
    /// Kept variables of a PC that is switched on again.
    variables: Option<PathBuf>,
}

impl Pc {
    /// A PC with this firmware, the stick plugged in.
    pub fn with_stick(firmware: Firmware, stick: &Stick) -> Self {
        Self::new(Boot::Stick {
            firmware,
            stick: stick.clone(),
        })
    }

    /// A PC that runs the shipped kernel with another initramfs.
    pub fn with_kernel(kernel: &Path, initramfs: &Path) -> Self {
        Self::new(Boot::Kernel {
            kernel: kernel.to_owned(),
            initramfs: initramfs.to_owned(),
            stick: None,
        })
    }

    fn new(boot: Boot) -> Self {
        Self {
            boot,
            memory_mib: MEMORY_MIB,
            disks: Vec::new(),
            tpm: false,
            window: false,
            variables: None,
        }
    }

    /// Plugs the stick into a PC that boots a kernel directly.
    pub fn boot_stick(mut self, plugged: &Stick) -> Self {
        match &mut self.boot {
            Boot::Stick { stick, .. } => *stick = plugged.clone(),
            Boot::Kernel { stick, .. } => *stick = Some(plugged.clone()),
        }
        self
    }

    pub fn memory(mut self, mib: u64) -> Self {
        self.memory_mib = mib;
        self
    }

    /// A disk inside the PC.
    pub fn disk(mut self, bus: DiskBus, image: &Path) -> Self {
        self.disks.push((bus, image.to_owned()));
        self
    }

    pub fn tpm(mut self, fitted: bool) -> Self {
        self.tpm = fitted;
        self
    }

    /// Shows the PC's screen in a window.
    pub fn window(mut self, shown: bool) -> Self {
        self.window = shown;
        self
    }

    /// The firmware's variables live in this file and are kept when it is there already.
    pub fn variables(mut self, file: &Path) -> Self {
        self.variables = Some(file.to_owned());
        self
    }

    /// The stick that is booted.
    pub fn stick(&self) -> Option<&Stick> {
        match &self.boot {
            Boot::Stick { stick, .. } => Some(stick),
            Boot::Kernel { stick, .. } => stick.as_ref(),
        }
    }

    /// Switches the PC on. Its sockets and logs lie in `folder`.
    pub fn switch_on(&self, folder: &Path) -> Result<Machine, MachineError> {
        fs::create_dir_all(folder).map_err(io_at(folder))?;
        let slot = Slot::take().map_err(io_at(folder))?;
        // Not in `folder`: a socket's path holds 107 bytes at most (unix(7)).
        let sockets = tempfile::Builder::new()
            .prefix("kuramori-pc")
            .tempdir()
            .map_err(io_at(folder))?;
        let socket = sockets.path().join("qmp");
        let messages = folder.join("qemu.log");
        let firmware_log = folder.join("firmware.log");
        let tpm = if self.tpm {
            Some(Tpm::start(folder, &sockets.path().join("tpm"))?)
        } else {
            None
        };

        // A harness that is killed takes its machines with it.
        let mut qemu = Command::new("setpriv");
        qemu.args(["--pdeathsig", "KILL", "--", "qemu-system-x86_64"]);
        self.arguments(&mut qemu, folder, &socket, &firmware_log, tpm.as_ref())?;
        let log = File::create(&messages).map_err(io_at(&messages))?;
        let child = qemu
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(MachineError::NoQemu)?;
        let mut child = Owned(child);
        let qmp = connect(&socket, &mut child, &messages)?;
        let memory = guest_memory(child.0.id())?;
        Ok(Machine {
            qmp,
            child,
            memory,
            memory_bytes: self.memory_mib << 20,
            firmware_log,
            picture_file: folder.join("screen.ppm"),
            plugged: 0,
            started: Instant::now(),
            _tpm: tpm,
            _sockets: sockets,
            _slot: slot,
        })
    }

    fn arguments(
        &self,
        qemu: &mut Command,
        folder: &Path,
        socket: &Path,
        firmware_log: &Path,
        tpm: Option<&Tpm>,
    ) -> Result<(), MachineError> {
        // i8042=off: the USB keyboard is the PC's only one, so a test decides which keyboard types.
        qemu.args(["-machine", "q35,i8042=off,memory-backend=ram"]);
        // Interpreted `rep stosb` is slow, and clearing memory would be most of a boot.
        qemu.args(["-accel", "tcg,thread=multi"]);
        qemu.args(["-cpu", "max,erms=off,fsrm=off", "-smp", "2"]);
        qemu.args(["-m", &self.memory_mib.to_string()]);
        // The clock chip keeps Japan's time, as Windows leaves it.
        qemu.args(["-rtc", "base=localtime"]).env("TZ", "JST-9");
        // Shared, so that the harness reads the guest's memory as it is.
        qemu.args([
            "-object",
            &format!(
                "memory-backend-memfd,id=ram,share=on,size={}M",
                self.memory_mib
            ),
        ]);
        qemu.args(["-nodefaults", "-no-user-config", "-nic", "none"]);
        qemu.args(["-display", if self.window { "gtk" } else { "none" }]);
        qemu.args(["-device", &format!("VGA,id={SCREEN},xres=1280,yres=800")]);
        // Without eight ports of each kind QEMU puts a hub in between.
        qemu.args(["-device", "qemu-xhci,id=xhci,p2=8,p3=8"]);
        qemu.args(["-device", "usb-kbd,bus=xhci.0,id=keyboard"]);
        qemu.args(["-device", "usb-tablet,bus=xhci.0,id=pointer"]);
        if !self.window {
            // Powered off means: stopped, with its memory still there to look into.
            qemu.args(["-action", "reboot=shutdown,shutdown=pause"]);
        }
        qemu.args([
            "-qmp",
            &format!("unix:{},server=on,wait=off", argument(socket)),
        ]);
        match &self.boot {
            Boot::Stick { firmware, .. } => {
                self.firmware_arguments(qemu, folder, *firmware)?;
                // Only the firmware writes here: the shipped kernel has no serial driver.
                qemu.args(["-serial", &format!("file:{}", argument(firmware_log))]);
            }
            Boot::Kernel {
                kernel, initramfs, ..
            } => {
                qemu.arg("-kernel").arg(kernel);
                qemu.arg("-initrd").arg(initramfs);
                // For QEMU, which sets the screen's mode: the kernel takes no command line.
                qemu.args(["-append", "vga=0x318"]);
            }
        }
        if let Some(stick) = self.stick() {
            qemu.args([
                "-blockdev",
                &format!(
                    "driver={},node-name={BOOT_STICK}-node,discard=unmap,file.driver=file,file.filename={}",
                    stick.format_name(),
                    argument(stick.path())
                ),
                "-device",
                &format!(
                    "usb-storage,bus=xhci.0,id={BOOT_STICK},drive={BOOT_STICK}-node,removable=on,bootindex=1,serial={}",
                    stick.serial()
                ),
            ]);
        }
        for (index, (bus, image)) in self.disks.iter().enumerate() {
            let node = format!("disk-{}", bus.name());
            qemu.args([
                "-blockdev",
                &format!(
                    "driver=raw,node-name={node},file.driver=file,file.filename={}",
                    argument(image)
                ),
            ]);
            let serial = format!("PCDISK{index}");
            match bus {
                DiskBus::Ahci => {
                    qemu.args([
                        "-device",
                        &format!("ide-hd,bus=ide.0,drive={node},serial={serial}"),
                    ]);
                }
                DiskBus::Nvme => {
                    qemu.args(["-device", &format!("nvme,drive={node},serial={serial}")]);
                }
                DiskBus::Sd => {
                    qemu.args(["-device", "sdhci-pci,id=sdhci"]);
                    qemu.args(["-device", &format!("sd-card,bus=sd-bus,drive={node}")]);
                }
                DiskBus::Virtio => {
                    qemu.args([
                        "-device",
                        &format!("virtio-blk-pci,drive={node},serial={serial}"),
                    ]);
                }
            }
        }
        if let Some(tpm) = tpm {
            qemu.args([
                "-chardev",
                &format!("socket,id=tpm,path={}", argument(&tpm.socket)),
                "-tpmdev",
                "emulator,id=tpm0,chardev=tpm",
                "-device",
                "tpm-crb,tpmdev=tpm0",
            ]);
        }
        Ok(())
    }

    fn firmware_arguments(
        &self,
        qemu: &mut Command,
        folder: &Path,
        firmware: Firmware,
    ) -> Result<(), MachineError> {
        let variables = match &self.variables {
            Some(kept) => kept.clone(),
            None => folder.join("variables.fd"),
        };
        if self.variables.is_none() || !variables.exists() {
            firmware.prepare(&artefacts::certificate()?, &variables)?;
        }
        qemu.args([
            "-drive",
            &format!(
                "if=pflash,unit=0,format=raw,readonly=on,file={}",
                argument(&firmware::code()?)
            ),
            "-drive",
            &format!("if=pflash,unit=1,format=raw,file={}", argument(&variables)),
        ]);
        Ok(())
    }
}

/// A comma in an argument of QEMU is written twice.
fn argument(path: &Path) -> String {
    path.display().to_string().replace(',', ",,")
}

fn io_at(path: &Path) -> impl FnOnce(io::Error) -> MachineError {
    let name = path.display().to_string();
    move |e| MachineError::Io(name, e)
}

/// A child process that does not outlive its handle.
#[derive(Debug)]
struct Owned(Child);

impl Drop for Owned {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn connect(socket: &Path, child: &mut Owned, messages: &Path) -> Result<Qmp, MachineError> {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        if let Ok(Some(_)) = child.0.try_wait() {
            return Err(MachineError::Ended(
                fs::read_to_string(messages).unwrap_or_default(),
            ));
        }
        match Qmp::connect(socket) {
            Ok(qmp) => return Ok(qmp),
            Err(QmpError::Io(_)) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(50));
            }
            Err(e) => return Err(e.into()),
        }
    }
}

/// QEMU's shared memory file of the guest's RAM.
fn guest_memory(qemu: u32) -> Result<File, MachineError> {
    let folder = PathBuf::from(format!("/proc/{qemu}/fd"));
    for entry in fs::read_dir(&folder).map_err(io_at(&folder))? {
        let path = entry.map_err(io_at(&folder))?.path();
        let is_ram = fs::read_link(&path)
            .is_ok_and(|to| to.to_string_lossy().contains("memfd:memory-backend-memfd"));
        if is_ram {
            return File::open(&path).map_err(io_at(&path));
        }
    }
    Err(MachineError::Ended("QEMU has no shared memory file".into()))
}

/// A software TPM 2.0 beside the machine.
#[derive(Debug)]
struct Tpm {
    socket: PathBuf,
    _child: Owned,
}

impl Tpm {
    fn start(folder: &Path, socket: &Path) -> Result<Self, MachineError> {
        let state = folder.join("tpm");
        fs::create_dir_all(&state).map_err(io_at(&state))?;
        let child = Command::new("swtpm")
            .args(["socket", "--tpm2", "--tpmstate"])
            .arg(format!("dir={}", argument(&state)))
            .arg("--ctrl")
            .arg(format!("type=unixio,path={}", argument(socket)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| MachineError::Io("swtpm".into(), e))?;
        let child = Owned(child);
        let until = Instant::now() + Duration::from_secs(20);
        while !socket.exists() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Self {
            socket: socket.to_owned(),
            _child: child,
        })
    }
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
        cpu_time(self.child.0.id())
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
        plain_text(&fs::read(&self.firmware_log).unwrap_or_default())
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

/// How long to wait, told in the guest's own progress: a busy host makes no test fail.
#[derive(Debug)]
pub struct Patience {
    cpu_until: Duration,
    wall_until: Instant,
}

impl Patience {
    /// Until QEMU worked for `work` more, or stood idle four times as long.
    pub fn new(machine: &Machine, work: Duration) -> Self {
        Self {
            cpu_until: machine.cpu_time() + work,
            wall_until: Instant::now() + work * 4,
        }
    }

    pub fn is_over(&mut self, machine: &Machine) -> bool {
        machine.cpu_time() > self.cpu_until || Instant::now() > self.wall_until
    }
}

fn cpu_time(pid: u32) -> Duration {
    // proc(5): fields 14 and 15 are user and system time in clock ticks, 100 a second on Linux;
    // the name in field 2 may hold spaces, so count after its closing bracket.
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return Duration::ZERO;
    };
    let ticks: u64 = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

/// Drops terminal control sequences (ECMA-48) and control characters.
fn plain_text(bytes: &[u8]) -> String {
    let mut out = String::new();
    let text = String::from_utf8_lossy(bytes);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => {
                if chars.peek() == Some(&'[') {
                    chars.next();
                    for c in chars.by_ref() {
                        if ('@'..='~').contains(&c) {
                            // The cursor moved: what follows stands elsewhere on the screen.
                            if c == 'H' {
                                out.push('\n');
                            }
                            break;
                        }
                    }
                }
            }
            '\n' => out.push('\n'),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_sequences_leave_the_firmwares_words() {
        let text = plain_text(b"\x1b[2J\x1b[01;01HVerification failed: \x1b[0m(0x1A)\r\n");
        assert_eq!(text.trim(), "Verification failed: (0x1A)");
    }

    #[test]
    fn a_process_reports_its_processor_time() {
        let before = cpu_time(std::process::id());
        let start = Instant::now();
        let mut x = 1u64;
        while start.elapsed() < Duration::from_millis(300) {
            x = std::hint::black_box(x.wrapping_mul(3));
        }
        assert!(cpu_time(std::process::id()) > before);
    }
}
