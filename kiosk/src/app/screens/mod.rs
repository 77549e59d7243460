//! The screens, one file each (small ones share [`simple`]).

mod approve_pc;
mod choose_company;
mod choose_user;
mod clock;
mod companions;
mod first_run;
mod hand_over;
mod home;
mod layout;
mod ledger;
mod login;
mod new_passphrase;
mod number_fields;
mod panel;
mod people;
mod person;
mod person_form;
mod receipts;
mod recover;
mod register_companion;
mod simple;
mod user_dictionary;
mod users;
mod word_form;
mod word_grid;

pub use choose_company::ChooseCompany;
pub use clock::{Clock, local_time};
pub use home::Home;
pub use login::Login;
pub use new_passphrase::NewPassphrase;
pub use panel::Panel;
pub use simple::{PoweringOff, Starting};
pub use word_form::WordForm;

use super::{Screen, Shared};
use protocol::system::{Stick, VaultState};

/// Where the way leads once the clock is right.
pub fn door(shared: &Shared) -> Box<dyn Screen> {
    match shared.vault {
        VaultState::None => Box::new(first_run::Company::new()),
        VaultState::Locked | VaultState::Open => Box::new(Login::new()),
    }
}

/// A stick as a person can tell it from another.
pub fn stick_name(stick: &Stick) -> String {
    let h = &stick.hardware;
    let name = format!("{} {}", h.vendor, h.product);
    let name = name.trim();
    let name = if name.is_empty() { "USB" } else { name };
    if h.serial.is_empty() {
        format!("{name} ({:04x}:{:04x})", h.vendor_id, h.product_id)
    } else {
        format!("{name} [{}]", h.serial)
    }
}
