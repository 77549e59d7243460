//! Imports: employees and families from a file that `intake` read.
//!
//! - **A dry run is the import itself**, taken back: [`Vault::check_import`] does all of it
//!   in a transaction that is never committed, so its report is what will happen.
//! - **One transaction.** All rows that can be taken are, or none; one line in the ledger
//!   for the import, one for each number registered and each person changed.
//! - **Nothing is overwritten silently.** Where the vault has something else, the report
//!   says so and [`Existing`] decides; an individual number that is held is never replaced.
//! - **Undone once, whole:** see [`Vault::undo_import`].
//!
//! People are matched by 社員番号; name and birth date confirm it, or show that it is
//! somebody else. Numbers are compared with every number held, in memory that is wiped.

mod clashes;
mod family;
mod merge;
mod sources;
mod staff;
mod take_back;
mod undo;

pub use sources::ImportSource;
pub use undo::ImportRow;

use crate::numbers::Since;
use crate::store::{Line, Recorded, Tx, Weight};
use crate::subjects::gate::{self, Asking};
use crate::subjects::index::{self, Listing};
use crate::subjects::{notifications, particulars, same_person};
use crate::{
    Moment, Note, NumberDraft, PersonId, Session, Vault, VaultError, keys, numbers, retention,
};
use clashes::{Clash, Clashes};
use intake::{Field, Finding, Findings, Parsed, Part, Problem, Row};
use ledger::{Event, Subject};
use mynumber::rights::{Operation, Target};
use mynumber::{Label, NumberSource, Purpose};
use std::collections::{HashMap, HashSet};

/// How many rows are taken between two calls of `progress`.
const STRIDE: usize = 256;

/// How many changed pages of 4 KiB stay in memory until the commit: each is then written
/// once, and a try of a usual file writes none.
const SPILL_PAGES: i64 = 65_536;

/// What becomes of the fields of somebody who is in the vault already. A number that is
/// missing is registered in any case; one that is held stays in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// They stay as they are.
    Skip,
    /// Empty ones are filled.
    FillEmpty,
    /// Those that differ are overwritten as well. Claims for dependants are not: they have
    /// a first and a last day, which a file does not tell.
    Overwrite,
}

/// An import about to be tried or made.
#[derive(Clone, Copy, Debug)]
pub struct ImportDraft<'a> {
    /// What the ledger and the list of imports call it: the file's name.
    pub name: &'a Label,
    pub parsed: &'a Parsed,
    pub existing: Existing,
    /// For which purposes the numbers were collected. Each person's number gets those of
    /// them that the law allows for that person.
    pub purposes: &'a [Purpose],
}

/// What an import does, or did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Of the file and of the vault.
    pub findings: Findings,
    pub employees_added: u32,
    pub dependants_added: u32,
    /// People who were there and are changed, a number that is registered included.
    pub changed: u32,
    /// People who were there and stay as they are.
    pub unchanged: u32,
    pub numbers: u32,
}

/// An import that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    pub id: String,
    pub report: ImportReport,
}

impl Vault {
    /// What [`Vault::import`] would do, row by row. Nothing stays of it but a line in the
    /// ledger. `progress(done, total)` counts rows and stops the work by `false`.
    pub fn check_import(
        &mut self,
        session: &Session,
        draft: &ImportDraft<'_>,
        now: Moment,
        progress: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<ImportReport, VaultError> {
        session.seen(now);
        session.allow_any(&[Operation::Register])?;
        self.conn.pragma_update(None, "cache_spill", SPILL_PAGES)?;
        let mut report = None;
        let tried = self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let mut run = Run::new(tx, session, draft, now)?;
            run.rows(progress)?;
            report = Some((run.report, run.of_others));
            // Takes the transaction back.
            Err::<Recorded<()>, _>(VaultError::Cancelled)
        });
        let _ = self.conn.pragma_update(None, "cache_spill", 1);
        let Some((report, of_others)) = report else {
            return Err(tried.err().unwrap_or(VaultError::Cancelled));
        };
        let count = u32::try_from(draft.parsed.rows.len()).unwrap_or(u32::MAX);
        let file = subject(&keys::random_id()?, draft.name);
        self.transact(Some(session), Weight::Ordinary, now, |_| {
            let note = Note::new(Event::ImportChecked).about(file.clone());
            let checked = Recorded::new((), Line::ok(note.clone().count(count)));
            Ok(checked.with(Vec::from_iter(asked_about_others(note, of_others))))
        })?;
        Ok(report)
    }

    /// Takes every row over that can be taken, in one transaction.
    pub fn import(
        &mut self,
        session: &Session,
        draft: &ImportDraft<'_>,
        now: Moment,
        progress: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<Imported, VaultError> {
        session.seen(now);
        session.allow_any(&[Operation::Register])?;
        let id = keys::random_id()?;
        self.conn.pragma_update(None, "cache_spill", SPILL_PAGES)?;
        let imported = self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let mut run = Run::new(tx, session, draft, now)?;
            run.rows(progress)?;
            run.finish(&id)
        });
        let _ = self.conn.pragma_update(None, "cache_spill", 1);
        let imported = imported?;
        index::forget(session, Listing::Employees);
        index::forget(session, Listing::Dependants);
        Ok(imported)
    }
}

/// The line that says how many of a file's numbers other people have: who tries numbers out
/// to learn which are held leaves as much behind as by typing them one by one.
fn asked_about_others(note: Note, count: u32) -> Option<Line> {
    (count > 0).then(|| Line::refused(note.count(count), "E-214"))
}

/// An import as the ledger names it.
fn subject(id: &str, name: &Label) -> Subject {
    Subject::Import {
        id: id.to_owned(),
        name: name.as_str().to_owned(),
    }
}

/// One import, row after row.
struct Run<'a> {
    tx: &'a Tx<'a>,
    session: &'a Session,
    draft: &'a ImportDraft<'a>,
    now: Moment,
    report: ImportReport,
    lines: Vec<Line>,
    touched: Vec<Touched>,
    claims: Vec<i64>,
    clashes: Clashes,
    staff: staff::Known,
    /// Folded 社員番号 to the employee of this file or of the vault.
    employees: HashMap<String, PersonId>,
    /// Folded 社員番号 of employees' rows that were left out.
    left_out: HashSet<String>,
    departments: HashMap<String, i64>,
    /// No number of this company may come any more.
    mandate_ended: bool,
    /// The company wants people told before their first number is taken.
    notice_first: bool,
    /// Rows with a number that somebody else has.
    of_others: u32,
}

/// Whom a row is about.
struct Taken {
    person: PersonId,
    /// Somebody the import added; `None`: was there before.
    newcomer: Option<Newcomer>,
    /// What stood there where the row changed something, see [`take_back::image`].
    before: Option<String>,
}

/// What is known of somebody who came in with this row, so that nobody looks it up again.
struct Newcomer {
    target: Target,
    subject: Subject,
    /// Of an employee; whether a dependant may be asked rests on the claims.
    asking: Option<Asking>,
    since: Since,
}

/// Somebody the import added or changed.
struct Touched {
    person: PersonId,
    added: bool,
    before: Option<String>,
    /// The row of the number it registered.
    number: Option<i64>,
}

/// A row that is not taken, or not all of it, and the field it is about.
struct LeftOut(Option<Field>, Problem);

/// What one row came to: an error ends the import, a [`LeftOut`] only the row.
type Outcome<T> = Result<Result<T, LeftOut>, VaultError>;

impl<'a> Run<'a> {
    fn new(
        tx: &'a Tx<'a>,
        session: &'a Session,
        draft: &'a ImportDraft<'a>,
        now: Moment,
    ) -> Result<Self, VaultError> {
        let (conn, company) = (tx.conn(), session.company()?);
        Ok(Self {
            clashes: Clashes::find(tx, session, draft.parsed)?,
            staff: staff::Known::load(conn, company)?,
            departments: staff::departments(conn, company)?,
            mandate_ended: gate::mandate_ended(conn, session)?,
            notice_first: notifications::notice_first(conn, company)?,
            of_others: 0,
            report: ImportReport {
                findings: draft.parsed.findings.clone(),
                ..ImportReport::default()
            },
            lines: Vec::new(),
            touched: Vec::new(),
            claims: Vec::new(),
            employees: HashMap::new(),
            left_out: HashSet::new(),
            tx,
            session,
            draft,
            now,
        })
    }

    fn rows(&mut self, progress: &mut dyn FnMut(u64, u64) -> bool) -> Result<(), VaultError> {
        let rows = &self.draft.parsed.rows;
        for (i, row) in rows.iter().enumerate() {
            if i % STRIDE == 0 && !progress(i as u64, rows.len() as u64) {
                return Err(VaultError::Cancelled);
            }
            let taken = match &row.part {
                Part::Employee(part) => self.employee(row, part)?,
                Part::Dependant(part) => self.dependant(row, part)?,
            };
            match taken {
                Ok(touched) => self.number(i, row, touched)?,
                Err(LeftOut(field, problem)) => self.find(row, field, problem),
            }
        }
        Ok(())
    }

    /// The number of a row whose person was taken, then what is kept for an undo.
    fn number(&mut self, i: usize, row: &Row, taken: Taken) -> Result<(), VaultError> {
        let number = match self.try_number(i, row, &taken)? {
            Ok(registered) => registered,
            Err(LeftOut(field, problem)) => {
                self.find(row, field, problem);
                None
            }
        };
        let added = taken.newcomer.is_some();
        let changed = taken.before.is_some() || number.is_some();
        match (added, changed) {
            (true, _) if matches!(row.part, Part::Employee(_)) => self.report.employees_added += 1,
            (true, _) => self.report.dependants_added += 1,
            (false, true) => self.report.changed += 1,
            (false, false) => {
                self.report.unchanged += 1;
                return Ok(());
            }
        }
        self.touched.push(Touched {
            person: taken.person,
            added,
            before: taken.before,
            number,
        });
        Ok(())
    }

    /// Registers the row's number; gives the id of its row.
    fn try_number(&mut self, i: usize, row: &Row, taken: &Taken) -> Outcome<Option<i64>> {
        let Some(number) = &row.number else {
            return Ok(Ok(None));
        };
        let person = taken.person;
        let refused = |problem| Ok(Err(LeftOut(Some(Field::Number), problem)));
        match self.clashes.of_row(i) {
            Some(Clash::TwiceInFile) => return refused(Problem::NumberTwiceInFile),
            Some(Clash::HeldBy(holders)) if holders.contains(&person) => {
                return refused(Problem::NumberAlreadyHeld);
            }
            Some(Clash::HeldBy(holders)) if !self.are_all(&holders, person)? => {
                self.of_others += 1;
                return refused(Problem::NumberOfAnother);
            }
            _ if self.clashes.holds_one(person) => return refused(Problem::NumberDiffers),
            _ => {}
        }
        let (session, conn, newcomer) = (self.session, self.tx.conn(), taken.newcomer.as_ref());
        let allowed = match newcomer {
            Some(newcomer) => session.allow(Operation::Register, &newcomer.target),
            None => session.allow_person(conn, Operation::Register, person),
        };
        if !permitted(allowed)? {
            return refused(Problem::OutOfScope);
        }
        let asking = match newcomer.and_then(|newcomer| newcomer.asking.clone()) {
            Some(asking) => asking,
            None => gate::ask(conn, session, person)?,
        };
        if self.mandate_ended {
            return refused(Problem::NumberMayNotBeAsked);
        }
        let Ok(lawful) = asking else {
            return refused(Problem::NumberMayNotBeAsked);
        };
        let wanted = self.draft.purposes.iter().copied();
        let purposes: Vec<Purpose> = wanted.filter(|p| lawful.contains(p)).collect();
        if purposes.is_empty() {
            return refused(Problem::NumberMayNotBeAsked);
        }
        if self.notice_first {
            match notifications::may_serve(self.tx, session.company()?, person, None, &purposes) {
                Err(VaultError::Rule(_)) => return refused(Problem::PurposeNotNotified),
                told => told?,
            }
        }
        let draft = NumberDraft {
            source: Some(NumberSource::Import),
            ..NumberDraft::new(number, &purposes)
        };
        let since = newcomer.map_or(Since::Before, |newcomer| newcomer.since);
        let id = numbers::put_first(self.tx, session, person, &draft, since, self.now)?;
        let event = Event::NumberRegistered;
        match newcomer {
            Some(newcomer) => {
                let note = Note::new(event).about(newcomer.subject.clone());
                self.lines.push(Line::ok(note));
            }
            None => {
                particulars::revise(self.tx, person)?;
                self.line(event, person)?;
            }
        }
        self.report.numbers += 1;
        Ok(Ok(Some(id)))
    }

    /// Whether all of them are this person in other capacities.
    fn are_all(&self, holders: &[PersonId], person: PersonId) -> Result<bool, VaultError> {
        for holder in holders {
            if !same_person::can_be(self.tx.conn(), *holder, person)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn line(&mut self, event: Event, person: PersonId) -> Result<(), VaultError> {
        let company = self.session.company()?;
        let about = particulars::subject(self.tx.conn(), company, person)?;
        self.lines.push(Line::ok(Note::new(event).about(about)));
        Ok(())
    }

    fn find(&mut self, row: &Row, field: Option<Field>, problem: Problem) {
        let finding: Finding = self.draft.parsed.finding(row, field, problem);
        self.report.findings.push(finding);
    }

    /// Keeps what an undo needs and closes with the import's own line.
    fn finish(mut self, id: &str) -> Result<Recorded<Imported>, VaultError> {
        let people = u32::try_from(self.touched.len()).unwrap_or(u32::MAX);
        self.tx.execute(
            "INSERT INTO imports (id, company_id, name, user_id, user_name, made_unix, people,
             numbers) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            (
                id,
                self.session.company()?,
                self.draft.name.as_str(),
                self.session.user_id(),
                self.session.user_name(),
                self.now.unix_seconds,
                people,
                self.report.numbers,
            ),
        )?;
        for touched in &self.touched {
            self.tx.execute(
                "INSERT INTO import_people (import_id, person_id, revision, added, before, number_id)
                 VALUES (?1, ?2, (SELECT revision FROM people WHERE id = ?2), ?3, ?4, ?5)",
                (
                    id,
                    touched.person,
                    touched.added,
                    &touched.before,
                    touched.number,
                ),
            )?;
        }
        for claim in &self.claims {
            self.tx.execute(
                "INSERT INTO import_claims (import_id, claim_id) VALUES (?1, ?2)",
                (id, claim),
            )?;
        }
        retention::company_grew(self.tx, self.session.company()?)?;
        let note = Note::new(Event::ImportMade)
            .about(subject(id, self.draft.name))
            .count(people);
        let mut lines = vec![Line::ok(note.clone())];
        lines.extend(asked_about_others(note, self.of_others));
        lines.append(&mut self.lines);
        let imported = Imported {
            id: id.to_owned(),
            report: self.report,
        };
        Ok(Recorded::of(imported, lines).with_checkpoint())
    }
}

/// A refusal of the rights concerns a row; any other error the import.
fn permitted(allowed: Result<(), VaultError>) -> Result<bool, VaultError> {
    match allowed {
        Ok(()) => Ok(true),
        Err(VaultError::NotAllowed(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
