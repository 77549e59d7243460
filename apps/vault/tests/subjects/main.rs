//! Whose numbers a company holds and what it keeps beside them. Today is 2026-11-21.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../common/mod.rs"]
mod common;

mod collection;
mod employees;
mod families;
mod payees;
mod registers;
mod scope;

use mynumber::{Date, Kana, PersonName, Remark};
use vault::*;

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn remark(text: &str) -> Remark {
    Remark::new(text).unwrap()
}

fn particulars(name: &str, kana: &str, born: &str) -> Particulars {
    Particulars {
        name: PersonName::new(name).unwrap(),
        filing_name: None,
        kana: Some(Kana::new(kana).unwrap()),
        other_names: OtherNames::default(),
        birth_date: Some(day(born)),
        sex: None,
        postal_code: None,
        address: None,
    }
}
