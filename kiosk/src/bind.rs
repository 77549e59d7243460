//! Copies a [`View`] into Slint's properties, touching only what changed: a model that is
//! replaced would be drawn anew, and a button replaced while pressed would lose its click.

use crate::app::{
    Body, DialogView, Event, FieldView, MessageView, Progress, RowView, Target, Tone, View,
};
use crate::ui;
use slint::{ComponentHandle, Model, ModelRc, SharedString, VecModel};
use std::rc::Rc;

/// The models behind one window.
pub struct Binding {
    window: ui::Kiosk,
    tag: Rc<VecModel<SharedString>>,
    fkeys: Rc<VecModel<ui::FKeyItem>>,
    lines: Rc<VecModel<SharedString>>,
    big: Rc<VecModel<SharedString>>,
    fields: Rc<VecModel<ui::FieldItem>>,
    words: Rc<VecModel<ui::WordItem>>,
    menu: Rc<VecModel<ui::MenuEntry>>,
    tabs: Rc<VecModel<SharedString>>,
    columns: Rc<VecModel<ui::TableColumn>>,
    rows: Rc<VecModel<ui::TableRow>>,
    detail: Rc<VecModel<SharedString>>,
    pairs: Rc<VecModel<ui::Pair>>,
    dialog_lines: Rc<VecModel<SharedString>>,
    dialog_choices: Rc<VecModel<SharedString>>,
    shown: Option<View>,
}

impl Binding {
    /// Binds `window`; `event` is told what the pointer does.
    pub fn new(window: &ui::Kiosk, event: impl Fn(Event) + 'static) -> Self {
        let event = Rc::new(event);
        let state = window.global::<ui::State>();
        let on_index = |make: fn(usize) -> Event| {
            let event = event.clone();
            move |index: i32| event(make(usize::try_from(index).unwrap_or(0)))
        };
        state.on_field_clicked(on_index(|i| Event::Click(Target::Field(i))));
        state.on_menu_clicked(on_index(|i| Event::Click(Target::Menu(i))));
        state.on_row_clicked(on_index(|i| Event::Click(Target::Row(i))));
        state.on_tab_clicked(on_index(|i| Event::Click(Target::Tab(i))));
        state.on_answer_clicked(on_index(|i| Event::Click(Target::Answer(i))));
        state.on_visible_rows(on_index(Event::VisibleRows));
        state.on_fkey_clicked(on_index(|i| {
            Event::Click(Target::FKey(u8::try_from(i).unwrap_or(1)))
        }));
        let told = event.clone();
        state.on_action_clicked(move || told(Event::Click(Target::Action)));
        let told = event.clone();
        state.on_option_clicked(move |field, option| {
            told(Event::Click(Target::Choice(
                usize::try_from(field).unwrap_or(0),
                usize::try_from(option).unwrap_or(0),
            )));
        });
        state.on_wheel(move |rows| event(Event::Wheel(rows as isize)));

        let binding = Self {
            window: window.clone_strong(),
            tag: Rc::default(),
            fkeys: Rc::default(),
            lines: Rc::default(),
            big: Rc::default(),
            fields: Rc::default(),
            words: Rc::default(),
            menu: Rc::default(),
            tabs: Rc::default(),
            columns: Rc::default(),
            rows: Rc::default(),
            detail: Rc::default(),
            pairs: Rc::default(),
            dialog_lines: Rc::default(),
            dialog_choices: Rc::default(),
            shown: None,
        };
        state.set_tag(ModelRc::from(binding.tag.clone()));
        state.set_fkeys(ModelRc::from(binding.fkeys.clone()));
        state.set_lines(ModelRc::from(binding.lines.clone()));
        state.set_big(ModelRc::from(binding.big.clone()));
        state.set_fields(ModelRc::from(binding.fields.clone()));
        state.set_words(ModelRc::from(binding.words.clone()));
        state.set_menu(ModelRc::from(binding.menu.clone()));
        state.set_tabs(ModelRc::from(binding.tabs.clone()));
        state.set_columns(ModelRc::from(binding.columns.clone()));
        state.set_rows(ModelRc::from(binding.rows.clone()));
        state.set_detail(ModelRc::from(binding.detail.clone()));
        state.set_pairs(ModelRc::from(binding.pairs.clone()));
        state.set_dialog_lines(ModelRc::from(binding.dialog_lines.clone()));
        state.set_dialog_choices(ModelRc::from(binding.dialog_choices.clone()));
        binding
    }

    pub fn is_showing(&self, view: &View) -> bool {
        self.shown.as_ref() == Some(view)
    }

    /// Shows `view`.
    pub fn show(&mut self, view: View) {
        if self.shown.as_ref() == Some(&view) {
            return;
        }
        let state = self.window.global::<ui::State>();
        let tag = view.tag.to_string();
        sync(&self.tag, tag.chars().map(|c| c.to_string().into()));
        state.set_title(text(&view.title));
        state.set_owner(text(&view.owner));
        state.set_clock(text(&view.clock));
        state.set_ime(text(&view.ime));
        state.set_keyboard(text(&view.layout));
        state.set_sticks(text(&view.sticks));
        sync(
            &self.fkeys,
            view.fkeys.iter().map(|key| ui::FKeyItem {
                number: key.number.into(),
                label: text(&key.label),
            }),
        );
        self.message(&state, view.message.as_ref());
        self.body(&state, &view.body);
        self.dialog(&state, view.dialog.as_ref());
        self.shown = Some(view);
    }

    fn message(&self, state: &ui::State, message: Option<&MessageView>) {
        state.set_has_message(message.is_some());
        if let Some(message) = message {
            state.set_message_tone(tone(message.tone));
            state.set_message(text(&message.text));
        }
    }

    fn body(&self, state: &ui::State, body: &Body) {
        let empty: &[String] = &[];
        let (layout, lines) = match body {
            Body::Notice(notice) => {
                state.set_notice_tone(tone(notice.tone));
                state.set_notice(text(&notice.big));
                state.set_progress(progress(notice.progress));
                (ui::Layout::Notice, notice.lines.as_slice())
            }
            Body::Form(form) => {
                state.set_action(text(&form.action));
                state.set_action_focused(form.action_focused);
                (ui::Layout::Form, form.lines.as_slice())
            }
            Body::Words(words) => {
                state.set_action(text(&words.action));
                state.set_action_focused(words.action_focused);
                (ui::Layout::Words, words.lines.as_slice())
            }
            Body::Menu(menu) => {
                state.set_menu_selected(number(menu.selected));
                (ui::Layout::Menu, empty)
            }
            Body::Table(table) => {
                state.set_has_search(table.search.is_some());
                if let Some(search) = &table.search {
                    state.set_search(field(search));
                }
                state.set_tab(number(table.tab));
                state.set_top(number(table.top));
                state.set_total(number(table.total));
                state.set_empty(text(&table.empty));
                (ui::Layout::Table, table.lines.as_slice())
            }
            Body::Detail(detail) => {
                state.set_number_label(text(&detail.number_label));
                state.set_number(text(&detail.number));
                state.set_revealed(detail.revealed);
                state.set_number_note(text(&detail.number_note));
                (ui::Layout::Detail, empty)
            }
        };
        sync(&self.lines, lines.iter().map(|line| text(line)));

        // What a layout does not use is emptied: nothing of a left screen stays behind.
        let (fields, big) = match body {
            Body::Form(form) => (form.fields.as_slice(), form.big.as_slice()),
            _ => (&[][..], empty),
        };
        sync(&self.fields, fields.iter().map(field));
        sync(&self.big, big.iter().map(|word| text(word)));
        let words = match body {
            Body::Words(words) => words.cells.as_slice(),
            _ => &[],
        };
        sync(&self.words, words.iter().map(word));
        let menu = match body {
            Body::Menu(menu) => menu.items.as_slice(),
            _ => &[],
        };
        sync(
            &self.menu,
            menu.iter().map(|item| ui::MenuEntry {
                digit: item.digit.to_string().into(),
                label: text(&item.label),
                explains: text(&item.explains),
            }),
        );
        let (tabs, columns, rows, detail) = match body {
            Body::Table(t) => (
                t.tabs.as_slice(),
                t.columns.as_slice(),
                t.rows.as_slice(),
                t.detail.as_slice(),
            ),
            _ => (empty, &[][..], &[][..], empty),
        };
        sync(&self.tabs, tabs.iter().map(|tab| text(tab)));
        let mut x = 0.0;
        sync(
            &self.columns,
            columns.iter().map(|column| {
                let at = x;
                x += column.share;
                ui::TableColumn {
                    title: text(&column.title),
                    x: at,
                    width: column.share,
                }
            }),
        );
        let top = match body {
            Body::Table(table) => table.top,
            _ => 0,
        };
        sync(
            &self.rows,
            rows.iter().enumerate().map(|(i, r)| row(r, top + i)),
        );
        sync(&self.detail, detail.iter().map(|line| text(line)));
        let pairs = match body {
            Body::Detail(detail) => detail.pairs.as_slice(),
            _ => &[],
        };
        sync(
            &self.pairs,
            pairs.iter().map(|(label, value)| ui::Pair {
                label: text(label),
                value: text(value),
            }),
        );
        if !matches!(body, Body::Detail(_)) {
            state.set_number(SharedString::default());
        }
        state.set_layout(layout);
    }

    fn dialog(&self, state: &ui::State, dialog: Option<&DialogView>) {
        state.set_has_dialog(dialog.is_some());
        let nothing = DialogView::default();
        let dialog = dialog.unwrap_or(&nothing);
        state.set_dialog_title(text(&dialog.title));
        sync(&self.dialog_lines, dialog.lines.iter().map(|l| text(l)));
        sync(
            &self.dialog_choices,
            dialog.choices.iter().map(|choice| text(choice)),
        );
        state.set_dialog_selected(number(dialog.selected));
        state.set_dialog_progress(progress(dialog.progress));
        state.set_dialog_grave(dialog.grave);
    }
}

/// Makes `model` hold `new`, row by row.
fn sync<T: Clone + PartialEq + 'static>(model: &VecModel<T>, new: impl Iterator<Item = T>) {
    let mut count = 0;
    for item in new {
        match model.row_data(count) {
            Some(old) if old == item => {}
            Some(_) => model.set_row_data(count, item),
            None => model.push(item),
        }
        count += 1;
    }
    while model.row_count() > count {
        model.remove(model.row_count() - 1);
    }
}

fn text(text: &str) -> SharedString {
    SharedString::from(text)
}

fn number(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

fn tone(tone: Tone) -> ui::Tone {
    match tone {
        Tone::Info => ui::Tone::Info,
        Tone::Good => ui::Tone::Good,
        Tone::Bad => ui::Tone::Bad,
    }
}

fn progress(progress: Option<Progress>) -> f32 {
    match progress {
        None => -1.0,
        Some(Progress::Going) => 2.0,
        Some(Progress::Part(part)) => part,
    }
}

fn field(field: &FieldView) -> ui::FieldItem {
    let option = |i: usize| field.options.get(i).map(|o| text(o)).unwrap_or_default();
    ui::FieldItem {
        label: text(&field.label),
        required: field.required,
        row: number(field.row),
        x: field.x,
        width: field.width,
        focused: field.focused,
        before: text(&field.before),
        preedit: text(&field.preedit),
        after: text(&field.after),
        option_count: number(field.options.len()),
        option_1: option(0),
        option_2: option(1),
        option_3: option(2),
        option_4: option(3),
        chosen: number(field.chosen),
        hint: text(&field.hint),
        error: text(&field.error),
        strength: field.strength.map_or(-1, i32::from),
        digits: field.digits,
    }
}

fn word(cell: &crate::app::WordCell) -> ui::WordItem {
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
        after: text(&cell.after),
        asked: cell.asked,
        focused: cell.focused,
        hint: text(&cell.hint),
        error: text(&cell.error),
    }
}

fn row(row: &RowView, index: usize) -> ui::TableRow {
    let cell = |i: usize| row.cells.get(i).map(|c| text(c)).unwrap_or_default();
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
    }
}
