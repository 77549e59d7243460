//! S-240: a user who works for several companies enters one of them, after the login or instead of
//! the one entered before.

use super::home::Home;
use crate::app::list::{List, ListColumn};
use crate::app::{
    Body, Cx, FKeys, Key, Look, RowView, Screen, Session, TableView, Target, Tone, both,
};
use codes::{ErrorCode, ScreenCode};
use protocol::clerk::Reply;
use protocol::clerk::companies::{CompanyKind, CompanyRow};
use protocol::clerk::session::{self, State};

#[derive(Default)]
pub struct ChooseCompany {
    list: List<CompanyRow>,
    answered: bool,
    /// A company is entered and stays so until the keeper has entered another.
    instead: bool,
}

const COLUMNS: [ListColumn<CompanyRow>; 3] = [
    ListColumn {
        title: both("事業者", "Company"),
        share: 0.56,
        cell: |row, _| row.name.clone(),
        order: |a, b| a.name.cmp(&b.name),
    },
    ListColumn {
        title: both("種類", "Kind"),
        share: 0.18,
        cell: |row, look| match row.kind {
            CompanyKind::Own => look.say("自社", "Own"),
            CompanyKind::Client => look.say("顧問先", "Client"),
        },
        order: |a, b| (a.kind as u8).cmp(&(b.kind as u8)),
    },
    ListColumn {
        title: both("このPCで今日", "On this PC today"),
        share: 0.26,
        cell: |row, look| match row.open {
            true => look.say("使えます", "Can be entered"),
            false => look.say("使えません", "Cannot be entered"),
        },
        order: |a, b| b.open.cmp(&a.open),
    },
];

impl ChooseCompany {
    /// Instead of the company entered now.
    pub fn instead() -> Self {
        Self {
            instead: true,
            ..Self::default()
        }
    }

    /// Back to the menu, of whatever company the keeper has entered now.
    fn leave(&mut self, state: State, cx: &mut Cx) {
        let company = state.company.unwrap_or_default();
        let Some(session) = &mut cx.shared.session else {
            return;
        };
        let before = std::mem::replace(&mut session.company, company.clone());
        cx.go(Home::default());
        if before != company {
            let said = cx.say(
                &format!("「{company}」に切り替えました。"),
                &format!("You work for {company} now."),
            );
            cx.inform(Tone::Good, said);
        }
    }

    fn lines(&self, look: &Look) -> Vec<String> {
        let now = look.shared.session.as_ref().filter(|_| self.instead);
        vec![match now {
            Some(Session { company, .. }) => look.say(
                &format!(
                    "切り替える事業者を選んでください。今は「{company}」です。Escで戻ります。"
                ),
                &format!("Choose the company to change to. Now it is {company}; Esc stays there."),
            ),
            None => look.say(
                "扱う事業者を選んでください。",
                "Choose the company you work for now.",
            ),
        }]
    }

    fn open(&self, cx: &mut Cx) {
        if let Some(row) = self.list.selected() {
            cx.ask_keeper(session::Request::Enter {
                company: row.company.clone(),
            });
        }
    }
}

impl Screen for ChooseCompany {
    fn code(&self) -> ScreenCode {
        ScreenCode::ChooseCompany
    }

    fn enter(&mut self, cx: &mut Cx) {
        cx.ask_keeper(session::Request::Companies);
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        if self.list.key(key, &COLUMNS, cx.shared.visible_rows) {
            return true;
        }
        match key {
            Key::Enter | Key::F(12) => self.open(cx),
            Key::Escape if self.instead => cx.ask_keeper(session::Request::State),
            Key::Escape => cx.lock(),
            _ => return false,
        }
        true
    }

    fn pointed(&mut self, target: Target, cx: &mut Cx) {
        if self.list.pointed(target, &COLUMNS, cx.shared.visible_rows) {
            self.open(cx);
        }
    }

    fn scrolled(&mut self, rows: isize, cx: &mut Cx) {
        self.list.scrolled(rows, cx.shared.visible_rows);
    }

    fn reply(&mut self, reply: Reply, cx: &mut Cx) {
        match reply {
            Reply::Progress { .. } => {}
            Reply::Session(session::Reply::Companies(rows)) => {
                self.answered = true;
                self.list.set(rows, &COLUMNS, cx.shared.visible_rows);
                let now = cx.shared.session.as_ref().map(|s| s.company.as_str());
                let is_now = |row: &CompanyRow| Some(row.name.as_str()) == now;
                match self.instead {
                    true => self.list.select(is_now, cx.shared.visible_rows),
                    false => self.list.select(|row| row.open, cx.shared.visible_rows),
                }
            }
            Reply::Done => cx.ask_keeper(session::Request::State),
            Reply::Session(session::Reply::State(state)) if state.must_enter_company => {
                // The one before was left and no other entered.
                self.instead = false;
                if let Some(session) = &mut cx.shared.session {
                    session.company.clear();
                }
                cx.fail(ErrorCode::NoCompanyEntered, "");
            }
            Reply::Session(session::Reply::State(state)) if self.instead => self.leave(state, cx),
            Reply::Session(session::Reply::State(state)) => cx.logged_in(state, None),
            reply => cx.refused(&reply),
        }
    }

    fn fkeys(&self) -> FKeys {
        let mut keys = vec![(12, both("選ぶ", "Enter it"))];
        keys.extend(self.list.fkeys());
        keys
    }

    fn body(&self, look: &Look) -> Body {
        let dress = |row: &CompanyRow, view: RowView| RowView {
            tone: match row.open {
                true => Tone::Info,
                false => Tone::Bad,
            },
            ..view
        };
        Body::Table(TableView {
            lines: self.lines(look),
            empty: match self.answered {
                true => look.say(
                    "使える事業者がありません。",
                    "There is no company to enter.",
                ),
                false => String::new(),
            },
            ..self.list.view(&COLUMNS, look, dress)
        })
    }
}
