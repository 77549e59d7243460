//! The registry of every code a clerk can read out on the phone.
//!
//! Screens and dialogs stand in `data/screens.toml`, errors in `data/errors.toml`.
//! From these files come the enums here, both languages' texts and the tables of
//! `docs/codes.md`; a code that lacks one of them does not build.
//!
//! ```
//! use codes::{ErrorCode, Language};
//! assert_eq!(ErrorCode::WrongPassphrase.code(), "E-101");
//! assert!(ErrorCode::WrongPassphrase.what(Language::English).contains("passphrase"));
//! ```

use serde::{Deserialize, Serialize};

/// The languages of the product. Japanese comes first: it is the language of its users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    #[default]
    Japanese,
    English,
}

include!(concat!(env!("OUT_DIR"), "/codes.rs"));

impl ErrorCode {
    /// The error of a code as a person reads it out, `E-101`.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|e| e.code() == code)
    }

    /// What happened and what to do, in one line with the code in front.
    pub fn sentence(self, language: Language) -> String {
        let (what, todo) = (self.what(language), self.todo(language));
        match language {
            Language::Japanese => format!("[{}] {what}{todo}", self.code()),
            Language::English => format!("[{}] {what} {todo}", self.code()),
        }
    }
}

/// The manual's tables: every code with its texts, as Markdown.
pub fn manual_tables() -> String {
    let mut out = String::from(
        "# Codes\n\nMade from `apps/codes/data/`; a test fails when this page is stale.\n\n## Screens and dialogs\n\n| Code | 画面 | Screen |\n|---|---|---|\n",
    );
    for s in ScreenCode::ALL {
        out += &format!(
            "| {} | {} | {} |\n",
            s.code(),
            s.title(Language::Japanese),
            s.title(Language::English)
        );
    }
    out += "\n## Errors\n\n| Code | 起きたこと | すること | What happened | What to do |\n|---|---|---|---|---|\n";
    for e in ErrorCode::ALL {
        out += &format!(
            "| {} | {} | {} | {} | {} |\n",
            e.code(),
            e.what(Language::Japanese),
            e.todo(Language::Japanese),
            e.what(Language::English),
            e.todo(Language::English)
        );
    }
    out
}
