//! Times, their medians and the JSON they end in.

use serde_json::{Value, json};
use std::time::{Duration, Instant};

#[derive(Clone, Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    pub fn one(time: Duration) -> Self {
        Self(vec![time])
    }

    pub fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn median(&self) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort();
        sorted[sorted.len() / 2]
    }

    pub fn median_ms(&self) -> f64 {
        self.median().as_secs_f64() * 1000.0
    }

    /// Each of them with this taken off.
    pub fn less(&self, part: Duration) -> Self {
        Self(self.0.iter().map(|t| t.saturating_sub(part)).collect())
    }

    fn json(&self) -> Value {
        let runs: Vec<f64> = self
            .0
            .iter()
            .map(|t| rounded(t.as_secs_f64() * 1000.0))
            .collect();
        json!({ "median_ms": rounded(self.median_ms()), "runs_ms": runs })
    }
}

pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let value = work();
    (value, start.elapsed())
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

    pub fn peer(&mut self, peer: Peer) {
        self.peers.push(peer);
    }

    pub fn peers(&mut self, peers: Vec<Peer>) {
        self.peers.extend(peers);
    }

    fn json(&self) -> Value {
        let ours = self.ours.median_ms();
        let peers: Vec<Value> = self
            .peers
            .iter()
            .map(|peer| match &peer.times {
                Ok(times) => json!({
                    "name": peer.name,
                    "how": peer.how,
                    "times": times.json(),
                    "ours_to_peer": rounded(ours / times.median_ms()),
                }),
                Err(why) => json!({ "name": peer.name, "how": peer.how, "not_measured": why }),
            })
            .collect();
        let parts: serde_json::Map<String, Value> = self
            .parts
            .iter()
            .map(|(name, times)| ((*name).to_owned(), json!(rounded(times.median_ms()))))
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
        // Above the number of cores: others were working too, and all figures are worse.
        "load_average": read("/proc/loadavg").trim(),
        "figures": figures.iter().map(Figure::json).collect::<Vec<_>>(),
    });
    serde_json::to_string_pretty(&value).unwrap()
}

/// To three digits behind the point.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
