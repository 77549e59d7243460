//! Screens that only tell something.

use crate::app::{Body, Look, Notice, Progress, Screen, Tone};
use codes::ScreenCode;

/// S-010: until init says hello.
pub struct Starting;

impl Screen for Starting {
    fn code(&self) -> ScreenCode {
        ScreenCode::Starting
    }

    fn body(&self, look: &Look) -> Body {
        Body::Notice(Notice {
            tone: Tone::Info,
            big: look.say("起動しています", "Starting"),
            lines: Vec::new(),
            progress: Some(Progress::Going),
        })
    }
}

/// S-900: nothing more can be done here.
pub struct PoweringOff;

impl Screen for PoweringOff {
    fn code(&self) -> ScreenCode {
        ScreenCode::PoweringOff
    }

    fn body(&self, look: &Look) -> Body {
        Body::Notice(Notice {
            tone: Tone::Info,
            big: look.say("電源を切っています", "Powering off"),
            lines: vec![look.say(
                "電源が切れるまで、USBを抜かないでください。",
                "Leave the stick plugged in until the PC is off.",
            )],
            progress: Some(Progress::Going),
        })
    }
}
