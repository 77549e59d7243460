//! What keys and pointer do, by what is shown.

use super::Japanese;
use crate::app::view::Body;
use crate::app::words::{Both, both};

/// A key, or what a hand does, and what comes of it.
pub type Line = (Both, Both);

/// What keys do besides the function keys.
pub fn keys_of(body: &Body) -> Vec<Line> {
    match body {
        Body::Form(form) => {
            let mut keys = vec![
                (
                    both("Enter", "Enter"),
                    both("次の項目へ。最後では実行", "Next field; last: go on"),
                ),
                (
                    both("Tab ↑ ↓", "Tab ↑ ↓"),
                    both("項目を移動", "Move between fields"),
                ),
            ];
            if form.fields.iter().any(|field| field.choice) {
                keys.push((
                    both("← → 数字", "← → digit"),
                    both("選択肢を選ぶ", "Choose an option"),
                ));
            }
            keys
        }
        Body::Words(words) if words.cells.iter().any(|cell| cell.asked) => {
            vec![(both("Enter", "Enter"), both("次のことばへ", "Next word"))]
        }
        Body::Words(_) | Body::Notice(_) => Vec::new(),
        Body::Menu(_) => vec![
            (both("数字", "Digit"), both("すぐに開く", "Opens at once")),
            (
                both("↑ ↓ ← →", "↑ ↓ ← →"),
                both("選んでEnterで開く", "Choose; Enter opens"),
            ),
        ],
        Body::Table(table) => {
            let mut keys = vec![(
                both("↑ ↓ PgUp", "↑ ↓ PgUp"),
                both("行を選ぶ（Home・End：端）", "Choose a row (Home, End)"),
            )];
            if table.markable {
                keys.push((
                    both("スペース", "Space"),
                    both("対象に入れる／外す", "Mark or unmark"),
                ));
            }
            if !table.tabs.is_empty() {
                keys.push((
                    both("Tab", "Tab"),
                    both("一覧を切り替える", "The other list"),
                ));
            }
            keys
        }
        Body::Detail(_) => vec![(
            both("Enter", "Enter"),
            both("番号を表示", "Show the number"),
        )],
    }
}

/// What keys do where Japanese is typed. In English as they are on a keyboard without Japanese keys,
/// where it has them too.
pub fn of_input(japanese: Japanese) -> Vec<Line> {
    let mut keys = match japanese {
        Japanese::Nowhere => return Vec::new(),
        Japanese::Typed | Japanese::TypedWithWords => INPUT.to_vec(),
    };
    if japanese == Japanese::TypedWithWords {
        keys.push((
            both("Ctrl+F7", "Ctrl+F7"),
            both("単語を登録", "Register a word"),
        ));
    }
    keys
}

const INPUT: [Line; 17] = [
    (
        both("半角/全角", "Alt+`"),
        both("かな入力の入／切", "Kana input on / off"),
    ),
    (
        both("スペース", "Space"),
        both("変換、次の候補", "Convert, next candidate"),
    ),
    (
        both("1〜9 ↑ ↓", "1–9 ↑ ↓"),
        both("候補を選ぶ", "Choose a candidate"),
    ),
    (
        both("PgUp PgDn", "PgUp PgDn"),
        both("候補の前後のページ", "More candidates"),
    ),
    (both("← →", "← →"), both("文節を移る", "The next segment")),
    (
        both("Shift+← →", "Shift+← →"),
        both("文節を伸ばす・縮める", "Longer, shorter segment"),
    ),
    (both("Enter", "Enter"), both("確定", "Commit")),
    (
        both("Esc", "Esc"),
        both("一つずつ元に戻す", "One step back"),
    ),
    (
        both("変換", "Ctrl+Space"),
        both("選んだ文字を再変換", "Convert selected text"),
    ),
    (
        both("F6 F7", "F6 F7"),
        both("ひらがな、カタカナに", "As hiragana, katakana"),
    ),
    (
        both("F8", "F8"),
        both("半角カタカナに", "As narrow katakana"),
    ),
    (
        both("F9 F10", "F9 F10"),
        both("全角英数、半角英数に", "As wide, narrow letters"),
    ),
    (
        both("無変換", "Muhenkan"),
        both("カナ、半角カナと順に", "Katakana, narrow, back"),
    ),
    (
        both("ひらがな", "Ctrl+CapsLk"),
        both("ひらがな入力", "Type hiragana"),
    ),
    (
        both("Shift+ひらがな", "Alt+CapsLk"),
        both("カタカナ入力", "Type katakana"),
    ),
    (
        both("Alt+ひらがな", "Alt+Hiragana"),
        both("ローマ字／かな打ち", "Romaji / kana typing"),
    ),
    (
        both("Shift+スペース", "Shift+Space"),
        both("半角の空白", "A narrow space"),
    ),
];

/// What keys do in a line of text.
pub const EDITING: [Line; 6] = [
    (
        both("Shift+← →", "Shift+← →"),
        both("文字を選ぶ", "Select text"),
    ),
    (both("Ctrl+A", "Ctrl+A"), both("すべて選ぶ", "Select all")),
    (
        both("Home End", "Home End"),
        both("先頭へ、末尾へ", "To the beginning, end"),
    ),
    (
        both("Shift+Home", "Shift+Home"),
        both("先頭まで選ぶ（End：末尾）", "Select up to there (End)"),
    ),
    (
        both("Backspace", "Backspace"),
        both("前の文字を消す", "Delete before the caret"),
    ),
    (
        both("Delete", "Delete"),
        both("次の文字を消す", "Delete behind the caret"),
    ),
];

/// What a mouse and a touchpad do.
pub const POINTING: [Line; 5] = [
    (
        both("クリック", "Click"),
        both(
            "選ぶ、押す。文字の上ではカーソルを置く",
            "Chooses or presses; puts the caret into text",
        ),
    ),
    (
        both("ダブルクリック", "Double click"),
        both(
            "一続きの文字を選ぶ。一覧では行を開く",
            "Selects a word; opens a row of a list",
        ),
    ),
    (
        both("3回クリック", "Triple click"),
        both("項目の文字をすべて選ぶ", "Selects all text of a field"),
    ),
    (
        both("ドラッグ", "Drag"),
        both(
            "文字の範囲を選ぶ（Shift+クリックでも）",
            "Selects text, as Shift and a click do",
        ),
    ),
    (
        both("ホイール", "Wheel"),
        both(
            "一覧を動かす。タッチパッドでは2本指で",
            "Scrolls a list; two fingers on a touchpad",
        ),
    ),
];

/// What fingers do on a screen that takes touch.
pub const TOUCHING: [Line; 3] = [
    (
        both("触れる", "Touch"),
        both(
            "選ぶ、押す。文字の項目では画面キーボードも開く",
            "Chooses or presses; a field opens a keyboard",
        ),
    ),
    (
        both("長押し", "Touch and hold"),
        both(
            "一続きの文字を選び、そのまま動かすと広げる",
            "Selects a word; moved on, it selects more",
        ),
    ),
    (
        both("指で動かす", "Swipe"),
        both("一覧を動かす", "Scrolls a list"),
    ),
];
