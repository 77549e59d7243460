//! A picture that was drawn in parts, each time only what changed, is the picture that is drawn
//! anew: after every key of stories and of long random walks. What is compared is what a screen
//! shows: a buffer into which only the changed areas were copied.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use kiosk::app::{Event, Key, Motion};
use kiosk::headless::{Headless, Picture};
use kiosk::platform::frame::{copy, part_on};
use kiosk::platform::pixel::Xrgb;
use protocol::clerk::Reply;
use protocol::settings::Rotation;
use protocol::system::{self, InputKind, VaultState};
use std::time::Duration;
use support::{Desk, PASSPHRASE, save};

/// A screen to which only what changed is copied.
struct Screen {
    bytes: Vec<u8>,
    width: usize,
    height: usize,
}

impl Screen {
    fn new(width: u32, height: u32) -> Self {
        let (width, height) = (width as usize, height as usize);
        Self {
            bytes: vec![0; width * height * 4],
            width,
            height,
        }
    }

    fn update(&mut self, kiosk: &mut Headless) {
        for area in kiosk.take_areas() {
            let part = part_on(&area, (0, 0), (self.width, self.height)).unwrap();
            let pixels = kiosk.pixels();
            copy(
                pixels,
                self.width,
                &area,
                &mut self.bytes,
                self.width * 4,
                &part,
            );
        }
    }

    fn picture(&self) -> Picture {
        let (pixels, _) = self.bytes.as_chunks::<4>();
        Picture {
            width: self.width as u32,
            height: self.height as u32,
            pixels: pixels
                .iter()
                .map(|p| Xrgb(u32::from_le_bytes(*p)))
                .collect(),
        }
    }
}

/// A desk whose screen is compared after everything that is done.
struct Watched {
    desk: Desk,
    screen: Screen,
    /// The last things done, for the message of a failure.
    done: Vec<String>,
}

impl Watched {
    #[track_caller]
    fn new(desk: Desk) -> Self {
        let Picture { width, height, .. } = desk.kiosk.picture();
        let mut watched = Self {
            desk,
            screen: Screen::new(width, height),
            done: Vec::new(),
        };
        watched.compare();
        watched
    }

    #[track_caller]
    fn act(&mut self, what: String, act: impl FnOnce(&mut Desk)) {
        self.done.push(what);
        act(&mut self.desk);
        self.compare();
    }

    #[track_caller]
    fn key(&mut self, key: Key) {
        self.act(format!("{key:?}"), |desk| desk.key(key));
    }

    #[track_caller]
    fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.key(Key::Char(c));
        }
    }

    #[track_caller]
    fn compare(&mut self) {
        self.screen.update(&mut self.desk.kiosk);
        let (parts, anew) = (self.screen.picture(), self.desk.kiosk.drawn_anew());
        if let Some(where_) = difference(&parts, &anew) {
            save(&self.desk.folder().join("in-parts.png"), &parts);
            save(&self.desk.folder().join("anew.png"), &anew);
            let last = &self.done[self.done.len().saturating_sub(12)..];
            panic!(
                "after {} things, at {}, {where_}; the last: {}",
                self.done.len(),
                self.desk.kiosk.view().tag,
                last.join(" ")
            );
        }
    }
}

/// Pixels that may differ in a square of [`SQUARE`]. Where the edge of what is drawn crosses the
/// rounded corner of a frame, Slint's renderer (1.18.1, `draw_rounded_rectangle_line`) measures a
/// pixel's coverage from that edge, so that it comes out a shade darker or lighter.
const TOLERATED: usize = 4;
const SQUARE: usize = 8;

/// Where two pictures differ: the square that does so most.
fn difference(one: &Picture, other: &Picture) -> Option<String> {
    let width = one.width as usize;
    let mut squares = std::collections::BTreeMap::<(usize, usize), usize>::new();
    for (i, (a, b)) in one.pixels.iter().zip(&other.pixels).enumerate() {
        if a != b {
            *squares
                .entry((i % width / SQUARE, i / width / SQUARE))
                .or_default() += 1;
        }
    }
    let ((x, y), most) = squares.iter().max_by_key(|(_, count)| **count)?;
    (*most > TOLERATED).then(|| {
        let (x, y, all) = (x * SQUARE, y * SQUARE, squares.len());
        format!("{most} pixels differ at {x}, {y}, one of {all} squares")
    })
}

/// Chance that repeats itself (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }

    fn of<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.below(things.len())]
    }
}

const EDITING: [Key; 25] = [
    Key::Enter,
    Key::Enter,
    Key::Enter,
    Key::Tab,
    Key::BackTab,
    Key::Backspace,
    Key::Delete,
    Key::Left,
    Key::Right,
    Key::Up,
    Key::Down,
    Key::Home,
    Key::End,
    Key::PageUp,
    Key::PageDown,
    Key::Escape,
    Key::KanaToggle,
    Key::Convert,
    Key::NonConvert,
    Key::Katakana,
    Key::Hiragana,
    Key::FullLatin,
    Key::SelectAll,
    Key::Extend(Motion::Left),
    Key::RegisterWord,
];

const LETTERS: &str = "aiueokstnhmyrw 1234567890-.";

/// Something that a person or the machine might do.
fn step(watched: &mut Watched, chance: &mut Chance) {
    match chance.below(100) {
        0..50 => {
            let letters: Vec<char> = LETTERS.chars().collect();
            watched.key(Key::Char(chance.of(&letters)));
        }
        50..80 => watched.key(chance.of(&EDITING)),
        80..87 => watched.key(Key::F(1 + chance.below(12) as u8)),
        87..92 => watched.act("a minute".into(), |desk| {
            desk.kiosk.now.unix += 60;
            desk.kiosk.event(Event::Tick);
        }),
        92 => {
            let from = (chance.below(1024) as f32, chance.below(768) as f32);
            let to = (chance.below(1024) as f32, chance.below(768) as f32);
            watched.act(format!("drag from {from:?} to {to:?}"), |desk| {
                desk.kiosk.press(from.0, from.1);
                desk.kiosk.point(to.0, to.1);
                desk.kiosk.release(to.0, to.1);
                desk.serve();
            });
        }
        93 => {
            let (x, y) = (chance.below(100) as f32, chance.below(100) as f32);
            watched.act(format!("touch {x} % {y} %"), |desk| {
                desk.kiosk.touch(x / 100.0, y / 100.0);
                desk.serve();
            });
        }
        94 => watched.act("a stick".into(), |desk| desk.plug()),
        95 => watched.act("a keyboard".into(), |desk| {
            desk.init(system::Event::DeviceAsks {
                device: 3,
                kind: InputKind::Keyboard,
                name: "Generic USB Keyboard".into(),
            });
        }),
        96 => {
            let locks = kiosk::app::Locks {
                caps: chance.below(2) == 0,
                num: chance.below(2) == 0,
                num_lit: chance.below(2) == 0,
            };
            watched.act(format!("{locks:?}"), |desk| {
                desk.kiosk.event(Event::Locks(locks));
                desk.serve();
            });
        }
        97 => {
            let seconds = chance.of(&[1, 10, 40]);
            watched.act(format!("{seconds} s"), |desk| {
                desk.kiosk.wait(Duration::from_secs(seconds));
                desk.serve();
            });
        }
        98 => watched.act("the keeper refuses".into(), |desk| {
            // Work that would go on for ever otherwise.
            let working = desk
                .kiosk
                .view()
                .dialog
                .is_some_and(|d| d.progress.is_some());
            if working {
                desk.reply(Reply::Refused(codes::ErrorCode::StickIo));
            }
        }),
        _ => {
            let turn = chance.of(&[
                Key::Turn(Rotation::None),
                Key::Turn(Rotation::Half),
                Key::Larger,
                Key::Smaller,
            ]);
            watched.key(turn);
        }
    }
    come_back(watched);
}

/// A walk does not end in power off, and after a lock it is led back to the screens.
fn come_back(watched: &mut Watched) {
    let tag = watched.desk.kiosk.view().tag.to_string();
    if tag.contains("D-010") {
        watched.key(Key::Escape);
    }
    if tag == "S-200" {
        watched.type_text(PASSPHRASE);
        watched.key(Key::Enter);
    }
}

/// A kiosk that is used at random for so many steps.
fn walk(mut watched: Watched, seed: u64, steps: usize) {
    watched.act("start".into(), |desk| desk.log_in());
    watched.act("people".into(), |desk| desk.add_people(40));
    let mut chance = Chance(seed);
    for _ in 0..steps {
        step(&mut watched, &mut chance);
    }
}

#[test]
fn a_random_walk_on_the_smallest_screen() {
    let desk = Desk::new(1024, 768, "parts-walk");
    walk(Watched::new(desk), 0x9e37_79b9_7f4a_7c15, 1500);
}

#[test]
fn a_random_walk_with_the_converter() {
    let desk = Desk::converting(1280, 800, "parts-converting");
    walk(Watched::new(desk), 0x2545_f491_4f6c_dd1d, 700);
}

#[test]
fn the_code_tag_and_the_clock_are_right_after_much_else_was_drawn() {
    let mut watched = Watched::new(Desk::new(1024, 768, "parts-list"));
    watched.act("start".into(), |desk| desk.log_in());
    watched.act("people".into(), |desk| desk.add_people(2000));
    watched.key(Key::Char('1'));
    for _ in 0..40 {
        watched.key(Key::PageDown);
    }
    watched.act("a minute".into(), |desk| {
        desk.kiosk.now.unix += 60;
        desk.kiosk.event(Event::Tick);
    });
    watched.key(Key::Enter);
    watched.desk.at("S-420");
}

#[test]
fn the_first_run_up_to_the_recovery_words() {
    let mut watched = Watched::new(Desk::new(1024, 768, "parts-first-run"));
    watched.act("start".into(), |desk| desk.start(VaultState::None));
    watched.key(Key::Enter);
    for _ in 0..20 {
        watched.type_text("kuramorishouten");
        watched.key(Key::Escape);
    }
    // Name, no number, no postal code, address, the person responsible.
    watched.type_text("kuramorishouten");
    for _ in 0..4 {
        watched.key(Key::Enter);
    }
    for romaji in ["toukyouto", "yamada"] {
        watched.type_text(romaji);
        watched.key(Key::Enter);
        watched.key(Key::Enter);
    }
    for _ in 0..2 {
        watched.type_text(PASSPHRASE);
        watched.key(Key::Enter);
    }
    watched.desk.at("S-120");
}

#[test]
fn an_old_letter_is_found_and_a_shade_at_a_corner_is_not() {
    let white = Picture {
        width: 32,
        height: 32,
        pixels: vec![Xrgb(0xff_ffff); 32 * 32],
    };
    let with = |points: &[(usize, usize)]| {
        let mut picture = white.clone();
        for (x, y) in points {
            picture.pixels[y * 32 + x] = Xrgb(0);
        }
        picture
    };
    assert_eq!(difference(&white, &with(&[(3, 3), (3, 28)])), None);
    let stroke: Vec<_> = (8..20).map(|y| (12, y)).collect();
    assert!(difference(&white, &with(&stroke)).is_some());
}

#[test]
fn every_text_is_the_kiosks_own() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/ui");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let source = std::fs::read_to_string(&path).unwrap();
        let draws = source.contains("Text {") || source.contains("inherits Text ");
        let own = source.contains("import { Text } from \"text.slint\"");
        assert!(!draws || own || path.ends_with("text.slint"), "{path:?}");
    }
}
