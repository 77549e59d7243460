//! People whom a clerk has on paper, and the clerk who types them.

pub mod clerk;
pub mod converting;
pub mod record;

use serde::Deserialize;

/// `people.toml`, whose head says what is what.
#[derive(Debug, Deserialize)]
pub struct Paper {
    pub person: Vec<Person>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub employee_no: String,
    pub sex: Sex,
    name: [Vec<String>; 2],
    pub kana: String,
    pub birth: (String, String),
    pub hired: (String, String),
    pub postal: Option<String>,
    #[serde(default)]
    pub filled: String,
    address: Vec<Vec<String>>,
    pub number: Option<String>,
    pub find: String,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    Male,
    Female,
}

/// A phrase: what is typed for what is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// What is typed and what is meant of each piece it can be divided into.
    pub pieces: Vec<(String, String)>,
    /// The same by another reading, where the dictionary may not have it by its own.
    pub otherwise: Option<Box<Phrase>>,
}

impl Phrase {
    fn new(typed: &str, written: &str) -> Self {
        let (typed, written) = (typed.split('|'), written.split('|'));
        assert_eq!(typed.clone().count(), written.clone().count());
        let pieces = typed.zip(written);
        Self {
            pieces: pieces.map(|(t, w)| (t.to_owned(), w.to_owned())).collect(),
            otherwise: None,
        }
    }

    fn of_name(columns: &[String]) -> Self {
        match columns {
            [typed, written] => Self::new(typed, written),
            [typed, written, other_typed, other_written] => Self {
                otherwise: Some(Box::new(Self::new(other_typed, other_written))),
                ..Self::new(typed, written)
            },
            _ => panic!("{columns:?} is no name"),
        }
    }

    pub fn typed(&self) -> String {
        self.pieces
            .iter()
            .map(|(typed, _)| typed.as_str())
            .collect()
    }

    pub fn written(&self) -> String {
        let written = self.pieces.iter().map(|(_, written)| written.as_str());
        written.collect()
    }
}

/// A part of an address.
pub enum Part {
    /// Digits, letters and hyphens, as they stand on the keys.
    Plain(String),
    Space,
    Phrase(Phrase),
}

impl Person {
    pub fn family(&self) -> Phrase {
        Phrase::of_name(&self.name[0])
    }

    pub fn given(&self) -> Phrase {
        Phrase::of_name(&self.name[1])
    }

    /// As it is to be stored.
    pub fn full_name(&self) -> String {
        format!(
            "{}\u{3000}{}",
            self.family().written(),
            self.given().written()
        )
    }

    /// What stands behind what the postal code fills.
    pub fn address_parts(&self) -> Vec<Part> {
        let part = |part: &Vec<String>| match part.as_slice() {
            [typed, written] => Part::Phrase(Phrase::new(typed, written)),
            [space] if space == "\u{3000}" => Part::Space,
            [plain] => Part::Plain(plain.clone()),
            _ => panic!("{part:?} is no part of an address"),
        };
        self.address.iter().map(part).collect()
    }

    /// As it is to be stored.
    pub fn full_address(&self) -> String {
        let parts = self.address_parts().into_iter().map(|part| match part {
            Part::Plain(plain) => plain,
            Part::Space => "\u{3000}".into(),
            Part::Phrase(phrase) => phrase.written(),
        });
        std::iter::once(self.filled.clone()).chain(parts).collect()
    }
}

pub fn on_paper() -> Vec<Person> {
    let paper: Paper = toml::from_str(include_str!("people.toml")).expect("people.toml");
    paper.person
}
