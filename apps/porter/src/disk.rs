//! The device below: bounded, budgeted, read in aligned windows.

use crate::Failure;
use rustix::{
    fs::{Advice, OFlags, fadvise, fcntl_getfl, fcntl_setfl},
    io::Errno,
};
use std::{
    fs::File,
    io::{self, Cursor, Read, Seek, SeekFrom, Write},
    ops::Range,
};

/// Something that can be a stick.
pub trait Device: Read + Write + Seek {
    /// Returns once everything written so far lies on the medium.
    fn sync(&mut self) -> io::Result<()>;

    /// Makes every later read come from the device and not from a copy in memory.
    /// Nothing is written after it. Reads are then aligned to 4096 bytes in memory
    /// and on the device.
    fn bypass_cache(&mut self) -> io::Result<()>;
}

impl Device for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }

    /// `O_DIRECT` where the file system or driver has it (every block device does);
    /// otherwise the pages just made clean by [`Device::sync`] are dropped with
    /// `POSIX_FADV_DONTNEED`. `BLKFLSBUF` would need a capability this process lacks.
    fn bypass_cache(&mut self) -> io::Result<()> {
        let flags = fcntl_getfl(&*self)?;
        if fcntl_setfl(&*self, flags | OFlags::DIRECT).is_err() {
            fadvise(&*self, 0, None, Advice::DontNeed)?;
        }
        Ok(())
    }
}

/// An image in memory, for tests and fuzzing.
impl Device for Cursor<Vec<u8>> {
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn bypass_cache(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const WINDOW: usize = 64 * 1024;
const ALIGNMENT: usize = 4096;

/// A device with its size, a read window, and a budget: a job that moves more bytes
/// than any honest stick needs is walking in a circle.
pub(crate) struct Disk<'a, D> {
    device: &'a mut D,
    size: u64,
    budget: u64,
    buffer: Vec<u8>,
    /// Where the aligned window begins in `buffer`.
    aligned: usize,
    /// What of the device the window holds.
    held: Range<u64>,
}

impl<'a, D: Device> Disk<'a, D> {
    pub fn new(device: &'a mut D, size: u64) -> Self {
        let buffer = vec![0; WINDOW + ALIGNMENT];
        Self {
            aligned: buffer.as_ptr().align_offset(ALIGNMENT),
            buffer,
            device,
            size,
            // Two FATs and a search through them are under a thousandth of any stick.
            budget: (256 << 20) + size / 250,
            held: 0..0,
        }
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn read_at(&mut self, mut at: u64, mut out: &mut [u8]) -> Result<(), Failure> {
        self.spend(at, out.len())?;
        while !out.is_empty() {
            if !self.held.contains(&at) {
                self.fill(at)?;
            }
            let begin = self.aligned + (at - self.held.start) as usize;
            let n = out.len().min((self.held.end - at) as usize);
            out[..n].copy_from_slice(&self.buffer[begin..begin + n]);
            out = &mut out[n..];
            at += n as u64;
        }
        Ok(())
    }

    pub fn write_at(&mut self, at: u64, bytes: &[u8]) -> Result<(), Failure> {
        self.spend(at, bytes.len())?;
        let done = self
            .device
            .seek(SeekFrom::Start(at))
            .and_then(|_| self.device.write_all(bytes));
        done.map_err(|error| self.blame(&error))?;
        // The window follows: FAT entries are read and written in turn, thousands of
        // them for one file.
        let begin = at.max(self.held.start);
        let end = (at + bytes.len() as u64).min(self.held.end);
        if begin < end {
            let to = self.aligned + (begin - self.held.start) as usize;
            let from = (begin - at) as usize..(end - at) as usize;
            self.buffer[to..to + from.len()].copy_from_slice(&bytes[from]);
        }
        Ok(())
    }

    pub fn sync(&mut self) -> Result<(), Failure> {
        self.device.sync().map_err(|error| self.blame(&error))
    }

    /// After this, reads show what the device holds. Nothing may be written any more.
    pub fn settle(&mut self) -> Result<(), Failure> {
        self.sync()?;
        self.held = 0..0;
        self.device
            .bypass_cache()
            .map_err(|error| self.blame(&error))
    }

    fn spend(&mut self, at: u64, bytes: usize) -> Result<(), Failure> {
        let bytes = bytes as u64;
        if at.checked_add(bytes).is_none_or(|end| end > self.size) {
            return Err(Failure::Format);
        }
        self.budget = self.budget.checked_sub(bytes).ok_or(Failure::Format)?;
        Ok(())
    }

    fn fill(&mut self, at: u64) -> Result<(), Failure> {
        let start = at - at % WINDOW as u64;
        self.held = 0..0;
        self.device
            .seek(SeekFrom::Start(start))
            .map_err(|error| self.blame(&error))?;
        let want = WINDOW.min((self.size - start) as usize);
        let mut filled = 0;
        while filled < want {
            // Asking for the whole rest of the window keeps the length aligned.
            let (begin, end) = (self.aligned + filled, self.aligned + WINDOW);
            match self.device.read(&mut self.buffer[begin..end]) {
                // A block device ends early exactly when it was pulled.
                Ok(0) => return Err(Failure::Pulled),
                Ok(n) => filled += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
                Err(error) => return Err(self.blame(&error)),
            }
        }
        self.held = start..start + want as u64;
        Ok(())
    }

    /// Pulled or broken? A pulled block device has no length any more, and answers
    /// ENOSPC to writes at places it had.
    fn blame(&mut self, error: &io::Error) -> Failure {
        let gone = [Errno::NODEV, Errno::NXIO, Errno::NOMEDIUM, Errno::NOSPC];
        let says_gone = Errno::from_io_error(error).is_some_and(|errno| gone.contains(&errno));
        let has_length = matches!(self.device.seek(SeekFrom::End(0)), Ok(1..));
        if says_gone || !has_length {
            Failure::Pulled
        } else {
            Failure::Io
        }
    }
}

/// One partition of a disk as the stream `fatfs` wants.
pub(crate) struct Slice<'a, 'd, D> {
    disk: &'a mut Disk<'d, D>,
    part: Range<u64>,
    position: u64,
    guard: Option<FatGuard>,
}

/// Where the FATs lie and which values their entries may have: `fatfs` computes with
/// whatever stands there.
#[derive(Clone)]
pub(crate) struct FatGuard {
    /// Within the partition.
    pub fats: Range<u64>,
    pub clusters: u32,
}

impl FatGuard {
    fn allows(&self, at: u64, read: &[u8]) -> bool {
        let Ok(entry) = <[u8; 4]>::try_from(read) else {
            return true;
        };
        if !self.fats.contains(&at) {
            return true;
        }
        match u32::from_le_bytes(entry) & 0x0fff_ffff {
            0 | 0x0fff_fff7.. => true,
            cluster => (2..self.clusters + 2).contains(&cluster),
        }
    }
}

impl<'a, 'd, D: Device> Slice<'a, 'd, D> {
    pub fn new(disk: &'a mut Disk<'d, D>, part: Range<u64>, guard: Option<FatGuard>) -> Self {
        Self {
            disk,
            part,
            position: 0,
            guard,
        }
    }

    fn length(&self) -> u64 {
        self.part.end - self.part.start
    }

    /// How many of `wanted` bytes lie before the partition's end.
    fn within(&self, wanted: usize) -> usize {
        let rest = self.length().saturating_sub(self.position);
        wanted.min(usize::try_from(rest).unwrap_or(usize::MAX))
    }
}

impl<D: Device> Read for Slice<'_, '_, D> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.within(out.len());
        self.disk
            .read_at(self.part.start + self.position, &mut out[..n])?;
        if let Some(guard) = &self.guard
            && !guard.allows(self.position, &out[..n])
        {
            return Err(Failure::Format.into());
        }
        self.position += n as u64;
        Ok(n)
    }
}

impl<D: Device> Write for Slice<'_, '_, D> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.within(bytes.len());
        self.disk
            .write_at(self.part.start + self.position, &bytes[..n])?;
        self.position += n as u64;
        Ok(n)
    }

    /// The job flushes once, at its end, with [`Disk::settle`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<D: Device> Seek for Slice<'_, '_, D> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.length().checked_add_signed(by),
        };
        self.position = position
            .filter(|&position| position <= self.length())
            .ok_or(Failure::Format)?;
        Ok(self.position)
    }
}
