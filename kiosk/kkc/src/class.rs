//! What the converter needs to know of a word class.

/// A word class as far as fields and fallbacks care. Everything else is in the connection costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// No special meaning here.
    Other = 0,
    /// Common noun (名詞,一般).
    Noun = 1,
    /// Family name (姓).
    Family = 2,
    /// Given name (名).
    Given = 3,
    /// Name of a person, not told which part.
    Person = 4,
    /// Place name.
    Place = 5,
    /// 県, 市, 区, 町 … after a place name.
    PlaceSuffix = 6,
    /// A number in digits.
    Digits = 7,
    /// A number in kanji.
    Numeral = 8,
    /// 丁目, 番, 号, 人 … after a number.
    Counter = 9,
    /// Particle (助詞).
    Particle = 10,
    /// Organisation.
    Organisation = 11,
    /// Sign and bracket.
    Symbol = 12,
}

impl Kind {
    /// The kind with this number in a dictionary's file.
    pub fn from_number(number: u8) -> Option<Self> {
        const ALL: [Kind; 13] = [
            Kind::Other,
            Kind::Noun,
            Kind::Family,
            Kind::Given,
            Kind::Person,
            Kind::Place,
            Kind::PlaceSuffix,
            Kind::Digits,
            Kind::Numeral,
            Kind::Counter,
            Kind::Particle,
            Kind::Organisation,
            Kind::Symbol,
        ];
        ALL.get(usize::from(number)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_read_back_from_its_number() {
        for number in 0..=12 {
            assert_eq!(Kind::from_number(number).map(|k| k as u8), Some(number));
        }
        assert_eq!(Kind::from_number(13), None);
    }
}
