//! A form as it is drawn.

use super::{Form, FormField, Value};
use crate::app::Look;
use crate::app::check;
use crate::app::field::Kind;
use crate::app::view::{Access, FieldView, FormView};

impl Form {
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
                view.scroll = text.scroll;
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
