//! Keys in a form: to the next field, into a choice, on to what the screen does.

use super::{Form, Id, Value};
use crate::app::field::Kind;
use crate::app::key::Key;
use crate::app::view::Access;
use crate::app::{Cx, Screen};

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Ignored,
    Handled,
    Submit,
    /// A complete postal code was left: the address may be filled.
    PostalCode,
}

/// What a screen that is a form does with a key, unless it does something of its own.
pub fn form_key<S: Screen + ?Sized>(screen: &mut S, key: Key, cx: &mut Cx) -> bool {
    let Some(form) = screen.form() else {
        return false;
    };
    match form.key(key) {
        Act::Ignored => return false,
        Act::Handled => {}
        Act::Submit => screen.submit(cx),
        Act::PostalCode => {
            let offer = form.look_up(cx.shared.postal_codes.as_deref());
            if let Some(offer) = offer {
                cx.open(offer.dialog(cx.shared.settings.language));
            }
        }
    }
    true
}

impl Form {
    pub fn key(&mut self, key: Key) -> Act {
        let before = self.focus;
        let act = self.take(key);
        if self.focus != before {
            self.entered();
        }
        act
    }

    fn take(&mut self, key: Key) -> Act {
        match key {
            Key::F(12) => Act::Submit,
            Key::F(2) if self.has_passphrase() => {
                self.reveal = !self.reveal;
                Act::Handled
            }
            Key::Enter => {
                if self.focus >= self.fields.len() {
                    return Act::Submit;
                }
                if self.check_focused() {
                    return Act::Handled;
                }
                if self.next(true).is_none_or(|next| next >= self.fields.len()) {
                    return Act::Submit;
                }
                self.leave()
            }
            Key::Tab | Key::Down => {
                self.check_focused();
                self.leave()
            }
            Key::BackTab | Key::Up => {
                self.step(false);
                Act::Handled
            }
            _ => self.choose(key),
        }
    }

    fn has_passphrase(&self) -> bool {
        self.fields
            .iter()
            .any(|f| matches!(&f.value, Value::Text(text) if text.kind() == Kind::Passphrase))
    }

    /// Goes on to the next field, out of a postal code perhaps.
    fn leave(&mut self) -> Act {
        let postal = self
            .focused()
            .is_some_and(|f| f.id == Id::PostalCode && f.error.is_none());
        self.step(true);
        if postal {
            Act::PostalCode
        } else {
            Act::Handled
        }
    }

    pub(super) fn reachable(&self, index: usize) -> bool {
        self.fields
            .get(index)
            .is_none_or(|f| f.access != Access::Disabled)
    }

    /// What the focus reaches next; the action stands after the last field.
    fn next(&self, forward: bool) -> Option<usize> {
        let count = self.fields.len() + 1;
        let step = if forward { 1 } else { count - 1 };
        (1..count)
            .map(|n| (self.focus + n * step) % count)
            .find(|index| self.reachable(*index))
    }

    pub(super) fn step(&mut self, forward: bool) {
        if let Some(next) = self.next(forward) {
            self.focus = next;
        }
    }

    fn choose(&mut self, key: Key) -> Act {
        let Some(field) = self.fields.get_mut(self.focus) else {
            return Act::Ignored;
        };
        let Value::Choice { options, chosen } = &mut field.value else {
            return Act::Ignored;
        };
        if field.access != Access::Edit {
            return Act::Ignored;
        }
        let new = match key {
            Key::Left => chosen.saturating_sub(1),
            Key::Right => *chosen + 1,
            Key::Home => 0,
            Key::End => options.len().saturating_sub(1),
            Key::Char(' ') => (*chosen + 1) % options.len().max(1),
            // 0 is the tenth, as it is on the keyboard.
            Key::Char(digit) => match digit.to_digit(10) {
                Some(n) => (n as usize + 9) % 10,
                None => return Act::Ignored,
            },
            _ => return Act::Ignored,
        };
        if new < options.len() {
            *chosen = new;
            field.error = None;
            self.touched = true;
        }
        Act::Handled
    }
}
