//! A form: fields in a grid, Enter goes to the next, the last Enter submits.

use super::Look;
use super::check;
use super::field::{Kind, TextField};
use super::key::Key;
use super::view::{FieldView, FormView};
use super::words::Both;
use codes::ErrorCode;
use protocol::clerk::{Field, FieldError};

/// Which field is meant. Those the keeper knows, and those only the kiosk asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Id {
    Keeper(Field),
    ClockDate,
    ClockTime,
    PassphraseAgain,
    SameWords,
    Purpose,
    Stick,
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
    row: usize,
    x: f32,
    width: f32,
    /// Show how strong what is typed is.
    strength: bool,
}

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Ignored,
    Handled,
    Submit,
}

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
}

impl Form {
    /// A row with one text field.
    pub fn text(self, id: Id, label: Both, kind: Kind, required: bool) -> Self {
        self.row(vec![(
            id,
            label,
            Value::Text(TextField::new(kind)),
            required,
        )])
    }

    /// A row with one choice.
    pub fn choice(self, id: Id, label: Both, options: Vec<String>) -> Self {
        self.row(vec![(
            id,
            label,
            Value::Choice { options, chosen: 0 },
            true,
        )])
    }

    /// A row that several fields share.
    pub fn row(mut self, fields: Vec<(Id, Both, Value, bool)>) -> Self {
        let width = 1.0 / fields.len().max(1) as f32;
        for (column, (id, label, value, required)) in fields.into_iter().enumerate() {
            self.fields.push(FormField {
                id,
                label,
                required,
                value,
                error: None,
                row: self.next_row,
                x: column as f32 * width,
                width,
                strength: false,
            });
        }
        self.next_row += 1;
        self
    }

    /// The field just added shows how strong it is.
    pub fn with_strength(mut self) -> Self {
        if let Some(field) = self.fields.last_mut() {
            field.strength = true;
        }
        self
    }

    pub fn focus_on(&mut self, index: usize) {
        self.focus = index.min(self.fields.len());
    }

    pub fn focused(&self) -> Option<&FormField> {
        self.fields.get(self.focus)
    }

    /// The text field under the caret.
    pub fn input(&mut self) -> Option<&mut TextField> {
        match &mut self.fields.get_mut(self.focus)?.value {
            Value::Text(text) => Some(text),
            Value::Choice { .. } => None,
        }
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
            if let Value::Choice { chosen, options } = &mut field.value {
                *chosen = new.min(options.len().saturating_sub(1));
            }
        }
    }

    /// New options of a choice; what was chosen stays if it is still there.
    pub fn set_options(&mut self, id: Id, new: Vec<String>) {
        for field in self.fields.iter_mut().filter(|f| f.id == id) {
            if let Value::Choice { chosen, options } = &mut field.value {
                let kept = options
                    .get(*chosen)
                    .and_then(|old| new.iter().position(|n| n == old));
                *chosen = kept.unwrap_or(0);
                *options = new.clone();
            }
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
    }

    /// Called after the focused field's text changed.
    pub fn edited(&mut self) {
        self.touched = true;
        if let Some(field) = self.fields.get_mut(self.focus) {
            field.error = None;
        }
    }

    pub fn key(&mut self, key: Key) -> Act {
        match key {
            Key::F(12) => return Act::Submit,
            Key::Enter => {
                if self.focus >= self.fields.len() {
                    return Act::Submit;
                }
                if self.check_focused() {
                    return Act::Handled;
                }
                if self.focus + 1 >= self.fields.len() {
                    return Act::Submit;
                }
                self.focus += 1;
            }
            Key::Tab | Key::Down => {
                self.check_focused();
                self.focus = (self.focus + 1) % (self.fields.len() + 1);
            }
            Key::BackTab | Key::Up => {
                self.focus = self.focus.checked_sub(1).unwrap_or(self.fields.len());
            }
            _ => return self.choose(key),
        }
        Act::Handled
    }

    fn choose(&mut self, key: Key) -> Act {
        let Some(field) = self.fields.get_mut(self.focus) else {
            return Act::Ignored;
        };
        let Value::Choice { options, chosen } = &mut field.value else {
            return Act::Ignored;
        };
        let new = match key {
            Key::Left => chosen.saturating_sub(1),
            Key::Right => *chosen + 1,
            Key::Char(' ') => (*chosen + 1) % options.len().max(1),
            Key::Char(digit) => match digit.to_digit(10) {
                Some(n) if n >= 1 => n as usize - 1,
                _ => return Act::Ignored,
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

    /// Marks the focused field if it is wrong by itself; gives back whether it is.
    fn check_focused(&mut self) -> bool {
        let Some(field) = self.fields.get_mut(self.focus) else {
            return false;
        };
        if let Value::Text(text) = &field.value {
            field.error = check::problem(text.kind(), text.text());
        }
        field.error.is_some()
    }

    /// Marks every wrong field and goes to the first; gives back whether all are right.
    pub fn validate(&mut self) -> bool {
        for field in &mut self.fields {
            if let Value::Text(text) = &field.value {
                field.error = if field.required && text.text().trim().is_empty() {
                    Some(ErrorCode::FieldEmpty)
                } else {
                    check::problem(text.kind(), text.text())
                };
            }
        }
        self.go_to_error()
    }

    /// Marks one field.
    pub fn fail(&mut self, id: Id, code: ErrorCode) {
        for field in self.fields.iter_mut().filter(|f| f.id == id) {
            field.error = Some(code);
        }
        self.go_to_error();
    }

    /// Marks what the keeper refused; gives back a code that belongs to no field here.
    pub fn fail_all(&mut self, errors: &[FieldError]) -> Option<ErrorCode> {
        let mut homeless = None;
        for error in errors {
            let id = Id::Keeper(error.field);
            if self.fields.iter().any(|f| f.id == id) {
                self.fail(id, error.code);
            } else {
                homeless = Some(error.code);
            }
        }
        homeless
    }

    fn go_to_error(&mut self) -> bool {
        match self.fields.iter().position(|f| f.error.is_some()) {
            Some(first) => {
                self.focus = first;
                false
            }
            None => true,
        }
    }

    /// The error shown in the code tag: the focused field's, else the first.
    pub fn error(&self) -> Option<ErrorCode> {
        self.focused()
            .and_then(|f| f.error)
            .or_else(|| self.fields.iter().find_map(|f| f.error))
    }

    pub fn view(&self, action: &str, lines: Vec<String>, look: &Look) -> FormView {
        FormView {
            lines,
            big: Vec::new(),
            fields: self
                .fields
                .iter()
                .enumerate()
                .map(|(i, field)| self.field_view(field, i == self.focus, look))
                .collect(),
            action: action.to_owned(),
            action_focused: self.focus == self.fields.len(),
        }
    }

    fn field_view(&self, field: &FormField, focused: bool, look: &Look) -> FieldView {
        let mut view = FieldView {
            label: field.label.get(look.language).to_owned(),
            required: field.required,
            row: field.row,
            x: field.x,
            width: field.width,
            focused,
            error: field
                .error
                .map(|code| format!("[{}] {}", code.code(), code.what(look.language)))
                .unwrap_or_default(),
            ..FieldView::default()
        };
        match &field.value {
            Value::Text(text) => {
                (view.before, view.after) = text.shown(self.reveal);
                view.digits = matches!(text.kind(), Kind::Number | Kind::Corporate);
                view.hint = check::hint(text.kind(), text.text(), look.language);
                if focused {
                    view.preedit = look.preedit.clone();
                }
                if field.strength && !text.is_empty() {
                    let (score, words) = check::strength(text.text(), look.language);
                    view.strength = Some(score);
                    view.hint = words;
                }
            }
            Value::Choice { options, chosen } => {
                view.options = options.clone();
                view.chosen = *chosen;
                // Long options are cut where they stand beside each other.
                if let Some(option) = options.get(*chosen)
                    && options.len() > 1
                    && options.iter().any(|o| o.chars().count() > 10)
                {
                    view.hint = option.clone();
                }
            }
        }
        view
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::both;
    use super::*;

    fn number_form() -> Form {
        Form::default()
            .text(
                Id::Keeper(Field::Name),
                both("氏名", "Name"),
                Kind::Text,
                true,
            )
            .text(
                Id::Keeper(Field::Number),
                both("個人番号", "Number"),
                Kind::Number,
                false,
            )
    }

    #[test]
    fn enter_walks_the_fields_and_submits_after_the_last() {
        let mut form = number_form();
        assert_eq!(form.key(Key::Enter), Act::Handled);
        assert_eq!(form.key(Key::Enter), Act::Submit);
    }

    #[test]
    fn enter_does_not_leave_a_number_whose_check_digit_is_wrong() {
        let mut form = number_form();
        form.set_text(Id::Keeper(Field::Number), "123456789012");
        form.focus_on(1);
        assert_eq!(form.key(Key::Enter), Act::Handled);
        assert_eq!(form.error(), Some(ErrorCode::NumberCheckDigit));
        form.edited();
        assert_eq!(form.error(), None);
    }

    #[test]
    fn what_the_keeper_refuses_stands_at_its_field() {
        let mut form = number_form();
        let homeless = form.fail_all(&[
            FieldError {
                field: Field::Number,
                code: ErrorCode::NumberTaken,
            },
            FieldError {
                field: Field::Kana,
                code: ErrorCode::KanaInvalid,
            },
        ]);
        assert_eq!(homeless, Some(ErrorCode::KanaInvalid));
        assert_eq!(form.error(), Some(ErrorCode::NumberTaken));
        assert_eq!(
            form.focused().map(|f| f.id),
            Some(Id::Keeper(Field::Number))
        );
    }

    #[test]
    fn an_empty_required_field_is_an_error_only_when_submitted() {
        let mut form = number_form();
        form.key(Key::Tab);
        assert_eq!(form.error(), None);
        assert!(!form.validate());
        assert_eq!(form.error(), Some(ErrorCode::FieldEmpty));
    }
}
