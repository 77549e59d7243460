//! S-030: keyboard and screen. Everything holds at once and is kept on the stick.

use super::{Clock, Home, door, layout};
use crate::app::form::{Form, Id, Value, form_key};
use crate::app::{Body, Both, Cx, FKeys, Key, Look, Screen, both};
use codes::{Language, ScreenCode};
use protocol::settings::{Display, Rotation, Scale, Settings};

pub struct Panel {
    form: Form,
}

impl Panel {
    pub fn new() -> Self {
        let choice = |id, label: Both| {
            let value = Value::Choice {
                options: options(id, Language::Japanese),
                chosen: 0,
            };
            (id, label, value, false)
        };
        let form = Form::default()
            .row(layout::row())
            .row(vec![
                choice(Id::Language, both("ことば", "Language")),
                choice(
                    Id::Rotation,
                    both("画面の向き（右回り）", "Turned clockwise"),
                ),
            ])
            .row(vec![choice(Id::Scale, both("文字の大きさ", "Size"))])
            .row(vec![choice(Id::Display, both("表示する画面", "Shown on"))]);
        Self { form }
    }

    fn apply(&self, cx: &mut Cx) {
        layout::apply(&self.form, cx);
        let now = cx.shared.settings;
        let wanted = Settings {
            keyboard: now.keyboard,
            language: LANGUAGES[self.form.chosen(Id::Language).min(1)],
            scale: Scale::ALL[self.form.chosen(Id::Scale).min(Scale::ALL.len() - 1)],
            rotation: Rotation::ALL[self.form.chosen(Id::Rotation).min(3)],
            display: Display::ALL[self.form.chosen(Id::Display).min(3)],
        };
        if wanted != now {
            cx.set(wanted);
        }
    }

    fn leave(cx: &mut Cx) {
        if cx.shared.session.is_some() {
            cx.go(Home::default());
        } else if cx.shared.clock_confirmed {
            let next = door(cx.shared);
            cx.go_to(next);
        } else {
            let now = cx.shared.now.unix;
            cx.go(Clock::new(now));
        }
    }
}

const LANGUAGES: [Language; 2] = [Language::Japanese, Language::English];

fn options(id: Id, language: Language) -> Vec<String> {
    let say = |ja: &str, en: &str| match language {
        Language::Japanese => ja.to_owned(),
        Language::English => en.to_owned(),
    };
    match id {
        Id::Language => vec!["日本語".into(), "English".into()],
        Id::Rotation => ["0°", "90°", "180°", "270°"].map(str::to_owned).to_vec(),
        Id::Display => vec![
            say("すべて", "All"),
            say("1台目", "First"),
            say("2台目", "Second"),
            say("3台目", "Third"),
        ],
        Id::Scale => Scale::ALL
            .into_iter()
            .map(|scale| match scale.percent() {
                Some(percent) => format!("{percent}%"),
                None => say("自動", "Auto"),
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn place<T: PartialEq>(all: &[T], one: &T) -> usize {
    all.iter().position(|other| other == one).unwrap_or(0)
}

impl Screen for Panel {
    fn code(&self) -> ScreenCode {
        ScreenCode::Panel
    }

    fn enter(&mut self, cx: &mut Cx) {
        self.set(cx);
    }

    fn form(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    fn set(&mut self, cx: &mut Cx) {
        let settings = cx.shared.settings;
        layout::follow(&mut self.form, settings);
        for (id, chosen) in [
            (Id::Language, place(&LANGUAGES, &settings.language)),
            (Id::Rotation, place(&Rotation::ALL, &settings.rotation)),
            (Id::Scale, place(&Scale::ALL, &settings.scale)),
            (Id::Display, place(&Display::ALL, &settings.display)),
        ] {
            self.form.set_options(id, options(id, settings.language));
            self.form.set_choice(id, chosen);
        }
    }

    fn edited(&mut self, cx: &mut Cx) {
        self.form.edited();
        self.apply(cx);
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        if key == Key::Escape {
            Self::leave(cx);
            return true;
        }
        let done = form_key(self, key, cx);
        self.apply(cx);
        done
    }

    fn submit(&mut self, cx: &mut Cx) {
        Self::leave(cx);
    }

    fn fkeys(&self) -> FKeys {
        vec![(12, both("終わる", "Done"))]
    }

    fn body(&self, look: &Look) -> Body {
        let screens = look.shared.screens;
        let now = match look.language {
            Language::Japanese => format!(
                "今の画面：{}×{}、{}%、{}台",
                screens.width, screens.height, screens.percent, screens.count
            ),
            Language::English => format!(
                "Now: {}×{}, {}%, {} screen(s)",
                screens.width, screens.height, screens.percent, screens.count
            ),
        };
        let lines = vec![
            look.say(
                "← → または数字で選ぶと、すぐに変わり、このUSBに残ります。",
                "Choose by ← → or a digit. It holds at once and is kept on this stick.",
            ),
            look.say(
                "どの画面でも：Ctrl＋Alt＋矢印で向き、Ctrl＋「＋」「－」で大きさ。",
                "On every screen: Ctrl+Alt+arrow turns it, Ctrl + and - change the size.",
            ),
            now,
        ];
        let action = look.say("終わる（Enter）", "Done (Enter)");
        let mut view = self.form.view(&action, lines, look);
        layout::judge(&self.form, &mut view, look);
        Body::Form(view)
    }
}
