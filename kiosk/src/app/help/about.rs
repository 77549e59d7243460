//! What each screen is for, in a few sentences.

use crate::app::words::{Both, both};
use codes::ScreenCode;

/// What a clerk does on this screen.
pub fn about(screen: ScreenCode) -> Option<Both> {
    Some(match screen {
        ScreenCode::Clock => both(
            "このPCの時計を確かめます。取扱記録の日時になるので、違うときは直してからEnterを押してください。ちょうど9時間ずれているときはF2で直せます。PCの時計そのものは変わりません。",
            "Check this PC's clock: the ledger uses it. Correct it if it is wrong (F2 where it is nine hours off), then press Enter. The PC's own clock is not changed.",
        ),
        ScreenCode::Panel => both(
            "キーボードの配列、ことば、画面の向きと大きさ、表示する画面を選びます。選ぶとすぐに変わり、このUSBに残るので、別のPCで起動したときも同じです。",
            "Choose the keyboard's layout, the language, and how and on which screen everything is drawn. It holds at once and is kept on this stick, for other PCs too.",
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
            "パスフレーズを入力してEnterを押します。続けて間違えると、次に入力できるまでの時間が長くなります。忘れたときはF3で復旧用のことばを使います。何人かで使う金庫では、開いたあとに名前を選びます。F4で選び直せます。",
            "Type the passphrase and press Enter. After wrong attempts you wait longer and longer for the next one. If it is forgotten, F3 opens the vault with the recovery words. Where several people use it, you choose your name once it is open; F4 chooses another.",
        ),
        ScreenCode::ChooseUser => both(
            "この金庫を使う人が何人かいます。自分の名前を、番号、↑↓、または名前やよみの入力で選び、Enterを押します。次に、その人のパスフレーズを入力します。",
            "Several people use this vault. Choose your name by its digit, with the arrows or by typing part of it, and press Enter. Your passphrase is asked next.",
        ),
        ScreenCode::NewPassphrase => both(
            "ほかの人が決めたパスフレーズを、自分だけが知るものに替えます。替えるまで、ほかの操作はできません。Escでログインに戻ります。",
            "Change the passphrase that somebody else chose to one that only you know. Nothing else can be done before. Esc goes back to the login.",
        ),
        ScreenCode::ChooseCompany => both(
            "扱う事業者を選びます。別の事業者には、ホームのF2でいつでも替えられます。使えない事業者は、このPCや今日の日付では権限がありません。",
            "Choose the company you work for. F2 on the home screen changes to another at any time. One that cannot be entered is closed to you on this PC or today.",
        ),
        ScreenCode::Home => both(
            "することを数字キーで選びます。いくつかの事業者を扱う人は、F2で事業者を替えられます。",
            "Choose by a digit what to do. Who works for several companies changes to another with F2.",
        ),
        ScreenCode::UserDictionary => both(
            "自分で登録した単語の一覧です。ほかの人の変換には使われません。F2で登録、Enterで変更、F4で削除します。F5は、これまでに選んだ変換の学習だけを消します。氏名や住所の入力中は、Ctrl＋F7で単語を登録できます。",
            "The words you registered, for your own typing only. F2 registers one, Enter changes and F4 removes it. F5 erases only what was learned from your choices. While typing a name or address, Ctrl+F7 registers a word.",
        ),
        ScreenCode::WordForm => both(
            "よみをかなで、単語を変換して入力し、種類を選びます。候補に出ない字は、一字ずつ変換して入力します。入力中に開いたときは、登録した単語がその場所に入ります。",
            "Type the reading in kana, convert the word, choose its kind. A word that is no candidate is put together character by character. Opened while typing, the word goes where you were typing.",
        ),
        ScreenCode::People => both(
            "社員番号・氏名・フリガナの一部を入力すると絞り込みます。↑↓で選び、Enterで詳細を開きます。F2で新しい社員を登録します。F3か見出しで並べ替え、F4で逆順にします。",
            "Type part of an employee number, name or reading to search. Choose with the arrows and open with Enter. F2 registers somebody new. F3 or a title sorts, F4 turns the order around.",
        ),
        ScreenCode::PersonForm => both(
            "個人番号は確かめのため2回入力し、何を見て入力したかを取得元に選びます。わからないときは「記入しない」のままにします。郵便番号を7桁入力すると、住所に町名までが入ります。日付は R8.4.1、2026/4/1、20260401 のどれでも入力できます。",
            "The individual number is typed twice. Choose what it was taken from; leave it at \"Not given\" if that is not known. A postal code of seven digits fills the address down to the town. Dates may be typed as R8.4.1, 2026/4/1 or 20260401.",
        ),
        ScreenCode::Person => both(
            "F4で利用目的を選ぶと、番号を30秒だけ表示します。表示したことは取扱記録に残ります。「番号の登録」には、いつ、だれが、何から登録したかと、有効開始日が出ます。",
            "F4 shows the number for a purpose, for 30 seconds. It is recorded in the ledger. \"Number entered\" says when, by whom and from what it was, and since when it is valid.",
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
        ScreenCode::Starting => both(
            "金庫の準備をしています。そのままお待ちください。",
            "The vault is being prepared. Wait a moment.",
        ),
        ScreenCode::MakingVault => both(
            "金庫を作っています。終わるまでUSBを抜かず、電源も切らないでください。",
            "The vault is being made. Leave the stick plugged in and the power on until it is done.",
        ),
        ScreenCode::PoweringOff => both(
            "金庫を閉じ、メモリーを消しています。電源が切れたらUSBを抜けます。",
            "The vault is closed and memory is wiped. Pull the stick once the PC is off.",
        ),
        // Dialogs say themselves what they are for.
        _ => return None,
    })
}
