//! Conversion: candidates, segments, and the way back.

use super::{SPACE, address, at_the_address, at_the_name, candidates, field, name, segments};
use crate::support::Desk;
use kiosk::app::{Key, Motion};

#[test]
fn space_converts_and_enter_commits_with_a_full_width_space_between_the_names() {
    let mut desk = at_the_name("convert");
    desk.keys("yamadatarou");
    assert_eq!(name(&mut desk), "やまだたろう");
    desk.picture("typed");
    desk.key(SPACE);
    assert_eq!(segments(&mut desk), ["[山田]", "　", "太郎"]);
    assert!(candidates(&mut desk).is_empty());
    desk.picture("converted");
    desk.key(Key::Enter);
    assert_eq!(name(&mut desk), "山田　太郎");
    desk.key(Key::Enter);
    assert_eq!(field(&mut desk, "フリガナ"), "ヤマダ　タロウ");
}

#[test]
fn a_second_space_opens_the_candidates_and_digits_arrows_and_pages_choose() {
    let mut desk = at_the_name("candidates");
    desk.keys("takahashi");
    desk.key(SPACE);
    desk.key(SPACE);
    let first = candidates(&mut desk);
    assert_eq!(first.len(), 9);
    let at = first.iter().position(|c| c == "髙橋").unwrap();
    desk.picture("look-alikes");
    let list = desk.kiosk.view().candidates.unwrap();
    assert_eq!(list.selected, 1);
    assert!(
        list.items[at]
            .note(codes::Language::Japanese)
            .contains("はしごだか")
    );

    desk.key(Key::Up);
    assert_eq!(desk.kiosk.view().candidates.unwrap().selected, 0);
    desk.key(Key::ShiftSpace);
    let last = desk.kiosk.view().candidates.unwrap();
    assert_eq!(last.number, last.total);
    desk.key(Key::Convert);
    assert_eq!(desk.kiosk.view().candidates.unwrap().selected, 0);
    desk.key(Key::ConvertBack);
    assert_eq!(desk.kiosk.view().candidates.unwrap(), last);
    desk.key(Key::Down);
    desk.key(Key::PageDown);
    let second = desk.kiosk.view().candidates.unwrap();
    assert_eq!(second.number, 10);
    assert_ne!(candidates(&mut desk), first);
    desk.key(Key::PageUp);
    desk.key(Key::Char(char::from_digit(at as u32 + 1, 10).unwrap()));
    assert!(candidates(&mut desk).is_empty());
    assert_eq!(segments(&mut desk), ["[髙橋]"]);
    desk.key(Key::Enter);
    assert_eq!(name(&mut desk), "髙橋");
}

#[test]
fn a_candidate_is_chosen_by_the_pointer() {
    let mut desk = at_the_name("pointer");
    desk.keys("takahashi");
    desk.key(SPACE);
    desk.key(SPACE);
    let wanted = candidates(&mut desk)[3].clone();
    let (x, y) = found(&mut desk, 3);
    desk.kiosk.click(x, y);
    desk.serve();
    assert_eq!(segments(&mut desk), [format!("[{wanted}]")]);
}

/// Where the line of a candidate is drawn, by the blue of the chosen one (the second), below 氏名.
fn found(desk: &mut Desk, index: usize) -> (f32, f32) {
    let picture = desk.kiosk.picture();
    let is_key = |x: u32, y: u32| {
        let pixel = picture.pixels[(y * picture.width + x) as usize];
        pixel.rgb() == [0x00, 0x17, 0xc1]
    };
    let (x, top) = (310..picture.height)
        .flat_map(|y| (0..picture.width - 60).map(move |x| (x, y)))
        .find(|(x, y)| (0..60).all(|i| is_key(x + i, *y)))
        .expect("a chosen candidate");
    (
        x as f32 + 40.0,
        top as f32 + 17.0 + 34.0 * (index as f32 - 1.0),
    )
}

#[test]
fn segments_are_walked_and_resized_as_in_an_address() {
    let mut desk = at_the_address("segments");
    desk.keys("kyoutofukyoutoshinakagyouku");
    desk.key(SPACE);
    let before = segments(&mut desk);
    assert_eq!(
        before.concat().replace(['[', ']'], ""),
        "京都府京都市中京区"
    );
    assert!(before.len() > 1 && before[0].starts_with('['), "{before:?}");
    desk.key(Key::Right);
    assert!(segments(&mut desk)[1].starts_with('['));
    desk.picture("second-segment");
    desk.key(Key::Left);
    desk.key(Key::Left);
    assert!(segments(&mut desk).last().unwrap().starts_with('['));
    desk.key(Key::Home);
    for _ in 0..2 {
        desk.key(Key::Extend(Motion::Left));
    }
    let shorter = segments(&mut desk);
    assert_ne!(shorter[0], before[0]);
    for _ in 0..2 {
        desk.key(Key::Extend(Motion::Right));
    }
    assert_eq!(segments(&mut desk)[0], before[0]);
    desk.key(Key::Enter);
    desk.keys("1-2-3");
    assert_eq!(address(&mut desk), "京都府京都市中京区1-2-3");
}

#[test]
fn escape_steps_back_from_candidates_to_kana_to_nothing() {
    let mut desk = at_the_name("escape");
    desk.keys("yamada");
    desk.key(SPACE);
    desk.key(SPACE);
    assert!(!candidates(&mut desk).is_empty());
    desk.key(Key::Escape);
    assert!(candidates(&mut desk).is_empty());
    assert_eq!(name(&mut desk), "やまだ");
    desk.key(Key::Escape);
    assert_eq!(name(&mut desk), "");
    desk.at("S-410");
}

#[test]
fn backspace_goes_back_from_a_conversion_and_the_caret_walks_in_the_kana() {
    let mut desk = at_the_name("backspace");
    desk.keys("yamata");
    desk.key(SPACE);
    desk.key(Key::Backspace);
    assert_eq!(name(&mut desk), "やまた");
    desk.key(Key::Left);
    desk.picture("caret-inside");
    desk.keys("no");
    assert_eq!(name(&mut desk), "やまのた");
    desk.key(Key::Delete);
    desk.key(Key::Backspace);
    desk.keys("da");
    desk.key(Key::Enter);
    assert_eq!(name(&mut desk), "やまだ");
}

#[test]
fn names_with_old_kana_are_among_the_candidates() {
    let mut desk = at_the_name("old-kana-candidates");
    desk.keys("yoshie");
    desk.key(SPACE);
    desk.key(SPACE);
    desk.key(Key::Up);
    desk.key(Key::ShiftSpace);
    let mut all = Vec::new();
    for _ in 0..10 {
        all.extend(candidates(&mut desk));
        desk.key(Key::PageDown);
    }
    assert!(all.contains(&"よしゑ".to_owned()), "{all:?}");
    assert!(all.contains(&"ヨシヱ".to_owned()), "{all:?}");
}

#[test]
fn behind_a_typed_number_an_address_counts() {
    let mut desk = at_the_address("counters");
    for (number, typed) in [
        ("2", "choume"),
        ("8", "ban"),
        ("1", "gou"),
        ("3", "kai"),
        ("5", "tou"),
    ] {
        desk.keys(number);
        desk.keys(typed);
        desk.key(SPACE);
        desk.key(Key::Enter);
    }
    assert_eq!(address(&mut desk), "2丁目8番1号3階5棟");
}

#[test]
fn signs_are_full_width_and_stay_so_when_they_are_converted() {
    let mut desk = at_the_address("signs");
    desk.keys("(kabu)");
    assert_eq!(address(&mut desk), "（かぶ）");
    desk.key(SPACE);
    let text = segments(&mut desk).concat().replace(['[', ']'], "");
    assert!(text.starts_with('（') && text.ends_with('）'), "{text}");
    desk.key(Key::Home);
    desk.key(SPACE);
    assert!(candidates(&mut desk).iter().any(|c| c.starts_with('(')));
    desk.key(Key::Enter);
    desk.keys("!&\\");
    desk.key(Key::Enter);
    assert!(address(&mut desk).ends_with("！＆￥"));
    // Between digits they stay as they are.
    desk.keys("1-2/3");
    assert!(address(&mut desk).ends_with("1-2/3"));
}
