//! Everything that is not a form.

use super::frame;
use crate::app::Look;
use crate::app::dialog::Dialog;
use crate::app::field::group;
use crate::app::help as help_panel;
use crate::app::view::{
    Body, Column, DetailView, FieldView, MenuItem, MenuView, Notice, Progress, RowView, TableView,
    Tone, View,
};
use crate::app::words::both;
use crate::ime::PreeditPart;
use codes::{ErrorCode, ScreenCode};

fn columns(look: &Look) -> Vec<Column> {
    [
        (look.say("社員番号", "No."), 0.14),
        (look.say("氏名", "Name"), 0.3),
        (look.say("フリガナ", "Reading"), 0.3),
        (look.say("生年月日", "Born"), 0.26),
    ]
    .into_iter()
    .map(|(title, share)| Column {
        title,
        share,
        sortable: true,
    })
    .collect()
}

fn people() -> Vec<RowView> {
    let row = |(index, name, kana, tone): (usize, &str, &str, Tone)| RowView {
        cells: vec![
            format!("{:04}", 1001 + index),
            name.into(),
            kana.into(),
            "1990-04-01".into(),
        ],
        selected: index == 2,
        marked: index == 1 || index == 2,
        tone,
    };
    [
        (0, "山田 太郎", "ヤマダ タロウ", Tone::Info),
        (1, "髙橋 花子", "タカハシ ハナコ", Tone::Info),
        (2, "佐藤 一郎", "サトウ イチロウ", Tone::Info),
        (3, "𠮷川 祐󠄀子", "ヨシカワ ユウコ", Tone::Good),
        (4, "渡邉 次郎", "ワタナベ ジロウ", Tone::Bad),
    ]
    .into_iter()
    .map(row)
    .collect()
}

pub fn table(look: &Look) -> View {
    let body = Body::Table(TableView {
        search: Some(FieldView {
            label: look.say(
                "検索（社員番号・氏名・フリガナ）",
                "Search (number, name, reading)",
            ),
            focused: true,
            before: "た".into(),
            preedit: "か".into(),
            hint: look.say("60人", "60 people"),
            ..FieldView::default()
        }),
        columns: columns(look),
        sort: Some((2, false)),
        markable: true,
        rows: people(),
        top: 10,
        total: 60,
        detail: vec![look.say("選んだ行の詳しい内容", "More about the selected row")],
        ..TableView::default()
    });
    let mark = both("スペースで対象に入れます。", "The space bar marks.");
    let mut view = frame(look, body, Tone::Info, mark);
    view.preedit = vec![PreeditPart::plain("か".into())];
    view
}

pub fn table_empty(look: &Look) -> View {
    let body = Body::Table(TableView {
        tabs: vec![
            look.say("受渡し用USB", "Companion sticks"),
            look.say("許可（受取側PC）", "Approvals (payroll PCs)"),
        ],
        tab: 1,
        columns: columns(look),
        empty: look.say(
            "許可はありません。F3で受取側PCを承認します。",
            "Nothing is approved. F3 approves a payroll PC.",
        ),
        ..TableView::default()
    });
    frame(
        look,
        body,
        Tone::Good,
        both("許可を取り消しました。", "The approval was revoked."),
    )
}

fn with_dialog(look: &Look, dialog: &Dialog) -> View {
    let mut view = table(look);
    view.tag.dialog = Some(dialog.code);
    view.dialog = Some(dialog.view(look));
    view
}

pub fn dialog(look: &Look) -> View {
    let lines = vec![look.say("対象：2人", "People: 2")];
    let choices = vec![look.say("書き出す", "Hand over"), look.say("戻る", "Back")];
    with_dialog(
        look,
        &Dialog::ask(ScreenCode::ConfirmHandOver, lines, choices),
    )
}

pub fn dialog_grave(look: &Look) -> View {
    let lines = vec![look.say(
        "このUSBの中身はすべて消え、元に戻せません。",
        "Everything on this stick is erased and cannot be brought back.",
    )];
    let choices = vec![
        look.say("すべて消して登録する", "Erase and register"),
        look.say("戻る", "Back"),
    ];
    with_dialog(
        look,
        &Dialog::ask(ScreenCode::ConfirmFormat, lines, choices).grave(),
    )
}

pub fn progress(look: &Look) -> View {
    let line = look.say("書き出しています", "Handing over");
    let mut dialog = Dialog::working(line, true);
    if let Some(work) = &mut dialog.work {
        work.progress = Progress::Part(0.4);
    }
    with_dialog(look, &dialog)
}

pub fn help(look: &Look) -> View {
    help_on(look, ScreenCode::PersonForm, 0)
}

pub fn help_typing(look: &Look) -> View {
    help_on(look, ScreenCode::PersonForm, 1)
}

pub fn help_pointing(look: &Look) -> View {
    help_on(look, ScreenCode::PersonForm, 2)
}

pub fn help_on(look: &Look, screen: ScreenCode, page: usize) -> View {
    let mut view = super::forms::number(look);
    let own = vec![
        (2, both("新規登録", "New")),
        (6, both("並べ替え", "Sort")),
        (7, both("逆順", "Reverse")),
        (12, both("登録", "Save")),
    ];
    view.tag.dialog = Some(ScreenCode::Help);
    let asked = help_panel::Asked {
        screen,
        body: &view.body,
        japanese: help_panel::Japanese::TypedWithWords,
        text: true,
        error: Some(ErrorCode::NumberCheckDigit),
        own: &own,
        everywhere: &view.fkeys,
        page,
    };
    view.help = Some(help_panel::panel(&asked, look.language));
    view
}

pub fn menu(look: &Look) -> View {
    let item = |digit, ja, en, ja2, en2| MenuItem {
        digit,
        label: look.say(ja, en),
        explains: look.say(ja2, en2),
    };
    let body = Body::Menu(MenuView {
        items: vec![
            item(
                '1',
                "社員一覧",
                "People",
                "探す・番号を表示する",
                "Search, show a number",
            ),
            item(
                '2',
                "社員の登録",
                "Register",
                "氏名と個人番号",
                "Name and number",
            ),
            item(
                '3',
                "受渡し",
                "Hand-over",
                "許可された内容を",
                "What is approved",
            ),
        ],
        selected: 1,
    });
    frame(
        look,
        body,
        Tone::Info,
        both("数字で選びます。", "Choose by a digit."),
    )
}

pub fn notice(look: &Look) -> View {
    let body = Body::Notice(Notice {
        tone: Tone::Good,
        big: look.say(
            "受渡し用USBを抜いてかまいません",
            "You may pull the companion now",
        ),
        lines: vec![look.say("Enterでホームへ戻ります。", "Enter goes back home.")],
        progress: Some(Progress::Going),
    });
    frame(
        look,
        body,
        Tone::Good,
        both(
            "読み直して確かめました。",
            "It was read again and compared.",
        ),
    )
}

pub fn detail(look: &Look) -> View {
    let body = Body::Detail(DetailView {
        pairs: vec![
            (look.say("社員番号", "Employee number"), "1001".into()),
            (look.say("氏名", "Name"), "髙橋 花子".into()),
            (look.say("フリガナ", "Reading"), "タカハシ ハナコ".into()),
        ],
        number_label: look.say("個人番号", "Individual number"),
        number: group("123456789018"),
        revealed: true,
        number_note: look.say("あと30秒で隠れます", "Hidden in 30 s"),
    });
    frame(
        look,
        body,
        Tone::Info,
        both(
            "表示したことは記録に残ります。",
            "That it was shown is recorded.",
        ),
    )
}
