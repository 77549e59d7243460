//! Japanese input as a clerk types it, one story for each behaviour, with the dictionary that ships
//! and the product's own renderer. Pictures are kept under target/screens/typing-*.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../support/mod.rs"]
mod support;

mod again;
mod converting;
mod forms;
mod furigana;
mod learning;
mod limits;
mod modes;
mod window;

use kiosk::app::{Body, Event, Key, Target};
use support::Desk;

const SPACE: Key = Key::Char(' ');

/// At the person form, the caret in 氏名.
fn at_the_name(story: &str) -> Desk {
    let mut desk = Desk::converting(1024, 768, &format!("typing-{story}"));
    desk.log_in();
    desk.keys("2");
    desk.at("S-410");
    desk.fill("1001");
    desk.fill("1");
    desk
}

/// At the person form, the caret in 住所.
fn at_the_address(story: &str) -> Desk {
    let mut desk = at_the_name(story);
    while !focused(&mut desk, "住所") {
        desk.key(Key::Tab);
    }
    desk
}

/// What stands in the field with this label: text and composition.
fn field(desk: &mut Desk, label: &str) -> String {
    let Body::Form(form) = desk.kiosk.view().body else {
        panic!("no form");
    };
    let field = form.fields.into_iter().find(|f| f.label == label).unwrap();
    format!(
        "{}{}{}{}",
        field.before, field.preedit, field.selected, field.after
    )
}

fn focused(desk: &mut Desk, label: &str) -> bool {
    let Body::Form(form) = desk.kiosk.view().body else {
        panic!("no form");
    };
    form.fields.iter().any(|f| f.focused && f.label == label)
}

fn name(desk: &mut Desk) -> String {
    field(desk, "氏名")
}

fn address(desk: &mut Desk) -> String {
    field(desk, "住所")
}

fn candidates(desk: &mut Desk) -> Vec<String> {
    let list = desk.kiosk.view().candidates.unwrap_or_default();
    list.items.into_iter().map(|item| item.text).collect()
}

/// The composition's segments; the active one stands in brackets.
fn segments(desk: &mut Desk) -> Vec<String> {
    let parts = desk.kiosk.view().preedit.into_iter();
    let parts = parts.filter(|part| !part.text.is_empty());
    parts
        .map(|part| match part.active {
            true => format!("[{}]", part.text),
            false => part.text,
        })
        .collect()
}

/// 高橋 花子 is changed; the caret is in 氏名.
fn opened_person(story: &str) -> Desk {
    let mut desk = Desk::converting(1024, 768, &format!("typing-{story}"));
    desk.add_people(2);
    desk.log_in();
    desk.keys("1");
    desk.key(Key::Down);
    desk.key(Key::Enter);
    desk.at("S-420");
    desk.key(Key::F(3));
    desk.at("S-410");
    desk.key(Key::Tab);
    desk.key(Key::Tab);
    desk
}

/// F10, and what was typed is given up.
fn lock(desk: &mut Desk) {
    desk.key(Key::F(10));
    desk.at("S-410 D-070");
    desk.key(Key::Char('2'));
    desk.at("S-200");
}

fn click_fkey(desk: &mut Desk, number: u8) {
    desk.kiosk.event(Event::Click(Target::FKey(number)));
    desk.serve();
}
