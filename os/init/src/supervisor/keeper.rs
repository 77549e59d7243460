//! The keeper: started once the vault is open, and the end of everything when it ends.

use super::{Kiosk, Partner, Supervisor};
use crate::channel::{Inbox, Outbox, pipe};
use crate::process::{Child, Program};
use crate::vault::Order;
use protocol::vessel::{Circumstances, FromInit, FromKeeper, PorterEnd};
use std::io;
use std::time::Instant;

impl Supervisor {
    pub(super) fn start_keeper(&mut self) -> io::Result<()> {
        let (keeper_reads, keeper_writes) = self
            .clerk
            .keeper_ends
            .take()
            .ok_or(io::ErrorKind::AlreadyExists)?;
        let (its_input, our_output) = pipe()?;
        let (our_input, its_output) = pipe()?;
        let child = Child::start(
            Program::Keeper,
            keeper_reads,
            keeper_writes,
            vec![its_input, its_output],
        )?;
        self.keeper = Some(Partner {
            child,
            inbox: Inbox::new(our_input)?,
            outbox: Outbox::new(our_output)?,
        });
        self.tell_keeper(FromInit::Start(Circumstances {
            pc: self.pc.id.clone(),
            pc_name: self.pc.name.clone(),
            clock_confirmed: self.clock_confirmed,
        }));
        Ok(())
    }

    pub(super) fn hear_keeper(&mut self) {
        let Some(keeper) = &mut self.keeper else {
            return;
        };
        match keeper.inbox.messages::<FromKeeper>() {
            Ok(messages) => messages.into_iter().for_each(|m| self.obey(m)),
            Err(_) => self.lose_keeper(),
        }
    }

    fn obey(&mut self, message: FromKeeper) {
        let now = Instant::now();
        match message {
            FromKeeper::FirstRunDone => {
                if let (Some(stick), false) = (self.stick.clone(), self.worker.busy) {
                    self.worker.start(stick, Order::MarkFinished);
                }
            }
            FromKeeper::KioskForgotten => {
                if let Kiosk::Forgetting { .. } = self.kiosk {
                    self.session_open = false;
                    self.pause_kiosk(now);
                    self.admit_keyboards_if_none_is_left();
                }
            }
            FromKeeper::Session { open } => {
                self.session_open = open;
                self.admit_keyboards_if_none_is_left();
            }
            FromKeeper::StartPorter { device } => self.start_job(device, now),
            FromKeeper::PorterData(bytes) => {
                if let Some(Err(_)) = self.job.as_mut().map(|job| job.give(bytes, now)) {
                    self.end_job(PorterEnd::Failed);
                }
            }
            FromKeeper::StopPorter => self.end_job(PorterEnd::Failed),
            FromKeeper::Closed => {
                if self.ending.is_some() {
                    self.power_off_now(self.stick_state());
                }
            }
        }
    }

    pub(super) fn tell_keeper(&mut self, message: FromInit) {
        if let Some(Err(_)) = self.keeper.as_mut().map(|k| k.outbox.send(&message)) {
            self.lose_keeper();
        }
    }

    pub(super) fn lose_keeper(&mut self) {
        if self.keeper.is_some() {
            self.power_off_now(self.stick_state());
        }
    }
}
