//! The hand on mouse, screen and keys: what stays, is pulled out, or is held too long.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use kiosk::app::{Event, Key, Target};
use std::time::Duration;
use support::Desk;
use support::pointing::*;

#[test]
fn a_finger_that_stays_selects_a_word_and_takes_more_as_it_moves() {
    let mut desk = at_the_form("finger");
    desk.keys("山田　太郎");
    let (left, y) = line(&desk, "氏名");
    desk.kiosk.wait(REST);
    desk.kiosk.event(Event::Touch);
    desk.kiosk.event(Event::LongPress);
    desk.kiosk.press(left + 30.0, y);
    assert_eq!(seen(&mut desk, "氏名"), "[山田|]　太郎");
    desk.kiosk.point(left + 80.0, y);
    assert_eq!(seen(&mut desk, "氏名"), "[山田　太郎|]");
    desk.kiosk.release(left + 80.0, y);
    assert!(desk.kiosk.view().keyboard.is_some());
    // Only that press was one.
    desk.key(Key::F(6));
    click_after_a_rest(&mut desk, "氏名", 0.0);
    assert_eq!(seen(&mut desk, "氏名"), "|山田　太郎");
    // One on something else makes no later click long.
    desk.kiosk.event(Event::LongPress);
    desk.kiosk.press(600.0, 680.0);
    desk.kiosk.release(600.0, 680.0);
    click_after_a_rest(&mut desk, "氏名", 22.0);
    assert_eq!(seen(&mut desk, "氏名"), "山|田　太郎");
}

#[test]
fn a_mouse_that_is_pulled_out_clicks_nothing_and_selects_no_further() {
    let mut desk = at_the_form("pulled");
    desk.keys("山田太郎");
    press(&mut desk, "氏名", 22.0);
    drag(&mut desk, "氏名", 44.0);
    desk.kiosk.pull_pointer();
    drag(&mut desk, "氏名", 88.0);
    assert_eq!(seen(&mut desk, "氏名"), "山[田|]太郎");
    // On F1 of the bar.
    desk.kiosk.press(60.0, 748.0);
    desk.kiosk.pull_pointer();
    desk.kiosk.release(60.0, 748.0);
    desk.at("S-410");
    desk.kiosk.click(60.0, 748.0);
    desk.at("S-410 D-080");
}

#[test]
fn the_arrow_goes_with_the_mouse_and_comes_with_the_next_that_moves() {
    let mut desk = at_the_form("arrow");
    desk.kiosk.draw_pointer();
    let without = desk.kiosk.picture();
    desk.kiosk.point(700.0, 90.0);
    let with = desk.kiosk.picture();
    assert!(with != without, "it is drawn");
    desk.kiosk.pull_pointer();
    assert!(desk.kiosk.picture() == without, "nothing is left of it");
    desk.kiosk.point(700.0, 90.0);
    assert!(desk.kiosk.picture() == with);
    // The beam over text goes too.
    let (left, y) = line(&desk, "氏名");
    desk.kiosk.point(left + 200.0, y);
    assert!(desk.kiosk.picture() != without);
    desk.kiosk.pull_pointer();
    assert!(desk.kiosk.picture() == without);
}

#[test]
fn typing_ends_a_drag() {
    let mut desk = at_the_form("typed-over");
    desk.keys("山田太郎");
    press(&mut desk, "氏名", 0.0);
    drag(&mut desk, "氏名", 44.0);
    desk.keys("髙");
    drag(&mut desk, "氏名", 66.0);
    assert_eq!(seen(&mut desk, "氏名"), "髙|太郎");
}

#[test]
fn a_held_key_writes_only_where_it_was_struck() {
    let mut desk = Desk::new(1024, 768, "pointer-repeat");
    let held = |desk: &mut Desk, key: Key| {
        desk.kiosk.event(Event::Repeat(key, None));
        desk.serve();
    };
    desk.log_in();
    // A digit of the menu opens the form; held longer, it is no 社員番号.
    desk.key(Key::Char('2'));
    held(&mut desk, Key::Char('2'));
    assert_eq!(view(&mut desk, "社員番号").before, "");
    desk.keys("12");
    held(&mut desk, Key::Char('2'));
    assert_eq!(view(&mut desk, "社員番号").before, "122");
    // A click elsewhere while Backspace is held spares what stands there.
    desk.key(Key::Backspace);
    desk.key(Key::Tab);
    desk.key(Key::Tab);
    desk.key(Key::KanaToggle);
    desk.keys("山田太郎");
    desk.key(Key::Backspace);
    click_after_a_rest(&mut desk, "社員番号", 100.0);
    held(&mut desk, Key::Backspace);
    assert_eq!(view(&mut desk, "社員番号").before, "12");
    // A question that comes up takes no answer from it.
    desk.keys("1");
    desk.key(Key::Escape);
    desk.at("S-410 D-070");
    held(&mut desk, Key::Char('2'));
    desk.at("S-410 D-070");
    desk.key(Key::Escape);
    // Arrows go on through the fields.
    click_after_a_rest(&mut desk, "社員番号", 100.0);
    desk.key(Key::Down);
    held(&mut desk, Key::Down);
    assert!(view(&mut desk, "氏名").focused);
    // Nor does a key that something lies on keep the vault open.
    for _ in 0..310 {
        held(&mut desk, Key::Char('x'));
        desk.kiosk.wait(Duration::from_secs(1));
        desk.serve();
    }
    desk.at("S-200");
}

#[test]
fn a_double_click_confirms_nothing_that_cannot_be_undone() {
    let mut desk = Desk::new(1024, 768, "pointer-grave");
    desk.log_in();
    desk.plug();
    desk.keys("5");
    desk.key(Key::F(2));
    desk.keys("kyuuyo");
    desk.key(Key::Enter);
    desk.key(Key::Enter);
    desk.at("S-610 D-040");
    let erase = |desk: &mut Desk| {
        desk.kiosk.event(Event::Click(Target::Answer(0)));
        desk.serve();
    };
    erase(&mut desk);
    erase(&mut desk);
    desk.at("S-610 D-040");
    desk.kiosk.wait(REST);
    erase(&mut desk);
    desk.at("S-610 D-060");
}

#[test]
fn over_text_the_pointer_is_a_beam_and_an_arrow_elsewhere() {
    let mut desk = at_the_form("beam");
    desk.keys("山田太郎");
    desk.kiosk.draw_pointer();
    let (left, y) = line(&desk, "氏名");
    let around = |desk: &Desk, x: f32, y: f32| {
        let picture = desk.kiosk.picture();
        picture.cut(x as u32 - 12, y as u32 - 12, 24, 24)
    };
    let empty = around(&desk, left + 200.0, y);
    desk.kiosk.point(left + 200.0, y);
    let beam = around(&desk, left + 200.0, y);
    assert!(beam != empty);
    desk.picture("beam");
    let dark = |at: &usize| beam.pixels[*at].rgb() == [0, 0, 0];
    let (left_half, all): (Vec<usize>, Vec<usize>) = {
        let all: Vec<usize> = (0..24 * 24).filter(dark).collect();
        (all.iter().copied().filter(|at| at % 24 < 12).collect(), all)
    };
    assert!(all.len() > 30, "{}", all.len());
    let uneven = (left_half.len() * 2).abs_diff(all.len());
    assert!(uneven <= 24, "its middle is where it points: {uneven}");
    desk.kiosk.point(left + 200.0, y + 300.0);
    desk.picture("arrow");
    assert!(around(&desk, left + 200.0, y) == empty);
}
