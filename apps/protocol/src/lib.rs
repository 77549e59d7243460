//! What the processes on the stick say to each other over their inherited pipes.
//!
//! There are four conversations, each a closed pair of enums in a module of its own:
//!
//! | module     | asks   | answers | over |
//! |------------|--------|---------|------|
//! | [`clerk`]  | kiosk  | keeper  | two pipes |
//! | [`system`] | kiosk  | init    | two pipes |
//! | [`vessel`] | init   | keeper  | two pipes |
//! | [`foreign`]| keeper | porter  | carried as opaque bytes inside [`vessel`], one porter process a job |
//!
//! Three jobs of [`foreign`] come from init itself, on the boot partition: blessing the slot
//! that booted, reading and keeping the [`settings`] of screen and keyboard.
//!
//! A message is a frame: its length as a little-endian `u32`, then [postcard] bytes.
//! A frame longer than the reader's bound is refused before anything is parsed.
//! The crate does no I/O; [`FrameReader`] takes bytes as they come.
//!
//! [postcard]: https://docs.rs/postcard

pub mod clerk;
pub mod foreign;
mod frame;
mod secret;
pub mod settings;
pub mod system;
pub mod vessel;

pub use frame::{FrameError, FrameReader, MAX_FRAME, decode, encode};
pub use secret::{Bytes, Secret};
