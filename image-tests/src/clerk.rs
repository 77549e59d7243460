//! A clerk at the PC: types, reads the screen's code, and tells the story.
//!
//! What a screen's keys are stands here and nowhere else in the harness. A clerk waits for
//! what the screen says, never for a time; when the screen does not get there, the error
//! says what was waited for and what was seen, and the story holds the picture.

mod companions;
mod office;
mod starting;

pub use starting::Paper;

use crate::{
    keyboard::{Key, Stroke, strokes},
    machine::{Ending, Machine, MachineError, Patience, Pc},
    memory::{self, Found, Secret},
    screen::{GlyphSheet, Picture, PictureError, Tag},
    story::{Story, StoryError},
};
use codes::{ErrorCode, ScreenCode};
use std::time::{Duration, Instant};

/// QEMU's processor time that a start may take.
const START: Duration = Duration::from_secs(240);
/// … and that a step of work may take. Deriving a key is the longest: Argon2id with 256 MiB.
const STEP: Duration = Duration::from_secs(150);
/// What the kernel's last words hold when the host did not run QEMU's timer in time.
const TIMER_PANIC: &str = "IO-APIC + timer doesn't work!";
/// A picture that is the same for this long is what the kiosk wants to show.
const STILL: Duration = Duration::from_millis(120);

#[derive(Debug, thiserror::Error)]
pub enum ClerkError {
    #[error(transparent)]
    Machine(#[from] MachineError),
    #[error(transparent)]
    Picture(#[from] PictureError),
    #[error(transparent)]
    Story(#[from] StoryError),
    #[error("waited for {wanted}, but the screen says {seen}{log}")]
    Lost {
        wanted: String,
        seen: String,
        log: String,
    },
    #[error("the machine ended ({how:?}) while waiting for {wanted}; the kernel said:\n{log}")]
    Ended {
        how: Ending,
        wanted: String,
        log: String,
    },
    #[error("the recovery words' places could not be read: found {0:?}")]
    Words(Vec<String>),
}

type Result<T> = std::result::Result<T, ClerkError>;

pub struct Clerk<'s> {
    pub machine: Machine,
    story: &'s mut Story,
    sheet: &'static GlyphSheet,
}

impl<'s> Clerk<'s> {
    /// Switches the PC on; the clerk sits down in front of it.
    pub fn at(pc: &Pc, story: &'s mut Story) -> Result<Self> {
        let sheet = GlyphSheet::shipped()?;
        let folder = story.scratch().join("machine");
        story.tell("The PC is switched on.")?;
        Ok(Self {
            machine: pc.switch_on(&folder)?,
            story,
            sheet,
        })
    }

    pub fn story(&mut self) -> &mut Story {
        self.story
    }

    /// The code on the screen now, if the kiosk shows one.
    pub fn tag(&mut self) -> Result<Option<Tag>> {
        let picture = self.machine.picture()?;
        Ok(self.sheet.tag(&picture))
    }

    /// Keeps a picture of what is on the screen once it stands still.
    pub fn picture(&mut self, caption: &str) -> Result<Picture> {
        let picture = self.still(Duration::from_secs(3))?;
        let tag = self.sheet.tag(&picture);
        let caption = match tag {
            Some(tag) => format!("{caption} ({tag})"),
            None => caption.to_owned(),
        };
        self.story.picture(&picture, &caption)?;
        Ok(picture)
    }

    /// The picture once two in a row are the same, or the newest after `longest`.
    pub fn still(&mut self, longest: Duration) -> Result<Picture> {
        let until = Instant::now() + longest;
        let mut last = self.machine.picture()?;
        loop {
            std::thread::sleep(STILL);
            let next = self.machine.picture()?;
            if next == last || Instant::now() > until {
                return Ok(next);
            }
            last = next;
        }
    }

    /// Waits for a screen without a dialog above it. An error that the screen shows and
    /// nobody waits for ends the wait.
    pub fn wait_for(&mut self, screen: ScreenCode) -> Result<Tag> {
        self.wait(screen.code(), STEP, |tag| {
            tag.screen == screen && tag.dialog.is_none()
        })
    }

    /// Waits for a dialog, above whatever screen.
    pub fn wait_for_dialog(&mut self, dialog: ScreenCode) -> Result<Tag> {
        self.wait(dialog.code(), STEP, |tag| tag.dialog == Some(dialog))
    }

    /// Waits for an error, on whatever screen, after any work is done.
    pub fn wait_for_error(&mut self, error: ErrorCode) -> Result<Tag> {
        self.wait(error.code(), STEP, |tag| {
            tag.error == Some(error) && tag.dialog != Some(ScreenCode::Working)
        })
    }

    /// Waits for what saving a person leads to: the person's page, or an error in the form.
    pub fn wait_for_answer_to_saving(&mut self) -> Result<Tag> {
        self.wait("S-420 or an error", STEP, |tag| {
            tag.dialog.is_none() && (tag.screen == ScreenCode::Person || tag.error.is_some())
        })
    }

    /// Waits for the first screen after switching on.
    ///
    /// On an overloaded host the kernel may find that QEMU's timer interrupts come too late
    /// to be true ("IO-APIC + timer doesn't work!"), before init runs; it panics, which
    /// resets the PC. A PC starts again then, and so does this one, once.
    pub fn wait_for_start(&mut self) -> Result<Tag> {
        let started = |tag: &Tag| tag.screen != ScreenCode::Starting;
        match self.wait("the kiosk", START, started) {
            Err(ClerkError::Ended {
                how: Ending::Reset,
                log,
                ..
            }) if log.contains(TIMER_PANIC) => {
                self.story
                    .tell("The host was too busy for the kernel's check of the timer; the PC starts again.")?;
                self.machine.start_again()?;
                self.wait("the kiosk", START, started)
            }
            result => result,
        }
    }

    /// Waits until the firmware or a boot loader writes one of these texts; gives back its line.
    pub fn wait_for_firmware(&mut self, texts: &[&str]) -> Result<String> {
        let mut patience = Patience::new(&self.machine, START);
        loop {
            let said = self.machine.firmware_text();
            let line = said
                .lines()
                .find(|line| texts.iter().any(|text| line.contains(text)));
            if let Some(line) = line {
                return Ok(line.trim().to_owned());
            }
            if let Some(tag) = self.tag()? {
                return Err(ClerkError::Lost {
                    wanted: texts.join(" or "),
                    seen: tag.to_string(),
                    log: String::new(),
                });
            }
            if patience.is_over(&self.machine) {
                self.picture("The firmware did not say what was waited for")?;
                return Err(ClerkError::Lost {
                    wanted: texts.join(" or "),
                    seen: "other words of the firmware".into(),
                    log: format!("\n{said}"),
                });
            }
            std::thread::sleep(Duration::from_millis(300));
        }
    }

    /// Whether the kiosk shows up within so much of QEMU's work.
    pub fn kiosk_comes_up(&mut self, within: Duration) -> Result<bool> {
        let mut patience = Patience::new(&self.machine, within / 2);
        while !patience.is_over(&self.machine) {
            if self.tag()?.is_some() {
                return Ok(true);
            }
            if self.machine.ended()?.is_some() {
                return Ok(false);
            }
            std::thread::sleep(Duration::from_millis(500));
        }
        Ok(false)
    }

    fn wait(
        &mut self,
        wanted: &str,
        work: Duration,
        mut there: impl FnMut(&Tag) -> bool,
    ) -> Result<Tag> {
        let mut patience = Patience::new(&self.machine, work);
        let mut refused: Option<(Tag, Instant)> = None;
        loop {
            let picture = self.machine.picture()?;
            let tag = self.sheet.tag(&picture);
            if let Some(tag) = tag.filter(&mut there) {
                return Ok(tag);
            }
            if let Some(ending) = self.machine.ended()? {
                self.story.picture(&picture, "The machine ended")?;
                return Err(self.ended(ending, wanted)?);
            }
            // A refusal that stands for a while is not on its way to something else.
            refused = match (tag, refused) {
                (Some(now), Some((before, since))) if now == before && now.error.is_some() => {
                    Some((now, since))
                }
                (Some(now), _) if now.error.is_some() => Some((now, Instant::now())),
                _ => None,
            };
            let refused = refused.is_some_and(|(tag, since)| {
                tag.dialog.is_none() && since.elapsed() > Duration::from_secs(15)
            });
            if refused || patience.is_over(&self.machine) {
                let seen = tag.map_or_else(|| "no code at all".into(), |tag| tag.to_string());
                self.story
                    .picture(&picture, &format!("Waited for {wanted}, saw {seen}"))?;
                let log = if tag.is_none() {
                    let log = memory::kernel_log(&mut self.machine)?;
                    format!(
                        "\nfirmware:\n{}\nkernel:\n{log}",
                        self.machine.firmware_text()
                    )
                } else {
                    String::new()
                };
                return Err(ClerkError::Lost {
                    wanted: wanted.into(),
                    seen,
                    log,
                });
            }
            std::thread::sleep(Duration::from_millis(150));
        }
    }

    fn ended(&mut self, how: Ending, wanted: &str) -> Result<ClerkError> {
        Ok(ClerkError::Ended {
            how,
            wanted: wanted.into(),
            log: match memory::kernel_panic(&mut self.machine)? {
                Some(why) => format!("Kernel panic: {why}"),
                None => memory::kernel_log(&mut self.machine)?,
            },
        })
    }

    pub fn press(&mut self, key: Key) -> Result<()> {
        self.strokes(&[key.into()])
    }

    /// Types characters that are on the keyboard.
    pub fn type_text(&mut self, text: &str) -> Result<()> {
        self.strokes(&strokes(text))
    }

    /// Types romaji and commits the kana, word by word: a space while kana is composed would
    /// convert it.
    pub fn type_kana(&mut self, romaji: &str) -> Result<()> {
        for (i, word) in romaji.split(' ').enumerate() {
            if i > 0 {
                self.press(Key::SPACE)?;
            }
            self.type_text(word)?;
            self.press(Key::ENTER)?;
        }
        Ok(())
    }

    /// Types and goes on to the next field.
    pub fn field(&mut self, text: &str) -> Result<()> {
        self.type_text(text)?;
        self.press(Key::ENTER)
    }

    pub fn kana_field(&mut self, romaji: &str) -> Result<()> {
        self.type_kana(romaji)?;
        self.press(Key::ENTER)
    }

    /// Presses keys, one after the other.
    ///
    /// A USB keyboard holds sixteen events that nobody fetched yet; more are lost. So a few
    /// strokes at a time, and on with the next when the screen has answered them.
    pub fn strokes(&mut self, strokes: &[Stroke]) -> Result<()> {
        const MOST_EVENTS: usize = 12;
        let mut rest = strokes;
        while !rest.is_empty() {
            let mut events = Vec::new();
            while let Some((stroke, after)) = rest.split_first() {
                let more = stroke.events();
                if events.len() + more.len() > MOST_EVENTS {
                    break;
                }
                events.extend(more);
                rest = after;
            }
            let before = self.machine.picture()?;
            // One event at a time, as fingers do: some drivers see only the last of a burst.
            for event in events {
                self.machine.keys(vec![event])?;
                std::thread::sleep(Duration::from_millis(12));
            }
            self.settle(&before)?;
        }
        Ok(())
    }

    /// Waits until the screen answered: it changed, and then stood still.
    fn settle(&mut self, before: &Picture) -> Result<()> {
        let until = Instant::now() + Duration::from_secs(4);
        let mut last = self.machine.picture()?;
        while Instant::now() < until {
            std::thread::sleep(Duration::from_millis(60));
            if self.machine.ended()?.is_some() {
                return Ok(());
            }
            let next = self.machine.picture()?;
            if next == last && next != *before {
                return Ok(());
            }
            last = next;
        }
        Ok(())
    }

    /// Powers off by the kiosk and waits until the PC is off.
    pub fn power_off(&mut self) -> Result<()> {
        self.press(Key::F11)?;
        self.wait_for_dialog(ScreenCode::ConfirmPowerOff)?;
        self.type_text("1")?;
        let ending = self.machine.wait_ended(STEP)?;
        self.story.tell("The PC is off.")?;
        match ending {
            Ending::PoweredOff => Ok(()),
            other => Err(self.ended(other, "power-off")?),
        }
    }

    /// Waits until the PC is off by itself.
    pub fn wait_off(&mut self) -> Result<()> {
        match self.machine.wait_ended(STEP)? {
            Ending::PoweredOff => {
                self.story.tell("The PC powered off.")?;
                Ok(())
            }
            other => Err(self.ended(other, "power-off")?),
        }
    }

    /// Looks for secrets in the guest's memory while it stands still.
    pub fn secrets_in_memory(&mut self, secrets: &[Secret]) -> Result<Vec<Found>> {
        self.machine.pause()?;
        let found = memory::scan(&mut self.machine, secrets)?;
        self.machine.go_on()?;
        Ok(found)
    }
}
