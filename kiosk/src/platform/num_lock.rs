//! NumLock: what the number pad types, and the lamps of the keyboards.
//!
//! The firmware of many laptops and small keyboards follows the lamp: while it is lit, U I O J K L M
//! and their neighbours *are* a number pad, and a passphrase would come out as digits. Nothing tells
//! such a keyboard from others. So a lamp is lit by its own keyboard's key alone, and never because
//! the kiosk started or another keyboard's key was struck; and a pad types digits from the start,
//! lamp or no lamp, as that harms no letter. Putting a lamp out is always safe.

/// The NumLock lamp of a keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lamp {
    /// It says that it has none.
    Missing,
    Dark,
    Lit,
}

/// What number pads type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pad {
    #[default]
    Digits,
    /// Arrows, Home, End …
    Moves,
}

impl Pad {
    /// NumLock of a keyboard was struck: its lamp says on or off, where it has one. Gives back the
    /// pad and that lamp as they are then; while pads move, every lamp is dark.
    pub fn struck(self, lamp: Lamp) -> (Self, Lamp) {
        match (lamp, self) {
            (Lamp::Dark, _) => (Pad::Digits, Lamp::Lit),
            (Lamp::Lit, _) => (Pad::Moves, Lamp::Dark),
            (Lamp::Missing, Pad::Digits) => (Pad::Moves, Lamp::Missing),
            (Lamp::Missing, Pad::Moves) => (Pad::Digits, Lamp::Missing),
        }
    }

    /// The lamp of a keyboard as it should be, that was `lamp` until now.
    pub fn lamp(self, lamp: Lamp) -> Lamp {
        match (self, lamp) {
            (Pad::Moves, Lamp::Lit) => Lamp::Dark,
            (_, lamp) => lamp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pad_types_digits_from_the_start_and_the_first_stroke_lights_the_lamp() {
        let (pad, lamp) = Pad::default().struck(Lamp::Dark);
        assert_eq!((pad, lamp), (Pad::Digits, Lamp::Lit));
        assert_eq!(pad.struck(lamp), (Pad::Moves, Lamp::Dark));
        assert_eq!(Pad::Moves.struck(Lamp::Dark), (Pad::Digits, Lamp::Lit));
    }

    #[test]
    fn no_lamp_is_lit_but_by_its_own_key() {
        for pad in [Pad::Digits, Pad::Moves] {
            for lamp in [Lamp::Missing, Lamp::Dark] {
                assert_eq!(pad.lamp(lamp), lamp);
            }
        }
        // What the firmware or an earlier kiosk left lit stays lit while it tells the truth.
        assert_eq!(Pad::Digits.lamp(Lamp::Lit), Lamp::Lit);
        assert_eq!(Pad::Moves.lamp(Lamp::Lit), Lamp::Dark);
    }

    #[test]
    fn without_a_lamp_the_key_turns_the_pad_at_once() {
        assert_eq!(
            Pad::Digits.struck(Lamp::Missing),
            (Pad::Moves, Lamp::Missing)
        );
        assert_eq!(
            Pad::Moves.struck(Lamp::Missing),
            (Pad::Digits, Lamp::Missing)
        );
    }
}
