//! The pictures of the characters that codes are written with.
//!
//! The code tag ends [`RIGHT`] pixels left of the screen's right edge and begins [`TOP`]
//! pixels below its top, at every screen size: character i from the right has its cell's
//! left edge at `width - RIGHT - (i + 1) * CELL_WIDTH`. Left of the text the tag is white.

use super::{Headless, Picture};

/// Every character of a code tag.
pub const CHARACTERS: &str = "SDE-0123456789 ";
pub const CELL_WIDTH: u32 = 14;
pub const CELL_HEIGHT: u32 = 28;
/// From the right edge of the screen to the right edge of the last cell.
pub const RIGHT: u32 = 24;
/// From the top of the screen to the top of the cells.
pub const TOP: u32 = 14;
/// The longest tag: a screen, a dialog and an error.
pub const CELLS: u32 = 17;

/// From the right edge of the screen to the left edge of the cell that counts the plugged
/// sticks; there is no white cell while there are none.
pub const STICKS: u32 = 296;

/// The grid of recovery words (S-120, S-130, S-210): where the first cell of a word's
/// position and of its place in the list stand, and the pitch of the grid.
pub const WORDS_ORIGIN: (u32, u32) = (32, 180);
pub const WORDS_PITCH: (u32, u32) = (320, 96);
pub const WORDS_COLUMNS: u32 = 3;
pub const WORD_POSITION: (u32, u32) = (10, 12);
pub const WORD_PLACE: (u32, u32) = (52, 52);

/// The sheet: one line of cells, and its description.
pub struct CodeSheet {
    pub picture: Picture,
    pub toml: String,
}

/// Cuts every character out of the tag of a drawn screen.
pub fn draw() -> CodeSheet {
    let mut kiosk = Headless::new(1024, 768);
    kiosk.show_tag(CHARACTERS);
    let count = CHARACTERS.len() as u32;
    let picture = kiosk.picture().cut(
        1024 - RIGHT - count * CELL_WIDTH,
        TOP,
        count * CELL_WIDTH,
        CELL_HEIGHT,
    );
    CodeSheet {
        picture,
        toml: toml(),
    }
}

fn toml() -> String {
    format!(
        r##"# Written by `cargo run -p kiosk --no-default-features --features stick --example code_sheet`.
# code_glyphs.png holds these characters from left to right, one cell each.
characters = "{CHARACTERS}"
cell_width = {CELL_WIDTH}
cell_height = {CELL_HEIGHT}
# From the right edge of the screen to the right edge of the tag's last cell, and from the
# top of the screen to the top of its cells.
right = {RIGHT}
top = {TOP}
# Cells of the longest tag; unused ones, on the left, are blank.
cells = {CELLS}
# From the right edge of the screen to the left edge of the cell, at the same height, that
# counts the plugged sticks; it is no white cell while there are none.
sticks = {STICKS}

# Recovery words (S-120, S-130, S-210): word n (from 0) has its box at
# origin + (n % columns, n / columns) * pitch; inside the box two cells at `position` say
# which word it is (01-12), and on S-120 four cells at `place` its place in the list
# (0001-2048), which S-130 and S-210 take instead of the word. Boxes that are not asked
# on S-130 are grey and have no position.
[words]
origin = [{}, {}]
pitch = [{}, {}]
columns = {WORDS_COLUMNS}
position = [{}, {}]
place = [{}, {}]
"##,
        WORDS_ORIGIN.0,
        WORDS_ORIGIN.1,
        WORDS_PITCH.0,
        WORDS_PITCH.1,
        WORD_POSITION.0,
        WORD_POSITION.1,
        WORD_PLACE.0,
        WORD_PLACE.1,
    )
}

/// Reads cells as an image test does: `None` where a cell is no known character.
pub fn read(sheet: &Picture, picture: &Picture, x: u32, y: u32, cells: u32) -> Option<String> {
    (0..cells)
        .map(|i| {
            let cell = picture.cut(x + i * CELL_WIDTH, y, CELL_WIDTH, CELL_HEIGHT);
            CHARACTERS.chars().enumerate().find_map(|(n, c)| {
                (sheet.cut(n as u32 * CELL_WIDTH, 0, CELL_WIDTH, CELL_HEIGHT) == cell).then_some(c)
            })
        })
        .collect()
}

/// Reads the code tag.
pub fn read_tag(sheet: &Picture, picture: &Picture) -> Option<String> {
    let x = picture.width - RIGHT - CELLS * CELL_WIDTH;
    read(sheet, picture, x, TOP, CELLS).map(|text| text.trim_start().to_owned())
}
