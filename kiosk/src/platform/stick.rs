//! The stick's event loop: one thread, one poll over pipes, keyboards and time.

use super::drm::{Area, Screen};
use super::input::{Input, Inputs};
use super::keymap::Modifiers;
use super::pipe::{Closed, Pipe};
use super::pixel::Xrgb;
use super::{Clocks, inherited, keep_panics_silent, pointer};
use crate::app::{App, Effect, Event, Key, Layout};
use crate::bind::Binding;
use crate::fonts;
use crate::ui;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType};
use slint::platform::{Platform, PlatformError, PointerEventButton, WindowAdapter, WindowEvent};
use slint::{ComponentHandle, LogicalPosition, PhysicalSize};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How long a picture of something that moves by itself stays.
const FRAME: Duration = Duration::from_millis(60);

const LEFT_BUTTON: u16 = 0x110;
const TOUCH: u16 = 0x14a;

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
    screen: Screen,
    /// The whole picture; only changed areas of it go to the screen.
    picture: Vec<Xrgb>,
    inputs: Inputs,
    modifiers: Modifiers,
    layout: Layout,
    pointer: LogicalPosition,
    keeper: Pipe,
    init: Pipe,
}

impl Kiosk {
    fn start() -> Result<Self, Ended> {
        let [keeper, init] = inherited::pipes();
        keep_panics_silent();
        let (keeper, init) = (Pipe::new(keeper)?, Pipe::new(init)?);
        let screen = Screen::wait();
        let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
        slint::platform::set_platform(Box::new(StickPlatform {
            window: window.clone(),
            start: Instant::now(),
        }))
        .map_err(|_| Ended::Toolkit)?;
        let coverage = fonts::register(fonts::SHIPPED.as_ref()).map_err(|_| Ended::NoFonts)?;
        let component = ui::Kiosk::new().map_err(|_| Ended::Toolkit)?;
        window.set_size(PhysicalSize::new(screen.width, screen.height));
        component.show().map_err(|_| Ended::Toolkit)?;
        component
            .global::<ui::State>()
            .set_pointer_image(pointer::image());

        let events = Rc::new(RefCell::new(VecDeque::new()));
        let told = events.clone();
        let binding = Binding::new(&component, move |event| told.borrow_mut().push_back(event));
        let pointer = LogicalPosition::new(screen.width as f32 / 2.0, screen.height as f32 / 2.0);
        let mut kiosk = Self {
            clocks: Clocks::default(),
            app: App::new(coverage, None),
            binding,
            window,
            component,
            events,
            picture: vec![Xrgb::default(); (screen.width * screen.height) as usize],
            screen,
            inputs: Inputs::new().map_err(|_| Ended::Screen)?,
            modifiers: Modifiers::default(),
            layout: Layout::default(),
            pointer,
            keeper,
            init,
        };
        kiosk.event(Event::Tick)?;
        Ok(kiosk)
    }

    /// Draws what changed, waits for the next thing, takes it.
    fn turn(&mut self) -> Result<(), Ended> {
        self.settle()?;
        self.wait()?;
        let mut inputs = VecDeque::from(self.inputs.read());
        while let Some(input) = inputs.pop_front() {
            self.input(input)?;
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
                Effect::UseLayout(layout) => self.layout = layout,
            }
        }
        Ok(())
    }

    /// Draws until nothing is left to draw: a drawn table may tell how many rows fit.
    fn settle(&mut self) -> Result<(), Ended> {
        for _ in 0..4 {
            let view = self.app.view();
            self.binding.show(view);
            slint::platform::update_timers_and_animations();
            self.draw()?;
            slint::platform::update_timers_and_animations();
            loop {
                let Some(event) = self.events.borrow_mut().pop_front() else {
                    break;
                };
                self.event(event)?;
            }
            let view = self.app.view();
            if self.binding.is_showing(&view) {
                break;
            }
        }
        Ok(())
    }

    fn draw(&mut self) -> Result<(), Ended> {
        let (picture, stride) = (&mut self.picture, self.screen.width as usize);
        let mut areas = Vec::new();
        self.window.draw_if_needed(|renderer| {
            let region = renderer.render(picture, stride);
            areas.extend(region.iter().map(|(at, size)| Area {
                x: at.x.max(0) as u32,
                y: at.y.max(0) as u32,
                width: size.width,
                height: size.height,
            }));
        });
        areas.retain(|area| area.width > 0 && area.height > 0);
        if !areas.is_empty() {
            self.screen
                .show(&self.picture, &areas)
                .map_err(|_| Ended::Screen)?;
        }
        Ok(())
    }

    fn wait(&mut self) -> Result<(), Ended> {
        let mut longest = self.app.wake_in();
        if self.window.window().has_active_animations() {
            longest = longest.min(FRAME);
        }
        if let Some(timer) = slint::platform::duration_until_next_timer_update() {
            longest = longest.min(timer);
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
            Ok(0) => {
                drop(fds);
                // Before init has made the folder there is nothing to watch.
                self.inputs.look();
                Ok(())
            }
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(_) => Err(Ended::Screen),
        }
    }

    fn input(&mut self, input: Input) -> Result<(), Ended> {
        let (width, height) = (self.screen.width as f32, self.screen.height as f32);
        match input {
            Input::Key(LEFT_BUTTON | TOUCH, value) => self.button(value)?,
            Input::Key(code, value) => {
                if self.modifiers.take(code, value != 0) || value == 0 {
                    return Ok(());
                }
                if let Some(key) = self.modifiers.key(self.layout, code)
                    && (value == 1 || repeats(key))
                {
                    self.event(Event::Key(key))?;
                }
            }
            Input::Moved(x, y) => {
                self.point(self.pointer.x + x as f32, self.pointer.y + y as f32)?
            }
            Input::AtX(part) => self.point(part * width, self.pointer.y)?,
            Input::AtY(part) => self.point(self.pointer.x, part * height)?,
            Input::Wheel(clicks) => {
                let event = WindowEvent::PointerScrolled {
                    position: self.pointer,
                    delta_x: 0.0,
                    delta_y: clicks as f32 * 60.0,
                };
                let _ = self.window.window().dispatch_event_with_result(event);
            }
            Input::Lost => self.modifiers = Modifiers::default(),
        }
        Ok(())
    }

    fn button(&mut self, value: i32) -> Result<(), Ended> {
        let (position, button) = (self.pointer, PointerEventButton::Left);
        let event = if value == 0 {
            WindowEvent::PointerReleased { position, button }
        } else {
            WindowEvent::PointerPressed { position, button }
        };
        let _ = self.window.window().dispatch_event_with_result(event);
        self.event(Event::Stir)
    }

    fn point(&mut self, x: f32, y: f32) -> Result<(), Ended> {
        self.pointer = LogicalPosition::new(
            x.clamp(0.0, self.screen.width as f32 - 1.0),
            y.clamp(0.0, self.screen.height as f32 - 1.0),
        );
        let state = self.component.global::<ui::State>();
        state.set_pointer_shown(true);
        state.set_pointer_x(self.pointer.x);
        state.set_pointer_y(self.pointer.y);
        let _ = self
            .window
            .window()
            .dispatch_event_with_result(WindowEvent::PointerMoved {
                position: self.pointer,
            });
        self.event(Event::Stir)
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
    )
}
