use super::head::{Head, MAX_HEAD};
use super::{CHECKPOINT, LEFT_OUT, SHOWN, TYPE, decoded, hex, signed_message};
use crate::{
    Break, ChainVerifier, CheckpointError, Content, Entry, Hash, MAX_ENTRY, SignedCheckpoint,
};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};
use std::io::{BufRead, Read};

/// The most bytes of a line of the machine part: mark, hash, blank, entry.
const MAX_LINE: usize = SHOWN.len() + 64 + 1 + MAX_ENTRY;

/// A report that holds from its first byte to its last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub head: Head,
    /// How many entries it leaves out.
    pub left_out: u64,
    /// How many checkpoints it has.
    pub checkpoints: u64,
}

/// Why a file is not such a report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("it cannot be read: {0:?}")]
    Io(std::io::ErrorKind),
    #[error("it is no ledger report of version 1")]
    WrongType,
    #[error("its key or signature line is not well formed")]
    Header,
    #[error("another key than the expected one made it")]
    WrongKey,
    #[error("its signature does not hold: the head was changed")]
    Signature,
    #[error("its head is longer than {MAX_HEAD} bytes or says something impossible")]
    Head,
    #[error("it ends too early: the entries stop after {after}")]
    CutOff { after: u64 },
    #[error("after entry {after} stands a line that is none")]
    Line { after: u64 },
    #[error("{0}")]
    Chain(#[from] Break),
    #[error("the entries end with {seq}, or with another hash than the head says")]
    OtherHead { seq: u64 },
    #[error("it shows another number of entries than the head says")]
    OtherCount,
    #[error("its text was changed")]
    Text,
    #[error("something follows its end")]
    Trailing,
}

/// Checks a report or an export against the key that must have made it, and calls `each`
/// with every entry shown and the chain's hash after it. Nothing that `each` saw counts unless the result is `Ok`.
///
/// Bounded before parsing: the head, every line; memory does not grow with the file.
pub fn verify(
    input: &mut impl BufRead,
    key: &VerifyingKey,
    each: &mut dyn FnMut(&Entry, Hash),
) -> Result<Report, Problem> {
    let head = signed_head(input, key)?;
    let mut body = Body {
        input: Read::take(&mut *input, head.body_bytes),
        sha256: Sha256::new(),
    };
    body.skip(head.text_bytes, head.after.seq)?;
    let mut entries = Entries {
        chain: ChainVerifier::after(head.after.seq, head.after.hash),
        last: head.after.hash,
        key,
        shown: 0,
        left_out: 0,
        checkpoints: 0,
    };
    while let Some(line) = body.line(entries.chain.count())? {
        entries.take(&line, each)?;
    }
    let Entries {
        shown,
        left_out,
        checkpoints,
        chain,
        last,
        ..
    } = entries;
    if body.input.limit() > 0 {
        return Err(Problem::CutOff {
            after: chain.count(),
        });
    }
    if (chain.count(), last) != (head.head.seq, head.head.hash) {
        return Err(Problem::OtherHead { seq: chain.count() });
    }
    if shown != head.shown {
        return Err(Problem::OtherCount);
    }
    if hex(&body.sha256.finalize()) != head.body_sha256 {
        return Err(Problem::Text);
    }
    if !input.fill_buf().map_err(io)?.is_empty() {
        return Err(Problem::Trailing);
    }
    Ok(Report {
        head,
        left_out,
        checkpoints,
    })
}

/// Reads the first four lines; the signature decides before the head is parsed.
fn signed_head(input: &mut impl BufRead, key: &VerifyingKey) -> Result<Head, Problem> {
    let first = short_line(input, TYPE.len())?.ok_or(Problem::WrongType)?;
    if first != TYPE.as_bytes() {
        return Err(Problem::WrongType);
    }
    let its_key: [u8; 32] = labelled(input, "key ")?;
    let signature: [u8; 64] = labelled(input, "sig ")?;
    let line = short_line(input, MAX_HEAD)?.ok_or(Problem::Head)?;
    if &its_key != key.as_bytes() {
        return Err(Problem::WrongKey);
    }
    key.verify_strict(&signed_message(&line), &Signature::from_bytes(&signature))
        .map_err(|_| Problem::Signature)?;
    let head: Head = serde_json::from_slice(&line).map_err(|_| Problem::Head)?;
    let possible = head.text_bytes <= head.body_bytes && head.after.seq <= head.head.seq;
    possible.then_some(head).ok_or(Problem::Head)
}

fn labelled<const N: usize>(input: &mut impl BufRead, label: &str) -> Result<[u8; N], Problem> {
    let line = short_line(input, label.len() + N.div_ceil(3) * 4)?.ok_or(Problem::Header)?;
    line.strip_prefix(label.as_bytes())
        .and_then(decoded)
        .ok_or(Problem::Header)
}

/// A line of at most `most` bytes without its line break; `None` when it is longer or the
/// input ends before a line break.
fn short_line(input: &mut impl BufRead, most: usize) -> Result<Option<Vec<u8>>, Problem> {
    let mut line = Vec::new();
    input
        .take(most as u64 + 1)
        .read_until(b'\n', &mut line)
        .map_err(io)?;
    Ok((line.pop() == Some(b'\n')).then_some(line))
}

fn io(error: std::io::Error) -> Problem {
    Problem::Io(error.kind())
}

/// What follows the head, hashed as it is read.
struct Body<R> {
    input: std::io::Take<R>,
    sha256: Sha256,
}

impl<R: BufRead> Body<R> {
    /// Steps over the part for people. `after` is the entry before the first line.
    fn skip(&mut self, mut bytes: u64, after: u64) -> Result<(), Problem> {
        while bytes > 0 {
            let piece = self.input.fill_buf().map_err(io)?;
            if piece.is_empty() {
                return Err(Problem::CutOff { after });
            }
            let length = piece
                .len()
                .min(usize::try_from(bytes).unwrap_or(usize::MAX));
            self.sha256.update(&piece[..length]);
            self.input.consume(length);
            bytes -= length as u64;
        }
        Ok(())
    }

    /// The next line; `None` at the end. `after` is the entry before it.
    fn line(&mut self, after: u64) -> Result<Option<Vec<u8>>, Problem> {
        if self.input.fill_buf().map_err(io)?.is_empty() {
            return Ok(None);
        }
        let mut line = Vec::new();
        (&mut self.input)
            .take(MAX_LINE as u64 + 1)
            .read_until(b'\n', &mut line)
            .map_err(io)?;
        self.sha256.update(&line);
        match line.pop() {
            Some(b'\n') => Ok(Some(line)),
            _ if line.len() < MAX_LINE => Err(Problem::CutOff { after }),
            _ => Err(Problem::Line { after }),
        }
    }
}

/// The chain as the lines give it.
struct Entries<'a> {
    chain: ChainVerifier,
    last: Hash,
    key: &'a VerifyingKey,
    shown: u64,
    left_out: u64,
    checkpoints: u64,
}

impl Entries<'_> {
    fn take(&mut self, line: &[u8], each: &mut dyn FnMut(&Entry, Hash)) -> Result<(), Problem> {
        let unreadable = Problem::Line {
            after: self.chain.count(),
        };
        let line = std::str::from_utf8(line).map_err(|_| unreadable.clone())?;
        if let Some(shown) = line.strip_prefix(SHOWN) {
            let (hash, bytes) = shown.split_once(' ').ok_or(unreadable.clone())?;
            let hash = Hash::from_hex(hash).ok_or(unreadable.clone())?;
            self.chain.push(bytes.as_bytes(), hash)?;
            each(
                &Entry::from_bytes(bytes.as_bytes()).map_err(|_| unreadable)?,
                hash,
            );
            self.last = hash;
            self.shown += 1;
        } else if let Some(content) = line.strip_prefix(LEFT_OUT) {
            let content = Content::from_hex(content).ok_or(unreadable)?;
            self.last = self.chain.push_hidden(&content)?;
            self.left_out += 1;
        } else if let Some(checkpoint) = line.strip_prefix(CHECKPOINT) {
            let (signature, body) = checkpoint.split_once(' ').ok_or(unreadable.clone())?;
            let signature = decoded(signature.as_bytes()).ok_or(unreadable.clone())?;
            self.checkpoint(body, &signature, unreadable)?;
        } else {
            return Err(unreadable);
        }
        Ok(())
    }

    /// A checkpoint stands right after the entry it names; one that names a later entry is
    /// written after the last.
    fn checkpoint(
        &mut self,
        body: &str,
        signature: &[u8; 64],
        unreadable: Problem,
    ) -> Result<(), Problem> {
        let at = self.chain.count();
        let signed = SignedCheckpoint::verify(body.as_bytes(), signature, self.key).map_err(
            |e| match e {
                CheckpointError::Signature => Break::Checkpoint { seq: at }.into(),
                CheckpointError::Malformed => unreadable.clone(),
            },
        )?;
        let named = signed.checkpoint();
        self.checkpoints += 1;
        match named.seq.cmp(&at) {
            std::cmp::Ordering::Less => Err(unreadable),
            std::cmp::Ordering::Greater => Err(Break::Truncated { seq: named.seq }.into()),
            std::cmp::Ordering::Equal if named.hash != self.last => {
                Err(Break::Rewritten { seq: at }.into())
            }
            std::cmp::Ordering::Equal => Ok(()),
        }
    }
}
