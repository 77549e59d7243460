//! Names are drawn as they are written: by the renderer that ships, compared by pixels.

#![allow(clippy::unwrap_used, reason = "tests")]

use kiosk::fonts::{self, Coverage};
use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType};
use slint::platform::{Platform, PlatformError, WindowAdapter};
use slint::{ComponentHandle, PhysicalSize, Rgb8Pixel};
use std::rc::Rc;

const SIZE: u32 = 40;
const LINE: u32 = 56;
const MARGIN: u32 = 8;

slint::slint! {
    export component Line inherits Window {
        in property <string> text;
        in property <int> weight: 400;
        background: white;
        Text {
            x: 8px;
            y: 8px;
            font-size: 40px;
            font-weight: root.weight;
            color: black;
            text: root.text;
        }
    }
}

struct Memory(Rc<MinimalSoftwareWindow>);

impl Platform for Memory {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.0.clone())
    }
}

/// A line of text in memory; one a thread, and so one a test.
struct Canvas {
    window: Rc<MinimalSoftwareWindow>,
    line: Line,
    coverage: Coverage,
}

impl Canvas {
    fn new() -> Self {
        let window = MinimalSoftwareWindow::new(RepaintBufferType::NewBuffer);
        slint::platform::set_platform(Box::new(Memory(window.clone()))).unwrap();
        let coverage = fonts::register(&fonts::developers_file().unwrap()).unwrap();
        let line = Line::new().unwrap();
        line.show().unwrap();
        Self {
            window,
            line,
            coverage,
        }
    }

    /// Darkness of every pixel of a line `cells` full-width characters long.
    fn draw_line(&self, text: &str, cells: u32) -> Vec<u8> {
        let width = 2 * MARGIN + cells * SIZE;
        self.window.set_size(PhysicalSize::new(width, LINE));
        self.line.set_text(text.into());
        let mut pixels = vec![Rgb8Pixel::default(); (width * LINE) as usize];
        self.window.request_redraw();
        assert!(self.window.draw_if_needed(|renderer| {
            renderer.render(&mut pixels, width as usize);
        }));
        pixels.iter().map(|pixel| 255 - pixel.g).collect()
    }

    /// One character, with room to its right to see that nothing follows.
    fn draw(&self, text: &str) -> Vec<u8> {
        self.draw_line(text, 2)
    }

    fn bold(&self, bold: bool) {
        self.line.set_weight(if bold { 700 } else { 400 });
    }
}

fn is_blank(drawn: &[u8]) -> bool {
    drawn.iter().all(|darkness| *darkness == 0)
}

/// Width of what is drawn, in pixels.
fn width(drawn: &[u8], cells: u32) -> u32 {
    let width = 2 * MARGIN + cells * SIZE;
    let dark = |x: &u32| (0..LINE).any(|y| drawn[(y * width + x) as usize] > 0);
    match ((0..width).find(dark), (0..width).rev().find(dark)) {
        (Some(first), Some(last)) => last - first + 1,
        _ => 0,
    }
}

#[test]
fn characters_that_the_first_font_lacks_are_drawn_by_the_second() {
    let canvas = Canvas::new();
    for bold in [false, true] {
        canvas.bold(bold);
        let geta = canvas.draw("〓");
        for (strange, usual) in [("𠮷", "吉"), ("𠀋", "丈"), ("𪚲", "歯"), ("䯊", "骨")]
        {
            let drawn = canvas.draw(strange);
            assert!(!is_blank(&drawn), "{strange}");
            assert!(drawn != geta, "{strange} is a mark for a missing type");
            assert!(drawn != canvas.draw(usual), "{strange} looks like {usual}");
        }
    }
}

#[test]
fn a_sequence_is_drawn_in_its_own_form() {
    let canvas = Canvas::new();
    for bold in [false, true] {
        canvas.bold(bold);
        // Both fonts have them; 邊 with U+E0103, U+E0105 and others only the second.
        for (base, selectors) in [
            ("祐", &['\u{e0100}'] as &[_]),
            ("葛", &['\u{e0100}']),
            ("辻", &['\u{e0100}']),
            ("邊", &['\u{e0103}', '\u{e0105}', '\u{e0107}']),
            ("邉", &['\u{e0102}', '\u{e0103}', '\u{e0104}']),
            ("神", &['\u{fe00}']),
        ] {
            let mut seen = vec![canvas.draw(base)];
            for selector in selectors {
                let sequence = format!("{base}{selector}");
                assert_eq!(canvas.coverage.missing(&sequence), None);
                let drawn = canvas.draw(&sequence);
                let code = u32::from(*selector);
                assert!(!is_blank(&drawn), "{base} U+{code:X}");
                assert!(
                    !seen.contains(&drawn),
                    "{base} U+{code:X} is not told apart"
                );
                assert!(
                    width(&drawn, 2) <= SIZE,
                    "{base} U+{code:X}: a second glyph"
                );
                seen.push(drawn);
            }
        }
    }
}

#[test]
fn a_sequence_that_looks_like_its_base_is_drawn_by_the_same_font() {
    let canvas = Canvas::new();
    for base in ["葛", "辻"] {
        assert!(canvas.draw(&format!("{base}\u{e0101}")) == canvas.draw(base));
    }
}

#[test]
fn a_character_of_no_font_is_seen_as_a_missing_type() {
    let canvas = Canvas::new();
    let geta = canvas.draw("〓");
    // Thai, Yi, a private character as 外字 of an old PC, plane 3, an emoji.
    for strange in ["ก", "ꀀ", "\u{e000}", "\u{30000}", "🦆"] {
        assert!(canvas.coverage.missing(strange).is_some(), "{strange}");
        assert!(canvas.draw(strange) == geta, "{strange}");
    }
    // A selector that means nothing leaves the character readable.
    let strange = "山\u{e01ef}";
    assert_eq!(
        canvas.coverage.missing(strange).unwrap().to_string(),
        "U+5C71 U+E01EF"
    );
    assert!(!is_blank(&canvas.draw(strange)));
}

#[test]
fn a_fallback_does_not_move_its_neighbours() {
    let canvas = Canvas::new();
    let alone = canvas.draw_line("田", 3);
    for strange in ["田𠮷田", "田邊\u{e0103}田", "田祐\u{e0100}田"] {
        let drawn = canvas.draw_line(strange, 3);
        let stride = (2 * MARGIN + 3 * SIZE) as usize;
        for (a, b) in alone.chunks(stride).zip(drawn.chunks(stride)) {
            let first = (MARGIN + SIZE - 2) as usize;
            assert!(a[..first] == b[..first], "{strange}");
        }
        assert!(width(&drawn, 3) > 2 * SIZE, "{strange}");
    }
}

#[test]
fn every_digit_is_equally_wide() {
    let canvas = Canvas::new();
    for bold in [false, true] {
        canvas.bold(bold);
        // A bar after the digits stands where they end.
        let bar = |digit: char| {
            let text = format!("{}|", digit.to_string().repeat(7));
            let drawn = canvas.draw_line(&text, 5);
            let stride = (2 * MARGIN + 5 * SIZE) as usize;
            drawn
                .chunks(stride)
                .filter_map(|line| line.iter().rposition(|darkness| *darkness > 0))
                .max()
                .unwrap()
        };
        let ends: Vec<usize> = ('0'..='9').map(bar).collect();
        assert!(ends.iter().all(|end| *end == ends[0]), "{ends:?}");
    }
}

/// To be looked at; nothing is compared.
#[test]
fn a_sheet_of_names_lies_beside_the_tests() {
    let canvas = Canvas::new();
    let lines = [
        "髙橋 祐\u{e0100} 太郎 𠮷川 祐",
        "葛葛\u{e0100}葛\u{e0101} 辻辻\u{e0100}辻\u{e0101} 神神\u{fe00}",
        "邊邊\u{e0100}邊\u{e0101}邊\u{e0102}邊\u{e0103}邊\u{e0104}邊\u{e0105}邊\u{e0106}邊\u{e0107}",
        "邉邉\u{e0100}邉\u{e0101}邉\u{e0102}邉\u{e0103}邉\u{e0104} 𩸽𠀋𪚲䯊",
        "ก 🦆 山\u{e01ef} か\u{309a} ～〜－― 0123456789",
    ];
    let mut rgb = Vec::new();
    for bold in [false, true] {
        canvas.bold(bold);
        for line in lines {
            let drawn = canvas.draw_line(line, 16);
            rgb.extend(drawn.iter().flat_map(|darkness| [255 - darkness; 3]));
        }
    }
    let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/names.png");
    let file = std::fs::File::create(path).unwrap();
    let height = LINE * 2 * lines.len() as u32;
    let mut encoder = png::Encoder::new(file, 2 * MARGIN + 16 * SIZE, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&rgb).unwrap();
}
