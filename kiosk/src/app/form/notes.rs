//! What is written below the fields of a form, so that none of it is cut.
//!
//! A row has one line below it. A hint has the width up to the next note; an error has the whole row,
//! since it is the longest thing that stands there: then the row's hints are silent, and of several
//! errors only the one that is mended now is written out, the others by their codes.

use crate::app::view::FieldView;

/// What is drawn below one field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Note {
    pub text: String,
    /// How much of the form's width a hint has, from the field's left edge.
    pub reach: f32,
}

/// The notes of all fields, in their order.
pub fn notes(fields: &[FieldView]) -> Vec<Note> {
    (0..fields.len()).map(|index| note(fields, index)).collect()
}

fn note(fields: &[FieldView], index: usize) -> Note {
    let field = &fields[index];
    let row = || {
        fields
            .iter()
            .enumerate()
            .filter(|(_, f)| f.row == field.row)
    };
    let mut wrong = row().filter(|(_, f)| !f.error.is_empty());
    let spoken = row()
        .find(|(_, f)| f.focused && !f.error.is_empty())
        .or_else(|| wrong.next());
    let text = match spoken {
        None => field.hint.clone(),
        Some((spoken, _)) if spoken == index => field.error.clone(),
        Some(_) => code(&field.error),
    };
    let next = row()
        .filter(|(_, f)| f.x > field.x && !f.hint.is_empty())
        .map(|(_, f)| f.x)
        .fold(1.0, f32::min);
    Note {
        text,
        reach: next - field.x,
    }
}

/// `[E-291]` of an error as a field has it.
fn code(error: &str) -> String {
    match error.find(']') {
        Some(end) => error[..=end].to_owned(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(x: f32, hint: &str, error: &str) -> FieldView {
        FieldView {
            x,
            width: 1.0 / 3.0,
            hint: hint.into(),
            error: error.into(),
            ..FieldView::default()
        }
    }

    fn texts(fields: &[FieldView]) -> Vec<String> {
        notes(fields).into_iter().map(|note| note.text).collect()
    }

    #[test]
    fn a_hint_reaches_to_the_next_one() {
        let row = [
            field(0.0, "a", ""),
            field(0.25, "", ""),
            field(0.5, "c", ""),
        ];
        let reach: Vec<f32> = notes(&row).into_iter().map(|note| note.reach).collect();
        assert_eq!(reach, [0.5, 0.25, 0.5]);
        assert_eq!(texts(&row), ["a", "", "c"]);
    }

    #[test]
    fn an_error_silences_the_hints_of_its_row_and_no_others() {
        let mut fields = vec![field(0.0, "a", ""), field(0.5, "b", "[E-212] wrong")];
        fields.push(FieldView {
            row: 1,
            ..field(0.0, "c", "")
        });
        assert_eq!(texts(&fields), ["", "[E-212] wrong", "c"]);
    }

    #[test]
    fn of_two_errors_the_one_under_the_caret_is_written_out() {
        let mut row = [field(0.0, "", "[E-1] a"), field(0.5, "", "[E-2] b")];
        assert_eq!(texts(&row), ["[E-1] a", "[E-2]"]);
        row[1].focused = true;
        assert_eq!(texts(&row), ["[E-1]", "[E-2] b"]);
    }
}
