use crate::outside::Outside;
use crate::refusal::Refusal;
use codes::ErrorCode;
use mynumber::Date;
use protocol::clerk::{Reply, Request};
use vault::{Moment, Session, Vault};

/// A request of somebody who is logged in, with all it may touch. That there is a
/// [`Session`] in it is the proof of the login.
pub(crate) struct Work<'a> {
    pub vault: &'a mut Vault,
    pub session: &'a Session,
    pub outside: &'a mut dyn Outside,
    pub clock_confirmed: bool,
}

impl Work<'_> {
    pub(crate) fn answer(mut self, request: Request) -> Result<Reply, Refusal> {
        match request {
            Request::People {
                query,
                offset,
                limit,
            } => self.people(&query, offset, limit),
            Request::Person { person } => self.person(person),
            Request::RegisterPerson { draft, number } => {
                self.register_person(&draft, number.as_ref())
            }
            Request::ChangePerson {
                person,
                revision,
                draft,
            } => self.change_person(person, revision, &draft),
            Request::SetNumber { person, number } => self.set_number(person, &number),
            Request::RevealNumber { person, purpose } => self.reveal_number(person, purpose),
            Request::Ledger { before, limit } => self.ledger_page(before, limit),
            Request::VerifyLedger => self.verify_ledger(),
            Request::Companions => self.companions(),
            Request::RegisterCompanion { device, name } => self.register_companion(device, &name),
            Request::Enrolments { device } => self.enrolments(device),
            Request::ApproveEnrolment {
                device,
                enrolment,
                purpose,
                expires,
            } => self.approve_enrolment(device, &enrolment, purpose, &expires),
            Request::Whitelist => self.whitelist(),
            Request::RevokeEntry { entry } => self.revoke_entry(&entry),
            Request::HandOver {
                device,
                entry,
                people,
            } => self.hand_over(device, &entry, people),
            Request::ReadReceipts { device } => self.read_receipts(device),
            Request::HandOvers => self.hand_overs(),
            Request::State
            | Request::FirstRun { .. }
            | Request::Login { .. }
            | Request::Recover { .. }
            | Request::Lock
            | Request::Cancel => Err(ErrorCode::NotAllowedNow.into()),
        }
    }

    pub(crate) fn now(&self) -> Moment {
        Moment {
            unix_seconds: self.outside.unix_seconds(),
            clock_confirmed: self.clock_confirmed,
            steady_seconds: self.outside.monotonic_seconds(),
        }
    }

    /// The day in Japan, which is what dates on forms mean.
    pub(crate) fn today(&self) -> Result<Date, Refusal> {
        Date::in_japan(self.outside.unix_seconds()).map_err(|_| ErrorCode::ClockImplausible.into())
    }
}
