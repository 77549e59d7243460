//! Every widget has a role, a name, a value and a state: what a screen reader would say and
//! what these tests hold on to.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use codes::{Language, ScreenCode};
use kiosk::app::gallery::{self, PAGES};
use kiosk::app::{CodeTag, Effect, Key, Locks, PostalCodes, View, trail};
use kiosk::headless::Headless;
use mynumber::NumberSource;
use protocol::clerk::{Request, numbers};
use std::rc::Rc;
use support::spoken::{self, Role, Spoken};
use support::{Desk, NUMBER};

fn page(kiosk: &mut Headless, name: &str) -> Vec<Spoken> {
    let page = PAGES.iter().find(|page| page.name == name).unwrap();
    kiosk.show(&page.view(Language::English));
    spoken::all(kiosk)
}

#[track_caller]
fn the<'a>(elements: &'a [Spoken], role: Role, label: &str) -> &'a Spoken {
    elements
        .iter()
        .find(|e| e.role == role && e.label.starts_with(label))
        .unwrap_or_else(|| panic!("no {role:?} {label:?} among {elements:#?}"))
}

#[test]
fn everything_on_every_page_has_a_name_in_both_languages() {
    let mut kiosk = Headless::new(1024, 768);
    for page in &PAGES {
        for language in [Language::Japanese, Language::English] {
            kiosk.show(&page.view(language));
            let elements = spoken::all(&kiosk);
            assert!(elements.len() > 10, "{}: {}", page.name, elements.len());
            for element in elements {
                assert!(!element.label.is_empty(), "{}: {element:?}", page.name);
                let japanese = element.label.chars().any(|c| ('ぁ'..='ん').contains(&c));
                assert!(
                    language == Language::Japanese || !japanese,
                    "{}: {:?}",
                    page.name,
                    element.label
                );
            }
        }
    }
}

#[test]
fn fields_tell_their_value_state_and_what_is_wrong() {
    let mut kiosk = Headless::new(1024, 768);
    let fields = page(&mut kiosk, "text");
    let typed = the(&fields, Role::TextInput, "Name (being typed) *required");
    assert_eq!(typed.value, "髙橋はなこ");
    assert!(typed.selected && typed.enabled && !typed.read_only);
    let wrong = the(&fields, Role::TextInput, "Remark");
    assert!(wrong.description.starts_with("[E-201]"), "{wrong:?}");
    assert!(the(&fields, Role::TextInput, "Place").read_only);
    assert!(!the(&fields, Role::TextInput, "Reason").enabled);

    let numbers = page(&mut kiosk, "number");
    let said: Vec<(&str, &str)> = numbers
        .iter()
        .filter(|e| e.role == Role::TextInput)
        .map(|e| (e.value.as_str(), e.description.as_str()))
        .collect();
    assert_eq!(said[0], ("", "12 digits"));
    assert_eq!(said[1], ("1234 5678", "4 more digits"));
    assert_eq!(said[2], ("1234 5678 9018", "✓ The check digit matches"));
    assert!(said[3].1.starts_with("[E-212]"));

    let dates = page(&mut kiosk, "date");
    let said: Vec<&str> = dates
        .iter()
        .filter(|e| e.role == Role::TextInput)
        .map(|e| e.description.as_str())
        .collect();
    for both_ways in &said[1..5] {
        assert_eq!(*both_ways, "2026-04-01 / R8.4.1");
    }
    assert!(
        said[5].contains("Heisei ended on 2019-04-30"),
        "{}",
        said[5]
    );
}

#[test]
fn a_passphrase_is_spoken_as_dots() {
    let mut kiosk = Headless::new(1024, 768);
    for field in page(&mut kiosk, "passphrase") {
        if field.role == Role::TextInput {
            assert!(field.value.chars().all(|c| c == '●'), "{field:?}");
        }
    }
}

#[test]
fn choices_tell_which_one_is_chosen() {
    let mut kiosk = Headless::new(1024, 768);
    let elements = page(&mut kiosk, "choice");
    let checked: Vec<&str> = elements
        .iter()
        .filter(|e| e.role == Role::RadioButton && e.checked)
        .map(|e| e.label.as_str())
        .collect();
    assert_eq!(
        checked,
        ["Not given", "Female", "Male", "Male", "Not given"]
    );
    assert_eq!(the(&elements, Role::RadioGroup, "Sex").value, "Not given");

    let open = page(&mut kiosk, "choice-list");
    let list = the(&open, Role::Combobox, "Purpose");
    assert!(list.expanded && list.selected);
    let options: Vec<&Spoken> = open.iter().filter(|e| e.role == Role::ListItem).collect();
    assert_eq!(options.len(), 9);
    assert_eq!(options.iter().position(|o| o.selected), Some(1));
    assert_eq!(list.value, options[1].label);
}

#[test]
fn tables_dialogs_and_progress_tell_their_state() {
    let mut kiosk = Headless::new(1024, 768);
    let table = page(&mut kiosk, "table");
    assert_eq!(the(&table, Role::Button, "Reading").value, "ascending");
    let rows: Vec<&Spoken> = table.iter().filter(|e| e.role == Role::ListItem).collect();
    assert_eq!(rows.iter().position(|row| row.selected), Some(2));
    assert!(rows[1].checked && rows[2].checked && !rows[0].checked);
    assert!(
        rows[0].label.contains("Name 山田 太郎"),
        "{}",
        rows[0].label
    );

    let tabs = page(&mut kiosk, "table-empty");
    assert!(the(&tabs, Role::Tab, "Approvals").selected);

    let grave = page(&mut kiosk, "dialog-grave");
    assert!(the(&grave, Role::Button, "Back").selected);
    assert!(!the(&grave, Role::Button, "Erase").selected);

    let work = page(&mut kiosk, "progress");
    assert_eq!(
        work.iter()
            .find(|e| e.role == Role::ProgressIndicator)
            .unwrap()
            .value,
        "40%"
    );
    the(&work, Role::Button, "Cancel (Esc)");

    let help = page(&mut kiosk, "help");
    the(&help, Role::Complementary, "S-410");
    the(&help, Role::ListItem, "Enter Next field");
    assert!(the(&help, Role::Tab, "This screen").selected);
    let typing = page(&mut kiosk, "help-typing");
    assert!(the(&typing, Role::Tab, "Typing").selected);
    the(&typing, Role::ListItem, "Space Convert");
    the(&typing, Role::ListItem, "Ctrl+F7 Register a word");
    let pointing = page(&mut kiosk, "help-pointing");
    the(&pointing, Role::ListItem, "Triple click");
    the(&pointing, Role::ListItem, "Touch and hold");
}

/// One code of one place, one of two.
struct List;

impl PostalCodes for List {
    fn places(&self, code: &str) -> Vec<String> {
        match code {
            "1000013" => vec!["東京都千代田区霞が関".into()],
            "4980000" => vec!["愛知県弥富市".into(), "三重県桑名郡木曽岬町".into()],
            _ => Vec::new(),
        }
    }
}

#[test]
fn a_postal_code_fills_the_address_by_keyboard_alone_and_never_over_what_was_typed() {
    let mut desk = Desk::new(1024, 768, "postal-code");
    desk.kiosk.app.use_postal_codes(Rc::new(List));
    desk.log_in();
    desk.key(Key::Char('2'));
    for _ in 0..6 {
        desk.key(Key::Tab);
    }
    assert!(
        spoken::focused_field(&desk.kiosk)
            .label
            .starts_with("郵便番号")
    );
    desk.keys("100-0013");
    let field = spoken::focused_field(&desk.kiosk);
    assert_eq!(field.value, "100-0013");
    assert_eq!(field.description, "東京都千代田区霞が関");
    desk.key(Key::Enter);
    let address = spoken::focused_field(&desk.kiosk);
    assert_eq!(
        (address.label.as_str(), address.value.as_str()),
        ("住所", "東京都千代田区霞が関")
    );
    desk.keys("9");

    // Another code would lose the house number: it asks, and begins at leaving it.
    desk.key(Key::BackTab);
    for _ in 0..7 {
        desk.key(Key::Backspace);
    }
    desk.fill("4980000");
    desk.at("S-410 D-160");
    desk.picture("choose-address");
    let leave = spoken::the(&desk.kiosk, Role::Button, "住所を変えない");
    assert!(leave.selected);
    desk.key(Key::Enter);
    desk.at("S-410");
    assert_eq!(
        spoken::focused_field(&desk.kiosk).value,
        "東京都千代田区霞が関9"
    );
    desk.key(Key::BackTab);
    desk.key(Key::Enter);
    desk.key(Key::Char('2'));
    assert_eq!(
        spoken::focused_field(&desk.kiosk).value,
        "三重県桑名郡木曽岬町"
    );
    desk.picture("address-replaced");

    // Half a code is not left by Enter.
    desk.key(Key::BackTab);
    desk.key(Key::Backspace);
    desk.key(Key::Enter);
    desk.at("S-410 E-291");
}

#[test]
fn a_wrong_number_is_told_before_the_field_is_left() {
    let mut desk = Desk::new(1024, 768, "spoken-number");
    desk.log_in();
    desk.add_people(1);
    desk.key(Key::Char('1'));
    desk.key(Key::Enter);
    desk.key(Key::F(5));
    let name = spoken::the(&desk.kiosk, Role::TextInput, "氏名");
    assert!(name.read_only);
    assert_eq!(name.value, "山田 太郎");
    desk.keys("123456789012");
    let field = spoken::focused_field(&desk.kiosk);
    assert_eq!(field.description, "検査用数字が合いません");
    desk.key(Key::Backspace);
    desk.keys("8");
    let field = spoken::focused_field(&desk.kiosk);
    assert_eq!(field.value, "1234 5678 9018");
    assert_eq!(field.description, "✓ 検査用数字は合っています");
    assert_eq!(NUMBER, "123456789018");
}

#[test]
fn everybody_is_sorted_by_the_keeper_by_keys_and_titles() {
    let mut desk = Desk::new(1024, 768, "people-sorted");
    desk.add_people(150);
    desk.log_in();
    desk.key(Key::Char('1'));
    let first = |desk: &Desk| -> String {
        let rows = spoken::all(&desk.kiosk).into_iter();
        let mut rows = rows.filter(|e| e.role == Role::ListItem);
        rows.next().unwrap().label
    };
    assert!(first(&desk).contains("0001"), "{}", first(&desk));
    assert_eq!(
        spoken::the(&desk.kiosk, Role::Button, "社員番号").value,
        "昇順"
    );
    desk.key(Key::F(4));
    assert!(first(&desk).contains("0150"), "{}", first(&desk));
    desk.key(Key::F(3));
    assert!(first(&desk).contains("サトウ"), "{}", first(&desk));
    assert_eq!(
        spoken::the(&desk.kiosk, Role::Button, "フリガナ").value,
        "昇順"
    );
    desk.picture("by-reading");
    // A search stays searched.
    desk.keys("0");
    desk.kiosk.wait(kiosk::app::SEARCH_REST * 2);
    desk.serve();
    spoken::the(&desk.kiosk, Role::Button, "フリガナ").activate();
    desk.kiosk.event(kiosk::app::Event::Stir);
    desk.serve();
    assert!(first(&desk).contains("ヤマダ"), "{}", first(&desk));
    assert_eq!(
        spoken::the(&desk.kiosk, Role::Button, "フリガナ").value,
        "降順"
    );
    desk.key(Key::F(3));
    assert_eq!(
        spoken::the(&desk.kiosk, Role::Button, "入社日").value,
        "昇順"
    );
    desk.picture("by-day-of-hire");
}

#[test]
fn lists_are_sorted_by_keys_and_by_their_titles() {
    let mut desk = Desk::new(1024, 768, "sorted");
    desk.log_in();
    desk.companions = ["給与用2", "給与用1", "給与用3"]
        .into_iter()
        .enumerate()
        .map(|(index, name)| protocol::clerk::companions::Companion {
            id: format!("c{index}"),
            name: name.into(),
            hardware: support::stick().hardware,
            registered_unix: desk.kiosk.now.unix,
            payroll_pcs: 0,
        })
        .collect();
    desk.key(Key::Char('5'));
    let names = |desk: &Desk| -> Vec<String> {
        let rows = spoken::all(&desk.kiosk).into_iter();
        let rows = rows.filter(|e| e.role == Role::ListItem);
        rows.map(|row| row.label.chars().skip(3).take(4).collect())
            .collect()
    };
    assert_eq!(names(&desk), ["給与用2", "給与用1", "給与用3"]);
    desk.key(Key::F(6));
    assert_eq!(names(&desk), ["給与用1", "給与用2", "給与用3"]);
    assert_eq!(spoken::the(&desk.kiosk, Role::Button, "名前").value, "昇順");
    desk.key(Key::F(7));
    assert_eq!(names(&desk), ["給与用3", "給与用2", "給与用1"]);
    spoken::the(&desk.kiosk, Role::Button, "名前").activate();
    desk.kiosk.event(kiosk::app::Event::Stir);
    assert_eq!(names(&desk), ["給与用1", "給与用2", "給与用3"]);
    desk.picture("sorted");
}

#[test]
fn nine_answers_fit_on_the_smallest_screen_in_full() {
    let mut desk = Desk::new(1024, 768, "nine-answers");
    desk.log_in();
    desk.add_people(1);
    desk.key(Key::Char('1'));
    desk.at("S-400");
    desk.key(Key::Enter);
    desk.at("S-420");
    desk.key(Key::F(4));
    desk.at("S-420 D-030");
    desk.picture("purposes");
    let bottoms: Vec<f32> = spoken::all(&desk.kiosk)
        .iter()
        .filter(|s| s.role == Role::Button && s.label.ends_with("事務"))
        .map(Spoken::bottom)
        .collect();
    assert_eq!(bottoms.len(), 9);
    assert!(bottoms.iter().all(|bottom| *bottom < 768.0), "{bottoms:?}");
}

#[test]
fn where_a_number_is_from_is_chosen_by_keys_and_stands_on_the_persons_page() {
    let mut desk = Desk::new(1024, 768, "spoken-source");
    desk.log_in();
    desk.add_people(1);
    desk.key(Key::Char('1'));
    desk.key(Key::Enter);
    desk.key(Key::F(5));
    desk.fill(NUMBER);
    desk.fill(NUMBER);
    let source = spoken::focused_field(&desk.kiosk);
    assert_eq!(source.role, Role::Combobox);
    assert_eq!(source.label, "番号の取得元");
    assert_eq!(source.value, "記入しない");
    assert!(source.expanded);
    desk.keys("4");
    let source = spoken::focused_field(&desk.kiosk);
    assert_eq!(source.value, "住民票の写し・住民票記載事項証明書");
    desk.picture("sources");
    desk.key(Key::F(9));
    let source = spoken::focused_field(&desk.kiosk);
    assert_eq!(source.label, "Taken from");
    assert_eq!(source.value, "a copy of the resident record");
    desk.picture("sources-en");
    desk.key(Key::F(9));
    desk.keys("0");
    let source = spoken::focused_field(&desk.kiosk);
    assert_eq!(source.value, "転籍・出向元");
    desk.key(Key::Enter);
    assert_eq!(spoken::focused_field(&desk.kiosk).label, "有効開始日");
    desk.keys("H30.5.7");
    desk.picture("valid-from");
    desk.key(Key::Enter);
    desk.at("S-420");
    let replaced = desk.asked.iter().rev().find_map(|effect| match effect {
        Effect::AskKeeper(Request::Numbers(numbers::Request::Replace { number, .. })) => {
            Some((number.source, number.valid_from.clone()))
        }
        _ => None,
    });
    let former = Some(NumberSource::FormerEmployer);
    assert_eq!(replaced, Some((former, "H30.5.7".into())));

    desk.source = Some(NumberSource::ResidentRecord);
    desk.key(Key::Escape);
    desk.key(Key::Enter);
    let row = spoken::the(&desk.kiosk, Role::ListItem, "番号の登録");
    assert_eq!(
        row.value,
        "2026-11-21　山田 太郎　有効開始日 2026-11-21　住民票の写し・住民票記載事項証明書"
    );
    desk.picture("record");
    desk.key(Key::F(9));
    desk.picture("record-en");
}

#[test]
fn without_a_number_nobody_is_asked_where_it_is_from() {
    let mut desk = Desk::new(1024, 768, "spoken-no-source");
    desk.log_in();
    desk.key(Key::Char('2'));
    let source = |desk: &Desk| spoken::the(&desk.kiosk, Role::Combobox, "番号の取得元");
    assert!(!source(&desk).enabled);
    while !desk.focused_is_number() {
        desk.key(Key::Tab);
    }
    desk.picture("no-number");
    desk.fill(NUMBER);
    assert!(source(&desk).enabled);
    // A number that is not the same is told before the field is left.
    desk.fill("111111111118");
    desk.at("S-410 E-213");
    desk.key(Key::BackTab);
    for _ in 0..12 {
        desk.key(Key::Backspace);
    }
    assert!(!source(&desk).enabled);
}

const USER: &str = "山田 太郎";
const CLOCK: &str = "2026-11-21 09:30";

/// A screen with the longest of everything that stands beside its name and the user's.
fn crowded(screen: ScreenCode, language: Language) -> View {
    View {
        language,
        tag: CodeTag {
            screen: Some(screen),
            ..CodeTag::default()
        },
        trail: trail::to(screen, true)
            .into_iter()
            .map(|s| trail::crumb(s, screen, language))
            .collect(),
        title: screen.title(language).to_owned(),
        owner: "株式会社　山田商店ホールディングス関東甲信越支店".into(),
        user: USER.into(),
        clock: CLOCK.into(),
        ime: "あ ﾛｰﾏ".into(),
        layout: "JIS".into(),
        locks: Locks {
            caps: true,
            num: true,
            num_lit: true,
        },
        sticks: "1".into(),
        ..View::default()
    }
}

/// From where to where the name of each screen, its code, the user and the clock are drawn.
fn drawn_at(width: u32, height: u32) -> Vec<(String, [(f32, f32); 4])> {
    let draw = move || {
        let mut kiosk = Headless::new(width, height);
        let mut drawn = Vec::new();
        let screens = ScreenCode::ALL.iter().copied();
        for screen in screens.filter(|screen| screen.code().starts_with('S')) {
            for language in [Language::Japanese, Language::English] {
                kiosk.show(&crowded(screen, language));
                let title = screen.title(language);
                let places = [title, screen.code(), USER, CLOCK]
                    .map(|text| spoken::text_at(&kiosk, text).unwrap());
                drawn.push((title.to_owned(), places));
            }
        }
        drawn
    };
    // One kiosk a thread.
    std::thread::spawn(draw).join().unwrap()
}

#[test]
fn the_name_of_a_screen_and_who_is_logged_in_are_seen_whole_on_the_narrowest_screen() {
    let long = |(from, to): (f32, f32)| to - from;
    let wide = drawn_at(1920, 1080);
    for ((title, narrow), (_, whole)) in drawn_at(1024, 768).into_iter().zip(wide) {
        let [name, code, user, clock] = narrow;
        assert!(code.1 <= 1024.0 - 32.0, "{title} ends at {}", code.1);
        assert!(name.1 <= code.0, "{title}");
        assert!(user.1 <= clock.0, "{title}: {user:?} {clock:?}");
        for (drawn, whole) in [(name, whole[0]), (user, whole[2])] {
            assert!(long(drawn) >= long(whole) - 1.0, "{title} is cut");
        }
    }
}

#[test]
fn the_keyboard_on_the_screen_tells_what_it_is_and_whether_shift_is_on() {
    let mut kiosk = Headless::new(1024, 768);
    let elements = page(&mut kiosk, "screen-keyboard");
    the(&elements, Role::Groupbox, "Keyboard on the screen");
    let shift = the(&elements, Role::Button, "Shift");
    assert!(shift.checked);
    assert!(!the(&elements, Role::Button, "Close").checked);
    // Each key is spoken once.
    let q = elements.iter().filter(|e| e.label == "Q").count();
    assert_eq!(q, 1);
}

#[test]
fn a_key_of_the_screen_is_pressed_by_a_reader() {
    let mut desk = Desk::new(1024, 768, "spoken-osk");
    desk.company = Some("山田商店".into());
    desk.start(protocol::system::VaultState::Locked);
    desk.key(Key::Enter);
    desk.key(Key::F(6));
    desk.kiosk.picture();
    spoken::the(&desk.kiosk, Role::Button, "q").activate();
    desk.kiosk.event(kiosk::app::Event::Stir);
    desk.serve();
    assert_eq!(spoken::focused_field(&desk.kiosk).value, "●");
}

#[test]
fn candidates_are_named_in_the_language_of_the_screen() {
    let mut kiosk = Headless::new(1024, 768);
    let elements = page(&mut kiosk, "candidates");
    the(&elements, Role::List, "Candidates 2/23");
    let chosen = the(&elements, Role::ListItem, "髙橋");
    assert!(chosen.selected);
}

#[test]
fn every_key_that_help_names_stands_above_its_button_on_the_smallest_screen() {
    let mut kiosk = Headless::new(1024, 768);
    let screens = ScreenCode::ALL.iter().copied();
    for screen in screens.filter(|screen| screen.code().starts_with('S')) {
        for language in [Language::Japanese, Language::English] {
            for page in 0..3 {
                let view = gallery::help_on(screen, page, language);
                let cut = support::cut::cut(&view, 1024.0);
                assert!(cut.is_empty(), "{cut:?}");
                kiosk.show(&view);
                let elements = spoken::all(&kiosk);
                let keys = elements.iter().filter(|e| e.role == Role::ListItem);
                let lowest = keys.map(Spoken::bottom).fold(0.0, f32::max);
                assert!(
                    lowest <= 768.0 - 76.0,
                    "{screen:?} {language:?} {page}: {lowest}"
                );
            }
        }
    }
}
