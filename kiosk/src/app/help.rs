//! One paragraph for each screen, shown by F1.

use super::words::{Both, both};
use codes::{Language, ScreenCode};

/// What a clerk can do on this screen, then the keys that work everywhere.
pub fn paragraphs(screen: ScreenCode, language: Language) -> Vec<String> {
    vec![
        about(screen).get(language).to_owned(),
        both(
            "Enterで次の項目へ、Escで戻ります。F8でキーボード配列、F9で言語、F10で画面ロック、F11で電源です。",
            "Enter goes to the next field, Esc goes back. F8 keyboard layout, F9 language, F10 lock, F11 power.",
        )
        .get(language)
        .to_owned(),
    ]
}

fn about(screen: ScreenCode) -> Both {
    match screen {
        ScreenCode::Clock => both(
            "このPCの時計を確かめます。取扱記録の日時になるので、違うときは直してからEnterを押してください。ちょうど9時間ずれているときはF2で直せます。PCの時計そのものは変わりません。",
            "Check this PC's clock: the ledger uses it. Correct it if it is wrong (F2 where it is nine hours off), then press Enter. The PC's own clock is not changed.",
        ),
        ScreenCode::FirstRunCompany => both(
            "この金庫を使う事業者と、特定個人情報の取扱責任者を登録します。法人番号は個人事業主なら空のままにします。",
            "Enter the company that uses this vault and the responsible person. A sole proprietor leaves the corporate number empty.",
        ),
        ScreenCode::FirstRunPassphrase => both(
            "金庫を開くためのパスフレーズを決めます。12文字以上で、ことばを4つ以上つなげると覚えやすく強くなります。F2で文字を表示できます。",
            "Choose the passphrase that opens the vault: at least 12 characters; four or more words are strong and easy to keep in mind. F2 shows what is typed.",
        ),
        ScreenCode::RecoveryWords => both(
            "パスフレーズを忘れたときに金庫を開く、12のことばです。順番どおり紙に書き、金庫とは別の場所に保管してください。二度と表示されません。",
            "These twelve words open the vault when the passphrase is lost. Write them on paper in order and keep it away from the stick. They are never shown again.",
        ),
        ScreenCode::RecoveryCheck | ScreenCode::RecoverWithWords => both(
            "ことばはローマ字でひらがな入力するか、紙に書いた4桁の番号を入力します。",
            "Type a word in romaji, or its four-digit number from the paper.",
        ),
        ScreenCode::Login => both(
            "パスフレーズを入力してEnterを押します。続けて間違えると、次に入力できるまでの時間が長くなります。忘れたときはF3で復旧用のことばを使います。",
            "Type the passphrase and press Enter. After wrong ones the next is accepted later and later. If it is lost, F3 opens with the recovery words.",
        ),
        ScreenCode::Home => both("数字キーで選びます。", "Choose by a digit."),
        ScreenCode::People => both(
            "社員番号・氏名・フリガナの一部を入力すると絞り込みます。↑↓で選び、Enterで詳細を開きます。F2で新しい社員を登録します。",
            "Type part of an employee number, name or reading to search. Choose with the arrows and open with Enter. F2 registers somebody new.",
        ),
        ScreenCode::PersonForm => both(
            "個人番号は確かめのため2回入力します。F12で登録します。半角/全角キーでかな入力を切り替えます。",
            "The individual number is typed twice. F12 saves. The 半角/全角 key turns kana input on and off.",
        ),
        ScreenCode::Person => both(
            "F4で利用目的を選ぶと、番号を30秒だけ表示します。表示したことは取扱記録に残ります。",
            "F4 shows the number for a purpose, for 30 seconds. It is recorded in the ledger.",
        ),
        ScreenCode::Ledger => both(
            "だれが、いつ、どのPCで、だれの番号を、何のために扱ったかの記録です。F2で改ざんがないことを検証します。",
            "Who handled whose number, when, on which PC and why. F2 verifies that nothing was changed.",
        ),
        ScreenCode::Companions => both(
            "F2で受渡し用USBを登録し、F3で受取側PCを承認します。Tabで一覧を切り替え、F4で許可を取り消します。",
            "F2 registers a companion stick, F3 approves a payroll PC. Tab changes the list, F4 revokes an approval.",
        ),
        ScreenCode::RegisterCompanion => both(
            "受渡し用USBを差し、名前を付けて登録します。USBの中身はすべて消えます。",
            "Plug the stick in, name it and register it. Everything on it is erased.",
        ),
        ScreenCode::ApprovePc => both(
            "受取側PCで申請を書き込んだUSBを差します。表示されたことばが受取側PCの画面と同じことを、必ず自分の目で確かめてください。",
            "Plug in the stick with the payroll PC's request. Compare the words with that PC's screen with your own eyes.",
        ),
        ScreenCode::HandOver => both(
            "許可を選び、対象の社員をスペースで選んで、F12で書き出します。許可した内容だけが、そのPCだけで開ける形で書き出されます。",
            "Choose the approval, mark people with the space bar, then F12. Only what was approved leaves, readable by that PC alone.",
        ),
        ScreenCode::HandOverDone => both(
            "書き込んだ内容を読み直して確かめ終えました。",
            "What was written was read again and compared.",
        ),
        ScreenCode::Receipts => both(
            "受渡し用USBを差してF2を押すと、受取側PCの受領書を読み取ります。受領書のない受渡しが先に並びます。",
            "Plug the companion in and press F2 to read receipts. Hand-overs without one come first.",
        ),
        _ => both(
            "画面の案内に従ってください。",
            "Follow what the screen says.",
        ),
    }
}
