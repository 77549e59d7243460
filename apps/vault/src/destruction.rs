//! Destroying numbers (廃棄): the data key and the ciphertext go, the number key that
//! wrapped the data key is replaced, and a tombstone without the number stays for ever.

use crate::pending::Act;
use crate::retention::{self, Confirmation};
use crate::store::{Line, Recorded, Weight};
use crate::subjects::page_size;
use crate::subjects::particulars::subject;
use crate::{CompanyId, Moment, Note, Page, PersonId, Session, Vault, VaultError, keys, numbers};
use ledger::Event;
use mynumber::rights::Operation;
use rusqlite::Row;
use serde::{Deserialize, Serialize};

/// 廃棄理由
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DestroyReason {
    /// 保存期間満了: nothing requires or allows to keep it any longer.
    RetentionEnded,
    /// 誤収集: it should never have been collected.
    CollectedByMistake,
    /// 取引終了・対象外: it is not needed, whatever the period.
    NoLongerNeeded,
    /// 番号変更: another number took its place.
    Replaced,
    /// 取込みの取消: the import that brought it was undone.
    ImportUndone,
}

impl DestroyReason {
    pub const ALL: [Self; 5] = [
        Self::RetentionEnded,
        Self::CollectedByMistake,
        Self::NoLongerNeeded,
        Self::Replaced,
        Self::ImportUndone,
    ];

    /// As stored and sent.
    pub const fn code(self) -> &'static str {
        match self {
            Self::RetentionEnded => "retention_ended",
            Self::CollectedByMistake => "collected_by_mistake",
            Self::NoLongerNeeded => "no_longer_needed",
            Self::Replaced => "replaced",
            Self::ImportUndone => "import_undone",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }

    pub const fn japanese(self) -> &'static str {
        match self {
            Self::RetentionEnded => "保存期間満了",
            Self::CollectedByMistake => "誤収集",
            Self::NoLongerNeeded => "利用の必要がなくなった",
            Self::Replaced => "番号変更",
            Self::ImportUndone => "取込みの取消",
        }
    }

    pub const fn english(self) -> &'static str {
        match self {
            Self::RetentionEnded => "its retention period ended",
            Self::CollectedByMistake => "collected by mistake",
            Self::NoLongerNeeded => "no longer needed",
            Self::Replaced => "replaced by another number",
            Self::ImportUndone => "the import that brought it was undone",
        }
    }
}

/// What one confirmed deletion did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestroyedNumbers {
    /// Its id, as the ledger has it with every person.
    pub batch: String,
    /// Whose numbers there were to destroy.
    pub people: Vec<PersonId>,
}

/// That a number was destroyed. It never holds the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tombstone {
    pub company: CompanyId,
    pub number: i64,
    pub person: PersonId,
    pub destroyed_unix: i64,
    pub reason: DestroyReason,
}

impl Tombstone {
    /// From the columns in the order of the fields.
    pub(crate) fn read(r: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            company: r.get(0)?,
            number: r.get(1)?,
            person: r.get(2)?,
            destroyed_unix: r.get(3)?,
            reason: crate::people::stored(
                DestroyReason::from_code(r.get_ref(4)?.as_str()?).ok_or(()),
            )?,
        })
    }
}

impl Vault {
    /// Destroys the numbers of these people, all or none, with one rotation. People without
    /// a number are left out; [`VaultError::NoNumber`] where nobody has one. What is still
    /// needed or held by a document is refused with [`VaultError::MustKeep`], unless it was
    /// collected by mistake. Each has its line in the deletion record.
    pub fn destroy_numbers(
        &mut self,
        session: &Session,
        people: &[PersonId],
        reason: DestroyReason,
        now: Moment,
    ) -> Result<DestroyedNumbers, VaultError> {
        session.seen(now);
        session.allow_any(&[Operation::Delete])?;
        let mut people = people.to_vec();
        people.sort_unstable();
        people.dedup();
        for person in &people {
            session.allow_person(&self.conn, Operation::Delete, *person)?;
        }
        let mut held = Vec::with_capacity(people.len());
        for person in people {
            if numbers::held(&self.conn, person)? {
                held.push(person);
            }
        }
        let people = held;
        if people.is_empty() {
            return Err(VaultError::NoNumber);
        }
        for person in &people {
            retention::may_destroy(&self.conn, *person, reason, session.today())?;
        }
        let act = Act::Destroy {
            people: people.clone(),
            reason,
        };
        let cleared = self.clear(session, &act, now)?;
        let batch = keys::random_id()?;
        let company = session.company()?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let confirmed_by = cleared.confirmed_by(tx.conn())?;
            let mut lines = cleared.spend(tx)?;
            for person in &people {
                let plan = retention::may_destroy(tx.conn(), *person, reason, session.today())?;
                let confirmation = Confirmation {
                    batch: &batch,
                    reason,
                    confirmed_by: confirmed_by.as_deref(),
                    plan: plan.as_ref(),
                };
                numbers::destroy(tx, session, *person, confirmation, now)?;
                let note = Note::new(Event::NumberDestroyed)
                    .about(subject(tx.conn(), company, *person)?)
                    .document(&batch);
                lines.push(Line::ok(note));
            }
            lines.push(retention::recorded(
                tx.conn(),
                session,
                &batch,
                people.len(),
            )?);
            Ok(Recorded::of((), lines).with_checkpoint())
        })?;
        Ok(DestroyedNumbers { batch, people })
    }

    /// The numbers of the company entered that were destroyed, oldest first. `limit` counts
    /// up to 1000.
    pub fn tombstones(
        &self,
        session: &Session,
        offset: u32,
        limit: u16,
    ) -> Result<Page<Tombstone>, VaultError> {
        session.allow_any(&[Operation::Delete, Operation::Approve, Operation::ReadLedger])?;
        let company = session.company()?;
        let total: i64 = self
            .conn
            .prepare_cached("SELECT count(*) FROM tombstones WHERE company_id = ?1")?
            .query_row([company], |r| r.get(0))?;
        let mut statement = self.conn.prepare_cached(
            "SELECT company_id, number_id, person_id, destroyed_unix, reason FROM tombstones
             WHERE company_id = ?1 ORDER BY destroyed_unix, number_id LIMIT ?2 OFFSET ?3",
        )?;
        let rows = statement.query_map((company, page_size(limit), offset), Tombstone::read)?;
        Ok(Page {
            total: total as u64,
            rows: rows.collect::<Result<_, _>>()?,
        })
    }
}
