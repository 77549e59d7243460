use crate::{Enrolment, Introduced, Sha256};
use unicode_normalization::UnicodeNormalization;

/// How many words are compared: 11 bits each, 66 bits together.
pub const WORDS: usize = 6;

impl Introduced<Enrolment> {
    /// Six Japanese words (hiragana) that are the same on the payroll PC's screen and
    /// on the vault's exactly if both look at the same request. A request that was
    /// exchanged on the way shows other words unless 2^66 were tried.
    ///
    /// They are the first 66 bits of SHA-256 over `kuramori/words/v1\n` and the
    /// document, 11 bits a word, most significant first, as indices into the Japanese
    /// list of BIP-39.
    pub fn comparison_words(&self) -> [String; WORDS] {
        let hash = Sha256::of(&[b"kuramori/words/v1\n", self.bytes()].concat());
        let list = bip39::Language::Japanese.word_list();
        std::array::from_fn(|word| {
            let index = (11 * word..11 * (word + 1)).fold(0, |index, bit| {
                index << 1 | usize::from(hash.as_bytes()[bit / 8] >> (7 - bit % 8) & 1)
            });
            // The list is decomposed (か + ゛); fonts want が.
            list[index].nfc().collect()
        })
    }
}
