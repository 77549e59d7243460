use crate::people::Continuity;
use crate::{Date, Purpose};
use serde::{Deserialize, Deserializer, Serialize};
use std::sync::LazyLock;

/// The rules as they ship (`data/retention.toml`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    pub version: u32,
    /// The day on which a person compared them with the law.
    pub checked_on: Date,
    #[serde(rename = "rule")]
    pub all: Vec<Rule>,
}

/// How long one kind of document is kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stored with every hold; never reused.
    pub id: String,
    pub ja: String,
    pub en: String,
    pub event: StartEvent,
    pub period: Period,
    /// Whether the document may hold a number. One that may not keeps none.
    pub carries_number: bool,
    /// Numbers collected for one of these stand in the document.
    #[serde(deserialize_with = "purposes")]
    pub purposes: Vec<Purpose>,
    pub dealings: Option<Dealings>,
    /// The legal basis.
    pub basis: String,
    pub source: String,
}

/// What begins a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartEvent {
    /// 提出期限 of a declaration: the day before the year's first pay day.
    FormDeadline,
    /// The day retirement pay was paid.
    RetirementPay,
    /// 完結の日
    Closing,
    /// 提出日
    Filing,
    /// 契約終了日
    ContractEnd,
    /// 本人確認の完了
    CheckDone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Period {
    /// From the day after this day of the year after the event's year, for `years` years.
    YearAfter { month: u8, day: u8, years: u16 },
    /// From the day after the event, for `years` years.
    Years { years: u16 },
    /// For as many years from the day after the event as the company decides.
    Policy { most_years: u16 },
    /// The event's own day.
    AtOnce,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dealings {
    Spot,
    Continuing,
}

/// First and last day of a period; the document may go from the day after `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    pub start: Date,
    pub until: Date,
}

/// Why there is no term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TermError {
    #[error("the document may not hold a number, so it keeps none")]
    NoNumberInIt,
    #[error("the period ends after the last year of the calendar")]
    OutOfRange,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    toml::from_str(include_str!("../../data/retention.toml"))
        .expect("the rules are part of the program and a test reads them")
});

impl Rules {
    pub fn current() -> &'static Self {
        &RULES
    }

    pub fn find(&self, id: &str) -> Option<&Rule> {
        self.all.iter().find(|r| r.id == id)
    }

    /// The rules under which an event keeps a number that was collected for `purposes`.
    /// `continuity` is that of a payee.
    pub fn opened_by(
        &self,
        event: StartEvent,
        purposes: &[Purpose],
        continuity: Option<Continuity>,
    ) -> impl Iterator<Item = &Rule> {
        self.all.iter().filter(move |rule| {
            rule.event == event
                && rule.carries_number
                && rule.purposes.iter().any(|p| purposes.contains(p))
                && match (rule.dealings, continuity) {
                    (None, _) | (_, None) => true,
                    (Some(Dealings::Spot), Some(c)) => c == Continuity::Spot,
                    (Some(Dealings::Continuing), Some(c)) => c == Continuity::Continuing,
                }
        })
    }
}

impl Rule {
    /// Whether of the event's date only the year matters.
    pub const fn counts_year_only(&self) -> bool {
        matches!(self.period, Period::YearAfter { .. })
    }

    /// The term of a document whose period was begun by an event on this day.
    /// `policy_years`: the company's own choice where the law leaves it; never more than
    /// the rule's most.
    pub fn term(&self, event: Date, policy_years: u16) -> Result<Term, TermError> {
        if !self.carries_number {
            return Err(TermError::NoNumberInIt);
        }
        self.period
            .term(event, policy_years)
            .ok_or(TermError::OutOfRange)
    }
}

impl Period {
    fn term(self, event: Date, policy_years: u16) -> Option<Term> {
        let years_from = |years: u16| {
            Some(Term {
                start: event.plus_days(1)?,
                until: event.plus_years(years)?,
            })
        };
        let at_once = Term {
            start: event,
            until: event,
        };
        match self {
            Period::YearAfter { month, day, years } => {
                let due = Date::new(event.year().checked_add(1)?, month, day).ok()?;
                Some(Term {
                    start: due.plus_days(1)?,
                    until: due.plus_years(years)?,
                })
            }
            Period::Years { years } => years_from(years),
            Period::Policy { most_years } => match policy_years.min(most_years) {
                0 => Some(at_once),
                years => years_from(years),
            },
            Period::AtOnce => Some(at_once),
        }
    }
}

impl StartEvent {
    /// As stored and sent.
    pub const fn code(self) -> &'static str {
        match self {
            StartEvent::FormDeadline => "form_deadline",
            StartEvent::RetirementPay => "retirement_pay",
            StartEvent::Closing => "closing",
            StartEvent::Filing => "filing",
            StartEvent::ContractEnd => "contract_end",
            StartEvent::CheckDone => "check_done",
        }
    }

    pub const fn japanese(self) -> &'static str {
        match self {
            StartEvent::FormDeadline => "提出期限",
            StartEvent::RetirementPay => "退職手当の支払日",
            StartEvent::Closing => "完結の日",
            StartEvent::Filing => "提出日",
            StartEvent::ContractEnd => "契約終了日",
            StartEvent::CheckDone => "本人確認の完了日",
        }
    }

    pub const fn english(self) -> &'static str {
        match self {
            StartEvent::FormDeadline => "filing deadline",
            StartEvent::RetirementPay => "payment of the retirement pay",
            StartEvent::Closing => "closing",
            StartEvent::Filing => "filing",
            StartEvent::ContractEnd => "end of the contract",
            StartEvent::CheckDone => "end of the identity check",
        }
    }
}

fn purposes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Purpose>, D::Error> {
    Vec::<String>::deserialize(deserializer)?
        .iter()
        .map(|code| {
            Purpose::from_code(code)
                .ok_or_else(|| serde::de::Error::custom(format!("`{code}` is no purpose")))
        })
        .collect()
}
