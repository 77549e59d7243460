//! Where the window with candidates stands.

use super::{SPACE, at_the_address, focused};
use crate::support::Desk;
use crate::support::pointing::edges;
use crate::support::spoken::{self, Role, Spoken};
use kiosk::app::Key;
use protocol::settings::Rotation;
use protocol::system::VaultState;

#[test]
fn the_candidates_stay_on_the_screen_at_its_lower_and_right_edge() {
    // The lowest field of the form on the smallest screen: the list opens above it.
    let mut desk = at_the_address("edges");
    let line = "kyoutofukyoutoshinakagyoukukamihonnoujimaechou";
    desk.keys(line);
    desk.key(SPACE);
    desk.key(SPACE);
    desk.picture("above");
    assert!(window_is_whole(&desk));
    desk.key(Key::Enter);
    desk.keys(line);
    desk.key(Key::Enter);
    desk.keys(line);
    desk.key(SPACE);
    desk.key(Key::End);
    desk.key(Key::Down);
    desk.picture("right");
    assert!(window_is_whole(&desk));
    assert_eq!(desk.tag(), "S-410");
}

/// The frame of the window with candidates, dark blue and two pixels wide, is closed.
fn window_is_whole(desk: &Desk) -> bool {
    let picture = desk.kiosk.picture();
    let dark = |x: u32, y: u32| {
        picture.pixels[(y * picture.width + x) as usize].rgb() == [0x00, 0x00, 0x60]
    };
    let longest = |y: u32| -> Option<(u32, u32)> {
        let mut best = None;
        let mut x = 0;
        while x < picture.width {
            let start = x;
            while x < picture.width && dark(x, y) {
                x += 1;
            }
            if x - start > 150 && best.is_none_or(|(a, b)| b - a < x - start) {
                best = Some((start, x));
            }
            x += 1;
        }
        best
    };
    let lines: Vec<(u32, (u32, u32))> = (60..picture.height)
        .filter_map(|y| longest(y).map(|line| (y, line)))
        .collect();
    let (Some((top, (left, right))), Some((bottom, below))) = (lines.first(), lines.last()) else {
        return false;
    };
    *top > 60
        && *bottom + 8 <= picture.height
        && *left >= 8
        && *right + 8 <= picture.width
        && bottom - top > 60
        && *below == (*left, *right)
}

/// At the first form, the caret in the uppermost of its fields that are converted.
fn at_the_company(mut desk: Desk) -> Desk {
    desk.start(VaultState::None);
    desk.key(Key::Enter);
    desk.at_core("S-100");
    desk
}

/// The window with candidates is on the screen, and not on what is converted.
fn is_in_its_place(desk: &mut Desk, label: &str) {
    let screen = desk.kiosk.canvas().logical();
    let [left, top, right, bottom] = list(desk).edges();
    assert!(
        left >= 0.0 && right <= screen.width,
        "{label}: {left} {right}"
    );
    assert!(
        top >= 0.0 && bottom <= screen.height,
        "{label}: {top} {bottom}"
    );
    let [_, above, _, below] = edges(desk, label);
    let middle = (above + below) / 2.0;
    assert!(
        bottom <= middle || top >= middle,
        "{label}: {top} {bottom} {middle}"
    );
}

fn list(desk: &Desk) -> Spoken {
    let all = spoken::all(&desk.kiosk).into_iter();
    let mut lists = all.filter(|e| e.role == Role::List && e.label.starts_with("変換候補"));
    lists.next().expect("an open list")
}

/// Four corners: a short and a long text in the first and in the last field.
fn four_corners(mut desk: Desk) {
    for label in ["事業者の名称", "取扱責任者の氏名"] {
        while !focused(&mut desk, label) {
            desk.key(Key::Tab);
        }
        desk.keys("yamada");
        desk.key(SPACE);
        desk.key(SPACE);
        is_in_its_place(&mut desk, label);
        desk.picture("left");
        desk.key(Key::Enter);
        for _ in 0..3 {
            desk.keys("kyoutofukyoutoshinakagyouku");
            desk.key(Key::Enter);
        }
        desk.keys("yamadatarou");
        desk.key(SPACE);
        desk.key(Key::End);
        desk.key(SPACE);
        is_in_its_place(&mut desk, label);
        desk.picture("right");
        desk.key(Key::Enter);
    }
}

#[test]
fn the_candidates_stay_on_the_screen_in_all_four_corners() {
    four_corners(at_the_company(Desk::converting(
        1024,
        768,
        "typing-corners",
    )));
}

#[test]
fn the_candidates_stay_on_a_large_screen_in_all_four_corners() {
    four_corners(at_the_company(Desk::converting(
        1920,
        1080,
        "typing-corners-1080",
    )));
}

#[test]
fn the_candidates_stay_on_a_turned_screen_in_all_four_corners() {
    let mut desk = at_the_company(Desk::converting(1024, 768, "typing-corners-turned"));
    desk.key(Key::Turn(Rotation::Quarter));
    let screen = desk.kiosk.canvas().logical();
    assert!(screen.width < screen.height, "it stands upright");
    four_corners(desk);
}
