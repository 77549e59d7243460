//! One job on one foreign stick (受渡し用USB), in user space.
//!
//! Everything here is written for a stick made by somebody who wants in: the kernel
//! never mounts it, this process holds nothing but the device and two pipes, and what
//! the stick says is bounded before it is believed. Reading goes through a small FAT32
//! reader of our own that follows no chain further than the file's size allows;
//! formatting and writing go through `fatfs`, after the reader has vetted every
//! structure `fatfs` will walk over. What was written is flushed, read again from the
//! device by the reader, not by what wrote it, and compared: only that makes a
//! [`Flushed`].
//!
//! Three jobs are not on a foreign stick but on the boot partition of our own, which the
//! kernel, without FAT, cannot read: [`Job::Bless`] renames a file, [`Job::ReadSettings`]
//! and [`Job::KeepSettings`] are for the file of settings. The reader does them by itself,
//! in one sector, so that a cut never costs a file its name or its content.
//!
//! It refuses sticks under 64 MiB or over 2 TiB, files over
//! [`MAX_FILE`](protocol::foreign::MAX_FILE), names that are not the protocol's, and
//! any job whose identity is not the one on the stick. It looks for companions on an
//! MBR partition of type FAT32 with 512-byte sectors, as it makes them, and calls
//! anything else "not a companion".
//!
//! ```
//! use porter::run;
//! use protocol::foreign::{Answer, Job};
//! use std::io::Cursor;
//! let mut stick = Cursor::new(vec![0; 64 << 20]);
//! let format = Job::Format { label: "KURAMORI".into(), identity: b"signed".to_vec() };
//! assert_eq!(run(&format, &mut stick, 64 << 20, &mut |_, _| ()), Answer::Flushed);
//! let inspect = Job::Inspect { folders: vec![] };
//! assert_eq!(
//!     run(&inspect, &mut stick, 64 << 20, &mut |_, _| ()),
//!     Answer::Inspected { identity: Some(b"signed".to_vec()), files: vec![] },
//! );
//! ```

mod disk;
mod error;
mod fat;
mod jobs;
mod mbr;
pub mod process;
pub mod sandbox;
mod settings;
mod write;

pub use disk::Device;
pub use error::Failure;
pub use jobs::{Flushed, MAX_DEVICE, MIN_DEVICE};

use disk::Disk;
use protocol::foreign::{Answer, Job};

/// Does one job on a device of `size` bytes and says how it ended, never
/// [`Answer::Progress`]: of that, `progress` is told (done, total) meanwhile.
pub fn run<D: Device>(
    job: &Job,
    device: &mut D,
    size: u64,
    progress: &mut dyn FnMut(u64, u64),
) -> Answer {
    let mut disk = Disk::new(device, size);
    let result = match job {
        Job::Inspect { folders } => jobs::inspect(&mut disk, folders),
        Job::Format { label, identity } => {
            jobs::format(&mut disk, label, identity, progress).map(Answer::from)
        }
        Job::Update {
            identity,
            put,
            remove,
        } => jobs::update(&mut disk, identity, put, remove, progress).map(Answer::from),
        Job::Bless { file } => jobs::bless(&mut disk, file).map(Answer::from),
        Job::ReadSettings => settings::read(&mut disk).map(Answer::Settings),
        Job::KeepSettings { settings } => settings::keep(&mut disk, *settings).map(Answer::from),
    };
    result.unwrap_or_else(|failure| Answer::Failed(failure.code()))
}
