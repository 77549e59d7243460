//! What was chosen comes first, and what is never learned.

use super::{SPACE, address, at_the_address, at_the_name, focused, lock, segments};
use crate::support::{self, Desk};
use kiosk::app::Key;

#[test]
fn what_is_chosen_comes_first_next_time_and_nothing_is_learned_of_numbers() {
    let mut desk = at_the_name("learning");
    desk.keys("saitou");
    desk.key(SPACE);
    let first = segments(&mut desk);
    desk.key(SPACE);
    desk.key(SPACE);
    let wanted = segments(&mut desk);
    assert_ne!(wanted, first);
    desk.key(Key::Enter);
    desk.key(SPACE);
    desk.keys("saitou");
    desk.key(SPACE);
    assert_eq!(segments(&mut desk), wanted);
}

#[test]
fn what_was_learned_is_kept_over_a_lock_and_forgotten_by_delete() {
    let mut desk = at_the_name("kept");
    let choose_the_third = |desk: &mut Desk| {
        desk.keys("saitou");
        for _ in 0..3 {
            desk.key(SPACE);
        }
        let wanted = segments(desk);
        desk.key(Key::Enter);
        wanted
    };
    let wanted = choose_the_third(&mut desk);
    lock(&mut desk);
    desk.at("S-200");
    assert!(desk.input.values().any(|kept| !kept.is_empty()));
    desk.fill(support::PASSPHRASE);
    desk.at("S-300");
    desk.keys("2");
    desk.fill("1002");
    desk.fill("1");
    desk.keys("saitou");
    desk.key(SPACE);
    assert_eq!(segments(&mut desk), wanted);
    // In the open list Delete forgets it.
    desk.key(SPACE);
    desk.key(Key::Up);
    desk.key(Key::Delete);
    assert_ne!(segments(&mut desk), wanted);
}

#[test]
fn nothing_of_numbers_dates_and_passphrases_is_learned() {
    let mut desk = at_the_name("unlearned");
    while !focused(&mut desk, "個人番号") {
        desk.key(Key::Tab);
    }
    desk.keys(support::NUMBER);
    lock(&mut desk);
    assert!(desk.input.is_empty());
}

#[test]
fn of_a_number_that_is_converted_in_a_text_field_no_part_is_learned() {
    let mut desk = at_the_address("unlearned-address");
    for typed in [
        "mainanba-1234-5678-9018",
        "mainanba-1234.5678.9018",
        "bangou1234/5678/9018",
    ] {
        desk.keys(typed);
        desk.key(SPACE);
        assert!(segments(&mut desk).len() > 1, "{typed}");
        desk.key(Key::Enter);
    }
    assert!(address(&mut desk).matches("1234").count() == 3);
    lock(&mut desk);
    assert!(desk.input.is_empty());
}
