//! The gallery against pictures that somebody looked at: every page, both languages, three
//! panels. `KURAMORI_BLESS=1 cargo test -p kiosk --test golden` draws them anew; look at them
//! before they are committed.
//!
//! Tolerance: a picture is kept with sixteen steps a channel, so that it is small, and what is
//! drawn is compared after the same rounding, pixel by pixel. A change of less than 1/15 of a
//! channel may pass; nothing else does.

#![allow(clippy::unwrap_used, reason = "tests")]

use codes::Language;
use kiosk::app::gallery::{PAGES, SIZES};
use kiosk::headless::{Headless, Picture};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A picture with few colours.
#[derive(PartialEq, Eq)]
struct Small {
    width: u32,
    height: u32,
    pixels: Vec<[u8; 3]>,
}

impl Small {
    fn of(picture: &Picture) -> Self {
        let round = |rgb: [u8; 3]| rgb.map(|c| (c / 17 + u8::from(c % 17 > 8)) * 17);
        Self {
            width: picture.width,
            height: picture.height,
            pixels: picture.pixels.iter().map(|p| round(p.rgb())).collect(),
        }
    }

    /// With a palette where 256 colours are enough.
    fn write(&self, path: &Path) {
        let file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
        let mut encoder = png::Encoder::new(file, self.width, self.height);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        encoder.set_filter(png::Filter::NoFilter);
        let colours: BTreeSet<[u8; 3]> = self.pixels.iter().copied().collect();
        let colours: Vec<[u8; 3]> = colours.into_iter().collect();
        let bytes: Vec<u8> = if colours.len() <= 256 {
            encoder.set_color(png::ColorType::Indexed);
            encoder.set_palette(colours.concat());
            let index = |c: &[u8; 3]| colours.binary_search(c).unwrap() as u8;
            self.pixels.iter().map(index).collect()
        } else {
            encoder.set_color(png::ColorType::Rgb);
            self.pixels.concat()
        };
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&bytes).unwrap();
    }

    fn read(path: &Path) -> Option<Self> {
        let file = std::fs::File::open(path).ok()?;
        let mut decoder = png::Decoder::new(std::io::BufReader::new(file));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().ok()?;
        let mut bytes = vec![0; reader.output_buffer_size()?];
        let frame = reader.next_frame(&mut bytes).ok()?;
        Some(Self {
            width: frame.width,
            height: frame.height,
            pixels: bytes[..frame.buffer_size()].as_chunks().0.to_vec(),
        })
    }

    /// How many pixels differ and where the first is.
    fn differs(&self, other: &Self) -> Option<String> {
        if (self.width, self.height) != (other.width, other.height) {
            return Some("another size".into());
        }
        let pairs = self.pixels.iter().zip(&other.pixels).enumerate();
        let differing = pairs.filter(|(_, (a, b))| a != b).map(|(at, _)| at);
        let mut places = differing.peekable();
        let first = *places.peek()? as u32;
        let (x, y) = (first % self.width, first / self.width);
        Some(format!("{} pixels, the first at {x}, {y}", places.count()))
    }
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Draws every page on one panel; gives back what differs.
fn compare(width: u32, height: u32, millimetres: (u32, u32)) -> Vec<String> {
    let bless = std::env::var_os("KURAMORI_BLESS").is_some();
    let golden = folder("tests/golden").join(format!("{width}x{height}"));
    let drawn = folder("../target/golden").join(format!("{width}x{height}"));
    std::fs::create_dir_all(if bless { &golden } else { &drawn }).unwrap();
    let mut kiosk = Headless::on_panel((width, height), Some(millimetres));
    let mut wrong = Vec::new();
    for page in &PAGES {
        for (language, code) in [(Language::Japanese, "ja"), (Language::English, "en")] {
            let name = format!("{}-{code}.png", page.name);
            let now = Small::of(&kiosk.show(&page.view(language)));
            let kept = Small::read(&golden.join(&name));
            let differs = match &kept {
                Some(kept) => kept.differs(&now),
                None => Some("there is no picture".into()),
            };
            if let Some(how) = differs {
                if bless {
                    now.write(&golden.join(&name));
                } else {
                    now.write(&drawn.join(&name));
                    wrong.push(format!("{width}x{height}/{name}: {how}"));
                }
            }
        }
    }
    wrong
}

#[track_caller]
fn hold(index: usize) {
    let (width, height, millimetres) = SIZES[index];
    let wrong = compare(width, height, millimetres);
    assert!(
        wrong.is_empty(),
        "{wrong:#?}\nWhat was drawn is under target/golden. If it is right, bless it."
    );
}

#[test]
fn the_smallest_screen() {
    hold(0);
}

#[test]
fn a_full_hd_screen() {
    hold(1);
}

#[test]
fn a_4k_screen_at_twice_the_size() {
    let (width, height, millimetres) = SIZES[2];
    let percent = std::thread::spawn(move || {
        let mut kiosk = Headless::on_panel((width, height), Some(millimetres));
        kiosk.canvas().percent()
    });
    assert_eq!(percent.join().unwrap(), 200);
    hold(2);
}

#[test]
fn no_picture_is_left_of_a_page_that_is_gone() {
    for (width, height, _) in SIZES {
        let golden = folder("tests/golden").join(format!("{width}x{height}"));
        for entry in std::fs::read_dir(golden).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let page = name.rsplit_once('-').map(|(page, _)| page);
            let known = PAGES.iter().any(|p| Some(p.name) == page);
            assert!(known, "{name} is of no page");
        }
    }
}

#[test]
fn a_picture_that_differs_in_one_pixel_is_found() {
    let pixel = |c| kiosk::platform::pixel::Xrgb(c);
    let picture = |c| Picture {
        width: 2,
        height: 1,
        pixels: vec![pixel(0xffffff), pixel(c)],
    };
    let golden = Small::of(&picture(0x0017c1));
    assert_eq!(golden.differs(&Small::of(&picture(0x0017c1))), None);
    assert_eq!(
        golden.differs(&Small::of(&picture(0x0044c1))).as_deref(),
        Some("1 pixels, the first at 1, 0")
    );
}
