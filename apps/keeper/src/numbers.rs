//! The individual number: kept, replaced, shown.

use crate::forms::{self, Form};
use crate::refusal::Refusal;
use crate::show;
use crate::work::Work;
use codes::ErrorCode;
use mynumber::Purpose;
use protocol::Secret;
use protocol::clerk::numbers::{self, NumberEntry, Request};
use protocol::clerk::{PersonId, Reply};
use vault::NumberDraft;

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
                self.set_number(person, &number)
            }
            Request::Replace { person, number } => {
                self.insist(person, true)?;
                self.set_number(person, &number)
            }
            Request::Reveal { person, purpose } => self.reveal(person, purpose),
            Request::MayAsk { person } => {
                let asking = self.vault.may_ask(self.session, person)?;
                Ok(numbers::Reply::Asking(show::asking(asking)).into())
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

    fn set_number(&mut self, person: PersonId, number: &NumberEntry) -> Result<Reply, Refusal> {
        let mut form = Form::default();
        let Some(number) = forms::number(&mut form, number) else {
            return Err(Refusal::Fields(form.errors()));
        };
        // The vault refuses, and records, a number that may not be asked for.
        let purposes = self
            .vault
            .may_ask(self.session, person)?
            .unwrap_or_else(|_| OF_EVERY_EMPLOYEE.to_vec());
        let draft = NumberDraft {
            number: &number,
            purposes: &purposes,
        };
        let now = self.now();
        let saved = self.vault.set_number(self.session, person, draft, now)?;
        Ok(show::saved(saved))
    }

    fn reveal(&mut self, person: PersonId, purpose: Purpose) -> Result<Reply, Refusal> {
        let now = self.now();
        let mut digits = self.vault.reveal(self.session, person, purpose, now)?;
        Ok(Reply::Numbers(numbers::Reply::Digits(Secret::new(
            std::mem::take(&mut *digits),
        ))))
    }
}
