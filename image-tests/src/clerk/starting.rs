//! From power-on to the menu: the clock, the first run, the login.

use super::{Clerk, ClerkError, Result};
use crate::{keyboard::Key, people, screen::Picture};
use codes::ScreenCode;
use std::time::Duration;

/// The twelve recovery words by their places in the list (1–2048), as the paper holds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper(pub [u16; 12]);

impl Clerk<'_> {
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
}
