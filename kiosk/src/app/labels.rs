//! Words of the widgets themselves: what a screen reader says and what stands beside a label.

use super::words::both;
use codes::Language;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labels {
    pub location: &'static str,
    pub keys: &'static str,
    pub keyboard: &'static str,
    pub ime: &'static str,
    pub required: &'static str,
    pub read_only: &'static str,
    pub ascending: &'static str,
    pub descending: &'static str,
    pub close: &'static str,
    pub leaf: &'static str,
    pub word: &'static str,
    pub place: &'static str,
    pub screen_keyboard: &'static str,
    pub candidates: &'static str,
}

pub fn of(language: Language) -> Labels {
    let say = |ja, en| both(ja, en).get(language);
    Labels {
        location: say("現在の場所", "Where you are"),
        keys: say("ファンクションキー", "Function keys"),
        keyboard: say("キーボード配列", "Keyboard layout"),
        ime: say("入力モード", "Input mode"),
        required: say("※必須", "*required"),
        read_only: say("（表示のみ）", "(read only)"),
        ascending: say("昇順", "ascending"),
        descending: say("降順", "descending"),
        close: say("閉じる（Esc）", "Close (Esc)"),
        leaf: say("← →：ページをめくる", "← →: other pages"),
        word: say("ことば", "Word"),
        place: say("番号", "Number"),
        screen_keyboard: say("画面のキーボード", "Keyboard on the screen"),
        candidates: say("変換候補", "Candidates"),
    }
}
