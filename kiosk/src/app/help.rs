//! D-080, the help panel that F1 opens on every screen: what it is for, what is wrong now and
//! what to do about it, its keys; on further pages how one types and points.

use super::view::{Body, HelpSection, HelpView};
use super::words::{Both, both};
use super::{FKeyView, FKeys};
use codes::{ErrorCode, Language, ScreenCode};
use keys::Line;

mod about;
mod keys;

/// Where Japanese is typed on a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Japanese {
    Nowhere,
    Typed,
    /// By somebody who has a dictionary for own words.
    TypedWithWords,
}

/// What the panel is about: how a screen is, and what is asked of it.
pub struct Asked<'a> {
    pub screen: ScreenCode,
    /// What it shows now.
    pub body: &'a Body,
    pub japanese: Japanese,
    /// A line of text is typed somewhere on it.
    pub text: bool,
    pub error: Option<ErrorCode>,
    /// The function keys of the screen, and those that work on every screen.
    pub own: &'a FKeys,
    pub everywhere: &'a [FKeyView],
    /// Which of [`pages`] is open.
    pub page: usize,
}

/// What the pages of the panel are called. Where nothing is typed there is none about typing.
pub fn pages(text: bool) -> Vec<Both> {
    let mut pages = vec![both("この画面", "This screen")];
    if text {
        pages.push(both("文字の入力", "Typing"));
    }
    pages.push(both("マウスとタッチ", "Mouse and touch"));
    pages
}

/// The panel, open at one of its pages.
pub fn panel(asked: &Asked, language: Language) -> HelpView {
    let say = |text: Both| text.get(language).to_owned();
    let pages = pages(asked.text);
    let (first, second) = match (asked.page, asked.text) {
        (0, _) => (own_keys(asked, language), global_keys(asked, language)),
        (1, true) => typing(asked.japanese, language),
        _ => pointing(language),
    };
    HelpView {
        title: format!("{} {}", asked.screen.code(), asked.screen.title(language)),
        pages: pages.into_iter().map(say).collect(),
        page: asked.page,
        about: match asked.page {
            0 => about::about(asked.screen).map(say).unwrap_or_default(),
            _ => String::new(),
        },
        error: asked
            .error
            .filter(|_| asked.page == 0)
            .map(|code| code.sentence(language))
            .unwrap_or_default(),
        first,
        second,
    }
}

fn section(title: Both, columns: usize, lines: &[Line], language: Language) -> HelpSection {
    let say = |text: &Both| text.get(language).to_owned();
    HelpSection {
        title: say(&title),
        columns,
        keys: lines
            .iter()
            .map(|(key, does)| (say(key), say(does)))
            .collect(),
    }
}

fn own_keys(asked: &Asked, language: Language) -> HelpSection {
    let title = both("この画面のキー", "Keys on this screen");
    let mut section = section(title, 2, &keys::keys_of(asked.body), language);
    let own = asked.own.iter();
    let own = own.map(|(number, label)| (format!("F{number}"), label.get(language).to_owned()));
    section.keys.extend(own);
    section
}

fn global_keys(asked: &Asked, language: Language) -> HelpSection {
    let back = [(both("Esc", "Esc"), both("戻る", "Back"))];
    let back = match escape_leads_back(asked.screen) {
        true => &back[..],
        false => &[],
    };
    let mut section = section(both("どの画面でも", "On every screen"), 3, back, language);
    let taken = |number: u8| asked.own.iter().any(|(own, _)| *own == number);
    let rest = asked.everywhere.iter().filter(|key| !taken(key.number));
    let rest = rest.map(|key| (format!("F{}", key.number), key.label.clone()));
    section.keys.extend(rest);
    section
}

/// Keys of Japanese input, where it is typed, and those of a line of text.
fn typing(japanese: Japanese, language: Language) -> (HelpSection, HelpSection) {
    let input = both("日本語入力", "Japanese input");
    let editing = both("文字を選ぶ・直す", "Selecting and correcting");
    (
        section(input, 2, &keys::of_input(japanese), language),
        section(editing, 2, &keys::EDITING, language),
    )
}

fn pointing(language: Language) -> (HelpSection, HelpSection) {
    let mouse = both("マウスとタッチパッド", "Mouse and touchpad");
    let touch = both("タッチ画面", "Touch screen");
    (
        section(mouse, 1, &keys::POINTING, language),
        section(touch, 1, &keys::TOUCHING, language),
    )
}

/// Whether Escape leaves the screen: what begins, ends and is home has nothing before it.
pub fn escape_leads_back(screen: ScreenCode) -> bool {
    !matches!(
        screen,
        ScreenCode::Starting
            | ScreenCode::Clock
            | ScreenCode::Login
            | ScreenCode::ChooseUser
            | ScreenCode::FirstRunCompany
            | ScreenCode::MakingVault
            | ScreenCode::Home
            | ScreenCode::PoweringOff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_screen_has_its_own_help() {
        for screen in ScreenCode::ALL.iter().copied() {
            if screen.code().starts_with('S') {
                assert!(about::about(screen).is_some(), "{}", screen.code());
            }
        }
    }

    #[test]
    fn input_keys_stand_only_where_japanese_is_typed() {
        assert!(keys::of_input(Japanese::Nowhere).is_empty());
        let without = keys::of_input(Japanese::Typed).len();
        assert_eq!(keys::of_input(Japanese::TypedWithWords).len(), without + 1);
    }

    #[test]
    fn a_page_about_typing_stands_only_where_something_is_typed() {
        assert_eq!(pages(true).len(), 3);
        assert_eq!(pages(false).len(), 2);
    }
}
