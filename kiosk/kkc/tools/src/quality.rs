//! `cargo xtask bench kkc`: how often the wanted text comes first and among the first five, on a list
//! that was used for tuning and on one that was held out, beside two converters of Debian; and how
//! long conversions take. `docs/kkc.md` says what the lists are.

use crate::assemble;
use crate::error::{Error, Result};
use crate::peers::{Anthy, Kkc, Peer};
use clap::Args;
use image::Cache;
use kkc::{Converter, Field, Personal};
use serde::Serialize;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

#[derive(Args)]
pub struct QualityArgs {
    /// Where the JSON goes
    #[arg(long)]
    out: Option<PathBuf>,
    /// With --alone: also print what was not first, of the tune lists; those held out are not shown
    #[arg(long)]
    misses: bool,
    /// Without the converters of Debian
    #[arg(long)]
    alone: bool,
}

/// Candidates looked at.
const FIRST: usize = 5;
/// … for family and given names alone: as many as the candidate window has of a segment.
const OF_PARTS: usize = 60;
/// Length of the readings that the slowest conversions are measured with, in kana.
const LONG: usize = 40;

struct List {
    name: &'static str,
    part: &'static str,
    field: Field,
    /// Candidates that are asked for.
    want: usize,
    lines: &'static str,
}

macro_rules! list {
    ($part:literal, $name:literal, $field:expr) => {
        list!($part, $name, $field, FIRST)
    };
    ($part:literal, $name:literal, $field:expr, $want:expr) => {
        List {
            name: $name,
            part: $part,
            field: $field,
            want: $want,
            lines: include_str!(concat!("../data/quality/", $part, "-", $name, ".tsv")),
        }
    };
}

const LISTS: [List; 20] = [
    list!("tune", "names", Field::Name),
    list!("tune", "given", Field::Name, OF_PARTS),
    list!("tune", "surnames", Field::Name, OF_PARTS),
    list!("tune", "addresses", Field::Address),
    list!("tune", "addresses-2", Field::Address),
    list!("tune", "addresses-3", Field::Address),
    list!("tune", "words", Field::General),
    list!("tune", "words-2", Field::General),
    list!("tune", "words-3", Field::General),
    list!("tune", "words-4", Field::General),
    list!("held-out", "names", Field::Name),
    list!("held-out", "given", Field::Name, OF_PARTS),
    list!("held-out", "surnames", Field::Name, OF_PARTS),
    list!("held-out", "addresses", Field::Address),
    list!("held-out", "addresses-2", Field::Address),
    list!("held-out", "addresses-3", Field::Address),
    list!("held-out", "words", Field::General),
    list!("held-out", "words-2", Field::General),
    list!("held-out", "words-3", Field::General),
    list!("held-out", "words-4", Field::General),
];

impl List {
    /// Reading and wanted text of each line.
    fn pairs(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.lines.lines().filter_map(|line| line.split_once('\t'))
    }
}

#[derive(Serialize)]
struct Report {
    lists: Vec<Score>,
    speed: Vec<Speed>,
    dictionary: Size,
}

/// Hits in percent of the lines.
#[derive(Serialize)]
struct Score {
    converter: String,
    list: String,
    part: String,
    lines: usize,
    first: f64,
    among_five: f64,
    /// Where more than five were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    among_ten: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    among_sixty: Option<f64>,
}

/// Milliseconds a conversion: of this thread's processor time, which other programs on the machine
/// do not lengthen, and by the clock.
#[derive(Serialize)]
struct Speed {
    what: String,
    conversions: usize,
    processor: Spread,
    clock: Spread,
}

#[derive(Serialize)]
struct Spread {
    median: f64,
    p99: f64,
    longest: f64,
}

/// One conversion's time in seconds: processor, clock.
type Took = (f64, f64);

#[derive(Serialize)]
struct Size {
    words: usize,
    bytes: u64,
    zstd_19_bytes: Option<u64>,
    resident_kib_of_file: Option<u64>,
}

pub fn run(cache: &Cache, args: &QualityArgs) -> Result<()> {
    let path = assemble::dictionary(cache)?;
    let mut converters: Vec<Box<dyn Peer>> = vec![
        Box::new(Ours::open(cache, "kkc", true)?),
        Box::new(Ours::open(cache, "kkc, names without a space", false)?),
    ];
    if !args.alone {
        converters.push(Box::new(Anthy));
        converters.push(Box::new(Kkc));
    }
    let mut lists = Vec::new();
    for list in &LISTS {
        for converter in &mut converters {
            lists.extend(score(converter.as_mut(), list, args)?);
        }
    }
    // What is resident is counted for one converter.
    drop(converters);
    let converter = Converter::open(&path)?;
    let report = Report {
        lists,
        speed: speed(&converter),
        dictionary: Size {
            words: converter.dictionary().len(),
            bytes: fs::metadata(&path).map_err(Error::io("read", &path))?.len(),
            zstd_19_bytes: compressed(&path),
            resident_kib_of_file: resident(),
        },
    };
    print(&report);
    if let Some(out) = &args.out {
        let json = serde_json::to_vec_pretty(&report)
            .map_err(|e| Error::malformed("the report", e.to_string()))?;
        fs::write(out, json).map_err(Error::io("write", out))?;
        println!("{}", out.display());
    }
    Ok(())
}

/// Our own converter as one of several.
struct Ours {
    converter: Converter,
    name: &'static str,
    keep_space: bool,
}

impl Ours {
    fn open(cache: &Cache, name: &'static str, keep_space: bool) -> Result<Self> {
        Ok(Self {
            converter: Converter::open(&assemble::dictionary(cache)?)?,
            name,
            keep_space,
        })
    }
}

impl Peer for Ours {
    fn name(&self) -> &str {
        self.name
    }

    fn takes(&self, field: Field) -> bool {
        self.keep_space || field == Field::Name
    }

    fn candidates(
        &mut self,
        readings: &[&str],
        field: Field,
        want: usize,
    ) -> Result<Vec<Vec<String>>> {
        let personal = Personal::default();
        let texts = |reading: &&str| {
            let reading = match self.keep_space {
                true => (*reading).to_owned(),
                false => reading.replace(' ', ""),
            };
            let candidates = self.converter.candidates(&reading, field, &personal, want);
            candidates.into_iter().map(|c| c.text).collect()
        };
        Ok(readings.iter().map(texts).collect())
    }
}

fn score(converter: &mut dyn Peer, list: &List, args: &QualityArgs) -> Result<Option<Score>> {
    if !converter.takes(list.field) {
        return Ok(None);
    }
    let readings: Vec<&str> = list.pairs().map(|(reading, _)| reading).collect();
    let answers = converter.candidates(&readings, list.field, list.want)?;
    let mut ranks = Vec::new();
    for ((reading, wanted), candidates) in list.pairs().zip(&answers) {
        let plain = |text: &str| kkc::kana::half_digits(&text.replace(' ', ""));
        let rank = candidates.iter().position(|c| plain(c) == plain(wanted));
        ranks.extend(rank);
        if rank != Some(0) && args.misses && list.part == "tune" && args.alone {
            println!(
                "{reading}: {wanted} at {rank:?} of {}",
                candidates[..candidates.len().min(FIRST)].join(" | ")
            );
        }
    }
    let lines = readings.len();
    let among = |candidates: usize| {
        let hits = ranks.iter().filter(|rank| **rank < candidates).count();
        (1000.0 * hits as f64 / lines.max(1) as f64).round() / 10.0
    };
    let more = |candidates: usize| (list.want >= candidates).then(|| among(candidates));
    Ok(Some(Score {
        converter: converter.name().to_owned(),
        list: list.name.to_owned(),
        part: list.part.to_owned(),
        lines,
        first: among(1),
        among_five: among(FIRST),
        among_ten: more(10),
        among_sixty: more(OF_PARTS),
    }))
}

/// All readings of the lists as they are, and put together to forty kana without a field's help.
fn speed(converter: &Converter) -> Vec<Speed> {
    let all: String = LISTS
        .iter()
        .flat_map(List::pairs)
        .map(|(reading, _)| reading.replace(' ', ""))
        .collect();
    let chars: Vec<char> = all.chars().collect();
    let long: Vec<String> = chars.chunks(LONG).map(|c| c.iter().collect()).collect();
    let personal = Personal::default();
    let lists: Vec<(&str, Field)> = LISTS
        .iter()
        .flat_map(|list| list.pairs().map(move |(reading, _)| (reading, list.field)))
        .collect();
    vec![
        measure(
            "readings of the lists, 9 candidates",
            &lists,
            |(reading, field)| {
                converter.candidates(reading, *field, &personal, 9);
            },
        ),
        measure("40 kana, 9 candidates", &long, |reading| {
            converter.candidates(reading, Field::General, &personal, 9);
        }),
        measure(
            "40 kana, segments with their candidates",
            &long,
            |reading| {
                converter.convert(reading, Field::General, &personal);
            },
        ),
    ]
}

/// The second of two passes: the first brings the dictionary's pages in.
fn measure<T>(what: &str, inputs: &[T], convert: impl Fn(&T)) -> Speed {
    inputs.iter().for_each(&convert);
    let took: Vec<Took> = inputs
        .iter()
        .map(|input| {
            let (processor, clock) = (processor_time(), Instant::now());
            convert(input);
            (processor_time() - processor, clock.elapsed().as_secs_f64())
        })
        .collect();
    Speed {
        what: what.to_owned(),
        conversions: took.len(),
        processor: spread(took.iter().map(|(processor, _)| *processor)),
        clock: spread(took.iter().map(|(_, clock)| *clock)),
    }
}

/// Seconds that this thread has run.
fn processor_time() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn spread(seconds: impl Iterator<Item = f64>) -> Spread {
    let mut seconds: Vec<f64> = seconds.collect();
    seconds.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let index = ((seconds.len() as f64 * share) as usize).min(seconds.len().saturating_sub(1));
        let milliseconds = seconds.get(index).copied().unwrap_or_default() * 1e3;
        (milliseconds * 1e3).round() / 1e3
    };
    Spread {
        median: at(0.5),
        p99: at(0.99),
        longest: at(1.0),
    }
}

/// Size under the compression of the image's initramfs; none where zstd is not installed.
fn compressed(path: &std::path::Path) -> Option<u64> {
    let output = std::process::Command::new("zstd")
        .args(["-19", "-q", "-c"])
        .arg(path)
        .output()
        .ok()?;
    output
        .status
        .success()
        .then_some(output.stdout.len() as u64)
}

/// Mapped pages of files in memory now.
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("RssFile:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn print(report: &Report) {
    println!(
        "{:<9} {:<10} {:<28} {:>5} {:>7} {:>7} {:>7} {:>7}",
        "part", "list", "converter", "lines", "first", "of 5", "of 10", "of 60"
    );
    let share = |share: Option<f64>| share.map_or(String::new(), |share| format!("{share:.1}%"));
    for s in &report.lists {
        println!(
            "{:<9} {:<10} {:<28} {:>5} {:>6.1}% {:>6.1}% {:>7} {:>7}",
            s.part,
            s.list,
            s.converter,
            s.lines,
            s.first,
            s.among_five,
            share(s.among_ten),
            share(s.among_sixty)
        );
    }
    for s in &report.speed {
        for (how, t) in [("processor", &s.processor), ("clock", &s.clock)] {
            println!(
                "{}: {} conversions, {how}: median {:.3} ms, p99 {:.3} ms, longest {:.3} ms",
                s.what, s.conversions, t.median, t.p99, t.longest
            );
        }
    }
    let d = &report.dictionary;
    println!(
        "dictionary: {} words, {} bytes, zstd -19 {} bytes, files resident {} KiB",
        d.words,
        d.bytes,
        d.zstd_19_bytes.map_or("?".into(), |b| b.to_string()),
        d.resident_kib_of_file.map_or("?".into(), |k| k.to_string()),
    );
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::own_names;
    use std::collections::HashSet;

    /// Floors, in percent first and among five: what a change must not fall below.
    const FLOORS: [(&str, f64, f64); 10] = [
        ("names", 60.0, 90.0),
        ("given", 10.0, 42.0),
        ("surnames", 75.0, 95.0),
        ("addresses", 97.0, 99.0),
        ("addresses-2", 90.0, 97.0),
        ("addresses-3", 92.0, 97.0),
        ("words", 95.0, 98.0),
        ("words-2", 92.0, 99.0),
        ("words-3", 93.0, 99.0),
        ("words-4", 88.0, 98.0),
    ];

    #[test]
    fn no_line_of_the_tune_lists_is_held_out_too() {
        let lines = |part| {
            let lists = LISTS.iter().filter(move |list| list.part == part);
            lists
                .flat_map(|list| list.lines.lines())
                .collect::<HashSet<_>>()
        };
        assert!(lines("tune").is_disjoint(&lines("held-out")));
        let names = |part| {
            let lists = LISTS
                .iter()
                .filter(move |l| l.part == part && l.name == "names");
            lists
                .flat_map(List::pairs)
                .flat_map(|(reading, name)| reading.split(' ').zip(name.split(' ')))
                .collect::<HashSet<_>>()
        };
        // Not even a family or given name of one list is in the other.
        assert!(names("tune").is_disjoint(&names("held-out")));
    }

    #[test]
    fn given_names_that_are_looked_for_are_not_on_our_own_list() {
        let own = own_names::list().unwrap();
        let own: HashSet<_> = own.iter().map(|name| (name.reading, name.text)).collect();
        let lists = LISTS.iter().filter(|list| list.name == "given");
        let both = lists
            .flat_map(List::pairs)
            .filter(|pair| own.contains(pair));
        assert_eq!(both.count(), 0);
    }

    /// `cargo xtask dictionary` builds it; without it there is nothing to test here.
    #[test]
    fn the_dictionary_that_is_built_reaches_its_floors() {
        let cache = Cache::of_user().unwrap();
        if !assemble::path(&cache).is_file() {
            println!("skipped: `cargo xtask dictionary` has not built it");
            return;
        }
        let args = QualityArgs {
            out: None,
            misses: false,
            alone: true,
        };
        let mut ours = Ours::open(&cache, "kkc", true).unwrap();
        for list in &LISTS {
            let score = score(&mut ours, list, &args).unwrap().unwrap();
            let (_, first, among) = FLOORS.iter().find(|f| f.0 == list.name).unwrap();
            let reached = score.first >= *first && score.among_five >= *among;
            assert!(
                reached,
                "{} {}: {} {}",
                list.part, list.name, score.first, score.among_five
            );
        }
    }
}
