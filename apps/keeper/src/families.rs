//! Dependants and their claims.

use crate::forms::{self, Form};
use crate::refusal::Refusal;
use crate::show;
use crate::work::Work;
use protocol::clerk::families::{
    Claim, Claimed, Dependant, DependantDraft, DependantRow, Reply as Families, Request,
};
use protocol::clerk::{Field, MAX_ROWS, PersonId, Reply, Window};
use vault::{DependantFields, Saved};

impl Work<'_> {
    pub(crate) fn about_families(&mut self, request: Request) -> Result<Reply, Refusal> {
        match request {
            Request::Of { employee } => {
                let family = self.vault.dependants(self.session, employee)?;
                Ok(Families::Family(family.into_iter().map(dependant).collect()).into())
            }
            Request::List { query, window } => self.find_dependants(&query, window),
            Request::Get { person } => {
                let kept = self.vault.dependant(self.session, person)?;
                Ok(Families::Dependant(dependant(kept)).into())
            }
            Request::Add {
                employee,
                draft,
                claims,
                on,
            } => self.add_dependant(employee, &draft, &claims, &on),
            Request::Change {
                person,
                revision,
                draft,
            } => {
                let mut form = Form::default();
                let fields = fields(&mut form, &draft);
                let fields = form.finish(fields)?;
                let now = self.now();
                self.saved(|work| {
                    work.vault
                        .change_dependant(work.session, person, revision, &fields, now)
                })
            }
            Request::Rename {
                person,
                revision,
                rename,
            } => {
                let rename = forms::rename(&rename)?;
                let now = self.now();
                self.saved(|work| {
                    work.vault
                        .rename_dependant(work.session, person, revision, &rename, now)
                })
            }
            Request::Claim {
                person,
                revision,
                claim,
                from,
            } => {
                let from = forms::one_day(Field::From, &from)?;
                let now = self.now();
                self.saved(|work| {
                    work.vault.claim_dependant(
                        work.session,
                        person,
                        revision,
                        kept_claim(claim),
                        from,
                        now,
                    )
                })
            }
            Request::EndClaim {
                person,
                revision,
                claim,
                until,
            } => {
                let until = forms::one_day(Field::Until, &until)?;
                let now = self.now();
                self.saved(|work| {
                    work.vault.end_claim(
                        work.session,
                        person,
                        revision,
                        kept_claim(claim),
                        until,
                        now,
                    )
                })
            }
            Request::End {
                person,
                revision,
                on,
            } => {
                let on = forms::one_day(Field::On, &on)?;
                let now = self.now();
                self.saved(|work| {
                    work.vault
                        .end_dependant(work.session, person, revision, on, now)
                })
            }
            Request::Resume { person, revision } => {
                let now = self.now();
                self.saved(|work| {
                    work.vault
                        .resume_dependant(work.session, person, revision, now)
                })
            }
        }
    }

    fn find_dependants(&mut self, query: &str, window: Window) -> Result<Reply, Refusal> {
        forms::query(query)?;
        let limit = window.limit.min(MAX_ROWS);
        let page = self
            .vault
            .find_dependants(self.session, query, window.offset, limit)?;
        let row = |row: vault::DependantRow| DependantRow {
            person: row.id,
            name: row.name,
            kana: row.kana,
            relationship: row.relationship,
            employee: row.employee,
            employee_no: row.employee_no,
            employee_name: row.employee_name,
            ended: row.ended_on.is_some(),
            has_number: row.has_number,
        };
        Ok(Families::List(show::rows(page, row)).into())
    }

    fn add_dependant(
        &mut self,
        employee: PersonId,
        draft: &DependantDraft,
        claims: &[Claim],
        on: &str,
    ) -> Result<Reply, Refusal> {
        let mut form = Form::default();
        let fields = fields(&mut form, draft);
        let on = form.day(Field::On, on);
        let (fields, on) = form.finish(fields.zip(on))?;
        let claims: Vec<_> = claims.iter().copied().map(kept_claim).collect();
        let now = self.now();
        self.saved(|work| {
            work.vault
                .add_dependant(work.session, employee, &fields, &claims, on, now)
        })
    }

    /// Does what saves a person and tells the new revision.
    pub(crate) fn saved(
        &mut self,
        save: impl FnOnce(&mut Self) -> Result<Saved, vault::VaultError>,
    ) -> Result<Reply, Refusal> {
        Ok(show::saved(save(self)?))
    }
}

fn fields(form: &mut Form, draft: &DependantDraft) -> Option<DependantFields> {
    let particulars = forms::particulars(form, &draft.particulars);
    Some(DependantFields {
        particulars: particulars?,
        relationship: draft.relationship,
        lives_with: draft.lives_with,
        disability: draft.disability,
        residency: draft.residency,
    })
}

fn kept_claim(claim: Claim) -> vault::Claim {
    match claim {
        Claim::Tax(deduction) => vault::Claim::Tax(deduction),
        Claim::HealthInsurance => vault::Claim::HealthInsurance,
        Claim::Category3 => vault::Claim::Category3,
    }
}

fn shown_claim(claim: vault::Claim) -> Claim {
    match claim {
        vault::Claim::Tax(deduction) => Claim::Tax(deduction),
        vault::Claim::HealthInsurance => Claim::HealthInsurance,
        vault::Claim::Category3 => Claim::Category3,
    }
}

fn dependant(kept: vault::Dependant) -> Dependant {
    Dependant {
        person: kept.id,
        revision: kept.revision,
        employee: kept.employee,
        fields: DependantDraft {
            particulars: show::particulars(kept.fields.particulars),
            relationship: kept.fields.relationship,
            lives_with: kept.fields.lives_with,
            disability: kept.fields.disability,
            residency: kept.fields.residency,
        },
        added_on: kept.added_on.to_string(),
        ended_on: show::day(kept.ended_on),
        claims: kept
            .claims
            .into_iter()
            .map(|claimed| Claimed {
                claim: shown_claim(claimed.claim),
                from: claimed.span.from.to_string(),
                until: show::day(claimed.span.until),
            })
            .collect(),
        has_number: kept.has_number,
        purposes: kept.purposes,
        asking: show::asking(kept.asking),
        former_names: show::former_names(kept.former_names),
    }
}
