//! From a key to pixels, at 1080p and 2160p, and what idling costs: JSON on standard output.
//! `cargo xtask bench kiosk` keeps it under target/bench.
//!
//! The kiosk runs as it ships but for its edge: the same core, the same renderer, drawing into
//! memory as it draws into the buffer of the stick's screen, which is ordinary memory too; the
//! kernel's copy from there to the firmware's framebuffer is not in the times. Init and keeper
//! are played by a script, whose time counts too. Times are this thread's CPU time: what one
//! core needs, whatever else the machine does.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement")]

#[path = "../tests/support/mod.rs"]
mod support;

use kiosk::app::{Event, Key};
use kiosk::platform::wiping::Wiping;
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;
use std::process::Command;
use std::time::Duration;
use support::Desk;

/// As the kiosk's process has it.
#[global_allocator]
static MEMORY: Wiping<std::alloc::System> = Wiping(std::alloc::System);

#[derive(Serialize)]
struct Figures {
    /// Code is measured as it was compiled.
    optimised: bool,
    cores: usize,
    load_average: String,
    goal_key_to_pixels_ms: f64,
    goal_resident_kib: u64,
    screens: Vec<serde_json::Value>,
}

#[derive(Serialize)]
struct Screen {
    width: u32,
    height: u32,
    percent: u16,
    /// A character in a field without kana.
    typing: Times,
    /// A letter of romaji that is composed.
    composing: Times,
    /// 変換: a name or an address is converted, its candidates open and the next is chosen.
    converting: Times,
    /// A row further down in a list of 10,000 people.
    next_row: Times,
    /// A page further down there.
    next_page: Times,
    /// Another screen.
    full_redraw: Times,
    idle: Idle,
    /// With what was used of the dictionary, which is mapped, and without the buffer of the
    /// screen: that is the kernel's, and a process does not count it (VM_PFNMAP).
    resident_kib: u64,
    /// The buffer of one screen.
    screen_kib: u64,
}

#[derive(Serialize)]
struct Times {
    count: usize,
    median_ms: f64,
    p99_ms: f64,
    worst_ms: f64,
}

#[derive(Serialize)]
struct Idle {
    minutes: u64,
    wakeups: u64,
    /// The clock in the header moves once a minute.
    frames: u64,
    cpu_ms: f64,
}

const SIZES: [(u32, u32); 2] = [(1920, 1080), (3840, 2160)];

/// Romaji that takes the converter to many places of its dictionary.
const READINGS: [&str; 12] = [
    "yamadatarou",
    "takahasihanako",
    "satouitirou",
    "watanabeyuuki",
    "koizumimasanobu",
    "ootakanaoko",
    "hasegawashintarou",
    "kyoutofukyoutosinakagyouku",
    "toukyoutotiyodakukasumigaseki",
    "gensentyousyuuhyouwosakuseisuru",
    "kenkouhokentokouseinenkinnotodoke",
    "syakaihokenroumusijimusyo",
];

fn main() {
    let arguments: Vec<u32> = std::env::args()
        .skip(1)
        .filter_map(|argument| argument.parse().ok())
        .collect();
    if let [width, height] = arguments[..] {
        let screen = measure(width, height);
        println!("{}", serde_json::to_string(&screen).unwrap());
        return;
    }
    // Each size in a process of its own, so that memory is its own.
    let screens = SIZES.map(|(width, height)| {
        let output = Command::new(std::env::current_exe().unwrap())
            .args([width.to_string(), height.to_string()])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    });
    let figures = Figures {
        optimised: !cfg!(debug_assertions),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        load_average: std::fs::read_to_string("/proc/loadavg").unwrap_or_default(),
        goal_key_to_pixels_ms: 16.0,
        goal_resident_kib: 80 * 1024,
        screens: screens.to_vec(),
    };
    println!("{}", serde_json::to_string_pretty(&figures).unwrap());
}

struct Bench {
    desk: Desk,
}

impl Bench {
    /// What an event costs until its pixels are in the buffer, and whether there were any.
    fn time(&mut self, act: impl FnOnce(&mut Desk)) -> (Duration, bool) {
        self.desk.kiosk.take_areas();
        let start = cpu();
        act(&mut self.desk);
        (cpu() - start, !self.desk.kiosk.take_areas().is_empty())
    }

    fn keys(&mut self, keys: impl IntoIterator<Item = Key>) -> Times {
        let times = keys.into_iter().map(|key| {
            let (time, drawn) = self.time(|desk| desk.key(key));
            assert!(drawn, "{key:?} changed nothing");
            time
        });
        summary(times.collect())
    }

    /// In the field of a name.
    fn converting(&mut self) -> Times {
        let mut times = Vec::new();
        for reading in READINGS.iter().cycle().take(5 * READINGS.len()) {
            self.desk.keys(reading);
            for key in [Key::Char(' '), Key::Char(' '), Key::Down] {
                times.push(self.time(|desk| desk.key(key)).0);
            }
            while !self.desk.kiosk.view().preedit.is_empty() {
                self.desk.key(Key::Escape);
            }
        }
        summary(times)
    }

    fn idle(&mut self, minutes: u64) -> Idle {
        let (mut wakeups, mut frames) = (0, 0);
        let end = self.desk.kiosk.now.monotonic + Duration::from_secs(60 * minutes);
        let start = cpu();
        while self.desk.kiosk.now.monotonic < end {
            let wait = self.desk.kiosk.app.wake_in();
            self.desk.kiosk.now.monotonic += wait;
            self.desk.kiosk.now.unix += wait.as_secs().cast_signed();
            self.desk.kiosk.event(Event::Tick);
            self.desk.serve();
            wakeups += 1;
            frames += u64::from(!self.desk.kiosk.take_areas().is_empty());
        }
        Idle {
            minutes,
            wakeups,
            frames,
            cpu_ms: (cpu() - start).as_secs_f64() * 1000.0,
        }
    }
}

fn measure(width: u32, height: u32) -> Screen {
    let mut bench = Bench {
        desk: Desk::converting(width, height, "measure"),
    };
    bench.desk.log_in();
    bench.desk.add_people(10_000);
    let percent = bench.desk.kiosk.canvas().percent();

    bench.desk.key(Key::Char('1'));
    let next_row = bench.keys(std::iter::repeat_n(Key::Down, 300));
    let next_page = bench.keys(std::iter::repeat_n(Key::PageDown, 100));

    bench.desk.key(Key::F(2));
    // Employee numbers take 20 characters: typed and deleted in turn.
    let digits = ('0'..='9').map(Key::Char).cycle().take(20);
    let there_and_back = digits.chain(std::iter::repeat_n(Key::Backspace, 20));
    let typing = bench.keys(there_and_back.cycle().take(400));
    bench.desk.key(Key::Char('1'));
    bench.desk.key(Key::Enter);
    bench.desk.key(Key::Tab);
    let name = "yamadatarou".chars().map(Key::Char);
    let composed = name.chain([Key::Escape]);
    let composing = bench.keys(composed.cycle().take(300));

    let converting = bench.converting();

    let redraws = (0..40).map(|_| {
        let (time, _) = bench.time(|desk| {
            desk.kiosk.canvas().redraw();
            desk.kiosk.event(Event::Tick);
        });
        time
    });
    let full_redraw = summary(redraws.collect());
    // Beyond five minutes the vault is locked, and idles on.
    let idle = bench.idle(60);
    let screen_kib = u64::from(width) * u64::from(height) * 4 / 1024;
    Screen {
        width,
        height,
        percent,
        typing,
        composing,
        converting,
        next_row,
        next_page,
        full_redraw,
        idle,
        resident_kib: resident() - screen_kib,
        screen_kib,
    }
}

fn summary(mut times: Vec<Duration>) -> Times {
    times.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let at = |part: usize| ms(times[(times.len() - 1) * part / 100]);
    Times {
        count: times.len(),
        median_ms: at(50),
        p99_ms: at(99),
        worst_ms: at(100),
    }
}

/// CPU time of this thread.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

/// Resident memory of this process in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
