//! What is wrong in a form, by itself or by the keeper's word.

use super::{Form, FormField, Id, Value};
use crate::app::check;
use codes::ErrorCode;
use protocol::clerk::FieldError;

impl Form {
    /// Marks the focused field if it is wrong by itself; gives back whether it is.
    pub(super) fn check_focused(&mut self) -> bool {
        let Some(field) = self.fields.get(self.focus) else {
            return false;
        };
        let error = field.problem().or_else(|| self.differs(field));
        self.fields[self.focus].error = error;
        error.is_some()
    }

    /// A field that does not repeat what it should.
    fn differs(&self, field: &FormField) -> Option<ErrorCode> {
        let (first, code) = field.repeats?;
        (self.text_of(first) != self.text_of(field.id)).then_some(code)
    }

    /// Marks every wrong field and goes to the first; gives back whether all are right.
    pub fn validate(&mut self) -> bool {
        for index in 0..self.fields.len() {
            let field = &self.fields[index];
            let error = field.missing().or_else(|| field.problem());
            self.fields[index].error = error.or_else(|| self.differs(field));
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
}

impl FormField {
    fn missing(&self) -> Option<ErrorCode> {
        match &self.value {
            Value::Text(text) if self.required && text.text().trim().is_empty() => {
                Some(ErrorCode::FieldEmpty)
            }
            _ => None,
        }
    }

    /// What is wrong with it by itself.
    fn problem(&self) -> Option<ErrorCode> {
        match &self.value {
            Value::Text(text) if self.strength => check::passphrase_problem(text.text()),
            Value::Text(text) => check::problem(text.kind(), text.text()),
            Value::Choice { .. } => None,
        }
    }
}
