//! S-200: the passphrase opens the volume (init) and then the user's keys (keeper).
//!
//! Where one user works, one passphrase does both. Where several do, the volume opens first and
//! then somebody chooses their name ([`super::choose_user`]): before it is open nobody can know
//! the names, and what opened it need not be that user's passphrase.

use super::choose_user::{ChooseUser, Purpose};
use super::first_run::keyboard_line;
use super::recover::Recover;
use super::users::{Held, User};
use crate::app::check;
use crate::app::field::Kind;
use crate::app::form::{Form, Id, form_key};
use crate::app::{Body, Cx, FKeys, Key, Look, Screen, both};
use codes::{ErrorCode, Language, ScreenCode};
use protocol::Secret;
use protocol::clerk::session::{self, State};
use protocol::clerk::{Field, Reply};
use protocol::system::{self, VaultState};
use std::time::Duration;

const PASSPHRASE: Id = Id::Keeper(Field::Passphrase);

pub struct Login {
    form: Form,
    /// Whose passphrase is asked; `None` while the volume is closed or nobody told the names.
    user: Option<User>,
    /// Everybody who may log in, as last told.
    users: Vec<User>,
    /// Typed, and waits for the volume to open or for the names.
    typed: Option<Secret>,
    /// Opened the volume, and may be this user's.
    held: Option<Held>,
    /// On its way to the keeper: a user who must change it is not asked for it again.
    sent: Option<Secret>,
    /// Why the last one was refused.
    refused: Option<ErrorCode>,
}

impl Login {
    pub fn new() -> Self {
        Self {
            form: form(true),
            user: None,
            users: Vec::new(),
            typed: None,
            held: None,
            sent: None,
            refused: None,
        }
    }

    /// Of this one of `users`.
    pub fn of(user: User, users: Vec<User>, held: Option<Held>) -> Self {
        Self {
            form: form(held.is_none()),
            user: Some(user),
            users,
            held,
            ..Self::new()
        }
    }

    /// Whether others may log in, too.
    fn several(&self) -> bool {
        self.users.len() > 1
    }

    fn refuse(&mut self, code: ErrorCode, cx: &mut Cx) {
        cx.work_done();
        self.typed = None;
        self.sent = None;
        self.refused = Some(code);
    }

    /// Asks the keeper, if it is known whose passphrase it is.
    fn log_in(&mut self, passphrase: Secret, cx: &mut Cx) {
        let Some(user) = &self.user else {
            self.typed = Some(passphrase);
            cx.ask_keeper(session::Request::Names);
            return;
        };
        self.sent = Some(passphrase.clone());
        cx.ask_keeper(session::Request::Login {
            user: Some(user.user),
            passphrase,
        });
    }

    fn names(&mut self, users: Vec<User>, cx: &mut Cx) {
        self.users = users;
        if let Some(user) = &self.user {
            // Asked after a refusal: how long to wait.
            let same = |other: &&User| other.user == user.user;
            let known = self.users.iter().find(same).cloned();
            self.is(known, cx);
            return;
        }
        let typed = self.typed.take();
        match (self.users.as_slice(), typed) {
            ([], _) => {
                self.refuse(ErrorCode::NotAllowedNow, cx);
                let detail = cx.say(
                    "初期設定が途中です。電源を切ってやり直してください。",
                    "The first run was not finished. Power off and start it over.",
                );
                cx.fail(ErrorCode::NotAllowedNow, &detail);
            }
            ([only], typed) => {
                let only = only.clone();
                self.is(Some(only), cx);
                if let Some(passphrase) = typed {
                    self.log_in(passphrase, cx);
                }
            }
            (users, None) if users.iter().any(|user| user.last) => {
                let last = users.iter().find(|user| user.last).cloned();
                self.is(last, cx);
            }
            (_, typed) => {
                cx.work_done();
                self.held = typed.map(|secret| Held::new(secret, cx.shared.now.monotonic));
                self.choose_another(cx);
            }
        }
    }

    fn is(&mut self, user: Option<User>, cx: &mut Cx) {
        cx.shared.login_at = user.as_ref().map_or(Duration::ZERO, |user| user.next_try);
        self.user = user;
    }

    fn choose_another(&mut self, cx: &mut Cx) {
        let purpose = Purpose::LogIn(self.held.take());
        cx.go(ChooseUser::among(std::mem::take(&mut self.users), purpose));
    }

    fn forgotten(&self, cx: &mut Cx) {
        match &self.user {
            _ if cx.shared.vault == VaultState::Locked => cx.go(Recover::new()),
            Some(user) if self.several() => cx.go(Recover::of(user.clone())),
            _ => {
                let detail = cx.say(
                    "復旧用のことばは、電源を入れ直してから使えます。",
                    "Recovery words can be used after switching off and on.",
                );
                cx.fail(ErrorCode::NotAllowedNow, &detail);
            }
        }
    }

    fn logged_in(&mut self, state: State, cx: &mut Cx) {
        cx.work_done();
        cx.logged_in(state, self.sent.take());
    }

    fn lines(&self, look: &Look) -> Vec<String> {
        let mut lines = vec![match &self.user {
            Some(user) if self.several() => {
                let name = user.shown(look);
                match look.language {
                    Language::Japanese => format!("{name}さんのパスフレーズを入力してください。"),
                    Language::English => format!("Type the passphrase of {name}."),
                }
            }
            _ => look.say("パスフレーズを入力してください。", "Type the passphrase."),
        }];
        if self.held.is_some() {
            lines.push(look.say(
                "金庫を開けたパスフレーズと同じなら、空欄のままEnterを押してください。",
                "If it is the one that opened the vault, leave it empty and press Enter.",
            ));
        }
        lines.push(keyboard_line(look));
        let wait = look.shared.login_wait();
        if wait > 0 {
            lines.push(match look.language {
                Language::Japanese => format!("あと{wait}秒で入力できます。"),
                Language::English => format!("The next passphrase is accepted in {wait} s."),
            });
        }
        lines
    }
}

fn form(required: bool) -> Form {
    let label = both("パスフレーズ", "Passphrase");
    Form::default().text(PASSPHRASE, label, Kind::Passphrase, required)
}

impl Screen for Login {
    fn code(&self) -> ScreenCode {
        ScreenCode::Login
    }

    fn enter(&mut self, cx: &mut Cx) {
        match &self.user {
            Some(user) => cx.shared.login_at = user.next_try,
            None if cx.shared.vault == VaultState::Open => {
                cx.ask_keeper(session::Request::Names);
            }
            None => {}
        }
    }

    fn form(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    fn error(&self) -> Option<ErrorCode> {
        self.form.error().or(self.refused)
    }

    fn submit(&mut self, cx: &mut Cx) {
        if cx.shared.login_wait() > 0 {
            self.refused = Some(ErrorCode::TooManyAttempts);
            return;
        }
        if !self.form.validate() {
            return;
        }
        self.refused = None;
        let typed = Secret::new(self.form.text_of(PASSPHRASE).to_owned());
        let passphrase = match self.held.take() {
            Some(held) if typed.expose().is_empty() => held.into_passphrase(),
            _ => typed,
        };
        self.form = form(true);
        cx.working("金庫を開いています", "Opening the vault", false);
        if cx.shared.vault == VaultState::Locked {
            self.typed = Some(passphrase.clone());
            cx.ask_init(system::Request::Unlock { passphrase });
        } else {
            self.log_in(passphrase, cx);
        }
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        match key {
            Key::F(3) => self.forgotten(cx),
            Key::F(4) | Key::Escape if self.several() => self.choose_another(cx),
            key => return form_key(self, key, cx),
        }
        true
    }

    fn wake_at(&self) -> Option<Duration> {
        self.held.as_ref().map(Held::until)
    }

    fn tick(&mut self, cx: &mut Cx) {
        let over = |held: &Held| held.until() <= cx.shared.now.monotonic;
        if self.held.as_ref().is_some_and(over) {
            self.held = None;
            for field in &mut self.form.fields {
                field.required = true;
            }
        }
    }

    fn news(&mut self, event: &system::Event, cx: &mut Cx) {
        match event {
            system::Event::Opened if self.typed.is_some() => {
                cx.ask_keeper(session::Request::Names);
            }
            system::Event::Refused { code, wait_seconds } => {
                cx.shared.wait_for_login(*wait_seconds);
                self.refuse(*code, cx);
            }
            _ => {}
        }
    }

    fn reply(&mut self, reply: Reply, cx: &mut Cx) {
        match reply {
            Reply::Progress { .. } => {}
            Reply::Done => cx.ask_keeper(session::Request::State),
            Reply::Session(session::Reply::Names(names)) => {
                let users = User::heard(names, cx.shared.now.monotonic);
                self.names(users, cx);
            }
            Reply::Session(session::Reply::State(state)) if state.user.is_some() => {
                self.logged_in(state, cx);
            }
            Reply::Refused(code) => {
                let tried = self.sent.is_some();
                self.refuse(code, cx);
                if tried {
                    cx.ask_keeper(session::Request::Names);
                }
            }
            _ => self.refuse(ErrorCode::MalformedMessage, cx),
        }
    }

    fn fkeys(&self) -> FKeys {
        let mut keys = vec![
            (2, both("文字を表示", "Show")),
            (3, both("忘れたとき", "Forgotten")),
            (12, both("開く", "Open")),
        ];
        if self.several() {
            keys.push((4, both("別の人", "Other user")));
        }
        keys
    }

    fn body(&self, look: &Look) -> Body {
        let action = look.say("開く（Enter）", "Open (Enter)");
        let mut view = self.form.view(&action, self.lines(look), look);
        if let (Some(code), Some(field)) = (self.refused, view.fields.first_mut())
            && field.error.is_empty()
        {
            field.error = check::error_line(code, look.language);
        }
        Body::Form(view)
    }
}
