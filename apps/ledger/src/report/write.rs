use super::head::{Facts, Head, Kind, Place};
use super::survey::Survey;
use super::{CHECKPOINT, LEFT_OUT, SHOWN, TYPE, encoded, hex, signed_message, text};
use crate::{Checkpoint, Content, Entry, EntryError, Hash, SignedCheckpoint};
use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256};

/// Takes an entry's bytes and its hash.
pub type Each<'a, E> = &'a mut dyn FnMut(&[u8], Hash) -> Result<(), E>;
/// Takes the next piece of the file.
pub type Out<'a, E> = &'a mut dyn FnMut(&[u8]) -> Result<(), E>;

/// Where the entries come from: the vault's table.
pub trait Source {
    type Error: From<EntryError>;

    /// Calls `each` with the bytes and the hash of every entry after entry `after`, in
    /// order, up to and with entry `to`.
    fn entries(
        &mut self,
        after: u64,
        to: u64,
        each: Each<'_, Self::Error>,
    ) -> Result<(), Self::Error>;
}

/// Writes a report or an export that ends with `head`, the ledger's newest checkpoint:
/// the entry that records this very report. `checkpoints` are written into an export.
///
/// Goes over the entries four times (twice for each pass of the body); `out` is called
/// with pieces in order and never before the ledger's hash and the signature are computed.
pub fn write<S: Source>(
    facts: &Facts,
    survey: &Survey,
    head: &SignedCheckpoint,
    checkpoints: &[SignedCheckpoint],
    key: &SigningKey,
    source: &mut S,
    out: Out<'_, S::Error>,
) -> Result<Head, S::Error> {
    facts.check()?;
    let place = |c: &Checkpoint| Place {
        seq: c.seq,
        hash: c.hash,
    };
    let end = place(head.checkpoint());
    let first = match facts.kind {
        Kind::Export => 1,
        Kind::Report => survey.first.unwrap_or(end.seq),
    };
    let after = before(first, source)?;
    let body = Body {
        facts,
        survey,
        after,
        end,
        checkpoints: match facts.kind {
            Kind::Export => checkpoints,
            Kind::Report => std::slice::from_ref(head),
        },
        opening: text::opening(facts, survey, &end, &key.verifying_key())
            .map_err(|_| EntryError::Text)?,
    };
    let mut sha256 = Sha256::new();
    let mut bytes = 0;
    let text_bytes = body.emit(source, &mut |piece| {
        sha256.update(piece);
        bytes += piece.len() as u64;
        Ok(())
    })?;
    let signed = Head {
        kind: facts.kind,
        id: facts.id.clone(),
        company: facts.company.clone(),
        filter: facts.filter.clone(),
        made: facts.made.clone(),
        release: facts.release.clone(),
        operation: facts.operation,
        after,
        head: end,
        shown: survey.shown,
        text_bytes,
        body_bytes: bytes,
        body_sha256: hex(&sha256.finalize()),
    };
    let line = serde_json::to_string(&signed).map_err(|_| EntryError::Malformed)?;
    let signature = key.sign(&signed_message(line.as_bytes())).to_bytes();
    let header = format!(
        "{TYPE}\nkey {}\nsig {}\n{line}\n",
        encoded(key.verifying_key().as_bytes()),
        encoded(&signature)
    );
    out(header.as_bytes())?;
    body.emit(source, out)?;
    Ok(signed)
}

/// The place before entry `first`.
fn before<S: Source>(first: u64, source: &mut S) -> Result<Place, S::Error> {
    let seq = first.saturating_sub(1);
    let mut hash = Hash::GENESIS;
    if seq > 0 {
        source.entries(seq - 1, seq, &mut |_, kept| {
            hash = kept;
            Ok(())
        })?;
    }
    Ok(Place { seq, hash })
}

struct Body<'a> {
    facts: &'a Facts,
    survey: &'a Survey,
    after: Place,
    end: Place,
    checkpoints: &'a [SignedCheckpoint],
    opening: String,
}

impl Body<'_> {
    /// Gives the length of the part for people.
    fn emit<S: Source>(&self, source: &mut S, out: Out<'_, S::Error>) -> Result<u64, S::Error> {
        let mut text_bytes = self.opening.len() as u64;
        out(self.opening.as_bytes())?;
        if self.facts.kind == Kind::Report {
            source.entries(self.after.seq, self.end.seq, &mut |bytes, _| {
                let entry = Entry::from_bytes(bytes)?;
                if self.survey.shows(&entry) {
                    let mut text = String::new();
                    text::entry(&mut text, &entry).map_err(|_| EntryError::Text)?;
                    text_bytes += text.len() as u64;
                    out(text.as_bytes())?;
                }
                Ok(())
            })?;
        }
        let closing = text::closing();
        text_bytes += closing.len() as u64;
        out(closing.as_bytes())?;
        self.machine_part(source, out)?;
        Ok(text_bytes)
    }

    fn machine_part<S: Source>(
        &self,
        source: &mut S,
        out: Out<'_, S::Error>,
    ) -> Result<(), S::Error> {
        let mut seq = self.after.seq;
        let mut checkpoints = self.checkpoints.iter().peekable();
        let mut line = Vec::new();
        source.entries(self.after.seq, self.end.seq, &mut |bytes, hash| {
            seq += 1;
            line.clear();
            if self.facts.kind == Kind::Export || self.survey.shows(&Entry::from_bytes(bytes)?) {
                line.extend(SHOWN.bytes());
                line.extend(hash.to_string().bytes());
                line.push(b' ');
                line.extend(bytes);
            } else {
                line.extend(LEFT_OUT.bytes());
                line.extend(Content::of(bytes).to_string().bytes());
            }
            line.push(b'\n');
            while let Some(c) = checkpoints.next_if(|c| c.checkpoint().seq <= seq) {
                checkpoint_line(&mut line, c);
            }
            out(&line)
        })?;
        for c in checkpoints {
            line.clear();
            checkpoint_line(&mut line, c);
            out(&line)?;
        }
        Ok(())
    }
}

fn checkpoint_line(line: &mut Vec<u8>, checkpoint: &SignedCheckpoint) {
    line.extend(CHECKPOINT.bytes());
    line.extend(encoded(checkpoint.signature()).bytes());
    line.push(b' ');
    line.extend(checkpoint.body());
    line.push(b'\n');
}
