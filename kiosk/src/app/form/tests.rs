//! Walking through a form, and what is wrong in it.

use super::*;
use crate::app::field::Kind;
use crate::app::key::Key;
use crate::app::words::both;
use keys::Act;
use protocol::clerk::FieldError;

fn number_form() -> Form {
    Form::default()
        .text(
            Id::Keeper(Field::Name),
            both("氏名", "Name"),
            Kind::Text,
            true,
        )
        .text(
            Id::Keeper(Field::Number),
            both("個人番号", "Number"),
            Kind::Number,
            false,
        )
}

#[test]
fn enter_walks_the_fields_and_submits_after_the_last() {
    let mut form = number_form();
    assert_eq!(form.key(Key::Enter), Act::Handled);
    assert_eq!(form.key(Key::Enter), Act::Submit);
}

#[test]
fn enter_does_not_leave_a_number_whose_check_digit_is_wrong() {
    let mut form = number_form();
    form.set_text(Id::Keeper(Field::Number), "123456789012");
    form.focus_on(1);
    assert_eq!(form.key(Key::Enter), Act::Handled);
    assert_eq!(form.error(), Some(ErrorCode::NumberCheckDigit));
    form.edited();
    assert_eq!(form.error(), None);
}

#[test]
fn what_the_keeper_refuses_stands_at_its_field() {
    let mut form = number_form();
    let homeless = form.fail_all(&[
        FieldError {
            field: Field::Number,
            code: ErrorCode::NumberTaken,
        },
        FieldError {
            field: Field::Kana,
            code: ErrorCode::KanaInvalid,
        },
    ]);
    assert_eq!(homeless, Some(ErrorCode::KanaInvalid));
    assert_eq!(form.error(), Some(ErrorCode::NumberTaken));
    assert_eq!(
        form.focused().map(|f| f.id),
        Some(Id::Keeper(Field::Number))
    );
}

#[test]
fn an_empty_required_field_is_an_error_only_when_submitted() {
    let mut form = number_form();
    form.key(Key::Tab);
    assert_eq!(form.error(), None);
    assert!(!form.validate());
    assert_eq!(form.error(), Some(ErrorCode::FieldEmpty));
}

#[test]
fn what_means_nothing_without_another_field_is_reached_only_with_it() {
    let number = Id::Keeper(Field::Number);
    let options = vec!["a".to_owned(), "b".to_owned()];
    let mut form = number_form()
        .choice(Id::NumberSource, both("取得元", "Taken from"), options)
        .only_with(Id::NumberSource, number);
    form.focus_on(1);
    assert_eq!(form.key(Key::Enter), Act::Submit);
    form.set_text(number, "123456789018");
    form.edited();
    assert_eq!(form.key(Key::Enter), Act::Handled);
    assert_eq!(form.focused().map(|f| f.id), Some(Id::NumberSource));
}
