//! A touch screen: what is touched is what is meant. A touch clicks when the finger goes, a finger
//! that moves takes the content along. One that stays presses, and is the pointer until it goes.

use super::{Axis, Contacts, Motion, Raw, SLOTS};
use std::time::Duration;

/// The part of the screen's height that a finger trembles by.
const TREMBLE: f32 = 0.015;
/// A finger that stays for this long presses: what Android and iOS start with.
pub const LONG_PRESS: Duration = Duration::from_millis(500);
/// Two fingers that come within this come together, and mean nothing here. One that comes later types
/// with the other hand on the screen's keyboard, before the first has gone.
const TOGETHER: Duration = Duration::from_millis(60);

#[derive(Debug)]
pub struct TouchScreen {
    contacts: Contacts,
    axes: [Axis; 2],
    touch: Option<Touch>,
}

/// The finger that counts.
#[derive(Clone, Copy, Debug)]
struct Touch {
    slot: usize,
    began: (f32, f32),
    at: (f32, f32),
    since: Duration,
    means: Means,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Means {
    /// A click, if it goes.
    Click,
    /// To move the content.
    Scroll,
    /// It stayed until it pressed.
    Press,
    /// Another finger came with it.
    Nothing,
}

impl TouchScreen {
    pub(super) fn new(axes: [Axis; 2], by_slot: bool) -> Self {
        Self {
            contacts: Contacts::new(by_slot),
            axes,
            touch: None,
        }
    }

    pub(super) fn take(&mut self, raw: Raw, out: &mut Vec<Motion>) {
        if !self.contacts.take(raw) {
            return;
        }
        if let Some(touch) = self.touch {
            self.touch = match self.place(touch.slot) {
                Some(at) => Some(touch.moved(at, out)),
                None => {
                    touch.goes(out);
                    None
                }
            };
        }
        let came = |slot: &usize| {
            self.contacts.now[*slot].is_some() && self.contacts.before[*slot].is_none()
        };
        let newcomers: Vec<usize> = (0..SLOTS).filter(came).collect();
        for slot in newcomers {
            self.comes(slot, raw.at, out);
        }
        // Of a simple device, which tells of a second finger by a key.
        if self.contacts.count() > self.contacts.now.iter().flatten().count() {
            self.nothing_meant(out);
        }
        self.contacts.before = self.contacts.now;
    }

    /// Whether it holds the button down.
    pub(super) fn presses(&self) -> bool {
        self.touch.is_some_and(|touch| touch.means == Means::Press)
    }

    pub(super) fn due(&self) -> Option<Duration> {
        let touch = self.touch.filter(|touch| touch.means == Means::Click)?;
        Some(touch.since + LONG_PRESS)
    }

    pub(super) fn tick(&mut self, now: Duration, out: &mut Vec<Motion>) {
        if self.due().is_some_and(|due| due <= now)
            && let Some(touch) = &mut self.touch
        {
            touch.means = Means::Press;
            out.extend([Motion::LongPress, Motion::Button(true)]);
        }
    }

    /// Where a finger is, in parts of the panel.
    fn place(&self, slot: usize) -> Option<(f32, f32)> {
        let (x, y) = self.contacts.now[slot]?;
        Some((self.axes[0].part(x), self.axes[1].part(y)))
    }

    fn comes(&mut self, slot: usize, at: Duration, out: &mut Vec<Motion>) {
        let Some(place) = self.place(slot) else {
            return;
        };
        match self.touch {
            None => {}
            Some(first) if first.means == Means::Click && at >= first.since + TOGETHER => {
                first.goes(out);
            }
            Some(_) => return self.nothing_meant(out),
        }
        let (x, y) = place;
        out.extend([Motion::Touch, Motion::To { x, y }]);
        self.touch = Some(Touch {
            slot,
            began: place,
            at: place,
            since: at,
            means: Means::Click,
        });
    }

    fn nothing_meant(&mut self, out: &mut Vec<Motion>) {
        if let Some(touch) = &mut self.touch {
            if touch.means == Means::Press {
                out.push(Motion::Cancel);
            }
            touch.means = Means::Nothing;
        }
    }
}

impl Touch {
    fn goes(self, out: &mut Vec<Motion>) {
        match self.means {
            Means::Click => out.extend([Motion::Button(true), Motion::Button(false)]),
            Means::Press => out.push(Motion::Button(false)),
            Means::Scroll | Means::Nothing => {}
        }
    }

    fn moved(mut self, at: (f32, f32), out: &mut Vec<Motion>) -> Self {
        let (x, y) = (at.0 - self.at.0, at.1 - self.at.1);
        let far = (at.0 - self.began.0).hypot(at.1 - self.began.1) > TREMBLE;
        if self.means == Means::Click && far {
            self.means = Means::Scroll;
        }
        match self.means {
            // The way from where it began is made up for when it is clear that it moves.
            Means::Click => return self,
            Means::Scroll if (x, y) != (0.0, 0.0) => out.push(Motion::Drag { x, y }),
            Means::Press if (x, y) != (0.0, 0.0) => out.push(Motion::To { x: at.0, y: at.1 }),
            _ => {}
        }
        self.at = at;
        self
    }
}
