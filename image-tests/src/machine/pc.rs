//! What a PC is made of, and how QEMU is told.

use super::process::{Owned, Tpm, argument, connect, guest_memory};
use super::{BOOT_STICK, Machine, MachineError, SCREEN, io_at};
use crate::{
    artefacts,
    firmware::{self, Firmware},
    slot::Slot,
    stick::Stick,
};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

/// Memory of the PC unless a test says otherwise, MiB: the least the product promises to work with.
pub const MEMORY_MIB: u64 = 768;

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
