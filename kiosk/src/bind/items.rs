//! One thing of a [`View`](crate::app::View) as Slint takes it.

use crate::app::labels::Labels;
use crate::app::{
    Access, Column, FieldView, Note, Progress, RowView, TableView, Tone, WordCell, is_list,
};
use crate::ui;
use slint::{ModelRc, SharedString, VecModel};

/// Models of options, one for each list of texts: a field whose options are the same must be
/// equal to what it was, or it would be made anew.
#[derive(Default)]
pub struct OptionModels(Vec<(Vec<String>, ModelRc<SharedString>)>);

impl OptionModels {
    /// How many lists are kept; a form has fewer.
    const KEPT: usize = 32;

    fn of(&mut self, options: &[String]) -> ModelRc<SharedString> {
        if let Some((_, model)) = self.0.iter().find(|(texts, _)| texts == options) {
            return model.clone();
        }
        let texts: Vec<SharedString> = options.iter().map(|o| text(o)).collect();
        let model = ModelRc::new(VecModel::from(texts));
        if self.0.len() >= Self::KEPT {
            self.0.remove(0);
        }
        self.0.push((options.to_vec(), model.clone()));
        model
    }
}

pub fn text(text: &str) -> SharedString {
    SharedString::from(text)
}

pub fn number(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

pub fn tone(tone: Tone) -> ui::Tone {
    match tone {
        Tone::Info => ui::Tone::Info,
        Tone::Good => ui::Tone::Good,
        Tone::Bad => ui::Tone::Bad,
        Tone::Warning => ui::Tone::Warning,
    }
}

pub fn progress(progress: Option<Progress>) -> f32 {
    match progress {
        None => -1.0,
        Some(Progress::Going) => 2.0,
        Some(Progress::Part(part)) => part,
    }
}

pub fn labels(labels: &Labels) -> ui::Labels {
    ui::Labels {
        location: text(labels.location),
        keys: text(labels.keys),
        keyboard: text(labels.keyboard),
        ime: text(labels.ime),
        required: text(labels.required),
        read_only: text(labels.read_only),
        ascending: text(labels.ascending),
        descending: text(labels.descending),
        close: text(labels.close),
        leaf: text(labels.leaf),
        word: text(labels.word),
        place: text(labels.place),
        screen_keyboard: text(labels.screen_keyboard),
        candidates: text(labels.candidates),
    }
}

pub fn key_help((key, does): &(String, String)) -> ui::KeyHelp {
    ui::KeyHelp {
        key: text(key),
        does: text(does),
    }
}

pub fn field(field: &FieldView, note: &Note, options: &mut OptionModels) -> ui::FieldItem {
    let chosen = field.options.get(field.chosen);
    ui::FieldItem {
        label: text(&field.label),
        required: field.required,
        row: number(field.row),
        x: field.x,
        width: field.width,
        focused: field.focused,
        before: text(&field.before),
        preedit: text(&field.preedit),
        selected: text(&field.selected),
        caret_first: field.caret_first,
        after: text(&field.after),
        scroll: field.scroll,
        is_choice: field.choice,
        is_list: is_list(&field.options),
        options: options.of(&field.options),
        chosen_text: chosen.map(|o| text(o)).unwrap_or_default(),
        chosen: number(field.chosen),
        access: match field.access {
            Access::Edit => ui::FieldAccess::Edit,
            Access::ReadOnly => ui::FieldAccess::ReadOnly,
            Access::Disabled => ui::FieldAccess::Disabled,
        },
        hint: text(&field.hint),
        hint_tone: tone(field.hint_tone),
        error: text(&field.error),
        note: text(&note.text),
        reach: note.reach,
        strength: field.strength.map_or(-1, i32::from),
        digits: field.digits,
    }
}

pub fn word(cell: &WordCell) -> ui::WordItem {
    let at = |s: &str, i: usize| -> SharedString {
        s.chars()
            .nth(i)
            .map(|c| c.to_string())
            .unwrap_or_default()
            .into()
    };
    ui::WordItem {
        shown: !cell.position.is_empty(),
        position_1: at(&cell.position, 0),
        position_2: at(&cell.position, 1),
        place_1: at(&cell.place, 0),
        place_2: at(&cell.place, 1),
        place_3: at(&cell.place, 2),
        place_4: at(&cell.place, 3),
        before: text(&cell.before),
        preedit: text(&cell.preedit),
        selected: text(&cell.selected),
        caret_first: cell.caret_first,
        after: text(&cell.after),
        asked: cell.asked,
        focused: cell.focused,
        hint: text(&cell.hint),
        error: text(&cell.error),
    }
}

/// Columns stand side by side, each as wide as its share.
pub fn columns(table: &TableView) -> Vec<ui::TableColumn> {
    let mut x = 0.0;
    let placed = table.columns.iter().enumerate().map(|(i, column)| {
        let at = x;
        x += column.share;
        ui::TableColumn {
            title: text(&column.title),
            x: at,
            width: column.share,
            sortable: column.sortable,
            sorted: match table.sort {
                Some((by, descending)) if by == i => {
                    if descending {
                        -1
                    } else {
                        1
                    }
                }
                _ => 0,
            },
        }
    });
    placed.collect()
}

pub fn row(row: &RowView, columns: &[Column], index: usize) -> ui::TableRow {
    let cell = |i: usize| row.cells.get(i).map(|c| text(c)).unwrap_or_default();
    let spoken: Vec<String> = columns
        .iter()
        .zip(&row.cells)
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(column, cell)| format!("{} {cell}", column.title))
        .collect();
    ui::TableRow {
        c0: cell(0),
        c1: cell(1),
        c2: cell(2),
        c3: cell(3),
        c4: cell(4),
        c5: cell(5),
        selected: row.selected,
        marked: row.marked,
        tone: tone(row.tone),
        odd: index % 2 == 1,
        spoken: spoken.join("、").into(),
    }
}
