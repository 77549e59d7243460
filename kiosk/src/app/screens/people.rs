//! S-400: everybody, searched while typing. Only the page around what is seen is held.

use super::{home::Home, person::PersonPage, person_form::PersonForm};
use crate::app::field::{Kind, TextField};
use crate::app::list::{ListCursor, columns};
use crate::app::{
    Body, Column, Cx, FKeys, FieldView, Key, Look, RowView, SEARCH_REST, Screen, TableView, Target,
    both,
};
use codes::ScreenCode;
use protocol::clerk::{
    MAX_ROWS, Reply, Rows, Window,
    people::{self, PersonRow, Sort, SortBy},
};
use std::time::Duration;

/// A page of people as the keeper gave it.
#[derive(Default)]
pub struct PeoplePage {
    pub offset: usize,
    pub rows: Vec<PersonRow>,
    pub total: usize,
    pub sort: Sort,
    asked: Option<usize>,
}

impl PeoplePage {
    pub fn ask(&mut self, query: &str, offset: usize, cx: &mut Cx) {
        self.asked = Some(offset);
        cx.ask_keeper(people::Request::List {
            query: query.to_owned(),
            department: None,
            sort: self.sort,
            window: Window {
                offset: u32::try_from(offset).unwrap_or(u32::MAX),
                limit: MAX_ROWS,
            },
        });
    }

    pub fn take(&mut self, rows: Vec<PersonRow>, total: u32) {
        self.offset = self.asked.take().unwrap_or(0);
        self.rows = rows;
        self.total = total as usize;
    }

    pub fn row(&self, index: usize) -> Option<&PersonRow> {
        self.rows.get(index.checked_sub(self.offset)?)
    }

    /// Asks for the page around what is seen if it is not held.
    pub fn keep_up(&mut self, query: &str, cursor: ListCursor, visible: usize, cx: &mut Cx) {
        let last = (cursor.top + visible).min(self.total);
        let held = self.offset..self.offset + self.rows.len();
        let seen = held.contains(&cursor.top) && (last == 0 || held.contains(&(last - 1)));
        if self.total > 0 && !seen && self.asked.is_none() {
            let half = usize::from(MAX_ROWS) / 2;
            self.ask(query, cursor.top.saturating_sub(half), cx);
        }
    }
}

pub struct People {
    search: TextField,
    /// When the search rests long enough to be asked.
    ask_at: Option<Duration>,
    page: PeoplePage,
    cursor: ListCursor,
    answered: bool,
}

impl Default for People {
    fn default() -> Self {
        Self {
            search: TextField::new(Kind::Text),
            ask_at: None,
            page: PeoplePage::default(),
            cursor: ListCursor::default(),
            answered: false,
        }
    }
}

/// What the list can be sorted by, and in which column it stands.
const SORTABLE: [(SortBy, usize); 3] =
    [(SortBy::Number, 0), (SortBy::Kana, 2), (SortBy::HiredOn, 4)];

impl People {
    fn sort_by(&mut self, sort: Sort, cx: &mut Cx) {
        self.page.sort = sort;
        self.cursor = ListCursor::default();
        self.ask_at = None;
        let query = self.search.text().to_owned();
        self.page.ask(&query, 0, cx);
    }

    /// The next column, from its beginning.
    fn next_sort(&self) -> Sort {
        let now = SORTABLE.iter().position(|(by, _)| *by == self.page.sort.by);
        let next = now.map_or(0, |now| (now + 1) % SORTABLE.len());
        Sort {
            by: SORTABLE[next].0,
            descending: false,
        }
    }

    fn turned(&self) -> Sort {
        Sort {
            descending: !self.page.sort.descending,
            ..self.page.sort
        }
    }

    fn open(&self, cx: &mut Cx) {
        if let Some(row) = self.page.row(self.cursor.selected) {
            cx.go(PersonPage::new(row.person));
        }
    }
}

impl Screen for People {
    fn code(&self) -> ScreenCode {
        ScreenCode::People
    }

    fn enter(&mut self, cx: &mut Cx) {
        self.page.ask("", 0, cx);
    }

    fn input(&mut self) -> Option<&mut TextField> {
        Some(&mut self.search)
    }

    fn edited(&mut self, cx: &mut Cx) {
        self.ask_at = Some(cx.shared.now.monotonic + SEARCH_REST);
    }

    fn wake_at(&self) -> Option<Duration> {
        self.ask_at
    }

    fn tick(&mut self, cx: &mut Cx) {
        if self.ask_at.is_some_and(|at| at <= cx.shared.now.monotonic) {
            self.ask_at = None;
            self.cursor = ListCursor::default();
            let query = self.search.text().to_owned();
            self.page.ask(&query, 0, cx);
        }
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        let visible = cx.shared.visible_rows;
        if self.cursor.key(key, self.page.total, visible) {
            let query = self.search.text().to_owned();
            self.page.keep_up(&query, self.cursor, visible, cx);
            return true;
        }
        match key {
            // A search that still rests would open somebody of the old list.
            Key::Enter if self.ask_at.is_some() => {
                self.ask_at = Some(Duration::ZERO);
                self.tick(cx);
            }
            // The list on the screen is not what was searched for.
            Key::Enter if self.page.asked.is_some() => {}
            Key::Enter => self.open(cx),
            Key::F(2) => cx.go(PersonForm::register()),
            Key::F(3) => self.sort_by(self.next_sort(), cx),
            Key::F(4) => self.sort_by(self.turned(), cx),
            Key::Escape if !self.search.is_empty() => {
                self.search.clear();
                self.ask_at = Some(Duration::ZERO);
                self.tick(cx);
            }
            Key::Escape => cx.go(Home::default()),
            _ => return false,
        }
        true
    }

    fn pointed(&mut self, target: Target, cx: &mut Cx) {
        match target {
            Target::Row(row) => {
                let index = self.cursor.top + row;
                if index == self.cursor.selected {
                    self.open(cx);
                } else if index < self.page.total {
                    self.cursor.selected = index;
                }
            }
            Target::Column(column) => {
                let Some((by, _)) = SORTABLE.iter().find(|(_, at)| *at == column) else {
                    return;
                };
                let descending = self.page.sort.by == *by && !self.page.sort.descending;
                self.sort_by(
                    Sort {
                        by: *by,
                        descending,
                    },
                    cx,
                );
            }
            _ => {}
        }
    }

    fn scrolled(&mut self, rows: isize, cx: &mut Cx) {
        let visible = cx.shared.visible_rows;
        self.cursor.scroll(rows, self.page.total, visible);
        let query = self.search.text().to_owned();
        self.page.keep_up(&query, self.cursor, visible, cx);
    }

    fn reply(&mut self, reply: Reply, cx: &mut Cx) {
        match reply {
            Reply::People(people::Reply::List(Rows { total, rows })) => {
                self.answered = true;
                self.page.take(rows, total);
                self.cursor.keep_in(self.page.total, cx.shared.visible_rows);
            }
            reply => cx.refused(&reply),
        }
    }

    fn fkeys(&self) -> FKeys {
        let mut keys = vec![(2, both("新規登録", "New"))];
        if self.page.total > 1 {
            keys.extend([(3, both("並べ替え", "Sort")), (4, both("逆順", "Reverse"))]);
        }
        keys
    }

    fn body(&self, look: &Look) -> Body {
        let drawn = self.search.drawn(true, true);
        let rows = (self.cursor.top..self.page.total)
            .take(look.shared.visible_rows)
            .map(|index| person_row(self.page.row(index), index == self.cursor.selected, look))
            .collect();
        Body::Table(TableView {
            lines: Vec::new(),
            search: Some(FieldView {
                label: look.say(
                    "検索（社員番号・氏名・フリガナ）",
                    "Search (number, name, reading)",
                ),
                focused: true,
                before: drawn.before,
                preedit: look.preedit.clone(),
                selected: drawn.selected,
                caret_first: drawn.caret_first,
                after: drawn.after,
                scroll: self.search.scroll,
                hint: match look.language {
                    codes::Language::Japanese => format!("{}人", self.page.total),
                    codes::Language::English if self.page.total == 1 => "1 person".into(),
                    codes::Language::English => format!("{} people", self.page.total),
                },
                ..FieldView::default()
            }),
            columns: sortable(person_columns(look)),
            sort: SORTABLE
                .iter()
                .find(|(by, _)| *by == self.page.sort.by)
                .map(|(_, column)| (*column, self.page.sort.descending)),
            rows,
            top: self.cursor.top,
            total: self.page.total,
            empty: if !self.answered {
                String::new()
            } else if self.search.is_empty() {
                look.say(
                    "まだ登録がありません。F2で登録します。",
                    "Nobody is registered yet. F2 registers somebody.",
                )
            } else {
                look.say("該当する社員はいません。", "Nobody matches.")
            },
            ..TableView::default()
        })
    }
}

fn sortable(mut columns: Vec<Column>) -> Vec<Column> {
    for (_, at) in SORTABLE {
        columns[at].sortable = true;
    }
    columns
}

pub fn person_columns(look: &Look) -> Vec<Column> {
    columns([
        (look.say("社員番号", "No."), 0.13),
        (look.say("氏名", "Name"), 0.21),
        (look.say("フリガナ", "Reading"), 0.25),
        (look.say("生年月日", "Born"), 0.14),
        (look.say("入社日", "Hired"), 0.14),
        (look.say("個人番号", "Number"), 0.13),
    ])
}

pub fn person_row(row: Option<&PersonRow>, selected: bool, look: &Look) -> RowView {
    let Some(row) = row else {
        return RowView {
            cells: vec!["…".to_owned()],
            selected,
            ..RowView::default()
        };
    };
    RowView {
        cells: vec![
            row.employee_no.clone(),
            row.name.clone(),
            row.kana.clone(),
            row.birth_date.clone(),
            row.hired_on.clone(),
            if row.has_number {
                look.say("登録済み", "Registered")
            } else {
                look.say("未登録", "None")
            },
        ],
        selected,
        ..RowView::default()
    }
}
