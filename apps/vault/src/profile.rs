//! What 届 and 法定調書 ask of the company beside name, address and 法人番号, and how large
//! it counts for the safety measures.

use crate::people::stored;
use crate::store::{Line, Recorded, Tx, Weight};
use crate::subjects::{details, optional_text};
use crate::{Moment, Note, Session, Vault, VaultError, company};
use ledger::Event;
use mynumber::retention::ClosingMonth;
use mynumber::rights::{Operation, Target};
use mynumber::{
    BranchNumber, DesignatedNumber, EmploymentInsuranceOffice, MunicipalityCode, OfficeNumber,
    OfficeSymbol, PostalCode, Representative, Scale, ScaleFacts, TaxReference1, TaxReference2,
    Telephone,
};
use rusqlite::{Connection, Row};

/// The most municipalities of one company: there are 1,741, the wards of large cities
/// counted by themselves 1,896.
pub const MAX_MUNICIPALITIES: usize = 2000;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompanyProfile {
    pub postal_code: Option<PostalCode>,
    pub telephone: Option<Telephone>,
    pub representative: Option<Representative>,
    pub tax_reference_1: Option<TaxReference1>,
    pub tax_reference_2: Option<TaxReference2>,
    pub branch_number: Option<BranchNumber>,
    /// 事業所整理記号 and 事業所番号 of 年金機構.
    pub office_symbol: Option<OfficeSymbol>,
    pub office_number: Option<OfficeNumber>,
    pub employment_insurance_office: Option<EmploymentInsuranceOffice>,
    /// 決算月: batches that destroy numbers once a year end with it.
    pub closing_month: Option<ClosingMonth>,
    /// 給与支払報告書の提出先; each once.
    pub municipalities: Vec<Municipality>,
    /// 従業員数, where the company says it; else the employees there are count.
    pub staff: Option<u32>,
    /// 金融分野
    pub financial: bool,
}

/// Where 給与支払報告書 go, and as whom the municipality knows the payer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Municipality {
    pub code: MunicipalityCode,
    /// 指定番号; unknown before the first notice of 特別徴収.
    pub designated_number: Option<DesignatedNumber>,
}

/// How many work there, and what follows for the safety measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Employees who have not left, whether at work or on leave.
    pub employees: u32,
    pub scale: Scale,
}

impl Vault {
    /// Of the company entered.
    pub fn company_profile(&self, session: &Session) -> Result<CompanyProfile, VaultError> {
        load(&self.conn, session.company()?)
    }

    pub fn company_size(&self, session: &Session) -> Result<Size, VaultError> {
        let company = session.company()?;
        let profile = load(&self.conn, company)?;
        let today = session.today().to_string();
        let employees: u32 = self
            .conn
            .prepare_cached(
                "SELECT count(*) FROM employees WHERE company_id = ?1
                 AND (has_left = 0 OR left_on >= ?2) AND (hired_on IS NULL OR hired_on <= ?2)",
            )?
            .query_row((company, today), |r| r.get(0))?;
        // An own company beside clients is the office that works for them.
        let (people, works_for_others): (u32, bool) = self
            .conn
            .prepare_cached(
                "SELECT (SELECT count(*) FROM numbers
                         WHERE company_id = ?1 AND destroyed_unix IS NULL),
                        (SELECT kind = 'own' FROM companies WHERE id = ?1)
                        AND EXISTS (SELECT 1 FROM companies WHERE kind = 'client')",
            )?
            .query_row([company], |r| Ok((r.get(0)?, r.get(1)?)))?;
        let facts = ScaleFacts {
            staff: profile.staff.unwrap_or(employees),
            works_for_others,
            financial: profile.financial,
            people: people.into(),
        };
        Ok(Size {
            employees,
            scale: Scale::of(&facts),
        })
    }

    /// Replaces all of it. The ledger tells which fields are others than before.
    pub fn change_company_profile(
        &mut self,
        session: &Session,
        profile: &CompanyProfile,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.seen(now);
        session.allow(Operation::ManageUsers, &Target::Company)?;
        if profile.municipalities.len() > MAX_MUNICIPALITIES {
            return Err(VaultError::TooMany("municipalities of a company"));
        }
        let company = session.company()?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let held = load(tx.conn(), company)?;
            write(tx, company, profile)?;
            let subject = company::subject(tx.conn(), company)?;
            let note = Note::new(Event::CompanyProfileChanged).about(subject);
            let changed = changed(&held, profile);
            let lines = details::named_fields(&changed)
                .map(|fields| Line::ok(note.clone().document(&fields)));
            Ok(Recorded::of((), lines.collect()))
        })
    }
}

fn load(conn: &Connection, company: &str) -> Result<CompanyProfile, VaultError> {
    let profile = conn
        .prepare_cached(
            "SELECT postal_code, telephone, representative, tax_reference_1, tax_reference_2,
                    branch_number, office_symbol, office_number, employment_insurance_office,
                    staff, financial, closing_month FROM companies WHERE id = ?1",
        )?
        .query_row([company], |r| {
            Ok(CompanyProfile {
                postal_code: optional_text(r, 0)?,
                telephone: optional_text(r, 1)?,
                representative: optional_text(r, 2)?,
                tax_reference_1: optional_text(r, 3)?,
                tax_reference_2: optional_text(r, 4)?,
                branch_number: optional_text(r, 5)?,
                office_symbol: optional_text(r, 6)?,
                office_number: optional_text(r, 7)?,
                employment_insurance_office: optional_text(r, 8)?,
                municipalities: Vec::new(),
                staff: r.get(9)?,
                financial: r.get(10)?,
                closing_month: closing_month(r, 11)?,
            })
        })?;
    let mut statement = conn.prepare_cached(
        "SELECT code, designated_number FROM municipalities WHERE company_id = ?1 ORDER BY code",
    )?;
    let municipalities = statement.query_map([company], |r| {
        Ok(Municipality {
            code: crate::subjects::text(r, 0)?,
            designated_number: optional_text(r, 1)?,
        })
    })?;
    Ok(CompanyProfile {
        municipalities: municipalities.collect::<Result<_, _>>()?,
        ..profile
    })
}

pub(crate) fn closing_month(r: &Row<'_>, column: usize) -> rusqlite::Result<Option<ClosingMonth>> {
    let month: Option<u8> = r.get(column)?;
    stored(month.map(|m| ClosingMonth::new(m).ok_or(())).transpose())
}

fn write(tx: &Tx<'_>, company: &str, profile: &CompanyProfile) -> Result<(), VaultError> {
    tx.execute(
        "UPDATE companies SET postal_code = ?2, telephone = ?3, representative = ?4,
         tax_reference_1 = ?5, tax_reference_2 = ?6, branch_number = ?7, office_symbol = ?8,
         office_number = ?9, employment_insurance_office = ?10, staff = ?11, financial = ?12,
         closing_month = ?13 WHERE id = ?1",
        (
            company,
            profile.postal_code.as_ref().map(PostalCode::as_str),
            profile.telephone.as_ref().map(Telephone::as_str),
            profile.representative.as_ref().map(Representative::as_str),
            profile.tax_reference_1.as_ref().map(TaxReference1::as_str),
            profile.tax_reference_2.as_ref().map(TaxReference2::as_str),
            profile.branch_number.as_ref().map(BranchNumber::as_str),
            profile.office_symbol.as_ref().map(OfficeSymbol::as_str),
            profile.office_number.as_ref().map(OfficeNumber::as_str),
            profile
                .employment_insurance_office
                .as_ref()
                .map(EmploymentInsuranceOffice::as_str),
            profile.staff,
            profile.financial,
            profile.closing_month.map(ClosingMonth::month),
        ),
    )?;
    tx.execute(
        "DELETE FROM municipalities WHERE company_id = ?1",
        [company],
    )?;
    for municipality in &profile.municipalities {
        tx.execute(
            "INSERT OR REPLACE INTO municipalities (company_id, code, designated_number)
             VALUES (?1, ?2, ?3)",
            (
                company,
                municipality.code.as_str(),
                municipality
                    .designated_number
                    .as_ref()
                    .map(DesignatedNumber::as_str),
            ),
        )?;
    }
    Ok(())
}

/// The names of the fields in which two differ.
fn changed(a: &CompanyProfile, b: &CompanyProfile) -> Vec<&'static str> {
    let mut municipalities = b.municipalities.clone();
    municipalities.sort_unstable();
    [
        ("postal_code", a.postal_code != b.postal_code),
        ("telephone", a.telephone != b.telephone),
        ("representative", a.representative != b.representative),
        ("tax_reference_1", a.tax_reference_1 != b.tax_reference_1),
        ("tax_reference_2", a.tax_reference_2 != b.tax_reference_2),
        ("branch_number", a.branch_number != b.branch_number),
        ("office_symbol", a.office_symbol != b.office_symbol),
        ("office_number", a.office_number != b.office_number),
        (
            "employment_insurance_office",
            a.employment_insurance_office != b.employment_insurance_office,
        ),
        ("closing_month", a.closing_month != b.closing_month),
        ("municipalities", a.municipalities != municipalities),
        ("staff", a.staff != b.staff),
        ("financial", a.financial != b.financial),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect()
}
