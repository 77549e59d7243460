//! 収集: how far the collection of one person's number is, by which way it came and how
//! its purpose was notified.

use crate::coded::coded;

coded! {
    /// 回収状況
    CollectionStatus {
        NotRequested = "not_requested", "未依頼", "not requested";
        Requested = "requested", "依頼済", "requested";
        /// In hand, nothing checked yet.
        Received = "received", "回収済（未確認）", "received, not checked";
        NumberChecked = "number_checked", "番号確認済", "number checked";
        IdentityChecked = "identity_checked", "本人確認済", "identity checked";
        /// What came was unreadable, incomplete or wrong.
        SentBack = "sent_back", "差戻", "sent back";
        /// Asked and told that it is a duty by law, and not given.
        Refused = "refused", "拒否", "refused";
        /// The number may not be asked for: see [`crate::asking`].
        NotNeeded = "not_needed", "対象外", "not needed";
        Destroyed = "destroyed", "廃棄済", "destroyed";
    }
}

/// Why a status does not follow another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} does not become {}", from.english(), to.english())]
pub struct NoSuchStep {
    pub from: CollectionStatus,
    pub to: CollectionStatus,
}

impl CollectionStatus {
    /// What may follow.
    pub const fn next(self) -> &'static [CollectionStatus] {
        use CollectionStatus::*;
        match self {
            // A number may come before anybody asked: by import, or with the first papers.
            NotRequested => &[Requested, Received, NotNeeded],
            Requested => &[Received, Refused, NotNeeded],
            Received => &[
                NumberChecked,
                IdentityChecked,
                SentBack,
                NotNeeded,
                Destroyed,
            ],
            NumberChecked => &[IdentityChecked, SentBack, NotNeeded, Destroyed],
            // A changed number (番号法7条2項) begins anew.
            IdentityChecked => &[Received, NotNeeded, Destroyed],
            SentBack => &[Requested, Received, Refused, NotNeeded, Destroyed],
            // Next year it is asked for again.
            Refused => &[Requested, Received, NotNeeded],
            NotNeeded => &[NotRequested, Requested, Received, Destroyed],
            // Somebody who comes back.
            Destroyed => &[NotRequested, Requested, Received, NotNeeded],
        }
    }

    pub fn step(self, to: CollectionStatus) -> Result<CollectionStatus, NoSuchStep> {
        if self.next().contains(&to) {
            Ok(to)
        } else {
            Err(NoSuchStep { from: self, to })
        }
    }

    /// Whether somebody still has to be reminded.
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::Requested | Self::SentBack)
    }

    /// Whether nothing more is to do for now.
    pub const fn is_settled(self) -> bool {
        matches!(
            self,
            Self::IdentityChecked | Self::Refused | Self::NotNeeded | Self::Destroyed
        )
    }
}

coded! {
    /// How somebody was asked, reminded or answered.
    ContactMethod {
        InPerson = "in_person", "対面", "in person";
        Document = "document", "書面", "in writing";
        Phone = "phone", "電話", "by telephone";
        Mail = "mail", "電子メール", "by electronic mail";
    }
}

coded! {
    /// 収集の方法
    CollectionMethod {
        InPerson = "in_person", "対面", "in person";
        Post = "post", "郵送", "by post";
        Card = "card", "個人番号カードの読取り", "card read";
        Companion = "companion", "受渡し用USB", "companion stick";
        Import = "import", "ファイルからの取込み", "imported from a file";
        /// Through the company that the work is delegated to (委託先).
        Delegate = "delegate", "委託先経由", "by a delegate";
        /// From the former employer with the person's consent (番号法19条4号).
        FormerEmployer = "former_employer", "転籍・出向元から", "from the former employer";
    }
}

coded! {
    /// 利用目的の通知・公表の方法 (ガイドライン第4-1-(1))
    NotificationMethod {
        Document = "document", "書面の交付", "document handed out";
        WorkRules = "work_rules", "就業規則への明記", "in the work rules";
        CompanyLan = "company_lan", "社内LANへの掲示", "on the company's LAN";
        Mail = "mail", "電子メール", "by electronic mail";
        Publication = "publication", "公表（ホームページ・掲示）", "published";
        Contract = "contract", "契約書への明記", "in the contract";
    }
}

#[cfg(test)]
mod tests {
    use super::CollectionStatus as S;

    #[test]
    fn a_number_is_checked_before_it_counts_as_checked() {
        for from in [
            S::NotRequested,
            S::Requested,
            S::Refused,
            S::Destroyed,
            S::SentBack,
        ] {
            for to in [S::NumberChecked, S::IdentityChecked] {
                assert!(from.step(to).is_err(), "{from:?} {to:?}");
            }
        }
        assert_eq!(S::Requested.step(S::Received), Ok(S::Received));
        assert_eq!(S::Received.step(S::NumberChecked), Ok(S::NumberChecked));
        assert_eq!(
            S::NumberChecked.step(S::IdentityChecked),
            Ok(S::IdentityChecked)
        );
        assert_eq!(S::IdentityChecked.step(S::Destroyed), Ok(S::Destroyed));
    }

    #[test]
    fn only_who_was_asked_can_refuse() {
        for &from in S::ALL {
            let asked = matches!(from, S::Requested | S::SentBack);
            assert_eq!(from.step(S::Refused).is_ok(), asked, "{from:?}");
        }
    }

    #[test]
    fn from_every_status_every_other_can_be_reached_and_none_follows_itself() {
        for &from in S::ALL {
            assert!(!from.next().contains(&from), "{from:?}");
            let mut reached = vec![from];
            let mut at = 0;
            while at < reached.len() {
                for next in reached[at].next() {
                    if !reached.contains(next) {
                        reached.push(*next);
                    }
                }
                at += 1;
            }
            assert_eq!(reached.len(), S::ALL.len(), "{from:?}");
        }
    }
}
