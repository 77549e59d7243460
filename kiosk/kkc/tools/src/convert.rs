//! `cargo xtask kkc`: readings from standard input, one a line; candidates to standard output,
//! tab-separated. A space in a reading divides family and given name, and stays in the candidates.

use crate::assemble;
use crate::error::{Error, Result};
use clap::{Args, ValueEnum};
use image::Cache;
use kkc::{Converter, Field, Personal};
use std::io::{BufRead, Write};
use std::path::Path;

#[derive(Args)]
pub struct ConvertArgs {
    /// What is typed into the field
    #[arg(long, value_enum, default_value_t = FieldArg::General)]
    field: FieldArg,
    /// Candidates a line
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    nbest: u16,
    /// Segments of the best conversion, each with its candidates, instead of whole candidates
    #[arg(long)]
    segments: bool,
    /// Behind each candidate of a name, what tells its characters from their look-alikes
    #[arg(long)]
    notes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FieldArg {
    General,
    Name,
    Address,
}

impl From<FieldArg> for Field {
    fn from(arg: FieldArg) -> Self {
        match arg {
            FieldArg::General => Self::General,
            FieldArg::Name => Self::Name,
            FieldArg::Address => Self::Address,
        }
    }
}

pub fn run(cache: &Cache, args: &ConvertArgs) -> Result<()> {
    let converter = Converter::open(&assemble::dictionary(cache)?)?;
    let personal = Personal::default();
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(Error::io("read", Path::new("standard input")))?;
        let answer = answer(&converter, &personal, line.trim_end(), args);
        match writeln!(out, "{answer}") {
            // Whoever reads has enough, as `head` does.
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
            result => result.map_err(Error::io("write", Path::new("standard output")))?,
        }
    }
    Ok(())
}

fn answer(converter: &Converter, personal: &Personal, reading: &str, args: &ConvertArgs) -> String {
    let field = args.field.into();
    let want = usize::from(args.nbest);
    if args.segments {
        let conversion = converter.convert(reading, field, personal);
        let segments = conversion.segments.iter().map(|segment| {
            let texts = segment.candidates.iter().take(want);
            let texts: Vec<_> = texts.map(|c| c.text.as_str()).collect();
            format!("{}={}", segment.reading, texts.join("/"))
        });
        return segments.collect::<Vec<_>>().join("\t");
    }
    let candidates = converter.candidates(reading, field, personal, want);
    let shown = candidates.into_iter().map(|candidate| {
        let notes = candidate.notes.iter().filter(|_| args.notes);
        let notes: Vec<_> = notes.map(|(c, note)| format!("{c}: {}", note.ja)).collect();
        match notes.is_empty() {
            true => candidate.text,
            false => format!("{} [{}]", candidate.text, notes.join("; ")),
        }
    });
    shown.collect::<Vec<_>>().join("\t")
}
