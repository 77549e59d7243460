//! S-700 and S-710: choose an approval, choose people, confirm, write.

use super::companions::{by_purpose, dress, entry_detail};
use super::people::{PeoplePage, person_columns, person_row};
use super::person::purpose_name;
use super::{home::Home, stick_name};
use crate::app::dialog::Dialog;
use crate::app::list::{List, ListColumn, ListCursor};
use crate::app::{Body, Cx, FKeys, Key, Look, Notice, Screen, TableView, Target, Tone, both};
use codes::{ErrorCode, Language, ScreenCode};
use protocol::clerk::{
    PersonId, Reply, Rows,
    companions::{self, WhitelistEntry},
    people::{self, PersonRow},
};
use protocol::system::DeviceId;
use std::collections::BTreeSet;

#[derive(Default)]
pub struct HandOverPage {
    entries: List<WhitelistEntry>,
    answered: bool,
    /// Enter was typed before the approvals were there.
    early: bool,
    /// The approval that was chosen; then people are.
    entry: Option<WhitelistEntry>,
    page: PeoplePage,
    people_cursor: ListCursor,
    marked: BTreeSet<PersonId>,
    marking_all: bool,
    device: Option<DeviceId>,
}

const ENTRIES: [ListColumn<WhitelistEntry>; 5] = [
    ListColumn {
        title: both("受渡し用USB", "Companion"),
        share: 0.18,
        cell: |e, _| e.companion_name.clone(),
        order: |a, b| a.companion_name.cmp(&b.companion_name),
    },
    ListColumn {
        title: both("受取側PC", "PC"),
        share: 0.18,
        cell: |e, _| e.pc_name.clone(),
        order: |a, b| a.pc_name.cmp(&b.pc_name),
    },
    ListColumn {
        title: both("形式", "Format"),
        share: 0.2,
        cell: |e, look| look.say(&e.format_ja, &e.format_en),
        order: |a, b| a.format_ja.cmp(&b.format_ja),
    },
    ListColumn {
        title: both("利用目的", "Purpose"),
        share: 0.29,
        cell: |e, look| purpose_name(e.purpose, look.language),
        order: by_purpose,
    },
    ListColumn {
        title: both("期限", "Until"),
        share: 0.15,
        cell: |e, _| e.expires.clone(),
        order: |a, b| a.expires.cmp(&b.expires),
    },
];

impl HandOverPage {
    fn choose_entry(&mut self, cx: &mut Cx) {
        self.early = !self.answered;
        let Some(entry) = self.entries.selected() else {
            return;
        };
        if entry.expired {
            cx.fail(ErrorCode::WhitelistExpired, "");
            return;
        }
        self.entry = Some(entry.clone());
        self.page.ask("", 0, cx);
    }

    fn mark(&mut self, cx: &mut Cx) {
        let index = self.people_cursor.selected;
        let Some(row) = self.page.row(index) else {
            return;
        };
        if !row.has_number {
            cx.fail(ErrorCode::NoNumber, "");
            return;
        }
        if !self.marked.remove(&row.person) {
            self.marked.insert(row.person);
        }
        self.people_cursor
            .key(Key::Down, self.page.total, cx.shared.visible_rows);
        self.page
            .keep_up("", self.people_cursor, cx.shared.visible_rows, cx);
    }

    /// Everybody who has a number; nobody, if somebody was marked. The list comes in
    /// pages, so this may take several replies.
    fn mark_all(&mut self, cx: &mut Cx) {
        if self.marked.is_empty() {
            self.marking_all = true;
            self.page.ask("", 0, cx);
        } else {
            self.marking_all = false;
            self.marked.clear();
        }
    }

    fn take_people(&mut self, rows: Vec<PersonRow>, total: u32, cx: &mut Cx) {
        self.page.take(rows, total);
        if !self.marking_all {
            return;
        }
        let able = self.page.rows.iter().filter(|row| row.has_number);
        self.marked.extend(able.map(|row| row.person));
        let next = self.page.offset + self.page.rows.len();
        if next < self.page.total && !self.page.rows.is_empty() {
            self.page.ask("", next, cx);
        } else {
            self.marking_all = false;
            self.page
                .keep_up("", self.people_cursor, cx.shared.visible_rows, cx);
        }
    }

    fn submit(&mut self, cx: &mut Cx) {
        if self.entry.is_none() {
            self.choose_entry(cx);
            return;
        }
        if self.marked.is_empty() || self.marking_all {
            cx.fail(ErrorCode::NothingToHandOver, "");
            return;
        }
        match cx.shared.sticks.as_slice() {
            [] => cx.fail(ErrorCode::NoCompanion, ""),
            [only] => {
                self.device = Some(only.device);
                self.confirm(cx);
            }
            several => {
                let choices = several.iter().map(stick_name).collect();
                let lines = vec![cx.say(
                    "書き込む受渡し用USBを選んでください。",
                    "Choose the companion to write to.",
                )];
                cx.open(Dialog::ask(ScreenCode::ChooseStick, lines, choices));
            }
        }
    }

    fn confirm(&self, cx: &mut Cx) {
        let Some(entry) = &self.entry else {
            return;
        };
        let format = match cx.shared.settings.language {
            Language::Japanese => &entry.format_ja,
            Language::English => &entry.format_en,
        };
        let people = self.marked.len();
        let lines = vec![
            match cx.shared.settings.language {
                Language::Japanese => format!("対象：{people}人"),
                Language::English => format!("People: {people}"),
            },
            format!(
                "{}{} → {}（{}）",
                cx.say("宛先：", "To: "),
                entry.companion_name,
                entry.pc_name,
                entry.program
            ),
            format!("{}{format}", cx.say("形式：", "Format: ")),
            format!(
                "{}{}",
                cx.say("利用目的：", "Purpose: "),
                purpose_name(entry.purpose, cx.shared.settings.language)
            ),
        ];
        let choices = vec![cx.say("書き出す", "Hand over"), cx.say("戻る", "Back")];
        cx.open(Dialog::ask(ScreenCode::ConfirmHandOver, lines, choices));
    }

    fn hand_over(&self, cx: &mut Cx) {
        if let (Some(entry), Some(device)) = (&self.entry, self.device) {
            cx.working("書き出しています", "Handing over", true);
            cx.ask_keeper(companions::Request::HandOver {
                device,
                entry: entry.id.clone(),
                people: self.marked.iter().copied().collect(),
            });
        }
    }
}

impl Screen for HandOverPage {
    fn code(&self) -> ScreenCode {
        ScreenCode::HandOver
    }

    fn enter(&mut self, cx: &mut Cx) {
        cx.ask_keeper(companions::Request::Whitelist);
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        let visible = cx.shared.visible_rows;
        if self.entry.is_none() {
            if self.entries.key(key, &ENTRIES, visible) {
                return true;
            }
            match key {
                Key::Enter | Key::F(12) => self.choose_entry(cx),
                Key::Escape => cx.go(Home::default()),
                _ => return false,
            }
            return true;
        }
        if self.people_cursor.key(key, self.page.total, visible) {
            self.page.keep_up("", self.people_cursor, visible, cx);
            return true;
        }
        match key {
            Key::Char(' ') => self.mark(cx),
            Key::F(2) => self.mark_all(cx),
            Key::F(12) | Key::Enter => self.submit(cx),
            Key::Escape => {
                self.entry = None;
                self.marked.clear();
            }
            _ => return false,
        }
        true
    }

    fn pointed(&mut self, target: Target, cx: &mut Cx) {
        let visible = cx.shared.visible_rows;
        if self.entry.is_none() {
            if self.entries.pointed(target, &ENTRIES, visible) {
                self.choose_entry(cx);
            }
        } else if let Target::Row(row) = target {
            self.people_cursor.selected = self.people_cursor.top + row;
            self.mark(cx);
        }
    }

    fn scrolled(&mut self, rows: isize, cx: &mut Cx) {
        let visible = cx.shared.visible_rows;
        if self.entry.is_some() {
            self.people_cursor.scroll(rows, self.page.total, visible);
            self.page.keep_up("", self.people_cursor, visible, cx);
        } else {
            self.entries.scrolled(rows, visible);
        }
    }

    fn chosen(&mut self, dialog: ScreenCode, choice: Option<usize>, cx: &mut Cx) {
        match (dialog, choice) {
            (ScreenCode::ChooseStick, Some(index)) => {
                self.device = cx.shared.sticks.get(index).map(|stick| stick.device);
                if self.device.is_some() {
                    self.confirm(cx);
                }
            }
            (ScreenCode::ConfirmHandOver, Some(0)) => self.hand_over(cx),
            _ => {}
        }
    }

    fn reply(&mut self, reply: Reply, cx: &mut Cx) {
        match reply {
            Reply::Progress { .. } => {}
            Reply::Companions(companions::Reply::Whitelist(entries)) => {
                self.answered = true;
                self.entries.set(entries, &ENTRIES, cx.shared.visible_rows);
                if self.early {
                    self.choose_entry(cx);
                }
            }
            Reply::People(people::Reply::List(Rows { total, rows })) => {
                self.take_people(rows, total, cx)
            }
            Reply::Companions(companions::Reply::HandedOver { hand_over, people }) => {
                cx.work_done();
                cx.go(HandOverDone::new(Flushed { hand_over, people }));
            }
            reply => {
                cx.work_done();
                cx.refused(&reply);
            }
        }
    }

    fn fkeys(&self) -> FKeys {
        if self.entry.is_some() {
            vec![
                (2, both("全員／解除", "All / none")),
                (12, both("書き出す", "Hand over")),
            ]
        } else {
            let mut keys = self.entries.fkeys();
            keys.push((12, both("選ぶ", "Choose")));
            keys
        }
    }

    fn body(&self, look: &Look) -> Body {
        let visible = look.shared.visible_rows;
        if let Some(entry) = &self.entry {
            let marked = self.marked.len();
            return Body::Table(TableView {
                lines: vec![
                    format!(
                        "{} → {}　{}",
                        entry.companion_name,
                        entry.pc_name,
                        purpose_name(entry.purpose, look.language)
                    ),
                    match look.language {
                        Language::Japanese => {
                            format!("対象者をスペースで選び、F12で書き出します。選択：{marked}人")
                        }
                        Language::English => {
                            format!("Mark people with the space bar, then F12. Marked: {marked}")
                        }
                    },
                ],
                columns: person_columns(look),
                markable: true,
                rows: (self.people_cursor.top..self.page.total)
                    .take(visible)
                    .map(|index| {
                        let row = self.page.row(index);
                        let mut view = person_row(row, index == self.people_cursor.selected, look);
                        view.marked = row.is_some_and(|r| self.marked.contains(&r.person));
                        view
                    })
                    .collect(),
                top: self.people_cursor.top,
                total: self.page.total,
                empty: look.say("登録された社員がいません。", "Nobody is registered."),
                ..TableView::default()
            });
        }
        Body::Table(TableView {
            lines: vec![look.say(
                "受渡しの許可を選んでEnterを押してください。",
                "Choose an approval and press Enter.",
            )],
            empty: if self.answered {
                look.say(
                    "許可がありません。先に受取側PCを承認してください（ホームの5）。",
                    "Nothing is approved. Approve a payroll PC first (5 on the home screen).",
                )
            } else {
                String::new()
            },
            detail: self
                .entries
                .selected()
                .map(|entry| entry_detail(entry, look))
                .unwrap_or_default(),
            ..self.entries.view(&ENTRIES, look, dress)
        })
    }
}

/// The keeper's word that the bundle is on the stick, flushed, read again and compared.
/// Only a [`Reply::HandedOver`] makes one.
struct Flushed {
    hand_over: String,
    people: u32,
}

/// S-710: cannot be shown without the proof.
struct HandOverDone {
    proof: Flushed,
}

impl HandOverDone {
    fn new(proof: Flushed) -> Self {
        Self { proof }
    }
}

impl Screen for HandOverDone {
    fn code(&self) -> ScreenCode {
        ScreenCode::HandOverDone
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        if matches!(key, Key::Enter | Key::Escape | Key::F(12)) {
            cx.go(Home::default());
            return true;
        }
        false
    }

    fn fkeys(&self) -> FKeys {
        vec![(12, both("ホームへ", "Home"))]
    }

    fn body(&self, look: &Look) -> Body {
        let Flushed { hand_over, people } = &self.proof;
        Body::Notice(Notice {
            tone: Tone::Good,
            big: look.say(
                "受渡し用USBを抜いてかまいません",
                "You may pull the companion now",
            ),
            lines: vec![
                match look.language {
                    Language::Japanese => {
                        format!("{people}人分を書き込み、読み直して確かめました。")
                    }
                    Language::English => {
                        format!(
                            "The numbers of {people} people were written, read again and compared."
                        )
                    }
                },
                format!("{}{hand_over}", look.say("受渡し番号：", "Hand-over: ")),
                look.say("Enterでホームへ戻ります。", "Enter goes back home."),
            ],
            progress: None,
        })
    }
}
