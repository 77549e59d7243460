//! Who knows postal codes (郵便番号).

/// The official list, as the converter's dictionary holds it.
pub trait PostalCodes {
    /// The places of a code of seven digits, each as an address begins: prefecture, city and,
    /// where the list goes that deep, town. Empty where the list does not have the code.
    fn places(&self, code: &str) -> Vec<String>;
}

impl PostalCodes for kkc::Converter {
    fn places(&self, code: &str) -> Vec<String> {
        let places = self.dictionary().postal_code(code);
        places.iter().map(kkc::PostalPlace::text).collect()
    }
}
