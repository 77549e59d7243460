//! Half-width katakana for フリガナ, as old exchange formats want them: a typed story. Today's
//! screens keep full-width katakana and the formats narrow them; a form that needs the field
//! itself has it from the form's kinds.

use super::*;
use crate::app::form::{Form, Id};
use codes::Language;
use protocol::clerk::Field;

const KANA: Id = Id::Keeper(Field::Kana);

struct Page(Form);

impl Screen for Page {
    fn code(&self) -> ScreenCode {
        ScreenCode::PersonForm
    }

    fn form(&mut self) -> Option<&mut Form> {
        Some(&mut self.0)
    }

    fn error(&self) -> Option<ErrorCode> {
        self.0.error()
    }

    fn body(&self, look: &Look) -> Body {
        Body::Form(self.0.view("", Vec::new(), look))
    }
}

/// The caret stands in the name.
fn opened() -> Bench {
    let mut bench = Bench::logged_in();
    let form = Form::default()
        .text(
            Id::Keeper(Field::Name),
            both("氏名", "Name"),
            Kind::Text,
            true,
        )
        .text(
            KANA,
            both("フリガナ（半角）", "Reading (half width)"),
            Kind::HalfKatakana,
            true,
        );
    bench.app.screen = Box::new(Page(form));
    bench
}

fn kana(bench: &mut Bench) -> String {
    let form = bench.app.screen.form().unwrap();
    form.text_of(KANA).to_owned()
}

/// What is composed at the caret.
fn composed(bench: &mut Bench) -> String {
    let parts = bench.app.view().preedit;
    parts.into_iter().map(|part| part.text).collect()
}

#[test]
fn the_reading_of_a_name_is_written_in_half_width_and_typing_replaces_it() {
    let mut bench = opened();
    bench.type_text("takahashi");
    bench.key(Key::Enter);
    assert_eq!(kana(&mut bench), "ﾀｶﾊｼ");
    bench.key(Key::Enter);
    assert_eq!(bench.app.view().ime, "ｶ ﾛｰﾏ");
    bench.type_text("gakkou");
    assert_eq!(composed(&mut bench), "ｶﾞｯｺｳ");
    bench.key(Key::Enter);
    assert_eq!(kana(&mut bench), "ｶﾞｯｺｳ");
    bench.key(Key::Char(' '));
    bench.type_text("va-pan");
    bench.key(Key::Enter);
    assert_eq!(kana(&mut bench), "ｶﾞｯｺｳ ｳﾞｧｰﾊﾟﾝ");
}

#[test]
fn whatever_form_is_chosen_while_composing_the_field_writes_its_own() {
    for form in [Key::F(6), Key::F(7), Key::F(8)] {
        let mut bench = opened();
        bench.key(Key::Down);
        bench.type_text("pikachuu");
        bench.key(form);
        bench.key(Key::Enter);
        assert_eq!(kana(&mut bench), "ﾋﾟｶﾁｭｳ", "{form:?}");
    }
}

#[test]
fn a_mark_is_taken_back_alone_and_then_its_kana() {
    let mut bench = opened();
    bench.key(Key::Down);
    bench.type_text("ga");
    bench.key(Key::Enter);
    bench.key(Key::Backspace);
    assert_eq!(kana(&mut bench), "ｶ");
    bench.key(Key::Backspace);
    assert_eq!(kana(&mut bench), "");
}

#[test]
fn what_is_no_kana_is_told_when_the_field_is_left() {
    let mut bench = opened();
    bench.key(Key::Down);
    bench.key(Key::KanaToggle);
    bench.type_text("Smith");
    bench.key(Key::Enter);
    assert_eq!(bench.tag(), "S-410 E-207");
    let said = bench.app.view().message.unwrap().text;
    assert!(said.contains(ErrorCode::KanaInvalid.what(Language::Japanese)));
}

#[test]
fn a_full_field_says_so_and_keeps_what_it_has() {
    let mut bench = opened();
    bench.key(Key::Down);
    for _ in 0..6 {
        bench.type_text(&"ka".repeat(25));
        bench.key(Key::Enter);
    }
    assert_eq!(bench.tag(), "S-410 E-202");
    assert_eq!(kana(&mut bench), "ｶ".repeat(120));
}
