//! S-020: the clerk confirms date and time.

use super::layout;
use crate::app::field::{Kind, TextField};
use crate::app::form::{Form, Id, Value, form_key};
use crate::app::{Body, Cx, FKeys, Key, Look, Screen, both};
use codes::{ErrorCode, ScreenCode};
use mynumber::Date;
use protocol::system::{Event, Request};

/// Japan has one time zone and no summer time.
const JAPAN: i64 = 9 * 3600;

pub struct Clock {
    form: Form,
    /// What was offered; if the clerk left it as it was, its seconds count.
    shown: (String, String),
    /// Where the system clock stood then.
    offered: i64,
    /// The PC's clock chip keeps universal time, so what init made of it is too early.
    keeps_universal_time: bool,
}

impl Clock {
    pub fn new(unix: i64) -> Self {
        let (date, time) = local(unix);
        let mut clock = Self {
            form: Form::default().row(layout::row()).row(vec![
                (
                    Id::ClockDate,
                    both("日付", "Date"),
                    Value::Text(TextField::with(Kind::Date, &date)),
                    true,
                ),
                (
                    Id::ClockTime,
                    both("時刻（日本時間）", "Time (Japan)"),
                    Value::Text(TextField::with(Kind::Time, &time)),
                    true,
                ),
            ]),
            shown: (date, time),
            offered: unix,
            keeps_universal_time: false,
        };
        clock.form.focus_on(4);
        clock
    }

    /// What the PC's clock says when the system clock is at `now`.
    fn told(&self, now: i64) -> i64 {
        // The system clock has run on since it was offered.
        now.max(self.offered) + if self.keeps_universal_time { JAPAN } else { 0 }
    }

    /// Offers the other reading of the PC's clock.
    fn read_otherwise(&mut self, now: i64) {
        self.keeps_universal_time = !self.keeps_universal_time;
        self.shown = local(self.told(now));
        self.form.set_text(Id::ClockDate, &self.shown.0);
        self.form.set_text(Id::ClockTime, &self.shown.1);
    }

    /// The moment that is confirmed, in Unix seconds.
    fn moment(&self, now: i64) -> Option<i64> {
        let (date, time) = (
            self.form.text_of(Id::ClockDate),
            self.form.text_of(Id::ClockTime),
        );
        if (date, time) == (self.shown.0.as_str(), self.shown.1.as_str()) {
            return Some(self.told(now));
        }
        let date = Date::parse(date).ok()?;
        let (hours, minutes) = time.split_once(':')?;
        let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
        if !(0..24).contains(&hours) || !(0..60).contains(&minutes) {
            return None;
        }
        let days = days_since_1970(date.year().into(), date.month().into(), date.day().into());
        Some(days * 86_400 + hours * 3600 + minutes * 60 - JAPAN)
    }
}

impl Screen for Clock {
    fn code(&self) -> ScreenCode {
        ScreenCode::Clock
    }

    fn form(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    fn enter(&mut self, cx: &mut Cx) {
        self.set(cx);
    }

    fn set(&mut self, cx: &mut Cx) {
        layout::follow(&mut self.form, cx.shared.settings);
    }

    fn edited(&mut self, cx: &mut Cx) {
        self.form.edited();
        layout::apply(&self.form, cx);
    }

    fn error(&self) -> Option<ErrorCode> {
        self.form.error()
    }

    fn submit(&mut self, cx: &mut Cx) {
        let plausible = self
            .moment(cx.shared.now.unix)
            .filter(|_| self.form.validate())
            .filter(|unix| (2025..2100).contains(&Date::in_japan(*unix).map_or(0, Date::year)));
        match plausible {
            Some(unix_seconds) => cx.ask_init(Request::ConfirmClock { unix_seconds }),
            None => self.form.fail(Id::ClockDate, ErrorCode::ClockImplausible),
        }
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        if key == Key::F(2) {
            self.read_otherwise(cx.shared.now.unix);
            return true;
        }
        let done = form_key(self, key, cx);
        layout::apply(&self.form, cx);
        done
    }

    fn news(&mut self, event: &Event, cx: &mut Cx) {
        match event {
            Event::ClockSet => match cx.shared.vault {
                protocol::system::VaultState::None => cx.go(super::first_run::Company::new()),
                _ => cx.go(super::Login::new()),
            },
            Event::Refused { code, .. } => self.form.fail(Id::ClockDate, *code),
            _ => {}
        }
    }

    fn fkeys(&self) -> FKeys {
        vec![
            (2, both("9時間ずれている", "9 hours off")),
            (12, both("この日時で進む", "Confirm")),
        ]
    }

    fn body(&self, look: &Look) -> Body {
        let shared = look.shared;
        let secure_boot = if shared.secure_boot {
            look.say("有効", "on")
        } else {
            look.say("無効", "off")
        };
        let lines = vec![
            look.say(
                "日付と時刻が正しいことを確かめてください。取扱記録に使われます。",
                "Check that date and time are right. The ledger uses them.",
            ),
            match look.language {
                codes::Language::Japanese => {
                    format!("版：{}　　セキュアブート：{secure_boot}", shared.release)
                }
                codes::Language::English => {
                    format!("Release: {}    Secure Boot: {secure_boot}", shared.release)
                }
            },
        ];
        let action = look.say("この日時で進む（Enter）", "Confirm (Enter)");
        let mut view = self.form.view(&action, lines, look);
        layout::judge(&self.form, &mut view, look);
        Body::Form(view)
    }
}

/// Date and time in Japan.
fn local(unix: i64) -> (String, String) {
    let date = Date::in_japan(unix)
        .map(|d| d.to_string())
        .unwrap_or_default();
    let second = (unix + JAPAN).rem_euclid(86_400);
    (
        date,
        format!("{:02}:{:02}", second / 3600, second / 60 % 60),
    )
}

/// `2026-11-21 09:30`
pub fn local_time(unix: i64) -> String {
    let (date, time) = local(unix);
    format!("{date} {time}")
}

/// Days of the Gregorian calendar. Years begin in March here, so that the leap day is
/// the last of the year.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let in_year = (153 * month + 2) / 5 + day - 1;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + in_year
        - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_being_shown_and_typed() {
        for unix in [1_795_000_020, 1_772_290_800, 1_709_132_400, 4_102_444_740] {
            let (date, time) = local(unix);
            let mut clock = Clock::new(0);
            clock.form.set_text(Id::ClockDate, &date);
            clock.form.set_text(Id::ClockTime, &time);
            assert_eq!(clock.moment(0), Some(unix - unix.rem_euclid(60)));
        }
    }

    #[test]
    fn a_clock_that_keeps_universal_time_is_nine_hours_on() {
        let unix = 1_795_000_033;
        let mut clock = Clock::new(unix);
        clock.read_otherwise(unix);
        assert_eq!(clock.form.text_of(Id::ClockTime), local(unix + JAPAN).1);
        assert_eq!(clock.moment(unix + 7), Some(unix + JAPAN + 7));
        clock.read_otherwise(unix);
        assert_eq!(clock.moment(unix), Some(unix));
    }

    #[test]
    fn a_clock_left_as_it_was_keeps_its_seconds() {
        assert_eq!(
            Clock::new(1_795_000_033).moment(1_795_000_040),
            Some(1_795_000_040)
        );
    }
}
