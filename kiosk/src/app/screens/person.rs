//! S-420: one person. The number is dots until it is asked for a purpose, and dots again
//! after [`REVEAL`], when the screen is left, and when it is locked.

use super::{number_fields, people::People, person_form::PersonForm};
use crate::app::dialog::Dialog;
use crate::app::{Body, Cx, DetailView, FKeys, Key, Look, REVEAL, Screen, both, group};
use codes::{ErrorCode, Language, ScreenCode};
use mynumber::{Date, Purpose};
use protocol::Secret;
use protocol::clerk::{
    PersonId, Reply, Sex, numbers,
    people::{self, Person},
};
use std::time::Duration;

pub struct PersonPage {
    id: PersonId,
    person: Option<Person>,
    /// What is known of the number, once the keeper told it.
    held: Option<numbers::Held>,
    /// The digits, for which purpose, and when they are masked again.
    revealed: Option<(Secret, Purpose, Duration)>,
    asked: Option<Purpose>,
    /// Typed before the person was there.
    early: Option<Key>,
}

impl PersonPage {
    pub fn new(id: PersonId) -> Self {
        Self {
            id,
            person: None,
            held: None,
            revealed: None,
            asked: None,
            early: None,
        }
    }

    fn ask_purpose(&self, person: &Person, cx: &mut Cx) {
        if !person.has_number {
            cx.fail(ErrorCode::NoNumber, "");
            return;
        }
        let lines = vec![cx.say(
            "表示したことは、利用目的とともに取扱記録に残ります。",
            "That it was shown, and why, is recorded in the ledger.",
        )];
        let choices = person
            .purposes
            .iter()
            .map(|p| purpose_name(*p, cx.shared.settings.language))
            .collect();
        cx.open(Dialog::ask(ScreenCode::RevealPurpose, lines, choices));
    }
}

pub fn purpose_name(purpose: Purpose, language: Language) -> String {
    match language {
        Language::Japanese => purpose.japanese(),
        Language::English => purpose.english(),
    }
    .to_owned()
}

impl Screen for PersonPage {
    fn code(&self) -> ScreenCode {
        ScreenCode::Person
    }

    fn enter(&mut self, cx: &mut Cx) {
        cx.ask_keeper(people::Request::Get { person: self.id });
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        if key == Key::Escape {
            if self.revealed.take().is_none() {
                cx.go(People::default());
            }
            return true;
        }
        let Some(person) = &self.person else {
            self.early = Some(key);
            return true;
        };
        match key {
            Key::F(3) => cx.go(PersonForm::change(person)),
            Key::F(4) | Key::Enter => self.ask_purpose(person, cx),
            Key::F(5) => cx.go(PersonForm::number(person)),
            _ => return false,
        }
        true
    }

    fn chosen(&mut self, _dialog: ScreenCode, choice: Option<usize>, cx: &mut Cx) {
        let purpose = self
            .person
            .as_ref()
            .zip(choice)
            .and_then(|(person, index)| person.purposes.get(index));
        if let Some(purpose) = purpose {
            self.asked = Some(*purpose);
            cx.ask_keeper(numbers::Request::Reveal {
                person: self.id,
                purpose: *purpose,
            });
        }
    }

    fn reply(&mut self, reply: Reply, cx: &mut Cx) {
        match reply {
            Reply::People(people::Reply::Person(person)) => {
                if person.has_number {
                    cx.ask_keeper(numbers::Request::Record { person: self.id });
                }
                self.person = Some(person);
                if let Some(key) = self.early.take() {
                    self.key(key, cx);
                }
            }
            Reply::Numbers(numbers::Reply::Record(record)) => self.held = record.held,
            Reply::Numbers(numbers::Reply::Digits(digits)) => {
                if let Some(purpose) = self.asked.take() {
                    self.revealed = Some((digits, purpose, cx.shared.now.monotonic + REVEAL));
                }
            }
            reply => cx.refused(&reply),
        }
    }

    fn tick(&mut self, cx: &mut Cx) {
        let now = cx.shared.now.monotonic;
        if self
            .revealed
            .as_ref()
            .is_some_and(|(_, _, until)| *until <= now)
        {
            self.revealed = None;
        }
    }

    fn wake_at(&self) -> Option<Duration> {
        self.revealed.as_ref().map(|(_, _, until)| *until)
    }

    fn fkeys(&self) -> FKeys {
        vec![
            (3, both("変更", "Change")),
            (4, both("番号を表示", "Show number")),
            (5, both("番号の登録", "Set number")),
        ]
    }

    fn body(&self, look: &Look) -> Body {
        let Some(person) = &self.person else {
            return Body::Detail(DetailView::default());
        };
        let fields = &person.fields;
        let date = |text: &str| match (Date::parse(text), look.language) {
            (Ok(date), Language::Japanese) => format!("{date}（{}）", date.japanese()),
            (Ok(date), Language::English) => date.to_string(),
            (Err(_), _) => text.to_owned(),
        };
        let mut pairs = vec![
            (
                look.say("社員番号", "Employee number"),
                fields.employee_no.clone(),
            ),
            (look.say("氏名", "Name"), fields.name.clone()),
            (look.say("フリガナ", "Reading"), fields.kana.clone()),
            (
                look.say("生年月日", "Date of birth"),
                date(&fields.birth_date),
            ),
            (
                look.say("性別", "Sex"),
                match fields.sex {
                    Some(Sex::Male) => look.say("男", "Male"),
                    Some(Sex::Female) => look.say("女", "Female"),
                    None => look.say("記入なし", "Not given"),
                },
            ),
            (look.say("住所", "Address"), fields.address.clone()),
            (look.say("入社日", "Day of hire"), date(&fields.hired_on)),
        ];
        if let Some(held) = &self.held {
            let label = look.say("番号の登録", "Number entered");
            pairs.push((label, number_fields::entered(held, look)));
        }
        let mut view = DetailView {
            pairs,
            number_label: look.say("個人番号", "Individual number"),
            ..DetailView::default()
        };
        match &self.revealed {
            Some((digits, purpose, until)) => {
                let left = until.saturating_sub(look.shared.now.monotonic);
                let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
                view.number = group(digits.expose());
                view.revealed = true;
                let purpose = purpose_name(*purpose, look.language);
                view.number_note = match look.language {
                    Language::Japanese => format!("{purpose}　あと{seconds}秒で隠れます"),
                    Language::English => format!("{purpose}. Hidden in {seconds} s"),
                };
            }
            None if person.has_number => {
                view.number = "●●●● ●●●● ●●●●".to_owned();
                view.number_note = look.say(
                    "F4で利用目的を選ぶと30秒だけ表示します",
                    "F4 shows it for a purpose, for 30 seconds",
                );
            }
            None => {
                view.number = look.say("未登録", "None");
                view.number_note = look.say("F5で登録します", "F5 registers it");
            }
        }
        Body::Detail(view)
    }
}
