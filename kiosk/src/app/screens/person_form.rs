//! S-410: register or change a person, or set the number alone.

use super::{home::Home, number_fields, person::PersonPage};
use crate::app::dialog::Dialog;
use crate::app::field::{Kind, TextField};
use crate::app::form::{Form, Id, Value, form_key};
use crate::app::{Access, Body, Cx, FKeys, Key, Look, Screen, Tone, both};
use codes::{ErrorCode, ScreenCode};
use protocol::clerk::{
    Field, PersonId, Reply, Request, Sex, numbers,
    people::{self, Person, PersonDraft},
};

/// What the form is for.
enum Task {
    Register,
    Change { person: PersonId, revision: u32 },
    Number { person: PersonId, replaces: bool },
}

pub struct PersonForm {
    task: Task,
    form: Form,
    saving: bool,
}

impl PersonForm {
    pub fn register() -> Self {
        Self {
            task: Task::Register,
            form: number_fields::optional(person_fields()),
            saving: false,
        }
    }

    pub fn change(person: &Person) -> Self {
        let mut form = person_fields();
        let fields = &person.fields;
        for (id, text) in [
            (Field::EmployeeNo, &fields.employee_no),
            (Field::Name, &fields.name),
            (Field::Kana, &fields.kana),
            (Field::BirthDate, &fields.birth_date),
            (Field::Address, &fields.address),
            (Field::HiredOn, &fields.hired_on),
        ] {
            form.set_text(Id::Keeper(id), text);
        }
        form.set_choice(
            Id::Keeper(Field::Sex),
            match fields.sex {
                None => 0,
                Some(Sex::Male) => 1,
                Some(Sex::Female) => 2,
            },
        );
        Self {
            task: Task::Change {
                person: person.person,
                revision: person.revision,
            },
            form,
            saving: false,
        }
    }

    pub fn number(person: &Person) -> Self {
        let name = Form::default()
            .text(
                Id::Keeper(Field::Name),
                both("氏名", "Name"),
                Kind::Text,
                false,
            )
            .read_only(&person.fields.name);
        let mut form = number_fields::required(name);
        form.focus_on(1);
        Self {
            task: Task::Number {
                person: person.person,
                replaces: person.has_number,
            },
            form,
            saving: false,
        }
    }

    fn draft(&self) -> PersonDraft {
        let text = |field| self.form.text_of(Id::Keeper(field)).trim().to_owned();
        PersonDraft {
            employee_no: text(Field::EmployeeNo),
            name: text(Field::Name),
            kana: text(Field::Kana),
            birth_date: text(Field::BirthDate),
            sex: match self.form.chosen(Id::Keeper(Field::Sex)) {
                1 => Some(Sex::Male),
                2 => Some(Sex::Female),
                _ => None,
            },
            address: text(Field::Address),
            hired_on: text(Field::HiredOn),
        }
    }

    fn leave(&mut self, cx: &mut Cx) {
        match self.task {
            Task::Register => cx.go(Home::default()),
            Task::Change { person, .. } | Task::Number { person, .. } => {
                cx.go(PersonPage::new(person));
            }
        }
    }
}

fn person_fields() -> Form {
    let text = |field, label, kind, required| {
        (
            Id::Keeper(field),
            label,
            Value::Text(TextField::new(kind)),
            required,
        )
    };
    Form::default()
        .row(vec![
            text(
                Field::EmployeeNo,
                both("社員番号", "Employee number"),
                Kind::Ascii,
                true,
            ),
            (
                Id::Keeper(Field::Sex),
                both("性別", "Sex"),
                Value::Choice {
                    // Named again in the language of the screen by `body`.
                    options: vec![String::new(); 3],
                    chosen: 0,
                },
                false,
            ),
        ])
        .row(vec![
            text(Field::Name, both("氏名", "Name"), Kind::Text, true),
            text(
                Field::Kana,
                both("フリガナ", "Reading"),
                Kind::Katakana,
                false,
            ),
        ])
        .row(vec![
            text(
                Field::BirthDate,
                both("生年月日", "Date of birth"),
                Kind::Date,
                true,
            ),
            text(
                Field::HiredOn,
                both("入社日", "Day of hire"),
                Kind::Date,
                false,
            ),
        ])
        .address(Id::Keeper(Field::Address), both("住所", "Address"))
}

impl Screen for PersonForm {
    fn code(&self) -> ScreenCode {
        ScreenCode::PersonForm
    }

    fn form(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    fn error(&self) -> Option<ErrorCode> {
        self.form.error()
    }

    fn would_lose(&self) -> bool {
        self.form.touched
    }

    fn submit(&mut self, cx: &mut Cx) {
        if self.saving || !self.form.validate() {
            return;
        }
        let number = number_fields::entry(&self.form);
        let request: Request = match (&self.task, number) {
            (Task::Register, number) => people::Request::Register {
                draft: self.draft(),
                position: None,
                number,
            }
            .into(),
            (Task::Change { person, revision }, _) => people::Request::Change {
                person: *person,
                revision: *revision,
                draft: self.draft(),
            }
            .into(),
            (Task::Number { person, replaces }, Some(number)) => {
                let person = *person;
                match replaces {
                    false => numbers::Request::Register { person, number },
                    true => numbers::Request::Replace { person, number },
                }
                .into()
            }
            // The form is not right without a number.
            (Task::Number { .. }, None) => return,
        };
        self.saving = true;
        cx.ask_keeper(request);
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        if key == Key::Escape {
            if self.would_lose() {
                let lines = vec![cx.say(
                    "入力した内容は保存されません。",
                    "What you typed will not be saved.",
                )];
                let choices = vec![
                    cx.say("入力を続ける", "Keep typing"),
                    cx.say("破棄する", "Discard"),
                ];
                cx.open(Dialog::ask(ScreenCode::DiscardInput, lines, choices));
            } else {
                self.leave(cx);
            }
            return true;
        }
        form_key(self, key, cx)
    }

    fn chosen(&mut self, _dialog: ScreenCode, choice: Option<usize>, cx: &mut Cx) {
        if choice == Some(1) {
            self.leave(cx);
        }
    }

    fn reply(&mut self, reply: Reply, cx: &mut Cx) {
        self.saving = false;
        match reply {
            Reply::Saved { person, .. } => {
                cx.go(PersonPage::new(person));
                let text = cx.say("保存しました。", "Saved.");
                cx.inform(Tone::Good, text);
            }
            Reply::Invalid(errors) => {
                if let Some(code) = self.form.fail_all(&errors) {
                    cx.fail(code, "");
                }
            }
            reply => cx.refused(&reply),
        }
    }

    fn fkeys(&self) -> FKeys {
        vec![(12, both("登録", "Save"))]
    }

    fn body(&self, look: &Look) -> Body {
        let lines = match &self.task {
            Task::Register | Task::Change { .. } => Vec::new(),
            Task::Number { .. } => vec![look.say(
                "この人の個人番号を2回入力してください。有効開始日は、空なら今日です。",
                "Type this person's individual number twice. It is valid from today where no day is given.",
            )],
        };
        let mut view = self
            .form
            .view(&look.say("登録（F12）", "Save (F12)"), lines, look);
        for (field, shown) in self.form.fields.iter().zip(&mut view.fields) {
            match field.id {
                Id::Keeper(Field::Sex) => {
                    shown.options = vec![
                        look.say("記入しない", "Not given"),
                        look.say("男", "Male"),
                        look.say("女", "Female"),
                    ];
                }
                Id::NumberSource => {
                    shown.options = number_fields::sources(look);
                    if field.access == Access::Disabled {
                        shown.hint = look.say(
                            "個人番号はあとからでも登録できます",
                            "The number can be registered later, too",
                        );
                    }
                }
                _ => {}
            }
        }
        Body::Form(view)
    }
}
