//! S-200: the passphrase opens the volume (init) and then the user's keys (keeper).

use super::first_run::keyboard_line;
use super::recover::Recover;
use crate::app::check;
use crate::app::field::Kind;
use crate::app::form::{Form, Id, form_key};
use crate::app::{Body, Cx, FKeys, Key, Look, Screen, both};
use codes::{ErrorCode, ScreenCode};
use protocol::Secret;
use protocol::clerk::{Field, Reply, session};
use protocol::system::{self, VaultState};

const PASSPHRASE: Id = Id::Keeper(Field::Passphrase);

pub struct Login {
    form: Form,
    /// Waits for the volume to open.
    passphrase: Option<Secret>,
    /// Why the last one was refused.
    refused: Option<ErrorCode>,
}

impl Login {
    pub fn new() -> Self {
        Self {
            form: Form::default().text(
                PASSPHRASE,
                both("パスフレーズ", "Passphrase"),
                Kind::Passphrase,
                true,
            ),
            passphrase: None,
            refused: None,
        }
    }

    fn refuse(&mut self, code: ErrorCode, cx: &mut Cx) {
        cx.work_done();
        self.passphrase = None;
        self.refused = Some(code);
    }
}

impl Screen for Login {
    fn code(&self) -> ScreenCode {
        ScreenCode::Login
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
        let passphrase = Secret::new(self.form.text_of(PASSPHRASE).to_owned());
        self.form.clear();
        cx.working("金庫を開いています", "Opening the vault", false);
        if cx.shared.vault == VaultState::Locked {
            self.passphrase = Some(passphrase.clone());
            cx.ask_init(system::Request::Unlock { passphrase });
        } else {
            cx.ask_keeper(session::Request::Login {
                user: None,
                passphrase,
            });
        }
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        match key {
            Key::F(3) => {
                if cx.shared.vault == VaultState::Locked {
                    cx.go(Recover::new());
                } else {
                    let detail = cx.say(
                        "復旧用のことばは、電源を入れ直してから使えます。",
                        "Recovery words can be used after switching off and on.",
                    );
                    cx.fail(ErrorCode::NotAllowedNow, &detail);
                }
            }
            key => return form_key(self, key, cx),
        }
        true
    }

    fn news(&mut self, event: &system::Event, cx: &mut Cx) {
        match event {
            system::Event::Opened => {
                if let Some(passphrase) = self.passphrase.take() {
                    cx.ask_keeper(session::Request::Login {
                        user: None,
                        passphrase,
                    });
                }
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
            Reply::Session(session::Reply::State(state)) if state.company.is_none() => {
                self.refuse(ErrorCode::NotAllowedNow, cx);
                let detail = cx.say(
                    "初期設定が途中です。電源を切ってやり直してください。",
                    "The first run was not finished. Power off and start it over.",
                );
                cx.fail(ErrorCode::NotAllowedNow, &detail);
            }
            Reply::Session(session::Reply::State(state)) if state.user.is_none() => {
                // Asked after a refusal: how long to wait.
                cx.shared.wait_for_login(state.wait_seconds);
            }
            Reply::Session(session::Reply::State(state)) => {
                cx.work_done();
                cx.logged_in(state);
            }
            Reply::Refused(code) => {
                self.refuse(code, cx);
                cx.ask_keeper(session::Request::State);
            }
            _ => self.refuse(ErrorCode::MalformedMessage, cx),
        }
    }

    fn fkeys(&self) -> FKeys {
        vec![
            (2, both("文字を表示", "Show")),
            (3, both("忘れたとき", "Forgotten")),
            (12, both("開く", "Open")),
        ]
    }

    fn body(&self, look: &Look) -> Body {
        let mut lines = vec![
            look.say("パスフレーズを入力してください。", "Type the passphrase."),
            keyboard_line(look),
        ];
        let wait = look.shared.login_wait();
        if wait > 0 {
            lines.push(match look.language {
                codes::Language::Japanese => format!("あと{wait}秒で入力できます。"),
                codes::Language::English => format!("The next passphrase is accepted in {wait} s."),
            });
        }
        let mut view = self
            .form
            .view(&look.say("開く（Enter）", "Open (Enter)"), lines, look);
        if let (Some(code), Some(field)) = (self.refused, view.fields.first_mut())
            && field.error.is_empty()
        {
            field.error = check::error_line(code, look.language);
        }
        Body::Form(view)
    }
}
