//! An office's work at the menu: people, their numbers, the ledger.

use super::{Clerk, Result};
use crate::{keyboard::Key, machine::Patience, people::Person, screen::Tag};
use codes::ScreenCode;
use std::time::Duration;

impl Clerk<'_> {
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
}
