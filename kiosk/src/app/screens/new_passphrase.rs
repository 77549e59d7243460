//! S-230: what somebody else chose for a user is changed before anything else.

use super::first_run::{agreed_passphrase, keyboard_line, passphrase_form};
use crate::app::form::{Form, form_key};
use crate::app::{Body, Cx, FKeys, Key, Look, Screen, both};
use codes::{ErrorCode, ScreenCode};
use protocol::Secret;
use protocol::clerk::{Reply, session};

pub struct NewPassphrase {
    form: Form,
    /// The one that is to be replaced: typed just now at the login.
    current: Secret,
    refused: Option<ErrorCode>,
}

impl NewPassphrase {
    pub fn instead_of(current: Secret) -> Self {
        Self {
            form: passphrase_form(),
            current,
            refused: None,
        }
    }

    fn refuse(&mut self, code: ErrorCode, cx: &mut Cx) {
        cx.work_done();
        self.refused = Some(code);
    }
}

impl Screen for NewPassphrase {
    fn code(&self) -> ScreenCode {
        ScreenCode::NewPassphrase
    }

    fn form(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    fn edited(&mut self, _cx: &mut Cx) {
        self.refused = None;
        self.form.edited();
    }

    fn error(&self) -> Option<ErrorCode> {
        self.form.error().or(self.refused)
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        if key == Key::Escape {
            cx.lock();
            return true;
        }
        form_key(self, key, cx)
    }

    fn submit(&mut self, cx: &mut Cx) {
        let Some(new) = agreed_passphrase(&mut self.form) else {
            return;
        };
        if new.expose() == self.current.expose() {
            self.refused = Some(ErrorCode::MustChangePassphrase);
            return;
        }
        self.refused = None;
        cx.working(
            "パスフレーズを変更しています",
            "Changing the passphrase",
            false,
        );
        cx.ask_keeper(session::Request::ChangePassphrase {
            current: self.current.clone(),
            new,
        });
    }

    fn reply(&mut self, reply: Reply, cx: &mut Cx) {
        match reply {
            Reply::Progress { .. } => {}
            Reply::Done => cx.ask_keeper(session::Request::State),
            Reply::Session(session::Reply::State(state)) => {
                cx.work_done();
                cx.logged_in(state, None);
            }
            Reply::Refused(code) => self.refuse(code, cx),
            Reply::Invalid(errors) => {
                let code = errors.first().map_or(ErrorCode::Internal, |e| e.code);
                self.refuse(code, cx);
            }
            _ => self.refuse(ErrorCode::MalformedMessage, cx),
        }
    }

    fn fkeys(&self) -> FKeys {
        vec![
            (2, both("文字を表示", "Show")),
            (12, both("変更する", "Change")),
        ]
    }

    fn body(&self, look: &Look) -> Body {
        let lines = vec![
            look.say(
                "いまのパスフレーズは、ほかの人が決めたものです。自分だけが知るものに替えてください。",
                "Somebody else chose your passphrase. Change it to one that only you know.",
            ),
            keyboard_line(look),
        ];
        let action = look.say("変更する（Enter）", "Change (Enter)");
        Body::Form(self.form.view(&action, lines, look))
    }
}
