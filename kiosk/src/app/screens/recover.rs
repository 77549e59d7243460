//! S-210: twelve words open the vault, then a new passphrase takes the lost one's place.
//!
//! Before the volume is open, the words open it (init) and then the keys of whose they are
//! (keeper); where several users work, that one is chosen in between. Afterwards they are one
//! user's words, and the volume keeps its passphrase.

use super::Login;
use super::choose_user::{ChooseUser, Purpose};
use super::first_run::{agreed_passphrase, keyboard_line, passphrase_form};
use super::users::User;
use super::word_grid::{self, WordGrid};
use crate::app::form::{Form, form_key};
use crate::app::recovery;
use crate::app::{Body, Cx, FKeys, Key, Look, Screen, Target, TextField, WordsView, both};
use codes::{ErrorCode, Language, ScreenCode};
use protocol::Secret;
use protocol::clerk::{Reply, session};
use protocol::system::{self, VaultState};

pub struct Recover {
    grid: WordGrid,
    /// The words once they are complete; then the passphrase is asked.
    words: Option<Secret>,
    form: Form,
    new_passphrase: Option<Secret>,
    refused: Option<ErrorCode>,
    /// Whose words they are; `None` while nobody said so.
    user: Option<User>,
}

impl Recover {
    pub fn new() -> Self {
        let all: Vec<usize> = (0..recovery::WORDS).collect();
        Self {
            grid: WordGrid::asking(&all),
            words: None,
            form: passphrase_form(),
            new_passphrase: None,
            refused: None,
            user: None,
        }
    }

    /// By the words of this one of several users; the volume is open.
    pub fn of(user: User) -> Self {
        Self {
            user: Some(user),
            ..Self::new()
        }
    }

    /// Goes on now that it is known whose words opened the volume.
    pub fn now_of(self, user: User) -> Self {
        Self {
            user: Some(user),
            ..self
        }
    }

    /// Asks the keeper, once it is known whose words they are.
    fn recover(&mut self, cx: &mut Cx) {
        let Some(user) = &self.user else {
            cx.ask_keeper(session::Request::Names);
            return;
        };
        let (Some(recovery_words), Some(new_passphrase)) =
            (self.words.clone(), self.new_passphrase.take())
        else {
            return;
        };
        cx.ask_keeper(session::Request::Recover {
            user: Some(user.user),
            recovery_words,
            new_passphrase,
        });
    }

    fn names(&mut self, mut users: Vec<User>, cx: &mut Cx) {
        if let Some(user) = &self.user {
            // Asked after a refusal: how long to wait.
            let same = users.into_iter().find(|other| other.user == user.user);
            cx.shared.login_at = same.map_or(cx.shared.now.monotonic, |user| user.next_try);
        } else if users.len() == 1 {
            self.user = users.pop();
            self.recover(cx);
        } else {
            cx.work_done();
            let recover = Box::new(std::mem::replace(self, Self::new()));
            cx.go(ChooseUser::among(users, Purpose::Recover(recover)));
        }
    }

    fn words_done(&mut self) {
        let Some(indices) = self.grid.indices() else {
            return;
        };
        match recovery::assemble(&indices) {
            Some(words) => {
                self.refused = None;
                self.words = Some(words);
            }
            None => self.refused = Some(ErrorCode::RecoveryWordsWrong),
        }
    }

    fn refuse(&mut self, code: ErrorCode, cx: &mut Cx) {
        cx.work_done();
        self.new_passphrase = None;
        self.refused = Some(code);
        if code == ErrorCode::RecoveryWordsWrong || code == ErrorCode::WrongPassphrase {
            self.words = None;
        }
    }
}

impl Screen for Recover {
    fn code(&self) -> ScreenCode {
        ScreenCode::RecoverWithWords
    }

    fn enter(&mut self, cx: &mut Cx) {
        if let Some(user) = &self.user {
            cx.shared.login_at = user.next_try;
        }
        if self.new_passphrase.is_some() {
            cx.working("金庫を開いています", "Opening the vault", false);
            self.recover(cx);
        }
    }

    fn form(&mut self) -> Option<&mut Form> {
        self.words.is_some().then_some(&mut self.form)
    }

    fn input(&mut self) -> Option<&mut TextField> {
        if self.words.is_some() {
            self.form.input()
        } else {
            self.grid.input()
        }
    }

    fn edited(&mut self, _cx: &mut Cx) {
        self.refused = None;
        self.grid.edited();
        self.form.edited();
    }

    fn error(&self) -> Option<ErrorCode> {
        self.grid
            .error()
            .or_else(|| self.form.error())
            .or(self.refused)
    }

    fn pointed(&mut self, target: Target, _cx: &mut Cx) {
        if let Target::Field(cell) = target {
            self.grid.click(cell);
        }
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        if key == Key::Escape {
            cx.go(Login::new());
            return true;
        }
        if self.words.is_none() {
            match self.grid.key(key) {
                word_grid::Act::Ignored => return false,
                word_grid::Act::Handled => {}
                word_grid::Act::Submit => self.words_done(),
            }
            return true;
        }
        form_key(self, key, cx)
    }

    fn submit(&mut self, cx: &mut Cx) {
        if cx.shared.login_wait() > 0 {
            self.refused = Some(ErrorCode::TooManyAttempts);
            return;
        }
        let (Some(words), Some(new)) = (&self.words, agreed_passphrase(&mut self.form)) else {
            return;
        };
        cx.working("金庫を開いています", "Opening the vault", false);
        if cx.shared.vault == VaultState::Locked {
            cx.ask_init(system::Request::Recover {
                recovery_words: words.clone(),
                new_passphrase: new.clone(),
            });
            self.new_passphrase = Some(new);
        } else {
            self.new_passphrase = Some(new);
            self.recover(cx);
        }
    }

    fn news(&mut self, event: &system::Event, cx: &mut Cx) {
        match event {
            system::Event::Opened if self.new_passphrase.is_some() => self.recover(cx),
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
            Reply::Session(session::Reply::State(state)) => {
                cx.work_done();
                cx.logged_in(state, None);
            }
            Reply::Refused(code) => {
                self.refuse(code, cx);
                if self.user.is_some() {
                    cx.ask_keeper(session::Request::Names);
                }
            }
            Reply::Invalid(errors) => {
                let code = errors.first().map_or(ErrorCode::Internal, |e| e.code);
                self.refuse(code, cx);
            }
            _ => self.refuse(ErrorCode::MalformedMessage, cx),
        }
    }

    fn fkeys(&self) -> FKeys {
        if self.words.is_some() {
            vec![(2, both("文字を表示", "Show")), (12, both("開く", "Open"))]
        } else {
            vec![(12, both("次へ", "Next"))]
        }
    }

    fn body(&self, look: &Look) -> Body {
        if self.words.is_some() {
            let lines = vec![
                look.say(
                    "新しいパスフレーズを決めてください。",
                    "Choose a new passphrase.",
                ),
                keyboard_line(look),
            ];
            return Body::Form(self.form.view(
                &look.say("開く（Enter）", "Open (Enter)"),
                lines,
                look,
            ));
        }
        let lines = vec![match (&self.user, look.language) {
            (None, _) => look.say(
                "紙に書いた12のことばを、ローマ字か4桁の番号で入力してください。",
                "Type the twelve words from the paper, in romaji or by their numbers.",
            ),
            (Some(user), Language::Japanese) => format!(
                "{}さんの紙にある12のことばを、ローマ字か4桁の番号で入力してください。",
                user.name
            ),
            (Some(user), Language::English) => format!(
                "Type the twelve words from the paper of {}, in romaji or by their numbers.",
                user.name
            ),
        }];
        Body::Words(WordsView {
            lines,
            cells: self.grid.cells(look),
            action: look.say("次へ（Enter）", "Next (Enter)"),
            action_focused: false,
        })
    }
}
