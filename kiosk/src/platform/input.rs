//! Keyboards and pointers: every `/dev/input/event*` that can be read, now or later.
//!
//! A node may appear before init has made it readable, so a change of its owner or mode
//! (`IN_ATTRIB`) is another chance to open it.

use evdev::{AbsoluteAxisCode, Device, EventSummary, RelativeAxisCode};
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use std::collections::BTreeMap;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

const FOLDER: &str = "/dev/input";

/// What a device did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Input {
    /// A key or button: its code, and 0 released, 1 pressed, 2 repeated.
    Key(u16, i32),
    /// A mouse moved by so many counts.
    Moved(i32, i32),
    /// A tablet or touch screen points at this part (0–1) of the screen's width or height.
    AtX(f32),
    AtY(f32),
    Wheel(i32),
    /// A device is gone; what it held down is released.
    Lost,
}

struct Node {
    device: Device,
    /// Smallest and largest value of the absolute axes x and y.
    range: [(i32, i32); 2],
}

pub struct Inputs {
    watch: OwnedFd,
    /// The folder itself may not exist yet.
    watched: bool,
    nodes: BTreeMap<String, Node>,
}

impl Inputs {
    pub fn new() -> io::Result<Self> {
        let watch = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        let mut inputs = Self {
            watch,
            watched: false,
            nodes: BTreeMap::new(),
        };
        inputs.look();
        Ok(inputs)
    }

    /// Opens what is there and not open yet. Called at the start, at news of the folder
    /// and, until the folder exists, from time to time.
    pub fn look(&mut self) {
        if !self.watched {
            self.watched = inotify::add_watch(
                &self.watch,
                FOLDER,
                WatchFlags::CREATE | WatchFlags::ATTRIB | WatchFlags::DELETE,
            )
            .is_ok();
        }
        let Ok(entries) = std::fs::read_dir(FOLDER) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with("event") || self.nodes.contains_key(&name) {
                continue;
            }
            let Ok(device) = Device::open(entry.path()) else {
                continue;
            };
            if device.set_nonblocking(true).is_err() {
                continue;
            }
            let mut range = [(0, 1); 2];
            if let Ok(axes) = device.get_absinfo() {
                for (axis, info) in axes {
                    if let Some(slot) = range.get_mut(usize::from(axis.0)) {
                        *slot = (info.minimum(), info.maximum());
                    }
                }
            }
            self.nodes.insert(name, Node { device, range });
        }
    }

    /// What to wait on.
    pub fn fds(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        std::iter::once(self.watch.as_fd())
            .chain(self.nodes.values().map(|node| node.device.as_fd()))
    }

    /// Everything that happened since the last call.
    pub fn read(&mut self) -> Vec<Input> {
        let mut inputs = Vec::new();
        if self.news() {
            self.look();
        }
        let mut lost = Vec::new();
        for (name, node) in &mut self.nodes {
            let range = node.range;
            match node.device.fetch_events() {
                Ok(events) => inputs.extend(events.filter_map(|e| meaning(e.destructure(), range))),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => lost.push(name.clone()),
            }
        }
        for name in lost {
            self.nodes.remove(&name);
            inputs.push(Input::Lost);
        }
        inputs
    }

    /// Reads the watch empty; gives back whether there was anything.
    fn news(&mut self) -> bool {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = inotify::Reader::new(&self.watch, &mut buffer);
        let mut any = false;
        while reader.next().is_ok() {
            any = true;
        }
        any
    }
}

fn meaning(event: EventSummary, range: [(i32, i32); 2]) -> Option<Input> {
    let part =
        |value: i32, (low, high): (i32, i32)| (value - low) as f32 / (high - low).max(1) as f32;
    match event {
        EventSummary::Key(_, code, value) => Some(Input::Key(code.0, value)),
        EventSummary::RelativeAxis(_, RelativeAxisCode::REL_X, v) => Some(Input::Moved(v, 0)),
        EventSummary::RelativeAxis(_, RelativeAxisCode::REL_Y, v) => Some(Input::Moved(0, v)),
        EventSummary::RelativeAxis(_, RelativeAxisCode::REL_WHEEL, v) => Some(Input::Wheel(v)),
        EventSummary::AbsoluteAxis(_, AbsoluteAxisCode::ABS_X, v) => {
            Some(Input::AtX(part(v, range[0])))
        }
        EventSummary::AbsoluteAxis(_, AbsoluteAxisCode::ABS_Y, v) => {
            Some(Input::AtY(part(v, range[1])))
        }
        _ => None,
    }
}
