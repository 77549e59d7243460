//! Fields: empty, filled, with the focus, wrong, read only, disabled.

use super::frame;
use crate::app::Look;
use crate::app::field::{Kind, TextField};
use crate::app::form::{Cell, Form, Id, Value};
use crate::app::keyboard::Keyboard;
use crate::app::view::{Access, Body, Tone, View};
use crate::app::words::{Both, both};
use crate::ime::{CandidateView, CandidatesView, PreeditPart};
use codes::ErrorCode;
use mynumber::Purpose;
use protocol::clerk::Field;

/// Fields of the gallery have names of their own only so that they can be told apart.
const IDS: [Id; 10] = [
    Id::Keeper(Field::Name),
    Id::Keeper(Field::Kana),
    Id::Keeper(Field::EmployeeNo),
    Id::Keeper(Field::Remark),
    Id::Keeper(Field::Place),
    Id::Keeper(Field::Reason),
    Id::Keeper(Field::Label),
    Id::Keeper(Field::Holder),
    Id::Keeper(Field::Work),
    Id::Keeper(Field::Document),
];

fn text_cell(index: usize, label: Both, kind: Kind, text: &str) -> Cell {
    (
        IDS[index],
        label,
        Value::Text(TextField::with(kind, text)),
        false,
    )
}

/// Two fields a row, of one kind.
fn grid(cells: Vec<(Both, Kind, &str)>) -> Form {
    let mut form = Form::default();
    let mut row: Vec<Cell> = Vec::new();
    for (index, (label, kind, text)) in cells.into_iter().enumerate() {
        row.push(text_cell(index, label, kind, text));
        if row.len() == 2 {
            form = form.row(std::mem::take(&mut row));
        }
    }
    form
}

fn shown(form: &Form, look: &Look, tone: Tone, message: Both) -> View {
    let action = look.say("登録（F12）", "Save (F12)");
    let lines = vec![look.say(
        "Enterで次の項目へ進みます。",
        "Enter goes to the next field.",
    )];
    let mut page = form.view(&action, lines, look);
    // A form of five rows fills the smallest screen by itself.
    if page.fields.last().is_some_and(|field| field.row > 3) {
        page.lines.clear();
    }
    let body = Body::Form(page);
    let mut view = frame(look, body, tone, message);
    if !look.preedit.is_empty() {
        view.preedit = vec![PreeditPart::plain(look.preedit.clone())];
    }
    view
}

/// A name is converted and its candidates are open.
pub fn candidates(look: &Look) -> View {
    let mut view = text(look);
    if let Body::Form(form) = &mut view.body {
        form.fields[0].before.clear();
    }
    view.preedit = vec![
        PreeditPart::segment("髙橋".into(), true),
        PreeditPart::plain("\u{3000}".into()),
        PreeditPart::segment("花子".into(), false),
    ];
    let item = |(text, notes): (&str, &[_])| CandidateView {
        text: text.into(),
        notes: notes.to_vec(),
    };
    view.candidates = Some(CandidatesView {
        items: [
            ("高橋", [("高", "くちだか", "ordinary 高")].as_slice()),
            ("髙橋", [("髙", "はしごだか", "ladder 髙")].as_slice()),
            ("高梁", &[]),
            ("鷹橋", &[]),
        ]
        .map(item)
        .into(),
        selected: 1,
        number: 2,
        total: 23,
    });
    view
}

/// The keyboard on the screen with Shift, above a passphrase that it would cover.
pub fn screen_keyboard(look: &Look) -> View {
    let mut view = passphrase(look);
    let mut keyboard = Keyboard::default();
    keyboard.open();
    let plain = keyboard.view(Kind::Passphrase, &view.body, look.language);
    let keys = plain.map(|view| view.keys).unwrap_or_default();
    if let Some(shift) = keys.iter().position(|key| key.toggles) {
        keyboard.press(Kind::Passphrase, shift);
    }
    view.keyboard = keyboard.view(Kind::Passphrase, &view.body, look.language);
    view
}

pub fn text(look: &Look) -> View {
    let mut form = grid(vec![
        (
            both("氏名（入力中）", "Name (being typed)"),
            Kind::Text,
            "髙橋",
        ),
        (
            both("フリガナ（空）", "Reading (empty)"),
            Kind::Katakana,
            "",
        ),
        (
            both("フリガナ・半角（入力済み）", "Reading, half width (filled)"),
            Kind::HalfKatakana,
            "タカハシ ハナコ",
        ),
        (both("備考（誤り）", "Remark (wrong)"), Kind::Text, ""),
        (
            both("保管場所（表示のみ）", "Place (read only)"),
            Kind::Text,
            "本社 金庫室",
        ),
        (
            both("理由（使えない）", "Reason (disabled)"),
            Kind::Text,
            "退職のため",
        ),
        (both("空の表示のみ", "Read only and empty"), Kind::Text, ""),
        (both("空で使えない", "Disabled and empty"), Kind::Text, ""),
    ]);
    form.fields[0].required = true;
    form.fields[3].required = true;
    form.fields[3].error = Some(ErrorCode::FieldEmpty);
    for (index, access) in [
        (4, Access::ReadOnly),
        (5, Access::Disabled),
        (6, Access::ReadOnly),
        (7, Access::Disabled),
    ] {
        form.set_access(IDS[index], access);
    }
    let look = Look {
        language: look.language,
        shared: look.shared,
        preedit: "はなこ".into(),
    };
    shown(
        &form,
        &look,
        Tone::Info,
        both(
            "お知らせ：入力の途中です。",
            "For your information: typing goes on.",
        ),
    )
}

pub fn number(look: &Look) -> View {
    let label = both("個人番号", "Individual number");
    let company = both("法人番号", "Corporate number");
    let mut form = grid(vec![
        (label, Kind::Number, ""),
        (label, Kind::Number, "12345678"),
        (label, Kind::Number, "123456789018"),
        (label, Kind::Number, "123456789012"),
        (company, Kind::Corporate, ""),
        (company, Kind::Corporate, "7000012050002"),
        (label, Kind::Number, "987654321093"),
        (label, Kind::Number, ""),
    ]);
    form.fields[3].error = Some(ErrorCode::NumberCheckDigit);
    form.set_access(IDS[6], Access::ReadOnly);
    form.set_access(IDS[7], Access::Disabled);
    form.focus_on(2);
    shown(
        &form,
        look,
        Tone::Bad,
        both(
            "検査用数字が合いません。入力を確かめてください。",
            "The check digit does not match. Check what was typed.",
        ),
    )
}

pub fn date(look: &Look) -> View {
    let label = both("日付", "Date");
    let mut form = grid(vec![
        (label, Kind::Date, ""),
        (label, Kind::Date, "R8.4.1"),
        (label, Kind::Date, "2026/4/1"),
        (label, Kind::Date, "20260401"),
        (label, Kind::Date, "令和8年4月1日"),
        (label, Kind::Date, "平成31年5月1日"),
        (label, Kind::Date, "2023-02-29"),
        (both("時刻", "Time"), Kind::Time, "09:30"),
    ]);
    form.validate();
    form.focus_on(1);
    form.set_access(IDS[7], Access::ReadOnly);
    shown(
        &form,
        look,
        Tone::Warning,
        both(
            "PCの時計が直前の記録より前です。日時を確かめてください。",
            "The clock is before the last entry. Check date and time.",
        ),
    )
}

pub fn postal_code(look: &Look) -> View {
    let address = both("住所", "Address");
    let mut form = Form::default();
    let examples = [
        ("", ""),
        ("1000013", "東京都千代田区霞が関"),
        ("4980000", ""),
        ("9999999", ""),
        ("100", "東京都千代田区"),
    ];
    for (index, (code, text)) in examples.into_iter().enumerate() {
        form = form.address(IDS[index], address);
        let at = index * 2;
        for (field, text) in [(at, code), (at + 1, text)] {
            if let Value::Text(value) = &mut form.fields[field].value {
                value.set(text);
            }
        }
    }
    form.fields[8].error = Some(ErrorCode::PostalCodeInvalid);
    form.focus_on(2);
    shown(&form, look, Tone::Good, both("保存しました。", "Saved."))
}

pub fn passphrase(look: &Look) -> View {
    let label = both("新しいパスフレーズ", "New passphrase");
    let mut form = Form::default();
    for (index, text) in [
        "",
        "password",
        "umi no soba",
        "umi no soba de neko ga hirune",
    ]
    .into_iter()
    .enumerate()
    {
        form = form
            .row(vec![text_cell(index, label, Kind::Passphrase, text)])
            .with_strength();
    }
    form.fields[1].error = Some(ErrorCode::PassphraseTooWeak);
    form.focus_on(2);
    shown(
        &form,
        look,
        Tone::Info,
        both("F2で文字を表示します。", "F2 shows what is typed."),
    )
}

fn choice_cell(index: usize, label: Both, options: Vec<String>, chosen: usize) -> Cell {
    (IDS[index], label, Value::Choice { options, chosen }, false)
}

pub fn choice(look: &Look) -> View {
    let sex = || {
        vec![
            look.say("記入しない", "Not given"),
            look.say("男", "Male"),
            look.say("女", "Female"),
        ]
    };
    let purposes = || {
        let name = |p: &Purpose| look.say(p.japanese(), p.english());
        Purpose::ALL.iter().map(name).collect::<Vec<_>>()
    };
    let label = both("性別", "Sex");
    let purpose = both("利用目的", "Purpose");
    let mut form = Form::default()
        .row(vec![
            choice_cell(0, label, sex(), 0),
            choice_cell(1, label, sex(), 2),
        ])
        .row(vec![
            choice_cell(2, label, sex(), 1),
            choice_cell(3, label, sex(), 1),
        ])
        .row(vec![
            choice_cell(4, label, sex(), 0),
            choice_cell(5, purpose, purposes(), 3),
        ])
        .row(vec![
            choice_cell(6, purpose, purposes(), 2),
            choice_cell(7, both("登録するUSB", "Stick"), Vec::new(), 0),
        ]);
    form.set_access(IDS[2], Access::ReadOnly);
    form.set_access(IDS[3], Access::Disabled);
    form.fields[4].error = Some(ErrorCode::FieldEmpty);
    form.set_access(IDS[6], Access::Disabled);
    form.set_options(IDS[7], Vec::new());
    form.focus_on(1);
    shown(
        &form,
        look,
        Tone::Info,
        both("←→か数字で選びます。", "Choose with ← → or a digit."),
    )
}

pub fn choice_list(look: &Look) -> View {
    let name = |p: &Purpose| look.say(p.japanese(), p.english());
    let mut form = Form::default()
        .row(vec![choice_cell(
            0,
            both("利用目的", "Purpose"),
            Purpose::ALL.iter().map(name).collect(),
            1,
        )])
        .row(vec![text_cell(
            1,
            both("許可の期限", "Approved until"),
            Kind::Date,
            "2027-03-31",
        )]);
    form.focus_on(0);
    shown(
        &form,
        look,
        Tone::Info,
        both("←→か数字で選びます。", "Choose with ← → or a digit."),
    )
}
