//! S-500: what was done, the newest first.

use super::clock::local_time;
use super::home::Home;
use super::person::purpose_name;
use crate::app::list::{ListCursor, columns};
use crate::app::{Body, Cx, FKeys, Key, Look, RowView, Screen, TableView, Target, Tone, both};
use codes::{ErrorCode, Language, ScreenCode};
use protocol::clerk::{
    MAX_ROWS, Reply, Rows,
    ledger::{self, LedgerRow},
};

#[derive(Default)]
pub struct Ledger {
    rows: Vec<LedgerRow>,
    total: usize,
    asked: bool,
    verifying: bool,
    cursor: ListCursor,
}

impl Ledger {
    /// Asks for older entries when the end of what is held comes near.
    fn keep_up(&mut self, cx: &mut Cx) {
        let oldest = self.rows.last().map(|row| row.seq);
        let near = self.cursor.top + 2 * cx.shared.visible_rows >= self.rows.len();
        let more = self.rows.len() < self.total && oldest.is_some_and(|seq| seq > 1);
        if near && more && !self.asked {
            self.asked = true;
            cx.ask_keeper(ledger::Request::Page {
                before: oldest,
                limit: MAX_ROWS,
            });
        }
    }

    fn text(row: &LedgerRow, language: Language) -> &str {
        match language {
            Language::Japanese => &row.text_ja,
            Language::English => &row.text_en,
        }
    }
}

impl Screen for Ledger {
    fn code(&self) -> ScreenCode {
        ScreenCode::Ledger
    }

    fn enter(&mut self, cx: &mut Cx) {
        self.asked = true;
        cx.ask_keeper(ledger::Request::Page {
            before: None,
            limit: MAX_ROWS,
        });
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        // `End` goes to the oldest entry held; the next press to the next page's.
        if self
            .cursor
            .key(key, self.rows.len(), cx.shared.visible_rows)
        {
            self.keep_up(cx);
            return true;
        }
        match key {
            Key::Escape => cx.go(Home::default()),
            Key::F(2) if !self.verifying => {
                self.verifying = true;
                cx.working("取扱記録を検証しています", "Verifying the ledger", true);
                cx.ask_keeper(ledger::Request::Verify);
            }
            _ => return false,
        }
        true
    }

    fn pointed(&mut self, target: Target, cx: &mut Cx) {
        if let Target::Row(row) = target {
            self.cursor.selected = self.cursor.top + row;
            self.cursor.keep_in(self.rows.len(), cx.shared.visible_rows);
        }
    }

    fn scrolled(&mut self, rows: isize, cx: &mut Cx) {
        self.cursor
            .scroll(rows, self.rows.len(), cx.shared.visible_rows);
        self.keep_up(cx);
    }

    fn reply(&mut self, reply: Reply, cx: &mut Cx) {
        match reply {
            Reply::Progress { .. } => {}
            Reply::Ledger(ledger::Reply::Page(Rows { rows, total })) => {
                self.asked = false;
                self.total = usize::try_from(total).unwrap_or(usize::MAX);
                self.rows.extend(rows);
            }
            Reply::Ledger(ledger::Reply::Intact { entries }) => {
                self.verifying = false;
                cx.work_done();
                let text = match cx.shared.settings.language {
                    Language::Japanese => {
                        format!("{entries}件の記録を検証しました。改ざんはありません。")
                    }
                    Language::English => {
                        format!("{entries} entries verified: nothing was changed.")
                    }
                };
                cx.inform(Tone::Good, text);
            }
            reply => {
                self.asked = false;
                self.verifying = false;
                cx.work_done();
                let reply = match reply {
                    Reply::Ledger(ledger::Reply::Broken(_)) => {
                        Reply::Refused(ErrorCode::LedgerBroken)
                    }
                    reply => reply,
                };
                cx.refused(&reply);
            }
        }
    }

    fn fkeys(&self) -> FKeys {
        vec![(2, both("検証", "Verify"))]
    }

    fn body(&self, look: &Look) -> Body {
        let rows = self
            .rows
            .iter()
            .enumerate()
            .skip(self.cursor.top)
            .take(look.shared.visible_rows)
            .map(|(index, row)| RowView {
                cells: vec![
                    row.seq.to_string(),
                    local_time(row.unix_seconds),
                    row.user.clone(),
                    row.event.clone(),
                    Self::text(row, look.language).to_owned(),
                ],
                selected: index == self.cursor.selected,
                marked: false,
                tone: if row.refused { Tone::Bad } else { Tone::Info },
            })
            .collect();
        let detail = self.rows.get(self.cursor.selected).map(|row| {
            let clock = if row.clock_confirmed {
                look.say("時計は確認済み", "clock confirmed")
            } else {
                look.say("時計は未確認", "clock not confirmed")
            };
            let mut second = vec![row.subject.clone()];
            second.extend(row.purpose.map(|p| purpose_name(p, look.language)));
            second.push(clock);
            second.retain(|part| !part.is_empty());
            vec![
                format!(
                    "#{} {} {} {}",
                    row.seq,
                    row.event,
                    row.user,
                    Self::text(row, look.language)
                ),
                second.join("　"),
            ]
        });
        Body::Table(TableView {
            columns: columns([
                ("#".to_owned(), 0.07),
                (look.say("日時", "When"), 0.20),
                (look.say("利用者", "Who"), 0.15),
                (look.say("コード", "Code"), 0.09),
                (look.say("内容", "What"), 0.49),
            ]),
            rows,
            top: self.cursor.top,
            total: self.rows.len(),
            lines: vec![match look.language {
                Language::Japanese => format!("全{}件（新しい順）", self.total),
                Language::English => format!("{} entries, the newest first", self.total),
            }],
            detail: detail.unwrap_or_default(),
            ..TableView::default()
        })
    }
}
