//! People typed in QEMU as a clerk typed them: the kiosk's test `people_typed` looks at the screen,
//! decides and keeps every key; here the same keys are pressed on the image that ships, everybody is
//! found again by kana, and what the vault holds is compared with what was meant.
//!
//! No test of the image: it takes some ten minutes. `cargo xtask demo people` runs it.

use crate::{
    artefacts::{self, ArtefactError},
    clerk::{Clerk, ClerkError},
    firmware::Firmware,
    keyboard::{Key, Stroke, strokes},
    machine::{MachineError, Patience, Pc},
    offline::{OfflineError, OpenVault, Stored},
    prepared::{self, PrepareError},
    screen::Picture,
    stick::StickError,
    story::{Story, StoryError},
};
use codes::ScreenCode;
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

#[derive(Debug, thiserror::Error)]
pub enum TypedError {
    #[error(transparent)]
    Artefact(#[from] ArtefactError),
    #[error(transparent)]
    Clerk(#[from] ClerkError),
    #[error(transparent)]
    Machine(#[from] MachineError),
    #[error(transparent)]
    Offline(#[from] OfflineError),
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    #[error(transparent)]
    Stick(#[from] StickError),
    #[error(transparent)]
    Story(#[from] StoryError),
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    #[error("{0} cannot be read ({1}): run the kiosk's test people_typed again")]
    Record(PathBuf, String),
    #[error(
        "the keys were recorded with another dictionary than the image has: run the kiosk's test people_typed again"
    )]
    OtherDictionary,
    #[error("{0:?} is no key of the record")]
    NoKey(String),
}

type Result<T> = std::result::Result<T, TypedError>;

/// What the kiosk's test kept (`kiosk/tests/people/record.rs`).
#[derive(Debug, Deserialize)]
struct Record {
    dictionary: String,
    figures: serde_json::Value,
    people: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    #[serde(flatten)]
    meant: Stored,
    find: String,
    typed: Typed,
}

#[derive(Debug, Deserialize)]
struct Typed {
    keys: String,
    pressed: usize,
}

/// What came of it, as JSON beside the pictures.
#[derive(Debug, Serialize)]
pub struct Summary {
    pub image_sha256: String,
    pub people: Vec<Outcome>,
    pub saved: usize,
    pub found_by_kana: usize,
    pub stored_as_meant: usize,
    pub keys: usize,
    /// Of the whole story, from power-on to the PC being off; QEMU interprets.
    pub seconds: u64,
    /// How the converter did, as the kiosk's test counted it.
    pub converter: serde_json::Value,
}

#[derive(Debug, Default, Serialize)]
pub struct Outcome {
    pub employee_no: String,
    pub keys: usize,
    /// From the first key to the saved person's page.
    pub seconds: u64,
    /// The screen's code where the form was not saved.
    pub refused: Option<String>,
    /// The page that the kana lead to is the one that was shown after saving.
    pub found_by_kana: bool,
    /// What the vault holds where it is not what was meant.
    pub stored_instead: Option<String>,
    #[serde(skip)]
    page: Option<Picture>,
}

/// Where the kiosk's test keeps what it typed.
fn record_path() -> PathBuf {
    artefacts::target().join("screens/people-typed/people.json")
}

fn record() -> Result<Record> {
    let path = record_path();
    let unreadable = |e: String| TypedError::Record(path.clone(), e);
    let bytes = fs::read(&path).map_err(|e| unreadable(e.to_string()))?;
    let record: Record = serde_json::from_slice(&bytes).map_err(|e| unreadable(e.to_string()))?;
    if record.dictionary != artefacts::image()?.report.dictionary.sha256 {
        return Err(TypedError::OtherDictionary);
    }
    Ok(record)
}

/// Plays the story into `folder`: `summary.md` with pictures, and `people.json`.
pub fn play(folder: &Path) -> Result<Summary> {
    let record = record()?;
    let base = prepared::vault()?;
    let mut story = Story::in_folder(folder, "summary.md", "People typed as a clerk types them")?
        .with_scratch(&artefacts::target().join("image-tests/people_typed"));
    let scratch = story.scratch().to_owned();
    let stick = base.overlay(&scratch.join("stick.qcow2"))?;
    let pc = Pc::with_stick(Firmware::NoSecureBoot, &stick);
    let begun = Instant::now();
    let mut clerk = Clerk::at(&pc, &mut story)?;
    clerk.start_and_log_in()?;

    let mut outcomes = Vec::new();
    for entry in &record.people {
        outcomes.push(register(&mut clerk, entry)?);
    }
    clerk.story().chapter("Found again by kana")?;
    for (entry, outcome) in record.people.iter().zip(&mut outcomes) {
        find(&mut clerk, entry, outcome)?;
    }
    clerk.go_home()?;
    clerk.power_off()?;
    clerk.machine.close()?;
    let seconds = begun.elapsed().as_secs();

    let stored = OpenVault::open(&stick, &scratch.join("offline"))?.employees()?;
    for (entry, outcome) in record.people.iter().zip(&mut outcomes) {
        let held = stored.iter().find(|s| s.employee_no == outcome.employee_no);
        if held != Some(&entry.meant) {
            outcome.stored_instead = Some(format!("{held:?}"));
        }
    }
    let count = |right: fn(&Outcome) -> bool| outcomes.iter().filter(|o| right(o)).count();
    let summary = Summary {
        image_sha256: artefacts::image()?.report.stick.sha256.clone(),
        saved: count(|o| o.refused.is_none()),
        found_by_kana: count(|o| o.found_by_kana),
        stored_as_meant: count(|o| o.stored_instead.is_none()),
        keys: outcomes.iter().map(|o| o.keys).sum(),
        people: outcomes,
        seconds,
        converter: record.figures,
    };
    tell(&mut story, &summary)?;
    let path = folder.join("people.json");
    let json = serde_json::to_vec_pretty(&summary).unwrap_or_default();
    fs::write(&path, json).map_err(|e| TypedError::Io(path, e))?;
    Ok(summary)
}

/// Presses one person's keys, from the menu to the saved person's page.
fn register(clerk: &mut Clerk, entry: &Entry) -> Result<Outcome> {
    let mut outcome = Outcome {
        employee_no: entry.meant.employee_no.clone(),
        keys: entry.typed.pressed,
        ..Outcome::default()
    };
    let name = &entry.meant.name;
    clerk
        .story()
        .chapter(&format!("{} {name}", outcome.employee_no))?;
    let keys = keys(&entry.typed.keys)?;
    clerk.go_home()?;
    let begun = Instant::now();
    let (menu, form) = keys.split_at(1.min(keys.len()));
    clerk.strokes(menu)?;
    clerk.wait_for(ScreenCode::PersonForm)?;
    clerk.strokes(form)?;
    let tag = clerk.wait_for_answer_to_saving()?;
    outcome.seconds = begun.elapsed().as_secs();
    if tag.screen == ScreenCode::Person {
        outcome.page = Some(page(clerk)?);
    } else {
        outcome.refused = Some(tag.to_string());
    }
    clerk.picture(&format!("{name}, saved"))?;
    Ok(outcome)
}

/// The person's page, once the keeper has answered what stands on it.
fn page(clerk: &mut Clerk) -> Result<Picture> {
    let mut patience = Patience::new(&clerk.machine, Duration::from_secs(20));
    loop {
        let page = clerk.still(Duration::from_secs(3))?;
        if says_something(&page) || patience.is_over(&clerk.machine) {
            return Ok(page);
        }
    }
}

/// Looks somebody up by kana and compares the page with the one after saving.
fn find(clerk: &mut Clerk, entry: &Entry, outcome: &mut Outcome) -> Result<()> {
    let Some(saved) = &outcome.page else {
        return Ok(());
    };
    match clerk.find(&entry.find) {
        Ok(()) => {
            let found = page(clerk)?;
            outcome.found_by_kana = says_something(&found) && is_same_person(&found, saved);
        }
        // Nobody was found: Enter opened no page.
        Err(ClerkError::Lost { seen, .. }) => clerk.story().tell(&seen)?,
        Err(e) => return Err(e.into()),
    }
    Ok(())
}

/// Lines of S-420 with what is known of the person: the clock stands above, the message of having saved
/// below.
const ABOUT_THE_PERSON: std::ops::Range<usize> = 110..690;

fn says_something(page: &Picture) -> bool {
    let ground = page.pixel(0, ABOUT_THE_PERSON.start);
    ABOUT_THE_PERSON
        .into_iter()
        .any(|y| (0..page.width).any(|x| page.pixel(x, y) != ground))
}

/// Whether two pages say the same.
fn is_same_person(a: &Picture, b: &Picture) -> bool {
    let (top, height) = (ABOUT_THE_PERSON.start, ABOUT_THE_PERSON.len());
    a.differing_in(b, (0, top, a.width, height)) == 0
}

fn tell(story: &mut Story, summary: &Summary) -> Result<()> {
    let people = summary.people.len();
    story.chapter("Summary")?;
    story.tell(&format!(
        "Of {people} people {} were saved, {} found again by kana, {} are stored as meant; {} keys.",
        summary.saved, summary.found_by_kana, summary.stored_as_meant, summary.keys
    ))?;
    story.tell(&format!("The converter: {}", summary.converter))?;
    for outcome in &summary.people {
        let wrong = [&outcome.refused, &outcome.stored_instead];
        for what in wrong.into_iter().flatten() {
            story.tell(&format!("{}: {what}", outcome.employee_no))?;
        }
    }
    Ok(())
}

/// The strokes of a record: characters, and names of keys in angle brackets.
fn keys(text: &str) -> Result<Vec<Stroke>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some((name, behind)) = rest.strip_prefix('<').and_then(|r| r.split_once('>')) {
            found.push(key(name)?.into());
            rest = behind;
        } else {
            found.extend(strokes(&rest[..c.len_utf8()]));
            rest = &rest[c.len_utf8()..];
        }
    }
    Ok(found)
}

fn key(name: &str) -> Result<Key> {
    Ok(match name {
        "Space" => Key::SPACE,
        "Enter" => Key::ENTER,
        "Escape" => Key::ESCAPE,
        "Right" => Key::RIGHT,
        "PageDown" => Key::PAGE_DOWN,
        "F7" => Key::F7,
        "F12" => Key::F12,
        other => return Err(TypedError::NoKey(other.into())),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_records_keys_are_strokes() {
        let typed = keys("a<Space>B<F12>").unwrap();
        let plain: Vec<Stroke> = vec![Key("a").into(), Key::SPACE.into()];
        assert_eq!(typed[..2], plain);
        assert!(typed[2].shift);
        assert_eq!(typed[3], Key::F12.into());
        assert!(keys("<Hyper>").is_err());
    }
}
