//! The theme's colours against each other (WCAG 2.2, 1.4.3 and 1.4.11), and the focus ring by
//! the Digital Agency Design System's numbers.

#![allow(clippy::unwrap_used, reason = "tests")]

use kiosk::headless::Headless;
use kiosk::ui::Theme;
use slint::{Color, ComponentHandle};

/// Text below 24 px, or below 18.66 px bold.
const TEXT: f64 = 4.5;
/// Borders, marks and the focus.
const PARTS: f64 = 3.0;

/// Relative luminance of an opaque colour (WCAG 2.2, definition).
fn luminance(color: Color) -> f64 {
    assert_eq!(color.alpha(), 255);
    let channel = |byte: u8| {
        let c = f64::from(byte) / 255.0;
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(color.red()) + 0.7152 * channel(color.green()) + 0.0722 * channel(color.blue())
}

fn contrast(a: Color, b: Color) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

type Named = (&'static str, Color);

fn hold(pairs: &[(Named, Named)], least: f64) {
    for ((on, ink), (under, ground)) in pairs {
        let found = contrast(*ink, *ground);
        assert!(found >= least, "{on} on {under}: {found:.2} < {least}");
    }
}

#[test]
fn the_formula_gives_the_known_figures() {
    let (black, white) = (
        Color::from_rgb_u8(0, 0, 0),
        Color::from_rgb_u8(255, 255, 255),
    );
    assert!((contrast(black, white) - 21.0).abs() < 1e-9);
    let grey = Color::from_rgb_u8(0x76, 0x76, 0x76);
    assert!((contrast(grey, white) - 4.54).abs() < 0.01);
}

#[test]
fn text_borders_and_focus_are_seen_on_every_ground_they_stand_on() {
    let kiosk = Headless::new(1024, 768);
    let theme = kiosk.component().global::<Theme>();
    let ground = ("ground", theme.get_ground());
    let quiet = ("ground-quiet", theme.get_ground_quiet());
    let odd = ("ground-odd", theme.get_ground_odd());
    let selected = ("key-light", theme.get_key_light());
    let revealed = ("revealed", theme.get_revealed());
    let key = ("key", theme.get_key());
    let pressed = ("key-dark", theme.get_key_dark());
    let tag = ("code-tag", theme.get_code_tag());
    let text = ("text", theme.get_text());
    let text_quiet = ("text-quiet", theme.get_text_quiet());
    let on_key = ("on-key", theme.get_on_key());
    let good = ("good", theme.get_good());
    let good_light = ("good-light", theme.get_good_light());
    let bad = ("bad", theme.get_bad());
    let bad_light = ("bad-light", theme.get_bad_light());
    let warning = ("warning", theme.get_warning());
    let warning_light = ("warning-light", theme.get_warning_light());

    let mut pairs = vec![
        (text_quiet, ground),
        (text_quiet, revealed),
        (on_key, key),
        (on_key, pressed),
        (key, ground),
        (key, quiet),
        (key, selected),
        (key, tag),
        (good, good_light),
        (bad, bad_light),
        (warning, warning_light),
        (warning, ground),
        (on_key, good),
        (on_key, bad),
        (on_key, warning),
    ];
    for under in [
        ground, quiet, odd, selected, revealed, good_light, bad_light,
    ] {
        pairs.push((text, under));
    }
    // Rows have a tone wherever they stand.
    for under in [ground, odd, selected] {
        pairs.push((good, under));
        pairs.push((bad, under));
    }
    hold(&pairs, TEXT);

    let line = ("line", theme.get_line());
    hold(
        &[
            (line, ground),
            (line, quiet),
            (bad, ground),
            (good, ground),
            (key, ground),
            // The bar of the selected row, and what a row is selected by beside it.
            (key, selected),
        ],
        PARTS,
    );

    let inner = ("ring-inner", theme.get_ring_inner());
    let outer = ("ring-outer", theme.get_ring_outer());
    hold(&[(inner, outer)], PARTS);
    for under in [
        ground, quiet, odd, selected, revealed, key, pressed, bad_light,
    ] {
        let best = contrast(inner.1, under.1).max(contrast(outer.1, under.1));
        assert!(best >= PARTS, "the ring on {}: {best:.2}", under.0);
    }
    assert_eq!(theme.get_ring_inner_width(), 2.0);
    assert_eq!(theme.get_ring_outer_width(), 4.0);
    for size in [
        theme.get_text_small(),
        theme.get_text_body(),
        theme.get_text_large(),
    ] {
        assert!(size >= 14.0, "no text below 14 pixels");
    }
}

#[test]
fn no_colour_stands_outside_the_theme() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/ui");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name == "theme.slint" {
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        for (number, line) in source.lines().enumerate() {
            // `Cells` is what image tests compare pixels with: black on white by definition.
            let cells =
                name == "widgets.slint" && (line.contains("#000000") || line.contains("#ffffff"));
            let code = line.split("//").next().unwrap();
            assert!(
                !code.contains('#') || cells,
                "{name}:{}: {line}",
                number + 1
            );
        }
    }
}
