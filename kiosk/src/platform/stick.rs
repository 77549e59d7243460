//! The stick's event loop: one thread, one poll over pipes, keyboards and time.

use super::canvas::Canvas;
use super::drm::Screens;
use super::input::{Input, Inputs};
use super::keymap::Modifiers;
use super::num_lock::Pad;
use super::pipe::{Closed, Pipe};
use super::pointing::Motion;
use super::{Clocks, inherited, keep_panics_silent, pointer};
use crate::app::{self, App, Effect, Event, Key, Layout, Locks};
use crate::bind::Binding;
use crate::fonts;
use crate::ime::{dictionary, kana_keys};
use crate::ui;
use protocol::settings::Settings;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType};
use slint::platform::{Platform, PlatformError, PointerEventButton, WindowAdapter, WindowEvent};
use slint::{ComponentHandle, LogicalPosition};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How long a picture of something that moves by itself stays.
const FRAME: Duration = Duration::from_millis(60);
/// How often the connectors are looked at where screens can come and go.
const LOOK_AT_SCREENS: Duration = Duration::from_secs(2);
/// How often the folder of input devices is looked for until it is there.
const LOOK_FOR_INPUTS: Duration = Duration::from_millis(200);

struct StickPlatform {
    window: Rc<MinimalSoftwareWindow>,
    start: Instant,
}

impl Platform for StickPlatform {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.window.clone())
    }

    fn duration_since_start(&self) -> Duration {
        self.start.elapsed()
    }
}

/// Why the kiosk ended. Init starts another.
#[derive(Debug)]
pub enum Ended {
    NoFonts,
    Toolkit,
    Screen,
    Pipe,
}

impl From<Closed> for Ended {
    fn from(_: Closed) -> Self {
        Ended::Pipe
    }
}

/// Runs until a pipe closes.
pub fn run() -> Ended {
    match Kiosk::start() {
        Ok(mut kiosk) => loop {
            if let Err(ended) = kiosk.turn() {
                return ended;
            }
        },
        Err(ended) => ended,
    }
}

struct Kiosk {
    clocks: Clocks,
    app: App,
    binding: Binding,
    window: Rc<MinimalSoftwareWindow>,
    component: ui::Kiosk,
    /// What the pointer did in Slint's callbacks.
    events: Rc<RefCell<VecDeque<Event>>>,
    screens: Screens,
    screens_change: bool,
    looked: Instant,
    canvas: Canvas,
    inputs: Inputs,
    modifiers: Modifiers,
    locks: Locks,
    settings: Settings,
    pointer: LogicalPosition,
    /// The left button of a mouse or pad is down, or a finger that stays.
    pressed: bool,
    /// A finger points, and needs no arrow; until something else does.
    touched: bool,
    keeper: Pipe,
    init: Pipe,
}

impl Kiosk {
    fn start() -> Result<Self, Ended> {
        let [keeper, init] = inherited::pipes();
        keep_panics_silent();
        let (keeper, init) = (Pipe::new(keeper)?, Pipe::new(init)?);
        let screens = Screens::wait();
        let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
        slint::platform::set_platform(Box::new(StickPlatform {
            window: window.clone(),
            start: Instant::now(),
        }))
        .map_err(|_| Ended::Toolkit)?;
        let coverage = fonts::register(fonts::SHIPPED.as_ref()).map_err(|_| Ended::NoFonts)?;
        let component = ui::Kiosk::new().map_err(|_| Ended::Toolkit)?;
        pointer::draw_on(&component);

        let events = Rc::new(RefCell::new(VecDeque::new()));
        let told = events.clone();
        let binding = Binding::new(&component, move |event| told.borrow_mut().push_back(event));
        let inputs = Inputs::new().map_err(|_| Ended::Screen)?;
        let mut kiosk = Self {
            clocks: Clocks::default(),
            app: App::new(coverage, dictionary::open()),
            binding,
            canvas: Canvas::new(window.clone()),
            window,
            component,
            events,
            screens_change: screens.can_change(),
            looked: Instant::now(),
            screens,
            inputs,
            modifiers: Modifiers::default(),
            locks: Locks::default(),
            settings: Settings::default(),
            pointer: LogicalPosition::default(),
            pressed: false,
            touched: false,
            keeper,
            init,
        };
        kiosk.arrange()?;
        kiosk.component.show().map_err(|_| Ended::Toolkit)?;
        let num_lit = kiosk.inputs.is_num_lit();
        kiosk.tell_locks(Locks {
            num_lit,
            ..Locks::default()
        })?;
        kiosk.event(Event::Tick)?;
        Ok(kiosk)
    }

    /// Draws what changed, waits for the next thing, takes it.
    fn turn(&mut self) -> Result<(), Ended> {
        self.settle()?;
        self.wait()?;
        self.look_at_screens()?;
        for input in self.inputs.read() {
            self.input(input)?;
            // What was clicked comes before what is typed next.
            self.pointed()?;
        }
        self.init.flush()?;
        self.keeper.flush()?;
        for event in self.init.receive()? {
            self.event(Event::Init(event))?;
        }
        for reply in self.keeper.receive()? {
            self.event(Event::Keeper(reply))?;
        }
        self.event(Event::Tick)
    }

    fn event(&mut self, event: Event) -> Result<(), Ended> {
        for effect in self.app.update(event, self.clocks.now()) {
            match effect {
                Effect::AskInit(request) => self.init.send(&request)?,
                Effect::AskKeeper(request) => self.keeper.send(&request)?,
                Effect::Use(settings) => self.use_settings(settings)?,
            }
        }
        Ok(())
    }

    fn use_settings(&mut self, new: Settings) -> Result<(), Ended> {
        let old = std::mem::replace(&mut self.settings, new);
        if old.display != new.display {
            // Without any screen now there may be one later.
            let _ = self.screens.look(new.display);
        }
        if (old.scale, old.rotation, old.display) != (new.scale, new.rotation, new.display) {
            self.arrange()?;
        }
        Ok(())
    }

    /// A screen was plugged in or pulled: the picture is made for those that are there.
    fn look_at_screens(&mut self) -> Result<(), Ended> {
        if !self.screens_change || self.looked.elapsed() < LOOK_AT_SCREENS {
            return Ok(());
        }
        self.looked = Instant::now();
        match self.screens.look(self.settings.display) {
            Ok(true) => self.arrange(),
            // None is left: the kiosk goes on, and is seen again with the next.
            Ok(false) | Err(_) => Ok(()),
        }
    }

    fn arrange(&mut self) -> Result<(), Ended> {
        let (size, millimetres) = (self.screens.size(), self.screens.millimetres());
        self.canvas.arrange(size, millimetres, self.settings);
        let logical = self.canvas.logical();
        self.pointer = LogicalPosition::new(logical.width / 2.0, logical.height / 2.0);
        self.hide_pointer();
        let (width, height) = self.canvas.stands();
        self.event(Event::Screens(app::Screens {
            count: self.screens.count(),
            width,
            height,
            percent: self.canvas.percent(),
        }))
    }

    /// Draws until nothing is left to draw: a drawn table may tell how many rows fit.
    fn settle(&mut self) -> Result<(), Ended> {
        for _ in 0..4 {
            self.binding.show(self.app.view());
            slint::platform::update_timers_and_animations();
            let canvas = &mut self.canvas;
            self.screens
                .show(|pixels, stride| canvas.draw(pixels, stride))
                .map_err(|_| Ended::Screen)?;
            slint::platform::update_timers_and_animations();
            self.pointed()?;
            let view = self.app.view();
            if self.binding.is_showing(&view) {
                break;
            }
        }
        Ok(())
    }

    /// Takes what the pointer did.
    fn pointed(&mut self) -> Result<(), Ended> {
        loop {
            let Some(event) = self.events.borrow_mut().pop_front() else {
                return Ok(());
            };
            self.event(event)?;
        }
    }

    fn wait(&mut self) -> Result<(), Ended> {
        let mut longest = self.app.wake_in();
        if self.window.window().has_active_animations() {
            longest = longest.min(FRAME);
        }
        if let Some(timer) = slint::platform::duration_until_next_timer_update() {
            longest = longest.min(timer);
        }
        if self.screens_change {
            longest = longest.min(LOOK_AT_SCREENS);
        }
        if let Some(due) = self.inputs.wake_in() {
            longest = longest.min(due);
        }
        if !self.inputs.is_watched() {
            longest = longest.min(LOOK_FOR_INPUTS);
            self.inputs.look();
        }
        let timeout = Timespec {
            tv_sec: longest.as_secs().cast_signed(),
            tv_nsec: longest.subsec_nanos().into(),
        };
        let mut fds: Vec<PollFd> = self
            .inputs
            .fds()
            .chain([self.keeper.reads(), self.init.reads()])
            .map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN))
            .collect();
        for pipe in [&self.keeper, &self.init] {
            fds.extend(
                pipe.blocked()
                    .map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::OUT)),
            );
        }
        match poll(&mut fds, Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(_) => Err(Ended::Screen),
        }
    }

    fn input(&mut self, input: Input) -> Result<(), Ended> {
        match input {
            Input::Key(code, value) => self.key(code, value),
            Input::Motion(motion) => self.motion(motion),
            Input::NoPointer => {
                self.hide_pointer();
                Ok(())
            }
            Input::Pad(pad, num_lit) => {
                self.modifiers.set_pad(pad);
                self.tell_locks(Locks {
                    num: pad == Pad::Digits,
                    num_lit,
                    ..self.locks
                })
            }
        }
    }

    fn key(&mut self, code: u16, value: i32) -> Result<(), Ended> {
        let layout = self.settings.keyboard;
        // A lock that is held down does not flicker.
        if value == 2 && { self.modifiers }.take(layout, code, true) {
            return Ok(());
        }
        let before = self.modifiers;
        if self.modifiers.take(layout, code, value != 0) {
            return self.modifier(before);
        }
        if value == 0 {
            return Ok(());
        }
        let Some(key) = self.modifiers.key(layout, code) else {
            return Ok(());
        };
        let kana = match (layout, key) {
            (Layout::Jis, Key::Char(_)) => kana_keys::kana(code, self.modifiers.shift()),
            _ => None,
        };
        match (value, kana) {
            (1, _) => self.hide_pointer(),
            (_, _) if !repeats(key) => return Ok(()),
            _ => {}
        }
        self.event(match (value, kana) {
            (1, Some(kana)) => Event::KanaKey(key, kana),
            (1, None) => Event::Key(key),
            (_, kana) => Event::Repeat(key, kana),
        })
    }

    /// A modifier was pressed or let go: the lamps follow, and Slint knows Shift for the pointer.
    fn modifier(&mut self, before: Modifiers) -> Result<(), Ended> {
        if self.modifiers.shift() != before.shift() {
            pointer::shift(&self.component, self.modifiers.shift());
        }
        let caps = self.modifiers.caps();
        if caps == before.caps() {
            return Ok(());
        }
        self.inputs.show_caps(caps);
        self.tell_locks(Locks { caps, ..self.locks })
    }

    fn tell_locks(&mut self, locks: Locks) -> Result<(), Ended> {
        self.locks = locks;
        self.event(Event::Locks(locks))
    }

    fn motion(&mut self, motion: Motion) -> Result<(), Ended> {
        match motion {
            Motion::By { x, y } => {
                self.touched = false;
                self.point(
                    LogicalPosition::new(self.pointer.x + x, self.pointer.y + y),
                    true,
                )
            }
            Motion::To { x, y } => {
                let place = self.canvas.place(x, y);
                self.point(place, !self.touched)
            }
            Motion::Button(down) => self.button(down),
            Motion::Cancel => {
                self.pressed = false;
                self.tell(WindowEvent::PointerExited);
                Ok(())
            }
            Motion::LongPress => self.event(Event::LongPress),
            Motion::Scroll(pixels) => self.scroll(pixels),
            Motion::Drag { x, y } => self.scroll(self.canvas.down(x, y)),
            Motion::Touch => {
                self.touched = true;
                self.event(Event::Touch)
            }
        }
    }

    fn point(&mut self, place: LogicalPosition, shown: bool) -> Result<(), Ended> {
        let size = self.canvas.logical();
        self.pointer = LogicalPosition::new(
            place.x.clamp(0.0, size.width - 1.0),
            place.y.clamp(0.0, size.height - 1.0),
        );
        pointer::place(&self.component, self.pointer, shown);
        self.event(Event::Stir)
    }

    /// Who types looks at the text: the pointer is not in its way until it moves.
    fn hide_pointer(&self) {
        pointer::hide(&self.component);
    }

    fn button(&mut self, down: bool) -> Result<(), Ended> {
        // With two mice, or after a cancelled press, a button is not always what it was before.
        if std::mem::replace(&mut self.pressed, down) == down {
            return Ok(());
        }
        let (position, button) = (self.pointer, PointerEventButton::Left);
        self.tell(if down {
            WindowEvent::PointerPressed { position, button }
        } else {
            WindowEvent::PointerReleased { position, button }
        });
        self.event(Event::Stir)
    }

    fn scroll(&mut self, pixels: f32) -> Result<(), Ended> {
        self.tell(WindowEvent::PointerScrolled {
            position: self.pointer,
            delta_x: 0.0,
            delta_y: pixels,
        });
        self.event(Event::Stir)
    }

    fn tell(&self, event: WindowEvent) {
        pointer::tell(self.window.window(), event);
    }
}

/// Keys that do something more each time while held. Enter and function keys do not: a
/// key held too long must not confirm the next question.
fn repeats(key: Key) -> bool {
    matches!(
        key,
        Key::Char(_)
            | Key::Backspace
            | Key::Delete
            | Key::Left
            | Key::Right
            | Key::Up
            | Key::Down
            | Key::PageUp
            | Key::PageDown
            | Key::ShiftSpace
            | Key::Extend(_)
    )
}
