//! S-600: registered companion sticks, and what may leave to which PC.

use super::approve_pc::ApprovePc;
use super::clock::local_time;
use super::home::Home;
use super::person::purpose_name;
use super::register_companion::RegisterCompanion;
use crate::app::dialog::Dialog;
use crate::app::list::{ListCursor, columns};
use crate::app::{
    Body, Column, Cx, FKeys, Key, Look, RowView, Screen, TableView, Target, Tone, both,
};
use codes::ScreenCode;
use protocol::clerk::{
    Reply,
    companions::{self, Companion, WhitelistEntry},
};

#[derive(Default)]
pub struct Companions {
    companions: Vec<Companion>,
    whitelist: Vec<WhitelistEntry>,
    /// 0: the sticks, 1: the approvals
    tab: usize,
    cursors: [ListCursor; 2],
    revoking: bool,
}

impl Companions {
    fn total(&self) -> usize {
        [self.companions.len(), self.whitelist.len()][self.tab]
    }

    fn refresh(cx: &mut Cx) {
        cx.ask_keeper(companions::Request::List);
        cx.ask_keeper(companions::Request::Whitelist);
    }

    fn ask_revoke(&self, cx: &mut Cx) {
        if self.tab != 1 {
            return;
        }
        let Some(entry) = self.whitelist.get(self.cursors[1].selected) else {
            return;
        };
        let lines = vec![
            format!(
                "{} → {}（{}）",
                entry.companion_name, entry.pc_name, entry.program
            ),
            purpose_name(entry.purpose, cx.shared.settings.language),
        ];
        let choices = vec![cx.say("取り消す", "Revoke"), cx.say("戻る", "Back")];
        cx.open(Dialog::ask(ScreenCode::ConfirmRevoke, lines, choices).grave());
    }
}

fn stick_columns(look: &Look) -> Vec<Column> {
    columns([
        (look.say("名前", "Name"), 0.26),
        (look.say("機種", "Hardware"), 0.30),
        (look.say("登録日時", "Registered"), 0.22),
        (look.say("受取側PC", "PCs"), 0.11),
        (look.say("状態", "State"), 0.11),
    ])
}

fn approval_columns(look: &Look) -> Vec<Column> {
    columns([
        (look.say("受渡し用USB", "Companion"), 0.18),
        (look.say("受取側PC", "PC"), 0.16),
        (look.say("プログラム", "Program"), 0.16),
        (look.say("利用目的", "Purpose"), 0.34),
        (look.say("期限", "Until"), 0.16),
    ])
}

impl Companions {
    fn stick_rows(&self, look: &Look) -> Vec<RowView> {
        let row = |c: &Companion| {
            let here = look.shared.sticks.iter().any(|s| s.hardware == c.hardware);
            RowView {
                cells: vec![
                    c.name.clone(),
                    format!("{} {}", c.hardware.vendor, c.hardware.product),
                    local_time(c.registered_unix),
                    c.payroll_pcs.to_string(),
                    if here {
                        look.say("接続中", "Here")
                    } else {
                        String::new()
                    },
                ],
                ..RowView::default()
            }
        };
        self.companions.iter().map(row).collect()
    }

    fn approval_rows(&self, look: &Look) -> Vec<RowView> {
        let row = |e: &WhitelistEntry| RowView {
            cells: vec![
                e.companion_name.clone(),
                e.pc_name.clone(),
                e.program.clone(),
                purpose_name(e.purpose, look.language),
                e.expires.clone(),
            ],
            tone: if e.expired { Tone::Bad } else { Tone::Info },
            ..RowView::default()
        };
        self.whitelist.iter().map(row).collect()
    }
}

impl Screen for Companions {
    fn code(&self) -> ScreenCode {
        ScreenCode::Companions
    }

    fn enter(&mut self, cx: &mut Cx) {
        Self::refresh(cx);
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        let total = self.total();
        if self.cursors[self.tab].key(key, total, cx.shared.visible_rows) {
            return true;
        }
        match key {
            Key::Tab | Key::BackTab | Key::Left | Key::Right => self.tab = 1 - self.tab,
            Key::F(2) => cx.go(RegisterCompanion::new(cx.shared)),
            Key::F(3) => cx.go(ApprovePc::default()),
            Key::F(4) => self.ask_revoke(cx),
            Key::Escape => cx.go(Home::default()),
            _ => return false,
        }
        true
    }

    fn pointed(&mut self, target: Target, cx: &mut Cx) {
        match target {
            Target::Tab(tab) => self.tab = tab.min(1),
            Target::Row(row) => {
                let total = self.total();
                let cursor = &mut self.cursors[self.tab];
                cursor.selected = cursor.top + row;
                cursor.keep_in(total, cx.shared.visible_rows);
            }
            _ => {}
        }
    }

    fn scrolled(&mut self, rows: isize, cx: &mut Cx) {
        let total = self.total();
        self.cursors[self.tab].scroll(rows, total, cx.shared.visible_rows);
    }

    fn chosen(&mut self, _dialog: ScreenCode, choice: Option<usize>, cx: &mut Cx) {
        if choice == Some(0)
            && let Some(entry) = self.whitelist.get(self.cursors[1].selected)
        {
            self.revoking = true;
            cx.ask_keeper(companions::Request::RevokeEntry {
                entry: entry.id.clone(),
            });
        }
    }

    fn reply(&mut self, reply: Reply, cx: &mut Cx) {
        match reply {
            Reply::Companions(companions::Reply::List(companions)) => self.companions = companions,
            Reply::Companions(companions::Reply::Whitelist(whitelist)) => {
                self.whitelist = whitelist;
                self.cursors[1].keep_in(self.whitelist.len(), cx.shared.visible_rows);
            }
            Reply::Done if self.revoking => {
                self.revoking = false;
                let text = cx.say("許可を取り消しました。", "The approval was revoked.");
                cx.inform(Tone::Good, text);
                Self::refresh(cx);
            }
            reply => {
                self.revoking = false;
                cx.refused(&reply);
            }
        }
    }

    fn fkeys(&self) -> FKeys {
        let mut keys = vec![
            (2, both("USBを登録", "Register")),
            (3, both("PCを承認", "Approve PC")),
        ];
        if self.tab == 1 {
            keys.push((4, both("取消し", "Revoke")));
        }
        keys
    }

    fn body(&self, look: &Look) -> Body {
        let cursor = self.cursors[self.tab];
        let (columns, rows) = if self.tab == 0 {
            (stick_columns(look), self.stick_rows(look))
        } else {
            (approval_columns(look), self.approval_rows(look))
        };
        Body::Table(TableView {
            tabs: vec![
                look.say("受渡し用USB", "Companion sticks"),
                look.say("許可（受取側PC）", "Approvals (payroll PCs)"),
            ],
            tab: self.tab,
            columns,
            rows: rows
                .into_iter()
                .enumerate()
                .skip(cursor.top)
                .take(look.shared.visible_rows)
                .map(|(index, row)| RowView {
                    selected: index == cursor.selected,
                    ..row
                })
                .collect(),
            top: cursor.top,
            total: self.total(),
            empty: if self.tab == 0 {
                look.say(
                    "登録された受渡し用USBはありません。F2で登録します。",
                    "No companion is registered. F2 registers one.",
                )
            } else {
                look.say(
                    "許可はありません。F3で受取側PCを承認します。",
                    "Nothing is approved. F3 approves a payroll PC.",
                )
            },
            detail: if self.tab == 1 {
                self.whitelist
                    .get(cursor.selected)
                    .map(|entry| entry_detail(entry, look))
                    .unwrap_or_default()
            } else {
                Vec::new()
            },
            ..TableView::default()
        })
    }
}

/// What of an approval does not fit into its row.
pub fn entry_detail(entry: &WhitelistEntry, look: &Look) -> Vec<String> {
    let format = match look.language {
        codes::Language::Japanese => &entry.format_ja,
        codes::Language::English => &entry.format_en,
    };
    vec![
        purpose_name(entry.purpose, look.language),
        format!(
            "{} → {}　{}　{format}",
            entry.companion_name, entry.pc_name, entry.program
        ),
    ]
}
