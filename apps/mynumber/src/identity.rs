//! 本人確認: which documents prove the number and which the person (番号法16条). The list
//! of documents is data, because it changes by law and by notices of the ministries; a
//! 個人番号通知書 is not on it, for it proves nothing.

use crate::Date;
use crate::coded::coded;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;

coded! {
    /// How it was done.
    CheckMethod {
        InPerson = "in_person", "対面", "face to face";
        ByMail = "by_mail", "郵送", "by mail";
        Online = "online", "オンライン", "online";
        /// The IC chip, read with the holder's own PIN.
        CardRead = "card_read", "カード読取", "the card's chip was read";
        /// 知覚: the person is evidently the one employed, who was checked then; no
        /// document of identity is needed (国税庁告示第2号 8-1).
        Known = "known", "知覚（雇用関係等により本人に相違ないことが明らか）", "evidently the person";
        /// The employee checks the family; nothing is shown to the employer
        /// (ガイドライン第4-3-(4)). Not for 第3号, where the employee is the spouse's agent.
        ByEmployee = "by_employee", "従業員による家族の確認", "the employee checked the family";
        /// A number given again: compared with the one already held (国税庁告示第2号 8-3).
        ComparedWithHeld = "compared", "保有する番号との照合", "compared with the number held";
    }
}

coded! {
    /// What shows that an agent (代理人) may act.
    AgentAuthority {
        PowerOfAttorney = "power_of_attorney", "委任状", "power of attorney";
        FamilyRegister = "family_register", "戸籍謄本その他の資格を証明する書類（法定代理人）", "family register or other proof of a legal representative";
    }
}

/// What a document is accepted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proves {
    /// 番号確認 and 身元確認 at once.
    Both,
    /// 番号確認 only.
    Number,
    /// 身元確認 by itself.
    Photo,
    /// 身元確認 together with a second one.
    Plain,
}

/// One kind of document that may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityDocument {
    /// Stored and sent; never reused.
    pub id: String,
    pub ja: String,
    pub en: String,
    pub proves: Proves,
    /// The legal basis.
    pub basis: String,
    /// The last day on which it is accepted.
    pub until: Option<Date>,
}

/// The list as it ships.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityDocuments {
    pub version: u32,
    /// The day on which a person compared it with the law.
    pub checked_on: Date,
    #[serde(rename = "document")]
    pub documents: Vec<IdentityDocument>,
}

/// Why what was shown does not prove the number and the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    #[error("there is no such document in the list")]
    Unknown,
    #[error("the document was no longer accepted on that day")]
    NoLongerAccepted,
    #[error("nothing shown proves the number")]
    NumberNotProven,
    #[error("what was shown does not prove the identity: one with a photograph or two others")]
    IdentityNotProven,
}

static DOCUMENTS: LazyLock<IdentityDocuments> = LazyLock::new(|| {
    toml::from_str(include_str!("../data/identity_documents.toml"))
        .expect("the list is part of the program and a test reads it")
});

impl IdentityDocuments {
    pub fn current() -> &'static Self {
        &DOCUMENTS
    }

    pub fn find(&self, id: &str) -> Option<&IdentityDocument> {
        self.documents.iter().find(|d| d.id == id)
    }

    /// Whether `number` (番号確認書類) and `identity` (身元確認書類), ids of the list, are
    /// enough for a check done on `day` by `method`.
    pub fn prove(
        &self,
        method: CheckMethod,
        number: Option<&str>,
        identity: &[&str],
        day: Date,
    ) -> Result<(), IdentityError> {
        let accepted = |id: &str| {
            let document = self.find(id).ok_or(IdentityError::Unknown)?;
            match document.until {
                Some(until) if day > until => Err(IdentityError::NoLongerAccepted),
                _ => Ok(document.proves),
            }
        };
        let number = number.map(accepted).transpose()?;
        // The same document twice is one document.
        let mut identity = identity
            .iter()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .map(|id| accepted(id))
            .collect::<Result<Vec<_>, _>>()?;
        if matches!(
            method,
            CheckMethod::ByEmployee | CheckMethod::ComparedWithHeld
        ) {
            return Ok(());
        }
        match number {
            Some(Proves::Both) => identity.push(Proves::Both),
            Some(Proves::Number) => {}
            Some(Proves::Photo | Proves::Plain) | None => {
                return Err(IdentityError::NumberNotProven);
            }
        }
        let plain = identity.iter().filter(|p| **p == Proves::Plain).count();
        let alone = identity
            .iter()
            .any(|p| matches!(p, Proves::Both | Proves::Photo));
        if alone || plain >= 2 || method == CheckMethod::Known {
            Ok(())
        } else {
            Err(IdentityError::IdentityNotProven)
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn prove(
        method: CheckMethod,
        number: Option<&str>,
        identity: &[&str],
    ) -> Result<(), IdentityError> {
        let day = Date::parse("2026-11-21").unwrap();
        IdentityDocuments::current().prove(method, number, identity, day)
    }

    #[test]
    fn every_document_stands_once_in_the_list_that_ships() {
        let list = IdentityDocuments::current();
        let ids: BTreeSet<_> = list.documents.iter().map(|d| &d.id).collect();
        assert_eq!(ids.len(), list.documents.len());
    }

    #[test]
    fn the_card_alone_proves_both() {
        assert_eq!(prove(CheckMethod::InPerson, Some("card"), &[]), Ok(()));
    }

    #[test]
    fn beside_a_number_document_one_with_a_photograph_or_two_others_are_needed() {
        let prove =
            |identity: &[&str]| prove(CheckMethod::ByMail, Some("residence_record"), identity);
        assert_eq!(prove(&["passport"]), Ok(()));
        assert_eq!(prove(&["receipt", "pension_book"]), Ok(()));
        assert_eq!(prove(&["receipt"]), Err(IdentityError::IdentityNotProven));
        assert_eq!(
            prove(&["receipt", "receipt"]),
            Err(IdentityError::IdentityNotProven)
        );
        assert_eq!(prove(&[]), Err(IdentityError::IdentityNotProven));
    }

    #[test]
    fn a_known_employee_shows_a_number_document_only() {
        assert_eq!(
            prove(CheckMethod::Known, Some("notification_card"), &[]),
            Ok(())
        );
        assert_eq!(
            prove(CheckMethod::Known, None, &[]),
            Err(IdentityError::NumberNotProven)
        );
    }

    #[test]
    fn the_employee_shows_nothing_for_the_family() {
        assert_eq!(prove(CheckMethod::ByEmployee, None, &[]), Ok(()));
    }

    #[test]
    fn what_is_not_on_the_list_proves_nothing() {
        assert_eq!(
            prove(
                CheckMethod::InPerson,
                Some("notification_letter"),
                &["passport"]
            ),
            Err(IdentityError::Unknown)
        );
        assert_eq!(
            prove(CheckMethod::InPerson, Some("passport"), &["passport"]),
            Err(IdentityError::NumberNotProven)
        );
    }

    #[test]
    fn a_document_is_accepted_until_its_last_day() {
        let list = IdentityDocuments {
            version: 1,
            checked_on: Date::parse("2026-11-21").unwrap(),
            documents: vec![IdentityDocument {
                id: "old".into(),
                ja: "旧".into(),
                en: "old".into(),
                proves: Proves::Both,
                basis: "–".into(),
                until: Some(Date::parse("2025-12-01").unwrap()),
            }],
        };
        let on = |day| {
            list.prove(
                CheckMethod::InPerson,
                Some("old"),
                &[],
                Date::parse(day).unwrap(),
            )
        };
        assert_eq!(on("2025-12-01"), Ok(()));
        assert_eq!(on("2025-12-02"), Err(IdentityError::NoLongerAccepted));
    }
}
