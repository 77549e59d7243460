//! Whom tests register. Names as anybody's; numbers that were made for tests (their check
//! digits hold, and no person has them).

/// What a clerk types into the person form. Names in romaji, as kana input takes it.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    pub employee_no: &'static str,
    pub name: &'static str,
    pub kana: &'static str,
    /// The kana that `kana` becomes.
    pub kana_shown: &'static str,
    pub birth_date: &'static str,
    pub sex: Sex,
    pub address: &'static str,
    pub hired_on: &'static str,
    pub number: &'static str,
}

/// By its place in the form's choices.
#[derive(Debug, Clone, Copy)]
pub enum Sex {
    Male = 2,
    Female = 3,
}

pub const YAMADA: Person = Person {
    employee_no: "1001",
    name: "yamada tarou",
    kana: "yamada tarou",
    kana_shown: "ヤマダ　タロウ",
    birth_date: "1985-07-12",
    sex: Sex::Male,
    address: "toukyouto chiyodaku",
    hired_on: "2010-04-01",
    number: "123456789018",
};

pub const TAKAHASHI: Person = Person {
    employee_no: "1002",
    name: "takahashi hanako",
    kana: "takahashi hanako",
    kana_shown: "タカハシ　ハナコ",
    birth_date: "H2.4.1",
    sex: Sex::Female,
    address: "oosakafu oosakashi",
    hired_on: "2015-10-01",
    number: "987654321093",
};

/// Somebody who is registered later than the others.
pub const SATO: Person = Person {
    employee_no: "1003",
    name: "satou jirou",
    kana: "satou jirou",
    kana_shown: "サトウ　ジロウ",
    birth_date: "1999-12-31",
    sex: Sex::Male,
    address: "hokkaidou",
    hired_on: "2024-04-01",
    number: "111111111118",
};

/// The company and its responsible person, typed at the first run.
pub const COMPANY: &str = "kuramori shouji";
pub const COMPANY_ADDRESS: &str = "toukyouto";
pub const OWNER: &str = "suzuki ichirou";
/// The responsible person's passphrase.
pub const PASSPHRASE: &str = "Inazuma tokei 7 midori-kasa";
pub const WRONG_PASSPHRASE: &str = "Inazuma tokei 8 midori-kasa";
