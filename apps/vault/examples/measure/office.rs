//! The office that is measured: a vault of people whose numbers come from a counter.

use crate::figure::{Span, Times, timed};
use crate::{PURPOSES, number};
use intake::{Mapping, Sheet};
use mynumber::{CompanyName, Date, EmployeeNo, Kana, Label, PersonName, Purpose};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use vault::*;

pub const PASSPHRASE: &str = "correct horse battery staple";
/// How many people the measurement knows by their ids.
const SOME: u32 = 100;
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

/// The same file without its last column, the numbers.
pub fn without_numbers(rows: &str) -> String {
    let cut = |line: &str| line.rsplit_once(',').map(|(rest, _)| format!("{rest}\r\n"));
    rows.lines().filter_map(cut).collect()
}

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
    /// Ids of some of the people, spread over the whole list.
    some: Vec<PersonId>,
}

#[derive(Default)]
pub struct ImportTimes {
    pub whole: Times,
    pub parsed: Times,
    pub applied: Times,
}

pub struct OpenTimes {
    pub whole: Span,
    pub login: Span,
    pub first_list: Span,
    pub first_search: Span,
}

impl Office {
    /// A new vault with these rows in it.
    pub fn import(folder: &Path, rows: &str, times: &mut ImportTimes) -> (Self, Imported) {
        let (vault, session) = create(folder);
        let mut office = Self {
            folder: folder.to_owned(),
            vault,
            session,
            some: Vec::new(),
        };
        let imported = office.add(rows, times);
        let people = rows.lines().count() as u32 - 1;
        assert_eq!(imported.report.numbers, people);
        office.some = (0..SOME)
            .map(|n| {
                let offset = people / SOME * n;
                let page = office.vault.people(&office.session, "", offset, 1);
                page.unwrap().rows[0].id
            })
            .collect();
        (office, imported)
    }

    /// Adds the people of a file.
    pub fn add(&mut self, rows: &str, times: &mut ImportTimes) -> Imported {
        let (parsed, read) = timed(|| {
            let sheet = Sheet::open(rows.as_bytes()).unwrap();
            let mapping = Mapping::guess(&sheet);
            sheet.read(&mapping, &mut |_, _| true).unwrap()
        });
        let draft = ImportDraft {
            name: &Label::new("employees.csv").unwrap(),
            parsed: &parsed,
            existing: Existing::Skip,
            purposes: &PURPOSES,
        };
        let (imported, applied) = timed(|| {
            let Self { vault, session, .. } = self;
            vault.import(session, &draft, now(), &mut |_, _| true)
        });
        times.whole.push([read, applied].into_iter().sum());
        times.parsed.push(read);
        times.applied.push(applied);
        imported.unwrap()
    }

    pub fn undo(&mut self, imported: &Imported) {
        self.vault
            .undo_import(&self.session, &imported.id, now())
            .unwrap();
    }

    /// How many numbers are missing.
    pub fn missing(&self) -> u64 {
        let everybody = MissingFilter::default();
        let page = self.vault.missing_numbers(&self.session, everybody, 0, 50);
        page.unwrap().total
    }

    /// Closes and opens again.
    pub fn reopen(self) -> (Self, OpenTimes) {
        self.vault.close(Some(self.session), now()).unwrap();
        let ((vault, session, login, first_list), whole) = timed(|| {
            let mut vault = Vault::open(&self.folder, pc()).unwrap().unwrap();
            let (session, login) = timed(|| vault.login(None, PASSPHRASE, now()).unwrap());
            let (_, first_list) = timed(|| vault.people(&session, "", 0, 50).unwrap());
            (vault, session, login, first_list)
        });
        let (_, first_search) = timed(|| vault.people(&session, "髙橋", 0, 50).unwrap());
        let times = OpenTimes {
            whole,
            login,
            first_list,
            first_search,
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
        let draft = NumberDraft::new(&number, &PURPOSES);
        self.vault
            .register_person(&self.session, &fields, with_number.then_some(draft), now())
            .unwrap();
    }

    /// Another number in place of the one before, which is destroyed.
    pub fn replace(&mut self, n: usize, counter: u32) {
        let number = number(counter);
        let draft = NumberDraft::new(&number, &PURPOSES);
        self.vault
            .set_number(&self.session, self.some[n], draft, now())
            .unwrap();
    }

    pub fn close(self) {
        self.vault.close(Some(self.session), now()).unwrap();
    }
}
