//! Thirty people typed as a clerk types them, with the dictionary that ships: romaji, Space, a
//! candidate where another is meant, Enter. What is sent to the keeper is what stood on the paper.
//! Figures, pictures and every key are kept under target/screens/people-typed; the image's story
//! (`cargo xtask demo people`) presses the same keys in QEMU.

#![allow(clippy::unwrap_used, reason = "tests")]

mod people;
mod support;

use kiosk::app::Key;
use people::clerk::Clerk;
use people::record::{Entry, Figures, Record};
use protocol::clerk::Sex;
use support::Desk;

#[test]
fn thirty_people_are_typed_as_they_stand_on_the_paper() {
    let paper = people::on_paper();
    let mut desk = Desk::converting(1280, 800, "people-typed");
    desk.log_in();
    let mut clerk = Clerk::at(desk);
    let mut entries = Vec::new();
    for person in &paper {
        let typed = clerk.register(person);
        while clerk.desk.tag() != "S-300" {
            clerk.desk.key(Key::Escape);
        }
        entries.push(Entry::new(person, typed));
    }
    let record = Record {
        dictionary: dictionary(),
        figures: Figures::of(&entries),
        people: entries,
    };
    let json = serde_json::to_string_pretty(&record).unwrap();
    std::fs::write(clerk.desk.folder().join("people.json"), json).unwrap();

    for (entry, (_, stored)) in record.people.iter().zip(&clerk.desk.people) {
        assert_eq!(stored.employee_no, entry.employee_no);
        assert_eq!(stored.name, entry.name);
        assert_eq!(stored.kana, entry.kana);
        assert_eq!(date(&stored.birth_date), entry.birth_date);
        assert_eq!(stored.sex == Some(Sex::Female), entry.sex == "female");
        assert_eq!(stored.address, entry.address);
        assert_eq!(date(&stored.hired_on), entry.hired_on);
    }
    let figures = &record.figures;
    assert!(figures.surnames.first >= 17, "{figures:#?}");
    assert!(figures.given_names.first >= 22, "{figures:#?}");
    assert!(figures.addresses.first >= 20, "{figures:#?}");
    assert!(figures.surnames.within_five >= 24, "{figures:#?}");
    assert!(figures.given_names.within_five >= 25, "{figures:#?}");
    assert!(figures.addresses.within_five >= 21, "{figures:#?}");
    assert!(figures.furigana_right >= 30, "{figures:#?}");
}

fn dictionary() -> String {
    let cache = image::Cache::of_user().unwrap();
    image::sha256_file(&kkc_tools::dictionary(&cache).unwrap()).unwrap()
}

/// As the keeper stores it.
fn date(typed: &str) -> String {
    mynumber::Date::parse(typed).unwrap().to_string()
}
