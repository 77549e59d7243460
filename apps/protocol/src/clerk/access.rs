//! What each request needs, in one table. The keeper asks it before anything else; the
//! vault asks again before it reads or writes.

use super::approvals::Request as Approvals;
use super::collection::{Audience, Request as Collection};
use super::companies::Request as Companies;
use super::companions::Request as Companions;
use super::families::Request as Families;
use super::imports::Request as Imports;
use super::input::Request as Input;
use super::ledger::Request as Ledger;
use super::numbers::Request as Numbers;
use super::payees::{PayeeId, Request as Payees};
use super::people::Request as People;
use super::registers::Request as Registers;
use super::retention::Request as Retention;
use super::session::Request as Session;
use super::snapshots::Request as Snapshots;
use super::users::Request as Users;
use super::{PersonId, Request};
use mynumber::rights::{DepartmentId, Operation};

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule<'a> {
    /// The request's name for the ledger, `[a-z_]`. Never anything the request holds.
    pub name: &'static str,
    pub needs: Needs,
    pub about: About<'a>,
    /// Whether something in the vault or on a stick is different afterwards, beside the
    /// ledger.
    pub changes: bool,
}

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Anybody at the keyboard.
    Nothing,
    /// Somebody logged in, whatever the company.
    Login,
    /// Somebody who has entered a company with any right that holds here today.
    Company,
    /// Somebody with one of these operations in the company entered.
    Any(&'static [Operation]),
    /// Somebody with all of these operations in the company entered.
    All(&'static [Operation]),
}

/// Whom it is about, as a scope sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About<'a> {
    /// No person, or a list that shows only what is in scope.
    Nobody,
    /// The company as a whole: only a scope of the whole company reaches it.
    Company,
    Person(PersonId),
    /// Somebody about to be registered, in this department.
    Newcomer(Option<DepartmentId>),
    Payee(PayeeId),
    People(&'a [PersonId]),
}

/// Whoever may do one of these sees who is there; to read the ledger nobody needs to.
pub const LISTING: &[Operation] = &[
    Operation::Register,
    Operation::Change,
    Operation::Reveal,
    Operation::Export,
    Operation::Delete,
    Operation::Approve,
    Operation::ManageUsers,
];

const REGISTER: Needs = Needs::Any(&[Operation::Register]);
const CHANGE: Needs = Needs::Any(&[Operation::Change]);
const LISTS: Needs = Needs::Any(LISTING);
const MANAGE: Needs = Needs::Any(&[Operation::ManageUsers]);
const READS_LEDGER: Needs = Needs::Any(&[Operation::ReadLedger]);
const APPROVE: Needs = Needs::Any(&[Operation::Approve]);
const EXPORT: Needs = Needs::Any(&[Operation::Export]);
const OUTGOING: Needs = Needs::Any(&[Operation::Export, Operation::Approve, Operation::ReadLedger]);

const fn reads<'a>(name: &'static str, needs: Needs, about: About<'a>) -> Rule<'a> {
    Rule {
        name,
        needs,
        about,
        changes: false,
    }
}

const fn changes<'a>(name: &'static str, needs: Needs, about: About<'a>) -> Rule<'a> {
    Rule {
        name,
        needs,
        about,
        changes: true,
    }
}

impl Request {
    /// This request's line.
    pub fn rule(&self) -> Rule<'_> {
        match self {
            Request::Session(request) => session(request),
            Request::Companies(request) => companies(request),
            Request::People(request) => people(request),
            Request::Families(request) => families(request),
            Request::Payees(request) => payees(request),
            Request::Numbers(request) => numbers(request),
            Request::Collection(request) => collection(request),
            Request::Registers(request) => registers(request),
            Request::Users(request) => users(request),
            Request::Approvals(request) => approvals(request),
            Request::Ledger(request) => ledger(request),
            Request::Retention(request) => retention(request),
            Request::Imports(request) => imports(request),
            Request::Input(request) => input(request),
            Request::Snapshots(request) => snapshots(request),
            Request::Companions(request) => companions(request),
            Request::Cancel => reads("cancel", Needs::Nothing, About::Nobody),
        }
    }
}

fn session(request: &Session) -> Rule<'_> {
    use About::Nobody;
    use Needs::{Login, Nothing};
    match request {
        Session::State => reads("session_state", Nothing, Nobody),
        Session::Names => reads("session_names", Nothing, Nobody),
        Session::FirstRun { .. } => changes("first_run", Nothing, Nobody),
        Session::Login { .. } => changes("login", Nothing, Nobody),
        Session::Recover { .. } => changes("recover", Nothing, Nobody),
        Session::Lock => changes("lock", Nothing, Nobody),
        Session::ChangePassphrase { .. } => changes("change_passphrase", Login, Nobody),
        Session::ChangeRecoveryWords { .. } => changes("change_recovery_words", Login, Nobody),
        Session::Companies => reads("session_companies", Login, Nobody),
        Session::Enter { .. } => changes("enter_company", Login, Nobody),
    }
}

fn companies(request: &Companies) -> Rule<'_> {
    use About::{Company, Nobody};
    match request {
        Companies::Create { .. } => changes("companies_create", MANAGE, Company),
        Companies::Get => reads("companies_get", Needs::Company, Nobody),
        Companies::Change { .. } => changes("companies_change", MANAGE, Company),
        Companies::ChangeProfile { .. } => changes("companies_change_profile", MANAGE, Company),
        Companies::ChangeRules { .. } => changes("companies_change_rules", MANAGE, Company),
        Companies::Close { .. } => changes("companies_close", MANAGE, Company),
        Companies::WithdrawClosing => changes("companies_withdraw_closing", MANAGE, Company),
        Companies::Proprietor => reads("proprietor", LISTS, Company),
        Companies::RegisterProprietor { .. } => changes("proprietor_register", REGISTER, Company),
        Companies::ChangeProprietor { .. } => changes("proprietor_change", CHANGE, Company),
        Companies::RenameProprietor { .. } => changes("proprietor_rename", CHANGE, Company),
        Companies::Departments => reads("departments", Needs::Company, Nobody),
        Companies::AddDepartment { .. } => changes("departments_add", REGISTER, Company),
        Companies::RenameDepartment { .. } => changes("departments_rename", CHANGE, Company),
        Companies::RetireDepartment { .. } => changes("departments_retire", CHANGE, Company),
    }
}

fn people(request: &People) -> Rule<'_> {
    use About::{Nobody, Person};
    match request {
        People::List { .. } => reads("people_list", LISTS, Nobody),
        People::Get { person } => reads("people_get", LISTS, Person(*person)),
        People::Register { position, .. } => {
            let department = position.as_ref().and_then(|position| position.department);
            changes("people_register", REGISTER, About::Newcomer(department))
        }
        People::Change { person, .. } => changes("people_change", CHANGE, Person(*person)),
        People::ChangePosition { person, .. } => {
            changes("people_change_position", CHANGE, Person(*person))
        }
        People::ChangeDetails { person, .. } => {
            changes("people_change_details", CHANGE, Person(*person))
        }
        People::Rename { person, .. } => changes("people_rename", CHANGE, Person(*person)),
        People::StartLeave { person, .. } => changes("people_start_leave", CHANGE, Person(*person)),
        People::EndLeave { person, .. } => changes("people_end_leave", CHANGE, Person(*person)),
        People::Retire { person, .. } => changes("people_retire", CHANGE, Person(*person)),
        People::MarkAsLeft { person, .. } => {
            changes("people_mark_as_left", CHANGE, Person(*person))
        }
        People::WithdrawRetirement { person, .. } => {
            changes("people_withdraw_retirement", CHANGE, Person(*person))
        }
        People::Rehire { person, .. } => changes("people_rehire", CHANGE, Person(*person)),
    }
}

fn families(request: &Families) -> Rule<'_> {
    use About::{Nobody, Person};
    match request {
        Families::Of { employee } => reads("families_of", LISTS, Person(*employee)),
        Families::List { .. } => reads("families_list", LISTS, Nobody),
        Families::Get { person } => reads("families_get", LISTS, Person(*person)),
        Families::Add { employee, .. } => changes("families_add", REGISTER, Person(*employee)),
        Families::Change { person, .. } => changes("families_change", CHANGE, Person(*person)),
        Families::Rename { person, .. } => changes("families_rename", CHANGE, Person(*person)),
        Families::Claim { person, .. } => changes("families_claim", CHANGE, Person(*person)),
        Families::EndClaim { person, .. } => changes("families_end_claim", CHANGE, Person(*person)),
        Families::End { person, .. } => changes("families_end", CHANGE, Person(*person)),
        Families::Resume { person, .. } => changes("families_resume", CHANGE, Person(*person)),
    }
}

fn payees(request: &Payees) -> Rule<'_> {
    use About::{Nobody, Payee};
    match request {
        Payees::List { .. } => reads("payees_list", LISTS, Nobody),
        Payees::Get { payee } => reads("payees_get", LISTS, Payee(*payee)),
        Payees::Add { .. } => changes("payees_add", REGISTER, About::Newcomer(None)),
        Payees::Change { payee, .. } => changes("payees_change", CHANGE, Payee(*payee)),
        Payees::Rename { payee, .. } => changes("payees_rename", CHANGE, Payee(*payee)),
        Payees::End { payee, .. } => changes("payees_end", CHANGE, Payee(*payee)),
    }
}

fn numbers(request: &Numbers) -> Rule<'_> {
    use About::Person;
    const REVEAL: Needs = Needs::Any(&[Operation::Reveal]);
    match request {
        Numbers::Register { person, .. } => changes("numbers_register", REGISTER, Person(*person)),
        Numbers::Replace { person, .. } => changes("numbers_replace", CHANGE, Person(*person)),
        Numbers::Reveal { person, .. } => reads("numbers_reveal", REVEAL, Person(*person)),
        Numbers::MayAsk { person } => reads("numbers_may_ask", LISTS, Person(*person)),
        Numbers::Record { person } => reads("numbers_record", LISTS, Person(*person)),
        Numbers::ChangePurposes { person, .. } => {
            changes("numbers_change_purposes", CHANGE, Person(*person))
        }
    }
}

fn collection(request: &Collection) -> Rule<'_> {
    use About::{Company, Nobody, Person};
    match request {
        Collection::Missing { .. } => reads("collection_missing", LISTS, Nobody),
        Collection::Get { person } => reads("collection_get", LISTS, Person(*person)),
        Collection::Ask { person, .. } => changes("collection_ask", CHANGE, Person(*person)),
        Collection::Remind { person, .. } => changes("collection_remind", CHANGE, Person(*person)),
        Collection::Refused { person, .. } => {
            changes("collection_refused", CHANGE, Person(*person))
        }
        Collection::Move { person, .. } => changes("collection_move", CHANGE, Person(*person)),
        Collection::CheckIdentity { person, .. } => {
            changes("identity_check", CHANGE, Person(*person))
        }
        Collection::IdentityChecks { person } => reads("identity_checks", LISTS, Person(*person)),
        Collection::WithdrawIdentityCheck { person, .. } => {
            changes("identity_check_withdraw", CHANGE, Person(*person))
        }
        Collection::Notify { draft } => match draft.audience {
            Audience::Person(person) => changes("notify", CHANGE, Person(person)),
            Audience::All(_) => changes("notify_all", CHANGE, Company),
        },
        Collection::Notices { person } => reads("notices", LISTS, Person(*person)),
        Collection::Unnotified { .. } => reads("unnotified", LISTS, Nobody),
    }
}

fn registers(request: &Registers) -> Rule<'_> {
    use About::{Company, Nobody};
    const DELETE: Needs = Needs::Any(&[Operation::Delete]);
    match request {
        Registers::Delegates { .. } => reads("delegates", Needs::Company, Nobody),
        Registers::AddDelegate { .. } => changes("delegates_add", REGISTER, Company),
        Registers::AddSubdelegate { .. } => changes("delegates_add_sub", REGISTER, Company),
        Registers::ChangeDelegate { .. } => changes("delegates_change", CHANGE, Company),
        Registers::EndDelegation { .. } => changes("delegates_end", CHANGE, Company),
        Registers::SettleDelegation { .. } => changes("delegates_settle", CHANGE, Company),
        Registers::RefuseSubdelegation { .. } => changes("delegates_refuse_sub", CHANGE, Company),
        Registers::RecordSupervision { .. } => changes("delegates_supervise", CHANGE, Company),
        Registers::Supervisions { .. } => reads("delegates_supervisions", Needs::Company, Nobody),
        Registers::Chain { .. } => reads("delegates_chain", Needs::Company, Nobody),
        Registers::Media { .. } => reads("media", Needs::Company, Nobody),
        Registers::Trips { .. } => reads("media_trips", Needs::Company, Nobody),
        Registers::Losses { .. } => reads("media_losses", Needs::Company, Nobody),
        Registers::RegisterMedium { .. } => changes("media_register", REGISTER, Company),
        Registers::ChangeMedium { .. } => changes("media_change", CHANGE, Company),
        Registers::TakeOut { .. } => changes("media_take_out", CHANGE, Company),
        Registers::Lose { .. } => changes("media_lose", CHANGE, Company),
        Registers::BringBack { .. } => changes("media_bring_back", CHANGE, Company),
        Registers::DestroyMedium { .. } => changes("media_destroy", DELETE, Company),
    }
}

fn users(request: &Users) -> Rule<'_> {
    use About::Company;
    match request {
        Users::List => reads("users_list", MANAGE, Company),
        Users::Add { .. } => changes("users_add", MANAGE, Company),
        Users::Change { .. } => changes("users_change", MANAGE, Company),
        Users::Grant { .. } => changes("users_grant", MANAGE, Company),
        Users::Withdraw { .. } => changes("users_withdraw", MANAGE, Company),
        Users::Remove { .. } => changes("users_remove", MANAGE, Company),
        Users::RequirePassphraseChange { .. } => {
            changes("users_require_passphrase_change", MANAGE, Company)
        }
        Users::ResetPassphrase { .. } => changes("users_reset_passphrase", MANAGE, Company),
        Users::SetSecondPerson { .. } => changes("users_set_second_person", MANAGE, Company),
    }
}

fn approvals(request: &Approvals) -> Rule<'_> {
    use About::Nobody;
    match request {
        Approvals::List { .. } => reads("approvals_list", Needs::Company, Nobody),
        Approvals::Confirm { .. } => changes("approvals_confirm", APPROVE, Nobody),
        Approvals::Refuse { .. } => changes("approvals_refuse", APPROVE, Nobody),
        Approvals::Withdraw { .. } => changes("approvals_withdraw", Needs::Company, Nobody),
    }
}

fn ledger(request: &Ledger) -> Rule<'_> {
    use About::Company;
    match request {
        Ledger::Page { .. } => reads("ledger_page", READS_LEDGER, Company),
        Ledger::Verify => reads("ledger_verify", READS_LEDGER, Company),
        Ledger::Report(draft) => {
            let about = draft.person.map_or(Company, About::Person);
            reads("ledger_report", READS_LEDGER, about)
        }
        Ledger::Export => reads("ledger_export", READS_LEDGER, Company),
        Ledger::ReportPiece { .. } => reads("ledger_report_piece", READS_LEDGER, About::Nobody),
        Ledger::CompareBegin { .. } => reads("ledger_compare_begin", READS_LEDGER, Company),
        Ledger::ComparePiece { .. } => reads("ledger_compare_piece", READS_LEDGER, Company),
        Ledger::Compare => reads("ledger_compare", READS_LEDGER, Company),
    }
}

fn retention(request: &Retention) -> Rule<'_> {
    const DELETE: Needs = Needs::Any(&[Operation::Delete]);
    const SEES: Needs = Needs::Any(&[Operation::Delete, Operation::Approve, Operation::ReadLedger]);
    match request {
        Retention::Destroy { people, .. } => {
            changes("retention_destroy", DELETE, About::People(people))
        }
        Retention::Destroyed { .. } => reads("retention_destroyed", SEES, About::Company),
        Retention::Due { .. } => reads("retention_due", LISTS, About::Nobody),
        Retention::Counts => reads("retention_counts", LISTS, About::Nobody),
        Retention::Of { person } => reads("retention_of", LISTS, About::Person(*person)),
        Retention::Documents => reads("retention_documents", Needs::Company, About::Nobody),
        Retention::AddHold { people, .. } => {
            changes("retention_add_hold", CHANGE, About::People(people))
        }
        // Whose document it is only the vault knows.
        Retention::EndHold { .. } => changes("retention_end_hold", DELETE, About::Nobody),
        Retention::Settings => reads("retention_settings", Needs::Company, About::Nobody),
        Retention::ChangeSettings { .. } => {
            changes("retention_change_settings", MANAGE, About::Company)
        }
        Retention::Deletions { .. } => reads("retention_deletions", SEES, About::Company),
        Retention::Certificate { .. } => reads("retention_certificate", SEES, About::Company),
    }
}

/// Which rows are in the user's scope is judged row by row.
fn imports(request: &Imports) -> Rule<'_> {
    use About::{Company, Nobody};
    const UNDO: Needs = Needs::All(&[Operation::Change, Operation::Delete]);
    match request {
        Imports::Begin { .. } => reads("imports_begin", REGISTER, Nobody),
        Imports::Piece { .. } => reads("imports_piece", REGISTER, Nobody),
        Imports::Look => reads("imports_look", REGISTER, Nobody),
        Imports::Map { .. } => reads("imports_map", REGISTER, Nobody),
        Imports::Try => reads("imports_try", REGISTER, Nobody),
        Imports::Make => changes("imports_make", REGISTER, Nobody),
        Imports::Findings { .. } => reads("imports_findings", REGISTER, Nobody),
        Imports::Drop => reads("imports_drop", REGISTER, Nobody),
        Imports::List { .. } => reads("imports_list", REGISTER, Nobody),
        Imports::Undo { .. } => changes("imports_undo", UNDO, Company),
        Imports::Sources => reads("imports_sources", REGISTER, Nobody),
        Imports::SaveSource { .. } => changes("imports_save_source", REGISTER, Nobody),
    }
}

/// Everybody their own, in whatever company.
fn input(request: &Input) -> Rule<'_> {
    use About::Nobody;
    use Needs::Login;
    match request {
        Input::Load { .. } => reads("input_load", Login, Nobody),
        Input::Keep { .. } => changes("input_keep", Login, Nobody),
        Input::Erase { .. } => changes("input_erase", Login, Nobody),
    }
}

fn snapshots(request: &Snapshots) -> Rule<'_> {
    use About::Company;
    /// Who may change what the vault holds may also keep it from being lost.
    const KEEPS: Needs = Needs::Any(&[
        Operation::Register,
        Operation::Change,
        Operation::Delete,
        Operation::ManageUsers,
    ]);
    match request {
        Snapshots::Make { .. } => changes("snapshots_make", KEEPS, Company),
        Snapshots::List => reads("snapshots_list", KEEPS, Company),
        Snapshots::Examine { .. } => reads("snapshots_examine", KEEPS, Company),
        Snapshots::Remove { .. } => changes("snapshots_remove", MANAGE, Company),
        Snapshots::Restore { .. } => changes("snapshots_restore", MANAGE, Company),
        Snapshots::ExportTombstones => changes("snapshots_export_tombstones", KEEPS, Company),
        Snapshots::Replaced => reads("snapshots_replaced", MANAGE, Company),
        Snapshots::DropReplaced => changes("snapshots_drop_replaced", MANAGE, Company),
    }
}

fn companions(request: &Companions) -> Rule<'_> {
    use About::{Company, Nobody, People};
    match request {
        Companions::List => reads("companions_list", OUTGOING, Nobody),
        Companions::Register { .. } => changes("companions_register", APPROVE, Company),
        Companions::Enrolments { .. } => reads("companions_enrolments", OUTGOING, Nobody),
        Companions::ApproveEnrolment { .. } => {
            changes("companions_approve_enrolment", APPROVE, Company)
        }
        Companions::Whitelist => reads("companions_whitelist", OUTGOING, Nobody),
        Companions::RevokeEntry { .. } => changes("companions_revoke_entry", APPROVE, Company),
        // Which formats there are is no secret of the company's.
        Companions::Formats { .. } => reads("companions_formats", OUTGOING, Nobody),
        Companions::CheckHandOver { people, .. } => {
            reads("companions_check_hand_over", EXPORT, People(people))
        }
        Companions::HandOver { people, .. } => {
            changes("companions_hand_over", EXPORT, People(people))
        }
        Companions::ReadReceipts { .. } => changes(
            "companions_read_receipts",
            Needs::Any(&[Operation::Export, Operation::Approve]),
            Nobody,
        ),
        Companions::HandOvers => reads("companions_hand_overs", OUTGOING, Nobody),
    }
}
