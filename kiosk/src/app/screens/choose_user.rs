//! S-220: the volume is open and several users may log in: who is it?

use super::login::Login;
use super::recover::Recover;
use super::users::{Held, User, WAITS_FOR_A_NAME};
use crate::app::field::{Kind, TextField};
use crate::app::list::{ListCursor, columns};
use crate::app::{Body, Cx, FKeys, FieldView, Key, Look, RowView, Screen, TableView, Target, both};
use codes::{Language, ScreenCode};
use mynumber::search::fold;
use std::time::Duration;

/// What the name is for. What waits here for one is forgotten when nobody types.
pub enum Purpose {
    /// With the passphrase that opened the volume.
    LogIn(Option<Held>),
    /// With the words that opened the volume and the new passphrase.
    Recover(Box<Recover>),
}

/// A user, and all that they are found by.
struct Entry {
    user: User,
    /// Name, its likely reading and the department, [`folded`].
    found_by: Vec<String>,
}

pub struct ChooseUser {
    purpose: Purpose,
    search: TextField,
    entries: Vec<Entry>,
    /// Indices of `entries` that are found.
    found: Vec<usize>,
    cursor: ListCursor,
    /// Somebody did something last; on the monotonic clock.
    touched: Duration,
}

impl ChooseUser {
    /// Of names that the keeper told.
    pub fn among(users: Vec<User>, purpose: Purpose) -> Self {
        let mut screen = Self {
            purpose,
            search: TextField::new(Kind::Text),
            entries: Vec::new(),
            found: Vec::new(),
            cursor: ListCursor::default(),
            touched: Duration::ZERO,
        };
        screen.entries = users.into_iter().map(Entry::new).collect();
        screen.find(1);
        // The one who was here last is selected.
        let last = screen.entries.iter().position(|entry| entry.user.last);
        screen.cursor.selected = last.unwrap_or(0);
        screen
    }

    /// Reads the names, where there is a dictionary: then kana find them, too.
    fn read(&mut self, cx: &Cx) {
        let Some(readings) = cx.shared.readings.clone() else {
            return;
        };
        let names: Vec<&str> = self.entries.iter().map(|e| e.user.name.as_str()).collect();
        let read = readings.readings(&names);
        for (entry, reading) in self.entries.iter_mut().zip(read) {
            entry
                .found_by
                .extend(reading.map(|reading| folded(&reading)));
        }
    }

    fn find(&mut self, visible: usize) {
        let query = folded(self.search.text());
        self.found = (0..self.entries.len())
            .filter(|index| self.entries[*index].is_found_by(&query))
            .collect();
        self.cursor = ListCursor::default();
        self.cursor.keep_in(self.found.len(), visible);
    }

    fn at(&self, index: usize) -> Option<&User> {
        let entry = self.found.get(index)?;
        self.entries.get(*entry).map(|entry| &entry.user)
    }

    fn choose(&mut self, index: usize, cx: &mut Cx) {
        let Some(user) = self.at(index).cloned() else {
            return;
        };
        self.cursor.selected = index;
        match std::mem::replace(&mut self.purpose, Purpose::LogIn(None)) {
            Purpose::LogIn(held) => {
                let users = self.entries.drain(..).map(|entry| entry.user).collect();
                cx.go(Login::of(user, users, held));
            }
            Purpose::Recover(recover) => cx.go(recover.now_of(user)),
        }
    }

    fn waits(&self) -> bool {
        !matches!(self.purpose, Purpose::LogIn(None))
    }
}

impl Entry {
    fn new(user: User) -> Self {
        let found_by = vec![folded(&user.name), folded(&user.department)];
        Self { user, found_by }
    }

    fn is_found_by(&self, folded: &str) -> bool {
        self.found_by.iter().any(|text| text.contains(folded))
    }
}

/// As every search folds, with 髙 like 高: who looks for a name need not know its form.
fn folded(text: &str) -> String {
    fold(&kkc::common(text))
}

impl Screen for ChooseUser {
    fn code(&self) -> ScreenCode {
        ScreenCode::ChooseUser
    }

    fn enter(&mut self, cx: &mut Cx) {
        self.touched = cx.shared.now.monotonic;
        self.read(cx);
        self.cursor
            .keep_in(self.found.len(), cx.shared.visible_rows);
    }

    fn input(&mut self) -> Option<&mut TextField> {
        Some(&mut self.search)
    }

    fn edited(&mut self, cx: &mut Cx) {
        self.touched = cx.shared.now.monotonic;
        self.find(cx.shared.visible_rows);
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        self.touched = cx.shared.now.monotonic;
        let visible = cx.shared.visible_rows;
        if self.cursor.key(key, self.found.len(), visible) {
            return true;
        }
        match key {
            Key::Enter | Key::F(12) => self.choose(self.cursor.selected, cx),
            // No name has digits.
            Key::Char(digit @ '1'..='9') => self.choose(digit as usize - '1' as usize, cx),
            Key::Escape => {
                self.search.clear();
                self.find(visible);
            }
            _ => return false,
        }
        true
    }

    fn pointed(&mut self, target: Target, cx: &mut Cx) {
        self.touched = cx.shared.now.monotonic;
        if let Target::Row(row) = target {
            self.choose(self.cursor.top + row, cx);
        }
    }

    fn scrolled(&mut self, rows: isize, cx: &mut Cx) {
        self.cursor
            .scroll(rows, self.found.len(), cx.shared.visible_rows);
    }

    fn wake_at(&self) -> Option<Duration> {
        self.waits().then_some(self.touched + WAITS_FOR_A_NAME)
    }

    fn tick(&mut self, cx: &mut Cx) {
        if self.waits() && self.touched + WAITS_FOR_A_NAME <= cx.shared.now.monotonic {
            self.purpose = Purpose::LogIn(None);
        }
    }

    fn fkeys(&self) -> FKeys {
        vec![(12, both("選ぶ", "Choose"))]
    }

    fn body(&self, look: &Look) -> Body {
        let (before, after) = self.search.shown(true);
        let row = |index: usize| {
            let user = self.at(index)?;
            let digit = (index < 9).then(|| (index + 1).to_string());
            Some(RowView {
                cells: vec![
                    digit.unwrap_or_default(),
                    user.name.clone(),
                    user.department.clone(),
                ],
                selected: index == self.cursor.selected,
                ..RowView::default()
            })
        };
        let count = self.found.len();
        Body::Table(TableView {
            lines: vec![match self.purpose {
                Purpose::LogIn(_) => look.say("自分の名前を選んでください。", "Choose your name."),
                Purpose::Recover(_) => look.say(
                    "復旧用のことばを渡された人の名前を選んでください。",
                    "Choose the name of the person whose recovery words these are.",
                ),
            }],
            search: Some(FieldView {
                label: look.say("検索（名前・よみ・部署）", "Search (name, department)"),
                focused: true,
                before,
                preedit: look.preedit.clone(),
                after,
                hint: match look.language {
                    Language::Japanese => format!("{count}人"),
                    Language::English if count == 1 => "1 person".into(),
                    Language::English => format!("{count} people"),
                },
                ..FieldView::default()
            }),
            columns: columns([
                (look.say("番号", "No."), 0.1),
                (look.say("名前", "Name"), 0.45),
                (look.say("部署", "Department"), 0.45),
            ]),
            rows: (self.cursor.top..count)
                .take(look.shared.visible_rows)
                .filter_map(row)
                .collect(),
            top: self.cursor.top,
            total: count,
            empty: look.say(
                "該当する人はいません。Escで検索を消します。",
                "Nobody matches. Esc clears the search.",
            ),
            ..TableView::default()
        })
    }
}
