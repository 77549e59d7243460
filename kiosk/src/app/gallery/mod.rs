//! Every widget in every look, as pages that the screens' own code draws: real forms, lists and
//! dialogs with made-up contents. `examples/gallery.rs` shows them, `tests/golden.rs` compares
//! them with pictures somebody looked at.

mod forms;
mod pages;

use super::view::{Body, FKeyView, MessageView, Tone, View};
use super::words::{Both, both};
use super::{CodeTag, Look, PostalCodes, Shared};
use codes::{ErrorCode, Language, ScreenCode};
use protocol::settings::Settings;
use std::rc::Rc;

/// One picture of the gallery.
pub struct Page {
    /// Short, for file names.
    pub name: &'static str,
    pub title: Both,
    make: fn(&Look) -> View,
}

impl Page {
    pub fn view(&self, language: Language) -> View {
        let shared = Shared {
            settings: Settings {
                language,
                ..Settings::default()
            },
            postal_codes: Some(Rc::new(SomeCodes)),
            ..Shared::default()
        };
        let look = Look {
            language,
            shared: &shared,
            preedit: String::new(),
        };
        View {
            title: self.title.get(language).to_owned(),
            ..(self.make)(&look)
        }
    }
}

/// The help panel of a screen, as full as it gets: with an error and keys of a form.
pub fn help_on(screen: ScreenCode, page: usize, language: Language) -> View {
    let shared = Shared::default();
    let look = Look {
        language,
        shared: &shared,
        preedit: String::new(),
    };
    pages::help_on(&look, screen, page)
}

/// Panels that pictures are made for: pixels and millimetres. The first is the smallest that
/// is supported; the last is one of 21.5 inches, drawn at 200 %.
pub const SIZES: [(u32, u32, (u32, u32)); 3] = [
    (1024, 768, (304, 228)),
    (1920, 1080, (531, 299)),
    (3840, 2160, (476, 268)),
];

/// All pages, in the order in which they are shown.
pub const PAGES: [Page; 20] = [
    page("text", both("文字の項目", "Text fields"), forms::text),
    page("number", both("番号の項目", "Number fields"), forms::number),
    page("date", both("日付の項目", "Date fields"), forms::date),
    page(
        "postal-code",
        both("郵便番号と住所", "Postal code and address"),
        forms::postal_code,
    ),
    page(
        "passphrase",
        both("パスフレーズ", "Passphrases"),
        forms::passphrase,
    ),
    page(
        "candidates",
        both("変換候補", "Candidates"),
        forms::candidates,
    ),
    page(
        "screen-keyboard",
        both("画面のキーボード", "Keyboard on the screen"),
        forms::screen_keyboard,
    ),
    page("choice", both("選択の項目", "Choices"), forms::choice),
    page(
        "choice-list",
        both("長い選択肢", "A list of options"),
        forms::choice_list,
    ),
    page("table", both("表", "Table"), pages::table),
    page(
        "table-empty",
        both("空の表とタブ", "Empty table, tabs"),
        pages::table_empty,
    ),
    page("dialog", both("ダイアログ", "Dialog"), pages::dialog),
    page(
        "dialog-grave",
        both("重大な確認", "Grave question"),
        pages::dialog_grave,
    ),
    page("progress", both("進みぐあい", "Progress"), pages::progress),
    page("help", both("説明", "Help"), pages::help),
    page(
        "help-typing",
        both("説明：文字の入力", "Help: typing"),
        pages::help_typing,
    ),
    page(
        "help-pointing",
        both("説明：マウスとタッチ", "Help: mouse and touch"),
        pages::help_pointing,
    ),
    page("menu", both("メニュー", "Menu"), pages::menu),
    page("notice", both("お知らせ", "Notice"), pages::notice),
    page("detail", both("詳細", "Details"), pages::detail),
];

const fn page(name: &'static str, title: Both, make: fn(&Look) -> View) -> Page {
    Page { name, title, make }
}

/// A screen around a page: header, breadcrumbs, function keys, a message.
fn frame(look: &Look, body: Body, tone: Tone, message: Both) -> View {
    let key = |(number, label): (u8, Both)| FKeyView {
        number,
        label: label.get(look.language).to_owned(),
    };
    View {
        language: look.language,
        tag: CodeTag {
            screen: Some(ScreenCode::PersonForm),
            dialog: None,
            error: (tone == Tone::Bad).then_some(ErrorCode::NumberCheckDigit),
        },
        trail: vec![look.say("ホーム", "Home"), look.say("社員一覧", "People")],
        owner: look.say("山田商店", "Yamada Shoten"),
        user: look.say("山田 太郎", "Taro Yamada"),
        clock: "2026-11-21 09:30".into(),
        ime: "あ".into(),
        layout: "JIS".into(),
        sticks: "1".into(),
        message: Some(MessageView {
            tone,
            text: message.get(look.language).to_owned(),
        }),
        body,
        fkeys: [
            (1, both("説明", "Help")),
            (2, both("新規登録", "New")),
            (6, both("並べ替え", "Sort")),
            (7, both("逆順", "Reverse")),
            (8, both("配列", "Layout")),
            (9, both("English", "日本語")),
            (10, both("ロック", "Lock")),
            (11, both("電源", "Power")),
            (12, both("登録", "Save")),
        ]
        .into_iter()
        .map(key)
        .collect(),
        ..View::default()
    }
}

/// Three codes: of one place, of two, of none.
struct SomeCodes;

impl PostalCodes for SomeCodes {
    fn places(&self, code: &str) -> Vec<String> {
        match code {
            "1000013" => vec!["東京都千代田区霞が関".into()],
            "4980000" => vec!["愛知県弥富市".into(), "三重県桑名郡木曽岬町".into()],
            _ => Vec::new(),
        }
    }
}
