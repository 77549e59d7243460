//! 事業者 and departments.

use crate::forms::{self, Form};
use crate::official;
use crate::refusal::Refusal;
use crate::show;
use crate::work::Work;
use mynumber::Label;
use protocol::clerk::companies::{
    Closing, Company, CompanyDraft, CompanyKind, CompanyRow, Department, Reply as Companies,
    Request, Rules,
};
use protocol::clerk::{Field, MAX_ROWS, Reply};
use vault::CompanyFields;

impl Work<'_> {
    pub(crate) fn about_companies(&mut self, request: Request) -> Result<Reply, Refusal> {
        let now = self.now();
        let kept = match request {
            Request::Create { kind, draft } => {
                let fields = company_fields(&draft)?;
                let kind = match kind {
                    CompanyKind::Own => vault::CompanyKind::Own,
                    CompanyKind::Client => vault::CompanyKind::Client,
                };
                let id = self
                    .vault
                    .create_company(self.session, kind, &fields, now)?;
                return Ok(Companies::Created(id).into());
            }
            Request::Get => return self.company(),
            Request::Change { draft } => {
                let fields = company_fields(&draft)?;
                self.vault.change_company(self.session, &fields, now)?;
                return Ok(Reply::Done);
            }
            Request::ChangeProfile { profile } => {
                let profile = official::profile(&profile)?;
                self.vault
                    .change_company_profile(self.session, &profile, now)?;
                return Ok(Reply::Done);
            }
            Request::ChangeRules { rules } => return self.change_rules(rules),
            Request::Close { closing } => {
                let closing = vault::Closing {
                    on: forms::one_day(Field::On, &closing.on)?,
                    reason: closing.reason,
                };
                self.vault.close_company(self.session, closing, now)?;
                return Ok(Reply::Done);
            }
            Request::WithdrawClosing => {
                self.vault.withdraw_closing(self.session, now)?;
                return Ok(Reply::Done);
            }
            request @ (Request::Proprietor
            | Request::RegisterProprietor { .. }
            | Request::ChangeProprietor { .. }
            | Request::RenameProprietor { .. }) => return self.about_the_proprietor(request),
            Request::Departments => return self.departments(),
            Request::AddDepartment { name } => {
                let name = department_name(&name)?;
                self.vault.add_department(self.session, &name, now)?
            }
            Request::RenameDepartment {
                department,
                revision,
                name,
            } => {
                let name = department_name(&name)?;
                self.vault
                    .rename_department(self.session, department, revision, &name, now)?
            }
            Request::RetireDepartment {
                department,
                revision,
            } => self
                .vault
                .retire_department(self.session, department, revision, now)?,
        };
        Ok(Companies::Department(show::kept(kept)).into())
    }

    fn company(&mut self) -> Result<Reply, Refusal> {
        let kept = self.vault.company(self.session)?;
        let profile = self.vault.company_profile(self.session)?;
        let size = self.vault.company_size(self.session)?;
        let closing = self.vault.closing(self.session)?;
        Ok(Companies::Company(Company {
            company: kept.id,
            kind: shown_kind(kept.kind),
            fields: CompanyDraft {
                name: kept.fields.name.into(),
                corporate_number: kept
                    .fields
                    .corporate_number
                    .map(|number| number.as_str().to_owned())
                    .unwrap_or_default(),
                address: show::text(kept.fields.address),
            },
            second_person: kept.second_person,
            rules: Rules {
                notice_first: kept.notice_first,
                real_estate_dealer: kept.real_estate_dealer,
            },
            closing: closing.map(|kept| Closing {
                on: kept.on.to_string(),
                reason: kept.reason,
            }),
            profile: official::shown_profile(profile),
            employees: size.employees,
            scale: size.scale,
        })
        .into())
    }

    /// Each rule that is another than before is an entry of its own.
    fn change_rules(&mut self, rules: Rules) -> Result<Reply, Refusal> {
        let (now, session) = (self.now(), self.session);
        let kept = self.vault.company(session)?;
        if kept.notice_first != rules.notice_first {
            self.vault
                .set_notice_first(session, rules.notice_first, now)?;
        }
        if kept.real_estate_dealer != rules.real_estate_dealer {
            self.vault
                .set_real_estate_dealer(session, rules.real_estate_dealer, now)?;
        }
        Ok(Reply::Done)
    }

    fn departments(&mut self) -> Result<Reply, Refusal> {
        let departments = self.vault.departments(self.session)?;
        let row = |kept: vault::Department| Department {
            department: kept.id,
            revision: kept.revision,
            name: kept.name,
            employees: kept.employees,
            retired_on: show::day(kept.retired_on),
        };
        let rows = departments.into_iter().take(MAX_ROWS.into()).map(row);
        Ok(Companies::Departments(rows.collect()).into())
    }
}

pub(crate) fn row(kept: vault::CompanyRow) -> CompanyRow {
    CompanyRow {
        company: kept.id,
        name: kept.name,
        kind: shown_kind(kept.kind),
        role: kept.role,
        open: kept.closed.is_none(),
    }
}

fn shown_kind(kind: vault::CompanyKind) -> CompanyKind {
    match kind {
        vault::CompanyKind::Own => CompanyKind::Own,
        vault::CompanyKind::Client => CompanyKind::Client,
    }
}

fn company_fields(draft: &CompanyDraft) -> Result<CompanyFields, Refusal> {
    let mut form = Form::default();
    let fields = forms::company(&mut form, draft);
    form.finish(fields)
}

fn department_name(typed: &str) -> Result<Label, Refusal> {
    let mut form = Form::default();
    let name = form.text(Field::Department, typed, Label::new);
    form.finish(name)
}
