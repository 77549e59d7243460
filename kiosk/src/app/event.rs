//! What happens to the kiosk, and what it wants done.

use super::field::Spot;
use super::key::Key;
use protocol::clerk::{Reply, Request};
use protocol::settings::Settings;
use protocol::system;
use std::time::Duration;

/// The two clocks the core needs, read by the edge at each event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Seconds since 1970-01-01 UTC, as the system clock says.
    pub unix: i64,
    /// Since some fixed moment; never runs backwards.
    pub monotonic: Duration,
}

/// What happens to the kiosk.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "a handful of them lives at a time, each moved once or twice"
)]
pub enum Event {
    Key(Key),
    /// A key of a keyboard with a kana printed on it.
    KanaKey(Key, char),
    /// A key that is held down goes on, with the kana printed on it if there is one.
    Repeat(Key, Option<char>),
    /// The pointer chose something.
    Click(Target),
    /// The pointer is in the text of this field.
    Text(usize, TextPointer),
    /// The text of this field is scrolled by so many logical pixels now.
    Scrolled(usize, f32),
    /// The wheel turned, in rows; down is positive.
    Wheel(isize),
    /// The pointer moved: somebody is there.
    Stir,
    Init(system::Event),
    Keeper(Reply),
    /// So many rows of a table fit on the screen.
    VisibleRows(usize),
    /// What Caps Lock and NumLock are now.
    Locks(Locks),
    /// A finger touched the screen.
    Touch,
    /// It stays: the press that follows at once is its.
    LongPress,
    /// The screens are these now.
    Screens(Screens),
    /// Time went on.
    Tick,
}

/// What the pointer chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Field(usize),
    /// An option of a field that is chosen.
    Choice(usize, usize),
    Action,
    Menu(usize),
    /// A visible row, from the top of what is seen.
    Row(usize),
    Tab(usize),
    /// The title of a column.
    Column(usize),
    FKey(u8),
    /// A choice of the dialog.
    Answer(usize),
    /// The button that cancels the dialog's work.
    Cancel,
    CloseHelp,
    /// A key of the keyboard on the screen, in the order they are shown.
    Key(usize),
    /// A candidate of the page that is seen.
    Candidate(usize),
}

/// What the left button, or a finger, does in a line of text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TextPointer {
    /// `x` is in logical pixels of the field.
    Press {
        spot: Spot,
        x: f32,
        shift: bool,
    },
    /// It moved while pressed, out of the field perhaps.
    Drag(Spot),
    Release,
}

/// What the locks of the keyboard are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locks {
    pub caps: bool,
    /// The number pad types numbers.
    pub num: bool,
    /// The NumLock lamp of a keyboard is lit: its letters may be a number pad.
    pub num_lit: bool,
}

impl Default for Locks {
    /// A number pad is there to type numbers.
    fn default() -> Self {
        Self {
            caps: false,
            num: true,
            num_lit: false,
        }
    }
}

/// What the edge knows of the screens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Screens {
    /// How many are connected.
    pub count: usize,
    /// Pixels of the picture as it stands.
    pub width: u32,
    pub height: u32,
    /// The scale it is drawn at now.
    pub percent: u16,
}

/// What the edge must do.
#[derive(Debug, PartialEq)]
#[allow(
    clippy::large_enum_variant,
    reason = "a handful of them lives at a time, each moved once or twice"
)]
pub enum Effect {
    AskInit(system::Request),
    AskKeeper(Request),
    /// Keyboard and screen are to be like this from now on.
    Use(Settings),
}
