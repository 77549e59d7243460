//! The ends of a conversation's pipes that init holds: never blocking, bounded, wiped.

use protocol::{FrameError, FrameReader, encode};
use rustix::{
    fs::{OFlags, fcntl_getfl, fcntl_setfl},
    io::{Errno, read, write},
};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::VecDeque,
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
};
use zeroize::Zeroizing;

/// Most bytes that wait for a process that does not read. Over it the process counts as hung.
const MAX_WAITING: usize = 8 << 20;

/// Why a conversation cannot go on. The process at the other end is ended.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    #[error("the other side is gone")]
    Closed,
    #[error("{0}")]
    Frame(#[from] FrameError),
    #[error("the other side does not read")]
    Hung,
    #[error("the pipe fails: {0}")]
    Io(#[from] io::Error),
}

/// A pipe for init to write: the process gets the first end, init keeps the second.
pub fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?)
}

fn never_block(end: &OwnedFd) -> io::Result<()> {
    Ok(fcntl_setfl(end, fcntl_getfl(end)? | OFlags::NONBLOCK)?)
}

/// What init reads from a process.
pub struct Inbox {
    end: OwnedFd,
    frames: FrameReader,
    buffer: Zeroizing<Vec<u8>>,
}

impl Inbox {
    pub fn new(end: OwnedFd) -> io::Result<Self> {
        never_block(&end)?;
        Ok(Self {
            end,
            frames: FrameReader::default(),
            buffer: Zeroizing::new(vec![0; 64 * 1024]),
        })
    }

    /// Whatever has arrived; empty when nothing has.
    pub fn bytes(&mut self) -> Result<&[u8], Broken> {
        match read(&self.end, &mut self.buffer[..]) {
            Ok(0) => Err(Broken::Closed),
            Ok(n) => Ok(&self.buffer[..n]),
            Err(Errno::AGAIN | Errno::INTR) => Ok(&[]),
            Err(error) => Err(Broken::Io(error.into())),
        }
    }

    /// Every whole message that has arrived.
    pub fn messages<T: DeserializeOwned>(&mut self) -> Result<Vec<T>, Broken> {
        let n = self.bytes()?.len();
        self.frames.push(&self.buffer[..n]);
        let mut messages = Vec::new();
        while let Some(message) = self.frames.next()? {
            messages.push(message);
        }
        Ok(messages)
    }
}

impl AsFd for Inbox {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.end.as_fd()
    }
}

/// What init writes to a process; keeps what the pipe does not take yet.
pub struct Outbox {
    end: OwnedFd,
    waiting: VecDeque<Zeroizing<Vec<u8>>>,
    /// Bytes of the first waiting piece that the pipe took already.
    written: usize,
    bytes: usize,
}

impl Outbox {
    pub fn new(end: OwnedFd) -> io::Result<Self> {
        never_block(&end)?;
        Ok(Self {
            end,
            waiting: VecDeque::new(),
            written: 0,
            bytes: 0,
        })
    }

    /// Sends a message, now or when the pipe takes it.
    pub fn send<T: Serialize>(&mut self, message: &T) -> Result<(), Broken> {
        self.send_bytes(encode(message)?)
    }

    /// Sends bytes as they are.
    pub fn send_bytes(&mut self, bytes: Zeroizing<Vec<u8>>) -> Result<(), Broken> {
        if self.bytes + bytes.len() > MAX_WAITING {
            return Err(Broken::Hung);
        }
        self.bytes += bytes.len();
        self.waiting.push_back(bytes);
        self.flush()
    }

    /// Gives the pipe what it takes.
    pub fn flush(&mut self) -> Result<(), Broken> {
        while let Some(piece) = self.waiting.front() {
            match write(&self.end, &piece[self.written..]) {
                Ok(n) => self.written += n,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(()),
                Err(Errno::PIPE) => return Err(Broken::Closed),
                Err(error) => return Err(Broken::Io(error.into())),
            }
            if self.written == piece.len() {
                self.bytes -= self.written;
                self.written = 0;
                self.waiting.pop_front();
            }
        }
        Ok(())
    }

    /// Bytes that the pipe has not taken.
    pub fn waiting(&self) -> usize {
        self.bytes - self.written
    }
}

impl AsFd for Outbox {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.end.as_fd()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_message_larger_than_the_pipe_arrives_whole() {
        let (read_end, write_end) = pipe().unwrap();
        let mut inbox = Inbox::new(read_end).unwrap();
        let mut outbox = Outbox::new(write_end).unwrap();
        let message = vec![7u8; 700_000];
        outbox.send(&message).unwrap();
        assert!(outbox.waiting() > 0);
        let mut arrived: Vec<Vec<u8>> = Vec::new();
        while arrived.is_empty() {
            arrived = inbox.messages().unwrap();
            outbox.flush().unwrap();
        }
        assert_eq!(arrived, [message]);
        assert_eq!(outbox.waiting(), 0);
    }

    #[test]
    fn a_process_that_never_reads_is_noticed() {
        let (_read_end, write_end) = pipe().unwrap();
        let mut outbox = Outbox::new(write_end).unwrap();
        let message = vec![0u8; 1 << 20];
        let ended = (0..20).find_map(|_| outbox.send(&message).err());
        assert!(matches!(ended, Some(Broken::Hung)));
    }

    #[test]
    fn a_closed_pipe_is_told_apart_from_an_empty_one() {
        let (read_end, write_end) = pipe().unwrap();
        let mut inbox = Inbox::new(read_end).unwrap();
        assert!(inbox.messages::<u8>().unwrap().is_empty());
        drop(write_end);
        assert!(matches!(inbox.messages::<u8>(), Err(Broken::Closed)));
    }
}
