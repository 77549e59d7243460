//! The individual number: kept, replaced, shown.

use crate::forms::{self, Form};
use crate::refusal::Refusal;
use crate::show;
use crate::work::Work;
use codes::ErrorCode;
use mynumber::Purpose;
use protocol::Secret;
use protocol::clerk::numbers::{self, NumberEntry, Request};
use protocol::clerk::{MAX_ROWS, PersonId, Reply};

/// For which purposes (利用目的) a new employee's number is collected: all that concern
/// every employee, who are notified of all of them together (ガイドライン第4-1-(1)).
pub(crate) const OF_EVERY_EMPLOYEE: &[Purpose] = &[
    Purpose::WithholdingTax,
    Purpose::TaxDeclaration,
    Purpose::EmploymentInsurance,
    Purpose::HealthAndPension,
];

impl Work<'_> {
    pub(crate) fn about_numbers(&mut self, request: Request) -> Result<Reply, Refusal> {
        match request {
            Request::Register { person, number } => {
                self.insist(person, false)?;
                let lawful = self.vault.may_ask(self.session, person)?;
                // The vault refuses, and records, a number that may not be asked for.
                let purposes = lawful.unwrap_or_else(|_| OF_EVERY_EMPLOYEE.to_vec());
                self.set_number(person, &number, &purposes)
            }
            Request::Replace { person, number } => {
                self.insist(person, true)?;
                let purposes = self.purposes_of_the_next(person)?;
                self.set_number(person, &number, &purposes)
            }
            Request::Reveal { person, purpose } => self.reveal(person, purpose),
            Request::MayAsk { person } => {
                let asking = self.vault.may_ask(self.session, person)?;
                Ok(numbers::Reply::Asking(show::asking(asking)).into())
            }
            Request::Record { person } => self.number_record(person),
            Request::ChangePurposes {
                person,
                revision,
                purposes,
            } => {
                let now = self.now();
                let saved =
                    self.vault
                        .change_purposes(self.session, person, revision, &purposes, now)?;
                Ok(show::saved(saved))
            }
        }
    }

    /// A number is never replaced by a form that was opened to register the first one.
    fn insist(&mut self, person: PersonId, has_number: bool) -> Result<(), Refusal> {
        match (self.vault.holds_number(self.session, person)?, has_number) {
            (true, false) => Err(ErrorCode::ChangedMeanwhile.into()),
            (false, true) => Err(ErrorCode::NoNumber.into()),
            _ => Ok(()),
        }
    }

    /// What a number in place of another may be used for: what that one was, as far as it is
    /// lawful still. Where nothing is, the vault refuses and records it.
    fn purposes_of_the_next(&self, person: PersonId) -> Result<Vec<Purpose>, Refusal> {
        let record = self.vault.number_record(self.session, person)?;
        let held = record.held.map(|held| held.purposes).unwrap_or_default();
        let lawful = self.vault.may_ask(self.session, person)?;
        let lawful = lawful.unwrap_or_default();
        let kept: Vec<_> = held
            .iter()
            .copied()
            .filter(|p| lawful.contains(p))
            .collect();
        Ok(if kept.is_empty() { held } else { kept })
    }

    fn set_number(
        &mut self,
        person: PersonId,
        number: &NumberEntry,
        purposes: &[Purpose],
    ) -> Result<Reply, Refusal> {
        let mut form = Form::default();
        // The vault compares the day with the birth date.
        let Some(number) = forms::number(&mut form, number, None, self.today()?) else {
            return Err(Refusal::Fields(form.errors()));
        };
        let draft = number.draft(purposes);
        let now = self.now();
        let saved = self.vault.set_number(self.session, person, draft, now)?;
        Ok(show::saved(saved))
    }

    fn number_record(&mut self, person: PersonId) -> Result<Reply, Refusal> {
        let record = self.vault.number_record(self.session, person)?;
        let former = record.former.into_iter().take(MAX_ROWS.into());
        let record = numbers::Record {
            person,
            revision: record.revision,
            status: record.status,
            held: record.held.map(held),
            former: former.map(self::former).collect(),
            kept: self.kept(person)?,
        };
        Ok(numbers::Reply::Record(Box::new(record)).into())
    }

    fn reveal(&mut self, person: PersonId, purpose: Purpose) -> Result<Reply, Refusal> {
        let now = self.now();
        let mut digits = self.vault.reveal(self.session, person, purpose, now)?;
        Ok(Reply::Numbers(numbers::Reply::Digits(Secret::new(
            std::mem::take(&mut *digits),
        ))))
    }
}

fn held(held: vault::HeldNumber) -> numbers::Held {
    numbers::Held {
        entered: entered(held.entered),
        purposes: held.purposes,
        changed: held.changed.map(stamp),
        identified: held.identified.map(|check| numbers::Identified {
            on: check.on.to_string(),
            user: check.user,
        }),
    }
}

fn former(former: vault::FormerNumber) -> numbers::Former {
    numbers::Former {
        entered: entered(former.entered),
        purposes: former.purposes,
        destroyed_unix: former.destroyed_unix,
        reason_ja: former.reason.japanese().into(),
        reason_en: former.reason.english().into(),
        destroyed_by: show::text(former.destroyed_by),
        confirmed_by: show::text(former.confirmed_by),
    }
}

fn entered(entered: vault::Entered) -> numbers::Entered {
    numbers::Entered {
        at: stamp(entered.at),
        source: entered.source,
        valid_from: entered.valid_from.to_string(),
    }
}

fn stamp(stamp: vault::Stamp) -> numbers::Stamp {
    numbers::Stamp {
        unix_seconds: stamp.unix_seconds,
        user: stamp.user,
    }
}
