//! S-610: erase a stick and make it a companion.

use super::{companions::Companions, stick_name};
use crate::app::dialog::Dialog;
use crate::app::field::Kind;
use crate::app::form::{Form, Id, form_key};
use crate::app::{Body, Cx, FKeys, Key, Look, Screen, Shared, Tone, both};
use codes::{ErrorCode, ScreenCode};
use protocol::clerk::{Field, Reply, companions};
use protocol::system::Event;

const NAME: Id = Id::Keeper(Field::CompanionName);

pub struct RegisterCompanion {
    form: Form,
}

impl RegisterCompanion {
    pub fn new(shared: &Shared) -> Self {
        let mut form = Form::default()
            .choice(
                Id::Stick,
                both("登録するUSB", "Stick to register"),
                Vec::new(),
            )
            .text(
                NAME,
                both("名前（例：給与用1）", "Name (for example: payroll 1)"),
                Kind::Text,
                true,
            );
        form.set_options(Id::Stick, shared.sticks.iter().map(stick_name).collect());
        form.focus_on(1);
        Self { form }
    }
}

impl Screen for RegisterCompanion {
    fn code(&self) -> ScreenCode {
        ScreenCode::RegisterCompanion
    }

    fn form(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    fn error(&self) -> Option<ErrorCode> {
        self.form.error()
    }

    fn submit(&mut self, cx: &mut Cx) {
        let Some(stick) = cx.shared.sticks.get(self.form.chosen(Id::Stick)) else {
            cx.fail(ErrorCode::NoCompanion, "");
            return;
        };
        if !self.form.validate() {
            return;
        }
        let lines = vec![
            stick_name(stick),
            cx.say(
                "このUSBの中身はすべて消え、元に戻せません。",
                "Everything on this stick is erased and cannot be brought back.",
            ),
        ];
        let choices = vec![
            cx.say("すべて消して登録する", "Erase and register"),
            cx.say("戻る", "Back"),
        ];
        cx.open(Dialog::ask(ScreenCode::ConfirmFormat, lines, choices).grave());
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        if key == Key::Escape {
            cx.go(Companions::default());
            return true;
        }
        form_key(self, key, cx)
    }

    fn news(&mut self, event: &Event, cx: &mut Cx) {
        if matches!(event, Event::StickPresent(_) | Event::StickGone { .. }) {
            let names = cx.shared.sticks.iter().map(stick_name).collect();
            self.form.set_options(Id::Stick, names);
        }
    }

    fn chosen(&mut self, _dialog: ScreenCode, choice: Option<usize>, cx: &mut Cx) {
        if choice != Some(0) {
            return;
        }
        // It may have been pulled or replaced while the question stood.
        let Some(stick) = cx.shared.sticks.get(self.form.chosen(Id::Stick)) else {
            cx.fail(ErrorCode::NoCompanion, "");
            return;
        };
        let device = stick.device;
        cx.working("USBを初期化しています", "Formatting the stick", true);
        cx.ask_keeper(companions::Request::Register {
            device,
            name: self.form.text_of(NAME).trim().to_owned(),
        });
    }

    fn reply(&mut self, reply: Reply, cx: &mut Cx) {
        match reply {
            Reply::Progress { .. } => {}
            Reply::Done => {
                cx.work_done();
                cx.go(Companions::default());
                let text = cx.say(
                    "受渡し用USBを登録しました。抜いてかまいません。",
                    "The companion was registered. It may be pulled.",
                );
                cx.inform(Tone::Good, text);
            }
            Reply::Invalid(errors) => {
                cx.work_done();
                if let Some(code) = self.form.fail_all(&errors) {
                    cx.fail(code, "");
                }
            }
            reply => {
                cx.work_done();
                cx.refused(&reply);
            }
        }
    }

    fn fkeys(&self) -> FKeys {
        vec![(12, both("登録", "Register"))]
    }

    fn body(&self, look: &Look) -> Body {
        let lines = if look.shared.sticks.is_empty() {
            vec![look.say(
                "受渡し用にするUSBを差してください。差すとここに表示されます。",
                "Plug in the stick. It appears here.",
            )]
        } else {
            vec![look.say(
                "USBを選び、名前を付けてください。中身はすべて消えます。",
                "Choose the stick and name it. Everything on it is erased.",
            )]
        };
        Body::Form(
            self.form
                .view(&look.say("登録（Enter）", "Register (Enter)"), lines, look),
        )
    }
}
