//! 届出事項: what offices ask of a company and of an employee, from what was typed and back.

use crate::forms::Form;
use crate::refusal::Refusal;
use crate::show;
use codes::ErrorCode;
use mynumber::retention::ClosingMonth;
use mynumber::search::fold;
use mynumber::{
    BranchNumber, DesignatedNumber, EmploymentInsuranceNumber, EmploymentInsuranceOffice, Label,
    MunicipalityCode, OfficeNumber, OfficeSymbol, OfficialError, PensionNumber, PersonName,
    PostalCode, Representative, Romaji, TaxReference1, TaxReference2, Telephone,
};
use protocol::clerk::Field;
use protocol::clerk::companies::{Municipality, Profile};
use protocol::clerk::people::{Details, Insured, OtherNames};
use vault::CompanyProfile;

/// More than anybody employs, and no risk of an overflow.
const MAX_STAFF: u32 = 10_000_000;

pub(crate) fn details(draft: &Details) -> Result<vault::Details, Refusal> {
    let mut form = Form::default();
    let other_names = other_names(&mut form, &draft.other_names);
    let postal_code = postal_code(&mut form, &draft.postal_code);
    let title = form.optional_text(Field::Title, &draft.title, Label::new);
    let pension_number = form.official(
        Field::PensionNumber,
        &draft.pension_number,
        PensionNumber::parse,
        ErrorCode::OfficialNumberDigits,
    );
    let employment_insurance_number = form.official(
        Field::EmploymentInsuranceNumber,
        &draft.employment_insurance_number,
        EmploymentInsuranceNumber::parse,
        ErrorCode::OfficialNumberDigits,
    );
    let (from, until) = (Field::SocialInsuredFrom, Field::SocialInsuredUntil);
    let social = insured(&mut form, from, until, &draft.social);
    let (from, until) = (Field::EmploymentInsuredFrom, Field::EmploymentInsuredUntil);
    let employment_insurance = insured(&mut form, from, until, &draft.employment_insurance);
    let details = (|| {
        Some(vault::Details {
            other_names: other_names?,
            postal_code: postal_code?,
            title: title?,
            pension_number: pension_number?,
            employment_insurance_number: employment_insurance_number?,
            social: social?,
            employment_insurance: employment_insurance?,
        })
    })();
    form.finish(details)
}

pub(crate) fn shown_details(kept: vault::Details) -> Details {
    Details {
        other_names: shown_names(kept.other_names),
        postal_code: show::text(kept.postal_code),
        title: show::text(kept.title),
        pension_number: show::text(kept.pension_number),
        employment_insurance_number: show::text(kept.employment_insurance_number),
        social: shown_insured(kept.social),
        employment_insurance: shown_insured(kept.employment_insurance),
    }
}

pub(crate) fn shown_insured(kept: vault::Insured) -> Insured {
    Insured {
        from: show::day(kept.from),
        until: show::day(kept.until),
    }
}

pub(crate) fn other_names(form: &mut Form, draft: &OtherNames) -> Option<vault::OtherNames> {
    let romaji = form.optional_text(Field::Romaji, &draft.romaji, Romaji::new);
    let alias = form.optional_text(Field::Alias, &draft.alias, PersonName::new);
    let former = &draft.former_surname;
    let former_surname = form.optional_text(Field::FormerSurname, former, PersonName::new);
    Some(vault::OtherNames {
        romaji: romaji?,
        alias: alias?,
        former_surname: former_surname?,
    })
}

pub(crate) fn shown_names(kept: vault::OtherNames) -> OtherNames {
    OtherNames {
        romaji: show::text(kept.romaji),
        alias: show::text(kept.alias),
        former_surname: show::text(kept.former_surname),
    }
}

pub(crate) fn postal_code(form: &mut Form, typed: &str) -> Option<Option<PostalCode>> {
    let code = ErrorCode::PostalCodeInvalid;
    form.official(Field::PostalCode, typed, PostalCode::parse, code)
}

/// An end without a beginning, or before it, is wrong.
fn insured(form: &mut Form, from: Field, until: Field, draft: &Insured) -> Option<vault::Insured> {
    let begin = form.optional_day(from, &draft.from);
    let end = form.optional_day(until, &draft.until);
    let insured = vault::Insured {
        from: begin?,
        until: end?,
    };
    match (insured.from, insured.until) {
        (None, Some(_)) => form.note(from, ErrorCode::FieldEmpty),
        (Some(begin), Some(end)) if end < begin => form.note(until, ErrorCode::DatesContradict),
        _ => {}
    }
    Some(insured)
}

pub(crate) fn profile(draft: &Profile) -> Result<CompanyProfile, Refusal> {
    let mut form = Form::default();
    let reference = ErrorCode::ReferenceInvalid;
    let digits = ErrorCode::OfficialNumberDigits;
    let postal_code = postal_code(&mut form, &draft.postal_code);
    let telephone = form.official(
        Field::Telephone,
        &draft.telephone,
        Telephone::parse,
        ErrorCode::TelephoneInvalid,
    );
    let representative = form.optional_text(
        Field::Representative,
        &draft.representative,
        Representative::new,
    );
    let typed = &draft.tax_reference_1;
    let tax_reference_1 =
        form.official(Field::TaxReference1, typed, TaxReference1::parse, reference);
    let typed = &draft.tax_reference_2;
    let tax_reference_2 =
        form.official(Field::TaxReference2, typed, TaxReference2::parse, reference);
    let typed = &draft.branch_number;
    let branch_number = form.official(Field::BranchNumber, typed, BranchNumber::parse, reference);
    let office_symbol = form.official(
        Field::OfficeSymbol,
        &draft.office_symbol,
        OfficeSymbol::parse,
        ErrorCode::OfficeSymbolInvalid,
    );
    let typed = &draft.office_number;
    let office_number = form.official(Field::OfficeNumber, typed, OfficeNumber::parse, digits);
    let employment_insurance_office = form.official(
        Field::EmploymentInsuranceOffice,
        &draft.employment_insurance_office,
        EmploymentInsuranceOffice::parse,
        digits,
    );
    let municipalities = municipalities(&mut form, &draft.municipalities);
    let closing_month = form.take(Field::ClosingMonth, closing_month(&draft.closing_month));
    let staff = form.take(Field::Staff, staff(&draft.staff));
    let profile = (|| {
        Some(CompanyProfile {
            postal_code: postal_code?,
            telephone: telephone?,
            representative: representative?,
            tax_reference_1: tax_reference_1?,
            tax_reference_2: tax_reference_2?,
            branch_number: branch_number?,
            office_symbol: office_symbol?,
            office_number: office_number?,
            employment_insurance_office: employment_insurance_office?,
            closing_month: closing_month?,
            municipalities: municipalities?,
            staff: staff?,
            financial: draft.financial,
        })
    })();
    form.finish(profile)
}

pub(crate) fn shown_profile(kept: CompanyProfile) -> Profile {
    Profile {
        postal_code: show::text(kept.postal_code),
        telephone: show::text(kept.telephone),
        representative: show::text(kept.representative),
        tax_reference_1: show::text(kept.tax_reference_1),
        tax_reference_2: show::text(kept.tax_reference_2),
        branch_number: show::text(kept.branch_number),
        office_symbol: show::text(kept.office_symbol),
        office_number: show::text(kept.office_number),
        employment_insurance_office: show::text(kept.employment_insurance_office),
        closing_month: show::text(kept.closing_month.map(|m| m.month().to_string())),
        municipalities: kept
            .municipalities
            .into_iter()
            .map(|municipality| Municipality {
                code: municipality.code.into(),
                designated_number: show::text(municipality.designated_number),
            })
            .collect(),
        staff: show::text(kept.staff.map(|staff| staff.to_string())),
        financial: kept.financial,
    }
}

fn municipalities(form: &mut Form, drafts: &[Municipality]) -> Option<Vec<vault::Municipality>> {
    if drafts.len() > vault::MAX_MUNICIPALITIES {
        form.note(Field::Municipality, ErrorCode::LimitReached);
        return None;
    }
    let mut kept: Vec<vault::Municipality> = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let code = MunicipalityCode::parse(&draft.code);
        let code = form.take(
            Field::Municipality,
            code.map_err(|_| ErrorCode::MunicipalityInvalid),
        );
        let designated_number = form.official(
            Field::DesignatedNumber,
            &draft.designated_number,
            DesignatedNumber::parse,
            ErrorCode::ReferenceInvalid,
        );
        kept.push(vault::Municipality {
            code: code?,
            designated_number: designated_number?,
        });
    }
    kept.sort_unstable();
    let twice = kept.windows(2).any(|pair| pair[0].code == pair[1].code);
    if twice {
        form.note(Field::Municipality, ErrorCode::MunicipalityInvalid);
    }
    Some(kept)
}

/// `3`, `３` or `3月`.
fn closing_month(typed: &str) -> Result<Option<ClosingMonth>, ErrorCode> {
    let folded = fold(typed);
    let digits = folded.strip_suffix('月').unwrap_or(&folded).trim();
    if digits.is_empty() {
        return Ok(None);
    }
    let month = digits.parse().ok().and_then(ClosingMonth::new);
    month.map(Some).ok_or(ErrorCode::ClosingMonthInvalid)
}

fn staff(typed: &str) -> Result<Option<u32>, ErrorCode> {
    let digits: String = typed.trim().chars().filter(|c| *c != ',').collect();
    if digits.is_empty() {
        return Ok(None);
    }
    match digits.parse() {
        Ok(staff) if staff <= MAX_STAFF => Ok(Some(staff)),
        _ => Err(ErrorCode::AmountInvalid),
    }
}

/// What is told of a code that an office gave: `wrong`, unless it is an individual number.
pub(crate) fn code(error: OfficialError, wrong: ErrorCode) -> ErrorCode {
    match error {
        OfficialError::IndividualNumber => ErrorCode::NumberInText,
        _ => wrong,
    }
}
