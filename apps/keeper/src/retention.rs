//! 保存期間, and destroying numbers.

use crate::forms::{self, Form};
use crate::refusal::Refusal;
use crate::show;
use crate::work::Work;
use codes::ErrorCode;
use mynumber::retention::{self as terms, Policy, Rules, Verdict};
use protocol::clerk::retention::{
    Certificate, Counts, Deletion, DeletionRow, Document, Due, DueList, Hold, HoldEnd, Kept,
    KeptTerm, MAX_PEOPLE, Plan, Reason, Reply as Retention, Request, Tombstone,
};
use protocol::clerk::{Field, MAX_ROWS, PersonId, Reply, Window};
use vault::DestroyReason;

impl Work<'_> {
    pub(crate) fn about_retention(&mut self, request: Request) -> Result<Reply, Refusal> {
        match request {
            Request::Destroy { people, reason } => self.destroy(&people, reason),
            Request::Destroyed { window } => self.destroyed(window),
            Request::Due { list, window } => self.due(&list, window),
            Request::Counts => self.due_counts(),
            Request::Of { person } => Ok(Retention::Of(self.kept(person)?).into()),
            Request::Documents => Ok(Retention::Documents(documents()).into()),
            Request::AddHold { people, rule, on } => self.add_hold(&people, &rule, &on),
            Request::EndHold { hold, how } => {
                let now = self.now();
                let how = match how {
                    HoldEnd::Mistake => vault::HoldEnd::Mistake,
                    HoldEnd::DocumentGone => vault::HoldEnd::DocumentGone,
                };
                self.vault.end_hold(self.session, hold, how, now)?;
                Ok(Reply::Done)
            }
            Request::Settings => {
                let policy = self.vault.retention_policy(self.session)?;
                Ok(Retention::Settings(policy).into())
            }
            Request::ChangeSettings { policy } => self.change_settings(policy),
            Request::Deletions { window } => self.deletions(window),
            Request::Certificate { deletion, window } => self.certificate(&deletion, window),
        }
    }

    fn destroy(&mut self, people: &[PersonId], reason: Reason) -> Result<Reply, Refusal> {
        if people.len() > MAX_PEOPLE {
            return Err(ErrorCode::TooManyPeople.into());
        }
        let reason = match reason {
            Reason::RetentionEnded => DestroyReason::RetentionEnded,
            Reason::CollectedByMistake => DestroyReason::CollectedByMistake,
            Reason::NoLongerNeeded => DestroyReason::NoLongerNeeded,
        };
        let now = self.now();
        let done = self
            .vault
            .destroy_numbers(self.session, people, reason, now)?;
        Ok(Retention::Destroyed {
            batch: done.batch,
            people: done.people,
        }
        .into())
    }

    fn destroyed(&mut self, window: Window) -> Result<Reply, Refusal> {
        let limit = window.limit.min(MAX_ROWS);
        let page = self.vault.tombstones(self.session, window.offset, limit)?;
        let row = |stone: vault::Tombstone| Tombstone {
            person: stone.person,
            destroyed_unix: stone.destroyed_unix,
            reason_ja: stone.reason.japanese().into(),
            reason_en: stone.reason.english().into(),
        };
        Ok(Retention::List(show::rows(page, row)).into())
    }

    fn due(&mut self, list: &DueList, window: Window) -> Result<Reply, Refusal> {
        let list = match list {
            DueList::By(day) => vault::DueList::By(forms::one_day(Field::On, day)?),
            DueList::EndUnknown => vault::DueList::EndUnknown,
        };
        let limit = window.limit.min(MAX_ROWS);
        let page = self
            .vault
            .due_numbers(self.session, list, window.offset, limit)?;
        let row = |row: vault::DueRow| Due {
            person: row.person,
            kind: row.kind,
            code: row.code,
            name: row.name,
            plan: row.plan.as_ref().map(plan),
            alert: row.alert,
        };
        Ok(Retention::Due(show::rows(page, row)).into())
    }

    fn due_counts(&mut self) -> Result<Reply, Refusal> {
        let counts = self.vault.due_counts(self.session)?;
        Ok(Retention::Counts(Counts {
            end_unknown: counts.end_unknown,
            within_90: counts.within_90,
            within_30: counts.within_30,
            due: counts.due,
            overdue: counts.overdue,
        })
        .into())
    }

    pub(crate) fn kept(&self, person: PersonId) -> Result<Kept, Refusal> {
        let term = match self.vault.retention_of(self.session, person)? {
            None => KeptTerm::NoNumber,
            Some(Verdict::Stays) => KeptTerm::Stays,
            Some(Verdict::EndUnknown) => KeptTerm::EndUnknown,
            Some(Verdict::Goes(goes)) => KeptTerm::Goes(plan(&goes)),
        };
        let holds = self.vault.holds(self.session, person)?.into_iter();
        let holds = holds.take(MAX_ROWS.into()).map(hold).collect();
        Ok(Kept { term, holds })
    }

    fn add_hold(&mut self, people: &[PersonId], rule: &str, on: &str) -> Result<Reply, Refusal> {
        if people.len() > MAX_PEOPLE {
            return Err(ErrorCode::TooManyPeople.into());
        }
        let mut form = Form::default();
        let on = form.day(Field::On, on);
        let on = form.finish(on)?;
        let now = self.now();
        let added = self.vault.add_hold(self.session, people, rule, on, now)?;
        Ok(Retention::HoldAdded(added).into())
    }

    fn change_settings(&mut self, policy: Policy) -> Result<Reply, Refusal> {
        let now = self.now();
        self.vault.set_retention_policy(self.session, policy, now)?;
        Ok(Reply::Done)
    }

    fn deletions(&mut self, window: Window) -> Result<Reply, Refusal> {
        let limit = window.limit.min(MAX_ROWS);
        let page = self.vault.deletions(self.session, window.offset, limit)?;
        let row = |row: vault::DeletionRow| DeletionRow {
            deletion: row.id,
            deleted_unix: row.deleted_unix,
            reason_ja: row.reason.japanese().into(),
            reason_en: row.reason.english().into(),
            deleted_by: row.deleted_by,
            confirmed_by: row.confirmed_by,
            people: row.people,
        };
        Ok(Retention::Deletions(show::rows(page, row)).into())
    }

    fn certificate(&mut self, deletion: &str, window: Window) -> Result<Reply, Refusal> {
        let limit = window.limit.min(MAX_ROWS);
        let whole =
            self.vault
                .deletion_certificate(self.session, deletion, window.offset, limit)?;
        let people = show::rows(whole.people, line);
        Ok(Retention::Certificate(Certificate {
            head: DeletionRow {
                deletion: whole.id,
                deleted_unix: whole.deleted_unix,
                reason_ja: whole.reason.japanese().into(),
                reason_en: whole.reason.english().into(),
                deleted_by: whole.deleted_by,
                confirmed_by: whole.confirmed_by,
                people: people.total,
            },
            company: whole.company,
            method_ja: vault::Certificate::METHOD_JA.into(),
            method_en: vault::Certificate::METHOD_EN.into(),
            people,
        })
        .into())
    }
}

fn plan(plan: &terms::Plan) -> Plan {
    let because = plan.because.as_ref();
    Plan {
        keep_until: plan.keep_until.to_string(),
        deletable_from: plan.deletable_from.to_string(),
        delete_by: plan.delete_by.to_string(),
        why_ja: because.map(terms::Hold::why_japanese).unwrap_or_default(),
        why_en: because.map(terms::Hold::why_english).unwrap_or_default(),
    }
}

fn hold(kept: vault::HoldRow) -> Hold {
    Hold {
        hold: kept.id,
        why_ja: kept.hold.why_japanese(),
        why_en: kept.hold.why_english(),
        rule: kept.hold.rule,
        on: kept.hold.event.to_string(),
        starts_on: kept.hold.term.start.to_string(),
        until: kept.hold.term.until.to_string(),
        by: kept.user_name.unwrap_or_default(),
        ended: kept.ended.map(|how| match how {
            vault::HoldEnd::Mistake => HoldEnd::Mistake,
            vault::HoldEnd::DocumentGone => HoldEnd::DocumentGone,
        }),
    }
}

fn line(kept: vault::Deletion) -> Deletion {
    Deletion {
        basis_ja: kept.basis_japanese().unwrap_or_default(),
        basis_en: kept.basis_english().unwrap_or_default(),
        person: kept.person,
        code: kept.code,
        name: kept.name,
        relationship: kept.relationship,
        kept_until: show::day(kept.kept_until),
    }
}

fn documents() -> Vec<Document> {
    let rules = Rules::current().all.iter();
    rules
        .filter(|rule| rule.carries_number)
        .map(|rule| Document {
            rule: rule.id.clone(),
            ja: rule.ja.clone(),
            en: rule.en.clone(),
            event: rule.event,
            basis: rule.basis.clone(),
        })
        .collect()
}
