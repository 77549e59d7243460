//! What the code in an entry's `document` says, where it is a code and no id.

use crate::{Entry, Event, Role};
use mynumber::collection::CollectionStatus;
use mynumber::people::PersonKind;
use mynumber::retention::Rules;
use mynumber::{ClosingReason, Settlement};

/// In Japanese and in English; `None` where the document is an id, or there is none.
pub(crate) fn about(entry: &Entry) -> Option<(String, String)> {
    let code = entry.document.as_deref()?;
    let (ja, en) = match entry.event {
        Event::GrantGiven | Event::GrantChanged => {
            let role = Role::from_code(code)?;
            (role.japanese(), role.english())
        }
        Event::CollectionChanged => {
            let status = CollectionStatus::from_code(code)?;
            (status.japanese(), status.english())
        }
        Event::DelegateSettled => {
            let how = Settlement::from_code(code)?;
            (how.japanese(), how.english())
        }
        Event::CompanyClosed => {
            let why = ClosingReason::from_code(code)?;
            (why.japanese(), why.english())
        }
        Event::PurposesNotifiedToAll => {
            let kind = PersonKind::from_code(code)?;
            (kind.japanese(), kind.english())
        }
        Event::HoldSet | Event::HoldEnded => {
            let rule = Rules::current().find(code)?;
            return Some((
                format!("{}、{}", rule.ja, rule.basis),
                format!("{}, {}", rule.en, rule.basis),
            ));
        }
        // As the vault keeps a claim.
        Event::DependantChanged => match code {
            "tax" => ("扶養控除等の申告", "claim for tax"),
            "health" => ("健康保険の被扶養者", "health insurance"),
            "category3" => ("国民年金第3号被保険者", "National Pension category 3"),
            _ => return None,
        },
        _ => return None,
    };
    Some((ja.to_owned(), en.to_owned()))
}
