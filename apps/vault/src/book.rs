//! The ledger within the vault: notes, refusals, pages, verification.

use crate::store::{self, Line, Recorded, Weight};
use crate::{Moment, Note, Page, Session, Vault, VaultError, Verified};
use ed25519_dalek::VerifyingKey;
use ledger::{Break, ChainVerifier, Content, Entry, Event, Hash, SignedCheckpoint};
use mynumber::rights::{Operation, Target};
use rusqlite::Connection;
use std::panic::resume_unwind;
use std::sync::mpsc;

/// How many entries are checked between two calls of `progress`: some hundred kilobytes,
/// which the two threads hand to each other within the processor's cache.
const STRIDE: u64 = 512;
/// How many times as many may be read ahead of the check.
const BATCHES: usize = 4;
/// The most entries of one page.
const MAX_PAGE: u16 = 1000;

impl Vault {
    /// Records something that changes nothing in the store: a confirmed clock, an input
    /// device that was allowed.
    pub fn record(
        &mut self,
        session: Option<&Session>,
        note: &Note,
        now: Moment,
    ) -> Result<(), VaultError> {
        self.transact(session, Weight::Essential, now, |_| {
            Ok(Recorded::new((), Line::ok(note.clone())))
        })
    }

    /// Records a request that was refused, with its error code (`E-…`).
    pub fn record_refusal(
        &mut self,
        session: Option<&Session>,
        note: &Note,
        code: &str,
        now: Moment,
    ) -> Result<(), VaultError> {
        self.transact(session, Weight::Essential, now, |_| {
            Ok(Recorded::new((), Line::refused(note.clone(), code)))
        })
    }

    /// The newest entries with a counter below `before` (none: the newest), newest first.
    /// `limit` counts up to 1000.
    pub fn ledger_page(
        &self,
        session: &Session,
        before: Option<u64>,
        limit: u16,
    ) -> Result<Page<Entry>, VaultError> {
        session.allow(Operation::ReadLedger, &Target::Company)?;
        let company = session.company()?;
        let total = store::head(&self.conn, company)?.map_or(0, |(seq, _)| seq);
        let before = before.map_or(i64::MAX, |b| i64::try_from(b).unwrap_or(i64::MAX));
        let mut statement = self.conn.prepare_cached(
            "SELECT seq, bytes FROM ledger WHERE company_id = ?1 AND seq < ?2
             ORDER BY seq DESC LIMIT ?3",
        )?;
        let mut found = statement.query((company, before, limit.min(MAX_PAGE)))?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let seq = row.get::<_, i64>(0)? as u64;
            let bytes: Vec<u8> = row.get(1)?;
            let entry = Entry::from_bytes(&bytes)
                .map_err(|_| VaultError::LedgerBroken(Break::Malformed { seq }))?;
            rows.push(entry);
        }
        Ok(Page { total, rows })
    }

    /// Checks the whole chain and every checkpoint, and records that with its result.
    /// `progress(done, total)` is called now and then and stops the work by `false`.
    pub fn verify_ledger(
        &mut self,
        session: &Session,
        now: Moment,
        progress: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<Verified, VaultError> {
        session.allow(Operation::ReadLedger, &Target::Company)?;
        let result = self.walk(session, progress);
        let note = Note::new(Event::LedgerVerified);
        match &result {
            Ok(verified) => {
                let count = u32::try_from(verified.entries).unwrap_or(u32::MAX);
                self.record(Some(session), &note.count(count), now)?;
            }
            Err(VaultError::LedgerBroken(_)) => {
                self.record_refusal(Some(session), &note, "E-401", now)?;
            }
            Err(_) => {}
        }
        result
    }

    pub(crate) fn walk(
        &self,
        session: &Session,
        progress: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<Verified, VaultError> {
        let key = session.verifying_key()?;
        walk(&self.conn, session.company()?, &key, progress)
    }

    /// Every checkpoint, its signature checked against the key that the login opened.
    pub(crate) fn checkpoints(
        &self,
        session: &Session,
    ) -> Result<Vec<SignedCheckpoint>, VaultError> {
        checkpoints(&self.conn, session.company()?, &session.verifying_key()?)
    }
}

/// Checks a company's whole chain against its key, calling `progress(done, total)` now and
/// then.
pub(crate) fn walk(
    conn: &Connection,
    company: &str,
    key: &VerifyingKey,
    progress: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Verified, VaultError> {
    let checkpoints = checkpoints(conn, company, key)?;
    let total = store::head(conn, company)?.map_or(0, |(seq, _)| seq);
    let chain = ChainVerifier::with_checkpoints(&checkpoints);
    // This thread reads rows and hashes them while another checks those before.
    let (read, checked) = std::thread::scope(|scope| {
        let (sender, batches) = mpsc::sync_channel(BATCHES);
        let (give_back, checked_batches) = mpsc::channel();
        let checker = std::thread::Builder::new()
            .spawn_scoped(scope, move || check(chain, &batches, &give_back))
            .map_err(|_| VaultError::NoMemory)?;
        let read = read_batches(conn, company, &mut |batch, done| {
            // Nobody takes it once a break was found, which `checker` tells.
            if sender.send(batch).is_err() {
                return Ok(None);
            }
            match progress(done, total) {
                true => Ok(Some(checked_batches.try_recv().unwrap_or_default())),
                false => Err(VaultError::Cancelled),
            }
        });
        drop(sender);
        let checked = checker.join().unwrap_or_else(|panic| resume_unwind(panic));
        Ok::<_, VaultError>((read, checked))
    })?;
    // A break before the place where reading failed is what there is to tell.
    let chain = checked.map_err(VaultError::LedgerBroken)?;
    read?;
    let (entries, _) = chain.finish().map_err(VaultError::LedgerBroken)?;
    Ok(Verified {
        entries,
        checkpoints: checkpoints.len() as u64,
    })
}

/// Entries one after another, with where each ends, its content's hash and the chain's hash
/// kept beside it.
#[derive(Default)]
struct Batch {
    bytes: Vec<u8>,
    entries: Vec<(usize, Content, Hash)>,
}

/// Reads a company's ledger in batches for `take`, which also learns how many entries were
/// read, gives an empty one to go on with, and stops the reading by `None`.
fn read_batches(
    conn: &Connection,
    company: &str,
    take: &mut dyn FnMut(Batch, u64) -> Result<Option<Batch>, VaultError>,
) -> Result<(), VaultError> {
    let mut statement =
        conn.prepare_cached("SELECT bytes, hash FROM ledger WHERE company_id = ?1 ORDER BY seq")?;
    let mut rows = statement.query([company])?;
    let mut batch = Batch::default();
    let mut done = 0;
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(0)?.as_blob().unwrap_or_default();
        batch.bytes.extend_from_slice(bytes);
        let hash = Hash::from_bytes(row.get(1)?);
        batch
            .entries
            .push((batch.bytes.len(), Content::of(bytes), hash));
        done += 1;
        if done % STRIDE == 0 {
            match take(batch, done)? {
                Some(empty) => batch = empty,
                None => return Ok(()),
            }
        }
    }
    take(batch, done).map(|_| ())
}

fn check(
    mut chain: ChainVerifier,
    batches: &mpsc::Receiver<Batch>,
    give_back: &mpsc::Sender<Batch>,
) -> Result<ChainVerifier, Break> {
    for mut batch in batches {
        let mut start = 0;
        for (end, content, kept) in batch.entries.drain(..) {
            chain.push_hashed(&batch.bytes[start..end], &content, kept)?;
            start = end;
        }
        batch.bytes.clear();
        // The reader may have ended already.
        let _ = give_back.send(batch);
    }
    Ok(chain)
}

/// Every checkpoint of a company, its signature checked against the key.
fn checkpoints(
    conn: &Connection,
    company: &str,
    key: &VerifyingKey,
) -> Result<Vec<SignedCheckpoint>, VaultError> {
    let mut statement = conn.prepare_cached(
        "SELECT seq, body, signature FROM checkpoints WHERE company_id = ?1 ORDER BY seq",
    )?;
    let mut rows = statement.query([company])?;
    let mut checkpoints = Vec::new();
    while let Some(row) = rows.next()? {
        let seq = row.get::<_, i64>(0)? as u64;
        let (body, signature): (Vec<u8>, [u8; 64]) = (row.get(1)?, row.get(2)?);
        let checkpoint = SignedCheckpoint::verify(&body, &signature, key)
            .ok()
            .filter(|c| c.checkpoint().seq == seq)
            .ok_or(VaultError::LedgerBroken(Break::Checkpoint { seq }))?;
        checkpoints.push(checkpoint);
    }
    Ok(checkpoints)
}
