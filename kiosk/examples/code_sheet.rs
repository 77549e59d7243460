//! Writes the pictures of the code tag's characters, from which image tests read where
//! the kiosk is: `image-tests/data/code_glyphs.png` and `.toml`.
//!
//! `cargo run -p kiosk --no-default-features --features stick --example code_sheet`

#![allow(clippy::unwrap_used, reason = "a developer's tool")]

use kiosk::headless::code_sheet::{self, CodeSheet};
use std::path::Path;

fn main() {
    let CodeSheet { picture, toml } = code_sheet::draw();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../image-tests/data");
    std::fs::create_dir_all(&folder).unwrap();
    let file = std::fs::File::create(folder.join("code_glyphs.png")).unwrap();
    let mut encoder = png::Encoder::new(file, picture.width, picture.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&picture.rgb()).unwrap();
    std::fs::write(folder.join("code_glyphs.toml"), toml).unwrap();
}
