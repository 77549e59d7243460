//! A form: fields in a grid, Enter goes to the next, the last Enter submits.

use super::address::AddressFill;
use super::field::{Kind, TextField};
use super::view::Access;
use super::words::Both;
use codes::ErrorCode;
use protocol::clerk::Field;

mod building;
mod checking;
mod drawn;
mod filling;
mod keys;
mod notes;
#[cfg(test)]
mod tests;

pub use drawn::is_list;
pub use keys::form_key;
pub use notes::{Note, notes};

/// Which field is meant. Those the keeper knows, and those only the kiosk asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Id {
    Keeper(Field),
    ClockDate,
    ClockTime,
    PassphraseAgain,
    PostalCode,
    NumberSource,
    SameWords,
    Purpose,
    Stick,
    Layout,
    LayoutCheck,
    Language,
    Scale,
    Rotation,
    Display,
    WordReading,
    Word,
    WordKind,
}

/// What a field holds.
pub enum Value {
    Text(TextField),
    /// One of a few, by arrow keys or digits.
    Choice {
        options: Vec<String>,
        chosen: usize,
    },
}

pub struct FormField {
    pub id: Id,
    pub label: Both,
    pub required: bool,
    pub value: Value,
    pub error: Option<ErrorCode>,
    pub access: Access,
    row: usize,
    x: f32,
    width: f32,
    /// A new passphrase: how strong it is is shown, and a weak one is not left by Enter.
    strength: bool,
    /// It must hold what that field holds; what it is told otherwise.
    repeats: Option<(Id, ErrorCode)>,
    /// It means nothing while that field is empty, and is disabled.
    only_with: Option<Id>,
}

/// A field as a row takes it: which, its label, what it holds, whether it must be filled.
pub type Cell = (Id, Both, Value, bool);

#[derive(Default)]
pub struct Form {
    pub fields: Vec<FormField>,
    /// A field, or `fields.len()`: the action.
    focus: usize,
    next_row: usize,
    /// Passphrases are shown as they are.
    pub reveal: bool,
    /// Something was typed since the form was filled.
    pub touched: bool,
    /// The address that a postal code fills, if the form has one.
    address: Option<AddressFill>,
    /// The フリガナ that the form wrote itself.
    read: String,
}

impl Form {
    pub fn set_access(&mut self, id: Id, access: Access) {
        for field in self.fields.iter_mut().filter(|f| f.id == id) {
            field.access = access;
        }
    }

    pub fn focus_on(&mut self, index: usize) {
        let index = index.min(self.fields.len());
        if self.reachable(index) {
            self.focus = index;
        }
    }

    /// Which field has the focus; behind the last one, the action.
    pub fn focus(&self) -> usize {
        self.focus
    }

    /// The text of a field, whether or not it can be changed.
    pub fn text_mut(&mut self, index: usize) -> Option<&mut TextField> {
        match &mut self.fields.get_mut(index)?.value {
            Value::Text(text) => Some(text),
            Value::Choice { .. } => None,
        }
    }

    pub fn focused(&self) -> Option<&FormField> {
        self.fields.get(self.focus)
    }

    /// The text field under the caret.
    pub fn input(&mut self) -> Option<&mut TextField> {
        let field = self.fields.get_mut(self.focus)?;
        match &mut field.value {
            Value::Text(text) if field.access == Access::Edit => Some(text),
            _ => None,
        }
    }

    /// The kinds of its text fields.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.fields.iter().filter_map(|field| match &field.value {
            Value::Text(text) => Some(text.kind()),
            Value::Choice { .. } => None,
        })
    }

    pub fn text_of(&self, id: Id) -> &str {
        match self.fields.iter().find(|f| f.id == id).map(|f| &f.value) {
            Some(Value::Text(text)) => text.text(),
            _ => "",
        }
    }

    pub fn chosen(&self, id: Id) -> usize {
        match self.fields.iter().find(|f| f.id == id).map(|f| &f.value) {
            Some(Value::Choice { chosen, .. }) => *chosen,
            _ => 0,
        }
    }

    pub fn set_text(&mut self, id: Id, new: &str) {
        for field in self.fields.iter_mut().filter(|f| f.id == id) {
            if let Value::Text(text) = &mut field.value {
                text.set(new);
            }
        }
    }

    pub fn set_choice(&mut self, id: Id, new: usize) {
        for field in self.fields.iter_mut().filter(|f| f.id == id) {
            if let Value::Choice { chosen, options } = &mut field.value
                && field.access == Access::Edit
            {
                *chosen = new.min(options.len().saturating_sub(1));
            }
        }
    }

    /// New options of a choice; what was chosen stays if it is still there. Without any the
    /// field is disabled.
    pub fn set_options(&mut self, id: Id, new: Vec<String>) {
        for field in self.fields.iter_mut().filter(|f| f.id == id) {
            if let Value::Choice { chosen, options } = &mut field.value {
                let kept = options
                    .get(*chosen)
                    .and_then(|old| new.iter().position(|n| n == old));
                *chosen = kept.unwrap_or(0);
                *options = new.clone();
                field.access = if new.is_empty() {
                    Access::Disabled
                } else {
                    Access::Edit
                };
            }
        }
        if !self.reachable(self.focus) {
            self.step(true);
        }
    }

    /// Wipes every text and begins again at the first field.
    pub fn clear(&mut self) {
        for field in &mut self.fields {
            if let Value::Text(text) = &mut field.value {
                text.clear();
            }
        }
        self.focus = 0;
        self.touched = false;
        self.read.clear();
        self.follow();
    }

    /// Called after the focused field's text changed.
    pub fn edited(&mut self) {
        self.touched = true;
        if let Some(field) = self.fields.get_mut(self.focus) {
            field.error = None;
        }
        self.read_name();
        self.follow();
    }
}
