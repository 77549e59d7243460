//! The pointer in lines of text: caret and selection. And where a held key may go on.

use super::App;
use super::event::{Target, TextPointer};
use super::field::{Spot, Unit};
use super::key::Key;
use std::ops::Range;
use std::time::Duration;

/// A press this soon after another, and this near to it, is its second one: what Windows starts with,
/// and twice its distance, as fingers are broader than mice.
const DOUBLE_CLICK: Duration = Duration::from_millis(500);
const NEAR: f32 = 8.0;
/// The press of a finger that stays follows at once; by then it went elsewhere.
const AT_ONCE: Duration = Duration::from_millis(100);

/// Presses at one place.
#[derive(Clone, Copy)]
struct Presses {
    count: u8,
    field: usize,
    screen: u64,
    x: f32,
    at: Duration,
}

/// A selection that grows while the button is down.
struct Drag {
    field: usize,
    screen: u64,
    unit: Unit,
    from: Range<usize>,
}

/// Where something is typed.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    screen: u64,
    dialogs: usize,
    /// Its text field is told from others by where it stands in memory.
    field: Option<usize>,
}

#[derive(Default)]
pub(super) struct Hand {
    presses: Option<Presses>,
    drag: Option<Drag>,
    /// When a finger stayed last.
    stayed: Option<Duration>,
    /// Where the last key was struck.
    struck: Option<Place>,
    /// When something was clicked last.
    clicked: Option<Duration>,
}

impl Hand {
    pub fn stays(&mut self, now: Duration) {
        self.stayed = Some(now);
    }

    /// Something is clicked; gives back whether it is the second click of a double one, which those
    /// who double-click everything do not mean.
    pub fn clicks(&mut self, now: Duration) -> bool {
        let last = self.clicked.replace(now);
        last.is_some_and(|last| now.saturating_sub(last) <= DOUBLE_CLICK)
    }

    fn pressed(&mut self, now: Presses) -> u8 {
        let again = self.presses.filter(|last| {
            (last.field, last.screen) == (now.field, now.screen)
                && (now.x - last.x).abs() <= NEAR
                && now.at.saturating_sub(last.at) <= DOUBLE_CLICK
        });
        let stayed = self.stayed.take();
        let long = stayed.is_some_and(|then| now.at.saturating_sub(then) <= AT_ONCE);
        let count = match (long, again) {
            (true, _) => 2,
            (false, Some(last)) => last.count % 3 + 1,
            (false, None) => 1,
        };
        self.presses = Some(Presses { count, ..now });
        count
    }
}

impl App {
    pub(super) fn text_pointer(&mut self, field: usize, what: TextPointer) {
        match what {
            TextPointer::Press { spot, x, shift } => self.press_text(field, spot, x, shift),
            TextPointer::Drag(spot) => self.drag_text(field, spot),
            TextPointer::Release => self.hand.drag = None,
        }
    }

    fn press_text(&mut self, index: usize, spot: Spot, x: f32, shift: bool) {
        let count = self.hand.pressed(Presses {
            count: 1,
            field: index,
            screen: self.serial,
            x,
            at: self.shared.now.monotonic,
        });
        self.hand.drag = None;
        if !self.dialogs.is_empty() {
            return;
        }
        self.finish_composing();
        let was = self.place_of_typing();
        if !self.focus_text(index) {
            return;
        }
        let same = self.place_of_typing() == was;
        let Some(field) = self.screen.input() else {
            return;
        };
        let unit = match count {
            1 => Unit::Character,
            2 => field.second_click(),
            _ => Unit::All,
        };
        let extend = shift && same && count == 1;
        let from = field.press(spot, unit, extend);
        self.hand.drag = Some(Drag {
            field: index,
            screen: self.serial,
            unit,
            from,
        });
    }

    /// Goes to a text field; gives back whether it has the focus now. What can only be read gets it,
    /// but has no caret.
    fn focus_text(&mut self, index: usize) -> bool {
        let reached = match self.screen.form() {
            Some(form) => {
                form.focus_on(index);
                form.focus() == index
            }
            None => {
                self.with_screen(|screen, cx| screen.pointed(Target::Field(index), cx));
                true
            }
        };
        if reached && self.touched && self.screen.input().is_some() {
            self.keyboard.open();
        }
        reached
    }

    fn drag_text(&mut self, index: usize, spot: Spot) {
        let Some(drag) = &self.hand.drag else {
            return;
        };
        let here = (drag.field, drag.screen) == (index, self.serial) && self.dialogs.is_empty();
        let input = match self.screen.form() {
            Some(form) if form.focus() != index => None,
            _ => self.screen.input(),
        };
        if let (true, Some(field)) = (here, input) {
            field.drag(spot, drag.unit, &drag.from);
        }
    }

    /// How far the text of a field is scrolled, so that it stays where it is while it is pointed at.
    pub(super) fn text_scrolled(&mut self, index: usize, by: f32) {
        let field = match self.screen.form() {
            Some(form) => form.text_mut(index),
            None => self.screen.input(),
        };
        if let Some(field) = field {
            field.scroll = by;
        }
    }

    fn place_of_typing(&mut self) -> Place {
        Place {
            screen: self.serial,
            dialogs: self.dialogs.len(),
            field: self
                .screen
                .input()
                .map(|field| std::ptr::from_ref(field).addr()),
        }
    }

    /// A key was struck: from here on it repeats where it is now, and no selection grows.
    pub(super) fn struck(&mut self) {
        self.hand.drag = None;
        self.hand.struck = Some(self.place_of_typing());
    }

    /// Whether a held key may go on: what it brought up must not take its repetitions. Keys that move
    /// may leave the field, others would write into the next.
    pub(super) fn may_repeat(&mut self, key: Key) -> bool {
        let now = self.place_of_typing();
        self.hand.struck.is_some_and(|struck| {
            let moves = matches!(key, Key::Up | Key::Down | Key::PageUp | Key::PageDown);
            let same_screen = (struck.screen, struck.dialogs) == (now.screen, now.dialogs);
            same_screen && (moves || struck.field == now.field)
        })
    }
}
