//! One side of a pipe each: non-blocking, so that nobody keeps the keeper waiting.

use protocol::FrameReader;
use protocol::vessel::CHUNK;
use rustix::fs::OFlags;
use rustix::io::Errno;
use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use zeroize::{Zeroize, Zeroizing};

/// A pipe that is read, and the half message it may hold.
pub(super) struct Incoming {
    pub(super) fd: OwnedFd,
    pub(super) frames: FrameReader,
    /// Nothing more comes, or what comes is not read any more.
    pub(super) ended: bool,
    buffer: Zeroizing<Vec<u8>>,
}

impl Incoming {
    pub(super) fn new(fd: OwnedFd) -> Result<Self, Errno> {
        set_nonblocking(&fd)?;
        Ok(Self {
            fd,
            frames: FrameReader::default(),
            ended: false,
            buffer: Zeroizing::new(vec![0; CHUNK]),
        })
    }

    /// Reads what one call gives. Bounded, so that one side cannot keep the others waiting.
    pub(super) fn read(&mut self) -> Result<(), Errno> {
        match self.read_once() {
            Ok(0) => {
                self.ended = true;
                Ok(())
            }
            Ok(_) | Err(Errno::AGAIN | Errno::INTR) => Ok(()),
            Err(error) => Err(error),
        }
    }

    pub(super) fn read_once(&mut self) -> Result<usize, Errno> {
        let read = rustix::io::read(&self.fd, &mut self.buffer[..])?;
        self.frames.push(&self.buffer[..read]);
        self.buffer[..read].zeroize();
        Ok(read)
    }
}

/// A pipe that is written, and what could not be written yet.
pub(super) struct Outgoing {
    pub(super) fd: OwnedFd,
    queue: VecDeque<Zeroizing<Vec<u8>>>,
    /// How much of the first is written.
    written: usize,
}

impl Outgoing {
    pub(super) fn new(fd: OwnedFd) -> Result<Self, Errno> {
        set_nonblocking(&fd)?;
        Ok(Self {
            fd,
            queue: VecDeque::new(),
            written: 0,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    pub(super) fn push(&mut self, frame: Zeroizing<Vec<u8>>) {
        self.queue.push_back(frame);
    }

    pub(super) fn clear(&mut self) {
        self.queue.clear();
        self.written = 0;
    }

    /// Writes as much as the pipe takes now.
    pub(super) fn write(&mut self) -> Result<(), Errno> {
        while let Some(frame) = self.queue.front() {
            match rustix::io::write(&self.fd, &frame[self.written..]) {
                Ok(count) => self.written += count,
                Err(Errno::AGAIN) => return Ok(()),
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error),
            }
            if self.written == frame.len() {
                self.queue.pop_front();
                self.written = 0;
            }
        }
        Ok(())
    }
}

fn set_nonblocking(fd: &OwnedFd) -> Result<(), Errno> {
    let flags = rustix::fs::fcntl_getfl(fd)?;
    rustix::fs::fcntl_setfl(fd, flags | OFlags::NONBLOCK)
}
