//! S-210: twelve words open the vault, then a new passphrase takes the lost one's place.

use super::Login;
use super::first_run::{agreed_passphrase, keyboard_line, passphrase_form};
use super::word_grid::{self, WordGrid};
use crate::app::form::{Form, form_key};
use crate::app::recovery;
use crate::app::{Body, Cx, FKeys, Key, Look, Screen, Target, TextField, WordsView, both};
use codes::{ErrorCode, ScreenCode};
use protocol::Secret;
use protocol::clerk::{Reply, session};
use protocol::system;

pub struct Recover {
    grid: WordGrid,
    /// The words once they are complete; then the passphrase is asked.
    words: Option<Secret>,
    form: Form,
    new_passphrase: Option<Secret>,
    refused: Option<ErrorCode>,
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
        cx.ask_init(system::Request::Recover {
            recovery_words: words.clone(),
            new_passphrase: new.clone(),
        });
        self.new_passphrase = Some(new);
    }

    fn news(&mut self, event: &system::Event, cx: &mut Cx) {
        match event {
            system::Event::Opened => {
                if let (Some(recovery_words), Some(new_passphrase)) =
                    (self.words.clone(), self.new_passphrase.take())
                {
                    cx.ask_keeper(session::Request::Recover {
                        user: None,
                        recovery_words,
                        new_passphrase,
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
            Reply::Session(session::Reply::State(state)) => {
                cx.work_done();
                cx.logged_in(state);
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
        let lines = vec![look.say(
            "紙に書いた12のことばを、ローマ字か4桁の番号で入力してください。",
            "Type the twelve words from the paper, in romaji or by their numbers.",
        )];
        Body::Words(WordsView {
            lines,
            cells: self.grid.cells(look),
            action: look.say("次へ（Enter）", "Next (Enter)"),
            action_focused: false,
        })
    }
}
