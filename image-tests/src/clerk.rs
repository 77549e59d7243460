//! A clerk at the PC: types, reads the screen's code, and tells the story.
//!
//! What a screen's keys are stands here and nowhere else in the harness. A clerk waits for
//! what the screen says, never for a time; when the screen does not get there, the error
//! says what was waited for and what was seen, and the story holds the picture.

use crate::{
    keyboard::{Key, Stroke, strokes},
    machine::{Ending, Machine, MachineError, Patience, Pc, Plugged},
    memory::{self, Found, Secret},
    people::{self, Person},
    screen::{GlyphSheet, Picture, PictureError, Tag},
    stick::Stick,
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

/// The twelve recovery words by their places in the list (1–2048), as the paper holds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper(pub [u16; 12]);

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

    /// From power-on to the first screen after the clock: first run or login.
    pub fn confirm_clock(&mut self) -> Result<()> {
        self.wait_for_start()?;
        self.wait_for(ScreenCode::Clock)?;
        self.picture("Date and time are confirmed")?;
        self.story.tell("The clerk confirms date and time.")?;
        self.press(Key::F12)
    }

    /// From the company's form to the menu.
    pub fn first_run(&mut self) -> Result<Paper> {
        self.wait_for(ScreenCode::FirstRunCompany)?;
        self.story
            .tell("First run: company and responsible person are typed.")?;
        self.kana_field(people::COMPANY)?;
        self.press(Key::ENTER)?; // a sole proprietor has no corporate number
        self.press(Key::ENTER)?; // no postal code: the address is typed
        self.kana_field(people::COMPANY_ADDRESS)?;
        self.type_kana(people::OWNER)?;
        self.picture("First run: the company")?;
        self.press(Key::ENTER)?;

        self.wait_for(ScreenCode::FirstRunPassphrase)?;
        self.story.tell("The passphrase is typed twice.")?;
        self.field(people::PASSPHRASE)?;
        self.type_text(people::PASSPHRASE)?;
        self.picture("First run: the passphrase")?;
        self.press(Key::ENTER)?;

        self.wait_for(ScreenCode::RecoveryWords)?;
        let picture = self.picture("Recovery words, shown once")?;
        let paper = self.read_words(&picture)?;
        self.story.tell("The recovery words are written down.")?;
        self.press(Key::ENTER)?;

        self.wait_for(ScreenCode::RecoveryCheck)?;
        let picture = self.still(Duration::from_secs(3))?;
        let asked = self.asked_positions(&picture)?;
        for position in &asked {
            self.field(&format!("{:04}", paper.0[position - 1]))?;
        }
        self.story.tell("Three of the words are asked back.")?;
        self.wait_for(ScreenCode::MakingVault)?;
        self.picture("The vault is being made")?;
        self.wait_for(ScreenCode::Home)?;
        self.picture("The vault is ready: the menu")?;
        Ok(paper)
    }

    /// The places of all twelve words from the picture of S-120.
    fn read_words(&self, picture: &Picture) -> Result<Paper> {
        let texts = self.sheet.numbers(picture);
        let places: Vec<u16> = texts
            .iter()
            .filter(|(_, _, text)| text.len() == 4)
            .filter_map(|(_, _, text)| text.parse().ok())
            .filter(|place| (1..=2048).contains(place))
            .collect();
        // The grid is read from left to right and from top to bottom, as `numbers` gives it.
        places
            .try_into()
            .map(Paper)
            .map_err(|_| ClerkError::Words(texts.into_iter().map(|(_, _, text)| text).collect()))
    }

    /// Which positions (1–12) are asked on S-130, in order.
    fn asked_positions(&self, picture: &Picture) -> Result<Vec<usize>> {
        let texts = self.sheet.numbers(picture);
        let mut asked: Vec<usize> = texts
            .iter()
            .filter(|(_, _, text)| text.len() == 2)
            .filter_map(|(_, _, text)| text.parse().ok())
            .filter(|position| (1..=12).contains(position))
            .collect();
        asked.sort_unstable();
        if asked.is_empty() {
            return Err(ClerkError::Words(
                texts.into_iter().map(|(_, _, text)| text).collect(),
            ));
        }
        Ok(asked)
    }

    /// From the login screen to the menu.
    pub fn log_in(&mut self) -> Result<()> {
        self.wait_for(ScreenCode::Login)?;
        self.story.tell("The passphrase is typed.")?;
        self.field(people::PASSPHRASE)?;
        self.wait_for(ScreenCode::Home)?;
        Ok(())
    }

    /// From power-on to the menu of a vault that is there.
    pub fn start_and_log_in(&mut self) -> Result<()> {
        self.confirm_clock()?;
        self.log_in()
    }

    /// Back to the menu, out of any screen; what was typed is discarded.
    pub fn go_home(&mut self) -> Result<()> {
        for _ in 0..8 {
            let tag = self.tag()?;
            match tag {
                Some(tag) if tag.screen == ScreenCode::Home && tag.dialog.is_none() => {
                    return Ok(());
                }
                Some(tag) if tag.dialog == Some(ScreenCode::DiscardInput) => {
                    self.type_text("2")?;
                }
                _ => self.press(Key::ESCAPE)?,
            }
        }
        self.wait_for(ScreenCode::Home)?;
        Ok(())
    }

    /// An item of the menu, by its digit.
    pub fn open(&mut self, digit: char, screen: ScreenCode) -> Result<()> {
        self.go_home()?;
        self.type_text(&digit.to_string())?;
        self.wait_for(screen)?;
        Ok(())
    }

    /// Registers somebody, from the menu to the saved person's page.
    pub fn register(&mut self, person: &Person) -> Result<()> {
        self.fill_in(person)?;
        self.picture("Everything about a person is typed")?;
        self.press(Key::ENTER)?;
        self.wait_for(ScreenCode::Person)?;
        self.story.tell(&format!(
            "Employee {} is registered and shown.",
            person.employee_no
        ))?;
        Ok(())
    }

    /// Fills the form in up to the last Enter.
    pub fn fill_in(&mut self, person: &Person) -> Result<()> {
        self.open('2', ScreenCode::PersonForm)?;
        self.field(person.employee_no)?;
        self.field(&(person.sex as u8).to_string())?;
        self.kana_field(person.name)?;
        self.kana_field(person.kana)?;
        self.field(person.birth_date)?;
        self.field(person.hired_on)?;
        self.press(Key::ENTER)?; // no postal code: the address is typed
        self.kana_field(person.address)?;
        self.field(person.number)?;
        self.field(person.number)?;
        self.type_text("2") // taken from the Individual Number Card
    }

    /// Searches by reading and opens the one who is found.
    pub fn find(&mut self, reading: &str) -> Result<()> {
        self.open('1', ScreenCode::People)?;
        let everybody = self.still(Duration::from_secs(3))?;
        self.type_kana(reading)?;
        // The search runs when typing rests.
        let mut patience = Patience::new(&self.machine, Duration::from_secs(20));
        let mut found = self.still(Duration::from_secs(3))?;
        while found == everybody && !patience.is_over(&self.machine) {
            found = self.still(Duration::from_secs(3))?;
        }
        std::thread::sleep(Duration::from_secs(1));
        self.picture("Found by a part of the reading")?;
        self.press(Key::ENTER)?;
        if self
            .tag()?
            .is_some_and(|tag| tag.screen == ScreenCode::People)
        {
            self.press(Key::ENTER)?;
        }
        self.wait_for(ScreenCode::Person)?;
        self.story.tell("Somebody is searched and found.")?;
        Ok(())
    }

    /// Shows the number of the person on the screen, for the first purpose that is offered.
    pub fn reveal(&mut self) -> Result<()> {
        self.press(Key::F4)?;
        self.wait_for_dialog(ScreenCode::RevealPurpose)?;
        self.picture("The purpose is asked before a number is shown")?;
        self.type_text("1")?;
        self.wait_for(ScreenCode::Person)?;
        self.story.tell("The number is shown for a purpose.")?;
        Ok(())
    }

    /// Plugs a stick in and waits until the kiosk shows that it was noticed.
    pub fn plug(&mut self, stick: &Stick) -> Result<Plugged> {
        let before = self.sticks()?;
        let plugged = self.machine.plug(stick)?;
        self.wait_for_sticks(before + 1)?;
        Ok(plugged)
    }

    /// Pulls a stick and waits until the kiosk shows that it was noticed.
    pub fn pull(&mut self, plugged: Plugged) -> Result<()> {
        let before = self.sticks()?;
        self.machine.pull(plugged)?;
        self.wait_for_sticks(before.saturating_sub(1))
    }

    fn sticks(&mut self) -> Result<usize> {
        Ok(self.sheet.sticks(&self.machine.picture()?))
    }

    fn wait_for_sticks(&mut self, wanted: usize) -> Result<()> {
        let mut patience = Patience::new(&self.machine, Duration::from_secs(60));
        while self.sticks()? != wanted {
            if patience.is_over(&self.machine) {
                self.picture("The sticks that are plugged in were not noticed")?;
                return Err(ClerkError::Lost {
                    wanted: format!("{wanted} sticks"),
                    seen: format!("{}", self.sticks()?),
                    log: String::new(),
                });
            }
            std::thread::sleep(STILL);
        }
        Ok(())
    }

    /// Makes the plugged stick a companion.
    pub fn register_companion(&mut self) -> Result<()> {
        self.open('5', ScreenCode::Companions)?;
        self.press(Key::F2)?;
        self.wait_for(ScreenCode::RegisterCompanion)?;
        self.type_kana("kyuuyo")?;
        self.press(Key::F12)?;
        self.wait_for_dialog(ScreenCode::ConfirmFormat)?;
        self.picture("Everything on the stick will be erased")?;
        self.type_text("1")?;
        self.press(Key::ENTER)?;
        self.wait_for(ScreenCode::Companions)?;
        self.picture("The companion is registered")?;
        self.story
            .tell("The plugged stick is registered as a companion.")?;
        Ok(())
    }

    /// Approves the payroll PC whose request is on the plugged companion.
    pub fn approve_pc(&mut self) -> Result<()> {
        self.open('5', ScreenCode::Companions)?;
        self.press(Key::F3)?;
        self.wait_for(ScreenCode::ApprovePc)?;
        self.picture("The payroll PC's request")?;
        self.press(Key::ENTER)?;
        self.type_text("2")?;
        self.picture("The words on both screens are compared")?;
        self.press(Key::F12)?;
        self.wait_for(ScreenCode::Companions)?;
        self.press(Key::TAB)?;
        self.picture("The payroll PC is approved")?;
        self.story
            .tell("The words are the same on both screens; the payroll PC is approved.")?;
        Ok(())
    }

    /// Hands everybody's numbers over, up to the answer: S-710 or an error.
    pub fn hand_over_everybody(&mut self) -> Result<()> {
        self.open('3', ScreenCode::HandOver)?;
        self.picture("What may be handed over")?;
        self.press(Key::ENTER)?;
        self.press(Key::F2)?;
        self.picture("Everybody is chosen")?;
        self.press(Key::F12)?;
        self.wait_for_dialog(ScreenCode::ConfirmHandOver)?;
        self.picture("The hand-over is confirmed")?;
        self.type_text("1")?;
        Ok(())
    }

    /// Reads receipts from the plugged companion.
    pub fn read_receipts(&mut self) -> Result<()> {
        self.open('4', ScreenCode::Receipts)?;
        self.picture("Hand-overs before the receipts are read")?;
        self.press(Key::F2)?;
        self.wait_for(ScreenCode::Receipts)?;
        self.picture("The receipt was read")?;
        Ok(())
    }

    /// Shows the ledger and has its chain verified.
    pub fn verify_ledger(&mut self) -> Result<Tag> {
        self.open('6', ScreenCode::Ledger)?;
        self.picture("The ledger")?;
        self.press(Key::F2)?;
        let tag = self.wait_for(ScreenCode::Ledger)?;
        self.picture("The ledger is verified")?;
        self.story.tell("The ledger's chain is verified.")?;
        Ok(tag)
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
