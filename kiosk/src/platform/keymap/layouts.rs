//! Which characters stand on the keys of each layout.

use crate::app::Layout;

/// Characters without and with Shift, by key code. The letters are the same on all.
pub type Table = &'static [(u16, char, char)];

const LETTERS: &[(u16, &str)] = &[(16, "qwertyuiop"), (30, "asdfghjkl"), (44, "zxcvbnm")];

const US: Table = &[
    (2, '1', '!'),
    (3, '2', '@'),
    (4, '3', '#'),
    (5, '4', '$'),
    (6, '5', '%'),
    (7, '6', '^'),
    (8, '7', '&'),
    (9, '8', '*'),
    (10, '9', '('),
    (11, '0', ')'),
    (12, '-', '_'),
    (13, '=', '+'),
    (26, '[', '{'),
    (27, ']', '}'),
    (39, ';', ':'),
    (40, '\'', '"'),
    (41, '`', '~'),
    (43, '\\', '|'),
    (51, ',', '<'),
    (52, '.', '>'),
    (53, '/', '?'),
    (86, '\\', '|'),
];

/// The yen key (124) and the ろ key left of the right Shift (89) both give a backslash, as
/// they do on Windows: a passphrase typed there is the same here.
const JIS: Table = &[
    (2, '1', '!'),
    (3, '2', '"'),
    (4, '3', '#'),
    (5, '4', '$'),
    (6, '5', '%'),
    (7, '6', '&'),
    (8, '7', '\''),
    (9, '8', '('),
    (10, '9', ')'),
    (11, '0', '0'),
    (12, '-', '='),
    (13, '^', '~'),
    (26, '@', '`'),
    (27, '[', '{'),
    (39, ';', '+'),
    (40, ':', '*'),
    (43, ']', '}'),
    (51, ',', '<'),
    (52, '.', '>'),
    (53, '/', '?'),
    (86, '\\', '_'),
    (89, '\\', '_'),
    (124, '\\', '|'),
];

const UK: Table = &[
    (2, '1', '!'),
    (3, '2', '"'),
    (4, '3', '£'),
    (5, '4', '$'),
    (6, '5', '%'),
    (7, '6', '^'),
    (8, '7', '&'),
    (9, '8', '*'),
    (10, '9', '('),
    (11, '0', ')'),
    (12, '-', '_'),
    (13, '=', '+'),
    (26, '[', '{'),
    (27, ']', '}'),
    (39, ';', ':'),
    (40, '\'', '@'),
    (41, '`', '¬'),
    (43, '#', '~'),
    (51, ',', '<'),
    (52, '.', '>'),
    (53, '/', '?'),
    (86, '\\', '|'),
];

/// The same with AltGr.
pub const UK_ALT_GR: Table = &[
    (5, '€', '€'),
    (18, 'é', 'É'),
    (22, 'ú', 'Ú'),
    (23, 'í', 'Í'),
    (24, 'ó', 'Ó'),
    (30, 'á', 'Á'),
    (41, '¦', '¦'),
];

pub fn table(layout: Layout) -> Table {
    match layout {
        Layout::Jis => JIS,
        Layout::Us => US,
        Layout::Uk => UK,
    }
}

pub fn find(table: Table, code: u16) -> Option<(char, char)> {
    let key = table.iter().find(|(key, ..)| *key == code)?;
    Some((key.1, key.2))
}

/// The letter of a key, which is the same on all layouts.
pub fn letter(code: u16) -> Option<char> {
    LETTERS.iter().find_map(|(first, row)| {
        let offset = code.checked_sub(*first)?;
        row.chars().nth(offset.into())
    })
}

/// What comes out when the keys on which a keyboard of layout `printed` shows `text` are
/// pressed while the layout is set to `set`: how a wrong layout is told from a right one.
pub fn typed_as(text: &str, printed: Layout, set: Layout) -> String {
    text.chars()
        .filter_map(|c| {
            // The last: a JIS keyboard has no key 86, the tables only know what it would be.
            let (code, plain, _) = table(printed)
                .iter()
                .rev()
                .find(|(_, plain, shifted)| c == *plain || c == *shifted)?;
            let (as_plain, as_shifted) = find(table(set), *code)?;
            Some(if c == *plain { as_plain } else { as_shifted })
        })
        .collect()
}
