//! A form: fields in a grid, Enter goes to the next, the last Enter submits.

use super::address::{AddressFill, Offer};
use super::check;
use super::field::{Hint, Kind, TextField};
use super::key::Key;
use super::postal::PostalCodes;
use super::view::{Access, FieldView, FormView};
use super::words::{Both, both};
use super::{Cx, Look, Screen};
use crate::ime::furigana;
use codes::ErrorCode;
use protocol::clerk::{Field, FieldError};

/// Which field is meant. Those the keeper knows, and those only the kiosk asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Id {
    Keeper(Field),
    ClockDate,
    ClockTime,
    PassphraseAgain,
    PostalCode,
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
}

const KANA: Id = Id::Keeper(Field::Kana);

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

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Ignored,
    Handled,
    Submit,
    /// A complete postal code was left: the address may be filled.
    PostalCode,
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
    fn shares(mut self, fields: Vec<(f32, Cell)>) -> Self {
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
    }

    /// Called after the focused field's text changed.
    pub fn edited(&mut self) {
        self.touched = true;
        if let Some(field) = self.fields.get_mut(self.focus) {
            field.error = None;
        }
        self.read_name();
    }

    /// Writes フリガナ from what was typed for the name, as long as nobody wrote it himself.
    fn read_name(&mut self) {
        let Some(FormField {
            id: Id::Keeper(Field::Name),
            value: Value::Text(name),
            ..
        }) = self.fields.get(self.focus)
        else {
            return;
        };
        let read = furigana(name.text(), name.pieces());
        let own = std::mem::take(&mut self.read);
        let kana = self.fields.iter_mut().find(|f| f.id == KANA);
        if let Some(FormField {
            value: Value::Text(kana),
            error,
            ..
        }) = kana
            && kana.text() == own
        {
            kana.set(&read);
            kana.text().clone_into(&mut self.read);
            *error = None;
        } else {
            self.read = own;
        }
    }

    /// The caret came into a field by a key: フリガナ that were written for the clerk are selected, so
    /// that typing replaces them and Enter keeps them.
    fn entered(&mut self) {
        let read = !self.read.is_empty();
        if let Some(FormField {
            id: KANA,
            value: Value::Text(kana),
            ..
        }) = self.fields.get_mut(self.focus)
            && read
            && kana.text() == self.read
        {
            kana.select_all();
        }
    }

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

    fn reachable(&self, index: usize) -> bool {
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

    fn step(&mut self, forward: bool) {
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

    /// What the postal code just left stands for: fills the address where nothing is lost,
    /// gives back a question where something would be, or where there are several.
    fn look_up(&mut self, codes: Option<&dyn PostalCodes>) -> Option<Offer> {
        let mut fill = self.address.take()?;
        let code = self.text_of(Id::PostalCode).to_owned();
        let offer = codes.and_then(|codes| fill.look_up(&code, self.text_of(fill.id), codes));
        if let Some(text) = fill.take_filled() {
            self.set_address(fill.id, &text);
        }
        self.address = Some(fill);
        offer
    }

    /// The answer to an [`Offer`]; `None` leaves the address as it is.
    pub fn address_chosen(&mut self, choice: Option<usize>) {
        let Some(mut fill) = self.address.take() else {
            return;
        };
        if let Some(text) = fill.choose(choice) {
            self.set_address(fill.id, &text);
        }
        self.address = Some(fill);
    }

    /// Fills the address and goes there: house numbers are typed after it.
    fn set_address(&mut self, id: Id, text: &str) {
        self.set_text(id, text);
        self.touched = true;
        if let Some(index) = self.fields.iter().position(|f| f.id == id) {
            self.fields[index].error = None;
            self.focus = index;
        }
    }

    /// Marks the focused field if it is wrong by itself; gives back whether it is.
    fn check_focused(&mut self) -> bool {
        let Some(field) = self.fields.get_mut(self.focus) else {
            return false;
        };
        field.error = field.problem();
        field.error.is_some()
    }

    /// Marks every wrong field and goes to the first; gives back whether all are right.
    pub fn validate(&mut self) -> bool {
        for field in &mut self.fields {
            field.error = field.missing().or_else(|| field.problem());
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
                .map(|(i, field)| field.view(i == self.focus, self.reveal, look))
                .collect(),
            action: action.to_owned(),
            action_focused: self.focus == self.fields.len(),
        }
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

    fn view(&self, focused: bool, reveal: bool, look: &Look) -> FieldView {
        let mut view = FieldView {
            label: self.label.get(look.language).to_owned(),
            required: self.required,
            row: self.row,
            x: self.x,
            width: self.width,
            focused,
            access: self.access,
            ..FieldView::default()
        };
        match &self.value {
            Value::Text(text) => {
                let drawn = text.drawn(reveal, focused);
                (view.before, view.after) = (drawn.before, drawn.after);
                (view.selected, view.caret_first) = (drawn.selected, drawn.caret_first);
                view.digits = matches!(text.kind(), Kind::Number | Kind::Corporate);
                if self.access == Access::Edit {
                    (view.hint_tone, view.hint) = check::hint(text.kind(), text.text(), look);
                }
                if focused {
                    view.preedit = look.preedit.clone();
                }
                if self.strength && !text.is_empty() {
                    let (score, words) = check::strength(text.text(), look.language);
                    view.strength = Some(score);
                    view.hint = words;
                }
                if let Some(code) = self.error {
                    view.error = check::error_text(code, text, look.language);
                }
            }
            Value::Choice { options, chosen } => {
                view.choice = true;
                view.options = options.clone();
                view.chosen = *chosen;
                if let Some(code) = self.error {
                    view.error = check::error_line(code, look.language);
                }
            }
        }
        view
    }
}

/// Whether options are too many or too long to stand side by side in a field.
pub fn is_list(options: &[String]) -> bool {
    let characters: usize = options.iter().map(|o| o.chars().count()).sum();
    options.len() > 4 || options.len() > 1 && characters > 28
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
