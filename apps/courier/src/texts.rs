//! What the clerk is told when nothing is wrong. Errors come from `codes`.

use codes::{ErrorCode, Language};
use std::path::PathBuf;
use transfer::{HandOverId, Outcome, WORDS};

/// Something to tell the clerk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The request is on the stick; the words are to be compared with the vault's screen.
    Enrolled {
        vault_name: String,
        program: String,
        words: [String; WORDS],
    },
    /// A whitelist entry arrived.
    Approved { program: String, until: String },
    /// The network is cut and the file is there.
    FileReady { path: PathBuf, minutes: u64 },
    /// It is over and clean.
    Ended {
        hand_over: HandOverId,
        outcome: Outcome,
    },
    /// A bundle was not opened.
    Refused {
        hand_over: Option<HandOverId>,
        code: ErrorCode,
    },
    /// Left-overs of a crash were removed.
    Swept { hand_over: HandOverId },
    /// The sweep found nothing.
    NothingToSweep,
    /// A receipt is on the stick: it may be pulled.
    ReceiptWritten { hand_over: HandOverId },
    /// Something is wrong but the rest goes on.
    Problem(crate::Failure),
}

impl Notice {
    /// The text in one language, possibly of several lines.
    pub fn text(&self, language: Language) -> String {
        let ja = language == Language::Japanese;
        match self {
            Notice::Enrolled {
                vault_name,
                program,
                words,
            } => {
                let list = words.join(" ・ ");
                if ja {
                    format!(
                        "「{vault_name}」の金庫への申請をUSBに書きました（プログラム：{program}）。\n\
                         USBを金庫に差し、金庫の画面のことばと次のことばが同じか、責任者が見比べてください。\n\n    {list}\n\n\
                         違うときは承認せず、申請をやり直してください。"
                    )
                } else {
                    format!(
                        "The request to the vault of \"{vault_name}\" is on the stick (program: {program}).\n\
                         Plug it into the vault. The responsible person compares the words on the vault's screen with these:\n\n    {list}\n\n\
                         If they differ, do not approve; enrol again."
                    )
                }
            }
            Notice::Approved { program, until } if ja => {
                format!("承認を受け取りました：{program}（{until}まで）")
            }
            Notice::Approved { program, until } => {
                format!("The approval arrived: {program} (until {until})")
            }
            Notice::FileReady { path, minutes } if ja => format!(
                "ネットワークを遮断しました。許可されたプログラムで次のファイルを読み込んでください（{minutes}分以内）。\n{}",
                path.display()
            ),
            Notice::FileReady { minutes, .. } => format!(
                "The network is cut. Read the file above with the permitted program (within {minutes} minutes)."
            ),
            Notice::Ended { hand_over, outcome } => ended(*hand_over, *outcome, ja),
            Notice::Refused { hand_over, code } => {
                let id = hand_over.map(|id| format!("（{id}）")).unwrap_or_default();
                format!(
                    "{}{}",
                    code.sentence(language),
                    if ja { id } else { String::new() }
                )
            }
            Notice::Swept { hand_over } if ja => format!(
                "前回の異常終了で残ったものを片付け、ネットワークを元に戻しました（{hand_over}）。"
            ),
            Notice::Swept { .. } => {
                "What a crash had left was removed and the network restored.".into()
            }
            Notice::NothingToSweep if ja => "片付けるものはありません。".into(),
            Notice::NothingToSweep => "There is nothing to sweep.".into(),
            Notice::ReceiptWritten { hand_over } if ja => {
                format!("受領書をUSBに書きました（{hand_over}）。")
            }
            Notice::ReceiptWritten { .. } => "The receipt is on the stick.".into(),
            Notice::Problem(failure) => failure.code.sentence(language),
        }
    }

    /// Whether this is about something that went wrong.
    pub fn is_problem(&self) -> bool {
        matches!(self, Notice::Refused { .. } | Notice::Problem(_))
    }
}

fn ended(hand_over: HandOverId, outcome: Outcome, ja: bool) -> String {
    let (what_ja, what_en) = match outcome {
        Outcome::ReadAndDeleted => (
            "プログラムが読み終えたので、ファイルを消しました。",
            "The program has read the file and it was removed.",
        ),
        Outcome::TimedOut => (
            "時間が過ぎたので、ファイルを消しました。",
            "The time was over and the file was removed.",
        ),
        Outcome::StickPulled => (
            "受渡し用USBが抜かれたので、ファイルを消しました。",
            "The companion was pulled and the file was removed.",
        ),
        Outcome::Stopped => (
            "途中で終わったので、ファイルを消しました。",
            "It was stopped and the file was removed.",
        ),
        Outcome::SweptAfterCrash => (
            "異常終了のあと、ファイルを消しました。",
            "The file was removed after a crash.",
        ),
        Outcome::NotOpened => ("ファイルは開いていません。", "The file was not opened."),
    };
    if ja {
        format!("{what_ja}ネットワークを元に戻しました（{hand_over}）。")
    } else {
        format!("{what_en} The network is restored.")
    }
}
