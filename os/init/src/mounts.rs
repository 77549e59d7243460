//! The file systems init needs, and a root that rooms can leave.

use rustix::{
    io::Errno,
    mount::{MountFlags, mount, mount_bind, mount_move},
    process::{chdir, chroot},
};
use std::{fs, io};

/// Where the open vault is mounted.
pub const VAULT: &str = "/vault";

/// Mounts what a bare initramfs lacks. Fails only where nothing could work without it.
pub fn mount_system() -> io::Result<()> {
    leave_rootfs()?;
    let hardened = MountFlags::NOSUID | MountFlags::NOEXEC;
    let plain = hardened | MountFlags::NODEV;
    for (kind, target, flags, data) in [
        ("proc", "/proc", plain, c""),
        ("sysfs", "/sys", plain, c""),
        ("devtmpfs", "/dev", hardened, c"mode=755"),
        ("tmpfs", "/run", plain, c"mode=755,size=1m"),
    ] {
        fs::create_dir_all(target)?;
        match mount(kind, target, kind, flags, data) {
            // The kernel may have mounted it already.
            Ok(()) | Err(Errno::BUSY) => {}
            Err(error) => return Err(error.into()),
        }
    }
    // Read-only, so that nothing here can change the PC's firmware settings. A PC started
    // without UEFI has none; the stick is then found by name.
    let _ = mount(
        "efivarfs",
        "/sys/firmware/efi/efivars",
        "efivarfs",
        plain | MountFlags::RDONLY,
        c"",
    );
    fs::create_dir_all(VAULT)?;
    // Kept even while no device is there: a room's view of the folder must not go stale.
    for folder in ["/dev/dri", "/dev/input"] {
        fs::create_dir_all(folder)?;
    }
    tighten();
    Ok(())
}

/// Puts a bind mount of the initramfs over itself: `pivot_root` refuses to leave the
/// kernel's own rootfs, but leaves this.
fn leave_rootfs() -> io::Result<()> {
    fs::create_dir_all("/system")?;
    mount_bind("/", "/system")?;
    chdir("/system")?;
    mount_move("/system", "/")?;
    chroot(".")?;
    chdir("/")?;
    Ok(())
}

/// Switches that only go one way.
fn tighten() {
    for (switch, value) in [
        // No process may attach to another, not even init to its children.
        ("/proc/sys/kernel/yama/ptrace_scope", "3"),
        ("/proc/sys/kernel/kptr_restrict", "2"),
        ("/proc/sys/kernel/dmesg_restrict", "1"),
        // The vault's writes reach the stick soon: a pull loses less of what is unfinished.
        ("/proc/sys/vm/dirty_writeback_centisecs", "100"),
        ("/proc/sys/vm/dirty_expire_centisecs", "200"),
    ] {
        // A kernel without the switch has nothing to tighten.
        let _ = fs::write(switch, value);
    }
}
