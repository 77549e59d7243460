//! Delegates and media.

use crate::forms::{self, Form};
use crate::refusal::Refusal;
use crate::show;
use crate::work::Work;
use mynumber::{CompanyName, Date, Label, PersonName, Remark};
use protocol::clerk::registers::{
    ConsentDraft, Delegate, DelegateDraft, DelegateId, DestroyedDraft, Loss, MediaFilter, Medium,
    MediumDraft, MediumId, Reply as Registers, Request, SettledDraft, Supervision, Trip, TripDraft,
};
use protocol::clerk::{Field, MAX_ROWS, Reply, Window};
use vault::{Consent, DelegateFields, Destroyed, Lost, MediumFields, Settled};

impl Work<'_> {
    pub(crate) fn about_registers(&mut self, request: Request) -> Result<Reply, Refusal> {
        match request {
            Request::Delegates { window } => self.delegates(window),
            Request::Media { filter, window } => self.media(filter, window),
            Request::Trips { medium } => self.trips(medium),
            Request::Losses { medium } => self.losses(medium),
            Request::Chain { delegate: id } => {
                let chain = self.vault.delegation_chain(self.session, id)?;
                let today = self.today()?;
                let chain = chain.into_iter().map(|kept| delegate(kept, today));
                Ok(Registers::Chain(chain.collect()).into())
            }
            Request::Supervisions { delegate } => self.supervisions(delegate),
            Request::RecordSupervision {
                delegate,
                supervision,
            } => self.record_supervision(delegate, &supervision),
            Request::RefuseSubdelegation { under } => {
                let now = self.now();
                self.vault.refuse_subdelegation(self.session, under, now)?;
                Ok(Reply::Done)
            }
            change => self.change_register(change),
        }
    }

    fn change_register(&mut self, request: Request) -> Result<Reply, Refusal> {
        let now = self.now();
        let (vault, session) = (&mut *self.vault, self.session);
        let kept = match request {
            Request::AddDelegate { draft } => {
                vault.add_delegate(session, &delegate_fields(&draft)?, now)?
            }
            Request::AddSubdelegate {
                under,
                consent,
                draft,
            } => {
                let (consent, fields) = (consent_of(&consent)?, delegate_fields(&draft)?);
                vault.add_subdelegate(session, under, &consent, &fields, now)?
            }
            Request::ChangeDelegate {
                delegate,
                revision,
                draft,
            } => {
                let fields = delegate_fields(&draft)?;
                vault.change_delegate(session, delegate, revision, &fields, now)?
            }
            Request::EndDelegation {
                delegate,
                revision,
                on,
            } => {
                let on = forms::one_day(Field::On, &on)?;
                vault.end_delegation(session, delegate, revision, on, now)?
            }
            Request::SettleDelegation {
                delegate,
                revision,
                settled,
            } => {
                let settled = settled_of(&settled)?;
                vault.settle_delegation(session, delegate, revision, &settled, now)?
            }
            Request::RegisterMedium { draft } => {
                vault.register_medium(session, &medium_fields(&draft)?, now)?
            }
            Request::ChangeMedium {
                medium,
                revision,
                draft,
            } => vault.change_medium(session, medium, revision, &medium_fields(&draft)?, now)?,
            Request::TakeOut {
                medium,
                revision,
                trip,
            } => vault.take_out_medium(session, medium, revision, &trip_of(&trip)?, now)?,
            Request::Lose {
                medium,
                revision,
                on,
                remark,
            } => {
                let lost = lost_of(&on, &remark)?;
                vault.lose_medium(session, medium, revision, &lost, now)?
            }
            Request::BringBack {
                medium,
                revision,
                on,
            } => {
                let on = forms::one_day(Field::On, &on)?;
                vault.bring_back_medium(session, medium, revision, on, now)?
            }
            Request::DestroyMedium {
                medium,
                revision,
                destroyed,
            } => {
                let destroyed = destroyed_of(&destroyed)?;
                vault.destroy_medium(session, medium, revision, &destroyed, now)?
            }
            Request::Delegates { .. }
            | Request::Chain { .. }
            | Request::Supervisions { .. }
            | Request::RecordSupervision { .. }
            | Request::RefuseSubdelegation { .. }
            | Request::Media { .. }
            | Request::Trips { .. }
            | Request::Losses { .. } => return Err(codes::ErrorCode::Internal.into()),
        };
        Ok(Registers::Kept(show::kept(kept)).into())
    }

    fn delegates(&mut self, window: Window) -> Result<Reply, Refusal> {
        let limit = window.limit.min(MAX_ROWS);
        let page = self.vault.delegates(self.session, window.offset, limit)?;
        let today = self.today()?;
        Ok(Registers::Delegates(show::rows(page, |kept| delegate(kept, today))).into())
    }

    fn supervisions(&mut self, delegate: DelegateId) -> Result<Reply, Refusal> {
        let kept = self.vault.supervisions(self.session, delegate)?;
        let row = |kept: vault::Supervision| Supervision {
            on: kept.on.to_string(),
            how: kept.how.into(),
            finding: show::text(kept.finding),
        };
        let newest = kept.into_iter().take(MAX_ROWS.into());
        Ok(Registers::Supervisions(newest.map(row).collect()).into())
    }

    fn record_supervision(
        &mut self,
        delegate: DelegateId,
        draft: &Supervision,
    ) -> Result<Reply, Refusal> {
        let mut form = Form::default();
        let on = form.day(Field::On, &draft.on);
        let how = form.text(Field::Work, &draft.how, Remark::new);
        let finding = form.optional_text(Field::Remark, &draft.finding, Remark::new);
        let ((on, how), finding) = form.finish(on.zip(how).zip(finding))?;
        let supervision = vault::Supervision { on, how, finding };
        let now = self.now();
        self.vault
            .record_supervision(self.session, delegate, &supervision, now)?;
        Ok(Reply::Done)
    }

    fn media(&mut self, filter: MediaFilter, window: Window) -> Result<Reply, Refusal> {
        let filter = match filter {
            MediaFilter::All => vault::MediaFilter::All,
            MediaFilter::Out => vault::MediaFilter::Out,
            MediaFilter::Overdue => vault::MediaFilter::Overdue,
            MediaFilter::Lost => vault::MediaFilter::Lost,
        };
        let limit = window.limit.min(MAX_ROWS);
        let page = self
            .vault
            .media(self.session, filter, window.offset, limit)?;
        Ok(Registers::Media(show::rows(page, medium)).into())
    }

    fn trips(&mut self, medium: MediumId) -> Result<Reply, Refusal> {
        let trips = self.vault.trips(self.session, medium)?;
        let row = |kept: vault::Trip| Trip {
            trip: trip(kept.draft),
            back_on: show::day(kept.back_on),
        };
        let newest = trips.into_iter().take(MAX_ROWS.into());
        Ok(Registers::Trips(newest.map(row).collect()).into())
    }

    fn losses(&mut self, medium: MediumId) -> Result<Reply, Refusal> {
        let losses = self.vault.losses(self.session, medium)?;
        let newest = losses.into_iter().take(MAX_ROWS.into());
        let rows = newest.map(|kept| loss(kept.lost, kept.found_on));
        Ok(Registers::Losses(rows.collect()).into())
    }
}

fn delegate_fields(draft: &DelegateDraft) -> Result<DelegateFields, Refusal> {
    let mut form = Form::default();
    let name = form.text(Field::Name, &draft.name, CompanyName::new);
    let corporate_number = form.corporate_number(Field::CorporateNumber, &draft.corporate_number);
    let work = form.text(Field::Work, &draft.work, Remark::new);
    let contract_from = form.day(Field::From, &draft.contract_from);
    let contract_until = form.optional_day(Field::Until, &draft.contract_until);
    let fields = (|| {
        Some(DelegateFields {
            name: name?,
            kind: draft.kind,
            corporate_number: corporate_number?,
            work: work?,
            contract_from: contract_from?,
            contract_until: contract_until?,
            clauses: draft.clauses.clone(),
        })
    })();
    form.finish(fields)
}

fn consent_of(draft: &ConsentDraft) -> Result<Consent, Refusal> {
    let mut form = Form::default();
    let on = form.day(Field::On, &draft.on);
    let document = form.text(Field::Document, &draft.document, Remark::new);
    let consent = on
        .zip(document)
        .map(|(on, document)| Consent { on, document });
    form.finish(consent)
}

fn settled_of(draft: &SettledDraft) -> Result<Settled, Refusal> {
    let mut form = Form::default();
    let on = form.day(Field::On, &draft.on);
    let certificate = form.optional_text(Field::Document, &draft.certificate, Remark::new);
    let settled = on.zip(certificate).map(|(on, certificate)| Settled {
        on,
        how: draft.how,
        certificate,
    });
    form.finish(settled)
}

fn medium_fields(draft: &MediumDraft) -> Result<MediumFields, Refusal> {
    let mut form = Form::default();
    let label = form.text(Field::Label, &draft.label, Label::new);
    let holder = form.text(Field::Holder, &draft.holder, PersonName::new);
    let kept_at = form.text(Field::Place, &draft.kept_at, Remark::new);
    let fields = (|| {
        Some(MediumFields {
            label: label?,
            kind: draft.kind,
            holder: holder?,
            kept_at: kept_at?,
        })
    })();
    form.finish(fields)
}

fn trip_of(draft: &TripDraft) -> Result<vault::TripDraft, Refusal> {
    let mut form = Form::default();
    let on = form.day(Field::On, &draft.on);
    let carrier = form.text(Field::Carrier, &draft.carrier, PersonName::new);
    let destination = form.text(Field::Destination, &draft.destination, Remark::new);
    let reason = form.text(Field::Reason, &draft.reason, Remark::new);
    let container = form.text(Field::Container, &draft.container, Remark::new);
    let due_back = form.optional_day(Field::DueOn, &draft.due_back);
    let trip = (|| {
        Some(vault::TripDraft {
            on: on?,
            carrier: carrier?,
            destination: destination?,
            reason: reason?,
            container: container?,
            due_back: due_back?,
        })
    })();
    form.finish(trip)
}

fn lost_of(on: &str, remark: &str) -> Result<Lost, Refusal> {
    let mut form = Form::default();
    let on = form.day(Field::On, on);
    let remark = form.optional_text(Field::Remark, remark, Remark::new);
    form.finish(on.zip(remark).map(|(on, remark)| Lost { on, remark }))
}

fn destroyed_of(draft: &DestroyedDraft) -> Result<Destroyed, Refusal> {
    let mut form = Form::default();
    let on = form.day(Field::On, &draft.on);
    let confirmed_by = form.text(Field::ConfirmedBy, &draft.confirmed_by, PersonName::new);
    let certificate = form.optional_text(Field::Document, &draft.certificate, Remark::new);
    let destroyed = (|| {
        Some(Destroyed {
            on: on?,
            how: draft.how,
            confirmed_by: confirmed_by?,
            certificate: certificate?,
        })
    })();
    form.finish(destroyed)
}

fn delegate(kept: vault::Delegate, today: Date) -> Delegate {
    Delegate {
        run_out: kept.has_run_out(today),
        unsettled: kept.is_unsettled(),
        delegate: kept.id,
        revision: kept.revision,
        missing_clauses: kept.missing_clauses(),
        fields: DelegateDraft {
            name: kept.fields.name.into(),
            kind: kept.fields.kind,
            corporate_number: kept
                .fields
                .corporate_number
                .map(|number| number.as_str().to_owned())
                .unwrap_or_default(),
            work: kept.fields.work.into(),
            contract_from: kept.fields.contract_from.to_string(),
            contract_until: show::day(kept.fields.contract_until),
            clauses: kept.fields.clauses,
        },
        under: kept.under,
        consent: kept.consent.map(|consent| ConsentDraft {
            on: consent.on.to_string(),
            document: consent.document.into(),
        }),
        ended_on: show::day(kept.ended_on),
        settled: kept.settled.map(|settled| SettledDraft {
            on: settled.on.to_string(),
            how: settled.how,
            certificate: show::text(settled.certificate),
        }),
    }
}

fn medium(kept: vault::Medium) -> Medium {
    Medium {
        medium: kept.id,
        revision: kept.revision,
        fields: MediumDraft {
            label: kept.fields.label.into(),
            kind: kept.fields.kind,
            holder: kept.fields.holder.into(),
            kept_at: kept.fields.kept_at.into(),
        },
        out: kept.out.map(trip),
        lost: kept.lost.map(|lost| loss(lost, None)),
        destroyed: kept.destroyed.map(|destroyed| DestroyedDraft {
            on: destroyed.on.to_string(),
            how: destroyed.how,
            confirmed_by: destroyed.confirmed_by.into(),
            certificate: show::text(destroyed.certificate),
        }),
    }
}

fn loss(lost: Lost, found_on: Option<Date>) -> Loss {
    Loss {
        on: lost.on.to_string(),
        remark: show::text(lost.remark),
        found_on: show::day(found_on),
    }
}

fn trip(draft: vault::TripDraft) -> TripDraft {
    TripDraft {
        on: draft.on.to_string(),
        carrier: draft.carrier.into(),
        destination: draft.destination.into(),
        reason: draft.reason.into(),
        container: draft.container.into(),
        due_back: show::day(draft.due_back),
    }
}
