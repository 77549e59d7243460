//! The formats of `apps/formats`, as hand-overs and whitelist entries need them.

use crate::refusal::Refusal;
use codes::ErrorCode;
use formats::{Format, Row, WriteError};
use mynumber::Purpose;
use transfer::{FieldName, FormatId};
use vault::Disclosed;
use zeroize::Zeroizing;

/// What an approval allows: the usual format.
pub(crate) fn usual() -> Result<&'static Format, Refusal> {
    formats::formats().first().ok_or(ErrorCode::Internal.into())
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
    let fields = &person.fields;
    Row {
        employee_no: fields.employee_no.as_str(),
        name: fields.name.as_str(),
        kana: fields.kana.as_ref().map_or("", |kana| kana.as_str()),
        birth_date: fields.birth_date,
        number: &person.number,
    }
}
