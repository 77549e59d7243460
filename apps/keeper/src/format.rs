//! The formats of `apps/formats`, as hand-overs and whitelist entries need them.

use crate::refusal::Refusal;
use codes::ErrorCode;
use formats::{Filed, Format, Row, Shown, WriteError, shortages};
use mynumber::people::PersonKind;
use mynumber::{Payments, Purpose};
use protocol::clerk::companions::{self, Unfit};
use transfer::{FieldName, FormatId};
use vault::{Carried, Disclosed};
use zeroize::Zeroizing;

/// What an approval allows: the format it names where that one serves the purpose, else the
/// usual one.
pub(crate) fn approved(purpose: Purpose, named: Option<&str>) -> Result<&'static Format, Refusal> {
    match named {
        None => formats::usual(purpose).ok_or(ErrorCode::Internal.into()),
        Some(id) => formats::format(id)
            .filter(|format| format.serves(purpose))
            .ok_or(ErrorCode::FormatNotForPurpose.into()),
    }
}

/// Those an approval for this purpose can name.
pub(crate) fn serving(purpose: Purpose) -> Vec<companions::Format> {
    let shown = |format: &'static Format| companions::Format {
        id: format.id().into(),
        name_ja: format.name_ja().into(),
        name_en: format.name_en().into(),
        kinds: format.kinds().to_vec(),
        checked_on: format.checked_on().into(),
    };
    formats::serving(purpose).into_iter().map(shown).collect()
}

/// A format that an entry names. One that this release does not know is not on any list.
pub(crate) fn named(id: &str) -> Result<&'static Format, ErrorCode> {
    formats::format(id).ok_or(ErrorCode::NotOnWhitelist)
}

pub(crate) fn id(format: &Format) -> Result<FormatId, Refusal> {
    format.id().parse().map_err(|_| ErrorCode::Internal.into())
}

/// What the format shows of a person.
pub(crate) fn fields(format: &Format) -> Result<Vec<FieldName>, Refusal> {
    format
        .fields()
        .map(|field| field.name().parse())
        .collect::<Result<_, _>>()
        .map_err(|_| ErrorCode::Internal.into())
}

/// The file, in memory that is wiped. The digits are taken for `purpose`, which is
/// recorded.
pub(crate) fn write(
    format: &Format,
    people: &[Disclosed],
    purpose: Purpose,
) -> Result<Zeroizing<Vec<u8>>, ErrorCode> {
    let rows: Vec<Row<'_>> = people.iter().map(row).collect();
    format.write(&rows, purpose).map_err(|error| match error {
        WriteError::Unmappable { .. }
        | WriteError::NotAllowed { .. }
        | WriteError::Formula { .. } => ErrorCode::FormatCharacter,
        WriteError::TooLong { .. } => ErrorCode::FieldTooLong,
    })
}

/// What of these people does not fit: into the format, then into the forms that are filled
/// for the purpose.
pub(crate) fn unfit(format: &Format, purpose: Purpose, people: &[Carried]) -> Vec<Unfit> {
    people
        .iter()
        .flat_map(|person| {
            let about = |field: (&str, &str), refuses, why: (String, String)| Unfit {
                person: person.person,
                code: person.code.clone(),
                name: person.particulars.name.as_str().to_owned(),
                field_ja: field.0.to_owned(),
                field_en: field.1.to_owned(),
                refuses,
                why_ja: why.0,
                why_en: why.1,
            };
            let refused = format
                .check(&shown(person))
                .into_iter()
                .map(|(field, wrong)| {
                    let why = (wrong.japanese(), wrong.english());
                    about((field.japanese(), field.english()), true, why)
                });
            let short = shortages(purpose, &filed(person)).into_iter().map(|short| {
                let why = (short.japanese(), short.english());
                about((short.item.japanese(), short.item.english()), false, why)
            });
            refused.chain(short).collect::<Vec<_>>()
        })
        .collect()
}

fn row(person: &Disclosed) -> Row<'_> {
    Row {
        shown: shown(&person.carried),
        number: &person.number,
    }
}

fn shown(person: &Carried) -> Shown<'_> {
    let particulars = &person.particulars;
    let payment = person.payment.as_deref();
    let payment = payment.and_then(|id| Payments::current().find(id));
    Shown {
        code: &person.code,
        relationship: match (person.kind, person.relationship) {
            (_, Some(relationship)) => relationship.japanese(),
            (PersonKind::Employee, None) => "本人",
            (PersonKind::Proprietor, None) => "事業主",
            (PersonKind::Dependant | PersonKind::Payee, None) => "",
        },
        name: particulars.name.as_str(),
        kana: particulars.kana.as_ref().map_or("", |kana| kana.as_str()),
        birth_date: particulars.birth_date,
        payment: payment.map_or("", |payment| payment.ja.as_str()),
    }
}

fn filed(person: &Carried) -> Filed<'_> {
    let particulars = &person.particulars;
    let filing_name = particulars.filing_name.as_ref();
    Filed {
        name: filing_name.map_or(particulars.name.as_str(), |name| name.as_str()),
        kana: particulars.kana.as_ref().map_or("", |kana| kana.as_str()),
        address: particulars.address.as_ref().map_or("", |a| a.as_str()),
    }
}
