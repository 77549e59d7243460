//! The gallery against pictures that somebody looked at: every page, both languages, three
//! panels. `KURAMORI_BLESS=1 cargo test -p kiosk --test golden` draws them anew; look at them
//! before they are committed.
//!
//! Tolerance: a picture is kept with sixteen steps a channel, so that it is small, and what is
//! drawn is compared after the same rounding, pixel by pixel. A change of less than 1/16 of a
//! channel may pass; nothing else does.

#![allow(clippy::unwrap_used, reason = "tests")]

use codes::Language;
use kiosk::app::gallery::{PAGES, SIZES};
use kiosk::headless::{Headless, Picture};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A picture with few colours: an index a pixel.
#[derive(PartialEq, Eq)]
struct Small {
    width: u32,
    height: u32,
    /// Red, green, blue; each a multiple of 17.
    palette: Vec<[u8; 3]>,
    pixels: Vec<u8>,
}

impl Small {
    /// # Panics
    /// With more than 256 colours left.
    fn of(picture: &Picture) -> Self {
        let round = |[r, g, b]: [u8; 3]| [r, g, b].map(|c| (c >> 4) * 17);
        let rounded: Vec<[u8; 3]> = picture.pixels.iter().map(|p| round(p.rgb())).collect();
        let mut palette: BTreeMap<[u8; 3], u8> = rounded.iter().map(|c| (*c, 0)).collect();
        assert!(palette.len() <= 256, "{} colours", palette.len());
        for (index, number) in palette.values_mut().enumerate() {
            *number = index as u8;
        }
        Self {
            width: picture.width,
            height: picture.height,
            pixels: rounded.iter().map(|c| palette[c]).collect(),
            palette: palette.into_keys().collect(),
        }
    }

    fn write(&self, path: &Path) {
        let file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
        let mut encoder = png::Encoder::new(file, self.width, self.height);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_palette(self.palette.concat());
        encoder.set_compression(png::Compression::High);
        encoder.set_filter(png::Filter::NoFilter);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&self.pixels).unwrap();
    }

    fn read(path: &Path) -> Option<Self> {
        let file = std::fs::File::open(path).ok()?;
        let mut decoder = png::Decoder::new(std::io::BufReader::new(file));
        decoder.set_transformations(png::Transformations::IDENTITY);
        let mut reader = decoder.read_info().ok()?;
        let mut pixels = vec![0; reader.output_buffer_size()?];
        reader.next_frame(&mut pixels).ok()?;
        let info = reader.info();
        Some(Self {
            width: info.width,
            height: info.height,
            palette: info.palette.as_ref()?.as_chunks().0.to_vec(),
            pixels,
        })
    }

    fn colour(&self, at: usize) -> [u8; 3] {
        self.palette[usize::from(self.pixels[at])]
    }

    /// How many pixels differ and where the first is.
    fn differs(&self, other: &Self) -> Option<String> {
        if (self.width, self.height) != (other.width, other.height) {
            return Some("another size".into());
        }
        let other_pixels =
            (0..self.pixels.len()).filter(|at| self.colour(*at) != other.colour(*at));
        let mut places = other_pixels.peekable();
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
        golden.differs(&Small::of(&picture(0x0017e1))).as_deref(),
        Some("1 pixels, the first at 1, 0")
    );
}
