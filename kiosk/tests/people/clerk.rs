//! A clerk at the person form: what she sees is the view, what she does are keys, which are kept.

use super::converting::Way;
use super::record::Typed;
use super::{Part, Person, Sex};
use crate::support::Desk;
use kiosk::app::{Body, FieldView, Key};
use kiosk::ime::CandidatesView;

pub struct Clerk {
    pub desk: Desk,
    /// Every key since [`Clerk::begin`], in the notation of [`Typed::keys`].
    keys: String,
    pressed: usize,
    /// What a clerk would complain of.
    faults: Vec<String>,
}

impl Clerk {
    pub fn at(desk: Desk) -> Self {
        Self {
            desk,
            keys: String::new(),
            pressed: 0,
            faults: Vec::new(),
        }
    }

    pub fn press(&mut self, key: Key) {
        self.keys += &notation(key);
        self.pressed += 1;
        self.desk.key(key);
    }

    pub fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.press(Key::Char(c));
        }
    }

    /// What is composed at the caret, all of it.
    pub fn composed(&mut self) -> String {
        let parts = self.desk.kiosk.view().preedit;
        parts.into_iter().map(|part| part.text).collect()
    }

    pub fn active_segment(&mut self) -> String {
        let mut parts = self.desk.kiosk.view().preedit.into_iter();
        parts
            .find(|part| part.active)
            .map(|part| part.text)
            .unwrap_or_default()
    }

    pub fn is_last_segment(&mut self) -> bool {
        self.desk
            .kiosk
            .view()
            .preedit
            .last()
            .is_none_or(|part| part.active)
    }

    pub fn candidates(&mut self) -> Option<CandidatesView> {
        self.desk.kiosk.view().candidates
    }

    fn fields(&mut self) -> Vec<FieldView> {
        match self.desk.kiosk.view().body {
            Body::Form(form) => form.fields,
            _ => panic!("no form"),
        }
    }

    fn text_of(&mut self, label: &str) -> String {
        let fields = self.fields();
        let field = fields.into_iter().find(|field| field.label == label);
        let field = field.unwrap_or_else(|| panic!("{label}"));
        format!("{}{}{}", field.before, field.selected, field.after)
    }

    fn is_at(&mut self, label: &str) -> bool {
        let fields = self.fields();
        fields
            .iter()
            .any(|field| field.focused && field.label == label)
    }

    /// Registers somebody, from the menu to the person's page.
    pub fn register(&mut self, person: &Person) -> Typed {
        self.keys.clear();
        self.pressed = 0;
        self.faults.clear();
        self.press(Key::Char('2'));
        self.desk.at_core("S-410");
        self.field(&person.employee_no);
        self.field(match person.sex {
            Sex::Male => "2",
            Sex::Female => "3",
        });
        let (surname, given) = self.convert_name(&person.family(), &person.given());
        let name = self.text_of("氏名");
        self.expect("氏名", &name, &person.full_name());
        self.press(Key::Enter);
        let furigana_right = self.furigana(person);
        self.field(&person.birth.0);
        self.field(&person.hired.0);
        self.postal_code(person);
        let address = self.address(person);
        self.desk.picture(&person.employee_no);
        self.press(Key::Enter);
        match &person.number {
            Some(number) => {
                self.field(number);
                self.field(number);
                // From the card.
                self.field("2");
            }
            None => self.press(Key::F(12)),
        }
        self.desk.at_core("S-420");
        Typed {
            keys: std::mem::take(&mut self.keys),
            pressed: self.pressed,
            surname,
            given,
            address,
            furigana_right,
            faults: std::mem::take(&mut self.faults),
        }
    }

    fn field(&mut self, text: &str) {
        self.type_text(text);
        self.press(Key::Enter);
    }

    fn expect(&mut self, what: &str, found: &str, meant: &str) {
        if found != meant {
            self.faults.push(format!("{what}: {found}, not {meant}"));
        }
    }

    /// フリガナ came by themselves, or the clerk types over them.
    fn furigana(&mut self, person: &Person) -> bool {
        assert!(self.is_at("フリガナ"));
        let right = self.text_of("フリガナ") == person.kana;
        if !right {
            let found = self.text_of("フリガナ");
            self.expect("フリガナ", &found, &person.kana);
            self.type_text(&person.family().typed());
            self.press(Key::Char(' '));
            self.type_text(&person.given().typed());
            self.press(Key::Enter);
        }
        self.press(Key::Enter);
        right
    }

    /// Seven digits fill the address; of several places the one that is meant is chosen.
    fn postal_code(&mut self, person: &Person) {
        let Some(code) = &person.postal else {
            self.press(Key::Enter);
            return;
        };
        self.field(code);
        if let Some(dialog) = self.desk.kiosk.view().dialog {
            let at = dialog
                .choices
                .iter()
                .position(|place| *place == person.filled);
            let at = at.unwrap_or_else(|| panic!("{:?}", dialog.choices));
            let digit = char::from_digit(at as u32 + 1, 10).expect("at most eight");
            self.press(Key::Char(digit));
        }
        let filled = self.text_of("住所");
        self.expect("郵便番号", &filled, &person.filled);
    }

    fn address(&mut self, person: &Person) -> Way {
        assert!(self.is_at("住所"));
        let mut way: Option<Way> = None;
        for part in person.address_parts() {
            match part {
                Part::Space => self.press(Key::Char(' ')),
                Part::Plain(plain) => self.plain(&plain),
                Part::Phrase(phrase) => {
                    let before = self.text_of("住所");
                    let one = self.convert(&phrase);
                    let after = self.text_of("住所");
                    self.expect("住所", &after, &(before + &phrase.written()));
                    way = Some(way.map_or(one, |way| way.and(one)));
                }
            }
        }
        let address = self.text_of("住所");
        self.expect("住所", &address, &person.full_address());
        way.unwrap_or(Way::NOTHING)
    }

    /// Digits and letters of a house or a room.
    fn plain(&mut self, text: &str) {
        self.type_text(text);
        if !self.composed().is_empty() {
            self.press(Key::Enter);
        }
    }
}

fn notation(key: Key) -> String {
    match key {
        Key::Char(' ') => "<Space>".into(),
        Key::Char(c) => c.into(),
        Key::F(n) => format!("<F{n}>"),
        key => format!("<{key:?}>"),
    }
}
