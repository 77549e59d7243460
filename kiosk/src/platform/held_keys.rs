//! Which keys are down, on which keyboard: a key is up when the last keyboard has let it go, and a
//! keyboard that is pulled lets go of all it held.

use std::collections::BTreeSet;

const RELEASED: i32 = 0;
const PRESSED: i32 = 1;

/// Keyboards are told apart by `K`.
#[derive(Debug)]
pub struct HeldKeys<K> {
    down: BTreeSet<(K, u16)>,
}

impl<K> Default for HeldKeys<K> {
    fn default() -> Self {
        Self {
            down: BTreeSet::new(),
        }
    }
}

impl<K: Ord + Clone> HeldKeys<K> {
    /// Takes what a keyboard says of a key: 0 released, 1 pressed, 2 repeated. Gives back whether it
    /// counts: not while another keyboard holds the same key, and not the repetition of a key that
    /// nobody saw pressed.
    pub fn take(&mut self, keyboard: &K, code: u16, value: i32) -> bool {
        let key = (keyboard.clone(), code);
        match value {
            RELEASED => self.down.remove(&key) && !self.is_down(code),
            PRESSED => {
                self.down.insert(key);
                true
            }
            _ => self.down.contains(&key),
        }
    }

    /// The keyboard is gone; gives back the keys that nobody holds any more.
    pub fn lose(&mut self, keyboard: &K) -> Vec<u16> {
        let (lost, kept) = std::mem::take(&mut self.down)
            .into_iter()
            .partition(|(of, _)| of == keyboard);
        self.down = kept;
        let lost: BTreeSet<(K, u16)> = lost;
        let codes = lost.into_iter().map(|(_, code)| code);
        codes.filter(|code| !self.is_down(*code)).collect()
    }

    fn is_down(&self, code: u16) -> bool {
        self.down.iter().any(|(_, held)| *held == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIFT: u16 = 42;
    const A: u16 = 30;

    #[test]
    fn shift_is_held_until_the_last_keyboard_lets_it_go() {
        let mut keys = HeldKeys::default();
        assert!(keys.take(&"one", SHIFT, 1));
        assert!(keys.take(&"two", SHIFT, 1));
        assert!(!keys.take(&"one", SHIFT, 0));
        assert!(keys.take(&"two", SHIFT, 0));
    }

    #[test]
    fn a_keyboard_that_is_pulled_lets_go_of_its_own_keys_alone() {
        let mut keys = HeldKeys::default();
        for (keyboard, code) in [("one", SHIFT), ("one", A), ("two", SHIFT)] {
            keys.take(&keyboard, code, 1);
        }
        assert_eq!(keys.lose(&"one"), [A]);
        assert!(keys.lose(&"one").is_empty());
        assert_eq!(keys.lose(&"two"), [SHIFT]);
    }

    #[test]
    fn what_nobody_saw_pressed_is_neither_repeated_nor_released() {
        let mut keys = HeldKeys::default();
        assert!(!keys.take(&"one", A, 2));
        assert!(!keys.take(&"one", A, 0));
        keys.take(&"one", A, 1);
        assert!(keys.take(&"one", A, 2));
        assert!(!keys.take(&"two", A, 2));
    }
}
