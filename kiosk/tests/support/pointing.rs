//! Pointing at fields of a form in the real picture. Where the caret is, is read from the pixels.

use super::Desk;
use super::spoken::{self, Role};
use kiosk::app::{Body, FieldView, Key};
use std::time::Duration;

/// Longer than a double click.
pub const REST: Duration = Duration::from_secs(1);

/// What is before the text in its field.
pub const INSET: f32 = 12.0;

/// At the form of a new person, with the input method off.
pub fn at_the_form(story: &str) -> Desk {
    let mut desk = Desk::new(1024, 768, &format!("pointer-{story}"));
    open_the_form(&mut desk);
    desk
}

pub fn open_the_form(desk: &mut Desk) {
    desk.log_in();
    desk.keys("2");
    desk.fill("1001");
    desk.fill("1");
    desk.key(Key::KanaToggle);
}

/// Left, top, right and bottom of a field.
pub fn edges(desk: &Desk, label: &str) -> [f32; 4] {
    let fields = spoken::all(&desk.kiosk).into_iter();
    let mut named = fields.filter(|field| {
        // 個人番号, and not （再入力）; 必須 may follow.
        let rest = field.label.strip_prefix(label);
        field.role == Role::TextInput
            && rest.is_some_and(|rest| !rest.starts_with('（') || label == "検索")
    });
    let field = named.next().unwrap_or_else(|| panic!("no field {label}"));
    assert!(named.next().is_none(), "several fields {label}");
    field.edges()
}

/// The line in which a field's text stands.
pub fn line(desk: &Desk, label: &str) -> (f32, f32) {
    let [left, top, _, bottom] = edges(desk, label);
    (left + INSET, (top + bottom) / 2.0)
}

pub fn view(desk: &mut Desk, label: &str) -> FieldView {
    let Body::Form(form) = desk.kiosk.view().body else {
        panic!("no form");
    };
    form.fields.into_iter().find(|f| f.label == label).unwrap()
}

/// The text with `|` for the caret and brackets around what is selected.
pub fn seen(desk: &mut Desk, label: &str) -> String {
    let FieldView {
        before,
        preedit,
        selected,
        caret_first,
        after,
        ..
    } = view(desk, label);
    match (selected.as_str(), caret_first) {
        ("", _) => format!("{before}{preedit}|{after}"),
        (selected, true) => format!("{before}[|{selected}]{after}"),
        (selected, false) => format!("{before}[{selected}|]{after}"),
    }
}

/// `x` is counted from the beginning of the field's text.
pub fn click(desk: &mut Desk, label: &str, x: f32) {
    let (left, y) = line(desk, label);
    desk.kiosk.click(left + x, y);
    desk.serve();
}

pub fn click_after_a_rest(desk: &mut Desk, label: &str, x: f32) {
    desk.kiosk.wait(REST);
    click(desk, label, x);
}

pub fn press(desk: &mut Desk, label: &str, x: f32) {
    let (left, y) = line(desk, label);
    desk.kiosk.wait(REST);
    desk.kiosk.press(left + x, y);
}

pub fn drag(desk: &mut Desk, label: &str, x: f32) {
    let (left, y) = line(desk, label);
    // Out of the field's height too.
    desk.kiosk.point(left + x, y + 90.0);
}

pub fn go_to(desk: &mut Desk, label: &str) {
    while spoken::focused_field(&desk.kiosk).label.split(' ').next() != Some(label) {
        desk.key(Key::Tab);
    }
}

/// Where the caret is drawn in a field, in logical pixels from the left edge of the screen: the only
/// black line as high as that.
pub fn drawn_caret(desk: &mut Desk, label: &str) -> f32 {
    let scale = f32::from(desk.kiosk.canvas().percent()) / 100.0;
    let [left, top, right, bottom] = edges(desk, label).map(|edge| (edge * scale) as u32);
    let picture = desk.kiosk.picture();
    let black = |x: u32, y: u32| {
        picture.pixels[(y * picture.width + x) as usize].rgb() == [0x1a, 0x1a, 0x1a]
    };
    let high = |x: u32| {
        let mut run = 0;
        let mut longest = 0;
        for y in top..bottom {
            run = if black(x, y) { run + 1 } else { 0 };
            longest = longest.max(run);
        }
        longest as f32 >= 27.0 * scale
    };
    let mut carets = (left + 4..right - 4).filter(|x| high(*x));
    let caret = carets.next().expect("a caret") as f32;
    assert!(
        carets.all(|x| (x as f32) < caret + 4.0 * scale),
        "several carets in {label}"
    );
    caret / scale
}
