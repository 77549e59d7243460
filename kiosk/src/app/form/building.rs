//! Making a form: its rows and fields.

use super::{Cell, Form, FormField, Id, Value};
use crate::app::address::AddressFill;
use crate::app::field::{Hint, Kind, TextField};
use crate::app::view::Access;
use crate::app::words::{Both, both};
use codes::ErrorCode;
use protocol::clerk::Field;

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

    /// A row that several fields share, each as wide as the others.
    pub fn row(self, fields: Vec<Cell>) -> Self {
        let width = 1.0 / fields.len().max(1) as f32;
        self.shares(fields.into_iter().map(|field| (width, field)).collect())
    }

    /// A row whose fields have these shares of its width.
    pub fn shares(mut self, fields: Vec<(f32, Cell)>) -> Self {
        let mut x = 0.0;
        for (width, (id, label, value, required)) in fields {
            let value = match value {
                Value::Text(text) => Value::Text(text.about(hint(id))),
                choice => choice,
            };
            self.fields.push(FormField {
                id,
                label,
                required,
                value,
                error: None,
                access: Access::Edit,
                row: self.next_row,
                x,
                width,
                strength: false,
                repeats: None,
                only_with: None,
            });
            x += width;
        }
        self.next_row += 1;
        self
    }

    /// A row with a postal code and the address that it fills.
    pub fn address(mut self, id: Id, label: Both) -> Self {
        self.address = Some(AddressFill::new(id));
        let postal = both("郵便番号（7桁）", "Postal code (7 digits)");
        self.shares(vec![
            (
                0.27,
                (
                    Id::PostalCode,
                    postal,
                    Value::Text(TextField::new(Kind::Postal)),
                    false,
                ),
            ),
            (
                0.73,
                (id, label, Value::Text(TextField::new(Kind::Text)), false),
            ),
        ])
    }

    /// The field just added shows how strong it is.
    pub fn with_strength(mut self) -> Self {
        if let Some(field) = self.fields.last_mut() {
            field.strength = true;
        }
        self
    }

    /// The field `id` repeats `first`; where they differ it is told `code`.
    pub fn repeats(mut self, id: Id, first: Id, code: ErrorCode) -> Self {
        for field in self.fields.iter_mut().filter(|f| f.id == id) {
            field.repeats = Some((first, code));
        }
        self
    }

    /// The field `id` is disabled while `needed` is empty.
    pub fn only_with(mut self, id: Id, needed: Id) -> Self {
        for field in self.fields.iter_mut().filter(|f| f.id == id) {
            field.only_with = Some(needed);
        }
        self.follow();
        self
    }

    /// The field just added can be read only.
    pub fn read_only(mut self, text: &str) -> Self {
        if let Some(field) = self.fields.last_mut() {
            field.access = Access::ReadOnly;
            if let Value::Text(value) = &mut field.value {
                value.set(text);
            }
        }
        self
    }
}

/// What the converter is told of a field.
fn hint(id: Id) -> Hint {
    match id {
        Id::Keeper(
            Field::Name | Field::FilingName | Field::OwnerName | Field::AgentName | Field::UserName,
        ) => Hint::Name,
        Id::Keeper(Field::Address | Field::CompanyAddress) => Hint::Address,
        _ => Hint::General,
    }
}
