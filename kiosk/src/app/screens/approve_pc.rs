//! S-620: the 責任者 compares words with the payroll PC's screen and approves it.

use super::companions::Companions;
use super::person::purpose_name;
use super::stick_name;
use crate::app::dialog::Dialog;
use crate::app::field::Kind;
use crate::app::form::{Form, Id, form_key};
use crate::app::list::{List, ListColumn};
use crate::app::{Body, Cx, FKeys, Key, Look, Notice, Screen, TableView, Target, Tone, both};
use codes::{ErrorCode, ScreenCode};
use mynumber::{Date, Purpose};
use protocol::clerk::{
    Field, Reply,
    companions::{self, Enrolment},
};
use protocol::system::{DeviceId, Event};

const EXPIRES: Id = Id::Keeper(Field::Expires);

#[derive(Default)]
pub struct ApprovePc {
    device: Option<DeviceId>,
    /// The stick whose requests the keeper is asked for.
    reading: Option<DeviceId>,
    /// `None` until the stick was read.
    enrolments: Option<List<Enrolment>>,
    /// The request being compared.
    comparing: Option<(Enrolment, Form)>,
    approving: bool,
}

const COLUMNS: [ListColumn<Enrolment>; 3] = [
    ListColumn {
        title: both("受取側PC", "Payroll PC"),
        share: 0.35,
        cell: |e, _| e.pc_name.clone(),
        order: |a, b| a.pc_name.cmp(&b.pc_name),
    },
    ListColumn {
        title: both("プログラム", "Program"),
        share: 0.4,
        cell: |e, _| e.program.clone(),
        order: |a, b| a.program.cmp(&b.program),
    },
    ListColumn {
        title: both("状態", "State"),
        share: 0.25,
        cell: |e, look| {
            if e.approved {
                look.say("承認済み", "Approved")
            } else {
                look.say("申請中", "Waiting")
            }
        },
        order: |a, b| a.approved.cmp(&b.approved),
    },
];

impl ApprovePc {
    fn read(&mut self, cx: &mut Cx) {
        match cx.shared.sticks.as_slice() {
            [] => self.device = None,
            [only] => self.read_from(only.device, cx),
            several => {
                let choices = several.iter().map(stick_name).collect();
                let lines = vec![cx.say(
                    "申請の入ったUSBを選んでください。",
                    "Choose the stick with the request.",
                )];
                cx.open(Dialog::ask(ScreenCode::ChooseStick, lines, choices));
            }
        }
    }

    fn read_from(&mut self, device: DeviceId, cx: &mut Cx) {
        self.device = Some(device);
        self.enrolments = None;
        // Otherwise it is read when the stick before it was answered for.
        if self.reading.is_none() {
            self.reading = Some(device);
            cx.working("USBを読んでいます", "Reading the stick", true);
            cx.ask_keeper(companions::Request::Enrolments { device });
        }
    }

    /// Whether the answer is about a stick that is no longer the one: it was pulled, or
    /// another was plugged in, while it was read.
    fn answer_is_stale(&mut self, cx: &mut Cx) -> bool {
        let stale = self.reading.is_some() && self.reading != self.device;
        self.reading = None;
        if stale {
            cx.work_done();
            if let Some(device) = self.device {
                self.read_from(device, cx);
            }
        }
        stale
    }

    fn compare(&mut self, cx: &mut Cx) {
        let Some(enrolment) = self.enrolments.as_ref().and_then(List::selected) else {
            return;
        };
        let form = Form::default()
            .choice(
                Id::SameWords,
                both(
                    "受取側PCの画面のことばと",
                    "The words on the PC's screen are",
                ),
                vec![cx.say("違う", "different"), cx.say("同じ", "the same")],
            )
            .choice(
                Id::Purpose,
                both("利用目的", "Purpose"),
                Purpose::ALL
                    .iter()
                    .map(|p| purpose_name(*p, cx.shared.settings.language))
                    .collect(),
            )
            .text(
                EXPIRES,
                both("許可の期限", "Approved until"),
                Kind::Date,
                true,
            );
        let mut form = form;
        form.set_text(EXPIRES, &end_of_fiscal_year(cx.shared.now.unix));
        self.comparing = Some((enrolment.clone(), form));
    }
}

/// 31 March that ends the fiscal year: what a yearly approval lasts.
fn end_of_fiscal_year(unix: i64) -> String {
    Date::in_japan(unix)
        .map(|today| {
            let year = today.year() + u16::from(today.month() > 3);
            format!("{year}-03-31")
        })
        .unwrap_or_default()
}

impl Screen for ApprovePc {
    fn code(&self) -> ScreenCode {
        ScreenCode::ApprovePc
    }

    fn enter(&mut self, cx: &mut Cx) {
        self.read(cx);
    }

    fn form(&mut self) -> Option<&mut Form> {
        self.comparing.as_mut().map(|(_, form)| form)
    }

    fn error(&self) -> Option<ErrorCode> {
        self.comparing.as_ref().and_then(|(_, form)| form.error())
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        if self.comparing.is_some() {
            if key == Key::Escape {
                self.comparing = None;
                return true;
            }
            return form_key(self, key, cx);
        }
        if let Some(list) = &mut self.enrolments
            && list.key(key, &COLUMNS, cx.shared.visible_rows)
        {
            return true;
        }
        match key {
            Key::Enter => self.compare(cx),
            Key::F(2) => self.read(cx),
            Key::Escape => cx.go(Companions::default()),
            _ => return false,
        }
        true
    }

    fn submit(&mut self, cx: &mut Cx) {
        let Some((enrolment, form)) = &mut self.comparing else {
            return;
        };
        if !form.validate() {
            return;
        }
        if form.chosen(Id::SameWords) != 1 {
            form.fail(Id::SameWords, ErrorCode::EnrolmentInvalid);
            return;
        }
        let (Some(device), Some(purpose)) =
            (self.device, Purpose::ALL.get(form.chosen(Id::Purpose)))
        else {
            return;
        };
        let expires = Date::parse(form.text_of(EXPIRES))
            .map(|date| date.to_string())
            .unwrap_or_default();
        self.approving = true;
        cx.working("許可を書き込んでいます", "Writing the approval", true);
        cx.ask_keeper(companions::Request::ApproveEnrolment {
            device,
            enrolment: enrolment.id.clone(),
            purpose: *purpose,
            format: None,
            expires,
        });
    }

    fn pointed(&mut self, target: Target, cx: &mut Cx) {
        if let Some(list) = &mut self.enrolments
            && list.pointed(target, &COLUMNS, cx.shared.visible_rows)
        {
            self.compare(cx);
        }
    }

    fn scrolled(&mut self, rows: isize, cx: &mut Cx) {
        if let Some(list) = &mut self.enrolments {
            list.scrolled(rows, cx.shared.visible_rows);
        }
    }

    fn news(&mut self, event: &Event, cx: &mut Cx) {
        match event {
            Event::StickPresent(_) if self.device.is_none() => self.read(cx),
            Event::StickGone { device } if self.device == Some(*device) => {
                self.device = None;
                self.enrolments = None;
                self.comparing = None;
            }
            _ => {}
        }
    }

    fn chosen(&mut self, _dialog: ScreenCode, choice: Option<usize>, cx: &mut Cx) {
        let device = choice
            .and_then(|index| cx.shared.sticks.get(index))
            .map(|stick| stick.device);
        if let Some(device) = device {
            self.read_from(device, cx);
        }
    }

    fn reply(&mut self, reply: Reply, cx: &mut Cx) {
        if matches!(reply, Reply::Progress { .. }) || self.answer_is_stale(cx) {
            return;
        }
        match reply {
            Reply::Companions(companions::Reply::Enrolments(enrolments)) => {
                cx.work_done();
                if enrolments.is_empty() {
                    cx.fail(ErrorCode::NoEnrolment, "");
                }
                let mut list = List::default();
                list.set(enrolments, &COLUMNS, cx.shared.visible_rows);
                self.enrolments = Some(list);
            }
            Reply::Done if self.approving => {
                cx.work_done();
                cx.go(Companions::default());
                let text = cx.say(
                    "受取側PCを承認しました。USBを抜いて受取側PCへ差せます。",
                    "The PC was approved. The stick may be pulled and taken to it.",
                );
                cx.inform(Tone::Good, text);
            }
            Reply::Invalid(errors) => {
                self.approving = false;
                cx.work_done();
                let homeless = self
                    .comparing
                    .as_mut()
                    .and_then(|(_, form)| form.fail_all(&errors));
                if let Some(code) = homeless {
                    cx.fail(code, "");
                }
            }
            reply => {
                self.approving = false;
                cx.work_done();
                cx.refused(&reply);
            }
        }
    }

    fn fkeys(&self) -> FKeys {
        if self.comparing.is_some() {
            vec![(12, both("承認", "Approve"))]
        } else {
            let mut keys = vec![(2, both("読み直す", "Read again"))];
            keys.extend(self.enrolments.iter().flat_map(List::fkeys));
            keys
        }
    }

    fn body(&self, look: &Look) -> Body {
        if let Some((enrolment, form)) = &self.comparing {
            let lines = vec![
                format!("{}　{}", enrolment.pc_name, enrolment.program),
                format!("SHA-256 {}", enrolment.program_sha256),
                look.say(
                    "次のことばが受取側PCの画面と同じことを確かめてください。",
                    "Check that the payroll PC's screen shows these words.",
                ),
            ];
            let mut view = form.view(&look.say("承認（Enter）", "Approve (Enter)"), lines, look);
            view.big = enrolment.words.clone();
            return Body::Form(view);
        }
        let Some(enrolments) = &self.enrolments else {
            return Body::Notice(Notice {
                tone: Tone::Info,
                big: look.say(
                    "受取側PCの申請が入ったUSBを差してください",
                    "Plug in the stick with the payroll PC's request",
                ),
                lines: vec![look.say(
                    "受取側PCで先に courier enroll を行います。",
                    "Run `courier enroll` on the payroll PC first.",
                )],
                progress: None,
            });
        };
        Body::Table(TableView {
            lines: vec![look.say(
                "承認する申請を選んでEnterを押してください。",
                "Choose a request and press Enter.",
            )],
            empty: look.say("申請はありません。", "There is no request."),
            ..enrolments.view(&COLUMNS, look, |_, row| row)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_approval_lasts_to_the_end_of_the_fiscal_year() {
        // 2026-11-21 and 2027-03-31, noon in Japan
        assert_eq!(end_of_fiscal_year(1_795_230_000), "2027-03-31");
        assert_eq!(end_of_fiscal_year(1_806_462_000), "2027-03-31");
    }
}
