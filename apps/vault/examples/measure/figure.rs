//! Times, their medians and the JSON they end in.

use nix::sys::resource::{Usage, UsageWho, getrusage};
use serde_json::{Value, json};
use std::iter::Sum;
use std::ops::{Div, Sub};
use std::time::{Duration, Instant};

/// What something took. Where others work on the same machine, the processor's time is what
/// can be compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub wall: Duration,
    /// Of all threads, in the program and in the kernel.
    pub cpu: Duration,
}

impl Span {
    /// `None` where the difference is not positive.
    pub fn checked_sub(self, part: Self) -> Option<Self> {
        Some(Self {
            wall: self.wall.checked_sub(part.wall).filter(|t| !t.is_zero())?,
            cpu: self.cpu.saturating_sub(part.cpu),
        })
    }
}

impl Sub for Span {
    type Output = Self;
    fn sub(self, part: Self) -> Self {
        Self {
            wall: self.wall.saturating_sub(part.wall),
            cpu: self.cpu.saturating_sub(part.cpu),
        }
    }
}

impl Div<u32> for Span {
    type Output = Self;
    fn div(self, by: u32) -> Self {
        Self {
            wall: self.wall / by,
            cpu: self.cpu / by,
        }
    }
}

impl Sum for Span {
    fn sum<I: Iterator<Item = Self>>(spans: I) -> Self {
        spans.fold(Self::default(), |all, span| Self {
            wall: all.wall + span.wall,
            cpu: all.cpu + span.cpu,
        })
    }
}

#[derive(Clone, Debug, Default)]
pub struct Times(Vec<Span>);

impl Times {
    pub fn push(&mut self, span: Span) {
        self.0.push(span);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Of each by itself.
    pub fn median(&self) -> Span {
        let middle = |of: fn(&Span) -> Duration| {
            let mut sorted: Vec<_> = self.0.iter().map(of).collect();
            sorted.sort();
            sorted[sorted.len() / 2]
        };
        Span {
            wall: middle(|s| s.wall),
            cpu: middle(|s| s.cpu),
        }
    }

    fn json(&self) -> Value {
        let median = self.median();
        let runs: Vec<f64> = self.0.iter().map(|span| ms(span.wall)).collect();
        json!({ "median_ms": ms(median.wall), "cpu_ms": ms(median.cpu), "runs_ms": runs })
    }
}

impl FromIterator<Span> for Times {
    fn from_iter<I: IntoIterator<Item = Span>>(spans: I) -> Self {
        Self(spans.into_iter().collect())
    }
}

/// A clock for one [`Span`], of this program or of those it starts.
pub struct Watch {
    who: UsageWho,
    start: Instant,
    used: Duration,
}

impl Watch {
    pub fn start(who: UsageWho) -> Self {
        Self {
            who,
            used: used(who),
            start: Instant::now(),
        }
    }

    pub fn stop(self) -> Span {
        Span {
            wall: self.start.elapsed(),
            cpu: used(self.who).saturating_sub(self.used),
        }
    }
}

fn used(who: UsageWho) -> Duration {
    let time = |part: fn(&Usage) -> nix::sys::time::TimeVal, usage: &Usage| {
        let time = part(usage);
        Duration::new(time.tv_sec() as u64, time.tv_usec() as u32 * 1000)
    };
    getrusage(who).map_or(Duration::ZERO, |usage| {
        time(Usage::user_time, &usage) + time(Usage::system_time, &usage)
    })
}

pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Span) {
    let watch = Watch::start(UsageWho::RUSAGE_SELF);
    let value = work();
    (value, watch.stop())
}

/// In milliseconds, to three digits behind the point.
fn ms(time: Duration) -> f64 {
    rounded(time.as_secs_f64() * 1000.0)
}

/// What another program needs for the same.
pub struct Peer {
    pub name: &'static str,
    /// What exactly was measured.
    pub how: &'static str,
    /// `Err`: why it could not be measured.
    pub times: Result<Times, String>,
}

/// One measurement.
pub struct Figure {
    name: String,
    what: &'static str,
    goal: &'static str,
    ours: Times,
    parts: Vec<(&'static str, Times)>,
    peers: Vec<Peer>,
}

impl Figure {
    pub fn new(name: &str, what: &'static str, ours: Times) -> Self {
        Self {
            name: name.to_owned(),
            what,
            goal: "",
            ours,
            parts: Vec::new(),
            peers: Vec::new(),
        }
    }

    pub fn goal(mut self, goal: &'static str) -> Self {
        self.goal = goal;
        self
    }

    /// Where the time goes.
    pub fn part(mut self, name: &'static str, times: Times) -> Self {
        self.parts.push((name, times));
        self
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn peer(&mut self, peer: Peer) {
        self.peers.push(peer);
    }

    pub fn peers(&mut self, peers: Vec<Peer>) {
        self.peers.extend(peers);
    }

    fn json(&self) -> Value {
        let ours = self.ours.median();
        let peers: Vec<Value> = self
            .peers
            .iter()
            .map(|peer| match &peer.times {
                Ok(times) => json!({
                    "name": peer.name,
                    "how": peer.how,
                    "times": times.json(),
                    "ours_to_peer": ratio(ours.wall, times.median().wall),
                    "ours_to_peer_cpu": ratio(ours.cpu, times.median().cpu),
                }),
                Err(why) => json!({ "name": peer.name, "how": peer.how, "not_measured": why }),
            })
            .collect();
        let parts: serde_json::Map<String, Value> = self
            .parts
            .iter()
            .map(|(name, times)| ((*name).to_owned(), json!(ms(times.median().wall))))
            .collect();
        json!({
            "name": self.name,
            "what": self.what,
            "goal": self.goal,
            "ours": self.ours.json(),
            "parts_ms": parts,
            "peers": peers,
        })
    }
}

/// Everything, with what one must know of the machine to judge it.
pub fn json(figures: &[Figure], people: u32, entries: u64) -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let processor = info
        .lines()
        .find(|l| l.starts_with("model name"))
        .unwrap_or_default();
    let value = json!({
        "people": people,
        "ledger_entries": entries,
        "processor": processor.split(':').nth(1).unwrap_or_default().trim(),
        "cores": std::thread::available_parallelism().map_or(0, |n| n.get()),
        // Above the number of cores: others were working too, and all times on the wall
        // are worse; those of the processor are not.
        "load_average": read("/proc/loadavg").trim(),
        "figures": figures.iter().map(Figure::json).collect::<Vec<_>>(),
    });
    serde_json::to_string_pretty(&value).unwrap()
}

/// `None` where a peer's own time is too short to be seen.
fn ratio(ours: Duration, peer: Duration) -> Option<f64> {
    (!peer.is_zero()).then(|| rounded(ours.as_secs_f64() / peer.as_secs_f64()))
}

/// To three digits behind the point.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
