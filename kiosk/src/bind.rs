//! Copies a [`View`] into Slint's properties, touching only what changed: a model that is
//! replaced would be drawn anew, and a button replaced while pressed would lose its click.

use crate::app::{
    Body, DialogView, Event, FormView, HelpView, KeyboardView, MessageView, Note, TableView,
    Target, TextPointer, View, labels, notes,
};
use crate::ime::{CandidatesView, PreeditPart};
use crate::ui;
use items::{number, progress, text, tone};
use slint::{ComponentHandle, Model, ModelRc, SharedString, VecModel};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

mod items;
mod pointed;

/// Height of a row of a table in logical pixels (`Theme.row-height`).
const ROW: f32 = 38.0;

/// The models behind one window.
pub struct Binding {
    window: ui::Kiosk,
    tag: Rc<VecModel<SharedString>>,
    trail: Rc<VecModel<SharedString>>,
    fkeys: Rc<VecModel<ui::FKeyItem>>,
    keys: Rc<VecModel<ui::KeyItem>>,
    preedit: Rc<VecModel<ui::PreeditPart>>,
    candidates: Rc<VecModel<ui::CandidateItem>>,
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
    help_pages: Rc<VecModel<SharedString>>,
    help_first: Rc<VecModel<ui::KeyHelp>>,
    help_second: Rc<VecModel<ui::KeyHelp>>,
    options: RefCell<items::OptionModels>,
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
        state.on_column_clicked(on_index(|i| Event::Click(Target::Column(i))));
        state.on_answer_clicked(on_index(|i| Event::Click(Target::Answer(i))));
        state.on_key_clicked(on_index(|i| Event::Click(Target::Key(i))));
        state.on_candidate_clicked(on_index(|i| Event::Click(Target::Candidate(i))));
        state.on_visible_rows(on_index(Event::VisibleRows));
        state.on_fkey_clicked(on_index(|i| {
            Event::Click(Target::FKey(u8::try_from(i).unwrap_or(1)))
        }));
        let on_click = |target: Target| {
            let event = event.clone();
            move || event(Event::Click(target))
        };
        state.on_action_clicked(on_click(Target::Action));
        state.on_cancel_clicked(on_click(Target::Cancel));
        state.on_help_closed(on_click(Target::CloseHelp));
        let told = event.clone();
        state.on_option_clicked(move |field, option| {
            told(Event::Click(Target::Choice(
                usize::try_from(field).unwrap_or(0),
                usize::try_from(option).unwrap_or(0),
            )));
        });
        bind_texts(window, &event);
        // A finger scrolls by less than a row at a time.
        let rest = Cell::new(0.0);
        state.on_wheel(move |pixels| {
            let way = rest.get() - pixels;
            let rows = (way / ROW).trunc();
            rest.set(way - rows * ROW);
            if rows != 0.0 {
                event(Event::Wheel(rows as isize));
            }
        });

        let binding = Self {
            window: window.clone_strong(),
            tag: Rc::default(),
            trail: Rc::default(),
            fkeys: Rc::default(),
            keys: Rc::default(),
            preedit: Rc::default(),
            candidates: Rc::default(),
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
            help_pages: Rc::default(),
            help_first: Rc::default(),
            help_second: Rc::default(),
            options: RefCell::default(),
            shown: None,
        };
        state.set_tag(ModelRc::from(binding.tag.clone()));
        state.set_trail(ModelRc::from(binding.trail.clone()));
        state.set_help_pages(ModelRc::from(binding.help_pages.clone()));
        state.set_help_first(ModelRc::from(binding.help_first.clone()));
        state.set_help_second(ModelRc::from(binding.help_second.clone()));
        state.set_fkeys(ModelRc::from(binding.fkeys.clone()));
        state.set_keys(ModelRc::from(binding.keys.clone()));
        state.set_preedit(ModelRc::from(binding.preedit.clone()));
        state.set_candidates(ModelRc::from(binding.candidates.clone()));
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
        state.set_code_tag(text(&tag));
        state.set_labels(items::labels(&labels::of(view.language)));
        sync(&self.trail, view.trail.iter().map(|crumb| text(crumb)));
        state.set_code(text(view.tag.screen.map_or("", |screen| screen.code())));
        state.set_title(text(&view.title));
        state.set_owner(text(&view.owner));
        state.set_user(text(&view.user));
        state.set_clock(text(&view.clock));
        state.set_ime(text(&view.ime));
        state.set_keyboard(text(&view.layout));
        state.set_caps(view.locks.caps);
        state.set_num(view.locks.num);
        state.set_sticks(text(&view.sticks));
        sync(
            &self.fkeys,
            view.fkeys.iter().map(|key| ui::FKeyItem {
                number: key.number.into(),
                label: text(&key.label),
            }),
        );
        self.keyboard(&state, view.keyboard.as_ref());
        self.composition(&state, &view);
        self.message(&state, view.message.as_ref());
        self.body(&state, &view.body);
        self.dialog(&state, view.dialog.as_ref());
        self.help(&state, view.help.as_ref());
        self.shown = Some(view);
    }

    fn keyboard(&self, state: &ui::State, keyboard: Option<&KeyboardView>) {
        let closed = KeyboardView::default();
        let keyboard = keyboard.unwrap_or(&closed);
        state.set_key_columns(keyboard.columns);
        state.set_key_rows(keyboard.rows);
        state.set_keys_above(keyboard.above);
        sync(
            &self.keys,
            keyboard.keys.iter().map(|key| ui::KeyItem {
                label: text(&key.label),
                x: key.x,
                y: key.y,
                width: key.width,
                quiet: key.quiet,
                toggles: key.toggles,
                on: key.on,
            }),
        );
    }

    /// What is composed, and its candidates.
    fn composition(&self, state: &ui::State, view: &View) {
        sync(
            &self.preedit,
            view.preedit.iter().map(|part| ui::PreeditPart {
                text: text(&part.text),
                active: part.active,
                caret: part.caret,
            }),
        );
        state.set_preedit_reach(number(reach(&view.preedit)));

        let nothing = CandidatesView::default();
        let candidates = view.candidates.as_ref().unwrap_or(&nothing);
        sync(
            &self.candidates,
            candidates.items.iter().map(|item| ui::CandidateItem {
                text: text(&item.text),
                note: text(&item.note(view.language)),
            }),
        );
        state.set_candidate_selected(number(candidates.selected));
        state.set_candidate_counter(text(&candidates.counter()));
        state.set_has_candidates(view.candidates.is_some());
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
                    state.set_search(items::field(
                        search,
                        &Note::default(),
                        &mut self.options.borrow_mut(),
                    ));
                }
                state.set_tab(number(table.tab));
                state.set_top(number(table.top));
                state.set_total(number(table.total));
                state.set_markable(table.markable);
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
        let no_form = FormView::default();
        let form = match body {
            Body::Form(form) => form,
            _ => &no_form,
        };
        {
            let options = &mut self.options.borrow_mut();
            let each = form.fields.iter().zip(notes(&form.fields));
            let fields = each.map(|(f, note)| items::field(f, &note, options));
            sync(&self.fields, fields);
        }
        sync(&self.big, form.big.iter().map(|word| text(word)));
        let words = match body {
            Body::Words(words) => words.cells.as_slice(),
            _ => &[],
        };
        sync(&self.words, words.iter().map(items::word));
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
        let no_table = TableView::default();
        self.table(match body {
            Body::Table(table) => table,
            _ => &no_table,
        });
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

    fn table(&self, table: &TableView) {
        sync(&self.tabs, table.tabs.iter().map(|tab| text(tab)));
        sync(&self.columns, items::columns(table).into_iter());
        let rows = table.rows.iter().enumerate();
        sync(
            &self.rows,
            rows.map(|(i, row)| items::row(row, &table.columns, table.top + i)),
        );
        sync(&self.detail, table.detail.iter().map(|line| text(line)));
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
        state.set_dialog_cancel(text(&dialog.cancel));
    }

    fn help(&self, state: &ui::State, help: Option<&HelpView>) {
        state.set_has_help(help.is_some());
        let nothing = HelpView::default();
        let help = help.unwrap_or(&nothing);
        state.set_help_title(text(&help.title));
        state.set_help_about(text(&help.about));
        state.set_help_error(text(&help.error));
        sync(&self.help_pages, help.pages.iter().map(|page| text(page)));
        state.set_help_page(number(help.page));
        state.set_help_first_title(text(&help.first.title));
        state.set_help_first_columns(number(help.first.columns.max(1)));
        sync(
            &self.help_first,
            help.first.keys.iter().map(items::key_help),
        );
        state.set_help_second_title(text(&help.second.title));
        state.set_help_second_columns(number(help.second.columns.max(1)));
        sync(
            &self.help_second,
            help.second.keys.iter().map(items::key_help),
        );
    }
}

/// What the pointer does in lines of text.
fn bind_texts(window: &ui::Kiosk, event: &Rc<impl Fn(Event) + 'static>) {
    let state = window.global::<ui::State>();
    let measured = window.as_weak();
    let spot = move |point: &ui::TextPoint| {
        let width = |text: &str, size| {
            let window = measured.upgrade();
            window.map_or(0.0, |window| window.invoke_text_width(text.into(), size))
        };
        let spot = pointed::spot(point, width);
        // Nothing that was measured stays there.
        width("", point.size);
        spot
    };
    let spot = Rc::new(spot);
    let index = |field: i32| usize::try_from(field).unwrap_or(0);
    let (tell, at) = (event.clone(), spot.clone());
    state.on_text_pressed(move |point, x, shift| {
        let spot = at(&point);
        let press = TextPointer::Press { spot, x, shift };
        tell(Event::Text(index(point.field), press));
    });
    let tell = event.clone();
    state.on_text_dragged(move |point| {
        let drag = TextPointer::Drag(spot(&point));
        tell(Event::Text(index(point.field), drag));
    });
    let tell = event.clone();
    state.on_text_released(move |field| {
        tell(Event::Text(index(field), TextPointer::Release));
    });
    let tell = event.clone();
    state.on_text_scrolled(move |field, by| tell(Event::Scrolled(index(field), by)));
}

/// Characters up to the end of the active segment, or to the caret.
fn reach(parts: &[PreeditPart]) -> usize {
    let mut count = 0;
    for part in parts {
        if part.caret {
            break;
        }
        count += part.text.chars().count();
        if part.active {
            break;
        }
    }
    count
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
