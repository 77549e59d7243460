//! An office with everything in it, a user whose rights change, and a way back to where it was.

use crate::common::{STICK, World, enrol, secret, started, typed};
use crate::samples::FREE;
use codes::ErrorCode;
use keeper::Keeper;
use mynumber::family::{Deduction, Disability, Relationship, Residency};
use mynumber::people::Continuity;
use mynumber::rights::{DepartmentId, Grant, Role, Scope};
use mynumber::{Date, Employment, Purpose};
use protocol::clerk::companies::{self, CompanyDraft, CompanyKind};
use protocol::clerk::families::{self, Claim, DependantDraft};
use protocol::clerk::payees::{self, Party, PayeeDraft, PayeeId};
use protocol::clerk::people::{self, Particulars, PersonDraft, Position};
use protocol::clerk::retention::{DeletionId, HoldId};
use protocol::clerk::snapshots::{self, SnapshotId};
use protocol::clerk::users::{self, GrantDraft, UserDraft};
use protocol::clerk::{
    CompanyId, PersonId, Reply, Request, Rows, UserId, Window, ledger, numbers, retention, session,
};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use vault::Session;

/// Where the snapshots are.
const SHELF: &str = "snapshots";
const OTHERS: &str = "twelve paper cranes at dawn";
const FIRST: &str = "given out by the owner once";

/// Numbers of the people there, from the list of numbers for tests.
const NUMBERS: [&str; 7] = [
    "111111111118",
    "222222222225",
    "333333333332",
    "444444444440",
    "555555555557",
    "666666666664",
    "777777777771",
];

/// Where somebody is, as seen from the narrower scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// In the user's department and among the user's people.
    Near,
    /// In another department, in nobody's list of people.
    Far,
    /// In another company.
    Foreign,
}

/// People of one spot.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    /// With a number.
    pub employee: PersonId,
    /// Without a number.
    pub bare: PersonId,
    /// Of `employee`, with a number.
    pub dependant: PersonId,
    pub payee: PayeeId,
    /// Of both employees.
    pub department: Option<DepartmentId>,
    /// The payee as a person.
    pub author: PersonId,
    /// A document that keeps the number of `employee`.
    pub hold: HoldId,
}

impl Place {
    pub fn people(&self) -> [PersonId; 3] {
        [self.employee, self.bare, self.author]
    }
}

pub struct Office {
    folder: TempDir,
    kept: TempDir,
    world: World,
    /// What is on the stick, to be put back.
    stick_kept: Vec<u8>,
    keeper: Option<Keeper>,
    owner: Option<Session>,
    pub user: UserId,
    pub company: CompanyId,
    client: CompanyId,
    pub department: DepartmentId,
    pub far_department: DepartmentId,
    pub near: Place,
    pub far: Place,
    pub foreign: Place,
    pub entry: String,
    /// A number that was destroyed.
    pub deletion: DeletionId,
    /// Of the office as it was furnished.
    pub snapshot: SnapshotId,
    /// Whose session is in the keeper.
    owner_sits: bool,
}

impl Office {
    pub fn furnish() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut world = World::new();
        let keeper = crate::common::first_run(folder.path(), &mut world);
        let mut office = Self {
            folder,
            kept: tempfile::tempdir().unwrap(),
            world,
            stick_kept: Vec::new(),
            keeper: Some(keeper),
            owner: None,
            user: 0,
            company: String::new(),
            client: String::new(),
            department: 0,
            far_department: 0,
            near: Place::default(),
            far: Place::default(),
            foreign: Place::default(),
            entry: String::new(),
            deletion: String::new(),
            snapshot: String::new(),
            owner_sits: true,
        };
        office.company = office.companies()[0].clone();
        office.department = office.add_department("経理部");
        office.far_department = office.add_department("営業部");
        office.near = office.people("A", Some(office.department), &NUMBERS[0..2]);
        office.far = office.people("B", Some(office.far_department), &NUMBERS[2..4]);
        let keeper = office.keeper.as_mut().unwrap();
        let (_, entry) = enrol(keeper, &mut office.world, Purpose::WithholdingTax);
        office.entry = entry;
        office.deletion = office.destroy_a_number();
        office.add_client();
        office.snapshot = office.make_snapshot();
        office.user = office.add_user("佐藤 次郎", &Grant::of_role(Role::Responsible));
        let second = office.add_user("鈴木 三郎", &Grant::of_role(Role::Responsible));
        assert_ne!(second, office.user);
        office.log_both_in();
        office.stick_kept = office.world.stick().to_vec();
        office.keep();
        office
    }

    /// A client company with somebody of its own in it.
    fn add_client(&mut self) {
        let draft = CompanyDraft {
            name: "有限会社みほん".into(),
            ..CompanyDraft::default()
        };
        let kind = CompanyKind::Client;
        let reply = self.must(companies::Request::Create { kind, draft });
        let Reply::Companies(companies::Reply::Created(client)) = reply else {
            panic!("{reply:?}")
        };
        self.client = client;
        let client = self.client.clone();
        self.enter(&client);
        self.foreign = self.people("C", None, &NUMBERS[4..6]);
        let home = self.company.clone();
        self.enter(&home);
    }

    fn people(&mut self, no: &str, department: Option<DepartmentId>, digits: &[&str]) -> Place {
        let position = Position {
            filing_name: String::new(),
            department,
            employment: Employment::Regular,
            property_savings: false,
        };
        let mut register = |no: String, number: Option<&str>| {
            let request = people::Request::Register {
                draft: PersonDraft {
                    employee_no: no.clone(),
                    name: format!("従業員 {no}"),
                    birth_date: "1980-04-01".into(),
                    hired_on: "2015-04-01".into(),
                    ..PersonDraft::default()
                },
                position: Some(position.clone()),
                number: number.map(typed),
            };
            match self.must(request) {
                Reply::Saved { person, .. } => person,
                other => panic!("{other:?}"),
            }
        };
        let employee = register(format!("{no}1"), Some(digits[0]));
        let bare = register(format!("{no}2"), None);
        let dependant = self.add_spouse(employee, no);
        let number = typed(digits[1]);
        self.must(numbers::Request::Register {
            person: dependant,
            number,
        });
        let (payee, author) = self.add_author(no);
        let hold = self.add_hold(employee);
        Place {
            employee,
            bare,
            dependant,
            payee,
            department,
            author,
            hold,
        }
    }

    fn add_hold(&mut self, person: PersonId) -> HoldId {
        self.must(retention::Request::AddHold {
            people: vec![person],
            rule: "T1".into(),
            on: "2026-01-23".into(),
        });
        match self.must(retention::Request::Of { person }) {
            Reply::Retention(retention::Reply::Of(kept)) => kept.holds[0].hold.unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// Somebody's number was taken by mistake, and is gone.
    fn destroy_a_number(&mut self) -> DeletionId {
        let register = people::Request::Register {
            draft: PersonDraft {
                employee_no: "D1".into(),
                name: "従業員 D1".into(),
                birth_date: "1970-04-01".into(),
                ..PersonDraft::default()
            },
            position: None,
            number: Some(typed("999999999996")),
        };
        let Reply::Saved { person, .. } = self.must(register) else {
            panic!("nobody was registered")
        };
        let destroy = retention::Request::Destroy {
            people: vec![person],
            reason: retention::Reason::CollectedByMistake,
        };
        match self.must(destroy) {
            Reply::Retention(retention::Reply::Destroyed { batch, .. }) => batch,
            other => panic!("{other:?}"),
        }
    }

    fn make_snapshot(&mut self) -> SnapshotId {
        let name = "控え".into();
        let made = match self.must(snapshots::Request::Make { name }) {
            Reply::Snapshots(snapshots::Reply::Made(made)) => made.snapshot,
            other => panic!("{other:?}"),
        };
        // Another one made in the same second would be the same one.
        self.world.unix_seconds += 60;
        copy(&self.shelf(), &self.kept.path().join(SHELF));
        let from = self.shelf().join(&made);
        copy(&from, &self.kept.path().join(SHELF).join(&made));
        made
    }

    fn shelf(&self) -> PathBuf {
        self.folder.path().join(SHELF)
    }

    fn add_spouse(&mut self, employee: PersonId, no: &str) -> PersonId {
        let reply = self.must(families::Request::Add {
            employee,
            draft: spouse(no),
            claims: vec![Claim::Tax(Deduction::WithholdingSpouse)],
            on: "2020-04-01".into(),
        });
        match reply {
            Reply::Saved { person, .. } => person,
            other => panic!("{other:?}"),
        }
    }

    fn add_author(&mut self, no: &str) -> (PayeeId, PersonId) {
        let reply = self.must(payees::Request::Add { draft: author(no) });
        let Reply::Payees(payees::Reply::Kept(kept)) = reply else {
            panic!("{reply:?}")
        };
        let reply = self.must(payees::Request::Get { payee: kept.id });
        match reply {
            Reply::Payees(payees::Reply::Payee(payee)) => (kept.id, payee.person.unwrap()),
            other => panic!("{other:?}"),
        }
    }

    fn add_department(&mut self, name: &str) -> DepartmentId {
        let reply = self.must(companies::Request::AddDepartment { name: name.into() });
        match reply {
            Reply::Companies(companies::Reply::Department(kept)) => kept.id,
            other => panic!("{other:?}"),
        }
    }

    fn add_user(&mut self, name: &str, grant: &Grant) -> UserId {
        let reply = self.must(users::Request::Add {
            draft: UserDraft {
                name: name.into(),
                department: String::new(),
            },
            passphrase: secret(FIRST),
            recovery_words: secret("いちご いちば いちぶ"),
            grant: draft(grant),
        });
        match reply {
            Reply::Users(users::Reply::Added(user)) => user,
            other => panic!("{other:?}"),
        }
    }

    /// The user's session into the keeper, the owner's beside it.
    fn log_both_in(&mut self) {
        let keeper = self.keeper.as_mut().unwrap();
        self.owner = keeper.swap_session(None);
        let login = session::Request::Login {
            user: Some(self.user),
            passphrase: secret(FIRST),
        };
        assert_eq!(keeper.handle(login, &mut self.world), Reply::Done);
        let state = keeper.handle(session::Request::State, &mut self.world);
        assert!(
            matches!(&state, Reply::Session(session::Reply::State(s)) if s.must_change_passphrase)
        );
        let list = people::Request::List {
            query: String::new(),
            department: None,
            sort: people::Sort::default(),
            window: Window::FIRST,
        };
        assert_eq!(
            keeper.handle(list, &mut self.world),
            Reply::Refused(ErrorCode::MustChangePassphrase)
        );
        let change = session::Request::ChangePassphrase {
            current: secret(FIRST),
            new: secret(OTHERS),
        };
        assert_eq!(keeper.handle(change, &mut self.world), Reply::Done);
        self.owner_sits = false;
    }

    fn companies(&mut self) -> Vec<CompanyId> {
        match self.must(session::Request::Companies) {
            Reply::Session(session::Reply::Companies(rows)) => {
                rows.into_iter().map(|row| row.company).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    fn enter(&mut self, company: &str) {
        let company = company.to_owned();
        let reply = self.must(session::Request::Enter { company });
        assert_eq!(reply, Reply::Done);
    }

    pub fn ask(&mut self, request: &Request) -> Reply {
        let keeper = self.keeper.as_mut().unwrap();
        keeper.handle(request.clone(), &mut self.world)
    }

    fn must(&mut self, request: impl Into<Request>) -> Reply {
        let request = request.into();
        let reply = self.ask(&request);
        assert!(
            !matches!(
                reply,
                Reply::Refused(_) | Reply::Invalid(_) | Reply::Waits(_)
            ),
            "{request:?}: {reply:?}"
        );
        reply
    }

    fn switch(&mut self) {
        let keeper = self.keeper.as_mut().unwrap();
        self.owner = keeper.swap_session(self.owner.take());
        self.owner_sits = !self.owner_sits;
    }

    fn as_owner<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.switch();
        assert!(self.owner_sits);
        let result = work(self);
        self.switch();
        result
    }

    /// The user gets these rights, in the office as it was furnished, and comes in.
    pub fn seat(&mut self, grant: &Grant) {
        self.restore();
        let (user, home) = (self.user, self.company.clone());
        let grant = draft(grant);
        self.as_owner(|office| {
            office.enter(&home);
            office.must(users::Request::Grant { user, grant });
        });
        self.enter(&home);
        self.keep_as("seated");
    }

    /// The user gets these rights and wants to come in.
    pub fn at_the_door(&mut self, grant: &Grant) -> Reply {
        self.restore();
        let (user, company) = (self.user, self.company.clone());
        let grant = draft(grant);
        self.as_owner(|office| {
            office.enter(&company);
            office.must(users::Request::Grant { user, grant });
        });
        self.ask(&session::Request::Enter { company }.into())
    }

    /// The user goes to the other company, where the user has no rights.
    pub fn at_the_clients_door(&mut self) -> Reply {
        let company = self.client.clone();
        self.ask(&session::Request::Enter { company }.into())
    }

    pub fn require_second_person(&mut self) {
        self.restore();
        let home = self.company.clone();
        self.as_owner(|office| {
            office.enter(&home);
            office.must(users::Request::SetSecondPerson { on: true });
        });
        self.keep();
    }

    pub fn yesterday(&self) -> Date {
        Date::in_japan(self.world.unix_seconds - 86400).unwrap()
    }

    /// Back to where the user had just come in; `after` is what was done since.
    pub fn reset(&mut self, after: &Request) {
        if matches!(after, Request::Companions(_)) {
            self.world.put_stick(&self.stick_kept);
        }
        if matches!(after, Request::Snapshots(_)) {
            std::fs::remove_dir_all(self.shelf()).unwrap();
            let kept = self.kept.path().join(SHELF);
            copy(&kept, &self.shelf());
            copy(
                &kept.join(&self.snapshot),
                &self.shelf().join(&self.snapshot),
            );
        }
        self.restore_from("seated");
        let home = self.company.clone();
        self.enter(&home);
    }

    fn keep(&mut self) {
        self.keep_as("furnished");
    }

    fn restore(&mut self) {
        self.restore_from("furnished");
    }

    fn keep_as(&mut self, name: &str) {
        // Closing makes the files whole; the sessions stay open.
        let mine = self.close();
        copy(self.folder.path(), &self.kept.path().join(name));
        self.open(mine);
    }

    fn restore_from(&mut self, name: &str) {
        let mine = self.close();
        for entry in std::fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            // The folder of the snapshots stays.
            if path.is_file() {
                std::fs::remove_file(path).unwrap();
            }
        }
        copy(&self.kept.path().join(name), self.folder.path());
        self.open(mine);
    }

    fn close(&mut self) -> Option<Session> {
        let mut keeper = self.keeper.take().unwrap();
        let mine = keeper.swap_session(None);
        keeper.close(&self.world);
        mine
    }

    fn open(&mut self, mine: Option<Session>) {
        let mut keeper = started(self.folder.path(), &self.world);
        keeper.swap_session(mine);
        self.keeper = Some(keeper);
    }

    /// The ledger's newest entry is this refusal, by its true code, without a name.
    pub fn recorded(&mut self, request: &Request, told: ErrorCode, what: &str) {
        let name = request.rule().name;
        let page = ledger::Request::Page {
            before: None,
            limit: 1,
        };
        let rows = self.as_owner(|office| match office.must(page) {
            Reply::Ledger(ledger::Reply::Page(Rows { rows, .. })) => rows,
            other => panic!("{other:?}"),
        });
        let row = rows.first().unwrap();
        assert!(row.refused, "{what}: {row:?}");
        assert_eq!(row.user, "佐藤 次郎", "{what}");
        assert!(row.text_ja.contains(name), "{what}: {}", row.text_ja);
        assert_eq!(row.subject, "", "{what} ({})", told.code());
    }

    /// How many entries the ledger of the user's company has.
    pub fn entries(&mut self) -> u64 {
        let page = ledger::Request::Page {
            before: None,
            limit: 1,
        };
        self.as_owner(|office| match office.must(page) {
            Reply::Ledger(ledger::Reply::Page(Rows { total, .. })) => total.into(),
            other => panic!("{other:?}"),
        })
    }

    /// The reply holds no number but the one asked for, and nobody out of scope.
    pub fn leaks_nothing(&self, grant: &Grant, request: &Request, reply: &Reply, what: &str) {
        // What a log or a panic would print: even of a request that brings a number.
        let printed = format!("{request:?} {reply:?} {request:#?} {reply:#?}");
        for number in NUMBERS.iter().chain([&FREE]) {
            assert!(!printed.contains(number), "{what}: a number in Debug");
        }
        let frame = protocol::encode(reply).unwrap();
        let holds = |text: &str| memchr::memmem::find(&frame, text.as_bytes()).is_some();
        let revealed = matches!(request, Request::Numbers(numbers::Request::Reveal { .. }));
        if !revealed {
            for number in NUMBERS {
                assert!(!holds(number), "{what}: a number");
            }
        }
        for no in ["C1", "C2"] {
            assert!(!holds(&format!("従業員 {no}")), "{what}: another company");
        }
        if !matches!(grant.scope(), Scope::Company) {
            assert!(!holds("従業員 B"), "{what}: somebody out of scope");
        }
    }

    /// No number stands anywhere in the files, in digits, UTF-16 or packed.
    pub fn nothing_is_written_in_clear(&mut self) {
        let mine = self.close();
        let snapshot = self.shelf().join(&self.snapshot);
        let folders = [self.folder.path(), &self.shelf(), &snapshot].map(std::fs::read_dir);
        let files = folders.into_iter().flat_map(Result::unwrap);
        for file in files
            .map(|file| file.unwrap().path())
            .filter(|p| p.is_file())
        {
            let bytes = std::fs::read(file).unwrap();
            for number in NUMBERS {
                assert!(memchr::memmem::find(&bytes, number.as_bytes()).is_none());
                let wide: Vec<u8> = number.encode_utf16().flat_map(u16::to_le_bytes).collect();
                assert!(memchr::memmem::find(&bytes, &wide).is_none());
                let packed: u64 = number.parse().unwrap();
                assert!(memchr::memmem::find(&bytes, &packed.to_be_bytes()).is_none());
            }
        }
        self.open(mine);
    }

    pub fn stick(&self) -> u32 {
        STICK
    }
}

pub fn spouse(no: &str) -> DependantDraft {
    DependantDraft {
        particulars: Particulars {
            name: format!("従業員 {no}3"),
            birth_date: "1982-05-05".into(),
            ..Particulars::default()
        },
        relationship: Relationship::Wife,
        lives_with: true,
        disability: Disability::None,
        residency: Residency::Resident,
    }
}

pub fn author(no: &str) -> PayeeDraft {
    PayeeDraft {
        code: format!("P{no}"),
        party: Party::Individual(Particulars {
            name: format!("従業員 {no}4"),
            birth_date: "1975-01-31".into(),
            ..Particulars::default()
        }),
        payment: "manuscript".into(),
        detail: String::new(),
        continuity: Continuity::Continuing,
        contract_from: "2020-04-01".into(),
        contract_until: String::new(),
        expected_yen: "300000".into(),
    }
}

pub fn draft(grant: &Grant) -> GrantDraft {
    GrantDraft {
        role: grant.role(),
        operations: grant.operations().iter().collect(),
        scope: match grant.scope() {
            Scope::Company => users::Scope::Company,
            Scope::Departments(ids) => users::Scope::Departments(ids.iter().copied().collect()),
            Scope::People(ids) => users::Scope::People(ids.iter().copied().collect()),
        },
        pcs: grant.pcs().map(|pcs| pcs.iter().cloned().collect()),
        until: grant.until().map(|day| day.to_string()).unwrap_or_default(),
    }
}

/// The files, not the folders.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(to).unwrap() {
        let file = file.unwrap().path();
        if file.is_file() {
            std::fs::remove_file(file).unwrap();
        }
    }
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        // The reserve only takes up space.
        if file.path().is_file() && file.file_name() != "reserve" {
            std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
}
