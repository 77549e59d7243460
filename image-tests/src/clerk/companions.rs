//! Sticks that are plugged in, companions, and what is handed over on them.

use super::{Clerk, ClerkError, Result, STILL};
use crate::{
    keyboard::Key,
    machine::{Patience, Plugged},
    stick::Stick,
};
use codes::ScreenCode;
use std::time::Duration;

impl Clerk<'_> {
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
}
