//! The formats that hand-overs are written in, as the keeper needs them.

use crate::refusal::Refusal;
use codes::ErrorCode;
use mynumber::Purpose;
use transfer::{FieldName, FormatId};
use vault::Disclosed;
use zeroize::Zeroizing;

pub(crate) struct Format {
    pub id: FormatId,
    pub fields: Vec<FieldName>,
    pub name_ja: String,
    pub name_en: String,
    pub ending: &'static str,
}

pub(crate) fn first_format() -> Result<Format, Refusal> {
    Err(ErrorCode::Internal.into())
}

pub(crate) fn format(_id: &str) -> Result<Format, Refusal> {
    first_format()
}

impl Format {
    pub(crate) fn write(
        &self,
        _people: &[Disclosed],
        _purpose: Purpose,
    ) -> Result<Zeroizing<Vec<u8>>, Refusal> {
        Err(ErrorCode::Internal.into())
    }
}
