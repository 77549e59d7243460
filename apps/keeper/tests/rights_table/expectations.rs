//! What the office expects of each request.

use mynumber::rights::Operation::{
    self, Approve, Change, Delete, Export, ManageUsers, ReadLedger, Register, Reveal,
};
use protocol::clerk::Request;
use protocol::clerk::approvals::Request as Approvals;
use protocol::clerk::collection::{Audience, NoticeDraft, Request as Collection};
use protocol::clerk::companies::Request as Companies;
use protocol::clerk::companions::Request as Companions;
use protocol::clerk::families::Request as Families;
use protocol::clerk::imports::Request as Imports;
use protocol::clerk::input::Request as Input;
use protocol::clerk::ledger::{ReportDraft, Request as Ledger};
use protocol::clerk::numbers::Request as Numbers;
use protocol::clerk::payees::Request as Payees;
use protocol::clerk::people::Request as People;
use protocol::clerk::registers::Request as Registers;
use protocol::clerk::retention::Request as Retention;
use protocol::clerk::snapshots::Request as Snapshots;
use protocol::clerk::users::Request as Users;

/// Whom a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Nobody, or a list of what is in scope.
    List,
    Company,
    Newcomer,
    Person,
    Payee,
}

pub struct Expectation {
    pub arm: &'static str,
    /// One of these is needed; `None`: no more than to be in the company.
    pub operations: Option<&'static [Operation]>,
    /// All of them are needed.
    pub every: bool,
    pub reach: Reach,
}

/// Whoever works with people, or decides about them.
const SEES: &[Operation] = &[
    Register,
    Change,
    Reveal,
    Export,
    Delete,
    Approve,
    ManageUsers,
];
const KEEPS: &[Operation] = &[Register, Change, Delete, ManageUsers];
const OUT: &[Operation] = &[Export, Approve, ReadLedger];

macro_rules! expectations {
    ($($pattern:pat => $operations:expr, $reach:ident;)*) => {
        /// Every line of the table.
        pub const ARMS: &[&str] = &[$(stringify!($pattern)),*];

        /// The request's line. A request without one does not compile.
        pub fn expectation(request: &Request) -> Expectation {
            match request {
                $($pattern => Expectation {
                    arm: stringify!($pattern),
                    operations: $operations,
                    every: matches!(request, Request::Imports(Imports::Undo { .. })),
                    reach: Reach::$reach,
                },)*
                // What a login or no login at all is enough for: `tests/edge.rs`.
                Request::Session(_) | Request::Cancel => unreachable!("not asked here"),
            }
        }
    };
}

expectations! {
    Request::Companies(Companies::Create { .. }) => Some(&[ManageUsers]), Company;
    Request::Companies(Companies::Get) => None, List;
    Request::Companies(Companies::Change { .. }) => Some(&[ManageUsers]), Company;
    Request::Companies(Companies::ChangeProfile { .. }) => Some(&[ManageUsers]), Company;
    Request::Companies(Companies::ChangeRules { .. }) => Some(&[ManageUsers]), Company;
    Request::Companies(Companies::Close { .. }) => Some(&[ManageUsers]), Company;
    Request::Companies(Companies::WithdrawClosing) => Some(&[ManageUsers]), Company;
    Request::Companies(Companies::Proprietor) => Some(SEES), Company;
    Request::Companies(Companies::RegisterProprietor { .. }) => Some(&[Register]), Company;
    Request::Companies(Companies::ChangeProprietor { .. }) => Some(&[Change]), Company;
    Request::Companies(Companies::RenameProprietor { .. }) => Some(&[Change]), Company;
    Request::Companies(Companies::Departments) => None, List;
    Request::Companies(Companies::AddDepartment { .. }) => Some(&[Register]), Company;
    Request::Companies(Companies::RenameDepartment { .. }) => Some(&[Change]), Company;
    Request::Companies(Companies::RetireDepartment { .. }) => Some(&[Change]), Company;

    Request::People(People::List { .. }) => Some(SEES), List;
    Request::People(People::Get { .. }) => Some(SEES), Person;
    Request::People(People::Register { .. }) => Some(&[Register]), Newcomer;
    Request::People(People::Change { .. }) => Some(&[Change]), Person;
    Request::People(People::ChangePosition { .. }) => Some(&[Change]), Person;
    Request::People(People::ChangeDetails { .. }) => Some(&[Change]), Person;
    Request::People(People::Rename { .. }) => Some(&[Change]), Person;
    Request::People(People::StartLeave { .. }) => Some(&[Change]), Person;
    Request::People(People::EndLeave { .. }) => Some(&[Change]), Person;
    Request::People(People::Retire { .. }) => Some(&[Change]), Person;
    Request::People(People::MarkAsLeft { .. }) => Some(&[Change]), Person;
    Request::People(People::WithdrawRetirement { .. }) => Some(&[Change]), Person;
    Request::People(People::Rehire { .. }) => Some(&[Change]), Person;

    Request::Families(Families::Of { .. }) => Some(SEES), Person;
    Request::Families(Families::List { .. }) => Some(SEES), List;
    Request::Families(Families::Get { .. }) => Some(SEES), Person;
    Request::Families(Families::Add { .. }) => Some(&[Register]), Person;
    Request::Families(Families::Change { .. }) => Some(&[Change]), Person;
    Request::Families(Families::Rename { .. }) => Some(&[Change]), Person;
    Request::Families(Families::Claim { .. }) => Some(&[Change]), Person;
    Request::Families(Families::EndClaim { .. }) => Some(&[Change]), Person;
    Request::Families(Families::End { .. }) => Some(&[Change]), Person;
    Request::Families(Families::Resume { .. }) => Some(&[Change]), Person;

    Request::Payees(Payees::List { .. }) => Some(SEES), List;
    Request::Payees(Payees::Get { .. }) => Some(SEES), Payee;
    Request::Payees(Payees::Add { .. }) => Some(&[Register]), Newcomer;
    Request::Payees(Payees::Change { .. }) => Some(&[Change]), Payee;
    Request::Payees(Payees::Rename { .. }) => Some(&[Change]), Payee;
    Request::Payees(Payees::End { .. }) => Some(&[Change]), Payee;

    Request::Numbers(Numbers::Register { .. }) => Some(&[Register]), Person;
    Request::Numbers(Numbers::Replace { .. }) => Some(&[Change]), Person;
    Request::Numbers(Numbers::Reveal { .. }) => Some(&[Reveal]), Person;
    Request::Numbers(Numbers::MayAsk { .. }) => Some(SEES), Person;
    Request::Numbers(Numbers::Record { .. }) => Some(SEES), Person;
    Request::Numbers(Numbers::ChangePurposes { .. }) => Some(&[Change]), Person;

    Request::Collection(Collection::Missing { .. }) => Some(SEES), List;
    Request::Collection(Collection::Get { .. }) => Some(SEES), Person;
    Request::Collection(Collection::Ask { .. }) => Some(&[Change]), Person;
    Request::Collection(Collection::Remind { .. }) => Some(&[Change]), Person;
    Request::Collection(Collection::Refused { .. }) => Some(&[Change]), Person;
    Request::Collection(Collection::Move { .. }) => Some(&[Change]), Person;
    Request::Collection(Collection::CheckIdentity { .. }) => Some(&[Change]), Person;
    Request::Collection(Collection::IdentityChecks { .. }) => Some(SEES), Person;
    Request::Collection(Collection::WithdrawIdentityCheck { .. }) => Some(&[Change]), Person;
    Request::Collection(Collection::Notify { draft: NoticeDraft { audience: Audience::Person(_), .. } })
        => Some(&[Change]), Person;
    Request::Collection(Collection::Notify { draft: NoticeDraft { audience: Audience::All(_), .. } })
        => Some(&[Change]), Company;
    Request::Collection(Collection::Notices { .. }) => Some(SEES), Person;
    Request::Collection(Collection::Unnotified { .. }) => Some(SEES), List;

    Request::Registers(Registers::Delegates { .. }) => None, List;
    Request::Registers(Registers::AddDelegate { .. }) => Some(&[Register]), Company;
    Request::Registers(Registers::AddSubdelegate { .. }) => Some(&[Register]), Company;
    Request::Registers(Registers::ChangeDelegate { .. }) => Some(&[Change]), Company;
    Request::Registers(Registers::EndDelegation { .. }) => Some(&[Change]), Company;
    Request::Registers(Registers::SettleDelegation { .. }) => Some(&[Change]), Company;
    Request::Registers(Registers::RefuseSubdelegation { .. }) => Some(&[Change]), Company;
    Request::Registers(Registers::RecordSupervision { .. }) => Some(&[Change]), Company;
    Request::Registers(Registers::Supervisions { .. }) => None, List;
    Request::Registers(Registers::Chain { .. }) => None, List;
    Request::Registers(Registers::Media { .. }) => None, List;
    Request::Registers(Registers::Trips { .. }) => None, List;
    Request::Registers(Registers::Losses { .. }) => None, List;
    Request::Registers(Registers::RegisterMedium { .. }) => Some(&[Register]), Company;
    Request::Registers(Registers::ChangeMedium { .. }) => Some(&[Change]), Company;
    Request::Registers(Registers::TakeOut { .. }) => Some(&[Change]), Company;
    Request::Registers(Registers::Lose { .. }) => Some(&[Change]), Company;
    Request::Registers(Registers::BringBack { .. }) => Some(&[Change]), Company;
    Request::Registers(Registers::DestroyMedium { .. }) => Some(&[Delete]), Company;

    Request::Users(Users::List) => Some(&[ManageUsers]), Company;
    Request::Users(Users::Add { .. }) => Some(&[ManageUsers]), Company;
    Request::Users(Users::Change { .. }) => Some(&[ManageUsers]), Company;
    Request::Users(Users::Grant { .. }) => Some(&[ManageUsers]), Company;
    Request::Users(Users::Withdraw { .. }) => Some(&[ManageUsers]), Company;
    Request::Users(Users::Remove { .. }) => Some(&[ManageUsers]), Company;
    Request::Users(Users::RequirePassphraseChange { .. }) => Some(&[ManageUsers]), Company;
    Request::Users(Users::ResetPassphrase { .. }) => Some(&[ManageUsers]), Company;
    Request::Users(Users::SetSecondPerson { .. }) => Some(&[ManageUsers]), Company;

    Request::Approvals(Approvals::List { .. }) => None, List;
    Request::Approvals(Approvals::Confirm { .. }) => Some(&[Approve]), List;
    Request::Approvals(Approvals::Refuse { .. }) => Some(&[Approve]), List;
    Request::Approvals(Approvals::Withdraw { .. }) => None, List;

    Request::Ledger(Ledger::Page { .. }) => Some(&[ReadLedger]), Company;
    Request::Ledger(Ledger::Verify) => Some(&[ReadLedger]), Company;
    Request::Ledger(Ledger::Report(ReportDraft { person: None, .. })) => Some(&[ReadLedger]), Company;
    Request::Ledger(Ledger::Report(ReportDraft { person: Some(_), .. })) => Some(&[ReadLedger]), Person;
    Request::Ledger(Ledger::Export) => Some(&[ReadLedger]), Company;
    Request::Ledger(Ledger::ReportPiece { .. }) => Some(&[ReadLedger]), List;
    Request::Ledger(Ledger::CompareBegin { .. }) => Some(&[ReadLedger]), Company;
    Request::Ledger(Ledger::ComparePiece { .. }) => Some(&[ReadLedger]), Company;
    Request::Ledger(Ledger::Compare) => Some(&[ReadLedger]), Company;

    Request::Retention(Retention::Destroy { .. }) => Some(&[Delete]), Person;
    Request::Retention(Retention::Destroyed { .. }) => Some(&[Delete, Approve, ReadLedger]), Company;
    Request::Retention(Retention::Due { .. }) => Some(SEES), List;
    Request::Retention(Retention::Counts) => Some(SEES), List;
    Request::Retention(Retention::Of { .. }) => Some(SEES), Person;
    Request::Retention(Retention::Documents) => None, List;
    Request::Retention(Retention::AddHold { .. }) => Some(&[Change]), Person;
    Request::Retention(Retention::EndHold { .. }) => Some(&[Delete]), Person;
    Request::Retention(Retention::Settings) => None, List;
    Request::Retention(Retention::ChangeSettings { .. }) => Some(&[ManageUsers]), Company;
    Request::Retention(Retention::Deletions { .. }) => Some(&[Delete, Approve, ReadLedger]), Company;
    Request::Retention(Retention::Certificate { .. }) => Some(&[Delete, Approve, ReadLedger]), Company;

    Request::Imports(Imports::Begin { .. }) => Some(&[Register]), List;
    Request::Imports(Imports::Piece { .. }) => Some(&[Register]), List;
    Request::Imports(Imports::Look) => Some(&[Register]), List;
    Request::Imports(Imports::Map { .. }) => Some(&[Register]), List;
    Request::Imports(Imports::Try) => Some(&[Register]), List;
    Request::Imports(Imports::Make) => Some(&[Register]), List;
    Request::Imports(Imports::Findings { .. }) => Some(&[Register]), List;
    Request::Imports(Imports::Drop) => Some(&[Register]), List;
    Request::Imports(Imports::List { .. }) => Some(&[Register]), List;
    Request::Imports(Imports::Undo { .. }) => Some(&[Change, Delete]), Company;
    Request::Imports(Imports::Sources) => Some(&[Register]), List;
    Request::Imports(Imports::SaveSource { .. }) => Some(&[Register]), List;

    Request::Input(Input::Load { .. }) => None, List;
    Request::Input(Input::Keep { .. }) => None, List;
    Request::Input(Input::Erase { .. }) => None, List;

    Request::Snapshots(Snapshots::Make { .. }) => Some(KEEPS), Company;
    Request::Snapshots(Snapshots::List) => Some(KEEPS), Company;
    Request::Snapshots(Snapshots::Examine { .. }) => Some(KEEPS), Company;
    Request::Snapshots(Snapshots::Remove { .. }) => Some(&[ManageUsers]), Company;
    Request::Snapshots(Snapshots::Restore { .. }) => Some(&[ManageUsers]), Company;
    Request::Snapshots(Snapshots::ExportTombstones) => Some(KEEPS), Company;
    Request::Snapshots(Snapshots::Replaced) => Some(&[ManageUsers]), Company;
    Request::Snapshots(Snapshots::DropReplaced) => Some(&[ManageUsers]), Company;

    Request::Companions(Companions::List) => Some(OUT), List;
    Request::Companions(Companions::Register { .. }) => Some(&[Approve]), Company;
    Request::Companions(Companions::Enrolments { .. }) => Some(OUT), List;
    Request::Companions(Companions::ApproveEnrolment { .. }) => Some(&[Approve]), Company;
    Request::Companions(Companions::Whitelist) => Some(OUT), List;
    Request::Companions(Companions::RevokeEntry { .. }) => Some(&[Approve]), Company;
    Request::Companions(Companions::Formats { .. }) => Some(OUT), List;
    Request::Companions(Companions::CheckHandOver { .. }) => Some(&[Export]), Person;
    Request::Companions(Companions::HandOver { .. }) => Some(&[Export]), Person;
    Request::Companions(Companions::ReadReceipts { .. }) => Some(&[Export, Approve]), List;
    Request::Companions(Companions::HandOvers) => Some(OUT), List;
}
