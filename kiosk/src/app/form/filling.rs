//! Fields that fill others: フリガナ from a name, an address from a postal code.

use super::{Form, FormField, Id, Value};
use crate::app::address::Offer;
use crate::app::postal::PostalCodes;
use crate::app::view::Access;
use crate::ime::furigana;
use protocol::clerk::Field;

const KANA: Id = Id::Keeper(Field::Kana);

impl Form {
    /// Writes フリガナ from what was typed for the name, as long as nobody wrote it himself.
    pub(super) fn read_name(&mut self) {
        let Some(FormField {
            id: Id::Keeper(Field::Name),
            value: Value::Text(name),
            ..
        }) = self.fields.get(self.focus)
        else {
            return;
        };
        let read = furigana(name.text(), name.pieces());
        let own = std::mem::take(&mut self.read);
        let kana = self.fields.iter_mut().find(|f| f.id == KANA);
        if let Some(FormField {
            value: Value::Text(kana),
            error,
            ..
        }) = kana
            && kana.text() == own
        {
            kana.set(&read);
            kana.text().clone_into(&mut self.read);
            *error = None;
        } else {
            self.read = own;
        }
    }

    /// The caret came into a field by a key: フリガナ that were written for the clerk are selected, so
    /// that typing replaces them and Enter keeps them.
    pub(super) fn entered(&mut self) {
        let read = !self.read.is_empty();
        if let Some(FormField {
            id: KANA,
            value: Value::Text(kana),
            ..
        }) = self.fields.get_mut(self.focus)
            && read
            && kana.text() == self.read
        {
            kana.select_all();
        }
    }

    /// Fields that mean something only with another follow it.
    pub(super) fn follow(&mut self) {
        for index in 0..self.fields.len() {
            if let Some(needed) = self.fields[index].only_with {
                self.fields[index].access = match self.text_of(needed).is_empty() {
                    true => Access::Disabled,
                    false => Access::Edit,
                };
            }
        }
    }

    /// What the postal code just left stands for: fills the address where nothing is lost,
    /// gives back a question where something would be, or where there are several.
    pub(super) fn look_up(&mut self, codes: Option<&dyn PostalCodes>) -> Option<Offer> {
        let mut fill = self.address.take()?;
        let code = self.text_of(Id::PostalCode).to_owned();
        let offer = codes.and_then(|codes| fill.look_up(&code, self.text_of(fill.id), codes));
        if let Some(text) = fill.take_filled() {
            self.set_address(fill.id, &text);
        }
        self.address = Some(fill);
        offer
    }

    /// The answer to an [`Offer`]; `None` leaves the address as it is.
    pub fn address_chosen(&mut self, choice: Option<usize>) {
        let Some(mut fill) = self.address.take() else {
            return;
        };
        if let Some(text) = fill.choose(choice) {
            self.set_address(fill.id, &text);
        }
        self.address = Some(fill);
    }

    /// Fills the address and goes there: house numbers are typed after it.
    fn set_address(&mut self, id: Id, text: &str) {
        self.set_text(id, text);
        self.touched = true;
        if let Some(index) = self.fields.iter().position(|f| f.id == id) {
            self.fields[index].error = None;
            self.focus = index;
        }
    }
}
