//! Keyboards and pointers: every `/dev/input/event*` that can be read, now or later.
//!
//! A node may appear before init has made it readable, so a change of its owner or mode
//! (`IN_ATTRIB`) is another chance to open it.

use super::pointing::{Axis, Motion, Pointing, Raw, Traits};
use crate::app::Locks;
use evdev::{
    AbsoluteAxisCode, AutoRepeat, Device, EventType, InputEvent, KeyCode, LedCode, PropType,
    RelativeAxisCode,
};
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use std::collections::BTreeMap;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, UNIX_EPOCH};

const FOLDER: &str = "/dev/input";
/// What Windows and most desktops start with: half a second, then 30 a second. The kernel
/// repeats; its own quarter of a second is too soon for slow hands.
const REPEAT: AutoRepeat = AutoRepeat {
    delay: 500,
    period: 33,
};
/// Codes below are keys, from here on buttons.
const FIRST_BUTTON: u16 = 0x100;

/// What a device did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Input {
    /// A key: its code, and 0 released, 1 pressed, 2 repeated.
    Key(u16, i32),
    Motion(Motion),
    /// A device is gone; what it held down is released.
    Lost,
}

struct Node {
    device: Device,
    pointing: Option<Pointing>,
}

pub struct Inputs {
    watch: OwnedFd,
    /// The folder itself may not exist yet.
    watched: bool,
    nodes: BTreeMap<String, Node>,
    locks: Locks,
}

impl Inputs {
    pub fn new() -> io::Result<Self> {
        let watch = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        let mut inputs = Self {
            watch,
            watched: false,
            nodes: BTreeMap::new(),
            locks: Locks::default(),
        };
        inputs.look();
        Ok(inputs)
    }

    /// Whether news of the folder will come by themselves; else [`Inputs::look`] is to be
    /// called from time to time.
    pub fn is_watched(&self) -> bool {
        self.watched
    }

    /// Opens what is there and not open yet.
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
            if let Ok(mut node) = Device::open(entry.path()).and_then(Node::new) {
                node.show(self.locks);
                self.nodes.insert(name, node);
            }
        }
    }

    /// Shows the locks on the lamps of every keyboard, also of those that come later.
    pub fn show(&mut self, locks: Locks) {
        self.locks = locks;
        for node in self.nodes.values_mut() {
            node.show(locks);
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
        let mut typed = None;
        for (name, node) in &mut self.nodes {
            match node.read(&mut inputs) {
                Ok(at) => typed = typed.max(at),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => lost.push(name.clone()),
            }
        }
        if let Some(at) = typed {
            let pointing = self.nodes.values_mut().filter_map(|n| n.pointing.as_mut());
            pointing.for_each(|pointing| pointing.hush(at));
        }
        for name in lost {
            let gone = self.nodes.remove(&name);
            if let Some(pointing) = gone.and_then(|node| node.pointing) {
                let mut motions = Vec::new();
                pointing.release(&mut motions);
                inputs.extend(motions.into_iter().map(Input::Motion));
            }
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

impl Node {
    fn new(mut device: Device) -> io::Result<Self> {
        device.set_nonblocking(true)?;
        if device.get_auto_repeat().is_some() {
            // A keyboard that keeps its own rate is as good.
            let _ = device.update_auto_repeat(&REPEAT);
        }
        let pointing = Pointing::of(traits(&device));
        Ok(Self { device, pointing })
    }

    fn show(&mut self, locks: Locks) {
        let Some(lamps) = self.device.supported_leds() else {
            return;
        };
        let events: Vec<InputEvent> = [
            (LedCode::LED_CAPSL, locks.caps),
            (LedCode::LED_NUML, locks.num),
        ]
        .into_iter()
        .filter(|(lamp, _)| lamps.contains(*lamp))
        .map(|(lamp, on)| InputEvent::new(EventType::LED.0, lamp.0, on.into()))
        .collect();
        // A keyboard whose lamps do not work still types.
        let _ = self.device.send_events(&events);
    }

    /// Adds what happened; gives back when a key was last pressed, if one was.
    fn read(&mut self, inputs: &mut Vec<Input>) -> io::Result<Option<Duration>> {
        let mut typed = None;
        let mut motions = Vec::new();
        for event in self.device.fetch_events()? {
            let at = event.timestamp().duration_since(UNIX_EPOCH);
            let raw = Raw {
                at: at.unwrap_or_default(),
                kind: event.event_type().0,
                code: event.code(),
                value: event.value(),
            };
            if event.event_type() == EventType::KEY && raw.code < FIRST_BUTTON {
                inputs.push(Input::Key(raw.code, raw.value));
                if raw.value != 0 {
                    typed = Some(raw.at);
                }
            } else if let Some(pointing) = &mut self.pointing {
                pointing.take(raw, &mut motions);
                inputs.extend(motions.drain(..).map(Input::Motion));
            }
        }
        Ok(typed)
    }
}

fn traits(device: &Device) -> Traits {
    let key = |code| {
        device
            .supported_keys()
            .is_some_and(|keys| keys.contains(code))
    };
    let relative = device
        .supported_relative_axes()
        .is_some_and(|axes| axes.contains(RelativeAxisCode::REL_X));
    let mut axes: Vec<(AbsoluteAxisCode, Axis)> = Vec::new();
    for (code, info) in device.get_absinfo().into_iter().flatten() {
        let axis = Axis {
            low: info.minimum(),
            high: info.maximum(),
            per_mm: info.resolution(),
        };
        axes.push((code, axis));
    }
    let axis = |wanted| Some(axes.iter().find(|(code, _)| *code == wanted)?.1);
    let pair = |x, y| Some([axis(x)?, axis(y)?]);
    let contacts = axis(AbsoluteAxisCode::ABS_MT_SLOT).is_some();
    let of_contacts = pair(
        AbsoluteAxisCode::ABS_MT_POSITION_X,
        AbsoluteAxisCode::ABS_MT_POSITION_Y,
    )
    .filter(|_| contacts);
    Traits {
        relative,
        axes: of_contacts.or(pair(AbsoluteAxisCode::ABS_X, AbsoluteAxisCode::ABS_Y)),
        contacts: of_contacts.is_some(),
        direct: device.properties().contains(PropType::DIRECT),
        touch: key(KeyCode::BTN_TOUCH),
        finger: key(KeyCode::BTN_TOOL_FINGER),
        button: key(KeyCode::BTN_LEFT),
    }
}
