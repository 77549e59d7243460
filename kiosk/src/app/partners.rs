//! What init and the keeper say, and what they are asked.

use super::dialog::{Dialog, Owner};
use super::event::Effect;
use super::screens;
use super::view::{Progress, Tone};
use super::{App, Ask, LEARNING, Message};
use codes::{ErrorCode, ScreenCode};
use protocol::clerk::Reply;
use protocol::clerk::input;
use protocol::system;
use protocol::system::{InputKind, VaultState};

impl App {
    pub(super) fn init(&mut self, event: system::Event) {
        match &event {
            system::Event::Welcome(welcome) => {
                self.shared.release = welcome.release.clone();
                self.shared.secure_boot = welcome.secure_boot;
                self.shared.clock_confirmed = welcome.clock_confirmed;
                self.shared.vault = welcome.vault;
                self.shared.sticks = welcome.sticks.clone();
                self.shared.wait_for_login(welcome.wait_seconds);
                self.use_settings(welcome.settings);
                if welcome.clock_confirmed {
                    self.go(screens::door(&self.shared));
                } else {
                    self.go(Box::new(screens::Clock::new(welcome.unix_seconds)));
                }
                return;
            }
            system::Event::ClockSet => self.shared.clock_confirmed = true,
            system::Event::Opened => self.shared.vault = VaultState::Open,
            system::Event::StickPresent(stick) => {
                self.shared.sticks.retain(|s| s.device != stick.device);
                self.shared.sticks.push(stick.clone());
                // What was missing is there.
                if self.message.as_ref().and_then(|m| m.code) == Some(ErrorCode::NoCompanion) {
                    self.message = None;
                }
            }
            system::Event::StickGone { device } => {
                self.shared.sticks.retain(|s| s.device != *device);
            }
            system::Event::DeviceAsks { device, kind, name } => {
                self.device_asks(*device, *kind, name);
            }
            system::Event::DeviceGone { device } => {
                self.dialogs.retain(|d| d.owner != Owner::Device(*device));
            }
            system::Event::DeviceRefused { name } => {
                self.message = Some(Message {
                    tone: Tone::Bad,
                    code: Some(ErrorCode::DeviceRefused),
                    detail: self.drawable(name),
                });
            }
            system::Event::SettingsKept { kept: true } => {}
            system::Event::SettingsKept { kept: false } => {
                self.message = Some(Message {
                    tone: Tone::Bad,
                    code: Some(ErrorCode::SettingsNotKept),
                    detail: String::new(),
                });
            }
            system::Event::PoweringOff => {
                self.go(Box::new(screens::PoweringOff));
                return;
            }
            system::Event::Working(_) | system::Event::Refused { .. } => {}
        }
        self.with_screen(|screen, cx| screen.news(&event, cx));
        self.missed_news(event);
    }

    /// Foreign text without what the fonts cannot draw.
    fn drawable(&self, text: &str) -> String {
        text.chars()
            .map(|c| if self.coverage.has(c) { c } else { '?' })
            .collect()
    }

    fn device_asks(&mut self, device: system::DeviceId, kind: InputKind, name: &str) {
        let kind = match kind {
            InputKind::Keyboard => self.shared.say("キーボード", "Keyboard"),
            InputKind::Pointer => self.shared.say("マウスなど", "Pointer"),
            InputKind::Other => self.shared.say("入力装置", "Input device"),
        };
        let lines = vec![
            format!("{kind}：{}", self.drawable(name)),
            self.shared.say(
                "自分でつないだものでなければ、使わずに取り外してください。",
                "If you did not plug it in yourself, refuse it and unplug it.",
            ),
        ];
        let choices = vec![
            self.shared.say("使わない", "Refuse"),
            self.shared.say("使う", "Allow"),
        ];
        self.dialogs.push(
            Dialog::ask(ScreenCode::NewDevice, lines, choices).owned_by(Owner::Device(device)),
        );
    }

    pub(super) fn keeper(&mut self, reply: Reply) {
        if let Reply::Progress { done, total, .. } = reply {
            if let Some(work) = self.dialogs.iter_mut().find_map(|d| d.work.as_mut()) {
                work.progress = if total == 0 {
                    Progress::Going
                } else {
                    Progress::Part((done as f32 / total as f32).clamp(0.0, 1.0))
                };
            }
            let serial = self.in_flight;
            if serial == Some(self.serial) {
                self.with_screen(|screen, cx| screen.reply(reply, cx));
            }
            return;
        }
        let asked_by = self.in_flight.take();
        let reply = match reply {
            Reply::Input(reply) if asked_by == Some(LEARNING) => {
                let next = self.composer.learning.take(reply);
                self.ask_to_learn(next);
                if self.composer.learning.loaded() {
                    self.with_screen(|screen, cx| screen.learned(cx));
                }
                return;
            }
            reply => reply,
        };
        if let Reply::Refused(ErrorCode::SessionLocked) = reply
            && self.shared.session.is_some()
        {
            self.lock(Some(ErrorCode::SessionLocked));
            return;
        }
        if asked_by == Some(LEARNING) {
            if let Reply::Refused(code) = reply {
                self.composer.learning.failed(code);
                self.with_screen(|screen, cx| screen.learned(cx));
            }
        } else if asked_by == Some(self.serial) {
            self.with_screen(|screen, cx| screen.reply(reply, cx));
        } else {
            self.missed_reply(asked_by, reply);
        }
    }

    pub(super) fn ask_to_learn(&mut self, requests: impl IntoIterator<Item = input::Request>) {
        let asks = requests.into_iter().map(|request| Ask {
            request: request.into(),
            serial: LEARNING,
        });
        self.waiting.extend(asks);
    }

    /// Has the keeper keep what was learned since it was last told.
    pub(super) fn keep_learned(&mut self) {
        if self.shared.session.is_some() {
            let changes = self.composer.learning.changes();
            self.ask_to_learn(changes);
        }
    }

    pub(super) fn ask_next(&mut self) {
        if self.in_flight.is_some() {
            return;
        }
        if let Some(ask) = self.waiting.pop_front() {
            self.in_flight = Some(ask.serial);
            self.effects.push(Effect::AskKeeper(ask.request));
        }
    }
}
