//! Keyboards and pointers: every `/dev/input/event*` that can be read, now or later.
//!
//! A node may appear before init has made it readable, so a change of its owner or mode
//! (`IN_ATTRIB`) is another chance to open it.

use super::held_keys::HeldKeys;
use super::keymap::NUM_LOCK;
use super::num_lock::{Lamp, Pad};
use super::pointing::{Axis, LONG_PRESS, Motion, Pointing, Raw, Traits, is_arrow_gone};
use evdev::{
    AbsoluteAxisCode, AutoRepeat, Device, EventType, InputEvent, KeyCode, LedCode, PropType,
    RelativeAxisCode,
};
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use std::collections::BTreeMap;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

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
    /// NumLock of a keyboard was struck; whether any lamp is lit then.
    Pad(Pad, bool),
    Motion(Motion),
    /// The last mouse or pad was pulled: nothing moves the arrow any more.
    NoPointer,
}

struct Node {
    device: Device,
    pointing: Option<Pointing>,
    /// Of NumLock.
    lamp: Lamp,
}

pub struct Inputs {
    watch: OwnedFd,
    /// The folder itself may not exist yet.
    watched: bool,
    nodes: BTreeMap<String, Node>,
    held: HeldKeys<String>,
    caps: bool,
    pad: Pad,
    /// Whether a NumLock lamp was lit when it was told last.
    lit: bool,
}

impl Inputs {
    pub fn new() -> io::Result<Self> {
        let watch = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        let mut inputs = Self {
            watch,
            watched: false,
            nodes: BTreeMap::new(),
            held: HeldKeys::default(),
            caps: false,
            pad: Pad::default(),
            lit: false,
        };
        inputs.look();
        inputs.lit = inputs.is_num_lit();
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
                node.lamp = self.pad.lamp(node.lamp);
                node.show(self.caps);
                self.nodes.insert(name, node);
            }
        }
    }

    /// Shows Caps Lock on the lamps of every keyboard, also of those that come later.
    pub fn show_caps(&mut self, caps: bool) {
        self.caps = caps;
        for node in self.nodes.values_mut() {
            node.show(caps);
        }
    }

    /// Whether the NumLock lamp of a keyboard is lit.
    pub fn is_num_lit(&self) -> bool {
        self.nodes.values().any(|node| node.lamp == Lamp::Lit)
    }

    /// How long until something happens by itself.
    pub fn wake_in(&self) -> Option<Duration> {
        let pointing = self.nodes.values().filter_map(|n| n.pointing.as_ref());
        let due = pointing.filter_map(Pointing::due).min()?;
        // The clock may have been set meanwhile.
        Some(due.saturating_sub(now()).min(LONG_PRESS))
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
        let names: Vec<String> = self.nodes.keys().cloned().collect();
        for name in names {
            let Some(node) = self.nodes.get_mut(&name) else {
                continue;
            };
            let mut news = Vec::new();
            match node.read(&mut news) {
                Ok(at) => typed = typed.max(at),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => lost.push(name.clone()),
            }
            node.tick(&mut news);
            for input in news {
                self.take(&name, input, &mut inputs);
            }
        }
        if let Some(at) = typed {
            let pointing = self.nodes.values_mut().filter_map(|n| n.pointing.as_mut());
            pointing.for_each(|pointing| pointing.hush(at));
        }
        for name in lost {
            self.lose(&name, &mut inputs);
        }
        // A keyboard came with its lamp lit, or went.
        if self.is_num_lit() != self.lit {
            inputs.push(self.tell_pad());
        }
        inputs
    }

    fn tell_pad(&mut self) -> Input {
        self.lit = self.is_num_lit();
        Input::Pad(self.pad, self.lit)
    }

    fn take(&mut self, name: &String, input: Input, inputs: &mut Vec<Input>) {
        let Input::Key(code, value) = input else {
            inputs.push(input);
            return;
        };
        if !self.held.take(name, code, value) {
            return;
        }
        inputs.push(input);
        if (code, value) == (NUM_LOCK, 1) {
            self.num_lock(name);
            inputs.push(self.tell_pad());
        }
    }

    fn num_lock(&mut self, name: &str) {
        if let Some(node) = self.nodes.get_mut(name) {
            (self.pad, node.lamp) = self.pad.struck(node.lamp);
        }
        for node in self.nodes.values_mut() {
            node.lamp = self.pad.lamp(node.lamp);
            node.show(self.caps);
        }
    }

    /// A device is gone: what it held down is let go.
    fn lose(&mut self, name: &String, inputs: &mut Vec<Input>) {
        let Some(gone) = self.nodes.remove(name) else {
            return;
        };
        if let Some(pointing) = gone.pointing {
            let mut motions = Vec::new();
            pointing.release(&mut motions);
            inputs.extend(motions.into_iter().map(Input::Motion));
            let left = self.nodes.values().filter_map(|n| n.pointing.as_ref());
            if is_arrow_gone(&pointing, left) {
                inputs.push(Input::NoPointer);
            }
        }
        let released = self.held.lose(name);
        inputs.extend(released.into_iter().map(|code| Input::Key(code, 0)));
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
        let lamp = lamp(&device);
        Ok(Self {
            device,
            pointing,
            lamp,
        })
    }

    fn show(&mut self, caps: bool) {
        let Some(lamps) = self.device.supported_leds() else {
            return;
        };
        let events: Vec<InputEvent> = [
            (LedCode::LED_CAPSL, caps),
            (LedCode::LED_NUML, self.lamp == Lamp::Lit),
        ]
        .into_iter()
        .filter(|(lamp, _)| lamps.contains(*lamp))
        .map(|(lamp, on)| InputEvent::new(EventType::LED.0, lamp.0, on.into()))
        .collect();
        // A keyboard whose lamps do not work still types.
        let _ = self.device.send_events(&events);
    }

    /// Adds what happens by itself: a finger stays. Not before its events are read, as it may have gone.
    fn tick(&mut self, inputs: &mut Vec<Input>) {
        let mut motions = Vec::new();
        if let Some(pointing) = &mut self.pointing {
            pointing.tick(now(), &mut motions);
        }
        inputs.extend(motions.into_iter().map(Input::Motion));
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

/// On the clock that the kernel stamps events with.
fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// The NumLock lamp as firmware, kernel or an earlier kiosk left it (`EVIOCGLED`).
fn lamp(device: &Device) -> Lamp {
    let lamps = device.supported_leds();
    if !lamps.is_some_and(|lamps| lamps.contains(LedCode::LED_NUML)) {
        return Lamp::Missing;
    }
    match device.get_led_state() {
        Ok(lit) if lit.contains(LedCode::LED_NUML) => Lamp::Lit,
        _ => Lamp::Dark,
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
