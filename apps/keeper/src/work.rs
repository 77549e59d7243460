use crate::imports::Staged;
use crate::input::Arriving;
use crate::outside::Outside;
use crate::records::Reports;
use crate::refusal::Refusal;
use codes::ErrorCode;
use mynumber::Date;
use protocol::clerk::{Reply, Request};
use std::path::Path;
use vault::{Moment, Session, Vault};

/// A request of somebody who is logged in, with all it may touch. That there is a
/// [`Session`] in it is the proof of the login.
pub(crate) struct Work<'a> {
    pub vault: &'a mut Vault,
    pub session: &'a Session,
    pub outside: &'a mut dyn Outside,
    pub clock_confirmed: bool,
    /// The vault's.
    pub folder: &'a Path,
    pub reports: &'a mut Reports,
    /// The file that is imported.
    pub import: &'a mut Option<Staged>,
    /// Set once a restored vault waits to take the place of this one.
    pub restored: &'a mut bool,
    /// What Japanese input learned, while it comes in pieces.
    pub input: &'a mut Arriving,
}

impl Work<'_> {
    pub(crate) fn answer(mut self, request: Request) -> Result<Reply, Refusal> {
        // Due lists and alerts count from today, also where nothing was written today.
        self.session.seen(self.now());
        match request {
            Request::Companies(request) => self.about_companies(request),
            Request::People(request) => self.about_people(request),
            Request::Families(request) => self.about_families(request),
            Request::Payees(request) => self.about_payees(request),
            Request::Numbers(request) => self.about_numbers(request),
            Request::Collection(request) => self.about_collection(request),
            Request::Registers(request) => self.about_registers(request),
            Request::Users(request) => self.about_users(request),
            Request::Approvals(request) => self.about_approvals(request),
            Request::Ledger(request) => self.about_the_ledger(request),
            Request::Retention(request) => self.about_retention(request),
            Request::Imports(request) => self.about_imports(request),
            Request::Input(request) => self.about_input(request),
            Request::Snapshots(request) => self.about_snapshots(request),
            Request::Companions(request) => self.about_companions(request),
            Request::Session(_) | Request::Cancel => Err(ErrorCode::NotAllowedNow.into()),
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
