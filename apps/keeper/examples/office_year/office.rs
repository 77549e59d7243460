//! The office: a keeper, its clock, who sits there, and what was counted.

use crate::common::{World, secret, started};
use keeper::Keeper;
use mynumber::Date;
use protocol::clerk::{CompanyId, Reply, Request, UserId, session};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Office {
    pub keeper: Keeper,
    pub world: World,
    pub folder: PathBuf,
    /// The own one first, then the clients.
    pub companies: Vec<(CompanyId, &'static str)>,
    pub users: BTreeMap<&'static str, UserId>,
    counts: BTreeMap<&'static str, u64>,
    next_number: u64,
}

impl Office {
    pub fn open(folder: &Path) -> Self {
        let mut world = World::new();
        world.unix_seconds = noon("2026-01-05");
        Self {
            keeper: started(folder, &world),
            world,
            folder: folder.to_owned(),
            companies: Vec::new(),
            users: BTreeMap::new(),
            counts: BTreeMap::new(),
            next_number: 0,
        }
    }

    /// The story goes on at this day.
    pub fn day(&mut self, day: &str, what: &str) {
        self.world.unix_seconds = noon(day);
        println!("\n{day}  {what}");
    }

    pub fn tell(&self, what: &str) {
        println!("  {what}");
    }

    pub fn count(&mut self, what: &'static str, how_many: u64) {
        *self.counts.entry(what).or_default() += how_many;
    }

    pub fn tell_counts(&self) {
        println!("\nThe year in numbers");
        for (what, count) in &self.counts {
            println!("  {count:>6}  {what}");
        }
    }

    /// What the keeper answers, whatever it is.
    pub fn ask(&mut self, request: impl Into<Request>) -> Reply {
        self.count("requests", 1);
        self.keeper.handle(request, &mut self.world)
    }

    /// What the keeper answers to something that must be done.
    pub fn must(&mut self, request: impl Into<Request>) -> Reply {
        let request = request.into();
        let name = request.rule().name;
        match self.ask(request) {
            Reply::Refused(code) => panic!("{name}: {}", code.code()),
            reply @ (Reply::Invalid(_) | Reply::Waits(_)) => panic!("{name}: {reply:?}"),
            reply => reply,
        }
    }

    /// Somebody else sits down, in the own company.
    pub fn sits_down(&mut self, who: &'static str, passphrase: &str) {
        self.ask(session::Request::Lock);
        self.must(session::Request::Login {
            user: Some(self.users[who]),
            passphrase: secret(passphrase),
        });
        self.count("logins", 1);
    }

    pub fn enter(&mut self, index: usize) {
        let company = self.companies[index].0.clone();
        self.must(session::Request::Enter { company });
    }

    /// The next number nobody has: 9000 and a counter, with its check digit
    /// (番号法施行規則5条).
    pub fn number(&mut self) -> String {
        self.next_number += 1;
        let body = format!("9000{:07}", self.next_number);
        let sum: u32 = body
            .bytes()
            .zip([6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2])
            .map(|(digit, weight)| u32::from(digit - b'0') * weight)
            .sum();
        let check = match sum % 11 {
            0 | 1 => 0,
            rest => 11 - rest,
        };
        format!("{body}{check}")
    }
}

/// Noon in Japan.
pub fn noon(day: &str) -> i64 {
    let wanted = Date::parse(day).unwrap();
    (0..)
        .map(|days| 1_767_582_000 + days * 86_400)
        .find(|unix| Date::in_japan(*unix).unwrap() == wanted)
        .unwrap()
}

/// Has the verifier that needs Python alone check the reports, where Python is.
pub fn verify(files: &[PathBuf]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/verify_ledger.py");
    println!("\nThe verifier that needs Python alone");
    for file in files {
        match Command::new("python3").arg(&script).arg(file).output() {
            Ok(done) => {
                print!("{}", String::from_utf8_lossy(&done.stdout));
                assert!(
                    done.status.success(),
                    "{}",
                    String::from_utf8_lossy(&done.stderr)
                );
            }
            Err(_) => println!("  no python3 here; {} is not checked", file.display()),
        }
    }
}
