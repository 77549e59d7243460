//! 取扱いの終了: a client whose contract ended, or a company that closed down. Its numbers
//! have no need any more, whoever they are of; they go as any number does, by a clerk's word
//! ([`Vault::destroy_numbers`]). The ledger and the records stay.

use crate::store::{Line, Recorded, Weight};
use crate::subjects::{coded, optional_date};
use crate::{CompanyKind, Moment, Note, RuleError, Session, Vault, VaultError, company};
use ledger::Event;
use mynumber::rights::{Operation, Target};
use mynumber::{ClosingReason, Date};
use rusqlite::Connection;

/// When and why the work for a company ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// The last day; may lie ahead.
    pub on: Date,
    pub reason: ClosingReason,
}

impl Closing {
    /// Whether no number may come any more for want of the client's mandate.
    pub(crate) fn ends_mandate_before(self, today: Date) -> bool {
        self.reason == ClosingReason::MandateEnded && self.on < today
    }
}

impl Vault {
    /// Of the company entered.
    pub fn closing(&self, session: &Session) -> Result<Option<Closing>, VaultError> {
        of(&self.conn, session.company()?)
    }

    /// Registers the end of the work for the company entered, or corrects it. Every plan of
    /// the company follows.
    pub fn close_company(
        &mut self,
        session: &Session,
        closing: Closing,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.seen(now);
        session.allow(Operation::ManageUsers, &Target::Company)?;
        let own = self.company(session)?.kind == CompanyKind::Own;
        if own && closing.reason == ClosingReason::MandateEnded {
            return Err(RuleError::OwnCompany.into());
        }
        self.set_closing(session, Some(closing), now)
    }

    /// It was registered by mistake, or the contract goes on.
    pub fn withdraw_closing(&mut self, session: &Session, now: Moment) -> Result<(), VaultError> {
        session.seen(now);
        session.allow(Operation::ManageUsers, &Target::Company)?;
        if self.closing(session)?.is_none() {
            return Err(RuleError::NotClosed.into());
        }
        self.set_closing(session, None, now)
    }

    fn set_closing(
        &mut self,
        session: &Session,
        closing: Option<Closing>,
        now: Moment,
    ) -> Result<(), VaultError> {
        let id = session.company()?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            tx.execute(
                "UPDATE companies SET closed_on = ?2, closed_reason = ?3 WHERE id = ?1",
                (
                    id,
                    closing.map(|c| c.on.to_string()),
                    closing.map(|c| c.reason.code()),
                ),
            )?;
            let about = company::subject(tx.conn(), id)?;
            let note = match closing {
                Some(closing) => Note::new(Event::CompanyClosed).document(closing.reason.code()),
                None => Note::new(Event::CompanyClosingWithdrawn),
            };
            Ok(Recorded::new((), Line::ok(note.about(about))))
        })
    }
}

pub(crate) fn of(conn: &Connection, company: &str) -> Result<Option<Closing>, VaultError> {
    Ok(conn
        .prepare_cached("SELECT closed_on, closed_reason FROM companies WHERE id = ?1")?
        .query_row([company], |r| {
            let Some(on) = optional_date(r, 0)? else {
                return Ok(None);
            };
            let reason = coded(r, 1, ClosingReason::from_code)?;
            Ok(Some(Closing { on, reason }))
        })?)
}
