//! The kiosk: started, answered, and started again when it died.

use super::{CRASH_WINDOW, Kiosk, LOCK_PATIENCE, MAX_CRASHES, Partner, Supervisor, Vault};
use crate::channel::{Inbox, Outbox, pipe};
use crate::clock;
use crate::process::{Child, Program};
use crate::usb::Power;
use crate::usb::policy::Kind;
use crate::vault::Order;
use codes::ErrorCode;
use protocol::settings::Settings;
use protocol::system::{DeviceId, Event, Request, VaultState, Welcome};
use protocol::vessel::FromInit;
use std::io;
use std::time::{Duration, Instant};

impl Supervisor {
    pub(super) fn start_kiosk(&mut self, now: Instant) {
        self.clerk.drain();
        let started = (|| {
            let (its_input, our_output) = pipe()?;
            let (our_input, its_output) = pipe()?;
            let child = Child::start(
                Program::Kiosk,
                self.clerk.kiosk_reads.try_clone()?,
                self.clerk.kiosk_writes.try_clone()?,
                vec![its_input, its_output],
            )?;
            Ok::<_, io::Error>(Partner {
                child,
                inbox: Inbox::new(our_input)?,
                outbox: Outbox::new(our_output)?,
            })
        })();
        match started {
            Ok(partner) => {
                self.kiosk = Kiosk::Running {
                    partner,
                    greeted: false,
                    welcomed: false,
                };
            }
            Err(_) => self.kiosk_failed(now),
        }
    }

    pub(super) fn hear_kiosk(&mut self) {
        let Kiosk::Running { partner, .. } = &mut self.kiosk else {
            return;
        };
        match partner.inbox.messages::<Request>() {
            Ok(requests) => requests.into_iter().for_each(|r| self.answer(r)),
            Err(_) => self.lose_kiosk(true),
        }
    }

    fn answer(&mut self, request: Request) {
        match request {
            Request::Hello => {
                if let Kiosk::Running { greeted, .. } = &mut self.kiosk {
                    *greeted = true;
                }
                self.welcome_kiosk();
            }
            Request::ConfirmClock { unix_seconds } => match clock::confirm(unix_seconds) {
                Ok(()) => {
                    self.clock_confirmed = true;
                    self.tell_kiosk(Event::ClockSet);
                    self.step_errands(Instant::now());
                }
                Err(code) => self.refuse(code),
            },
            Request::CreateVault {
                passphrase,
                recovery_words: words,
            } => self.order(self.may_create(), Order::Create { passphrase, words }),
            Request::Unlock { passphrase } => {
                self.order(self.may_open(), Order::Unlock { passphrase });
            }
            Request::Recover {
                recovery_words: words,
                new_passphrase,
            } => {
                let order = Order::Recover {
                    words,
                    new_passphrase,
                };
                self.order(self.may_open(), order);
            }
            Request::DecideDevice { device, allow } => self.decide_device(device, allow),
            Request::KeepSettings(settings) => {
                self.errands.keep(settings);
                self.step_errands(Instant::now());
            }
            Request::PowerOff => self.power_off(),
        }
    }

    fn decide_device(&mut self, id: DeviceId, allowed: bool) {
        let Some(device) = self.devices.get(id) else {
            // Unplugged while the clerk decided; the kiosk was told.
            return;
        };
        let (Ok(Kind::Input(kind)), Power::Asking) = (device.kind, device.power) else {
            return self.refuse(ErrorCode::NotAllowedNow);
        };
        let name = device.name();
        self.devices.set_power(id, Power::Off);
        if allowed {
            self.devices.switch_on(id);
        }
        self.tell_keeper(FromInit::DeviceDecided {
            kind,
            name,
            allowed,
        });
    }

    /// Tells a kiosk that said hello how things are, once they are known.
    pub(super) fn welcome_kiosk(&mut self) {
        let vault = match self.vault {
            Vault::Unknown => return,
            Vault::None => VaultState::None,
            Vault::Locked { .. } | Vault::Unusable(_) => VaultState::Locked,
            Vault::Open => VaultState::Open,
        };
        let settings = match (self.errands.settings(), &self.stick) {
            (Some(settings), _) => settings,
            // They will be known in a moment.
            (None, Some(_)) => return,
            (None, None) => Settings::default(),
        };
        match &mut self.kiosk {
            Kiosk::Running {
                greeted: true,
                welcomed,
                ..
            } => *welcomed = true,
            _ => return,
        }
        self.tell_kiosk(Event::Welcome(Welcome {
            release: self.release.clone(),
            unix_seconds: clock::now(),
            clock_confirmed: self.clock_confirmed,
            vault,
            wait_seconds: self.guard.seconds_left(Instant::now()),
            secure_boot: self.secure_boot,
            sticks: self.other_sticks(),
            settings,
        }));
        let asking: Vec<Event> = self
            .devices
            .all()
            .iter()
            .filter_map(|device| match (device.kind, device.power) {
                (Ok(Kind::Input(kind)), Power::Asking) => Some(Event::DeviceAsks {
                    device: device.id,
                    kind,
                    name: device.name(),
                }),
                _ => None,
            })
            .collect();
        for event in asking {
            self.tell_kiosk(event);
        }
        if let Vault::Unusable(code) = self.vault {
            self.refuse(code);
        }
    }

    pub(super) fn refuse(&mut self, code: ErrorCode) {
        let wait_seconds = self.guard.seconds_left(Instant::now());
        self.tell_kiosk(Event::Refused { code, wait_seconds });
    }

    /// News for a kiosk that listens; the next one learns it from its welcome.
    pub(super) fn tell_kiosk(&mut self, event: Event) {
        let Kiosk::Running {
            partner,
            welcomed: true,
            ..
        } = &mut self.kiosk
        else {
            return;
        };
        if partner.outbox.send(&event).is_err() {
            self.lose_kiosk(true);
        }
    }

    /// Ends the kiosk if it still runs. `crashed` counts towards giving up.
    pub(super) fn lose_kiosk(&mut self, crashed: bool) {
        let Kiosk::Running { partner, .. } = &self.kiosk else {
            return;
        };
        partner.child.kill();
        let now = Instant::now();
        if self.keeper.is_some() {
            self.kiosk = Kiosk::Forgetting {
                until: now + LOCK_PATIENCE,
            };
            self.tell_keeper(FromInit::KioskGone);
            if crashed {
                self.crashes.push_back(now);
            }
        } else if crashed {
            self.kiosk_failed(now);
        } else {
            self.kiosk = Kiosk::Pausing { until: now };
        }
    }

    fn kiosk_failed(&mut self, now: Instant) {
        self.crashes.push_back(now);
        self.pause_kiosk(now);
    }

    pub(super) fn pause_kiosk(&mut self, now: Instant) {
        while let Some(first) = self.crashes.front()
            && now - *first > CRASH_WINDOW
        {
            self.crashes.pop_front();
        }
        if self.crashes.len() > MAX_CRASHES {
            self.power_off();
        }
        let pause = match self.crashes.len() {
            0 => Duration::ZERO,
            n => Duration::from_millis(100 << n.min(6)),
        };
        self.kiosk = Kiosk::Pausing { until: now + pause };
    }
}
