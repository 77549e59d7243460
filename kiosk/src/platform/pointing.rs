//! What a mouse, a touchpad, a tablet or a touch screen does, from the raw events of one
//! evdev node. Pure: fed event by event, tested with recorded lists.
//!
//! Event types and codes: `linux/input-event-codes.h`; contacts of touch devices: the
//! kernel's multi-touch protocol, type B (Documentation/input/multi-touch-protocol.rst).

use std::time::Duration;

mod touch_screen;

pub use touch_screen::{LONG_PRESS, TouchScreen};

/// Rows that one click of a wheel scrolls take so many logical pixels.
const WHEEL_CLICK: f32 = 120.0;
/// Logical pixels a slow finger moves the pointer by for each millimetre of touchpad.
const PIXELS_PER_MM: f32 = 8.0;
/// What a touchpad that does not know its size is taken to be wide, in millimetres.
const USUAL_WIDTH: f32 = 100.0;
/// A finger that comes and goes within this, without moving further than that, taps.
const TAP_TIME: Duration = Duration::from_millis(200);
const TAP_MM: f32 = 2.5;
/// A palm that touches the pad while the other hand types is no tap and moves nothing.
const HUSH: Duration = Duration::from_millis(300);
/// Contacts that are told apart.
const SLOTS: usize = 10;

/// One event as the kernel gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raw {
    /// On the kernel's clock.
    pub at: Duration,
    pub kind: u16,
    pub code: u16,
    pub value: i32,
}

/// What happened to the pointer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Motion {
    /// It moved by so many logical pixels, as the picture stands.
    By { x: f32, y: f32 },
    /// It is at this part (0–1) of the panel, as the panel is built.
    To { x: f32, y: f32 },
    /// The left button, or what stands for it, is pressed or let go.
    Button(bool),
    /// What was pressed is not meant any more: nothing is clicked.
    Cancel,
    /// A finger stays where it is, which presses; only the press that follows is one.
    LongPress,
    /// The content follows by so many logical pixels; down is positive.
    Scroll(f32),
    /// The content follows a finger by so large a part of the panel, as it is built.
    Drag { x: f32, y: f32 },
    /// A finger touched the screen: there is somebody without a mouse.
    Touch,
}

const EV_SYN: u16 = 0;
const EV_KEY: u16 = 1;
const EV_REL: u16 = 2;
const EV_ABS: u16 = 3;
const REL_X: u16 = 0;
const REL_Y: u16 = 1;
const REL_WHEEL: u16 = 8;
const ABS_X: u16 = 0;
const ABS_Y: u16 = 1;
const ABS_MT_SLOT: u16 = 0x2f;
const ABS_MT_POSITION_X: u16 = 0x35;
const ABS_MT_POSITION_Y: u16 = 0x36;
const ABS_MT_TRACKING_ID: u16 = 0x39;
const BTN_LEFT: u16 = 0x110;
const BTN_TOUCH: u16 = 0x14a;
const BTN_TOOL_DOUBLETAP: u16 = 0x14d;

/// An absolute axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Axis {
    pub low: i32,
    pub high: i32,
    /// Units in a millimetre; 0 where the device does not say.
    pub per_mm: i32,
}

impl Axis {
    fn part(self, value: i32) -> f32 {
        (value - self.low) as f32 / (self.high - self.low).max(1) as f32
    }
}

/// What a device says that it can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    /// `REL_X` and `REL_Y`
    pub relative: bool,
    /// `ABS_X`, `ABS_Y`, or the axes of contacts where it has those.
    pub axes: Option<[Axis; 2]>,
    /// It tells contacts apart (`ABS_MT_SLOT`).
    pub contacts: bool,
    /// `INPUT_PROP_DIRECT`: what is touched is the screen.
    pub direct: bool,
    /// `BTN_TOUCH`
    pub touch: bool,
    /// `BTN_TOOL_FINGER`: a finger near it, which only touchpads tell.
    pub finger: bool,
    /// `BTN_LEFT`
    pub button: bool,
}

/// A device that points.
#[derive(Debug)]
pub enum Pointing {
    Mouse(Mouse),
    Tablet(Tablet),
    Touchpad(Touchpad),
    Screen(TouchScreen),
}

impl Pointing {
    /// What a device with these traits is, as libinput and udev tell them apart; nothing
    /// for a keyboard.
    pub fn of(traits: Traits) -> Option<Self> {
        match traits.axes {
            Some(axes) if traits.finger && !traits.direct => {
                Some(Self::Touchpad(Touchpad::new(axes, traits.contacts)))
            }
            Some(axes) if traits.direct || traits.touch && !traits.button => {
                Some(Self::Screen(TouchScreen::new(axes, traits.contacts)))
            }
            Some(axes) if traits.button || traits.touch => Some(Self::Tablet(Tablet {
                axes,
                ..Tablet::default()
            })),
            _ if traits.relative => Some(Self::Mouse(Mouse::default())),
            _ => None,
        }
    }

    /// Takes one event; what it means is added to `out` once the device's report is whole.
    pub fn take(&mut self, raw: Raw, out: &mut Vec<Motion>) {
        match self {
            Self::Mouse(mouse) => mouse.take(raw, out),
            Self::Tablet(tablet) => tablet.take(raw, out),
            Self::Touchpad(pad) => pad.take(raw, out),
            Self::Screen(screen) => screen.take(raw, out),
        }
    }

    /// Whether it moves the arrow. A finger points by itself.
    pub fn has_arrow(&self) -> bool {
        !matches!(self, Self::Screen(_))
    }

    /// A key was typed.
    pub fn hush(&mut self, at: Duration) {
        if let Self::Touchpad(pad) = self {
            pad.quiet_until = at + HUSH;
        }
    }

    /// The device is gone: what it held down is not clicked.
    pub fn release(&self, out: &mut Vec<Motion>) {
        let down = match self {
            Self::Mouse(mouse) => mouse.down,
            Self::Tablet(tablet) => tablet.down,
            Self::Touchpad(pad) => pad.down,
            Self::Screen(screen) => screen.presses(),
        };
        if down {
            out.push(Motion::Cancel);
        }
    }

    /// When something happens by itself if nothing else does, on the clock of the events.
    pub fn due(&self) -> Option<Duration> {
        match self {
            Self::Screen(screen) => screen.due(),
            _ => None,
        }
    }

    /// Time went on.
    pub fn tick(&mut self, now: Duration, out: &mut Vec<Motion>) {
        if let Self::Screen(screen) = self {
            screen.tick(now, out);
        }
    }
}

/// Whether the arrow went with a device: those that are `left` move none.
pub fn is_arrow_gone<'a>(gone: &Pointing, mut left: impl Iterator<Item = &'a Pointing>) -> bool {
    gone.has_arrow() && !left.any(Pointing::has_arrow)
}

/// Moves by counts; faster ones go further.
#[derive(Debug, Default)]
pub struct Mouse {
    by: (i32, i32),
    down: bool,
}

impl Mouse {
    fn take(&mut self, raw: Raw, out: &mut Vec<Motion>) {
        match (raw.kind, raw.code) {
            (EV_REL, REL_X) => self.by.0 += raw.value,
            (EV_REL, REL_Y) => self.by.1 += raw.value,
            (EV_REL, REL_WHEEL) => out.push(Motion::Scroll(raw.value as f32 * WHEEL_CLICK)),
            (EV_KEY, BTN_LEFT) => {
                self.moved(out);
                self.down = raw.value != 0;
                out.push(Motion::Button(self.down));
            }
            (EV_SYN, 0) => self.moved(out),
            _ => {}
        }
    }

    fn moved(&mut self, out: &mut Vec<Motion>) {
        let (x, y) = std::mem::take(&mut self.by);
        if (x, y) != (0, 0) {
            let (x, y) = (x as f32, y as f32);
            // Up to four counts a report are aiming; from twenty on the way is long.
            let gain = 1.0 + ((x.hypot(y) - 4.0) / 16.0).clamp(0.0, 1.0);
            out.push(Motion::By {
                x: x * gain,
                y: y * gain,
            });
        }
    }
}

/// Says where on the screen it points, like the pointer of a virtual machine.
#[derive(Debug, Default)]
pub struct Tablet {
    axes: [Axis; 2],
    at: (i32, i32),
    moved: bool,
    down: bool,
}

impl Tablet {
    fn take(&mut self, raw: Raw, out: &mut Vec<Motion>) {
        match (raw.kind, raw.code) {
            (EV_ABS, ABS_X) => (self.at.0, self.moved) = (raw.value, true),
            (EV_ABS, ABS_Y) => (self.at.1, self.moved) = (raw.value, true),
            (EV_REL, REL_WHEEL) => out.push(Motion::Scroll(raw.value as f32 * WHEEL_CLICK)),
            (EV_KEY, BTN_LEFT | BTN_TOUCH) => {
                self.point(out);
                self.down = raw.value != 0;
                out.push(Motion::Button(self.down));
            }
            (EV_SYN, 0) => self.point(out),
            _ => {}
        }
    }

    fn point(&mut self, out: &mut Vec<Motion>) {
        if std::mem::take(&mut self.moved) {
            out.push(Motion::To {
                x: self.axes[0].part(self.at.0),
                y: self.axes[1].part(self.at.1),
            });
        }
    }
}

/// The fingers on a touch device.
#[derive(Debug)]
struct Contacts {
    /// It tells them apart; else there is one, and how many more is told by a key.
    by_slot: bool,
    slot: usize,
    now: [Option<(i32, i32)>; SLOTS],
    /// As the last report left them.
    before: [Option<(i32, i32)>; SLOTS],
    /// Where the one finger of a simple device is or was.
    single: (i32, i32),
    second: bool,
}

impl Contacts {
    fn new(by_slot: bool) -> Self {
        Self {
            by_slot,
            slot: 0,
            now: [None; SLOTS],
            before: [None; SLOTS],
            single: (0, 0),
            second: false,
        }
    }

    /// Gives back whether a report is whole.
    fn take(&mut self, raw: Raw) -> bool {
        match (raw.kind, raw.code) {
            (EV_SYN, 0) => return true,
            (EV_ABS, ABS_MT_SLOT) => self.slot = usize::try_from(raw.value).unwrap_or(SLOTS),
            (EV_ABS, ABS_MT_TRACKING_ID) => {
                if let Some(contact) = self.now.get_mut(self.slot) {
                    // A place is told before the report ends.
                    *contact = (raw.value >= 0).then(|| contact.unwrap_or_default());
                }
            }
            (EV_ABS, ABS_MT_POSITION_X) => self.place(|at| at.0 = raw.value),
            (EV_ABS, ABS_MT_POSITION_Y) => self.place(|at| at.1 = raw.value),
            _ if self.by_slot => {}
            (EV_ABS, ABS_X) => self.single.0 = raw.value,
            (EV_ABS, ABS_Y) => self.single.1 = raw.value,
            (EV_KEY, BTN_TOUCH) => self.now[0] = (raw.value != 0).then_some(self.single),
            (EV_KEY, BTN_TOOL_DOUBLETAP) => self.second = raw.value != 0,
            _ => {}
        }
        if !self.by_slot && self.now[0].is_some() {
            self.now[0] = Some(self.single);
        }
        false
    }

    fn place(&mut self, set: impl FnOnce(&mut (i32, i32))) {
        if let Some(Some(contact)) = self.now.get_mut(self.slot) {
            set(contact);
        }
    }

    fn count(&self) -> usize {
        let fingers = self.now.iter().flatten().count();
        // The key may outlast the finger by a report.
        fingers + usize::from(self.second && fingers > 0)
    }

    /// How far each finger that stayed has gone, in units; ends the report.
    fn steps(&mut self) -> Vec<(f32, f32)> {
        let steps = self.now.iter().zip(&self.before);
        let steps = steps.filter_map(|(now, before)| {
            let (now, before) = ((*now)?, (*before)?);
            Some(((now.0 - before.0) as f32, (now.1 - before.1) as f32))
        });
        let steps = steps.collect();
        self.before = self.now;
        steps
    }
}

/// A pad beside the keyboard: one finger moves, a short touch clicks, two fingers scroll.
#[derive(Debug)]
pub struct Touchpad {
    contacts: Contacts,
    /// Units in a millimetre.
    per_mm: [f32; 2],
    fingers: usize,
    touch: Option<PadTouch>,
    down: bool,
    quiet_until: Duration,
}

/// From the first finger that comes to the last that goes.
#[derive(Debug)]
struct PadTouch {
    began: Duration,
    /// Millimetres.
    gone: f32,
    most: usize,
    /// It began while somebody typed.
    palm: bool,
}

impl Touchpad {
    fn new(axes: [Axis; 2], by_slot: bool) -> Self {
        let per_mm = axes.map(|axis| match axis.per_mm {
            known @ 1.. => known as f32,
            // As if it were square in its units.
            _ => (axes[0].high - axes[0].low).max(1) as f32 / USUAL_WIDTH,
        });
        Self {
            contacts: Contacts::new(by_slot),
            per_mm,
            fingers: 0,
            touch: None,
            down: false,
            quiet_until: Duration::ZERO,
        }
    }

    fn take(&mut self, raw: Raw, out: &mut Vec<Motion>) {
        if (raw.kind, raw.code) == (EV_KEY, BTN_LEFT) {
            self.down = raw.value != 0;
            out.push(Motion::Button(self.down));
            if let Some(touch) = &mut self.touch {
                // A pad that is pressed was not tapped.
                touch.gone = f32::INFINITY;
            }
        } else if self.contacts.take(raw) {
            self.report(raw.at, out);
        }
    }

    fn report(&mut self, at: Duration, out: &mut Vec<Motion>) {
        let count = self.contacts.count();
        let steps = self.contacts.steps();
        if count != self.fingers {
            // A finger more or less shifts what the pad takes for the middle: no motion.
            self.fingers = count;
            self.fingers_changed(at, count, out);
            return;
        }
        let Some(touch) = &mut self.touch else {
            return;
        };
        let mm = |(x, y): (f32, f32)| (x / self.per_mm[0], y / self.per_mm[1]);
        let steps: Vec<(f32, f32)> = steps.into_iter().map(mm).collect();
        let farthest = steps
            .iter()
            .copied()
            .max_by(|a, b| a.0.hypot(a.1).total_cmp(&b.0.hypot(b.1)));
        let Some((x, y)) = farthest.filter(|step| *step != (0.0, 0.0)) else {
            return;
        };
        let still = touch.gone <= TAP_MM;
        touch.gone += x.hypot(y);
        // Until it is clear that this is no tap, the pointer stays where it aims.
        if touch.palm || still && touch.gone <= TAP_MM && at < touch.began + TAP_TIME {
            return;
        }
        match count {
            2 if !self.down => {
                let sum: f32 = steps.iter().map(|step| step.1).sum();
                let mean = sum / steps.len() as f32;
                if mean != 0.0 {
                    out.push(Motion::Scroll(mean * PIXELS_PER_MM));
                }
            }
            1 | 2 => {
                let gain = PIXELS_PER_MM * (1.0 + (x.hypot(y) - 0.5).clamp(0.0, 2.0));
                out.push(Motion::By {
                    x: x * gain,
                    y: y * gain,
                });
            }
            _ => {}
        }
    }

    fn fingers_changed(&mut self, at: Duration, count: usize, out: &mut Vec<Motion>) {
        match &mut self.touch {
            None => {
                self.touch = Some(PadTouch {
                    began: at,
                    gone: 0.0,
                    most: count,
                    palm: at < self.quiet_until,
                });
            }
            Some(touch) if count > 0 => touch.most = touch.most.max(count),
            Some(touch) => {
                let short = at <= touch.began + TAP_TIME && touch.gone <= TAP_MM;
                if short && touch.most == 1 && !touch.palm && !self.down {
                    out.extend([Motion::Button(true), Motion::Button(false)]);
                }
                self.touch = None;
            }
        }
    }
}

#[cfg(test)]
#[path = "pointing_tests.rs"]
mod tests;
