//! S-720: what was handed over and what came back for it, open ones first.

use super::clock::local_time;
use super::person::purpose_name;
use super::{home::Home, stick_name};
use crate::app::dialog::Dialog;
use crate::app::list::{List, ListColumn};
use crate::app::{Body, Cx, FKeys, Key, Look, RowView, Screen, TableView, Target, Tone, both};
use codes::{ErrorCode, Language, ScreenCode};
use protocol::clerk::{
    Reply,
    companions::{self, HandOver, Receipt, ReceiptOutcome},
};
use protocol::system::DeviceId;

#[derive(Default)]
pub struct Receipts {
    hand_overs: List<HandOver>,
    answered: bool,
}

const COLUMNS: [ListColumn<HandOver>; 5] = [
    ListColumn {
        title: both("受渡し日時", "Handed over"),
        share: 0.2,
        cell: |h, _| local_time(h.unix_seconds),
        order: |a, b| a.unix_seconds.cmp(&b.unix_seconds),
    },
    ListColumn {
        title: both("受取側PC", "PC"),
        share: 0.18,
        cell: |h, _| h.pc_name.clone(),
        order: |a, b| a.pc_name.cmp(&b.pc_name),
    },
    ListColumn {
        title: both("人数", "People"),
        share: 0.08,
        cell: |h, _| h.people.to_string(),
        order: |a, b| a.people.cmp(&b.people),
    },
    ListColumn {
        title: both("利用目的", "Purpose"),
        share: 0.32,
        cell: |h, look| purpose_name(h.purpose, look.language),
        order: |a, b| a.purpose.japanese().cmp(b.purpose.japanese()),
    },
    ListColumn {
        title: both("受領", "Receipt"),
        share: 0.22,
        cell: |h, look| match &h.receipt {
            Some(receipt) => outcome_name(receipt.outcome, look),
            None => look.say("未受領", "Open"),
        },
        order: |a, b| a.receipt.is_some().cmp(&b.receipt.is_some()),
    },
];

/// What has no receipt needs somebody.
fn dress(hand_over: &HandOver, row: RowView) -> RowView {
    RowView {
        tone: match &hand_over.receipt {
            None => Tone::Bad,
            Some(r) if r.outcome == ReceiptOutcome::ReadAndDeleted => Tone::Good,
            Some(_) => Tone::Info,
        },
        ..row
    }
}

impl Receipts {
    fn read(&self, cx: &mut Cx) {
        match cx.shared.sticks.as_slice() {
            [] => cx.fail(ErrorCode::NoCompanion, ""),
            [only] => Self::read_from(only.device, cx),
            several => {
                let choices = several.iter().map(stick_name).collect();
                let lines = vec![cx.say(
                    "受領書の入ったUSBを選んでください。",
                    "Choose the stick with the receipts.",
                )];
                cx.open(Dialog::ask(ScreenCode::ChooseStick, lines, choices));
            }
        }
    }

    fn read_from(device: DeviceId, cx: &mut Cx) {
        cx.working("受領書を読んでいます", "Reading receipts", true);
        cx.ask_keeper(companions::Request::ReadReceipts { device });
    }
}

fn outcome_name(outcome: ReceiptOutcome, look: &Look) -> String {
    match outcome {
        ReceiptOutcome::ReadAndDeleted => look.say("読込み後に削除", "Read and deleted"),
        ReceiptOutcome::TimedOut => look.say("時間切れで削除", "Deleted at the time limit"),
        ReceiptOutcome::StickPulled => look.say("USBが抜かれ削除", "Deleted: stick pulled"),
        ReceiptOutcome::SweptAfterCrash => look.say("次の起動時に削除", "Deleted at next start"),
        ReceiptOutcome::Stopped => look.say("中断され削除", "Deleted: stopped"),
        ReceiptOutcome::NotOpened => look.say("開かれていません", "Not opened"),
    }
}

fn times(receipt: &Receipt, look: &Look) -> String {
    let time = |unix: Option<i64>| unix.map_or_else(|| "―".to_owned(), local_time);
    match look.language {
        Language::Japanese => format!(
            "開封 {}　削除 {}（受取側PCの時計）　利用者 {}　{}",
            time(receipt.opened_unix),
            time(receipt.deleted_unix),
            receipt.user,
            receipt.program
        ),
        Language::English => format!(
            "Opened {}, deleted {} (that PC's clock), by {} with {}",
            time(receipt.opened_unix),
            time(receipt.deleted_unix),
            receipt.user,
            receipt.program
        ),
    }
}

impl Screen for Receipts {
    fn code(&self) -> ScreenCode {
        ScreenCode::Receipts
    }

    fn enter(&mut self, cx: &mut Cx) {
        cx.ask_keeper(companions::Request::HandOvers);
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        if self.hand_overs.key(key, &COLUMNS, cx.shared.visible_rows) {
            return true;
        }
        match key {
            Key::F(2) => self.read(cx),
            Key::Escape => cx.go(Home::default()),
            _ => return false,
        }
        true
    }

    fn pointed(&mut self, target: Target, cx: &mut Cx) {
        self.hand_overs
            .pointed(target, &COLUMNS, cx.shared.visible_rows);
    }

    fn scrolled(&mut self, rows: isize, cx: &mut Cx) {
        self.hand_overs.scrolled(rows, cx.shared.visible_rows);
    }

    fn chosen(&mut self, _dialog: ScreenCode, choice: Option<usize>, cx: &mut Cx) {
        let device = choice
            .and_then(|index| cx.shared.sticks.get(index))
            .map(|stick| stick.device);
        if let Some(device) = device {
            Self::read_from(device, cx);
        }
    }

    fn reply(&mut self, reply: Reply, cx: &mut Cx) {
        match reply {
            Reply::Progress { .. } => {}
            Reply::Companions(companions::Reply::HandOvers(mut hand_overs)) => {
                hand_overs
                    .sort_by_key(|h| (h.receipt.is_some(), std::cmp::Reverse(h.unix_seconds)));
                self.hand_overs
                    .set(hand_overs, &COLUMNS, cx.shared.visible_rows);
                self.answered = true;
            }
            Reply::Companions(companions::Reply::ReceiptsRead { taken, refused }) => {
                cx.work_done();
                if refused > 0 {
                    let detail = match cx.shared.settings.language {
                        Language::Japanese => format!("（{refused}件）"),
                        Language::English => format!("({refused})"),
                    };
                    cx.fail(ErrorCode::ReceiptInvalid, &detail);
                } else {
                    let text = match cx.shared.settings.language {
                        Language::Japanese => format!("新しい受領書を{taken}件読み取りました。"),
                        Language::English => format!("{taken} new receipts were read."),
                    };
                    cx.inform(Tone::Good, text);
                }
                cx.ask_keeper(companions::Request::HandOvers);
            }
            reply => {
                cx.work_done();
                cx.refused(&reply);
            }
        }
    }

    fn fkeys(&self) -> FKeys {
        let mut keys = vec![(2, both("受領書を読む", "Read receipts"))];
        keys.extend(self.hand_overs.fkeys());
        keys
    }

    fn body(&self, look: &Look) -> Body {
        let open = self
            .hand_overs
            .rows()
            .iter()
            .filter(|h| h.receipt.is_none())
            .count();
        let detail = self.hand_overs.selected().map(|h| {
            let mut lines = vec![format!(
                "{}{}",
                look.say("受渡し番号：", "Hand-over: "),
                h.id
            )];
            lines.push(match &h.receipt {
                Some(receipt) => times(receipt, look),
                None => look.say(
                    "受領書がまだありません。受渡し用USBを差してF2を押してください。",
                    "There is no receipt yet. Plug the companion in and press F2.",
                ),
            });
            lines
        });
        Body::Table(TableView {
            lines: vec![match look.language {
                Language::Japanese => format!("受領書のない受渡し：{open}件"),
                Language::English => format!("Hand-overs without a receipt: {open}"),
            }],
            empty: if self.answered {
                look.say("受渡しの記録はありません。", "Nothing was handed over yet.")
            } else {
                String::new()
            },
            detail: detail.unwrap_or_default(),
            ..self.hand_overs.view(&COLUMNS, look, dress)
        })
    }
}
