//! The fields of a number: its digits twice, where it is from (取得元), since when it holds; and
//! what the keeper has written down of them.

use super::local_time;
use crate::app::field::{Kind, TextField};
use crate::app::form::{Cell, Form, Id, Value};
use crate::app::{Look, both};
use codes::{ErrorCode, Language};
use mynumber::NumberSource;
use protocol::Secret;
use protocol::clerk::{
    Field,
    numbers::{Held, NumberEntry},
};

const NUMBER: Id = Id::Keeper(Field::Number);
const AGAIN: Id = Id::Keeper(Field::NumberAgain);
const VALID_FROM: Id = Id::Keeper(Field::ValidFrom);

/// What somebody who types a number may have it from, in the order of the options. That nobody
/// said comes first: what was not looked at is not put on record. A chip is read and a file is
/// imported, neither is typed.
const SOURCES: [Option<NumberSource>; 10] = [
    None,
    Some(NumberSource::Card),
    Some(NumberSource::NotificationCard),
    Some(NumberSource::ResidentRecord),
    Some(NumberSource::Form),
    Some(NumberSource::Person),
    Some(NumberSource::Employee),
    Some(NumberSource::Agent),
    Some(NumberSource::Delegate),
    Some(NumberSource::FormerEmployer),
];

fn number(id: Id, required: bool) -> Cell {
    let label = match id {
        NUMBER => both("個人番号", "Individual number"),
        _ => both("個人番号（もう一度）", "Individual number (again)"),
    };
    let digits = Value::Text(TextField::new(Kind::Number));
    (id, label, digits, required)
}

fn source() -> Cell {
    let choice = Value::Choice {
        // Named in the language of the screen by `options`.
        options: vec![String::new(); SOURCES.len()],
        chosen: 0,
    };
    let label = both("番号の取得元", "Taken from");
    (Id::NumberSource, label, choice, false)
}

/// One row, for a number that may be left empty: then there is nothing to say of it.
pub fn optional(form: Form) -> Form {
    form.shares(vec![
        (0.28, number(NUMBER, false)),
        (0.3, number(AGAIN, false)),
        (0.42, source()),
    ])
    .repeats(AGAIN, NUMBER, ErrorCode::NumbersDiffer)
    .only_with(Id::NumberSource, NUMBER)
}

/// Two rows, for the number alone.
pub fn required(form: Form) -> Form {
    let valid_from = (
        VALID_FROM,
        both("有効開始日", "Valid from"),
        Value::Text(TextField::new(Kind::Date)),
        false,
    );
    form.row(vec![number(NUMBER, true), number(AGAIN, true)])
        .row(vec![source(), valid_from])
        .repeats(AGAIN, NUMBER, ErrorCode::NumbersDiffer)
}

/// The options of 取得元.
pub fn sources(look: &Look) -> Vec<String> {
    let name = |source: &Option<NumberSource>| match source {
        Some(source) => source_name(*source, look.language),
        None => look.say("記入しない", "Not given"),
    };
    SOURCES.iter().map(name).collect()
}

fn source_name(source: NumberSource, language: Language) -> String {
    match language {
        Language::Japanese => source.japanese(),
        Language::English => source.english(),
    }
    .to_owned()
}

/// What was typed; `None` without a number.
pub fn entry(form: &Form) -> Option<NumberEntry> {
    let secret = |id| Secret::new(form.text_of(id).to_owned());
    (!form.text_of(NUMBER).is_empty()).then(|| NumberEntry {
        first: secret(NUMBER),
        second: secret(AGAIN),
        source: SOURCES
            .get(form.chosen(Id::NumberSource))
            .copied()
            .flatten(),
        valid_from: form.text_of(VALID_FROM).trim().to_owned(),
    })
}

/// When a number was entered, by whom, since when it holds, and from what it was.
pub fn entered(held: &Held, look: &Look) -> String {
    let entered = &held.entered;
    let time = local_time(entered.at.unix_seconds);
    let day = time.split(' ').next().unwrap_or_default();
    let user = &entered.at.user;
    let from = &entered.valid_from;
    let source = entered.source.map(|s| source_name(s, look.language));
    match look.language {
        Language::Japanese => {
            let source = source.unwrap_or_else(|| "取得元の記入なし".into());
            format!("{day}　{user}　有効開始日 {from}　{source}")
        }
        Language::English => {
            let source = source.unwrap_or_else(|| "source not given".into());
            format!("{day}, {user}; valid from {from}; {source}")
        }
    }
}
