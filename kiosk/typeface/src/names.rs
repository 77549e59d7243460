//! The table `name`: a face under a family name of its own, with the copyright it had.

use crate::Error;
use skrifa::raw::{FontRef, TableProvider as _, types::NameId};
use skrifa::{MetadataProvider as _, string::StringId};

/// Windows, Unicode BMP, English (United States).
const PLATFORM: [u16; 3] = [3, 1, 0x409];

/// What is kept of the original: copyright, trademark, maker, designer, licence and its address.
const KEPT: [NameId; 6] = [
    NameId::COPYRIGHT_NOTICE,
    NameId::TRADEMARK,
    NameId::MANUFACTURER,
    NameId::DESIGNER,
    NameId::LICENSE_DESCRIPTION,
    NameId::LICENSE_URL,
];

/// The family name of a face.
pub fn family(font: &FontRef<'_>) -> Option<String> {
    let name = font
        .localized_strings(StringId::FAMILY_NAME)
        .english_or_first()?;
    Some(name.chars().collect())
}

/// A table that names `font` `family`, with its style and its legal notices.
pub fn renamed(font: &FontRef<'_>, family: &str) -> Result<Vec<u8>, Error> {
    let english = |id: NameId| -> Option<String> {
        let name = font.localized_strings(id).english_or_first()?;
        Some(name.chars().collect())
    };
    // A bounds check of the original table comes with the first read.
    font.name()?;
    let style = english(NameId::SUBFAMILY_NAME).unwrap_or_else(|| "Regular".into());
    let mut strings: Vec<(u16, String)> = KEPT
        .into_iter()
        .filter_map(|id| Some((id.to_u16(), english(id)?)))
        .collect();
    strings.push((1, family.into()));
    strings.push((2, style.clone()));
    strings.push((3, format!("{family} {style}")));
    strings.push((4, format!("{family} {style}")));
    strings.push((6, format!("{}-{style}", family.replace(' ', ""))));
    strings.sort();
    Ok(write(&strings))
}

fn write(strings: &[(u16, String)]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut storage = Vec::new();
    out.extend([0; 2]); // format 0
    out.extend((strings.len() as u16).to_be_bytes());
    out.extend((6 + 12 * strings.len() as u16).to_be_bytes());
    for (id, text) in strings {
        let start = storage.len() as u16;
        storage.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        let length = storage.len() as u16 - start;
        for value in PLATFORM.into_iter().chain([*id, length, start]) {
            out.extend(value.to_be_bytes());
        }
    }
    out.extend(storage);
    out
}
