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
mod office;
mod peers;

use figure::{Figure, Times, timed};
use mynumber::{IndividualNumber, Purpose};
use office::Office;
use std::path::PathBuf;

struct Options {
    folder: PathBuf,
    people: u32,
    entries: u64,
    repeats: usize,
}

fn main() {
    let options = options();
    let folder = tempfile::tempdir_in(&options.folder).unwrap();
    let mut figures = Vec::new();

    say("the rows");
    let rows = office::rows(options.people);
    let csv = folder.path().join("rows.csv");
    std::fs::write(&csv, &rows).unwrap();
    let peers = peers::Peers::new(folder.path(), &csv, options.people, options.repeats);

    say("import");
    let (office, times) = Office::import(&folder.path().join("vault"), &rows);
    let mut import = Figure::new(
        "import",
        "people into an empty vault, from the file's bytes to the durable commit",
        times.whole,
    )
    .goal("within 3 times of sqlite3 .import")
    .part("file to rows", times.parsed)
    .part("rows into the vault", times.applied);
    import.peer(peers.sqlite_import());
    figures.push(import);

    say("people");
    figures.extend(people(office, &peers, &options));
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

fn people(office: Office, peers: &peers::Peers, options: &Options) -> Vec<Figure> {
    let ahead = "ahead of sqlcipher and keepassxc-cli";
    let mut office = office;
    let mut open = Times::default();
    let mut unlock = Times::default();
    let mut first_list = Times::default();
    for _ in 0..options.repeats {
        let (reopened, times) = office.reopen();
        open.push(times.whole);
        unlock.push(times.login);
        first_list.push(times.first_list);
        office = reopened;
    }
    let derivation = derivation(options.repeats);
    let mut figures = Vec::new();
    let mut rest = Figure::new(
        "open_without_derivation",
        "the same less Argon2id: both files read, keys opened, the login recorded, the search index loaded",
        open.less(derivation.median()),
    )
    .goal(ahead);
    rest.peer(peers.open_by_raw_key());
    let mut figure = Figure::new(
        "open",
        "from the closed file to the first list of people, passphrase included",
        open,
    )
    .goal(ahead)
    .part("login, Argon2id included", unlock)
    .part("Argon2id alone (64 MiB, 3 passes, 4 lanes)", derivation)
    .part("first list (loads the search index)", first_list);
    figure.peers(peers.open());
    figures.extend([figure, rest]);

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

    let mut reveal = Times::default();
    for n in 0..options.repeats * 5 {
        reveal.push(timed(|| office.reveal(n)).1);
    }
    let mut figure = Figure::new(
        "reveal",
        "one number shown, the ledger's entry durable before",
        reveal,
    )
    .goal(ahead);
    figure.peers(peers.reveal());
    figures.push(figure);

    let (mut register, mut unnumbered) = (Times::default(), Times::default());
    for n in 0..options.repeats {
        let counter = options.people + n as u32;
        register.push(timed(|| office.register(counter, true)).1);
        unnumbered.push(timed(|| office.register(counter + 500, false)).1);
    }
    let mut figure = Figure::new(
        "register",
        "one person with number, durable; compared with every other number for a double",
        register,
    )
    .goal(ahead)
    .part("one without a number: nothing is compared", unnumbered);
    figure.peers(peers.register());
    figures.push(figure);

    let mut rotate = Times::default();
    for n in 0..options.repeats {
        rotate.push(timed(|| office.replace(n, options.people + 1000 + n as u32)).1);
    }
    let mut figure = Figure::new(
        "rotate",
        "one number destroyed by a replacement, every other data key wrapped anew under a new company key",
        rotate,
    )
    .goal(ahead);
    figure.peers(peers.rotate());
    figures.push(figure);
    office.close();
    figures
}

/// What a passphrase costs on purpose, with the vault's parameters.
fn derivation(repeats: usize) -> Times {
    let parameters = argon2::Params::new(64 * 1024, 3, 4, Some(32)).unwrap();
    let argon2 = argon2::Argon2::new(
        argon2::Algorithm::Argon2id,
        argon2::Version::V0x13,
        parameters,
    );
    let mut times = Times::default();
    for _ in 0..repeats {
        let mut key = [0; 32];
        let work =
            || argon2.hash_password_into(office::PASSPHRASE.as_bytes(), &[0x5a; 16], &mut key);
        let (derived, time) = timed(work);
        derived.unwrap();
        times.push(time);
    }
    times
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
