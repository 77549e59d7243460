//! What of the texts of a screen would be cut, by the fonts' fixed pitch: an ASCII character and a
//! half-width kana is half as wide as it is high, any other character as wide as high.

use kiosk::app::{Body, FormView, HelpSection, HelpView, View, notes};

/// Theme.margin, and the widest a form grows.
const MARGIN: f32 = 32.0;
const WIDEST_FORM: f32 = 1100.0;
/// Theme.text-small and -body.
const SMALL: f32 = 16.0;
const BODY: f32 = 18.0;
/// What the mark of a banner and its edges take.
const BANNER_EDGES: f32 = 62.0;

/// Width in pixels of a text of this size.
pub fn width(text: &str, size: f32) -> f32 {
    let half = |c: char| c.is_ascii() || ('\u{ff61}'..='\u{ff9f}').contains(&c);
    let each = text.chars().map(|c| if half(c) { 0.5 } else { 1.0 });
    size * each.sum::<f32>()
}

/// Lines that a text takes: words of letters are kept together.
pub fn lines(text: &str, size: f32, room: f32) -> usize {
    let (mut lines, mut at, mut word) = (1, 0.0_f32, 0.0_f32);
    for c in text.chars() {
        let wide = width(c.encode_utf8(&mut [0; 4]), size);
        let together = c.is_ascii_graphic();
        if at + wide > room && c != ' ' {
            lines += 1;
            at = if together { word } else { 0.0 };
        }
        at += wide;
        word = if together { word + wide } else { 0.0 };
    }
    lines
}

/// Whether a banner shows all of a text on a screen so wide: what is too long for a line is smaller.
pub fn fits_banner(text: &str, screen: f32) -> bool {
    let room = screen - 2.0 * MARGIN - BANNER_EDGES;
    let size = if width(text, BODY) > room {
        SMALL
    } else {
        BODY
    };
    lines(text, size, room) <= 2
}

/// The width of a form.
pub fn form_width(screen: f32) -> f32 {
    WIDEST_FORM.min(screen - 2.0 * MARGIN)
}

/// What is cut of this view on a screen so wide.
pub fn cut(view: &View, screen: f32) -> Vec<String> {
    let mut cut = Vec::new();
    if let Some(message) = &view.message
        && !fits_banner(&message.text, screen)
    {
        cut.push(message.text.clone());
    }
    if let Some(help) = &view.help {
        cut.extend(cut_help(help));
    }
    if let Body::Form(form) = &view.body {
        cut.extend(cut_notes(form, form_width(screen)));
    }
    cut
}

/// Room for keys and words of the help panel, in one, two and three columns (ui/help.slint).
const HELP: [(f32, f32); 3] = [(144.0, 504.0), (110.0, 205.0), (84.0, 120.0)];

fn cut_help(help: &HelpView) -> Vec<String> {
    let too_long = |section: &HelpSection| {
        let (cap, room) = HELP[section.columns.clamp(1, 3) - 1];
        let keys = section.keys.iter();
        let cut = keys
            .filter(move |(key, does)| width(key, 14.0) > cap - 6.0 || width(does, SMALL) > room);
        cut.map(|(key, does)| format!("{key} {does}")).collect()
    };
    let cut: [Vec<String>; 2] = [too_long(&help.first), too_long(&help.second)];
    cut.concat()
}

fn cut_notes(form: &FormView, area: f32) -> Vec<String> {
    let mut cut = Vec::new();
    for (field, note) in form.fields.iter().zip(notes(&form.fields)) {
        let bars = if field.strength.is_some() { 172.0 } else { 0.0 };
        let room = match field.error.is_empty() {
            true => area * note.reach - bars - if field.x > 0.0 { 16.0 } else { 4.0 },
            false => area,
        };
        if width(&note.text, SMALL) > room {
            cut.push(note.text);
        }
    }
    cut
}
