//! Promise: any Japanese name and address can be typed on the sealed machine, and is found again by
//! its kana: a name with a rare character and a variation selector, and an address in Kyoto, converted by
//! the dictionary inside the image.
#![allow(clippy::unwrap_used, reason = "tests")]

use codes::ScreenCode;
use image_tests::{
    artefacts, clerk::Clerk, firmware::Firmware, keyboard::Key, machine::Pc, offline::OpenVault,
    prepared, story::Story,
};
use kkc::{Converter, Field, Personal};

/// はしごだか, and 祐 with the variation selector that its family register has.
const FAMILY: &str = "髙橋";
const GIVEN: &str = "祐\u{e0100}太郎";
const ADDRESS: &str = "京都府京都市中京区上本能寺前町488";

/// The converter with the very dictionary that is in the image: it says how often the clerk presses
/// Space until each segment reads as wanted.
fn converter() -> Converter {
    let file = &artefacts::image().unwrap().report.dictionary.path;
    Converter::open(file).unwrap()
}

/// Converts what is composed and chooses each segment's text.
fn convert(clerk: &mut Clerk, reading: &str, field: Field, wanted: &[&str]) {
    let conversion = converter().convert(reading, field, &Personal::default());
    let read: Vec<&str> = conversion
        .segments
        .iter()
        .map(|segment| segment.reading.as_str())
        .collect();
    assert_eq!(read.len(), wanted.len(), "{read:?}");
    clerk.press(Key::SPACE).unwrap();
    for (segment, wanted) in conversion.segments.iter().zip(wanted) {
        let texts = segment.candidates.iter().map(|c| c.text.as_str());
        let at = texts.clone().position(|text| text == *wanted);
        let at = at.unwrap_or_else(|| panic!("{wanted} is not in {:?}", texts.collect::<Vec<_>>()));
        for _ in 0..at {
            clerk.press(Key::SPACE).unwrap();
        }
        clerk.press(Key::RIGHT).unwrap();
    }
}

#[test]
fn a_rare_name_and_a_kyoto_address_are_typed_and_found_by_kana() {
    let base = prepared::vault().unwrap();
    let mut story = Story::begin("rare_name_typed_and_found", "A rare name").unwrap();
    let folder = story.folder().to_owned();
    let stick = base.overlay(&folder.join("stick.qcow2")).unwrap();
    let pc = Pc::with_stick(Firmware::NoSecureBoot, &stick);
    let mut clerk = Clerk::at(&pc, &mut story).unwrap();
    clerk.start_and_log_in().unwrap();

    clerk.open('2', ScreenCode::PersonForm).unwrap();
    clerk.field("1009").unwrap();
    clerk.field("2").unwrap();
    clerk.type_text("takahashiyuutarou").unwrap();
    convert(
        &mut clerk,
        "たかはしゆうたろう",
        Field::Name,
        &[FAMILY, GIVEN],
    );
    clerk.picture("The name, converted").unwrap();
    clerk.press(Key::ENTER).unwrap();
    clerk.press(Key::ENTER).unwrap();
    clerk.picture("フリガナ came by themselves").unwrap();
    clerk.press(Key::ENTER).unwrap();
    clerk.field("1985-07-12").unwrap();
    clerk.field("2010-04-01").unwrap();
    clerk.press(Key::ENTER).unwrap(); // no postal code: the address is typed
    clerk
        .type_text("kyoutofukyoutoshinakagyoukukamihonnnoujimaechou")
        .unwrap();
    convert(
        &mut clerk,
        "きょうとふきょうとしなかぎょうくかみほんのうじまえちょう",
        Field::Address,
        &["京都府", "京都市中京区", "上本能寺前町"],
    );
    clerk.press(Key::ENTER).unwrap();
    clerk.type_text("488").unwrap();
    clerk.picture("The address, converted").unwrap();
    clerk.press(Key::F12).unwrap();
    clerk.wait_for(ScreenCode::Person).unwrap();
    clerk.picture("Saved").unwrap();
    clerk.go_home().unwrap();

    clerk.find("takahashi yuu").unwrap();
    clerk.picture("Found by the kana").unwrap();
    clerk.go_home().unwrap();
    clerk.power_off().unwrap();
    clerk.machine.close().unwrap();

    let people = OpenVault::open(&stick, &folder.join("offline"))
        .unwrap()
        .people()
        .unwrap();
    let (name, kana, address) = people.last().unwrap();
    assert_eq!(*name, format!("{FAMILY}\u{3000}{GIVEN}"));
    assert_eq!(kana, "タカハシ\u{3000}ユウタロウ");
    assert_eq!(address, ADDRESS);
}
