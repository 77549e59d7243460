//! How a postal code fills an address: never over what somebody typed without asking.

use super::dialog::{Dialog, Owner};
use super::form::Id;
use super::postal::PostalCodes;
use super::words::both;
use codes::{Language, ScreenCode};

/// Digits of a postal code.
pub const DIGITS: usize = 7;
/// Most places that are offered; of more only what all have in common is.
const MOST: usize = 8;

/// The address field of a form and what became of its postal code.
pub struct AddressFill {
    pub id: Id,
    /// What was filled in last: nobody typed it, so another code may replace it.
    filled: String,
    /// To be put into the field now.
    ready: Option<String>,
    offered: Vec<String>,
}

/// A question: which of these, or none.
pub struct Offer {
    code: String,
    /// What stands in the address now.
    typed: String,
    places: Vec<String>,
}

impl AddressFill {
    pub fn new(id: Id) -> Self {
        Self {
            id,
            filled: String::new(),
            ready: None,
            offered: Vec::new(),
        }
    }

    /// Looks `code` up for an address that is `typed` now.
    pub fn look_up(&mut self, code: &str, typed: &str, codes: &dyn PostalCodes) -> Option<Offer> {
        let places = places(code, codes);
        let fits = |place: &String| typed.starts_with(place.as_str());
        if places.is_empty() || places.iter().any(fits) {
            return None;
        }
        let untouched = typed.trim().is_empty() || typed == self.filled;
        match places.as_slice() {
            [only] if untouched => {
                self.filled = only.clone();
                self.ready = Some(only.clone());
                None
            }
            _ => {
                self.offered = places.clone();
                Some(Offer {
                    code: code.to_owned(),
                    typed: typed.to_owned(),
                    places,
                })
            }
        }
    }

    /// What [`AddressFill::look_up`] wants in the field.
    pub fn take_filled(&mut self) -> Option<String> {
        self.ready.take()
    }

    /// The address that was chosen of the offer.
    pub fn choose(&mut self, choice: Option<usize>) -> Option<String> {
        let place = choice.and_then(|index| self.offered.get(index)).cloned();
        self.offered.clear();
        self.filled = place.clone().unwrap_or_default();
        place
    }
}

/// What is offered for a code: its places, or what they have in common.
pub fn places(code: &str, codes: &dyn PostalCodes) -> Vec<String> {
    if code.len() != DIGITS {
        return Vec::new();
    }
    let mut places = codes.places(code);
    if places.len() > MOST {
        let common = common_beginning(&places);
        places.clear();
        places.extend((!common.is_empty()).then_some(common));
    }
    places
}

fn common_beginning(places: &[String]) -> String {
    let mut common: Vec<char> = places.first().map_or(Vec::new(), |p| p.chars().collect());
    for place in places {
        let same = common
            .iter()
            .zip(place.chars())
            .take_while(|(a, b)| **a == *b);
        let same = same.count();
        common.truncate(same);
    }
    common.into_iter().collect()
}

impl Offer {
    pub fn dialog(self, language: Language) -> Dialog {
        let mut lines = vec![match language {
            Language::Japanese => format!("郵便番号：{}", shown(&self.code)),
            Language::English => format!("Postal code: {}", shown(&self.code)),
        }];
        let replaces = !self.typed.trim().is_empty();
        if replaces {
            lines.push(match language {
                Language::Japanese => format!("いまの住所：{}", self.typed),
                Language::English => format!("The address now: {}", self.typed),
            });
            lines.push(
                both(
                    "選ぶと、いまの住所は置き換わります。",
                    "Choosing one replaces the address.",
                )
                .get(language)
                .to_owned(),
            );
        }
        let mut choices = self.places;
        choices.push(
            both("住所を変えない", "Leave the address as it is")
                .get(language)
                .to_owned(),
        );
        let mut dialog =
            Dialog::ask(ScreenCode::ChooseAddress, lines, choices).owned_by(Owner::Form);
        if replaces {
            // What was typed stays unless somebody says otherwise.
            dialog.selected = dialog.choices.len() - 1;
        }
        dialog
    }
}

/// `1000013` as `100-0013`.
pub fn shown(code: &str) -> String {
    match code.split_at_checked(3) {
        Some((area, rest)) if !rest.is_empty() => format!("{area}-{rest}"),
        _ => code.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use protocol::clerk::Field;

    /// 100-0013 is one place, 602-0847 two, 498-0000 more than can be offered.
    struct List;

    impl PostalCodes for List {
        fn places(&self, code: &str) -> Vec<String> {
            match code {
                "1000013" => vec!["東京都千代田区霞が関".into()],
                "6020847" => vec![
                    "京都府京都市上京区東桜町".into(),
                    "京都府京都市上京区染殿町".into(),
                ],
                "4980000" => (0..20).map(|n| format!("愛知県弥富市{n}町")).collect(),
                _ => Vec::new(),
            }
        }
    }

    fn fill() -> AddressFill {
        AddressFill::new(Id::Keeper(Field::Address))
    }

    #[test]
    fn an_empty_address_is_filled_and_filled_again_by_another_code() {
        let mut fill = fill();
        assert!(fill.look_up("1000013", "", &List).is_none());
        assert_eq!(fill.take_filled().unwrap(), "東京都千代田区霞が関");
        assert!(
            fill.look_up("4980000", "東京都千代田区霞が関", &List)
                .is_none()
        );
        assert_eq!(fill.take_filled().unwrap(), "愛知県弥富市");
    }

    #[test]
    fn what_somebody_typed_is_replaced_only_when_it_is_chosen() {
        let mut fill = fill();
        let offer = fill.look_up("1000013", "大阪府大阪市北区", &List).unwrap();
        assert_eq!(fill.take_filled(), None);
        let dialog = offer.dialog(Language::Japanese);
        assert_eq!(dialog.selected, 1, "begins at leaving it");
        assert_eq!(fill.choose(Some(1)), None);
        fill.look_up("1000013", "大阪府大阪市北区", &List).unwrap();
        assert_eq!(fill.choose(Some(0)).unwrap(), "東京都千代田区霞が関");
    }

    #[test]
    fn of_several_places_one_is_chosen() {
        let offer = fill().look_up("6020847", "", &List).unwrap();
        assert_eq!(offer.places.len(), 2);
    }

    #[test]
    fn an_address_that_fits_its_code_is_left_alone() {
        let mut fill = fill();
        assert!(
            fill.look_up("1000013", "東京都千代田区霞が関1-2-3", &List)
                .is_none()
        );
        assert_eq!(fill.take_filled(), None);
    }

    #[test]
    fn an_unknown_code_changes_nothing() {
        let mut fill = fill();
        assert!(fill.look_up("9999999", "", &List).is_none());
        assert_eq!(fill.take_filled(), None);
    }

    #[test]
    fn a_code_is_shown_with_its_hyphen() {
        assert_eq!(shown("1000013"), "100-0013");
        assert_eq!(shown("100"), "100");
    }
}
