//! The developer's desk: the kiosk in a window, with the real keeper and porter behind it
//! (crate `desk` plays init). Never part of the stick.

use super::pipe::{Closed, Pipe};
use super::{Clocks, keep_panics_silent};
use crate::app::{App, Effect, Event, Key};
use crate::bind::Binding;
use crate::fonts;
use crate::ui;
use desk::KioskPipes;
use slint::{ComponentHandle, Timer, TimerMode};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// How often the pipes are looked at.
const TURN: Duration = Duration::from_millis(15);

/// Why there is no window.
#[derive(Debug)]
pub enum Failure {
    NoFonts,
    Toolkit(slint::PlatformError),
    Pipe,
}

impl From<slint::PlatformError> for Failure {
    fn from(error: slint::PlatformError) -> Self {
        Failure::Toolkit(error)
    }
}

impl From<Closed> for Failure {
    fn from(_: Closed) -> Self {
        Failure::Pipe
    }
}

struct Desktop {
    clocks: Clocks,
    app: App,
    keeper: Pipe,
    init: Pipe,
}

impl Desktop {
    fn event(&mut self, event: Event) -> Result<(), Closed> {
        for effect in self.app.update(event, self.clocks.now()) {
            match effect {
                Effect::AskInit(request) => self.init.send(&request)?,
                Effect::AskKeeper(request) => self.keeper.send(&request)?,
                // The window system knows its own keyboard and screen.
                Effect::Use(_) => {}
            }
        }
        Ok(())
    }

    fn turn(&mut self) -> Result<(), Closed> {
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
}

/// Runs until the window is closed or the clerk powers off.
pub fn run(pipes: KioskPipes) -> Result<(), Failure> {
    keep_panics_silent();
    let font = fonts::developers_file().map_err(|_| Failure::NoFonts)?;
    let coverage = fonts::register(&font).map_err(|_| Failure::NoFonts)?;
    let desktop = Rc::new(RefCell::new(Desktop {
        clocks: Clocks::default(),
        app: App::new(coverage, crate::ime::dictionary::open()),
        keeper: Pipe::new((pipes.from_keeper, pipes.to_keeper))?,
        init: Pipe::new((pipes.from_init, pipes.to_init))?,
    }));
    let window = ui::Kiosk::new()?;
    // Callbacks may come while the view is being shown, so they only take note.
    let noted = Rc::new(RefCell::new(Vec::new()));
    let note = noted.clone();
    let binding = Binding::new(&window, move |event| note.borrow_mut().push(event));
    let binding = Rc::new(RefCell::new(binding));
    let note = noted.clone();
    window
        .global::<ui::State>()
        .on_window_key(move |text, shift, control| {
            let key = key_of(&text, shift, control);
            note.borrow_mut().extend(key.map(Event::Key));
            key.is_some()
        });

    let timer = Timer::default();
    timer.start(TimerMode::Repeated, TURN, move || {
        let mut desktop = desktop.borrow_mut();
        let mut result = desktop.turn();
        for event in noted.take() {
            result = result.and_then(|()| desktop.event(event));
        }
        let view = desktop.app.view();
        if result.is_err() {
            // The desk closed its side: powered off.
            let _ = slint::quit_event_loop();
        }
        drop(desktop);
        binding.borrow_mut().show(view);
    });
    window.run()?;
    Ok(())
}

/// What a key of the window system means here. Ctrl+Space stands for 半角/全角, which
/// window systems keep for themselves.
fn key_of(text: &str, shift: bool, control: bool) -> Option<Key> {
    use slint::platform::Key as Slint;
    const NAMED: [(Slint, Key); 14] = [
        (Slint::Return, Key::Enter),
        (Slint::Backtab, Key::BackTab),
        (Slint::Escape, Key::Escape),
        (Slint::Backspace, Key::Backspace),
        (Slint::Delete, Key::Delete),
        (Slint::LeftArrow, Key::Left),
        (Slint::RightArrow, Key::Right),
        (Slint::UpArrow, Key::Up),
        (Slint::DownArrow, Key::Down),
        (Slint::Home, Key::Home),
        (Slint::End, Key::End),
        (Slint::PageUp, Key::PageUp),
        (Slint::PageDown, Key::PageDown),
        (Slint::Tab, Key::Tab),
    ];
    let mut characters = text.chars();
    let (Some(c), None) = (characters.next(), characters.next()) else {
        return None;
    };
    if let Some((_, key)) = NAMED.iter().find(|(slint, _)| char::from(*slint) == c) {
        return Some(if *key == Key::Tab && shift {
            Key::BackTab
        } else {
            *key
        });
    }
    let first = char::from(Slint::F1) as u32;
    match (c as u32).checked_sub(first) {
        Some(6 | 9) if control => return Some(Key::RegisterWord),
        Some(offset @ 0..12) => return Some(Key::F(offset as u8 + 1)),
        _ if control => return (c == ' ').then_some(Key::KanaToggle),
        _ => {}
    }
    let private = ('\u{e000}'..='\u{f8ff}').contains(&c);
    (!c.is_control() && !private).then_some(Key::Char(c))
}
