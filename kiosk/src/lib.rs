//! The kiosk: everything a person sees and types on the stick.
//!
//! It asks init and the keeper over inherited pipes and decides nothing itself. It never
//! opens the vault's files, never keeps what was typed longer than its screen, and has no
//! clipboard, no screenshot and no network.
//!
//! | part | what |
//! |---|---|
//! | [`app`] | the core: screens, forms, dialogs, what is asked; pure, no drawing, no I/O |
//! | `ui/*.slint` | how it looks: theme, widgets, one file a layout |
//! | [`bind`] | the core's `View` into Slint, the pointer's clicks back |
//! | [`ime`] | romaji → kana, and the seam for a kana-kanji converter |
//! | [`fonts`] | the fonts given to Slint, and which characters they can draw |
//! | [`platform`] | the edge: DRM, evdev, pipes on the stick |
//! | [`headless`] | the same drawing into memory, for tests and the code sheet |
//!
//! Every event of the world becomes an [`app::Event`], every wish of the core an
//! [`app::Effect`]:
//!
//! ```
//! use kiosk::app::{App, Effect, Event, Key, Now};
//! use kiosk::fonts::Coverage;
//! let mut app = App::new(Coverage::everything(), None);
//! let effects = app.update(Event::Tick, Now::default());
//! assert_eq!(effects, [Effect::AskInit(protocol::system::Request::Hello)]);
//! app.update(Event::Key(Key::F(1)), Now::default());
//! assert_eq!(app.view().tag.to_string(), "S-010 D-080");
//! ```

pub mod app;
pub mod bind;
pub mod fonts;
pub mod headless;
pub mod ime;
pub mod platform;

/// What slint-build made of `ui/`.
pub mod ui {
    #![allow(
        clippy::all,
        clippy::unwrap_used,
        clippy::todo,
        unsafe_code,
        reason = "generated code"
    )]
    slint::include_modules!();
}
