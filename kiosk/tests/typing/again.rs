//! What stands in a field already is converted anew.

use super::{SPACE, address, at_the_address, at_the_name, candidates, name, opened_person};
use kiosk::app::{Key, Motion};

#[test]
fn convert_takes_back_what_was_committed_just_now() {
    let mut desk = at_the_name("take-back");
    desk.keys("saitou");
    desk.key(SPACE);
    desk.key(Key::Enter);
    let committed = name(&mut desk);
    desk.key(Key::Convert);
    let list = candidates(&mut desk);
    assert_eq!(list[0], committed);
    desk.key(Key::Char('2'));
    desk.key(Key::Enter);
    assert_eq!(name(&mut desk), list[1]);
}

#[test]
fn convert_works_on_selected_text_and_escape_puts_it_back() {
    let mut desk = at_the_address("selected");
    desk.keys("toukyouto");
    desk.key(SPACE);
    desk.key(Key::Enter);
    for _ in 0..3 {
        desk.key(Key::Extend(Motion::Left));
    }
    desk.picture("selected");
    desk.key(Key::Convert);
    assert!(!candidates(&mut desk).is_empty());
    desk.key(Key::Escape);
    assert_eq!(address(&mut desk), "東京都");
}

#[test]
fn text_that_nobody_typed_here_is_read_by_the_dictionary() {
    let mut desk = opened_person("selected-unknown");
    desk.key(Key::Home);
    for _ in 0..2 {
        desk.key(Key::Extend(Motion::Right));
    }
    desk.key(Key::Convert);
    assert!(candidates(&mut desk).contains(&"髙橋".to_owned()));
    desk.picture("candidates");
}
