//! Every widget in every look, in both languages.
//!
//! `cargo run -p kiosk --example gallery` shows them in a window: ← → turn the pages, F9
//! changes the language. `… --example gallery -- --png DIR` writes pictures at the sizes of
//! `tests/golden` instead, without a display.

#![allow(clippy::unwrap_used, reason = "a developer's tool")]

use codes::Language;
use kiosk::app::gallery::{PAGES, SIZES};
use kiosk::headless::{Headless, Picture};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match (arguments.next(), arguments.next()) {
        (Some(flag), Some(folder)) if flag == "--png" => {
            draw(folder.into());
            ExitCode::SUCCESS
        }
        (None, None) => window(),
        _ => {
            eprintln!("usage: gallery [--png DIR]");
            ExitCode::FAILURE
        }
    }
}

/// One thread a size: Slint keeps its platform per thread.
fn draw(folder: PathBuf) {
    std::fs::create_dir_all(&folder).unwrap();
    for (width, height, millimetres) in SIZES {
        let folder = folder.clone();
        let drawing = std::thread::spawn(move || {
            let mut kiosk = Headless::on_panel((width, height), Some(millimetres));
            for page in &PAGES {
                for (language, code) in [(Language::Japanese, "ja"), (Language::English, "en")] {
                    let name = format!("{}-{width}x{height}-{code}.png", page.name);
                    save(&folder.join(name), &kiosk.show(&page.view(language)));
                }
            }
        });
        drawing.join().unwrap();
    }
}

fn save(path: &Path, picture: &Picture) {
    let file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let mut encoder = png::Encoder::new(file, picture.width, picture.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&picture.rgb()).unwrap();
}

#[cfg(not(feature = "desktop"))]
fn window() -> ExitCode {
    eprintln!("a window needs the feature desktop; --png DIR draws without one");
    ExitCode::FAILURE
}

#[cfg(feature = "desktop")]
fn window() -> ExitCode {
    use kiosk::bind::Binding;
    use kiosk::ui;
    use slint::ComponentHandle;
    use slint::platform::Key;
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;

    let font = kiosk::fonts::developers_file().unwrap();
    kiosk::fonts::register(&font).unwrap();
    let window = ui::Kiosk::new().unwrap();
    let binding = Rc::new(RefCell::new(Binding::new(&window, |_| {})));
    let at = Rc::new(Cell::new((0, Language::Japanese)));
    let show = move |binding: &RefCell<Binding>, (page, language): (usize, Language)| {
        binding.borrow_mut().show(PAGES[page].view(language));
    };
    show(&binding, at.get());
    let shown = binding.clone();
    window
        .global::<ui::State>()
        .on_window_key(move |text, _, _| {
            let (page, language) = at.get();
            let is = |key: Key| text.chars().eq([char::from(key)]);
            let next = if is(Key::RightArrow) {
                ((page + 1) % PAGES.len(), language)
            } else if is(Key::LeftArrow) {
                ((page + PAGES.len() - 1) % PAGES.len(), language)
            } else if is(Key::F9) {
                let other = match language {
                    Language::Japanese => Language::English,
                    Language::English => Language::Japanese,
                };
                (page, other)
            } else {
                return false;
            };
            at.set(next);
            show(&shown, next);
            true
        });
    window.run().unwrap();
    ExitCode::SUCCESS
}
