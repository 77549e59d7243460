//! One conversation over a pair of pipes, never waiting.

use protocol::FrameReader;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use zeroize::{Zeroize, Zeroizing};

/// The other side is gone or does not speak the protocol: nothing can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

pub struct Pipe {
    reads: OwnedFd,
    writes: OwnedFd,
    incoming: FrameReader,
    outgoing: VecDeque<Zeroizing<Vec<u8>>>,
    /// How much of the first outgoing frame is written.
    written: usize,
}

impl Pipe {
    pub fn new((reads, writes): (OwnedFd, OwnedFd)) -> Result<Self, Closed> {
        for fd in [&reads, &writes] {
            let flags = fcntl_getfl(fd).map_err(|_| Closed)?;
            fcntl_setfl(fd, flags | OFlags::NONBLOCK).map_err(|_| Closed)?;
        }
        Ok(Self {
            reads,
            writes,
            incoming: FrameReader::default(),
            outgoing: VecDeque::new(),
            written: 0,
        })
    }

    pub fn reads(&self) -> BorrowedFd<'_> {
        self.reads.as_fd()
    }

    /// The side to wait for when something is still to be written.
    pub fn blocked(&self) -> Option<BorrowedFd<'_>> {
        (!self.outgoing.is_empty()).then(|| self.writes.as_fd())
    }

    pub fn send<T: serde::Serialize>(&mut self, message: &T) -> Result<(), Closed> {
        let frame = protocol::encode(message).map_err(|_| Closed)?;
        self.outgoing.push_back(frame);
        self.flush()
    }

    /// Writes what the pipe takes.
    pub fn flush(&mut self) -> Result<(), Closed> {
        while let Some(frame) = self.outgoing.front() {
            match rustix::io::write(&self.writes, &frame[self.written..]) {
                Ok(count) => self.written += count,
                Err(Errno::AGAIN) => return Ok(()),
                Err(Errno::INTR) => continue,
                Err(_) => return Err(Closed),
            }
            if self.written == frame.len() {
                self.outgoing.pop_front();
                self.written = 0;
            }
        }
        Ok(())
    }

    /// Every message that has arrived.
    pub fn receive<T: serde::de::DeserializeOwned>(&mut self) -> Result<Vec<T>, Closed> {
        let mut buffer = [0u8; 16 * 1024];
        let mut messages = Vec::new();
        loop {
            match rustix::io::read(&self.reads, &mut buffer) {
                Ok(0) => return Err(Closed),
                Ok(count) => {
                    self.incoming.push(&buffer[..count]);
                    buffer[..count].zeroize();
                }
                Err(Errno::AGAIN) => break,
                Err(Errno::INTR) => continue,
                Err(_) => return Err(Closed),
            }
        }
        while let Some(message) = self.incoming.next().map_err(|_| Closed)? {
            messages.push(message);
        }
        Ok(messages)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn pair() -> (Pipe, Pipe) {
        let (a_reads, b_writes) = rustix::pipe::pipe().unwrap();
        let (b_reads, a_writes) = rustix::pipe::pipe().unwrap();
        (
            Pipe::new((a_reads, a_writes)).unwrap(),
            Pipe::new((b_reads, b_writes)).unwrap(),
        )
    }

    #[test]
    fn a_frame_larger_than_the_pipe_arrives_whole_without_waiting() {
        let (mut a, mut b) = pair();
        let long = "x".repeat(900_000);
        a.send(&long).unwrap();
        let mut seen: Vec<String> = Vec::new();
        while seen.is_empty() {
            seen = b.receive().unwrap();
            a.flush().unwrap();
        }
        assert_eq!(seen, [long]);
        assert!(a.blocked().is_none());
    }

    #[test]
    fn the_other_side_gone_is_told() {
        let (a, mut b) = pair();
        drop(a);
        assert_eq!(b.receive::<u8>(), Err(Closed));
    }
}
