//! The formats of `apps/formats`, as hand-overs and whitelist entries need them.

use crate::refusal::Refusal;
use codes::ErrorCode;
use formats::{Format, Row, WriteError};
use mynumber::people::PersonKind;
use mynumber::{Payments, Purpose};
use transfer::{FieldName, FormatId};
use vault::Disclosed;
use zeroize::Zeroizing;

/// What an approval allows: the usual format for its purpose.
pub(crate) fn usual(purpose: Purpose) -> Result<&'static Format, Refusal> {
    formats::usual(purpose).ok_or(ErrorCode::Internal.into())
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

fn row(person: &Disclosed) -> Row<'_> {
    let particulars = &person.particulars;
    let payment = person.payment.as_deref();
    let payment = payment.and_then(|id| Payments::current().find(id));
    Row {
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
        number: &person.number,
    }
}
