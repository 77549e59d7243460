//! An open vault in a scratch folder, and the operations played in it.

use crate::check::{Numbers, SNAPSHOT};
use crate::common::{self, *};
use intake::{Mapping, Sheet};
use ledger::Event;
use mynumber::rights::{Grant, Role};
use mynumber::{CompanyName, Label, PersonName, Purpose};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;
use vault::*;

/// The second user of a vault.
const CLERK: UserId = 2;

/// What is done and acknowledged as one: every cut within it shows the old or the new state.
pub type Step = fn(&mut Scene) -> Result<(), VaultError>;

pub struct Operation {
    pub name: &'static str,
    pub begins: Begins,
    pub steps: Vec<Step>,
    /// A step derives a key from a passphrase: tenths of a second each time it is played.
    pub derives: bool,
    /// The ledger says so when a step fails.
    pub records_failure: bool,
}

/// What an operation finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// An empty folder.
    Nothing,
    /// Four people, three with numbers, and somebody logged in.
    LoggedIn,
}

pub struct Scene {
    pub folder: PathBuf,
    vault: Option<Vault>,
    session: Option<Session>,
    seconds: u64,
    registered: u32,
    /// What [`crate::check::numbers_are`] must find.
    pub numbers: Numbers,
    /// What a vault restored from the snapshot must have.
    restored: Numbers,
    _scratch: TempDir,
}

impl Scene {
    /// With an identity that an earlier scene opened no passphrase need be derived again:
    /// every scene begins from a copy of the same vault.
    pub fn new(begins: Begins, before: Option<(Session, CompanyId)>) -> Self {
        let scratch = scratch();
        let mut scene = Self {
            folder: scratch.path().to_owned(),
            vault: None,
            session: None,
            seconds: 100,
            registered: 100,
            numbers: Numbers::new(),
            restored: Numbers::new(),
            _scratch: scratch,
        };
        if begins == Begins::LoggedIn {
            copy_folder(prepared(), &scene.folder);
            scene.numbers = first_numbers();
            let mut vault = common::open(&scene.folder);
            scene.session = Some(match before {
                None => vault.login(None, PASSPHRASE, at(99)).unwrap(),
                Some((mut session, company)) => {
                    vault.enter_company(&mut session, &company, at(99)).unwrap();
                    session
                }
            });
            scene.vault = Some(vault);
        }
        scene
    }

    pub fn now(&mut self) -> Moment {
        self.seconds += 1;
        at(self.seconds)
    }

    /// Ends without a lock, as a pulled stick does, and keeps the opened keys.
    pub fn into_session(self) -> Option<(Session, CompanyId)> {
        let session = self.session?;
        let company = session.company().ok()?.to_owned();
        Some((session, company))
    }

    pub fn vault(&mut self) -> Option<(&mut Vault, &mut Session)> {
        self.vault.as_mut().zip(self.session.as_mut())
    }

    /// Does something with the vault, the session and a later moment.
    fn act<T>(
        &mut self,
        act: impl FnOnce(&mut Vault, &Session, Moment) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let now = self.now();
        let (vault, session) = self.vault().expect("somebody is logged in");
        act(vault, session, now)
    }

    fn register(&mut self, digits: Option<&'static str>) -> Result<(), VaultError> {
        self.registered += 1;
        let no = self.registered.to_string();
        let saved = self.act(|vault, session, now| {
            let n = digits.map(number);
            let fields = person(&no, "髙橋 花子", "タカハシ ハナコ");
            vault.register_person(session, &fields, n.as_ref().map(for_all), now)
        })?;
        self.numbers.insert(saved.person, digits);
        Ok(())
    }

    fn set_number(&mut self, person: PersonId, digits: &'static str) -> Result<(), VaultError> {
        self.act(|vault, session, now| {
            let n = number(digits);
            vault.set_number(session, person, for_all(&n), now)
        })?;
        self.numbers.insert(person, Some(digits));
        Ok(())
    }

    fn change(&mut self, who: PersonId, name: &str) -> Result<(), VaultError> {
        self.act(|vault, session, now| {
            let revision = vault.person(session, who)?.revision;
            let fields = person(&format!("{who:04}"), name, "");
            vault.change_person(session, who, revision, &fields, now)
        })?;
        Ok(())
    }

    fn reveal(&mut self, person: PersonId) -> Result<(), VaultError> {
        self.act(|vault, session, now| {
            vault.reveal(session, person, Purpose::WithholdingTax, now)
        })?;
        Ok(())
    }

    fn record(&mut self) -> Result<(), VaultError> {
        self.act(|vault, session, now| {
            vault.record(Some(session), &Note::new(Event::ClockConfirmed), now)
        })
    }

    /// What the keeper does when it has to answer that the stick is full.
    pub fn record_refusal(&mut self) -> Result<(), VaultError> {
        let now = self.now();
        let note = Note::new(Event::RequestRefused);
        match &mut self.vault {
            Some(vault) => vault.record_refusal(self.session.as_ref(), &note, "E-004", now),
            None => Ok(()),
        }
    }

    fn lock(&mut self) -> Result<(), VaultError> {
        let now = self.now();
        let session = self.session.take().expect("somebody is logged in");
        self.vault
            .as_mut()
            .expect("an open vault")
            .lock(session, now)
    }

    fn login(&mut self) -> Result<(), VaultError> {
        let now = self.now();
        let vault = self.vault.as_mut().expect("an open vault");
        self.session = Some(vault.login(None, PASSPHRASE, now)?);
        Ok(())
    }

    fn fail_to_log_in(&mut self) -> Result<(), VaultError> {
        let now = self.now();
        let vault = self.vault.as_mut().expect("an open vault");
        match vault.login(None, "wrong horse battery staple", now) {
            Err(VaultError::WrongPassphrase) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    fn power_off_and_on(&mut self) -> Result<(), VaultError> {
        let now = self.now();
        let vault = self.vault.take().expect("an open vault");
        vault.close(self.session.take(), now)?;
        self.vault = Vault::open(&self.folder, pc())?;
        Ok(())
    }

    fn found_company(&mut self) -> Result<(), VaultError> {
        let fields = CompanyFields {
            name: CompanyName::new("有限会社見本").unwrap(),
            corporate_number: None,
            address: None,
        };
        self.act(|vault, session, now| {
            vault.create_company(session, CompanyKind::Client, &fields, now)
        })?;
        Ok(())
    }

    fn enter(&mut self, which: usize) -> Result<(), VaultError> {
        let now = self.now();
        let (vault, session) = self.vault().expect("somebody is logged in");
        let company = vault.companies(session)?[which].id.clone();
        vault.enter_company(session, &company, now)
    }

    fn enter_the_first(&mut self) -> Result<(), VaultError> {
        self.enter(0)
    }

    fn enter_the_other(&mut self) -> Result<(), VaultError> {
        self.enter(1)
    }

    /// Tries a file of forty employees, or imports it.
    fn import(&mut self, only_try: bool) -> Result<(), VaultError> {
        let mut file = String::from("社員番号,氏名,フリガナ,生年月日,個人番号\n");
        for i in 0..40 {
            let digits = [NUMBERS[3], NUMBERS[4]].get(i).unwrap_or(&"");
            let year = 1950 + i;
            file += &format!("C{i},山田 太郎,ヤマダ タロウ,{year}-04-01,{digits}\n");
        }
        let sheet = Sheet::open(file.as_bytes()).unwrap();
        let parsed = sheet
            .read(&Mapping::guess(&sheet), &mut |_, _| true)
            .unwrap();
        let name = Label::new("社員.csv").unwrap();
        let draft = ImportDraft {
            name: &name,
            parsed: &parsed,
            existing: Existing::Skip,
            purposes: &Purpose::ALL,
        };
        self.act(|vault, session, now| {
            if only_try {
                vault.check_import(session, &draft, now, &mut |_, _| true)?;
            } else {
                let made = vault.import(session, &draft, now, &mut |_, _| true)?;
                assert_eq!((made.report.employees_added, made.report.numbers), (40, 2));
            }
            Ok(())
        })?;
        if !only_try {
            self.expect_of_employee("C0", Some(NUMBERS[3]));
            self.expect_of_employee("C1", Some(NUMBERS[4]));
        }
        Ok(())
    }

    fn expect_of_employee(&mut self, no: &str, digits: Option<&'static str>) {
        let (vault, session) = self.vault().expect("somebody is logged in");
        let page = vault.people(session, no, 0, 50).unwrap();
        let row = page.rows.iter().find(|row| row.employee_no == no);
        let id = row.expect("an imported employee").id;
        self.numbers.insert(id, digits);
    }

    fn undo_import(&mut self) -> Result<(), VaultError> {
        self.act(|vault, session, now| {
            let import = vault.imports(session)?[0].id.clone();
            vault.undo_import(session, &import, now)
        })?;
        let before = first_numbers();
        for (person, digits) in &mut self.numbers {
            if !before.contains_key(person) {
                *digits = None;
            }
        }
        Ok(())
    }

    fn destroy(&mut self, people: &[PersonId]) -> Result<(), VaultError> {
        self.act(|vault, session, now| {
            vault.destroy_numbers(session, people, DestroyReason::CollectedByMistake, now)
        })?;
        for person in people {
            self.numbers.insert(*person, None);
        }
        Ok(())
    }

    fn add_clerk(&mut self) -> Result<(), VaultError> {
        let clerk = UserDraft {
            name: PersonName::new("佐藤 次郎").unwrap(),
            department: None,
            passphrase: "staple battery horse correct",
            recovery_words: "あきる あけがた あける",
        };
        self.act(|vault, session, now| {
            vault.add_user(session, &clerk, &Grant::of_role(Role::Clerk), now)
        })?;
        Ok(())
    }

    fn reset_the_clerks_passphrase(&mut self) -> Result<(), VaultError> {
        self.act(|vault, session, now| {
            let words = "いちご いとこ いなか";
            vault.reset_passphrase(session, CLERK, "a lantern over seven bridges", words, now)
        })
    }

    /// The clerk needs no numbers any more: the company's number key is replaced.
    fn make_the_clerk_an_auditor(&mut self) -> Result<(), VaultError> {
        self.act(|vault, session, now| {
            vault.grant(session, CLERK, &Grant::of_role(Role::Auditor), now)
        })
    }

    fn remove_the_clerk(&mut self) -> Result<(), VaultError> {
        self.act(|vault, session, now| vault.remove_user(session, CLERK, now))
    }

    fn snapshot(&mut self) -> Result<(), VaultError> {
        let folder = self.folder.join(SNAPSHOT);
        self.act(|vault, session, now| {
            let name = Label::new("予備USB").unwrap();
            vault.snapshot(session, &folder, &name, now, &mut |_, _| Some(now))
        })?;
        self.restored = self.numbers.clone();
        Ok(())
    }

    /// Restores the snapshot; numbers replaced since are not in it. From now on a cut may
    /// find the restored vault, which takes its place when the folder is opened.
    fn restore(&mut self) -> Result<(), VaultError> {
        let found = Snapshot::examine(&self.folder.join(SNAPSHOT), &mut |_| true)?;
        self.act(|vault, session, now| vault.restore(session, &found, &[], now, &mut |_| true))?;
        for (person, digits) in &mut self.restored {
            if self.numbers.get(person) != Some(digits) {
                *digits = None;
            }
        }
        self.numbers = self.restored.clone();
        Ok(())
    }

    /// The restored vault takes its place.
    fn open_the_restored(&mut self) -> Result<(), VaultError> {
        let now = self.now();
        self.vault.take().expect("an open vault").disconnect()?;
        let mut vault = Vault::open(&self.folder, pc())?.expect("the restored vault");
        let session = self.session.as_mut().expect("somebody is logged in");
        let company = session.company()?.to_owned();
        vault.enter_company(session, &company, now)?;
        self.vault = Some(vault);
        Ok(())
    }

    fn first_run(&mut self) -> Result<(), VaultError> {
        let (vault, session) = Vault::create(&self.folder, pc(), &first_run(), at(0))?;
        (self.vault, self.session) = (Some(vault), Some(session));
        Ok(())
    }
}

/// Everything that is cut.
pub fn operations() -> Vec<Operation> {
    let logged_in = |name, steps| Operation {
        name,
        begins: Begins::LoggedIn,
        steps,
        derives: false,
        records_failure: false,
    };
    let mut many: Vec<Step> = Vec::new();
    for _ in 0..30 {
        many.push(|s| s.register(None));
    }
    vec![
        Operation {
            name: "first run",
            begins: Begins::Nothing,
            steps: vec![Scene::first_run],
            derives: true,
            records_failure: false,
        },
        logged_in(
            "register",
            vec![
                |s| s.register(Some(NUMBERS[3])),
                |s| s.register(None),
                |s| s.register(Some(NUMBERS[4])),
                |s| s.register(Some(NUMBERS[5])),
            ],
        ),
        logged_in(
            "change",
            vec![
                |s| s.change(1, "山田 太郎"),
                |s| s.set_number(4, NUMBERS[3]),
                |s| s.change(4, "髙橋 華子"),
            ],
        ),
        logged_in(
            "replace a number",
            vec![|s| s.set_number(1, NUMBERS[4]), |s| {
                s.set_number(1, NUMBERS[5])
            }],
        ),
        logged_in(
            "ledger",
            vec![
                Scene::record,
                |s| s.reveal(1),
                Scene::record_refusal,
                |s| s.reveal(2),
                Scene::record,
                Scene::record_refusal,
            ],
        ),
        Operation {
            name: "lock and log in",
            begins: Begins::LoggedIn,
            steps: vec![
                Scene::record,
                Scene::lock,
                Scene::fail_to_log_in,
                Scene::login,
                Scene::record,
                Scene::power_off_and_on,
            ],
            derives: true,
            records_failure: false,
        },
        logged_in(
            "destroy numbers",
            vec![|s| s.destroy(&[1, 3]), Scene::record, |s| s.destroy(&[2])],
        ),
        Operation {
            name: "users, rotation",
            begins: Begins::LoggedIn,
            steps: vec![
                Scene::add_clerk,
                Scene::reset_the_clerks_passphrase,
                Scene::make_the_clerk_an_auditor,
                Scene::remove_the_clerk,
            ],
            derives: true,
            records_failure: false,
        },
        logged_in(
            "import, undo",
            vec![
                |s| s.import(true),
                |s| s.import(false),
                Scene::undo_import,
                |s| s.import(false),
            ],
        ),
        logged_in(
            "companies",
            vec![
                Scene::found_company,
                Scene::enter_the_other,
                Scene::record,
                Scene::found_company,
                Scene::enter_the_first,
            ],
        ),
        Operation {
            name: "snapshot, restore",
            begins: Begins::LoggedIn,
            steps: vec![
                Scene::snapshot,
                |s| s.set_number(1, NUMBERS[4]),
                Scene::restore,
                Scene::open_the_restored,
                Scene::record,
            ],
            derives: false,
            records_failure: true,
        },
        logged_in("a long day", many),
    ]
}

/// Who has a number in [`Begins::LoggedIn`].
pub fn first_numbers() -> Numbers {
    Numbers::from([
        (1, Some(NUMBERS[0])),
        (2, Some(NUMBERS[1])),
        (3, Some(NUMBERS[2])),
        (4, None),
    ])
}

/// The closed vault that every operation begins from, made once.
fn prepared() -> &'static Path {
    static PREPARED: OnceLock<TempDir> = OnceLock::new();
    PREPARED
        .get_or_init(|| {
            let folder = scratch();
            let (mut vault, session) = create(folder.path());
            for (id, digits) in first_numbers() {
                let fields = person(&format!("{id:04}"), "髙橋 花子", "タカハシ ハナコ");
                let n = digits.map(number);
                vault
                    .register_person(&session, &fields, n.as_ref().map(for_all), at(1))
                    .unwrap();
            }
            vault.close(Some(session), at(2)).unwrap();
            folder
        })
        .path()
}

/// A folder in memory where the machine has one: thousands of disks are written to it.
pub fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    tempfile::Builder::new()
        .tempdir_in(memory)
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

pub fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&target).unwrap();
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
