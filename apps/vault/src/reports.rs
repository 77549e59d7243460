//! 作業履歴報告書 and the export of a whole ledger, and the check against an older one.
//! `docs/formats/ledger-report.md` has the file's form.

use crate::store::{self, Line, Recorded, Weight};
use crate::{Moment, Note, PersonId, Session, UserId, Vault, VaultError, keys};
use ledger::report::{
    self, CompanyName, Each, Facts, Filter, Head, Kind, Made, Named, Out, Source, Survey,
};
use ledger::{Break, Entry, Event, Hash, SignedCheckpoint, Subject};
use mynumber::Date;
use mynumber::rights::{Operation, Target};
use rusqlite::{Connection, OptionalExtension};
use std::io::BufRead;

/// What a report is to show; `None` leaves nothing out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportRequest {
    /// The first and the last day, in Japan.
    pub from: Option<Date>,
    pub to: Option<Date>,
    pub person: Option<PersonId>,
    pub user: Option<UserId>,
}

impl Vault {
    /// Makes a report about the company entered. `out` takes the file piece by piece and
    /// stops the work by an error; the ledger says that a report was made before the first
    /// piece comes.
    ///
    /// [`VaultError::LedgerBroken`] when the chain does not hold: such a ledger can only be
    /// exported.
    pub fn make_report(
        &mut self,
        session: &Session,
        request: &ReportRequest,
        now: Moment,
        out: Out<'_, VaultError>,
    ) -> Result<Head, VaultError> {
        match request.person {
            None => session.allow(Operation::ReadLedger, &Target::Company)?,
            Some(person) => {
                session.allow_person(&self.conn, Operation::ReadLedger, person)?;
            }
        }
        let filter = self.filter(session, request)?;
        let walked = self.walk(session, &mut |_, _| true);
        if let Err(VaultError::LedgerBroken(_)) = &walked {
            let note = Note::new(Event::ReportMade).about(subject("-", &filter));
            self.record_refusal(Some(session), &note, "E-401", now)?;
        }
        walked?;
        self.write_report(session, Kind::Report, filter, now, out)
    }

    /// Writes out the whole ledger with every checkpoint.
    pub fn export_ledger(
        &mut self,
        session: &Session,
        now: Moment,
        out: Out<'_, VaultError>,
    ) -> Result<Head, VaultError> {
        session.allow(Operation::ReadLedger, &Target::Company)?;
        self.write_report(session, Kind::Export, Filter::default(), now, out)
    }

    /// Checks that the ledger still holds what an older report or export of it shows and
    /// ends with: nothing was cut off and nothing rewritten since. The result is recorded.
    /// `progress(done, total)` counts entries and stops the work by `false`.
    pub fn compare_report(
        &mut self,
        session: &Session,
        older: &mut impl BufRead,
        now: Moment,
        progress: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<Head, VaultError> {
        session.allow(Operation::ReadLedger, &Target::Company)?;
        let (head, result) = self.compare(session, older, progress)?;
        let note = Note::new(Event::LedgerCompared).about(subject(&head.id, &head.filter));
        match result {
            Ok(()) => self.record(Some(session), &note, now)?,
            Err(_) => self.record_refusal(Some(session), &note, "E-401", now)?,
        }
        result.map(|()| head).map_err(VaultError::LedgerBroken)
    }

    fn compare(
        &self,
        session: &Session,
        older: &mut impl BufRead,
        progress: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<(Head, Result<(), Break>), VaultError> {
        let company = session.company()?;
        let key = session.verifying_key()?;
        let total = store::head(&self.conn, company)?.map_or(0, |(seq, _)| seq);
        let mut rewritten = None;
        let mut failed = Ok(());
        let report = report::verify(older, &key, &mut |entry, hash| {
            if entry.seq > total || rewritten.is_some() {
                return;
            }
            match hash_at(&self.conn, company, entry.seq) {
                Ok(ours) if ours == hash => {}
                Ok(_) => rewritten = Some(entry.seq),
                Err(error) => failed = Err(error),
            }
        })
        .map_err(VaultError::Report)?;
        failed?;
        let head = report.head;
        let earlier = ledger::Checkpoint {
            seq: head.head.seq,
            hash: head.head.hash,
            unix_seconds: head.made.unix_seconds,
        };
        // Equal hashes prove something only within an intact chain.
        let result = match (self.walk(session, progress), rewritten) {
            (Err(VaultError::LedgerBroken(broken)), _) => Err(broken),
            (Err(error), _) => return Err(error),
            (Ok(_), Some(seq)) => Err(Break::Rewritten { seq }),
            (Ok(_), None) => {
                ledger::verify_against(&earlier, total, |n| hash_at(&self.conn, company, n))?
            }
        };
        Ok((head, result))
    }

    fn write_report(
        &mut self,
        session: &Session,
        kind: Kind,
        filter: Filter,
        now: Moment,
        out: Out<'_, VaultError>,
    ) -> Result<Head, VaultError> {
        let facts = self.facts(session, kind, filter, now)?;
        let company = session.company()?;
        let mut survey = self.survey(company, &facts)?;
        let event = match kind {
            Kind::Report => Event::ReportMade,
            Kind::Export => Event::LedgerExported,
        };
        let note = Note::new(event)
            .about(subject(&facts.id, &facts.filter))
            .count(u32::try_from(survey.shown()).unwrap_or(u32::MAX));
        self.transact(Some(session), Weight::Ordinary, now, |_| {
            Ok(Recorded::new((), Line::ok(note.clone())).with_checkpoint())
        })?;
        let head = newest_checkpoint(&self.conn, session)?;
        let checkpoints = match kind {
            Kind::Report => Vec::new(),
            Kind::Export => self.checkpoints(session)?,
        };
        let mut rows = Rows {
            conn: &self.conn,
            company,
        };
        // The entry just written is part of what it reports.
        let newest = head.checkpoint().seq;
        rows.entries(newest - 1, newest, &mut |bytes, _| {
            survey.count(&Entry::from_bytes(bytes)?);
            Ok(())
        })?;
        report::write(
            &facts,
            &survey,
            &head,
            &checkpoints,
            session.signing_key()?,
            &mut rows,
            out,
        )
    }

    fn survey(&self, company: &str, facts: &Facts) -> Result<Survey, VaultError> {
        let mut survey = Survey::new(facts.kind, &facts.filter);
        let end = store::head(&self.conn, company)?.map_or(0, |(seq, _)| seq);
        let mut rows = Rows {
            conn: &self.conn,
            company,
        };
        if survey.wants_meeting() {
            rows.entries(0, end, &mut |bytes, _| {
                survey.meet(&Entry::from_bytes(bytes)?);
                Ok(())
            })?;
        }
        rows.entries(0, end, &mut |bytes, _| {
            survey.count(&Entry::from_bytes(bytes)?);
            Ok(())
        })?;
        Ok(survey)
    }

    fn facts(
        &self,
        session: &Session,
        kind: Kind,
        filter: Filter,
        now: Moment,
    ) -> Result<Facts, VaultError> {
        let company = self.company(session)?;
        let user = session.user()?;
        Ok(Facts {
            kind,
            id: keys::random_id()?,
            company: CompanyName {
                id: company.id,
                name: company.fields.name.as_str().to_owned(),
            },
            filter,
            made: Made {
                unix_seconds: now.unix_seconds,
                clock_confirmed: now.clock_confirmed,
                user: Named {
                    id: user.id,
                    name: user.name.clone(),
                },
                role: user.role,
                pc: self.pc.clone(),
            },
            release: env!("CARGO_PKG_VERSION").into(),
            operation: if company.second_person {
                report::Operation::SecondPerson
            } else {
                report::Operation::Single
            },
        })
    }

    fn filter(&self, session: &Session, request: &ReportRequest) -> Result<Filter, VaultError> {
        let company = session.company()?;
        let named = |sql: &str, id: i64| {
            self.conn
                .prepare_cached(sql)?
                .query_row((id, company), |r| r.get(0))
                .optional()
                .map_err(VaultError::from)
        };
        let person = match request.person {
            None => None,
            Some(id) => {
                let name = named(
                    "SELECT name FROM people WHERE id = ?1 AND company_id = ?2",
                    id,
                )?;
                let name = name.ok_or(VaultError::NotFound)?;
                Some(Named { id, name })
            }
        };
        let user = match request.user {
            None => None,
            Some(id) => {
                let name = named(
                    "SELECT u.name FROM users u JOIN grants g ON g.user_id = u.id
                     WHERE u.id = ?1 AND g.company_id = ?2",
                    id,
                )?;
                let name = match name {
                    Some(name) => name,
                    // Whose rights were withdrawn since still stands in the ledger.
                    None => self.user_in_ledger(company, id)?,
                };
                Some(Named { id, name })
            }
        };
        Ok(Filter {
            from: request.from,
            to: request.to,
            person,
            user,
        })
    }

    /// The newest name of a user in the company's ledger.
    fn user_in_ledger(&self, company: &str, user: UserId) -> Result<String, VaultError> {
        let mut name = None;
        let end = store::head(&self.conn, company)?.map_or(0, |(seq, _)| seq);
        let mut rows = Rows {
            conn: &self.conn,
            company,
        };
        rows.entries(0, end, &mut |bytes, _| {
            let found = Entry::from_bytes(bytes)?.user.filter(|u| u.id == user);
            name = found.map(|u| u.name).or(name.take());
            Ok(())
        })?;
        name.ok_or(VaultError::NotFound)
    }
}

/// The report as the ledger's subject: its id, and what it covers.
fn subject(id: &str, filter: &Filter) -> Subject {
    let day = |day: Option<Date>| day.map_or("…".to_owned(), |d| d.to_string());
    let mut parts = Vec::new();
    if filter.from.is_some() || filter.to.is_some() {
        parts.push(format!("{}〜{}", day(filter.from), day(filter.to)));
    }
    let named = [&filter.person, &filter.user];
    parts.extend(named.into_iter().flatten().map(|n| n.name.clone()));
    let name = if parts.is_empty() {
        "全件".to_owned()
    } else {
        ledger::foreign_text(&parts.join("、"))
    };
    Subject::Report {
        id: id.to_owned(),
        name,
    }
}

fn newest_checkpoint(conn: &Connection, session: &Session) -> Result<SignedCheckpoint, VaultError> {
    let (body, signature): (Vec<u8>, [u8; 64]) = conn
        .prepare_cached(
            "SELECT body, signature FROM checkpoints WHERE company_id = ?1
             ORDER BY rowid DESC LIMIT 1",
        )?
        .query_row([session.company()?], |r| Ok((r.get(0)?, r.get(1)?)))?;
    SignedCheckpoint::verify(&body, &signature, &session.verifying_key()?)
        .map_err(|_| VaultError::Damaged("the newest checkpoint"))
}

/// The chain's hash after entry `seq`.
fn hash_at(conn: &Connection, company: &str, seq: u64) -> Result<Hash, VaultError> {
    if seq == 0 {
        return Ok(Hash::GENESIS);
    }
    Ok(conn
        .prepare_cached("SELECT hash FROM ledger WHERE company_id = ?1 AND seq = ?2")?
        .query_row((company, seq as i64), |r| Ok(Hash::from_bytes(r.get(0)?)))?)
}

/// A company's ledger in the store.
struct Rows<'a> {
    conn: &'a Connection,
    company: &'a str,
}

impl Source for Rows<'_> {
    type Error = VaultError;

    fn entries(
        &mut self,
        after: u64,
        to: u64,
        each: Each<'_, VaultError>,
    ) -> Result<(), VaultError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT bytes, hash FROM ledger WHERE company_id = ?1 AND seq > ?2 AND seq <= ?3
             ORDER BY seq",
        )?;
        let mut rows = statement.query((self.company, after as i64, to as i64))?;
        while let Some(row) = rows.next()? {
            let hash = Hash::from_bytes(row.get(1)?);
            each(row.get_ref(0)?.as_blob().unwrap_or_default(), hash)?;
        }
        Ok(())
    }
}
