//! A question above the screen: lines of text and choices, or work that goes on.

use super::key::Key;
use super::view::{DialogView, Progress};
use super::{Look, Target};
use codes::ScreenCode;
use protocol::system::DeviceId;

/// Who is told what was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Screen,
    /// The form of the screen: an address for a postal code.
    Form,
    /// The app itself: power off, help.
    App,
    /// A new input device waits for the answer.
    Device(DeviceId),
}

pub struct Dialog {
    pub code: ScreenCode,
    pub owner: Owner,
    pub lines: Vec<String>,
    pub choices: Vec<String>,
    pub selected: usize,
    /// Erases or sends something: digits select, only Enter confirms.
    pub grave: bool,
    pub work: Option<Work>,
    /// Of the help panel: `selected` is the one that is open.
    pages: usize,
}

/// Long work that the dialog stands for.
pub struct Work {
    pub progress: Progress,
    pub cancellable: bool,
    pub cancelled: bool,
}

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    None,
    Chosen(usize),
    /// Escape.
    Closed,
    /// Escape while work goes on.
    CancelWork,
}

impl Dialog {
    /// A question of the screen.
    pub fn ask(code: ScreenCode, lines: Vec<String>, choices: Vec<String>) -> Self {
        Self {
            code,
            owner: Owner::Screen,
            lines,
            choices,
            selected: 0,
            grave: false,
            work: None,
            pages: 0,
        }
    }

    /// D-080, open at the first of its pages.
    pub fn help(pages: usize) -> Self {
        Self {
            pages,
            ..Self::ask(ScreenCode::Help, Vec::new(), Vec::new()).owned_by(Owner::App)
        }
    }

    pub fn owned_by(mut self, owner: Owner) -> Self {
        self.owner = owner;
        self
    }

    /// Begins at the last choice, which does nothing.
    pub fn grave(mut self) -> Self {
        self.grave = true;
        self.selected = self.choices.len().saturating_sub(1);
        self
    }

    pub fn working(line: String, cancellable: bool) -> Self {
        let mut dialog = Self::ask(ScreenCode::Working, vec![line], Vec::new());
        dialog.work = Some(Work {
            progress: Progress::Going,
            cancellable,
            cancelled: false,
        });
        dialog
    }

    pub fn key(&mut self, key: Key) -> Answer {
        if let Some(work) = &mut self.work {
            if key == Key::Escape && work.cancellable && !work.cancelled {
                work.cancelled = true;
                return Answer::CancelWork;
            }
            return Answer::None;
        }
        if self.pages > 0 && self.turn_page(key) {
            return Answer::None;
        }
        let count = self.choices.len();
        match key {
            Key::Escape => return Answer::Closed,
            Key::Enter if count == 0 => return Answer::Closed,
            Key::Enter => return Answer::Chosen(self.selected),
            Key::Up | Key::BackTab | Key::Left => self.selected = self.selected.saturating_sub(1),
            Key::Down | Key::Tab | Key::Right => {
                self.selected = (self.selected + 1).min(count.saturating_sub(1));
            }
            Key::Char(c) => {
                let Some(index) = c.to_digit(10).and_then(|n| (n as usize).checked_sub(1)) else {
                    return Answer::None;
                };
                if index < count {
                    self.selected = index;
                    if !self.grave {
                        return Answer::Chosen(index);
                    }
                }
            }
            _ => {}
        }
        Answer::None
    }

    /// Gives back whether the key leads to a page.
    fn turn_page(&mut self, key: Key) -> bool {
        let page = match key {
            Key::Left | Key::Up | Key::BackTab | Key::PageUp => self.selected.saturating_sub(1),
            Key::Right | Key::Down | Key::Tab | Key::PageDown => self.selected + 1,
            Key::Char(c @ '1'..='9') => (c as usize) - ('1' as usize),
            _ => return false,
        };
        self.selected = page.min(self.pages - 1);
        true
    }

    /// What a click on it does.
    pub fn click(&mut self, target: Target) -> Answer {
        match target {
            Target::Tab(page) if page < self.pages => {
                self.selected = page;
                Answer::None
            }
            Target::CloseHelp if self.code == ScreenCode::Help => Answer::Closed,
            Target::Cancel => self.key(Key::Escape),
            Target::Answer(index) if self.work.is_none() && index < self.choices.len() => {
                // A grave question wants the choice first and then the confirmation.
                if self.grave && self.selected != index {
                    self.selected = index;
                    Answer::None
                } else {
                    Answer::Chosen(index)
                }
            }
            _ => Answer::None,
        }
    }

    pub fn view(&self, look: &Look) -> DialogView {
        let mut lines = self.lines.clone();
        let mut cancel = String::new();
        if let Some(work) = &self.work {
            if work.cancelled {
                lines.push(look.say("取り消しています…", "Cancelling…"));
            } else if work.cancellable {
                cancel = look.say("取り消す（Esc）", "Cancel (Esc)");
            }
        }
        DialogView {
            title: self.code.title(look.language).to_owned(),
            lines,
            choices: self.choices.clone(),
            selected: self.selected,
            progress: self.work.as_ref().map(|w| w.progress),
            grave: self.grave,
            cancel,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialog() -> Dialog {
        Dialog::ask(
            ScreenCode::ConfirmFormat,
            Vec::new(),
            vec!["消す".into(), "戻る".into()],
        )
    }

    #[test]
    fn a_digit_answers_at_once() {
        assert_eq!(dialog().key(Key::Char('1')), Answer::Chosen(0));
        assert_eq!(dialog().key(Key::Char('3')), Answer::None);
    }

    #[test]
    fn a_grave_question_begins_at_no_and_a_digit_alone_does_nothing() {
        let mut dialog = dialog().grave();
        assert_eq!(dialog.selected, 1);
        assert_eq!(dialog.key(Key::Char('1')), Answer::None);
        assert_eq!(dialog.key(Key::Enter), Answer::Chosen(0));
    }

    #[test]
    fn help_is_leafed_through_and_closed() {
        let mut help = Dialog::help(3);
        for (key, page) in [
            (Key::Left, 0),
            (Key::Right, 1),
            (Key::PageDown, 2),
            (Key::Tab, 2),
            (Key::Char('2'), 1),
            (Key::Char('9'), 2),
        ] {
            assert_eq!(help.key(key), Answer::None);
            assert_eq!(help.selected, page, "{key:?}");
        }
        assert_eq!(help.click(Target::Tab(0)), Answer::None);
        assert_eq!(help.selected, 0);
        assert_eq!(help.key(Key::Enter), Answer::Closed);
        assert_eq!(Dialog::help(2).key(Key::Escape), Answer::Closed);
    }

    #[test]
    fn work_is_cancelled_once() {
        let mut dialog = Dialog::working("…".into(), true);
        assert_eq!(dialog.key(Key::Enter), Answer::None);
        assert_eq!(dialog.key(Key::Escape), Answer::CancelWork);
        assert_eq!(dialog.key(Key::Escape), Answer::None);
    }
}
