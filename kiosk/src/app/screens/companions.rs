//! S-600: registered companion sticks, and what may leave to which PC.

use super::approve_pc::ApprovePc;
use super::clock::local_time;
use super::home::Home;
use super::person::purpose_name;
use super::register_companion::RegisterCompanion;
use crate::app::dialog::Dialog;
use crate::app::list::{List, ListColumn};
use crate::app::{Body, Cx, FKeys, Key, Look, RowView, Screen, TableView, Target, Tone, both};
use codes::ScreenCode;
use mynumber::Purpose;
use protocol::clerk::{
    Reply,
    companions::{self, Companion, WhitelistEntry},
};
use std::cmp::Ordering;

#[derive(Default)]
pub struct Companions {
    sticks: List<Companion>,
    approvals: List<WhitelistEntry>,
    /// 0: the sticks, 1: the approvals
    tab: usize,
    revoking: bool,
}

const STICKS: [ListColumn<Companion>; 5] = [
    ListColumn {
        title: both("名前", "Name"),
        share: 0.26,
        cell: |c, _| c.name.clone(),
        order: |a, b| a.name.cmp(&b.name),
    },
    ListColumn {
        title: both("機種", "Hardware"),
        share: 0.30,
        cell: |c, _| hardware(c),
        order: |a, b| hardware(a).cmp(&hardware(b)),
    },
    ListColumn {
        title: both("登録日時", "Registered"),
        share: 0.22,
        cell: |c, _| local_time(c.registered_unix),
        order: |a, b| a.registered_unix.cmp(&b.registered_unix),
    },
    ListColumn {
        title: both("受取側PC", "PCs"),
        share: 0.11,
        cell: |c, _| c.payroll_pcs.to_string(),
        order: |a, b| a.payroll_pcs.cmp(&b.payroll_pcs),
    },
    ListColumn {
        title: both("状態", "State"),
        share: 0.11,
        cell: |c, look| {
            let here = look.shared.sticks.iter().any(|s| s.hardware == c.hardware);
            let state = here.then(|| look.say("接続中", "Here"));
            state.unwrap_or_default()
        },
        // Which ones are plugged in is not the list's to know.
        order: |_, _| Ordering::Equal,
    },
];

const APPROVALS: [ListColumn<WhitelistEntry>; 5] = [
    ListColumn {
        title: both("受渡し用USB", "Companion"),
        share: 0.18,
        cell: |e, _| e.companion_name.clone(),
        order: |a, b| a.companion_name.cmp(&b.companion_name),
    },
    ListColumn {
        title: both("受取側PC", "PC"),
        share: 0.16,
        cell: |e, _| e.pc_name.clone(),
        order: |a, b| a.pc_name.cmp(&b.pc_name),
    },
    ListColumn {
        title: both("プログラム", "Program"),
        share: 0.16,
        cell: |e, _| e.program.clone(),
        order: |a, b| a.program.cmp(&b.program),
    },
    ListColumn {
        title: both("利用目的", "Purpose"),
        share: 0.34,
        cell: |e, look| purpose_name(e.purpose, look.language),
        order: by_purpose,
    },
    ListColumn {
        title: both("期限", "Until"),
        share: 0.16,
        cell: |e, _| e.expires.clone(),
        order: |a, b| a.expires.cmp(&b.expires),
    },
];

fn hardware(companion: &Companion) -> String {
    let hardware = &companion.hardware;
    format!("{} {}", hardware.vendor, hardware.product)
}

/// In the order of the list of purposes.
pub fn by_purpose(a: &WhitelistEntry, b: &WhitelistEntry) -> Ordering {
    let place = |entry: &WhitelistEntry| Purpose::ALL.iter().position(|p| *p == entry.purpose);
    place(a).cmp(&place(b))
}

/// What has expired is told apart.
pub fn dress(entry: &WhitelistEntry, row: RowView) -> RowView {
    RowView {
        tone: if entry.expired { Tone::Bad } else { Tone::Info },
        ..row
    }
}

impl Companions {
    fn refresh(cx: &mut Cx) {
        cx.ask_keeper(companions::Request::List);
        cx.ask_keeper(companions::Request::Whitelist);
    }

    fn ask_revoke(&self, cx: &mut Cx) {
        if self.tab != 1 {
            return;
        }
        let Some(entry) = self.approvals.selected() else {
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

impl Screen for Companions {
    fn code(&self) -> ScreenCode {
        ScreenCode::Companions
    }

    fn enter(&mut self, cx: &mut Cx) {
        Self::refresh(cx);
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        let visible = cx.shared.visible_rows;
        let moved = match self.tab {
            0 => self.sticks.key(key, &STICKS, visible),
            _ => self.approvals.key(key, &APPROVALS, visible),
        };
        if moved {
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
        let visible = cx.shared.visible_rows;
        match (target, self.tab) {
            (Target::Tab(tab), _) => self.tab = tab.min(1),
            (target, 0) => {
                self.sticks.pointed(target, &STICKS, visible);
            }
            (target, _) => {
                self.approvals.pointed(target, &APPROVALS, visible);
            }
        }
    }

    fn scrolled(&mut self, rows: isize, cx: &mut Cx) {
        let visible = cx.shared.visible_rows;
        match self.tab {
            0 => self.sticks.scrolled(rows, visible),
            _ => self.approvals.scrolled(rows, visible),
        }
    }

    fn chosen(&mut self, _dialog: ScreenCode, choice: Option<usize>, cx: &mut Cx) {
        if choice == Some(0)
            && let Some(entry) = self.approvals.selected()
        {
            self.revoking = true;
            cx.ask_keeper(companions::Request::RevokeEntry {
                entry: entry.id.clone(),
            });
        }
    }

    fn reply(&mut self, reply: Reply, cx: &mut Cx) {
        match reply {
            Reply::Companions(companions::Reply::List(sticks)) => {
                self.sticks.set(sticks, &STICKS, cx.shared.visible_rows);
            }
            Reply::Companions(companions::Reply::Whitelist(entries)) => {
                self.approvals
                    .set(entries, &APPROVALS, cx.shared.visible_rows);
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
            keys.extend(self.approvals.fkeys());
        } else {
            keys.extend(self.sticks.fkeys());
        }
        keys
    }

    fn body(&self, look: &Look) -> Body {
        let table = match self.tab {
            0 => self.sticks.view(&STICKS, look, |_, row| row),
            _ => self.approvals.view(&APPROVALS, look, dress),
        };
        Body::Table(TableView {
            tabs: vec![
                look.say("受渡し用USB", "Companion sticks"),
                look.say("許可（受取側PC）", "Approvals (payroll PCs)"),
            ],
            tab: self.tab,
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
                self.approvals
                    .selected()
                    .map(|entry| entry_detail(entry, look))
                    .unwrap_or_default()
            } else {
                Vec::new()
            },
            ..table
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
