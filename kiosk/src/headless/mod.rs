//! The kiosk drawn into memory: the product's own renderer and fonts, without a screen.
//! For tests, pictures and the code sheet.

pub mod code_sheet;

use crate::app::{App, Effect, Event, Key, Now, Screens, View};
use crate::bind::Binding;
use crate::fonts;
use crate::ime::kana_keys;
use crate::platform::canvas::Canvas;
use crate::platform::frame::Area;
use crate::platform::pixel::Xrgb;
use crate::platform::pointer;
use crate::ui;
use kkc::Converter;
use protocol::settings::Settings;
use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType};
use slint::platform::{Platform, PlatformError, PointerEventButton, WindowAdapter, WindowEvent};
use slint::{ComponentHandle, LogicalPosition};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

/// The window that was made last, for whoever makes a component.
type LastWindow = Rc<RefCell<Option<Rc<MinimalSoftwareWindow>>>>;

struct MemoryPlatform {
    last: LastWindow,
    time: Rc<Cell<Duration>>,
}

impl Platform for MemoryPlatform {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        // The same policy as the stick's.
        let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
        self.last.replace(Some(window.clone()));
        Ok(window)
    }

    /// Time goes on by [`Headless::wait`] alone, so that pictures are repeatable.
    fn duration_since_start(&self) -> Duration {
        self.time.get()
    }
}

/// A picture.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    pub pixels: Vec<Xrgb>,
}

impl Picture {
    /// The part that begins at `x`, `y`.
    pub fn cut(&self, x: u32, y: u32, width: u32, height: u32) -> Picture {
        let mut pixels = Vec::with_capacity((width * height) as usize);
        for line in y..y + height {
            let from = (line * self.width + x) as usize;
            pixels.extend_from_slice(&self.pixels[from..from + width as usize]);
        }
        Picture {
            width,
            height,
            pixels,
        }
    }

    /// Red, green and blue of every pixel, line by line.
    pub fn rgb(&self) -> Vec<u8> {
        self.pixels.iter().flat_map(|pixel| pixel.rgb()).collect()
    }
}

/// A kiosk in memory. One for each thread: Slint keeps its platform per thread.
pub struct Headless {
    pub app: App,
    /// Set by the test; [`Headless::wait`] moves it.
    pub now: Now,
    /// What the core wanted done and nobody took yet.
    pub effects: VecDeque<Effect>,
    component: ui::Kiosk,
    binding: Binding,
    events: Rc<RefCell<VecDeque<Event>>>,
    canvas: Canvas,
    /// Line by line, as the panel is built: what the buffer of a screen is on the stick.
    pixels: Vec<Xrgb>,
    /// Of the panel, where it tells.
    millimetres: Option<(u32, u32)>,
    settings: Settings,
    windows: LastWindow,
    time: Rc<Cell<Duration>>,
    /// Whether the pointer is drawn.
    arrow: bool,
    /// What changed since [`Headless::take_areas`].
    areas: Vec<Area>,
}

impl Headless {
    /// # Panics
    /// Without Debian's packages of the fonts, or with a second one in a thread.
    pub fn new(width: u32, height: u32) -> Self {
        Self::made((width, height), None, None)
    }

    /// With a kana-kanji converter.
    ///
    /// # Panics
    /// As [`Headless::new`].
    pub fn converting(width: u32, height: u32, converter: Rc<Converter>) -> Self {
        Self::made((width, height), None, Some(converter))
    }

    /// On a panel of so many pixels and millimetres.
    ///
    /// # Panics
    /// As [`Headless::new`].
    pub fn on_panel(size: (u32, u32), millimetres: Option<(u32, u32)>) -> Self {
        Self::made(size, millimetres, None)
    }

    fn made(
        size: (u32, u32),
        millimetres: Option<(u32, u32)>,
        converter: Option<Rc<Converter>>,
    ) -> Self {
        let font = fonts::developers_file().expect("`cargo xtask` installs the fonts");
        let windows = LastWindow::default();
        let time = Rc::new(Cell::new(Duration::ZERO));
        slint::platform::set_platform(Box::new(MemoryPlatform {
            last: windows.clone(),
            time: time.clone(),
        }))
        .expect("one kiosk a thread");
        let coverage = fonts::register(&font).expect("the fonts were just made");
        let settings = Settings::default();
        let (component, canvas) = drawable(&windows, size, millimetres, settings);
        let events = Rc::new(RefCell::new(VecDeque::new()));
        let told = events.clone();
        let binding = Binding::new(&component, move |event| told.borrow_mut().push_back(event));
        let mut kiosk = Self {
            app: App::new(coverage, converter),
            now: Now {
                // 2026-11-21 09:30 in Japan
                unix: 1_795_221_000,
                monotonic: Duration::from_secs(1),
            },
            effects: VecDeque::new(),
            component,
            binding,
            events,
            canvas,
            pixels: vec![Xrgb::default(); size.0 as usize * size.1 as usize],
            millimetres,
            settings,
            windows,
            time,
            arrow: false,
            areas: Vec::new(),
        };
        kiosk.tell_screens();
        kiosk.event(Event::Tick);
        kiosk
    }

    /// Takes an event and draws.
    pub fn event(&mut self, event: Event) {
        self.update(event);
        self.draw();
    }

    pub fn key(&mut self, key: Key) {
        self.event(Event::Key(key));
    }

    /// Strikes the key with this code (`linux/input-event-codes.h`) of a Japanese keyboard while kana
    /// is typed.
    pub fn kana_key(&mut self, key: char, code: u16, shift: bool) {
        let event = match kana_keys::kana(code, shift) {
            Some(kana) => Event::KanaKey(Key::Char(key), kana),
            None => Event::Key(Key::Char(key)),
        };
        self.event(event);
    }

    /// Types characters, one key each.
    pub fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.key(Key::Char(c));
        }
    }

    /// Lets time pass, second by second.
    pub fn wait(&mut self, time: Duration) {
        let end = self.now.monotonic + time;
        while self.now.monotonic < end {
            let step = (end - self.now.monotonic).min(Duration::from_secs(1));
            self.now.monotonic += step;
            self.time.set(self.time.get() + step);
            self.now.unix += step.as_secs().cast_signed();
            self.event(Event::Tick);
        }
    }

    /// Clicks with the left button.
    pub fn click(&mut self, x: f32, y: f32) {
        self.press(x, y);
        self.release(x, y);
    }

    /// Presses the left button.
    pub fn press(&mut self, x: f32, y: f32) {
        self.point(x, y);
        let (position, button) = (LogicalPosition::new(x, y), PointerEventButton::Left);
        self.window_event(WindowEvent::PointerPressed { position, button });
    }

    /// Moves the pointer, pressed or not.
    pub fn point(&mut self, x: f32, y: f32) {
        let position = LogicalPosition::new(x, y);
        pointer::place(&self.component, position, self.arrow);
        self.draw();
    }

    /// Draws the pointer where it is from the next time it moves.
    pub fn draw_pointer(&mut self) {
        pointer::draw_on(&self.component);
        self.arrow = true;
    }

    /// Lets the left button go.
    pub fn release(&mut self, x: f32, y: f32) {
        let (position, button) = (LogicalPosition::new(x, y), PointerEventButton::Left);
        self.window_event(WindowEvent::PointerReleased { position, button });
    }

    /// The only mouse is pulled out.
    pub fn pull_pointer(&mut self) {
        pointer::hide(&self.component);
        self.window_event(WindowEvent::PointerExited);
    }

    /// Holds Shift down, or lets it go.
    pub fn shift(&mut self, down: bool) {
        pointer::shift(&self.component, down);
        self.draw();
    }

    fn window_event(&mut self, event: WindowEvent) {
        pointer::tell(self.component.window(), event);
        self.draw();
    }

    /// Shows any text in the code tag's cells, for the code sheet.
    fn show_tag(&mut self, text: &str) {
        let cells: Vec<slint::SharedString> = text.chars().map(|c| c.to_string().into()).collect();
        self.component
            .global::<ui::State>()
            .set_tag(slint::ModelRc::new(slint::VecModel::from(cells)));
        slint::platform::update_timers_and_animations();
        self.render();
    }

    pub fn view(&mut self) -> View {
        self.app.view()
    }

    /// What is on the screen, as the panel is built.
    pub fn picture(&self) -> Picture {
        let (width, height) = self.canvas.size();
        Picture {
            width,
            height,
            pixels: self.pixels.clone(),
        }
    }

    /// Draws any view, whatever the core shows: for the gallery.
    pub fn show(&mut self, view: &View) -> Picture {
        self.binding.show(view.clone());
        // Once more, as what is drawn first may tell how much room there is.
        for _ in 0..2 {
            slint::platform::update_timers_and_animations();
            self.render();
        }
        self.events.borrow_mut().clear();
        self.picture()
    }

    /// What would be on the screen if all of this were the first picture: drawn by a window of
    /// its own, which has drawn nothing before and remembers nothing.
    pub fn drawn_anew(&mut self) -> Picture {
        let size = self.canvas.size();
        let (component, mut canvas) =
            drawable(&self.windows, size, self.millimetres, self.settings);
        let mut binding = Binding::new(&component, |_| {});
        binding.show(self.app.view());
        let (width, height) = size;
        let mut pixels = vec![Xrgb::default(); self.pixels.len()];
        // Once more, as what is drawn first may tell how much room there is.
        for _ in 0..2 {
            slint::platform::update_timers_and_animations();
            canvas.redraw();
            canvas.draw(&mut pixels, width as usize);
        }
        Picture {
            width,
            height,
            pixels,
        }
    }

    /// What is drawn, for looking at its elements.
    pub fn component(&self) -> &ui::Kiosk {
        &self.component
    }

    /// Line by line, as the panel is built.
    pub fn pixels(&self) -> &[Xrgb] {
        &self.pixels
    }

    pub fn canvas(&mut self) -> &mut Canvas {
        &mut self.canvas
    }

    /// Which parts of the picture changed since the last call.
    pub fn take_areas(&mut self) -> Vec<Area> {
        std::mem::take(&mut self.areas)
    }

    /// Points and clicks at a place of the panel, in parts of its width and height.
    pub fn touch(&mut self, x: f32, y: f32) {
        let place = self.canvas.place(x, y);
        self.event(Event::Touch);
        self.click(place.x, place.y);
    }

    fn update(&mut self, event: Event) {
        for effect in self.app.update(event, self.now) {
            if let Effect::Use(settings) = &effect {
                self.settings = *settings;
                let size = self.canvas.size();
                self.canvas.arrange(size, self.millimetres, *settings);
                self.tell_screens();
            }
            self.effects.push_back(effect);
        }
    }

    fn tell_screens(&mut self) {
        let (width, height) = self.canvas.stands();
        self.update(Event::Screens(Screens {
            count: 1,
            width,
            height,
            percent: self.canvas.percent(),
        }));
    }

    fn render(&mut self) -> Vec<Area> {
        let (width, _) = self.canvas.size();
        self.canvas.draw(&mut self.pixels, width as usize)
    }

    fn draw(&mut self) {
        for _ in 0..4 {
            self.binding.show(self.app.view());
            slint::platform::update_timers_and_animations();
            let areas = self.render();
            self.areas.extend(areas);
            slint::platform::update_timers_and_animations();
            loop {
                let Some(event) = self.events.borrow_mut().pop_front() else {
                    break;
                };
                self.update(event);
            }
            let view = self.app.view();
            if self.binding.is_showing(&view) {
                break;
            }
        }
    }
}

/// A component in a window of its own, and what draws it.
fn drawable(
    windows: &LastWindow,
    size: (u32, u32),
    millimetres: Option<(u32, u32)>,
    settings: Settings,
) -> (ui::Kiosk, Canvas) {
    let component = ui::Kiosk::new().expect("the component was compiled");
    let window = windows.take().expect("a component makes its window");
    let mut canvas = Canvas::new(window);
    canvas.arrange(size, millimetres, settings);
    component.show().expect("a window in memory");
    (component, canvas)
}
