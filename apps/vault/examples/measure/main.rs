//! `cargo xtask bench vault`: what the vault's work costs at full size, each figure beside
//! its peer in the same run. Prints JSON; `--folder` is where the vaults lie (a real disk,
//! or durability costs nothing).
//!
//!     cargo run --release -p vault --example measure -- --people 100000 --entries 1000000
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measurement stops at what does not work, and prints"
)]

mod book;
mod figure;
mod floor;
mod office;
mod peers;

use figure::{Figure, Span, Times, timed};
use mynumber::{IndividualNumber, Purpose};
use office::{ImportTimes, Office};
use std::path::{Path, PathBuf};

struct Options {
    folder: PathBuf,
    people: u32,
    entries: u64,
    repeats: usize,
}

fn main() {
    let options = options();
    let folder = tempfile::tempdir_in(&options.folder).unwrap();
    say("the rows");
    let rows = office::rows(options.people);
    let csv = folder.path().join("rows.csv");
    std::fs::write(&csv, &rows).unwrap();
    let peers = peers::Peers::new(folder.path(), &csv, options.people, options.repeats);

    say("import");
    let (office, mut figures) = imports(folder.path(), &rows, &peers, &options);
    say("people");
    let (mut office, opened) = opening(office, &peers, &options);
    figures.extend(opened);
    figures.extend(searches(&office, &peers, &options));
    figures.extend(numbers(&mut office, &peers, &options));
    office.close();
    say("what an import cannot do without");
    let vault = folder.path().join("vault");
    figures[0].peer(peers.import_same_rows(&vault));
    figures[0].peers(floor::of_import(&vault, options.people, options.repeats));
    if let Some(register) = figures.iter_mut().find(|f| f.name() == "register") {
        register.peer(peers.register_same_rows(&vault));
    }
    say("the ledger");
    figures.push(book::verify(
        folder.path(),
        options.entries,
        options.repeats,
    ));
    println!(
        "{}",
        figure::json(&figures, options.people, options.entries)
    );
}

const AHEAD: &str = "ahead of sqlcipher and keepassxc-cli for the same work";

/// The import first, whose floor is measured when the vault is closed.
fn imports(
    folder: &Path,
    rows: &str,
    peers: &peers::Peers,
    options: &Options,
) -> (Office, Vec<Figure>) {
    let mut times = ImportTimes::default();
    let mut undo = Times::default();
    let mut missing = Times::default();
    let unnumbered = office::without_numbers(rows);
    for n in 1..options.repeats.max(2) {
        let other = folder.join(format!("vault-{n}"));
        let (mut office, imported) = Office::import(&other, rows, &mut times);
        undo.push(timed(|| office.undo(&imported)).1);
        if n == 1 {
            office.add(&unnumbered, &mut ImportTimes::default());
            for _ in 0..options.repeats {
                let (count, time) = timed(|| office.missing());
                assert_eq!(count, u64::from(options.people));
                missing.push(time);
            }
        }
        office.close();
        std::fs::remove_dir_all(other).unwrap();
    }
    let (office, _) = Office::import(&folder.join("vault"), rows, &mut times);
    let mut import = Figure::new(
        "import",
        "people into an empty vault, from the file's bytes to the durable commit",
        times.whole,
    )
    .goal("within 3 times of its floor; sqlite3 .import makes one table of it and seals nothing")
    .part("file to rows", times.parsed)
    .part("rows into the vault", times.applied);
    import.peer(peers.sqlite_import());
    let undo = Figure::new(
        "undo_import",
        "the whole import taken back: every number destroyed with a tombstone and a ledger entry, everybody removed",
        undo,
    );
    let missing = Figure::new(
        "missing_numbers",
        "whose number is missing, with nobody's there: counted, and the first 50 of them",
        missing,
    );
    (office, vec![import, undo, missing])
}

fn opening(office: Office, peers: &peers::Peers, options: &Options) -> (Office, Vec<Figure>) {
    let mut office = office;
    let mut open = Times::default();
    let mut unlock = Times::default();
    let mut first_list = Times::default();
    let mut first_search = Times::default();
    let mut derivations = Times::default();
    let mut rest = Times::default();
    let mut before = derivation();
    for _ in 0..options.repeats * 3 {
        let (reopened, times) = office.reopen();
        // What a derivation takes changes with whatever else uses the memory.
        let after = derivation();
        rest.push(times.whole - [before, after].into_iter().sum::<Span>() / 2);
        derivations.push(after);
        before = after;
        open.push(times.whole);
        unlock.push(times.login);
        first_list.push(times.first_list);
        first_search.push(times.first_search);
        office = reopened;
    }
    let mut rest = Figure::new(
        "open_without_derivation",
        "the same less an Argon2id before and after it: both files read, keys opened, the login recorded, the first list",
        rest,
    )
    .goal(AHEAD);
    rest.peer(peers.open_by_raw_key());
    let mut figure = Figure::new(
        "open",
        "from the closed file to the first list of people, passphrase included",
        open,
    )
    .goal("ahead of keepassxc-cli, and of sqlcipher where a guess costs as much")
    .part("login, Argon2id included", unlock)
    .part("Argon2id alone (64 MiB, 3 passes, 4 lanes)", derivations)
    .part("first list", first_list);
    figure.peers(peers.open());
    let first = Figure::new(
        "first_search",
        "the first search after a login: it loads everybody's search text",
        first_search,
    );
    (office, vec![figure, rest, first])
}

fn searches(office: &Office, peers: &peers::Peers, options: &Options) -> Vec<Figure> {
    let mut figures = Vec::new();
    for (name, query, for_peers) in [
        ("name", "髙橋 美咲", "美咲"),
        ("kana", "たかはし みさき", "ミサキ"),
        ("employee_no", "004242", "004242"),
    ] {
        let mut times = Times::default();
        for _ in 0..options.repeats * 5 {
            times.push(timed(|| office.search(query)).1);
        }
        let mut figure = Figure::new(
            &format!("search_{name}"),
            "one search of all people, first 50 rows",
            times,
        )
        .goal("at most 10 ms at 100,000 people");
        figure.peers(peers.search(for_peers));
        figures.push(figure);
    }
    figures
}

fn numbers(office: &mut Office, peers: &peers::Peers, options: &Options) -> Vec<Figure> {
    let mut reveal = Times::default();
    for n in 0..options.repeats * 5 {
        reveal.push(timed(|| office.reveal(n)).1);
    }
    let mut reveal = Figure::new(
        "reveal",
        "one number shown, the ledger's entry durable before",
        reveal,
    )
    .goal(AHEAD);
    reveal.peers(peers.reveal());

    // The session's first look for a double decrypts every number.
    let (_, first) = timed(|| office.register(options.people + 900, true));
    let (mut register, mut unnumbered) = (Times::default(), Times::default());
    for n in 0..options.repeats * 5 {
        let counter = options.people + n as u32;
        register.push(timed(|| office.register(counter, true)).1);
        unnumbered.push(timed(|| office.register(counter + 500, false)).1);
    }
    let mut register = Figure::new(
        "register",
        "one person with number, durable; nobody else may have the number",
        register,
    )
    .goal(AHEAD)
    .part(
        "the first of a session: every number held is decrypted once",
        Times::from_iter([first]),
    )
    .part("one without a number", unnumbered);
    register.peers(peers.register());

    let mut rotate = Times::default();
    for n in 0..options.repeats {
        rotate.push(timed(|| office.replace(n, options.people + 1000 + n as u32)).1);
    }
    let mut rotate = Figure::new(
        "rotate",
        "one number destroyed by a replacement, every other data key wrapped anew under a new company key",
        rotate,
    )
    .goal(AHEAD);
    rotate.peers(peers.rotate());
    vec![reveal, register, rotate]
}

/// What a passphrase costs on purpose.
fn derivation() -> Span {
    timed(|| vault::derive_once(office::PASSPHRASE).unwrap()).1
}

fn options() -> Options {
    let mut options = Options {
        folder: std::env::temp_dir(),
        people: 100_000,
        entries: 1_000_000,
        repeats: 5,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments
            .next()
            .unwrap_or_else(|| panic!("{name} wants a value"));
        match name.as_str() {
            "--folder" => options.folder = value.into(),
            "--people" => options.people = value.parse().unwrap(),
            "--entries" => options.entries = value.parse().unwrap(),
            "--repeats" => options.repeats = value.parse().unwrap(),
            _ => panic!("{name}: --folder, --people, --entries or --repeats"),
        }
    }
    options
}

fn say(what: &str) {
    eprintln!("measuring: {what}");
}

fn number(counter: u32) -> IndividualNumber {
    (0..10)
        .find_map(|check| IndividualNumber::parse(&format!("9000{counter:07}{check}")).ok())
        .unwrap()
}

const PURPOSES: [Purpose; 2] = [Purpose::WithholdingTax, Purpose::HealthAndPension];
