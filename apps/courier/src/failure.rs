//! The one error type of the courier.

use codes::{ErrorCode, Language};

/// Why something did not happen: a code of the registry, the step it happened in
/// and the system's error number. It never carries data, so it may be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} ({step})", code.code())]
pub struct Failure {
    pub code: ErrorCode,
    /// The step, for the person on the phone; a constant, never built from data.
    pub step: &'static str,
    pub errno: Option<i32>,
}

impl Failure {
    pub const fn new(code: ErrorCode, step: &'static str) -> Self {
        Failure {
            code,
            step,
            errno: None,
        }
    }

    /// A closure for `map_err` that keeps the system's error number.
    pub fn io(code: ErrorCode, step: &'static str) -> impl Fn(std::io::Error) -> Failure {
        move |error| Failure {
            code,
            step,
            errno: error.raw_os_error(),
        }
    }

    /// What the clerk reads: the sentence in both languages, then the step.
    pub fn sentences(&self) -> String {
        let errno = self
            .errno
            .map(|n| format!(", os error {n}"))
            .unwrap_or_default();
        format!(
            "{}\n{}\n({}{errno})",
            self.code.sentence(Language::Japanese),
            self.code.sentence(Language::English),
            self.step,
        )
    }
}

pub type Result<T> = std::result::Result<T, Failure>;
