//! How much room the official forms have that a payroll program fills from a hand-over: a
//! name that fits the file may still be too long for the form (届書・法定調書).

use encoding_rs::SHIFT_JIS;
use mynumber::{Date, Purpose};
use serde::Deserialize;
use std::sync::LazyLock;

const BUILT_IN: &str = include_str!("../data/form_lengths.toml");

static FORMS: LazyLock<Vec<Form>> =
    LazyLock::new(|| parse(BUILT_IN).expect("a test reads the built-in lengths"));

/// A form, and how much it has room for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    purposes: Vec<Purpose>,
    raw: RawForm,
}

/// A place of a form that somebody's data may be too long for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    /// 氏名
    Name,
    /// フリガナ
    Kana,
    /// 住所
    Address,
}

/// How long a place is, and how the form counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Room {
    /// 全角の字数
    Characters(usize),
    /// 半角カナの字数: a voiced sound mark counts by itself.
    HalfWidth(usize),
    /// Bytes of Windows-31J.
    Cp932Bytes(usize),
}

/// Somebody as a form shows them; what is not known is empty.
#[derive(Clone, Copy, Debug)]
pub struct Filed<'a> {
    /// 届出用氏名 where there is one, else 氏名.
    pub name: &'a str,
    pub kana: &'a str,
    pub address: &'a str,
}

/// Something that is longer than its place on a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortage {
    pub form: &'static Form,
    pub item: Item,
    pub room: Room,
    /// Counted as `room` counts.
    pub length: usize,
}

/// What of somebody is longer than the forms have room for that are filled for this
/// purpose. Nothing where no length is known.
pub fn shortages(purpose: Purpose, filed: &Filed<'_>) -> Vec<Shortage> {
    let forms = FORMS.iter().filter(|form| form.purposes.contains(&purpose));
    forms.flat_map(|form| form.too_short_for(filed)).collect()
}

impl Form {
    pub fn name_ja(&self) -> &str {
        &self.raw.ja
    }

    pub fn name_en(&self) -> &str {
        &self.raw.en
    }

    /// The specification that says how long its places are.
    pub fn basis(&self) -> &str {
        &self.raw.basis
    }

    fn too_short_for(&'static self, filed: &Filed<'_>) -> Vec<Shortage> {
        let places = [
            (Item::Name, self.raw.name, filed.name),
            (Item::Kana, self.raw.kana, filed.kana),
            (Item::Address, self.raw.address, filed.address),
        ];
        let shortage = |(item, room, text): (Item, Option<Room>, &str)| {
            let room = room?;
            let length = room.length_of(text);
            (length > room.limit()).then_some(Shortage {
                form: self,
                item,
                room,
                length,
            })
        };
        places.into_iter().filter_map(shortage).collect()
    }
}

impl Item {
    pub const fn japanese(self) -> &'static str {
        match self {
            Item::Name => "氏名",
            Item::Kana => "フリガナ",
            Item::Address => "住所",
        }
    }

    pub const fn english(self) -> &'static str {
        match self {
            Item::Name => "name",
            Item::Kana => "reading",
            Item::Address => "address",
        }
    }
}

impl Room {
    const fn limit(self) -> usize {
        match self {
            Room::Characters(most) | Room::HalfWidth(most) | Room::Cp932Bytes(most) => most,
        }
    }

    fn length_of(self, text: &str) -> usize {
        match self {
            Room::Characters(_) => text.chars().count(),
            Room::HalfWidth(_) => text.chars().map(half_width).sum(),
            Room::Cp932Bytes(_) => text.chars().map(cp932_bytes).sum(),
        }
    }
}

impl Shortage {
    /// What it is about, for people to read.
    pub fn japanese(&self) -> String {
        let (most, form) = (self.room.limit(), self.form.name_ja());
        let unit = match self.room {
            Room::Characters(_) => "字",
            Room::HalfWidth(_) => "字（半角）",
            Room::Cp932Bytes(_) => "バイト",
        };
        let length = self.length;
        format!("「{form}」の欄は{most}{unit}までですが、{length}{unit}あります。")
    }

    pub fn english(&self) -> String {
        let (most, form) = (self.room.limit(), self.form.name_en());
        let unit = match self.room {
            Room::Characters(_) => "characters",
            Room::HalfWidth(_) => "half-width characters",
            Room::Cp932Bytes(_) => "bytes",
        };
        let length = self.length;
        format!("The place on {form} has room for {most} {unit}; this has {length}.")
    }
}

/// How many half-width characters a katakana takes.
fn half_width(c: char) -> usize {
    const MARKED: &str = "ガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポヴヷヺ";
    1 + usize::from(MARKED.contains(c))
}

/// A character that Windows-31J lacks has to be written otherwise: it counts as a kanji.
fn cp932_bytes(c: char) -> usize {
    let mut utf8 = [0; 4];
    let (bytes, _, lossy) = SHIFT_JIS.encode(c.encode_utf8(&mut utf8));
    match lossy {
        true => 2,
        false => bytes.len(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    /// Of the data; grows with every change.
    version: u16,
    checked_on: String,
    form: Vec<RawForm>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawForm {
    purposes: Vec<String>,
    ja: String,
    en: String,
    basis: String,
    name: Option<Room>,
    kana: Option<Room>,
    address: Option<Room>,
}

/// The forms of a data file, or what is wrong with it.
fn parse(text: &str) -> Result<Vec<Form>, String> {
    let raw: Raw = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    let checked = Date::parse(&raw.checked_on).map(|day| day.to_string());
    if raw.version == 0 || checked.as_ref() != Ok(&raw.checked_on) {
        return Err("no version, or no day on which it was checked".to_owned());
    }
    raw.form.into_iter().map(Form::new).collect()
}

impl Form {
    fn new(raw: RawForm) -> Result<Self, String> {
        let purposes: Option<Vec<_>> = raw.purposes.iter().map(|p| Purpose::from_code(p)).collect();
        let rooms = [raw.name, raw.kana, raw.address];
        let purposes = purposes.filter(|purposes| !purposes.is_empty());
        let says_something = rooms.iter().flatten().next().is_some()
            && rooms.iter().flatten().all(|room| room.limit() > 0);
        match purposes {
            Some(purposes) if says_something => Ok(Self { purposes, raw }),
            _ => Err(format!("the form `{}`", raw.ja)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: Filed<'_> = Filed {
        name: "",
        kana: "",
        address: "",
    };

    #[test]
    fn the_built_in_lengths_can_be_read() {
        match parse(BUILT_IN) {
            Ok(forms) => assert!(forms.len() >= 5),
            Err(wrong) => panic!("{wrong}"),
        }
    }

    #[test]
    fn data_that_says_nothing_or_of_no_purpose_is_refused() {
        let form = |line: &str| {
            let head = "version = 1\nchecked_on = \"2026-11-22\"\n[[form]]\n";
            parse(&format!(
                "{head}ja = \"届\"\nen = \"a\"\nbasis = \"b\"\n{line}"
            ))
        };
        assert!(form("purposes = [\"EI\"]\nname = { characters = 12 }").is_ok());
        for wrong in [
            "purposes = [\"EI\"]",
            "purposes = []\nname = { characters = 12 }",
            "purposes = [\"X\"]\nname = { characters = 12 }",
            "purposes = [\"EI\"]\nname = { characters = 0 }",
            "purposes = [\"EI\"]\nname = { words = 3 }",
        ] {
            assert!(form(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_of_exactly_the_forms_length_fits() {
        let purpose = Purpose::EmploymentInsurance;
        let fits = Filed {
            name: &"山".repeat(12),
            ..NOBODY
        };
        assert_eq!(shortages(purpose, &fits), []);
        let long = Filed {
            name: &"山".repeat(13),
            ..NOBODY
        };
        let [shortage] = shortages(purpose, &long)[..] else {
            panic!("not one")
        };
        assert_eq!((shortage.item, shortage.length), (Item::Name, 13));
        assert!(shortage.japanese().contains("12字までですが、13字"));
        assert_eq!(shortages(Purpose::WithholdingTax, &long), []);
        assert_eq!(shortages(Purpose::PropertySavings, &long), []);
    }

    #[test]
    fn each_form_counts_in_its_own_way() {
        let purpose = Purpose::HealthAndPension;
        // 12 kanji are 24 bytes; a half-width one is one byte.
        for (name, fits) in [
            ("山".repeat(12), true),
            (format!("{} ", "山".repeat(12)), false),
            (format!("{}ab", "山".repeat(11)), true),
            ("𠮷".repeat(13), false),
        ] {
            let filed = Filed {
                name: &name,
                ..NOBODY
            };
            assert_eq!(shortages(purpose, &filed).is_empty(), fits, "{name}");
        }
        for (kana, fits) in [
            ("ア".repeat(25), true),
            ("ア".repeat(26), false),
            ("ガ".repeat(12), true),
            ("ガ".repeat(13), false),
            ("ｶﾞ".repeat(13), false),
        ] {
            let filed = Filed {
                kana: &kana,
                ..NOBODY
            };
            assert_eq!(shortages(purpose, &filed).is_empty(), fits, "{kana}");
        }
    }

    #[test]
    fn an_address_is_as_long_as_the_withholding_slip_has_room() {
        let purpose = Purpose::WithholdingTax;
        for (length, fits) in [(60, true), (61, false)] {
            let filed = Filed {
                address: &"町".repeat(length),
                ..NOBODY
            };
            assert_eq!(shortages(purpose, &filed).is_empty(), fits, "{length}");
        }
    }
}
