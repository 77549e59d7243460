//! The collection as any reader of fonts sees it.

#![allow(clippy::unwrap_used, reason = "tests")]

use skrifa::instance::{LocationRef, Size};
use skrifa::raw::{FileRef, FontRef, TableProvider as _, types::Tag};
use skrifa::{GlyphId, MetadataProvider as _, charmap::MapVariant};
use std::sync::LazyLock;
use typeface::{CJK, Coverage, GETA, PRIMARY, Sources, build, debian, families};

static SOURCES: LazyLock<[Vec<u8>; 3]> =
    LazyLock::new(|| debian::FILES.map(|(path, _)| std::fs::read(path).unwrap()));
static BUILT: LazyLock<Vec<u8>> = LazyLock::new(|| debian::build_here().unwrap());

fn faces() -> Vec<FontRef<'static>> {
    let FileRef::Collection(faces) = FileRef::new(&BUILT).unwrap() else {
        panic!("no collection");
    };
    faces.iter().map(Result::unwrap).collect()
}

fn face(family: &str) -> FontRef<'static> {
    let place = families(&BUILT).unwrap();
    let at = place.iter().position(|name| name == family).unwrap();
    // Families before the CJK one, and the last one, have two weights.
    let cjk = place.iter().position(|name| name == CJK).unwrap();
    faces()[if at <= cjk { 2 * at } else { 2 * at - 1 }].clone()
}

#[test]
fn the_same_fonts_always_give_the_same_bytes() {
    assert!(debian::build_here().unwrap() == *BUILT);
    let file = std::fs::read(debian::developers_file().unwrap()).unwrap();
    assert!(file == *BUILT, "the developer's file is another one");
}

#[test]
fn the_first_family_is_asked_first_and_the_geta_last() {
    let order = families(&BUILT).unwrap();
    assert_eq!(order.first().unwrap(), PRIMARY);
    assert_eq!(order.last().unwrap(), GETA);
    assert_eq!(order[order.len() - 2], CJK);
    assert!(order.contains(&"Kuramori E0100".to_owned()));
}

#[test]
fn no_outline_and_no_rule_of_the_fonts_is_changed_or_left_out() {
    let own = [b"cmap", b"name", b"hhea", b"OS/2", b"DSIG"];
    let FileRef::Collection(noto) = FileRef::new(&SOURCES[2]).unwrap() else {
        panic!("no collection");
    };
    let originals = [
        (FontRef::new(&SOURCES[0]).unwrap(), faces()[0].clone()),
        (FontRef::new(&SOURCES[1]).unwrap(), faces()[1].clone()),
        (noto.get(0).unwrap(), face(CJK)),
    ];
    for (original, ours) in originals {
        for record in original.table_directory().table_records() {
            let tag = record.tag();
            if own.contains(&&tag.to_be_bytes()) {
                continue;
            }
            let bytes = |font: &FontRef<'_>| font.data_for_tag(tag).unwrap().as_bytes().to_vec();
            assert!(bytes(&original) == bytes(&ours), "{tag}");
        }
    }
}

#[test]
fn what_faces_share_is_in_the_file_once() {
    let sources: usize = SOURCES.iter().take(2).map(Vec::len).sum();
    let noto = face(CJK);
    let tables = noto.table_directory();
    let cjk: u32 = tables.table_records().iter().map(|r| r.length()).sum();
    let more = BUILT.len() - sources - cjk as usize;
    assert!(more < 400_000, "{more} bytes beside the fonts themselves");
}

#[test]
fn every_sequence_leads_to_the_glyph_its_font_meant() {
    let regular = FontRef::new(&SOURCES[0]).unwrap();
    let glyph = |font: &FontRef<'_>, base: u32, selector: u32| {
        let charmap = font.charmap();
        match charmap.map_variant(base, selector) {
            Some(MapVariant::Variant(glyph)) => Some(glyph),
            Some(MapVariant::UseDefault) => charmap.map(base),
            None => None,
        }
    };
    for (base, selector, _) in regular.charmap().variant_mappings() {
        let ours = face(&format!("Kuramori {selector:04X}"));
        assert_eq!(
            glyph(&ours, base, selector),
            glyph(&regular, base, selector)
        );
        // Layout chooses a face by its character map.
        assert!(ours.charmap().map(base).is_some() && ours.charmap().map(selector).is_some());
        let neighbours = [0xe_0100, 0xe_0101, 0xe_0102, 0xfe00];
        for other in neighbours.into_iter().filter(|other| *other != selector) {
            assert!(ours.charmap().map(other).is_none());
        }
    }
}

#[test]
fn the_fallback_is_as_high_as_the_first_font() {
    let height = |font: &FontRef<'_>| {
        let metrics = font.metrics(Size::new(1000.0), LocationRef::default());
        (metrics.ascent.round(), metrics.descent.round())
    };
    assert_eq!(height(&face(CJK)), height(&face(PRIMARY)));
}

#[test]
fn digits_are_equally_wide_in_every_face_that_draws_them() {
    for font in faces().iter().take(2) {
        let widths = font.glyph_metrics(Size::new(1000.0), LocationRef::default());
        let of = |c: char| widths.advance_width(font.charmap().map(c).unwrap());
        for digit in '0'..='9' {
            assert_eq!(of(digit), of('0'), "{digit}");
        }
        for digit in '０'..='９' {
            assert_eq!(of(digit), of('０'), "{digit}");
        }
    }
}

#[test]
fn the_geta_stands_for_characters_but_not_for_marks() {
    let geta = face(GETA);
    let cmap = geta.cmap().unwrap();
    let (_, _, map) = cmap.best_subtable().unwrap();
    let mark = geta_glyph();
    for c in ['ก', '\u{e000}', '\u{30000}', '\u{10fffd}', '𠮷', 'a'] {
        assert_eq!(map.map_codepoint(c), Some(mark), "{c}");
    }
    for c in [
        '\u{301}',
        '\u{309a}',
        '\u{fe00}',
        '\u{e0100}',
        '\u{200d}',
        '\n',
    ] {
        assert_eq!(map.map_codepoint(c), None, "U+{:04X}", c as u32);
    }
}

fn geta_glyph() -> GlyphId {
    FontRef::new(&SOURCES[0])
        .unwrap()
        .charmap()
        .map('〓')
        .unwrap()
}

#[test]
fn another_font_or_a_broken_one_is_refused() {
    let [regular, bold, cjk] = &*SOURCES;
    let try_build =
        |regular: &[u8], bold: &[u8], cjk: &[u8]| build(&Sources { regular, bold, cjk });
    assert!(try_build(cjk, bold, cjk).is_err(), "another font");
    assert!(try_build(regular, bold, regular).is_err(), "no collection");
    assert!(try_build(b"", b"", b"").is_err());
    assert!(try_build(&regular[..40], bold, cjk).is_err());
    assert!(try_build(regular, bold, &cjk[..cjk.len() / 2]).is_err());
    assert!(Coverage::of_file(regular).is_err(), "not the collection");
    assert!(Coverage::of_file(&[0; 64]).is_err());
}

#[test]
fn damage_anywhere_in_a_directory_never_panics() {
    let [regular, bold, cjk] = &*SOURCES;
    for at in (0..300).chain([1000, 10_000, 100_000]) {
        let mut broken = regular.clone();
        broken[at] ^= 0xff;
        let sources = Sources {
            regular: &broken,
            bold,
            cjk: &cjk[..1 << 16],
        };
        // Noto's face is cut off, so nothing is ever built of this.
        assert!(build(&sources).is_err());
        let mut collection = BUILT.get(..1 << 20).unwrap().to_vec();
        collection[at] ^= 0xff;
        let _ = Coverage::of_file(&collection);
        let _ = families(&collection);
    }
}

#[test]
fn every_face_keeps_its_legal_notices() {
    for font in faces() {
        let licence = font
            .localized_strings(skrifa::string::StringId::LICENSE_DESCRIPTION)
            .english_or_first()
            .unwrap()
            .to_string();
        assert!(licence.contains("SIL Open Font License"), "{licence}");
        assert!(
            font.data_for_tag(Tag::new(b"DSIG")).is_none(),
            "a stale signature"
        );
    }
}
