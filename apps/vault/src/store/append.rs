//! Appending to a company's ledger within a transaction.

use super::Line;
use crate::{Moment, Session, VaultError, keys, rights};
use ledger::{
    Checkpoint, Entry, Event, Hash, Link, Outcome, Pc, Salt, SessionStamp, SignedCheckpoint, User,
};
use rusqlite::{CachedStatement, Connection, OptionalExtension};

/// Appends to the ledgers within a transaction.
pub(super) struct LedgerWriter<'a> {
    pub(super) conn: &'a Connection,
    /// In whose ledger stands what no company's session does.
    pub(super) home: &'a str,
    pub(super) pc: &'a Pc,
    pub(super) session: Option<&'a Session>,
    pub(super) now: Moment,
}

impl LedgerWriter<'_> {
    /// Every line, and a checkpoint where the session can sign one.
    pub(super) fn write(&self, lines: Vec<Line>, checkpoint: bool) -> Result<(), VaultError> {
        let entered = self.session.and_then(|s| s.entered().ok());
        let own = entered.map_or(self.home, |e| e.company.as_str());
        let mut chain = None;
        for mut line in lines {
            match line.company.take().filter(|company| company != own) {
                Some(other) => self.chain(&other)?.append(line)?,
                None => match &mut chain {
                    Some(chain) => chain,
                    none => none.insert(self.chain(own)?),
                }
                .append(line)?,
            }
        }
        let (true, Some(entered), Some(chain)) = (checkpoint, entered, chain) else {
            return Ok(());
        };
        let checkpoint = Checkpoint {
            seq: chain.entry.seq,
            hash: chain.last,
            unix_seconds: self.now.unix_seconds,
        };
        let signed = SignedCheckpoint::sign(checkpoint, &entered.signing);
        self.conn
            .prepare_cached(
                "INSERT INTO checkpoints (company_id, seq, body, signature)
                 VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((
                own,
                chain.entry.seq as i64,
                signed.body(),
                signed.signature(),
            ))?;
        Ok(())
    }

    /// The end of a company's chain, where lines are appended.
    fn chain<'c>(&'c self, company: &'c str) -> Result<Chain<'c>, VaultError> {
        let (seq, last) = head(self.conn, company)?.unwrap_or((0, Hash::GENESIS));
        let insert = self.conn.prepare_cached(
            "INSERT INTO ledger (company_id, seq, bytes, hash) VALUES (?1, ?2, ?3, ?4)",
        )?;
        let entry = Entry {
            seq,
            unix_seconds: self.now.unix_seconds,
            clock_confirmed: self.now.clock_confirmed,
            user: self.user(company)?,
            pc: self.pc.clone(),
            session: self.session.map(|s| SessionStamp {
                id: s.id().to_owned(),
                seconds: self.now.steady_seconds.saturating_sub(s.began()),
            }),
            // Each line has its own.
            event: Event::FirstRun,
            subject: None,
            purpose: None,
            document: None,
            count: None,
            outcome: Outcome::Ok,
        };
        Ok(Chain {
            company,
            entry,
            last,
            insert,
        })
    }

    /// Who it is, in the role they have in this company.
    fn user(&self, company: &str) -> Result<Option<User>, VaultError> {
        let Some(session) = self.session else {
            return Ok(None);
        };
        if let Ok(entered) = session.entered()
            && entered.company == company
        {
            return Ok(Some(entered.user.clone()));
        }
        let grant = rights::grant(self.conn, company, session.user_id())?;
        Ok(grant.map(|grant| session.account.ledger_user(grant.role())))
    }
}

/// A company's ledger and its end. An import appends a line for each number, so that what is
/// the same in all of them is made once.
struct Chain<'a> {
    company: &'a str,
    /// The entry appended last; before the first, what all of them have in common.
    entry: Entry,
    last: Hash,
    insert: CachedStatement<'a>,
}

impl Chain<'_> {
    fn append(&mut self, line: Line) -> Result<(), VaultError> {
        let entry = &mut self.entry;
        entry.seq += 1;
        entry.event = line.note.event;
        entry.subject = line.note.subject;
        entry.purpose = line.note.purpose;
        entry.document = line.note.document;
        entry.count = line.note.count;
        entry.outcome = line.outcome;
        let salt = keys::random_salt().map(Salt::from_bytes)?;
        let link = Link::seal(entry, &self.last, salt)?;
        self.last = link.hash();
        self.insert.execute((
            self.company,
            entry.seq as i64,
            link.bytes(),
            self.last.as_bytes(),
        ))?;
        Ok(())
    }
}

/// The newest entry's counter and hash.
pub(crate) fn head(conn: &Connection, company: &str) -> Result<Option<(u64, Hash)>, VaultError> {
    Ok(conn
        .prepare_cached(
            "SELECT seq, hash FROM ledger WHERE company_id = ?1 ORDER BY seq DESC LIMIT 1",
        )?
        .query_row([company], |r| {
            Ok((r.get::<_, i64>(0)? as u64, Hash::from_bytes(r.get(1)?)))
        })
        .optional()?)
}
