//! The boot stick and what is plugged in beside it.

use super::{SEARCH_TIMEOUT, Supervisor, Vault};
use crate::input;
use crate::power;
use crate::usb::policy::{Kind, Refusal};
use crate::usb::{Device, Power, sysfs};
use crate::vault::Order;
use codes::ErrorCode;
use protocol::system::{DeviceId, Event, InputKind, Stick};
use protocol::vessel::PorterEnd;
use rustix::fs::inotify;
use std::fs;
use std::time::Instant;

impl Supervisor {
    pub(super) fn read_node_events(&mut self) {
        let mut buffer = [std::mem::MaybeUninit::uninit(); 4096];
        let mut events = inotify::Reader::new(&self.nodes, &mut buffer);
        // Which node it was does not matter: the bus is looked at as a whole.
        while events.next().is_ok() {}
    }

    /// Watches the folders whose changes mean that something was plugged or pulled. Adding
    /// a watch again changes nothing, so new buses are simply added with the rest.
    fn watch_nodes(&self) {
        let flags = inotify::WatchFlags::CREATE | inotify::WatchFlags::DELETE;
        let buses = fs::read_dir("/dev/bus/usb").into_iter().flatten().flatten();
        let folders = ["/dev", "/dev/input", "/dev/dri", "/dev/bus/usb"].map(Into::into);
        for folder in folders.into_iter().chain(buses.map(|bus| bus.path())) {
            let _ = inotify::add_watch(&self.nodes, &folder, flags);
        }
    }

    pub(super) fn look_at_devices(&mut self) {
        self.last_scan = Instant::now();
        self.watch_nodes();
        // A controller may come up late. Where this fails, devices would be used with all
        // their interfaces: rather nothing.
        if sysfs::close_all_buses().is_err() {
            self.power_off_now(self.stick_state());
        }
        // A hub that is let in brings more devices.
        loop {
            let changes = self.devices.rescan();
            for device in &changes.gone {
                self.forget_device(device);
            }
            if changes.new.is_empty() {
                break;
            }
            for id in changes.new {
                self.greet_device(id);
            }
        }
        self.admit_keyboards_if_none_is_left();
        input::hand_over_nodes();
    }

    fn forget_device(&mut self, device: &Device) {
        if self.stick.as_ref().is_some_and(|s| s.plug == device.plug) {
            self.power_off_now(power::Stick::Gone);
        }
        if self.job.as_ref().is_some_and(|j| j.device == device.id) {
            self.end_job(PorterEnd::StickGone);
        }
        match (device.kind, device.power) {
            (Ok(Kind::Storage), _) => self.tell_kiosk(Event::StickGone { device: device.id }),
            (Ok(Kind::Input(_)), Power::Asking) => {
                self.tell_kiosk(Event::DeviceGone { device: device.id });
            }
            _ => {}
        }
    }

    fn greet_device(&mut self, id: DeviceId) {
        let Some(device) = self.devices.get(id) else {
            return;
        };
        match device.kind {
            Ok(Kind::Hub) => self.devices.switch_on(id),
            Ok(Kind::Storage) => {
                if self.search.is_none() {
                    self.tell_kiosk(Event::StickPresent(device.as_stick()));
                }
            }
            Ok(Kind::Input(kind)) if self.session_open => {
                let name = device.name();
                self.devices.set_power(id, Power::Asking);
                self.tell_kiosk(Event::DeviceAsks {
                    device: id,
                    kind,
                    name,
                });
            }
            Ok(Kind::Input(_)) => self.devices.switch_on(id),
            Err(Refusal::Malformed | Refusal::NothingAllowed | Refusal::MixedKinds) => {
                let name = device.name();
                self.tell_kiosk(Event::DeviceRefused { name });
            }
        }
    }

    /// A clerk whose only keyboard broke must be able to go on with another. With a session
    /// open it is locked first, so that who brought the keyboard has to know the passphrase.
    pub(super) fn admit_keyboards_if_none_is_left(&mut self) {
        let asking: Vec<DeviceId> = self
            .devices
            .all()
            .iter()
            .filter(|d| d.power == Power::Asking && d.kind == Ok(Kind::Input(InputKind::Keyboard)))
            .map(|d| d.id)
            .collect();
        if asking.is_empty() || input::any_keyboard() {
            return;
        }
        if self.session_open {
            // Its end locks the session; this is called again when the keeper has locked.
            self.lose_kiosk(false);
            return;
        }
        for id in asking {
            self.tell_kiosk(Event::DeviceGone { device: id });
            self.devices.switch_on(id);
        }
    }

    pub(super) fn step_search(&mut self, now: Instant) {
        let Some(search) = &mut self.search else {
            return;
        };
        if let Some(stick) = search.step(&mut self.devices, now) {
            self.worker.start(stick.clone(), Order::Inspect);
            self.stick = Some(stick);
            self.search = None;
        } else if now - self.started > SEARCH_TIMEOUT && matches!(self.vault, Vault::Unknown) {
            // The clerk is told to switch off and plug the stick in again. The search goes
            // on: a stick that still answers takes the message back.
            self.vault = Vault::Unusable(ErrorCode::StickIo);
            self.welcome_kiosk();
        }
    }

    pub(super) fn stick_state(&self) -> power::Stick {
        match self.stick {
            Some(_) => power::Stick::There,
            None => power::Stick::Gone,
        }
    }

    pub(super) fn other_sticks(&self) -> Vec<Stick> {
        let boot = self.stick.as_ref().map(|stick| &stick.plug);
        self.devices
            .all()
            .iter()
            .filter(|device| device.kind == Ok(Kind::Storage) && Some(&device.plug) != boot)
            .map(Device::as_stick)
            .collect()
    }
}
