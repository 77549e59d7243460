//! Keyboard and screen as a person meets them: layouts, scale, rotation, the keyboard on the
//! screen, with the product's own renderer. Pictures are kept under target/screens.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use codes::Language;
use kiosk::app::{Body, Effect, Event, Key, Layout, Locks};
use kiosk::platform::frame::{copy, part_on};
use kiosk::platform::keymap::typed_as;
use kiosk::platform::pixel::Xrgb;
use protocol::settings::{Rotation, Scale, Settings};
use protocol::system::{self, VaultState};
use support::{Desk, NUMBER, PASSPHRASE};

fn rotated(rotation: Rotation) -> Settings {
    Settings {
        rotation,
        ..Settings::default()
    }
}

/// The hint below a field of the form that is shown.
fn hint(desk: &mut Desk, field: usize) -> String {
    let Body::Form(form) = desk.kiosk.view().body else {
        panic!("a form");
    };
    form.fields[field].hint.clone()
}

fn typed(desk: &mut Desk, field: usize) -> String {
    let Body::Form(form) = desk.kiosk.view().body else {
        panic!("a form");
    };
    form.fields[field].before.clone()
}

#[test]
fn the_first_screen_tells_a_us_keyboard_from_a_japanese_one_and_the_stick_remembers() {
    let mut desk = Desk::new(1024, 768, "layout");
    desk.start(VaultState::None);
    desk.at("S-020");
    desk.picture("first-screen");
    for _ in 0..3 {
        desk.key(Key::Up);
    }
    // What is printed on a US keyboard, typed while the layout is JIS.
    desk.keys(&typed_as("@_:\"", Layout::Us, Layout::Jis));
    assert!(hint(&mut desk, 1).contains("US"), "{}", hint(&mut desk, 1));
    desk.picture("another-keyboard");
    desk.key(Key::F(8));
    assert_eq!(typed(&mut desk, 1), "");
    desk.keys("@_:\"");
    assert!(hint(&mut desk, 1).contains("合っています"));
    desk.picture("right");
    let us = Settings {
        keyboard: Layout::Us,
        ..Settings::default()
    };
    let keep = Effect::AskInit(system::Request::KeepSettings(us));
    assert!(desk.asked.contains(&keep));
    // The clock is still one key away.
    desk.key(Key::F(12));
    desk.at("S-100");
}

#[test]
fn what_the_stick_remembers_holds_from_the_first_picture() {
    let mut desk = Desk::new(1920, 1080, "remembered");
    let settings = Settings {
        keyboard: Layout::Uk,
        language: Language::English,
        scale: Scale::Percent125,
        ..Settings::default()
    };
    desk.start_with(VaultState::Locked, settings);
    assert!(desk.asked.contains(&Effect::Use(settings)));
    assert_eq!(desk.kiosk.canvas().percent(), 125);
    let view = desk.kiosk.view();
    assert_eq!(view.layout, "UK");
    assert_eq!(view.fkeys[0].label, "Help");
    desk.picture("uk-english-125");
    desk.key(Key::F(12));
    let said = |desk: &mut Desk, locks: Locks| {
        desk.kiosk.event(Event::Locks(locks));
        match desk.kiosk.view().body {
            Body::Form(form) => form.lines[1].clone(),
            other => panic!("{other:?}"),
        }
    };
    let usual = said(&mut desk, Locks::default());
    assert!(usual.contains("UK") && !usual.contains("Lock"), "{usual}");
    let locked = Locks {
        caps: true,
        num: true,
        num_lit: true,
    };
    let locked = said(&mut desk, locked);
    desk.picture("locks-at-the-passphrase");
    assert!(locked.contains("Caps Lock") && locked.contains("NumLock"));
}

#[test]
fn settings_that_could_not_be_kept_are_said_and_hold() {
    let mut desk = Desk::new(1024, 768, "not-kept");
    desk.start(VaultState::Locked);
    desk.kiosk.key(Key::F(8));
    desk.init(system::Event::SettingsKept { kept: false });
    desk.at("S-020 E-018");
    assert_eq!(desk.kiosk.view().layout, "US");
}

#[test]
fn the_panel_screen_changes_everything_at_once_and_leads_back() {
    let mut desk = Desk::new(1920, 1080, "panel");
    desk.log_in();
    desk.key(Key::Char('8'));
    desk.at("S-030");
    desk.picture("panel");
    // Layout, check, language, rotation, then the size.
    for _ in 0..4 {
        desk.key(Key::Tab);
    }
    desk.key(Key::Right);
    desk.key(Key::Right);
    assert_eq!(desk.kiosk.canvas().percent(), 125);
    desk.picture("panel-125");
    desk.key(Key::BackTab);
    desk.key(Key::Char('2'));
    assert_eq!(desk.kiosk.canvas().stands(), (1080, 1920));
    desk.picture("panel-turned");
    desk.key(Key::Turn(Rotation::None));
    assert_eq!(desk.kiosk.canvas().stands(), (1920, 1080));
    desk.key(Key::Smaller);
    desk.at("S-030");
    desk.key(Key::Escape);
    desk.at("S-300");
    desk.picture("home-with-it");
}

#[test]
fn every_layout_is_whole_at_every_size_and_rotation() {
    for (size, name) in [
        ((1024, 768), "1024x768"),
        ((1920, 1080), "1920x1080"),
        ((3840, 2160), "3840x2160"),
    ] {
        for rotation in Rotation::ALL {
            // Each on a thread of its own: Slint keeps its platform per thread.
            std::thread::spawn(move || walk(size, rotation, name))
                .join()
                .unwrap();
        }
    }
}

fn walk(size: (u32, u32), rotation: Rotation, name: &str) {
    let mut desk = Desk::new(size.0, size.1, &format!("sizes/{name}-{rotation:?}"));
    desk.company = Some("山田商店".into());
    desk.start_with(VaultState::Locked, rotated(rotation));
    desk.picture("clock");
    desk.key(Key::F(12));
    desk.picture("login");
    desk.fill(PASSPHRASE);
    desk.add_people(60);
    desk.picture("home");
    desk.key(Key::Char('1'));
    desk.picture("people");
    desk.key(Key::F(2));
    desk.picture("form");
}

#[test]
fn a_touch_on_a_turned_panel_hits_what_is_seen_there() {
    for rotation in Rotation::ALL {
        std::thread::spawn(move || touch_the_first_entry(rotation))
            .join()
            .unwrap();
    }
}

fn touch_the_first_entry(rotation: Rotation) {
    let mut desk = Desk::new(1920, 1080, &format!("touch/{rotation:?}"));
    desk.company = Some("山田商店".into());
    desk.start_with(VaultState::Locked, rotated(rotation));
    desk.key(Key::F(12));
    desk.fill(PASSPHRASE);
    desk.at_core("S-300");
    // The first entry of the menu, in the picture, and where that is on the panel.
    let (width, height) = desk.kiosk.canvas().stands();
    let (x, y) = (300.0 / width as f32, 150.0 / height as f32);
    let (x, y) = match rotation {
        Rotation::None => (x, y),
        Rotation::Quarter => (1.0 - y, x),
        Rotation::Half => (1.0 - x, 1.0 - y),
        Rotation::ThreeQuarters => (y, 1.0 - x),
    };
    desk.kiosk.touch(x, y);
    desk.serve();
    desk.at_core("S-400");
}

#[test]
fn what_changed_is_all_that_a_screen_needs_at_every_rotation_and_scale() {
    for rotation in Rotation::ALL {
        for scale in [Scale::Percent100, Scale::Percent150] {
            std::thread::spawn(move || follow_the_areas(rotation, scale))
                .join()
                .unwrap();
        }
    }
}

/// A second screen that is only given the areas that changed shows the same picture.
fn follow_the_areas(rotation: Rotation, scale: Scale) {
    let mut desk = Desk::new(2560, 1440, "areas");
    let mut screen = vec![0; 2560 * 1440 * 4];
    let mut follow = |desk: &mut Desk| {
        let picture = desk.kiosk.picture();
        for area in desk.kiosk.take_areas() {
            let part = part_on(&area, (0, 0), (2560, 1440)).unwrap();
            copy(&picture.pixels, 2560, &area, &mut screen, 2560 * 4, &part);
        }
        let (bytes, _) = screen.as_chunks::<4>();
        let shown = bytes.iter().map(|b| Xrgb(u32::from_le_bytes(*b)));
        assert!(
            shown.eq(picture.pixels.iter().copied()),
            "{rotation:?} {scale:?}"
        );
    };
    follow(&mut desk);
    let settings = Settings {
        scale,
        ..rotated(rotation)
    };
    desk.start_with(VaultState::Locked, settings);
    follow(&mut desk);
    desk.key(Key::F(12));
    desk.keys("neko");
    follow(&mut desk);
    desk.key(Key::F(6));
    follow(&mut desk);
    desk.key(Key::F(6));
    desk.key(Key::F(1));
    follow(&mut desk);
}

#[test]
fn the_keyboard_on_the_screen_types_a_passphrase_by_touch_alone() {
    let mut desk = Desk::new(1280, 800, "screen-keyboard");
    desk.company = Some("山田商店".into());
    desk.start(VaultState::Locked);
    desk.key(Key::F(12));
    desk.kiosk.event(Event::Touch);
    desk.click_field(0);
    assert!(desk.kiosk.view().keyboard.is_some());
    desk.picture("open");
    desk.tap_key("大文字");
    desk.picture("shift");
    for label in ["U", "m", "i", "空白", "1", "消す"] {
        desk.tap_key(label);
    }
    let before = typed(&mut desk, 0);
    assert_eq!(before.chars().count(), 4);
    desk.picture("typed");
    desk.tap_key("閉じる");
    assert!(desk.kiosk.view().keyboard.is_none());
}

#[test]
fn a_pressed_key_on_the_screen_looks_like_any_other() {
    let mut desk = Desk::new(1280, 800, "no-echo");
    desk.start(VaultState::Locked);
    desk.key(Key::F(12));
    desk.key(Key::F(6));
    desk.key(Key::Char('x'));
    let before = desk.kiosk.picture();
    desk.tap_key("a");
    desk.key(Key::Backspace);
    assert!(desk.kiosk.picture() == before);
}

#[test]
fn numbers_get_a_pad_that_does_not_cover_what_is_typed() {
    let mut desk = Desk::new(1024, 768, "number-pad");
    desk.log_in();
    desk.key(Key::Char('2'));
    for _ in 0..20 {
        if desk.focused_is_number() {
            break;
        }
        desk.key(Key::Tab);
    }
    assert!(desk.focused_is_number());
    desk.key(Key::F(6));
    for digit in NUMBER.chars() {
        desk.tap_key(&digit.to_string());
    }
    desk.picture("number");
    let view = desk.kiosk.view();
    assert!(view.keyboard.unwrap().above);
}

#[test]
fn an_idle_kiosk_wakes_with_the_clock_and_draws_nothing_in_between() {
    let mut desk = Desk::new(1024, 768, "idle");
    desk.log_in();
    desk.kiosk.take_areas();
    // Half a minute before the clock moves on.
    desk.kiosk.now.unix = desk.kiosk.now.unix / 60 * 60 + 30;
    desk.kiosk.event(Event::Tick);
    let wake = desk.kiosk.app.wake_in();
    assert_eq!(wake.as_secs(), 30);
    for _ in 0..29 {
        desk.kiosk.now.unix += 1;
        desk.kiosk.event(Event::Tick);
    }
    assert!(desk.kiosk.take_areas().is_empty());
    desk.kiosk.now.unix += 1;
    desk.kiosk.event(Event::Tick);
    assert!(!desk.kiosk.take_areas().is_empty(), "the clock moved on");
}
