//! What a field does not take is said.

use super::{address, at_the_address};
use crate::support::Desk;
use kiosk::app::Key;

#[test]
fn what_does_not_fit_is_said_with_the_limit_and_what_fits_stays() {
    let message = |desk: &mut Desk| desk.kiosk.view().message.map(|m| m.text);
    let mut desk = at_the_address("long");
    desk.keys(&"ka".repeat(100));
    desk.at("S-410");
    desk.keys("ki");
    desk.at("S-410 E-202");
    assert!(message(&mut desk).unwrap().contains("100文字"));
    desk.picture("reading");
    assert_eq!(address(&mut desk), "か".repeat(100));
    desk.key(Key::Enter);
    desk.at("S-410");
    desk.keys(&"ki".repeat(30));
    desk.key(Key::Enter);
    desk.at("S-410 E-202");
    assert!(message(&mut desk).unwrap().contains("120文字"));
    desk.picture("field");
    let whole = "か".repeat(100) + &"き".repeat(20);
    assert_eq!(address(&mut desk), whole);
    desk.keys("1");
    desk.at("S-410 E-202");
    assert_eq!(address(&mut desk), whole);
    desk.key(Key::Backspace);
    desk.at("S-410");
    assert_eq!(message(&mut desk), None);
}

#[test]
fn a_character_that_no_passphrase_has_is_said() {
    let mut desk = Desk::converting(1024, 768, "typing-passphrase");
    desk.company = Some("山田商店".into());
    desk.start(protocol::system::VaultState::Locked);
    desk.key(Key::Enter);
    desk.at("S-200");
    desk.keys("caf");
    for c in ['é', '£', '€', '¬'] {
        desk.key(Key::Char(c));
        desk.at("S-200 E-108");
        desk.keys("e");
        desk.at("S-200");
    }
}

#[test]
fn a_character_that_no_passphrase_has_is_said_when_one_is_made() {
    let mut desk = Desk::new(1024, 768, "typing-new-passphrase");
    desk.start(protocol::system::VaultState::None);
    desk.key(Key::Enter);
    desk.kana("kuramorishouten");
    desk.key(Key::Enter);
    desk.key(Key::Enter);
    desk.kana("toukyouto");
    desk.kana("yamada tarou");
    desk.at("S-110");
    desk.keys("umi");
    desk.key(Key::Char('é'));
    desk.at("S-110 E-108");
    desk.keys("x");
    desk.at("S-110");
    desk.key(Key::Tab);
    desk.key(Key::Char('　'));
    desk.at("S-110 E-108");
}

#[test]
fn a_form_without_anything_typed_is_locked_at_once() {
    let mut desk = Desk::converting(1024, 768, "typing-lock");
    desk.log_in();
    desk.keys("2");
    desk.at("S-410");
    desk.key(Key::F(10));
    desk.at("S-200");
}
