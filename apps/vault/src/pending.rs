//! The second person's word (承認): where a company wants it, an export, a deletion or a
//! change of users waits until somebody else with the right to approve has confirmed it at
//! a login of their own. Without it a company is worked alone (単独運用), which is allowed
//! and which every report says.
//!
//! The act itself stays with who asked: once confirmed, the same call succeeds, once.

mod describe;

use crate::store::{Line, Recorded, Tx, Weight};
use crate::subjects::{Pager, page_size};
use crate::{
    CompanyId, DestroyReason, Moment, Note, Page, PersonId, Session, UserId, Vault, VaultError,
    company, keys, rights,
};
use ledger::{Event, Subject};
use mynumber::rights::{Grant, Operation, Target};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};

/// How long a request can be confirmed and done, in seconds: a week.
pub const REQUEST_SECONDS: i64 = 7 * 24 * 60 * 60;
/// The longest act that is kept, in bytes: enough for 100,000 people.
const MAX_ACT: usize = 1 << 20;

/// What a second person is asked about, in full: only exactly this is done afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// Numbers of these people into a hand-over under this whitelist entry.
    Export {
        entry: String,
        people: Vec<PersonId>,
    },
    /// The numbers of these people destroyed.
    Destroy {
        people: Vec<PersonId>,
        reason: DestroyReason,
    },
    /// An import taken back, the numbers it registered destroyed.
    UndoImport { import: String, people: u32 },
    AddUser {
        name: String,
        department: Option<String>,
        grant: Grant,
    },
    /// Another name or 所属 for a user, in every company.
    ChangeUser {
        user: UserId,
        name: String,
        department: Option<String>,
    },
    /// Rights in this company, new or in place of others.
    Grant { user: UserId, grant: Grant },
    /// All rights in this company.
    Withdraw { user: UserId },
    /// All rights in every company.
    RemoveUser { user: UserId },
    /// Another passphrase and other recovery words than the user's own.
    ResetPassphrase { user: UserId },
    /// A snapshot in place of the whole vault.
    Restore { snapshot: String },
    /// A snapshot of the whole vault removed.
    RemoveSnapshot { snapshot: String },
    /// From now on no second person is asked.
    WorkAlone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RequestState {
    Waiting,
    Confirmed,
    Refused,
    /// Taken back by who asked.
    Withdrawn,
    Done,
}

/// A request as its list has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    pub id: String,
    pub user: UserId,
    pub user_name: String,
    pub act: Act,
    /// All that is asked, line by line, for whoever decides. Never a number.
    pub details: Vec<String>,
    pub asked_unix: i64,
    /// The last moment it may be confirmed and done.
    pub until_unix: i64,
    pub state: RequestState,
    pub decided_by: Option<UserId>,
}

/// The second person's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Confirm,
    Refuse,
}

/// That an act may be done now, alone or with a second person's word.
#[derive(Debug)]
pub(crate) struct Cleared {
    /// The confirmed request of each company that wants one, to be used up with the act.
    requests: Vec<Confirmed>,
}

#[derive(Debug)]
struct Confirmed {
    company: CompanyId,
    id: String,
    subject: Subject,
}

impl Act {
    /// Nobody changes their own rights, by confirming it neither. To refuse it, or to
    /// confirm that they are taken away, is no gain.
    fn gives_rights_to(&self, user: UserId) -> bool {
        matches!(self, Act::Grant { user: to, .. } if *to == user)
    }
}

impl Cleared {
    /// Nobody has to be asked.
    const ALONE: Self = Self {
        requests: Vec::new(),
    };

    /// Name of the second person who confirmed it, in the company entered.
    pub(crate) fn confirmed_by(&self, conn: &Connection) -> Result<Option<String>, VaultError> {
        let Some(request) = self.requests.first() else {
            return Ok(None);
        };
        Ok(conn
            .prepare_cached(
                "SELECT u.name FROM requests r JOIN users u ON u.id = r.decided_by WHERE r.id = ?1",
            )?
            .query_row([&request.id], |r| r.get(0))
            .optional()?)
    }

    /// Uses the confirmations up in the act's own transaction; the lines for the ledgers.
    pub(crate) fn spend(&self, tx: &Tx<'_>) -> Result<Vec<Line>, VaultError> {
        let spend = |request: &Confirmed| {
            let spent = tx.execute(
                "UPDATE requests SET state = 'done' WHERE id = ?1 AND state = 'confirmed'",
                [&request.id],
            )?;
            if spent == 0 {
                return Err(VaultError::Changed);
            }
            let note = Note::new(Event::ApprovalUsed)
                .about(request.subject.clone())
                .document(&request.id);
            Ok(Line::ok(note).in_ledger_of(&request.company))
        };
        self.requests.iter().map(spend).collect()
    }
}

impl Vault {
    /// Requests of the company entered, newest first: one's own, those one has decided
    /// about, and those that wait for one's word; all of them with the right to approve
    /// whatever the company does. `limit` counts up to 1000.
    pub fn requests(
        &self,
        session: &Session,
        offset: u32,
        limit: u16,
    ) -> Result<Page<RequestRow>, VaultError> {
        let (company, me) = (session.company()?, session.user_id());
        let all = session.allow(Operation::Approve, &Target::Company).is_ok();
        let mut statement = self.conn.prepare_cached(
            "SELECT id, user_id = ?2 OR decided_by IS ?2 FROM requests
             WHERE company_id = ?1
             AND (?3 OR user_id = ?2 OR decided_by = ?2 OR state = 'waiting')
             ORDER BY rowid DESC",
        )?;
        let mut rows = statement.query((company, me, all))?;
        let mut page = Pager::new(offset, page_size(limit));
        while let Some(row) = rows.next()? {
            let id: String = row.get(0)?;
            let concerned = all || row.get(1)?;
            if !concerned {
                let request = load(&self.conn, company, &id)?;
                if self.may_approve(session, &request.act).is_err() {
                    continue;
                }
            }
            page.push(|| {
                let mut request = load(&self.conn, company, &id)?;
                request.details = request.act.details(&self.conn, company)?;
                Ok::<_, VaultError>(request)
            })?;
        }
        Ok(page.finish())
    }

    /// Confirms or refuses somebody else's request.
    pub fn decide(
        &mut self,
        session: &Session,
        id: &str,
        decision: Decision,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.seen(now);
        session.allow_any(&[Operation::Approve])?;
        let request = load(&self.conn, session.company()?, id)?;
        self.may_approve(session, &request.act)?;
        if request.user == session.user_id() {
            return Err(VaultError::ApprovalByOther);
        }
        waiting(&request, now)?;
        if decision == Decision::Confirm && request.act.gives_rights_to(session.user_id()) {
            return Err(VaultError::OwnRights);
        }
        let (state, event) = match decision {
            Decision::Confirm => ("confirmed", Event::ApprovalGiven),
            Decision::Refuse => ("refused", Event::ApprovalRefused),
        };
        self.close_request(session, &request, state, event, now)
    }

    /// Takes one's own request back.
    pub fn withdraw_request(
        &mut self,
        session: &Session,
        id: &str,
        now: Moment,
    ) -> Result<(), VaultError> {
        let request = load(&self.conn, session.company()?, id)?;
        if request.user != session.user_id() {
            return Err(VaultError::NotFound);
        }
        if !matches!(
            request.state,
            RequestState::Waiting | RequestState::Confirmed
        ) {
            return Err(VaultError::Changed);
        }
        self.close_request(
            session,
            &request,
            "withdrawn",
            Event::ApprovalCancelled,
            now,
        )
    }

    /// Whether the company entered asks for a second person. To ask, two users must be able
    /// to approve; to stop asking is itself something a second person confirms.
    pub fn set_second_person(
        &mut self,
        session: &Session,
        wanted: bool,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.allow(Operation::ManageUsers, &Target::Company)?;
        let company = session.company()?;
        if company::load(&self.conn, company)?.second_person == wanted {
            return Ok(());
        }
        let cleared = if wanted {
            enough_approvers(&self.conn, company)?;
            Cleared::ALONE
        } else {
            self.clear(session, &Act::WorkAlone, now)?
        };
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            tx.execute(
                "UPDATE companies SET second_person = ?2 WHERE id = ?1",
                (company, wanted),
            )?;
            let event = if wanted {
                Event::SecondPersonRequired
            } else {
                Event::SinglePersonAllowed
            };
            Ok(Recorded::new((), Line::ok(Note::new(event))).with(cleared.spend(tx)?))
        })
    }

    /// Whether the act may be done now in the company entered. If a second person has to be
    /// asked first, that is done here, once, and told by [`VaultError::ApprovalNeeded`].
    ///
    /// Only after the user's own right to the act was checked.
    pub(crate) fn clear(
        &mut self,
        session: &Session,
        act: &Act,
        now: Moment,
    ) -> Result<Cleared, VaultError> {
        let company = session.company()?.to_owned();
        self.clear_in(session, &[company], act, now)
    }

    /// [`Vault::clear`] for an act that reaches into several companies: each that wants a
    /// second person's word is asked, whichever company is entered.
    pub(crate) fn clear_in(
        &mut self,
        session: &Session,
        companies: &[CompanyId],
        act: &Act,
        now: Moment,
    ) -> Result<Cleared, VaultError> {
        let mut cleared = Cleared::ALONE;
        let mut waits = None;
        for company in companies {
            if !company::load(&self.conn, company)?.second_person {
                continue;
            }
            match self.confirmed(session, company, act, now) {
                Ok(confirmed) => cleared.requests.push(confirmed),
                Err(VaultError::ApprovalNeeded { request }) => {
                    waits.get_or_insert(request);
                }
                Err(error) => return Err(error),
            }
        }
        match waits {
            Some(request) => Err(VaultError::ApprovalNeeded { request }),
            None => Ok(cleared),
        }
    }

    /// The request for this act if it was confirmed; without one it is made.
    fn confirmed(
        &mut self,
        session: &Session,
        company: &str,
        act: &Act,
        now: Moment,
    ) -> Result<Confirmed, VaultError> {
        let text = serde_json::to_string(act).map_err(|_| VaultError::NoMemory)?;
        if text.len() > MAX_ACT {
            return Err(VaultError::TooMany("people of one request"));
        }
        let subject = |id: &str| Subject::Request {
            id: id.to_owned(),
            name: act.title(),
        };
        let kept: Option<(String, String)> = self
            .conn
            .prepare_cached(
                "SELECT id, state FROM requests WHERE company_id = ?1 AND user_id = ?2
                 AND act = ?3 AND until_unix >= ?4 AND state IN ('waiting', 'confirmed')
                 ORDER BY state LIMIT 1",
            )?
            .query_row((company, session.user_id(), &text, now.unix_seconds), |r| {
                Ok((r.get(0)?, r.get(1)?))
            })
            .optional()?;
        match kept {
            Some((id, state)) if state == "confirmed" => {
                return Ok(Confirmed {
                    company: company.to_owned(),
                    subject: subject(&id),
                    id,
                });
            }
            Some((request, _)) => return Err(VaultError::ApprovalNeeded { request }),
            None => {}
        }
        let id = keys::random_id()?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            tx.execute(
                "INSERT INTO requests (id, company_id, user_id, act, asked_unix, until_unix, state)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'waiting')",
                (
                    &id,
                    company,
                    session.user_id(),
                    &text,
                    now.unix_seconds,
                    now.unix_seconds + REQUEST_SECONDS,
                ),
            )?;
            let note = Note::new(Event::ApprovalAsked)
                .about(subject(&id))
                .document(&id);
            Ok(Recorded::new((), Line::ok(note).in_ledger_of(company)))
        })?;
        Err(VaultError::ApprovalNeeded { request: id })
    }

    /// Whether the approver's scope reaches everybody the act is about.
    fn may_approve(&self, session: &Session, act: &Act) -> Result<(), VaultError> {
        let (Act::Export { people, .. } | Act::Destroy { people, .. }) = act else {
            return session.allow(Operation::Approve, &Target::Company);
        };
        for person in people {
            session.allow_person(&self.conn, Operation::Approve, *person)?;
        }
        Ok(())
    }

    fn close_request(
        &mut self,
        session: &Session,
        request: &RequestRow,
        state: &str,
        event: Event,
        now: Moment,
    ) -> Result<(), VaultError> {
        let decided = (request.user != session.user_id()).then(|| session.user_id());
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            tx.execute(
                "UPDATE requests SET state = ?2, decided_by = COALESCE(?3, decided_by),
                 decided_unix = ?4 WHERE id = ?1",
                (&request.id, state, decided, now.unix_seconds),
            )?;
            let note = Note::new(event)
                .about(Subject::Request {
                    id: request.id.clone(),
                    name: request.act.title(),
                })
                .document(&request.id);
            Ok(Recorded::new((), Line::ok(note)))
        })
    }
}

/// Takes back what waits or was confirmed, in every company: a restored vault does nothing
/// that was approved in another one's course. The lines for the ledgers.
pub(crate) fn close_all(tx: &Tx<'_>, now: Moment) -> Result<Vec<Line>, VaultError> {
    let open: Vec<(CompanyId, RequestRow)> = {
        let mut statement = tx.conn().prepare(&format!(
            "{REQUESTS} WHERE r.state IN ('waiting', 'confirmed') ORDER BY r.rowid"
        ))?;
        let rows = statement.query_map([], |r| Ok((r.get(8)?, request_row(r)?)))?;
        rows.collect::<Result<_, _>>()?
    };
    tx.execute(
        "UPDATE requests SET state = 'withdrawn', decided_unix = ?1
         WHERE state IN ('waiting', 'confirmed')",
        [now.unix_seconds],
    )?;
    let line = |(company, request): &(CompanyId, RequestRow)| {
        let subject = Subject::Request {
            id: request.id.clone(),
            name: request.act.title(),
        };
        let note = Note::new(Event::ApprovalCancelled).about(subject);
        Line::ok(note.document(&request.id)).in_ledger_of(company)
    };
    Ok(open.iter().map(line).collect())
}

/// Two users at least must be able to approve, or nobody could decide the other's request.
pub(crate) fn enough_approvers(conn: &Connection, company: &str) -> Result<(), VaultError> {
    let able = |grant: &Grant| {
        grant.operations().contains(Operation::Approve) && grant.lists(&Target::Company)
    };
    let count = rights::grants(conn, company)?
        .iter()
        .filter(|(_, grant)| able(grant))
        .count();
    if count < 2 {
        return Err(VaultError::NobodyToApprove);
    }
    Ok(())
}

fn waiting(request: &RequestRow, now: Moment) -> Result<(), VaultError> {
    if request.state == RequestState::Waiting && now.unix_seconds <= request.until_unix {
        Ok(())
    } else {
        Err(VaultError::Changed)
    }
}

const REQUESTS: &str = "SELECT r.id, r.user_id, u.name, r.act, r.asked_unix, r.until_unix,
    r.state, r.decided_by, r.company_id FROM requests r JOIN users u ON u.id = r.user_id";

fn load(conn: &Connection, company: &str, id: &str) -> Result<RequestRow, VaultError> {
    conn.prepare_cached(&format!("{REQUESTS} WHERE r.company_id = ?1 AND r.id = ?2"))?
        .query_row((company, id), request_row)
        .optional()?
        .ok_or(VaultError::NotFound)
}

fn request_row(r: &Row<'_>) -> rusqlite::Result<RequestRow> {
    Ok(RequestRow {
        id: r.get(0)?,
        user: r.get(1)?,
        user_name: r.get(2)?,
        act: crate::people::stored(serde_json::from_str(r.get_ref(3)?.as_str()?))?,
        details: Vec::new(),
        asked_unix: r.get(4)?,
        until_unix: r.get(5)?,
        state: match r.get_ref(6)?.as_str()? {
            "waiting" => RequestState::Waiting,
            "confirmed" => RequestState::Confirmed,
            "refused" => RequestState::Refused,
            "withdrawn" => RequestState::Withdrawn,
            _ => RequestState::Done,
        },
        decided_by: r.get(7)?,
    })
}
