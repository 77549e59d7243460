//! The vault: what is known of it, and the orders that make, open and recover it.

use super::{MAX_SECRET, Supervisor, Vault};
use crate::vault::{News, Order};
use crate::volume::State;
use codes::ErrorCode;
use protocol::system::Event;
use protocol::vessel::FromInit;
use std::time::Instant;

impl Supervisor {
    pub(super) fn take_news(&mut self, news: News) {
        let now = Instant::now();
        match news {
            News::Stage(stage) => self.tell_kiosk(Event::Working(stage)),
            News::Inspected(state) => {
                self.vault = match state {
                    Ok(State::Unfinished) => Vault::None,
                    Ok(State::Finished { failures }) => {
                        self.guard.failed(failures, now);
                        Vault::Locked { failures }
                    }
                    Err(code) => Vault::Unusable(code),
                };
                self.welcome_kiosk();
            }
            News::Opened(Ok(())) => match self.start_keeper() {
                Ok(()) => {
                    self.vault = Vault::Open;
                    self.tell_kiosk(Event::Opened);
                }
                Err(_) => self.power_off_now(self.stick_state()),
            },
            News::Opened(Err(code)) => self.opening_failed(code, now),
            News::Marked(Ok(())) => self.tell_keeper(FromInit::FirstRunMarked),
            // The vault is there but would be made again at the next start: better not to go on.
            News::Marked(Err(_)) => self.power_off(),
        }
    }

    fn opening_failed(&mut self, code: ErrorCode, now: Instant) {
        let wrong = matches!(
            code,
            ErrorCode::WrongPassphrase | ErrorCode::RecoveryWordsWrong
        );
        if let Vault::Locked { failures } = &mut self.vault
            && wrong
        {
            *failures = failures.saturating_add(1);
            self.guard.failed(*failures, now);
        }
        self.refuse(code);
    }

    /// Starts an order for the kiosk, or tells it why not.
    pub(super) fn order(&mut self, allowed: Result<(), ErrorCode>, order: Order) {
        let sound = |secret: &&protocol::Secret| (1..=MAX_SECRET).contains(&secret.expose().len());
        let allowed = allowed.and_then(|()| match () {
            () if self.worker.busy || self.ending.is_some() => Err(ErrorCode::NotAllowedNow),
            () if !order.secrets().iter().all(sound) => Err(ErrorCode::WrongPassphrase),
            () => Ok(()),
        });
        match (allowed, self.stick.clone()) {
            (Ok(()), Some(stick)) => self.worker.start(stick, order),
            (Ok(()), None) => self.refuse(ErrorCode::StickIo),
            (Err(code), _) => self.refuse(code),
        }
    }

    pub(super) fn may_create(&self) -> Result<(), ErrorCode> {
        match self.vault {
            Vault::None => Ok(()),
            Vault::Unusable(code) => Err(code),
            Vault::Locked { .. } | Vault::Open => Err(ErrorCode::VaultExists),
            Vault::Unknown => Err(ErrorCode::NotAllowedNow),
        }
    }

    pub(super) fn may_open(&self) -> Result<(), ErrorCode> {
        match self.vault {
            Vault::Locked { .. } if self.guard.seconds_left(Instant::now()) > 0 => {
                Err(ErrorCode::TooManyAttempts)
            }
            Vault::Locked { .. } => Ok(()),
            Vault::Unusable(code) => Err(code),
            Vault::None | Vault::Open | Vault::Unknown => Err(ErrorCode::NotAllowedNow),
        }
    }
}
