//! S-300: the menu.

use super::{
    choose_company::ChooseCompany, companions::Companions, hand_over::HandOverPage, ledger::Ledger,
    panel::Panel, people::People, person_form::PersonForm, receipts::Receipts,
    user_dictionary::UserDictionary,
};
use crate::app::{Body, Both, Cx, FKeys, Key, Look, MenuItem, MenuView, Screen, Target, both};
use codes::ScreenCode;

#[derive(Default)]
pub struct Home {
    selected: usize,
    /// Whoever works for several companies goes from one to another.
    several: bool,
}

const ITEMS: [(char, Both, Both); 10] = [
    (
        '1',
        both("社員一覧", "People"),
        both("探す・番号を表示する", "Search, show a number"),
    ),
    (
        '2',
        both("社員の登録", "Register a person"),
        both("氏名と個人番号を登録する", "Name and individual number"),
    ),
    (
        '3',
        both("受渡し", "Hand-over"),
        both(
            "許可された内容を受渡し用USBへ",
            "What is approved, to the companion",
        ),
    ),
    (
        '4',
        both("受領の確認", "Receipts"),
        both("受取側PCの受領書を読む", "Read what the payroll PC reports"),
    ),
    (
        '5',
        both("受渡し用USBと受取側PC", "Companions and PCs"),
        both("登録・承認・取消し", "Register, approve, revoke"),
    ),
    (
        '6',
        both("取扱記録", "Ledger"),
        both("見る・検証する", "Read and verify"),
    ),
    (
        '7',
        both("画面のロック", "Lock"),
        both("席を離れるとき", "When you leave the desk"),
    ),
    (
        '8',
        both("キーボードと画面", "Keyboard and screen"),
        both("配列・大きさ・向き", "Layout, size, rotation"),
    ),
    (
        '9',
        both("電源を切る", "Power off"),
        both("金庫を閉じる", "Close the vault"),
    ),
    (
        '0',
        both("ユーザー辞書", "User dictionary"),
        both("単語の登録・学習の消去", "Words, and what was learned"),
    ),
];

impl Home {
    fn open(&self, digit: char, cx: &mut Cx) {
        match digit {
            '1' => cx.go(People::default()),
            '2' => cx.go(PersonForm::register()),
            '3' => cx.go(HandOverPage::default()),
            '4' => cx.go(Receipts::default()),
            '5' => cx.go(Companions::default()),
            '6' => cx.go(Ledger::default()),
            '7' => cx.lock(),
            '8' => cx.go(Panel::new()),
            '0' => cx.go(UserDictionary::default()),
            _ => cx.ask_power_off(),
        }
    }
}

impl Screen for Home {
    fn code(&self) -> ScreenCode {
        ScreenCode::Home
    }

    fn enter(&mut self, cx: &mut Cx) {
        let session = cx.shared.session.as_ref();
        self.several = session.is_some_and(|session| session.several);
    }

    fn fkeys(&self) -> FKeys {
        match self.several {
            true => vec![(2, both("事業者の変更", "Company"))],
            false => Vec::new(),
        }
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        match key {
            Key::F(2) if self.several => cx.go(ChooseCompany::instead()),
            Key::Char(c) => {
                if let Some(index) = ITEMS.iter().position(|(digit, _, _)| *digit == c) {
                    self.selected = index;
                    self.open(c, cx);
                }
            }
            Key::Enter => self.open(ITEMS[self.selected].0, cx),
            Key::Left | Key::BackTab => self.selected = self.selected.saturating_sub(1),
            Key::Right | Key::Tab => self.selected = (self.selected + 1).min(ITEMS.len() - 1),
            Key::Up => self.selected = self.selected.saturating_sub(2),
            Key::Down => self.selected = (self.selected + 2).min(ITEMS.len() - 1),
            _ => return false,
        }
        true
    }

    fn pointed(&mut self, target: Target, cx: &mut Cx) {
        if let Target::Menu(index) = target
            && let Some((digit, _, _)) = ITEMS.get(index)
        {
            self.selected = index;
            self.open(*digit, cx);
        }
    }

    fn body(&self, look: &Look) -> Body {
        Body::Menu(MenuView {
            items: ITEMS
                .iter()
                .map(|(digit, label, explains)| MenuItem {
                    digit: *digit,
                    label: label.get(look.language).to_owned(),
                    explains: explains.get(look.language).to_owned(),
                })
                .collect(),
            selected: self.selected,
        })
    }
}
