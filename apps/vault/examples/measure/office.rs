//! The office that is measured: a vault of people whose numbers come from a counter.

use crate::figure::{Times, timed};
use crate::{PURPOSES, number};
use intake::{Mapping, Sheet};
use mynumber::{CompanyName, Date, EmployeeNo, Kana, Label, PersonName, Purpose};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;
use vault::*;

pub const PASSPHRASE: &str = "correct horse battery staple";
const FAMILY: [(&str, &str); 8] = [
    ("髙橋", "タカハシ"),
    ("山田", "ヤマダ"),
    ("佐藤", "サトウ"),
    ("鈴木", "スズキ"),
    ("田中", "タナカ"),
    ("渡邊", "ワタナベ"),
    ("伊藤", "イトウ"),
    ("中村", "ナカムラ"),
];
const GIVEN: [(&str, &str); 8] = [
    ("花子", "ハナコ"),
    ("太郎", "タロウ"),
    ("美咲", "ミサキ"),
    ("一郎", "イチロウ"),
    ("由美子", "ユミコ"),
    ("健太", "ケンタ"),
    ("さくら", "サクラ"),
    ("翔", "ショウ"),
];

/// A personnel file of that many employees, UTF-8.
pub fn rows(people: u32) -> String {
    let mut text = String::from("社員番号,氏名,フリガナ,生年月日,性別,住所,個人番号\r\n");
    for i in 0..people {
        let (family, family_kana) = FAMILY[i as usize % 8];
        let (given, given_kana) = GIVEN[i as usize / 8 % 8];
        let number = number(i).digits_for(Purpose::WithholdingTax);
        writeln!(
            text,
            "{i:06},{family} {given},{family_kana} {given_kana},19{}/{}/{},男,東京都千代田区丸の内{}-{}-{},{}\r",
            60 + i % 40,
            1 + i % 12,
            1 + i % 28,
            1 + i % 9,
            1 + i % 20,
            1 + i % 30,
            *number,
        )
        .unwrap();
    }
    text
}

/// Now, with a clock that steps on by one second at each look.
pub fn now() -> Moment {
    use std::sync::atomic::{AtomicU64, Ordering};
    static SECONDS: AtomicU64 = AtomicU64::new(0);
    let seconds = SECONDS.fetch_add(1, Ordering::Relaxed);
    Moment {
        unix_seconds: 1_795_212_000 + seconds as i64,
        clock_confirmed: true,
        steady_seconds: seconds,
    }
}

pub fn pc() -> Pc {
    Pc {
        id: "a1b2c3d4e5f60718".into(),
        name: "OptiPlex 3080".into(),
    }
}

pub fn create(folder: &Path) -> (Vault, Session) {
    std::fs::create_dir_all(folder).unwrap();
    let first = FirstRun {
        company: CompanyFields {
            name: CompanyName::new("株式会社サンプル").unwrap(),
            corporate_number: None,
            address: None,
        },
        owner_name: PersonName::new("山田 太郎").unwrap(),
        passphrase: PASSPHRASE,
        recovery_words: "あいこくしん あいさつ あいだ",
    };
    Vault::create(folder, pc(), &first, now()).unwrap()
}

pub fn login(folder: &Path) -> (Vault, Session) {
    let mut vault = Vault::open(folder, pc()).unwrap().unwrap();
    let session = vault.login(None, PASSPHRASE, now()).unwrap();
    (vault, session)
}

pub struct Office {
    folder: PathBuf,
    vault: Vault,
    session: Session,
    /// Ids of some of the people.
    some: Vec<PersonId>,
}

pub struct ImportTimes {
    pub whole: Times,
    pub parsed: Times,
    pub applied: Times,
}

pub struct OpenTimes {
    pub whole: std::time::Duration,
    pub login: std::time::Duration,
    pub first_list: std::time::Duration,
}

impl Office {
    pub fn import(folder: &Path, rows: &str) -> (Self, ImportTimes) {
        let (mut vault, session) = create(folder);
        let start = Instant::now();
        let sheet = Sheet::open(rows.as_bytes()).unwrap();
        let parsed = sheet
            .read(&Mapping::guess(&sheet), &mut |_, _| true)
            .unwrap();
        let read = start.elapsed();
        let draft = ImportDraft {
            name: &Label::new("employees.csv").unwrap(),
            parsed: &parsed,
            existing: Existing::Skip,
            purposes: &PURPOSES,
        };
        let (imported, applied) = timed(|| vault.import(&session, &draft, now(), &mut |_, _| true));
        let people = rows.lines().count() as u32 - 1;
        assert_eq!(imported.unwrap().report.numbers, people);
        let times = ImportTimes {
            whole: Times::one(read + applied),
            parsed: Times::one(read),
            applied: Times::one(applied),
        };
        let some = vault.people(&session, "", 0, 1000).unwrap();
        let office = Self {
            folder: folder.to_owned(),
            vault,
            session,
            some: some.rows.iter().map(|row| row.id).collect(),
        };
        (office, times)
    }

    /// Closes and opens again.
    pub fn reopen(self) -> (Self, OpenTimes) {
        self.vault.close(Some(self.session), now()).unwrap();
        let start = Instant::now();
        let mut vault = Vault::open(&self.folder, pc()).unwrap().unwrap();
        let (session, login) = timed(|| vault.login(None, PASSPHRASE, now()).unwrap());
        let (_, first_list) = timed(|| vault.people(&session, "", 0, 50).unwrap());
        let times = OpenTimes {
            whole: start.elapsed(),
            login,
            first_list,
        };
        let office = Self {
            folder: self.folder,
            vault,
            session,
            some: self.some,
        };
        (office, times)
    }

    pub fn search(&self, query: &str) -> u64 {
        let found = self.vault.people(&self.session, query, 0, 50).unwrap();
        assert!(found.total > 0, "{query}");
        found.total
    }

    pub fn reveal(&mut self, n: usize) {
        let digits = self
            .vault
            .reveal(&self.session, self.some[n], Purpose::WithholdingTax, now())
            .unwrap();
        assert_eq!(digits.len(), 12);
    }

    /// Somebody new, with a number or without.
    pub fn register(&mut self, counter: u32, with_number: bool) {
        let fields = PersonFields {
            employee_no: EmployeeNo::new(&format!("{counter:06}")).unwrap(),
            name: PersonName::new("髙橋 花子").unwrap(),
            kana: Some(Kana::new("タカハシ ハナコ").unwrap()),
            birth_date: Date::new(1990, 4, 1).unwrap(),
            sex: None,
            address: None,
            hired_on: None,
        };
        let number = number(counter);
        let draft = NumberDraft {
            number: &number,
            purposes: &PURPOSES,
        };
        self.vault
            .register_person(&self.session, &fields, with_number.then_some(draft), now())
            .unwrap();
    }

    /// Another number in place of the one before, which is destroyed.
    pub fn replace(&mut self, n: usize, counter: u32) {
        let number = number(counter);
        let draft = NumberDraft {
            number: &number,
            purposes: &PURPOSES,
        };
        self.vault
            .set_number(&self.session, self.some[n], draft, now())
            .unwrap();
    }

    pub fn close(self) {
        self.vault.close(Some(self.session), now()).unwrap();
    }
}
