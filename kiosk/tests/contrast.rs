//! The theme's colours against each other (WCAG 2.2, 1.4.3 and 1.4.11), and the focus ring by
//! the Digital Agency Design System's numbers.

#![allow(clippy::unwrap_used, reason = "tests")]

use kiosk::headless::Headless;
use kiosk::ui::Theme;
use slint::{Color, ComponentHandle};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Text below 24 px, or below 18.66 px bold.
const TEXT: f64 = 4.5;
/// Borders, marks and the focus.
const PARTS: f64 = 3.0;
/// What cannot be used now: the standard asks nothing, people do.
const MADE_OUT: f64 = 2.5;

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

/// The colours of ui/theme.slint by their names.
fn theme() -> BTreeMap<String, Color> {
    let source = std::fs::read_to_string(ui().join("theme.slint")).unwrap();
    let colour = |line: &str| {
        let (name, value) = line
            .trim()
            .strip_prefix("out property <color> ")?
            .split_once(": #")?;
        let hex = value.split(';').next()?;
        let channel = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
        let alpha = if hex.len() == 8 { channel(6)? } else { 255 };
        let colour = Color::from_argb_u8(alpha, channel(0)?, channel(2)?, channel(4)?);
        Some((name.to_owned(), colour))
    };
    let colours: BTreeMap<String, Color> = source.lines().filter_map(colour).collect();
    assert_eq!(
        colours.len(),
        source.matches("<color>").count(),
        "each is read"
    );
    colours
}

fn ui() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ui")
}

/// Where colours stand on each other: what is drawn, on which grounds, how clearly at least.
struct Pairs {
    ink: &'static str,
    grounds: &'static [&'static str],
    least: f64,
}

const fn pairs(ink: &'static str, grounds: &'static [&'static str], least: f64) -> Pairs {
    Pairs {
        ink,
        grounds,
        least,
    }
}

/// Texts.
const TEXTS: [Pairs; 8] = [
    pairs(
        "text",
        &[
            "ground",
            "ground-quiet",
            "ground-odd",
            "key-light",
            "revealed",
            "good-light",
            "bad-light",
        ],
        TEXT,
    ),
    pairs("text-quiet", &["ground", "ground-quiet", "revealed"], TEXT),
    // Exempt from contrast; yet it can be made out.
    pairs("text-disabled", &["ground", "ground-quiet"], MADE_OUT),
    pairs(
        "on-key",
        &["key", "key-dark", "good", "bad", "warning"],
        TEXT,
    ),
    pairs(
        "key",
        &["ground", "ground-quiet", "key-light", "code-tag"],
        TEXT,
    ),
    // Rows have a tone wherever they stand.
    pairs(
        "good",
        &["ground", "ground-odd", "key-light", "good-light"],
        TEXT,
    ),
    pairs(
        "bad",
        &["ground", "ground-odd", "key-light", "bad-light"],
        TEXT,
    ),
    pairs("warning", &["ground", "warning-light"], TEXT),
];

/// Borders, bars and marks.
const MARKS: [Pairs; 10] = [
    pairs("line", &["ground", "ground-quiet", "ground-odd"], PARTS),
    pairs("bad", &["ground", "bad-light"], PARTS),
    pairs("good", &["ground", "good-light"], PARTS),
    pairs("warning", &["ground", "warning-light"], PARTS),
    // The bar of the selected row, and what a row is selected by beside it.
    pairs("key", &["ground", "ground-quiet", "key-light"], PARTS),
    // Beside the bar of a scrolled list.
    pairs("line", &["line-quiet"], PARTS),
    // What is off, on the key colour's side of the button that cannot be pressed.
    pairs("on-key", &["text-disabled"], MADE_OUT),
    pairs("ring-inner", &["ring-outer"], PARTS),
    // The caret.
    pairs("text", &["ground", "ground-quiet"], PARTS),
    // The line around the candidates.
    pairs("key-dark", &["ground", "ground-quiet"], PARTS),
];

/// Colours that only decorate or stand for something that cannot be used (WCAG 1.4.11), and the
/// shade behind a dialog.
const NO_CONTRAST_NEEDED: [&str; 3] = ["line-quiet", "line-disabled", "shade"];

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

fn hold(pairs: &[Pairs]) {
    let theme = theme();
    for Pairs {
        ink,
        grounds,
        least,
    } in pairs
    {
        for ground in *grounds {
            let found = contrast(theme[*ink], theme[*ground]);
            assert!(found >= *least, "{ink} on {ground}: {found:.2} < {least}");
        }
    }
}

/// The colours of the theme that stand in a property of this name anywhere in ui/.
fn used_as(property: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for entry in std::fs::read_dir(ui()).unwrap() {
        let source = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let code: String = source
            .lines()
            .map(|line| line.split("//").next().unwrap())
            .collect::<Vec<_>>()
            .join("\n");
        for (at, _) in code.match_indices(&format!("{property}:")) {
            if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '-') {
                continue;
            }
            let value = code[at..].split([';', '}']).next().unwrap();
            let colours = theme().into_keys();
            used.extend(colours.filter(|name| {
                value
                    .match_indices(&format!("Theme.{name}"))
                    .any(|(at, found)| {
                        let rest = &value[at + found.len()..];
                        !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-')
                    })
            }));
        }
    }
    used
}

#[test]
fn text_borders_and_marks_are_seen_on_every_ground_they_stand_on() {
    hold(&TEXTS);
    hold(&MARKS);
}

#[test]
fn every_colour_of_the_theme_is_held_against_another() {
    let named: BTreeSet<String> = TEXTS
        .iter()
        .chain(&MARKS)
        .flat_map(|pairs| pairs.grounds.iter().chain([&pairs.ink]))
        .chain(&NO_CONTRAST_NEEDED)
        .map(|name| (*name).to_owned())
        .collect();
    assert_eq!(named, theme().into_keys().collect());
}

#[test]
fn a_text_has_no_colour_and_nothing_stands_on_a_ground_that_is_not_measured() {
    let inks = |pairs: &[Pairs]| -> BTreeSet<String> {
        pairs.iter().map(|pairs| pairs.ink.to_owned()).collect()
    };
    let mut texts = used_as("color");
    texts.extend(used_as("ink"));
    assert!(texts.contains("text") && texts.contains("text-disabled"));
    let measured = inks(&TEXTS);
    let strange: Vec<&String> = texts.difference(&measured).collect();
    assert!(
        strange
            .iter()
            .all(|ink| ["line", "line-disabled"].contains(&ink.as_str())),
        "texts in {strange:?}; `ink` of a border is one of these"
    );
    let mut drawn = inks(&MARKS);
    drawn.extend(NO_CONTRAST_NEEDED.map(str::to_owned));
    drawn.extend(["ring-outer".to_owned()]);
    let borders = used_as("border-color");
    assert!(borders.contains("line"));
    assert_eq!(
        borders.difference(&drawn).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
    let mut grounds: BTreeSet<String> = TEXTS
        .iter()
        .chain(&MARKS)
        .flat_map(|pairs| pairs.grounds.iter().map(|name| (*name).to_owned()))
        .collect();
    grounds.extend(drawn);
    let under = used_as("background");
    assert!(under.contains("ground-odd"));
    assert_eq!(
        under.difference(&grounds).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
}

#[test]
fn the_focus_ring_is_seen_everywhere_and_as_thick_as_the_system_says() {
    let colours = theme();
    for under in [
        "ground",
        "ground-quiet",
        "ground-odd",
        "key-light",
        "revealed",
        "key",
        "key-dark",
        "bad-light",
    ] {
        let seen = |ring: &str| contrast(colours[ring], colours[under]);
        let best = seen("ring-inner").max(seen("ring-outer"));
        assert!(best >= PARTS, "the ring on {under}: {best:.2}");
    }
    let kiosk = Headless::new(1024, 768);
    let theme = kiosk.component().global::<Theme>();
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
