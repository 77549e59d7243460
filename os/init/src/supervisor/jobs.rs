//! Porters: the keeper's jobs on other sticks, and errands on the boot partition.

use super::Supervisor;
use crate::errands;
use crate::relay::{Job, Step};
use protocol::system::{DeviceId, Event};
use protocol::vessel::{FromInit, PorterEnd};
use std::time::Instant;

impl Supervisor {
    /// Screen and keyboard have worked once the clerk has confirmed the clock: the start is
    /// good. The boot partition is not used while the vault's is made or another porter runs.
    pub(super) fn step_errands(&mut self, now: Instant) {
        // Before the settings are known no kiosk was welcomed, so the vault is only looked at.
        let early = self.errands.settings().is_none();
        let idle = self.job.is_none() && (early || !self.worker.busy);
        let told = match self.stick.as_ref().filter(|_| idle) {
            Some(stick) => self
                .errands
                .start(&stick.boot_partition, self.clock_confirmed, now),
            None => None,
        };
        for news in [told, self.errands.step(now)].into_iter().flatten() {
            match news {
                errands::News::SettingsRead => self.welcome_kiosk(),
                errands::News::SettingsKept(kept) => self.tell_kiosk(Event::SettingsKept { kept }),
            }
        }
    }

    pub(super) fn start_job(&mut self, id: DeviceId, now: Instant) {
        if self.job.is_some() {
            // The keeper asks for the next only after the end of the last: it is not sound.
            return self.lose_keeper();
        }
        let known = self.other_sticks().iter().any(|stick| stick.device == id);
        match self.devices.get(id) {
            Some(device) if known => {
                let (plug, hardware) = (device.plug.clone(), device.hardware.clone());
                self.job = Some(Job::new(id, plug, hardware, now));
                self.devices.switch_on(id);
            }
            _ => self.tell_keeper(FromInit::PorterEnded(PorterEnd::StickGone)),
        }
    }

    pub(super) fn step_job(&mut self, now: Instant) {
        if let (Some(job), Some(_)) = (&mut self.job, self.errands.running()) {
            // One porter at a time.
            return job.put_off(now);
        }
        match self.job.as_mut().map(|job| job.step(now)) {
            None | Some(Step::Waiting) => {}
            Some(Step::Started(message)) => self.tell_keeper(message),
            Some(Step::Ended(end)) => self.end_job(end),
        }
    }

    /// Carries what the porter wrote to the keeper.
    pub(super) fn hear_porter(&mut self) {
        let now = Instant::now();
        match self.job.as_mut().and_then(|job| job.take(now)) {
            Some(pieces) => {
                for piece in pieces {
                    self.tell_keeper(piece);
                }
            }
            // It closed its end and is about to exit.
            None => self.porter_exited(),
        }
    }

    pub(super) fn porter_exited(&mut self) {
        let Some(porter) = self.job.as_ref().and_then(|job| job.porter.as_ref()) else {
            return;
        };
        let Some(status) = porter.child.ended() else {
            return;
        };
        // Its last words may still be in the pipe.
        while let Some(pieces) = self.job.as_mut().and_then(|job| job.take(Instant::now()))
            && !pieces.is_empty()
        {
            for piece in pieces {
                self.tell_keeper(piece);
            }
        }
        self.end_job(match status {
            0 => PorterEnd::Done,
            _ => PorterEnd::Failed,
        });
    }

    pub(super) fn end_job(&mut self, end: PorterEnd) {
        let Some(job) = self.job.take() else { return };
        if let Some(porter) = job.porter {
            porter.child.kill();
        }
        self.devices.switch_off(job.device);
        self.tell_keeper(FromInit::PorterEnded(end));
    }
}
