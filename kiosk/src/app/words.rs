//! Both languages of a text the kiosk itself says.
//!
//! Texts of codes come from `codes`; everything else on a screen is a [`Both`] beside the
//! code that shows it, so that neither language can be missing.

use codes::Language;

/// One text in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Both {
    pub ja: &'static str,
    pub en: &'static str,
}

impl Both {
    pub const fn get(self, language: Language) -> &'static str {
        match language {
            Language::Japanese => self.ja,
            Language::English => self.en,
        }
    }
}

/// Short for a [`Both`]: Japanese, then English.
pub const fn both(ja: &'static str, en: &'static str) -> Both {
    Both { ja, en }
}
