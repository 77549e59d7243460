//! Who knows how names are read.

/// The dictionary of the converter, backwards.
pub trait Readings {
    /// The likeliest reading of each text, in hiragana; none where a part of it is in no word.
    fn readings(&self, texts: &[&str]) -> Vec<Option<String>>;
}

impl Readings for kkc::Converter {
    fn readings(&self, texts: &[&str]) -> Vec<Option<String>> {
        kkc::Converter::readings(self, texts)
    }
}
