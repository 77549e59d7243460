//! 保存期間: how long a number may be kept, and when it must go.
//!
//! Two things keep a number: that it is still needed (somebody is employed, a contract
//! goes on), and the documents that hold it, each for its own period. Its last day is the
//! latest of all; from the next on it is to be destroyed できるだけ速やかに (ガイドライン
//! 第4-3-(3)). The periods are data, `data/retention.toml`.
//!
//! Nothing here destroys: a date only says that somebody has to decide.
//!
//! ```
//! use mynumber::Date;
//! use mynumber::retention::{Hold, Need, Rules, Settings, Verdict, judge};
//! let date = |text| Date::parse(text).expect("a real date");
//! // 令和8年分 扶養控除等申告書, and the employee left on 2027-03-31.
//! let rule = Rules::current().find("T1").expect("it is in the rules");
//! let hold = Hold::of(rule, date("2026-01-23"), &Settings::default())?;
//! assert_eq!((hold.term.start, hold.term.until), (date("2027-01-11"), date("2034-01-10")));
//! let Verdict::Goes(plan) = judge(Need::EndedOn(date("2027-03-31")), &[hold], &Settings::default())? else {
//!     panic!("nothing keeps it for ever")
//! };
//! assert_eq!(plan.deletable_from, date("2034-01-11"));
//! # Ok::<(), mynumber::retention::TermError>(())
//! ```

mod rules;

use crate::Date;
use crate::people::EmploymentStatus;
pub use rules::{Dealings, Period, Rule, Rules, StartEvent, Term, TermError};
use serde::{Deserialize, Serialize};

/// When numbers whose time has come are destroyed together. Never more than a year after
/// (個人情報保護委員会 ガイドラインQ&A: 毎年度末に廃棄).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Batch {
    /// At once.
    #[default]
    Immediate,
    /// At the end of the month.
    MonthEnd,
    /// At the end of the fiscal year.
    FiscalYearEnd,
}

/// What a company decides for itself about destroying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawPolicy")]
pub struct Policy {
    batch: Batch,
    copy_years: u16,
}

/// Copies are kept for 7 years at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("copies are kept for 7 years at most")]
pub struct TooManyYears;

/// What plans go by: the company's policy, and 決算月, which is one of its particulars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub policy: Policy,
    pub closing_month: ClosingMonth,
}

/// 決算月, from 1 to 12. March where the company does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosingMonth(u8);

/// A document that keeps a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Id of the [`Rule`].
    pub rule: String,
    /// The day that began the period.
    pub event: Date,
    pub term: Term,
}

/// Whether a number is needed apart from documents that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Still: employed or on leave, a dependant still claimed, a contract going on.
    Lasting,
    /// The last day of the need: 退職日, 削除日, 契約終了日.
    EndedOn(Date),
    /// Somebody left and nobody knows when, so no date can be told.
    EndUnknown,
}

/// What becomes of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Stays,
    /// An alert: 退職日 is missing.
    EndUnknown,
    Goes(Plan),
}

/// When a number goes and why then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The last day it may be kept.
    pub keep_until: Date,
    /// The day after.
    pub deletable_from: Date,
    /// The last day by which the company's batch destroys it.
    pub delete_by: Date,
    /// The document that keeps it longest; `None`: the need itself did.
    pub because: Option<Hold>,
}

/// How near the day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Alert {
    /// 90 days or less until it may go.
    Within90,
    /// 30 days or less.
    Within30,
    /// It may go from today, and must.
    Due,
    /// The company's own last day is over.
    Overdue,
}

impl Need {
    /// Of an employee.
    pub fn of_employee(status: EmploymentStatus, left_on: Option<Date>) -> Self {
        match left_on {
            _ if status.is_employed() => Need::Lasting,
            Some(day) => Need::EndedOn(day),
            None => Need::EndUnknown,
        }
    }
}

impl Hold {
    pub fn of(rule: &Rule, event: Date, settings: &Settings) -> Result<Self, TermError> {
        Ok(Self {
            rule: rule.id.clone(),
            event,
            term: rule.term(event, settings.policy.copy_years)?,
        })
    }

    /// `給与所得者の扶養控除等（異動）申告書（提出期限 2026年）を2034年1月10日まで保存（所得税法施行規則76条の3）`
    pub fn why_japanese(&self) -> String {
        match Rules::current().find(&self.rule) {
            Some(rule) => format!(
                "{}（{} {}）を{}まで保存（{}）",
                rule.ja,
                rule.event.japanese(),
                if rule.counts_year_only() {
                    format!("{}年", self.event.year())
                } else {
                    western(self.event)
                },
                western(self.term.until),
                rule.basis
            ),
            None => format!("{}を{}まで保存", self.rule, western(self.term.until)),
        }
    }

    pub fn why_english(&self) -> String {
        match Rules::current().find(&self.rule) {
            Some(rule) => format!(
                "{} ({} {}), kept until {} by {}",
                rule.en,
                rule.event.english(),
                if rule.counts_year_only() {
                    self.event.year().to_string()
                } else {
                    self.event.to_string()
                },
                self.term.until,
                rule.basis
            ),
            None => format!("{}, kept until {}", self.rule, self.term.until),
        }
    }
}

/// When a number must go: the latest of its need and its documents.
pub fn judge(need: Need, holds: &[Hold], settings: &Settings) -> Result<Verdict, TermError> {
    let ended = match need {
        Need::Lasting => return Ok(Verdict::Stays),
        Need::EndUnknown => return Ok(Verdict::EndUnknown),
        Need::EndedOn(day) => day,
    };
    let longest = holds
        .iter()
        .filter(|hold| hold.term.until > ended)
        .max_by_key(|hold| hold.term.until);
    let keep_until = longest.map_or(ended, |hold| hold.term.until);
    Plan::after(keep_until, longest.cloned(), settings)
        .map(Verdict::Goes)
        .ok_or(TermError::OutOfRange)
}

impl Plan {
    fn after(keep_until: Date, because: Option<Hold>, settings: &Settings) -> Option<Self> {
        let deletable_from = keep_until.plus_days(1)?;
        Some(Self {
            keep_until,
            deletable_from,
            delete_by: settings.batch_day(deletable_from)?,
            because,
        })
    }

    /// Why it must go then, for the list and the deletion record.
    pub fn why_japanese(&self) -> String {
        match &self.because {
            Some(hold) => hold.why_japanese(),
            None => format!("{}に必要がなくなった", western(self.keep_until)),
        }
    }

    pub fn why_english(&self) -> String {
        match &self.because {
            Some(hold) => hold.why_english(),
            None => format!("no longer needed since {}", self.keep_until),
        }
    }

    pub fn alert(&self, today: Date) -> Option<Alert> {
        alert(self.deletable_from, self.delete_by, today)
    }
}

/// How near the day is on which a number may go from, and the company's last day for it.
pub fn alert(deletable_from: Date, delete_by: Date, today: Date) -> Option<Alert> {
    match deletable_from.days() - today.days() {
        ..=0 if today > delete_by => Some(Alert::Overdue),
        ..=0 => Some(Alert::Due),
        1..=30 => Some(Alert::Within30),
        31..=90 => Some(Alert::Within90),
        _ => None,
    }
}

impl Policy {
    /// `copy_years`: how long copies of slips and reports are kept where no law says it, 0 to 7.
    pub const fn new(batch: Batch, copy_years: u16) -> Result<Self, TooManyYears> {
        match copy_years {
            0..=7 => Ok(Self { batch, copy_years }),
            _ => Err(TooManyYears),
        }
    }

    pub const fn batch(&self) -> Batch {
        self.batch
    }

    pub const fn copy_years(&self) -> u16 {
        self.copy_years
    }
}

impl Default for Policy {
    /// At once; copies for 7 years.
    fn default() -> Self {
        Self {
            batch: Batch::Immediate,
            copy_years: 7,
        }
    }
}

impl ClosingMonth {
    /// `None` where there is no such month.
    pub const fn new(month: u8) -> Option<Self> {
        match month {
            1..=12 => Some(Self(month)),
            _ => None,
        }
    }

    pub const fn month(self) -> u8 {
        self.0
    }
}

impl Default for ClosingMonth {
    fn default() -> Self {
        Self(3)
    }
}

impl Settings {
    /// The day on which the batch destroys what may go from `day`: within a year of it.
    pub fn batch_day(&self, day: Date) -> Option<Date> {
        let closing = self.closing_month.month();
        match self.policy.batch {
            Batch::Immediate => Some(day),
            Batch::MonthEnd => Some(day.end_of_month()),
            Batch::FiscalYearEnd => {
                let year = day.year() + u16::from(day.month() > closing);
                Date::new(year, closing, 1).ok().map(Date::end_of_month)
            }
        }
    }
}

impl Batch {
    pub const ALL: [Batch; 3] = [Batch::Immediate, Batch::MonthEnd, Batch::FiscalYearEnd];

    /// As stored and sent.
    pub const fn code(self) -> &'static str {
        match self {
            Batch::Immediate => "immediate",
            Batch::MonthEnd => "month_end",
            Batch::FiscalYearEnd => "fiscal_year_end",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|b| b.code() == code)
    }
}

/// `2034年1月10日`
fn western(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

#[derive(Deserialize)]
struct RawPolicy {
    batch: Batch,
    copy_years: u16,
}

impl TryFrom<RawPolicy> for Policy {
    type Error = TooManyYears;
    fn try_from(raw: RawPolicy) -> Result<Self, TooManyYears> {
        Self::new(raw.batch, raw.copy_years)
    }
}
