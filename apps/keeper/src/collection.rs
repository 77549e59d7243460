//! Asking for numbers, identity checks, notices, refusals.

use crate::forms::Form;
use crate::refusal::Refusal;
use crate::show;
use crate::work::Work;
use mynumber::{Label, PersonName, Remark};
use protocol::clerk::collection::{
    Agent, Audience, Collection, ContactDraft, IdentityCheck, IdentityCheckDraft, Missing,
    MissingFilter, Notice, NoticeDraft, Reply as Answer, Request, Step, StepKind, Unnotified,
};
use protocol::clerk::{Field, MAX_ROWS, PersonId, Reply, Window};
use vault::{CheckResult, IdentityCheckFields, NotificationFields};

impl Work<'_> {
    pub(crate) fn about_collection(&mut self, request: Request) -> Result<Reply, Refusal> {
        match request {
            Request::Missing { filter, window } => self.missing(filter, window),
            Request::Get { person } => self.collection(person),
            Request::CheckIdentity { person, draft } => self.check_identity(person, &draft),
            Request::IdentityChecks { person } => self.identity_checks(person),
            Request::WithdrawIdentityCheck { person, check } => {
                let now = self.now();
                self.vault
                    .withdraw_identity_check(self.session, person, check, now)?;
                Ok(Reply::Done)
            }
            Request::Notify { draft } => self.notify(&draft),
            Request::Notices { person } => self.notices(person),
            Request::Unnotified { window } => self.unnotified(window),
            step => self.step(step),
        }
    }

    /// What moves a person's collection on.
    fn step(&mut self, request: Request) -> Result<Reply, Refusal> {
        let now = self.now();
        let revision = match request {
            Request::Ask {
                person,
                revision,
                contact,
            } => {
                let contact = contact_of(&contact)?;
                self.vault
                    .ask_for_number(self.session, person, revision, &contact, now)?
            }
            Request::Remind {
                person,
                revision,
                contact,
            } => {
                let contact = contact_of(&contact)?;
                self.vault
                    .remind(self.session, person, revision, &contact, now)?
            }
            Request::Refused {
                person,
                revision,
                on,
                contact,
                remark,
            } => {
                let mut form = Form::default();
                let on = form.day(Field::On, &on);
                let remark = form.optional_text(Field::Remark, &remark, Remark::new);
                let (on, remark) = form.finish(on.zip(remark))?;
                let refusal = vault::CollectionRefusal {
                    on,
                    contact,
                    remark,
                };
                self.vault
                    .record_refused(self.session, person, revision, &refusal, now)?
            }
            Request::Move {
                person,
                revision,
                to,
                method,
                remark,
            } => {
                let mut form = Form::default();
                let remark = form.optional_text(Field::Remark, &remark, Remark::new);
                let remark = form.finish(remark)?;
                let progress = vault::CollectionMove {
                    status: to,
                    method,
                    remark,
                };
                self.vault
                    .move_collection(self.session, person, revision, &progress, now)?
            }
            _ => return Err(codes::ErrorCode::Internal.into()),
        };
        Ok(Answer::Stepped { revision }.into())
    }

    fn missing(&mut self, filter: MissingFilter, window: Window) -> Result<Reply, Refusal> {
        let filter = vault::MissingFilter {
            department: filter.department,
            reminder_due: filter.reminder_due,
            refused_too: filter.refused_too,
        };
        let limit = window.limit.min(MAX_ROWS);
        let page = self
            .vault
            .missing_numbers(self.session, filter, window.offset, limit)?;
        let row = |row: vault::MissingNumber| Missing {
            person: row.person,
            kind: row.kind,
            name: row.name,
            code: row.code,
            status: row.status,
            asked_on: show::day(row.asked_on),
            due_on: show::day(row.due_on),
            reminders: row.reminders,
            reminder_due: row.reminder_due,
        };
        Ok(Answer::Missing(show::rows(page, row)).into())
    }

    fn collection(&mut self, person: PersonId) -> Result<Reply, Refusal> {
        let kept = self.vault.collection(self.session, person)?;
        let steps = self.vault.collection_steps(self.session, person)?;
        let older = steps.len().saturating_sub(MAX_ROWS.into());
        Ok(Answer::Collection(Collection {
            person,
            revision: kept.revision,
            status: kept.status,
            method: kept.method,
            asked_on: show::day(kept.asked_on),
            due_on: show::day(kept.due_on),
            remind_on: show::day(kept.remind_on),
            reminders: kept.reminders,
            last_reminded_on: show::day(kept.last_reminded_on),
            steps: steps.into_iter().skip(older).map(step).collect(),
        })
        .into())
    }

    fn check_identity(
        &mut self,
        person: PersonId,
        draft: &IdentityCheckDraft,
    ) -> Result<Reply, Refusal> {
        let fields = identity_check_fields(draft)?;
        let now = self.now();
        let id = self
            .vault
            .record_identity_check(self.session, person, &fields, now)?;
        Ok(Answer::Recorded(id).into())
    }

    fn identity_checks(&mut self, person: PersonId) -> Result<Reply, Refusal> {
        let checks = self.vault.identity_checks(self.session, person)?;
        Ok(Answer::IdentityChecks(checks.into_iter().map(identity_check).collect()).into())
    }

    fn notify(&mut self, draft: &NoticeDraft) -> Result<Reply, Refusal> {
        let mut form = Form::default();
        let on = form.day(Field::On, &draft.on);
        let version = form.text(Field::Version, &draft.version, Label::new);
        let (on, version) = form.finish(on.zip(version))?;
        let fields = NotificationFields {
            audience: match draft.audience {
                Audience::Person(person) => vault::Audience::Person(person),
                Audience::All(kind) => vault::Audience::All(kind),
            },
            on,
            method: draft.method,
            version,
            purposes: draft.purposes.clone(),
            signed_for: draft.signed_for,
        };
        let now = self.now();
        let kept = self.vault.record_notification(self.session, &fields, now)?;
        Ok(Answer::Recorded(kept.id).into())
    }

    fn notices(&mut self, person: PersonId) -> Result<Reply, Refusal> {
        let notices = self.vault.notifications(self.session, person)?;
        let notice = |kept: vault::Notification| Notice {
            fields: NoticeDraft {
                audience: match kept.fields.audience {
                    vault::Audience::Person(person) => Audience::Person(person),
                    vault::Audience::All(kind) => Audience::All(kind),
                },
                on: kept.fields.on.to_string(),
                method: kept.fields.method,
                version: kept.fields.version.into(),
                purposes: kept.fields.purposes,
                signed_for: kept.fields.signed_for,
            },
            by: kept.recorded_by,
        };
        Ok(Answer::Notices(notices.into_iter().map(notice).collect()).into())
    }

    fn unnotified(&mut self, window: Window) -> Result<Reply, Refusal> {
        let limit = window.limit.min(MAX_ROWS);
        let page = self.vault.unnotified(self.session, window.offset, limit)?;
        let row = |row: vault::Unnotified| Unnotified {
            person: row.person,
            name: row.name,
            purposes: row.purposes,
        };
        Ok(Answer::Unnotified(show::rows(page, row)).into())
    }
}

fn step(step: vault::CollectionStep) -> Step {
    Step {
        kind: match step.kind {
            vault::StepKind::Asked => StepKind::Asked,
            vault::StepKind::Reminded => StepKind::Reminded,
            vault::StepKind::Refused => StepKind::Refused,
            vault::StepKind::Moved => StepKind::Moved,
        },
        on: step.on.to_string(),
        status: step.status,
        contact: step.contact,
        remark: show::text(step.remark),
        by: step.by,
    }
}

fn contact_of(draft: &ContactDraft) -> Result<vault::CollectionRequest, Refusal> {
    let mut form = Form::default();
    let on = form.day(Field::On, &draft.on);
    let due_on = form.optional_day(Field::DueOn, &draft.due_on);
    let remind_on = form.optional_day(Field::RemindOn, &draft.remind_on);
    let remark = form.optional_text(Field::Remark, &draft.remark, Remark::new);
    let request = (|| {
        Some(vault::CollectionRequest {
            on: on?,
            contact: draft.method,
            due_on: due_on?,
            remind_on: remind_on?,
            remark: remark?,
        })
    })();
    form.finish(request)
}

fn identity_check_fields(draft: &IdentityCheckDraft) -> Result<IdentityCheckFields, Refusal> {
    let mut form = Form::default();
    // Ids of documents are short words of a closed list, looked up below.
    let documents = draft
        .number_document
        .iter()
        .chain(&draft.identity_documents)
        .chain(draft.agent.as_ref().map(|agent| &agent.document));
    if documents.clone().any(|id| id.len() > 40) || draft.identity_documents.len() > 4 {
        form.note(Field::Document, codes::ErrorCode::FieldTooLong);
    }
    let on = form.day(Field::On, &draft.on);
    let remark = form.optional_text(Field::Remark, &draft.remark, Remark::new);
    let agent = match &draft.agent {
        None => Some(None),
        Some(agent) => form
            .text(Field::AgentName, &agent.name, PersonName::new)
            .map(|name| {
                Some(vault::Agent {
                    name,
                    authority: agent.authority,
                    document: agent.document.clone(),
                })
            }),
    };
    let fields = (|| {
        Some(IdentityCheckFields {
            on: on?,
            method: draft.method,
            number_document: draft.number_document.clone(),
            identity_documents: draft.identity_documents.clone(),
            agent: agent?,
            result: if draft.passed {
                CheckResult::Passed
            } else {
                CheckResult::Failed(remark?)
            },
        })
    })();
    form.finish(fields)
}

fn identity_check(kept: vault::IdentityCheck) -> IdentityCheck {
    let fields = kept.fields;
    let (passed, remark) = match fields.result {
        CheckResult::Passed => (true, None),
        CheckResult::Failed(remark) => (false, remark),
    };
    IdentityCheck {
        check: kept.id,
        fields: IdentityCheckDraft {
            on: fields.on.to_string(),
            method: fields.method,
            number_document: fields.number_document,
            identity_documents: fields.identity_documents,
            agent: fields.agent.map(|agent| Agent {
                name: agent.name.into(),
                authority: agent.authority,
                document: agent.document,
            }),
            passed,
            remark: show::text(remark),
        },
        by: kept.checked_by,
        withdrawn: kept.withdrawn,
    }
}
