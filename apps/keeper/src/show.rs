//! From the vault's types to what the clerk reads.

use crate::official;
use mynumber::Date;
use protocol::clerk::numbers::Asking;
use protocol::clerk::people::{FormerName, Particulars};
use protocol::clerk::{Kept, Reply, Rows};
use vault::{Page, Saved};

/// `2026-11-21`, or nothing.
pub(crate) fn day(day: Option<Date>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// The text, or nothing.
pub(crate) fn text<T: Into<String>>(text: Option<T>) -> String {
    text.map(Into::into).unwrap_or_default()
}

pub(crate) fn rows<T, R>(page: Page<T>, row: impl Fn(T) -> R) -> Rows<R> {
    Rows {
        total: u32::try_from(page.total).unwrap_or(u32::MAX),
        rows: page.rows.into_iter().map(row).collect(),
    }
}

pub(crate) fn saved(saved: Saved) -> Reply {
    Reply::Saved {
        person: saved.person,
        revision: saved.revision,
    }
}

pub(crate) fn kept(kept: vault::Kept) -> Kept {
    Kept {
        id: kept.id,
        revision: kept.revision,
    }
}

pub(crate) fn asking(asking: vault::Asking) -> Asking {
    match asking {
        Ok(purposes) => Asking::Allowed(purposes),
        Err(why) => Asking::Forbidden {
            ja: why.japanese(),
            en: why.english(),
        },
    }
}

pub(crate) fn former_names(names: Vec<vault::FormerName>) -> Vec<FormerName> {
    names
        .into_iter()
        .map(|former| FormerName {
            name: former.name.into(),
            replaced_on: former.replaced_on.to_string(),
        })
        .collect()
}

pub(crate) fn particulars(kept: vault::Particulars) -> Particulars {
    Particulars {
        name: kept.name.into(),
        filing_name: text(kept.filing_name),
        kana: text(kept.kana),
        other_names: official::shown_names(kept.other_names),
        birth_date: day(kept.birth_date),
        sex: kept.sex,
        postal_code: text(kept.postal_code),
        address: text(kept.address),
    }
}
