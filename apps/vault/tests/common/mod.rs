//! What every test of the vault starts from.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "tests share this, none uses all of it"
)]

use mynumber::rights::Grant;
use mynumber::{CompanyName, Date, EmployeeNo, IndividualNumber, Kana, PersonName, Purpose};
use std::path::Path;
use vault::*;

pub const PASSPHRASE: &str = "correct horse battery staple";
pub const WORDS: &str = "あいこくしん あいさつ あいだ あおぞら あかちゃん あきる";
/// What a manager gives to a user who is added, and what the user makes of it.
pub const FIRST: &str = "initial pass phrase";
pub const OTHER: &str = "another long passphrase";
pub const THEIR_WORDS: &str = "いちご いとこ いなか";
pub const MORNING: i64 = 1_795_212_000;

/// Synthetic numbers with right check digits.
pub const NUMBERS: [&str; 6] = [
    "123456789018",
    "987654321093",
    "111111111118",
    "222222222225",
    "900000000010",
    "900000000028",
];

/// What every employee's number is collected for.
pub const EVERY_EMPLOYEES: [Purpose; 4] = [
    Purpose::WithholdingTax,
    Purpose::TaxDeclaration,
    Purpose::EmploymentInsurance,
    Purpose::HealthAndPension,
];

pub fn pc() -> Pc {
    Pc {
        id: "a1b2c3d4e5f60718".into(),
        name: "OptiPlex 3080".into(),
    }
}

/// `seconds` after the first run, by both clocks.
pub fn at(seconds: u64) -> Moment {
    Moment {
        unix_seconds: MORNING + seconds as i64,
        clock_confirmed: true,
        steady_seconds: seconds,
    }
}

pub fn first_run<'a>() -> FirstRun<'a> {
    FirstRun {
        company: CompanyFields {
            name: CompanyName::new("株式会社サンプル").unwrap(),
            corporate_number: None,
            address: None,
        },
        owner_name: PersonName::new("山田 太郎").unwrap(),
        passphrase: PASSPHRASE,
        recovery_words: WORDS,
    }
}

pub fn create(folder: &Path) -> (Vault, Session) {
    Vault::create(folder, pc(), &first_run(), at(0)).unwrap()
}

/// Adds a user with [`FIRST`] as passphrase, without logging them in.
pub fn add_user(vault: &mut Vault, owner: &Session, name: &str, grant: &Grant) -> UserId {
    let draft = UserDraft {
        name: PersonName::new(name).unwrap(),
        department: None,
        passphrase: FIRST,
        recovery_words: THEIR_WORDS,
    };
    vault.add_user(owner, &draft, grant, at(2)).unwrap()
}

/// The user's first login, with the change of passphrase it asks for: to [`OTHER`].
pub fn first_login(vault: &mut Vault, user: UserId) -> Session {
    let mut session = vault.login(Some(user), FIRST, at(3)).unwrap();
    vault
        .change_passphrase(&mut session, FIRST, OTHER, at(4))
        .unwrap();
    session
}

pub fn open(folder: &Path) -> Vault {
    Vault::open(folder, pc()).unwrap().unwrap()
}

pub fn person(no: &str, name: &str, kana: &str) -> PersonFields {
    PersonFields {
        employee_no: EmployeeNo::new(no).unwrap(),
        name: PersonName::new(name).unwrap(),
        kana: (!kana.is_empty()).then(|| Kana::new(kana).unwrap()),
        birth_date: Date::parse("1990-04-01").unwrap(),
        sex: None,
        address: None,
        hired_on: Some(Date::parse("2015-04-01").unwrap()),
    }
}

pub fn number(digits: &str) -> IndividualNumber {
    IndividualNumber::parse(digits).unwrap()
}

pub fn for_all(number: &IndividualNumber) -> NumberDraft<'_> {
    NumberDraft::new(number, &EVERY_EMPLOYEES)
}

pub fn register(vault: &mut Vault, session: &Session, no: &str, digits: &str) -> PersonId {
    let n = number(digits);
    vault
        .register_person(
            session,
            &person(no, "髙橋 花子", "タカハシ ハナコ"),
            Some(for_all(&n)),
            at(1),
        )
        .unwrap()
        .person
}

/// The codes of all entries, oldest first, refused ones with a `!` behind.
pub fn events(vault: &Vault, session: &Session) -> Vec<String> {
    let mut events: Vec<_> = vault
        .ledger_page(session, None, 1000)
        .unwrap()
        .rows
        .iter()
        .map(|e| match &e.outcome {
            ledger::Outcome::Ok => e.event.code().to_owned(),
            ledger::Outcome::Refused(code) => format!("{}!{code}", e.event.code()),
        })
        .collect();
    events.reverse();
    events
}

pub fn verify(vault: &mut Vault, session: &Session) -> Result<Verified, VaultError> {
    vault.verify_ledger(session, at(9), &mut |_, _| true)
}
