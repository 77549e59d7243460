//! Choosing the keyboard's layout, and a field to try it: on S-020 and S-030.

use crate::app::field::{Kind, TextField};
use crate::app::form::{Form, Id, Value};
use crate::app::{Both, Cx, FormView, Layout, Look, both};
use crate::platform::keymap::typed_as;
use codes::Language;
use protocol::settings::Settings;

/// Characters whose keys are elsewhere on each layout.
const SAMPLE: &str = "@_:\"";

/// The row of a form.
pub fn row() -> Vec<(Id, Both, Value, bool)> {
    vec![
        (
            Id::Layout,
            both("キーボードの配列", "Keyboard layout"),
            Value::Choice {
                options: names(Language::Japanese),
                chosen: 0,
            },
            false,
        ),
        (
            Id::LayoutCheck,
            both(
                "確かめ（刻印のとおりに打つ）",
                "Check (type what the keys show)",
            ),
            Value::Text(TextField::new(Kind::Trial)),
            false,
        ),
    ]
}

fn names(language: Language) -> Vec<String> {
    let names = match language {
        Language::Japanese => ["JIS 日本語", "US 英語", "UK 英国"],
        Language::English => ["JIS Japan", "US", "UK"],
    };
    names.map(str::to_owned).to_vec()
}

/// Makes the row say how the keyboard is set.
pub fn follow(form: &mut Form, settings: Settings) {
    form.set_options(Id::Layout, names(settings.language));
    let place = Layout::ALL.iter().position(|l| *l == settings.keyboard);
    form.set_choice(Id::Layout, place.unwrap_or(0));
    // What was tried was tried with another layout.
    form.set_text(Id::LayoutCheck, "");
}

/// Sets the keyboard as the row says.
pub fn apply(form: &Form, cx: &mut Cx) {
    let settings = cx.shared.settings;
    let keyboard = Layout::ALL[form.chosen(Id::Layout).min(Layout::ALL.len() - 1)];
    if keyboard != settings.keyboard {
        cx.set(Settings {
            keyboard,
            ..settings
        });
    }
}

/// Says below the field whether the layout is right.
pub fn judge(form: &Form, view: &mut FormView, look: &Look) {
    let place = form.fields.iter().position(|f| f.id == Id::LayoutCheck);
    if let Some(field) = place.and_then(|place| view.fields.get_mut(place)) {
        let set = look.shared.settings.keyboard;
        let verdict = Verdict::of(form.text_of(Id::LayoutCheck), set);
        field.hint = verdict.words(look.language);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Nothing wrong so far.
    Open,
    Right,
    /// The keys are those of another layout.
    Other(Layout),
    Wrong,
}

impl Verdict {
    fn of(typed: &str, set: Layout) -> Self {
        if typed == SAMPLE {
            return Self::Right;
        }
        if SAMPLE.starts_with(typed) {
            return Self::Open;
        }
        let others = Layout::ALL.into_iter().filter(|layout| *layout != set);
        let mut fitting =
            others.filter(|printed| typed_as(SAMPLE, *printed, set).starts_with(typed));
        fitting.next().map_or(Self::Wrong, Self::Other)
    }

    fn words(self, language: Language) -> String {
        let spaced = "@ _ : \"";
        match (self, language) {
            (Self::Open, Language::Japanese) => format!("{spaced} を順に打ってください"),
            (Self::Open, Language::English) => format!("Type {spaced}"),
            (Self::Right, Language::Japanese) => "この配列で合っています".into(),
            (Self::Right, Language::English) => "This layout is right".into(),
            (Self::Other(layout), Language::Japanese) => {
                format!(
                    "{}配列のキーボードです。F8で切り替えます",
                    crate::app::layout_name(layout)
                )
            }
            (Self::Other(layout), Language::English) => {
                format!(
                    "This is a {} keyboard: F8 changes it",
                    crate::app::layout_name(layout)
                )
            }
            (Self::Wrong, Language::Japanese) => "刻印と違います。消して打ち直してください".into(),
            (Self::Wrong, Language::English) => {
                "Not what the keys show: delete and try again".into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_layout_is_told_when_all_is_typed() {
        for set in Layout::ALL {
            assert_eq!(Verdict::of("", set), Verdict::Open);
            assert_eq!(Verdict::of("@_", set), Verdict::Open);
            assert_eq!(Verdict::of(SAMPLE, set), Verdict::Right);
        }
    }

    #[test]
    fn a_wrong_layout_is_named_by_what_its_keys_become() {
        for printed in Layout::ALL {
            for set in Layout::ALL.into_iter().filter(|set| *set != printed) {
                let typed = typed_as(SAMPLE, printed, set);
                assert_eq!(Verdict::of(&typed, set), Verdict::Other(printed), "{set:?}");
            }
        }
    }

    #[test]
    fn anything_else_is_wrong() {
        assert_eq!(Verdict::of("x", Layout::Jis), Verdict::Wrong);
        assert_eq!(Verdict::of("@_:\"x", Layout::Jis), Verdict::Wrong);
    }
}
