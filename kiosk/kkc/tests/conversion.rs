//! The converter over a dictionary small enough to see through, built here.
#![allow(clippy::unwrap_used, reason = "tests")]

use kkc::build::{
    BuildError, Source, SourceCharacter, SourceCollocation, SourceName, SourcePlace,
    SourcePostalCode, SourceWord,
};
use kkc::{
    Conversion, Converter, Dictionary, Field, Kind, OpenError, Part, Personal, Position, WordKind,
};
use proptest::prelude::*;

const EDGE: u16 = 0;
const NOUN: u16 = 1;
const PARTICLE: u16 = 2;
const VERB: u16 = 3;
const FAMILY: u16 = 4;
const GIVEN: u16 = 5;
const PLACE: u16 = 6;
const DIGITS: u16 = 7;
const COUNTER: u16 = 8;

const KINDS: [Kind; 9] = [
    Kind::Other,
    Kind::Noun,
    Kind::Particle,
    Kind::Other,
    Kind::Family,
    Kind::Given,
    Kind::Place,
    Kind::Digits,
    Kind::Counter,
];

/// Reading, text, class, cost.
const WORDS: &[(&str, &str, u16, u16)] = &[
    ("かいしゃ", "会社", NOUN, 3000),
    ("かいしゃ", "膾炙", NOUN, 7000),
    ("きょうと", "京都", PLACE, 3000),
    ("きょう", "今日", NOUN, 3000),
    ("とう", "党", NOUN, 4000),
    ("の", "の", PARTICLE, 100),
    ("は", "は", PARTICLE, 100),
    ("に", "に", PARTICLE, 100),
    ("は", "歯", NOUN, 4000),
    ("いく", "行く", VERB, 3000),
    ("いくはな", "幾花", NOUN, 9000),
    ("はな", "花", NOUN, 3500),
    ("はな", "鼻", NOUN, 3600),
    ("ちょうめ", "丁目", COUNTER, 2000),
    ("まいなんばー", "マイナンバー", NOUN, 4000),
];

const COLLOCATIONS: &[(&str, &str)] = &[("会社", "鼻"), ("今日", "幾花")];

const NAMES: &[(Part, &str, &str, u16)] = &[
    (Part::Family, "たかはし", "高橋", 3000),
    (Part::Family, "たかはし", "高梁", 8000),
    (Part::Family, "やまざき", "山崎", 3500),
    (Part::Given, "はな", "花", 5000),
    (Part::Given, "はな", "華", 5500),
    (Part::Given, "たろう", "太郎", 4000),
];

const CHARACTERS: &[(Position, &str, char, u16)] = &[
    (Position::First, "は", '羽', 2000),
    (Position::First, "は", '葉', 2200),
    (Position::First, "た", '汰', 2500),
    (Position::Middle, "つ", '都', 2500),
    (Position::Last, "な", '奈', 2000),
    (Position::Last, "な", '菜', 2100),
    (Position::Last, "つは", '初', 3000),
];

const PLACES: &[[(&str, &str); 3]] = &[
    [
        ("きょうとふ", "京都府"),
        ("きょうとし", "京都市"),
        ("はなまち", "花町"),
    ],
    [
        ("きょうとふ", "京都府"),
        ("きょうとし", "京都市"),
        ("はな", "花"),
    ],
    [
        ("きょうとふ", "京都府"),
        ("うじし", "宇治市"),
        ("うじ", "宇治"),
    ],
    [
        ("きょうとふ", "京都府"),
        ("はなぐんいでちょう", "花郡井手町"),
        ("いで", "井手"),
    ],
    [
        ("きょうとふ", "京都府"),
        ("きょうとしきたく", "京都市北区"),
        ("かわ", "川"),
    ],
    [
        ("きょうとふ", "京都府"),
        ("きょうとしにし", "京都市西"),
        ("きた3じょう", "北三条"),
    ],
    [
        ("あおもりけん", "青森県"),
        ("はなし", "花市"),
        ("はなまち", "鼻町"),
    ],
];

const POSTAL_CODES: &[(u32, &str, &str, &str)] = &[
    (6_020_847, "京都府", "京都市", "花町"),
    (300_000, "青森県", "花市", ""),
    (6_020_847, "京都府", "京都市", "東花町"),
    (9_999_999, "京都府", "宇治市", "宇治"),
];

fn source() -> Source {
    let classes = KINDS.len();
    // Particles follow words gladly, nothing follows the edge's particle gladly.
    let connections = (0..classes * classes)
        .map(|at| match ((at / classes) as u16, (at % classes) as u16) {
            (NOUN | PLACE | VERB, PARTICLE) => 10,
            (PARTICLE, NOUN | VERB | PLACE) => 300,
            (DIGITS, COUNTER) => 10,
            (EDGE, PARTICLE) => 4000,
            _ => 1500,
        })
        .collect();
    // A segment ends before every word but a particle.
    let boundaries = (0..classes * classes)
        .map(|at| (at % classes) as u16 != PARTICLE)
        .collect();
    let owned = |(reading, text): &(&str, &str)| ((*reading).to_owned(), (*text).to_owned());
    let names = NAMES.iter().flat_map(|(part, reading, text, cost)| {
        let class = match part {
            Part::Family => FAMILY,
            Part::Given => GIVEN,
        };
        let word = SourceWord {
            reading: (*reading).into(),
            cost: *cost,
            text: (*text).into(),
            left: class,
            right: class,
        };
        [word]
    });
    let words = WORDS.iter().map(|(reading, text, class, cost)| SourceWord {
        reading: (*reading).into(),
        cost: *cost,
        text: (*text).into(),
        left: *class,
        right: *class,
    });
    Source {
        words: words.chain(names).collect(),
        kinds: KINDS.to_vec(),
        connections,
        boundaries,
        places: PLACES
            .iter()
            .map(|levels| SourcePlace {
                levels: levels.each_ref().map(owned),
            })
            .collect(),
        postal_codes: POSTAL_CODES
            .iter()
            .map(|(code, prefecture, city, town)| SourcePostalCode {
                code: *code,
                prefecture: (*prefecture).into(),
                city: (*city).into(),
                town: (*town).into(),
            })
            .collect(),
        names: NAMES
            .iter()
            .map(|(part, reading, text, cost)| SourceName {
                part: *part,
                reading: (*reading).into(),
                cost: *cost,
                text: (*text).into(),
            })
            .collect(),
        characters: CHARACTERS
            .iter()
            .map(|(position, reading, character, cost)| SourceCharacter {
                position: *position,
                reading: (*reading).into(),
                cost: *cost,
                character: *character,
            })
            .collect(),
        penalties: vec![0; classes],
        collocations: COLLOCATIONS
            .iter()
            .map(|(earlier, later)| SourceCollocation {
                earlier: (*earlier).into(),
                later: (*later).into(),
            })
            .collect(),
        sources: "words of this test".into(),
    }
}

fn converter() -> Converter {
    Converter::new(Dictionary::from_bytes(source().build().unwrap()).unwrap())
}

fn texts(reading: &str, field: Field, personal: &Personal) -> Vec<String> {
    let candidates = converter().candidates(reading, field, personal, 20);
    candidates.into_iter().map(|c| c.text).collect()
}

#[test]
fn a_postal_code_gives_all_its_places() {
    let dictionary = Dictionary::from_bytes(source().build().unwrap()).unwrap();
    let texts = |code: &str| -> Vec<String> {
        let places = dictionary.postal_code(code);
        places.iter().map(kkc::PostalPlace::text).collect()
    };
    assert_eq!(texts("6020847"), ["京都府京都市東花町", "京都府京都市花町"]);
    assert_eq!(texts("0300000"), ["青森県花市"], "a whole city");
    assert_eq!(texts("9999999"), ["京都府宇治市宇治"], "the last of all");
    for unknown in [
        "0000000", "6020848", "602084", "60208470", "602-084", "+020847", "",
    ] {
        assert_eq!(texts(unknown), [""; 0], "{unknown}");
    }
}

fn segments(conversion: &Conversion) -> Vec<(&str, &str)> {
    let segments = conversion.segments.iter();
    segments.map(|s| (s.reading.as_str(), s.text())).collect()
}

#[test]
fn the_likeliest_words_come_first_and_the_kana_forms_last() {
    let texts = texts("かいしゃ", Field::General, &Personal::default());
    assert_eq!(texts[..2], ["会社", "膾炙"]);
    assert_eq!(texts[texts.len() - 3..], ["かいしゃ", "カイシャ", "ｶｲｼｬ"]);
}

#[test]
fn a_sentence_is_divided_into_bunsetsu_with_candidates_for_each() {
    let conversion = converter().convert(
        "きょうはかいしゃにいく",
        Field::General,
        &Personal::default(),
    );
    assert_eq!(
        segments(&conversion),
        [
            ("きょうは", "今日は"),
            ("かいしゃに", "会社に"),
            ("いく", "行く")
        ]
    );
    let second: Vec<_> = conversion.segments[1]
        .candidates
        .iter()
        .map(|c| &c.text)
        .collect();
    assert!(second.iter().any(|text| *text == "膾炙に"));
}

#[test]
fn a_segment_grows_and_shrinks_and_the_rest_is_divided_anew() {
    let converter = converter();
    let personal = Personal::default();
    let mut conversion = converter.convert("きょうとはな", Field::General, &personal);
    assert_eq!(
        segments(&conversion),
        [("きょうと", "京都"), ("はな", "花")]
    );
    assert!(converter.resize(&mut conversion, 0, -1, &personal));
    assert_eq!(conversion.segments[0].text(), "今日");
    assert!(converter.resize(&mut conversion, 0, 2, &personal));
    assert_eq!(conversion.segments[0].text(), "京都は");
    assert!(converter.resize(&mut conversion, 0, 1, &personal));
    assert!(!converter.resize(&mut conversion, 0, 1, &personal));
    assert!(!converter.resize(&mut conversion, 0, -6, &personal));
    assert!(!converter.resize(&mut conversion, 3, 1, &personal));
}

#[test]
fn a_full_name_comes_with_or_without_its_space() {
    let personal = Personal::default();
    assert_eq!(
        texts("たかはし はな", Field::Name, &personal)[..2],
        ["高橋 花", "高橋 華"]
    );
    assert_eq!(
        texts("たかはしはな", Field::Name, &personal)[..2],
        ["高橋花", "高橋華"]
    );
    let conversion = converter().convert("たかはしはな", Field::Name, &personal);
    assert_eq!(
        segments(&conversion),
        [("たかはし", "高橋"), ("はな", "花")]
    );
    assert_eq!(conversion.segments[1].candidates[1].text, "華");
}

#[test]
fn a_name_divides_although_a_known_person_is_one_word_of_the_dictionary() {
    let mut source = source();
    source.words.push(SourceWord {
        reading: "たかはしはな".into(),
        cost: 1,
        text: "高梁羽奈".into(),
        left: FAMILY,
        right: GIVEN,
    });
    let converter = Converter::new(Dictionary::from_bytes(source.build().unwrap()).unwrap());
    let conversion = converter.convert("たかはしはな", Field::Name, &Personal::default());
    assert_eq!(
        segments(&conversion),
        [("たかはし", "高橋"), ("はな", "花")]
    );
}

#[test]
fn a_family_name_made_longer_or_shorter_has_no_given_names_among_its_candidates() {
    let mut source = source();
    let name = |part, reading: &str, text: &str| SourceName {
        part,
        reading: reading.into(),
        cost: 9000,
        text: text.into(),
    };
    source.names.extend([
        name(Part::Family, "たか", "鷹"),
        name(Part::Given, "たか", "貴"),
        name(Part::Given, "はしはな", "橋花"),
        name(Part::Family, "はしはな", "端花"),
    ]);
    let converter = Converter::new(Dictionary::from_bytes(source.build().unwrap()).unwrap());
    let personal = Personal::default();
    let mut conversion = converter.convert("たかはしはな", Field::Name, &personal);
    assert_eq!(
        segments(&conversion),
        [("たかはし", "高橋"), ("はな", "花")]
    );
    assert!(converter.resize(&mut conversion, 0, -2, &personal));
    assert_eq!(
        segments(&conversion),
        [("たか", "鷹"), ("はしはな", "橋花")]
    );
    let place = |segment: usize, text: &str| {
        let candidates = &conversion.segments[segment].candidates;
        candidates.iter().position(|c| c.text == text)
    };
    assert_eq!(place(0, "貴"), None);
    // A longer name of the other part comes behind all that fits, as in any field.
    assert!(place(1, "端花") > place(1, "橋花"));
}

#[test]
fn a_name_that_is_typed_alone_may_be_either_part() {
    let converter = converter();
    for (reading, text) in [("たかはし", "高橋"), ("たろう", "太郎")] {
        let conversion = converter.convert(reading, Field::Name, &Personal::default());
        assert_eq!(segments(&conversion), [(reading, text)]);
    }
}

#[test]
fn a_given_name_on_no_list_is_put_together_of_characters_behind_the_known_ones() {
    let personal = Personal::default();
    let names = texts("たかはし はな", Field::Name, &personal);
    let place = |name: &str| names.iter().position(|n| n == name);
    assert_eq!(names[..2], ["高橋 花", "高橋 華"]);
    assert!(place("高橋 羽奈") < place("高橋 羽菜") && place("高橋 羽菜") < place("高橋 葉菜"));
    assert!(place("高橋 羽奈") > Some(1));
    // Of three characters, and of one that is read so only at the end of others.
    for (reading, text) in [("はつな", "羽都奈"), ("つは", "初"), ("たつは", "汰初")]
    {
        let full = texts(&format!("たかはし {reading}"), Field::Name, &personal);
        assert!(full.contains(&format!("高橋 {text}")), "{full:?}");
        assert!(texts(reading, Field::Name, &personal).contains(&text.to_owned()));
        // Nor need the family name be told from it.
        let full = texts(&format!("たかはし{reading}"), Field::Name, &personal);
        assert!(full.contains(&format!("高橋{text}")), "{full:?}");
    }
    let general = texts("はつな", Field::General, &personal);
    assert!(!general.contains(&"羽都奈".to_owned()));
}

#[test]
fn the_given_name_of_no_list_is_a_segment_with_its_candidates() {
    let conversion = converter().convert("たかはしはつな", Field::Name, &Personal::default());
    assert_eq!(
        segments(&conversion),
        [("たかはし", "高橋"), ("はつな", "羽都奈")]
    );
}

#[test]
fn a_reading_too_long_for_a_given_name_is_not_put_together() {
    let names = texts(&"はな".repeat(5), Field::Name, &Personal::default());
    assert!(names.iter().all(|name| !name.contains('羽')), "{names:?}");
}

#[test]
fn an_address_knows_kyotos_crossings_and_the_words_of_houses() {
    let converter = converter();
    let text = |reading: &str, field| {
        let conversion = converter.convert(reading, field, &Personal::default());
        conversion
            .segments
            .iter()
            .map(|s| s.text().to_owned())
            .collect::<String>()
    };
    for (reading, address) in [
        ("ひがしいる", "東入"),
        ("あがる", "上る"),
        ("きょうとはいつ", "京都ハイツ"),
    ] {
        assert_eq!(text(reading, Field::Address), address);
        assert_ne!(text(reading, Field::General), address);
    }
}

#[test]
fn a_floor_with_a_letter_before_its_number_is_a_floor() {
    let personal = Personal::default();
    let address = |reading: &str| texts(reading, Field::Address, &personal)[0].clone();
    for (reading, text) in [("A10かい", "A10階"), ("5ごうかん", "5号館"), ("B1", "B1")] {
        assert_eq!(address(reading), text);
    }
    assert_eq!(texts("A10", Field::General, &personal)[0], "A10");
}

#[test]
fn look_alikes_stand_behind_the_first_five_with_a_note() {
    let candidates = converter().candidates("やまざき", Field::Name, &Personal::default(), 20);
    let rare = candidates.iter().find(|c| c.text == "山﨑").unwrap();
    assert_eq!(rare.notes[0].0, "﨑");
    assert!(rare.notes[0].1.ja.contains("たつさき"));
    assert_ne!(candidates[0].notes, rare.notes);
    assert_eq!(candidates[0].text, "山崎");
    // Outside of names nobody asks for them.
    let general = texts("やまざき", Field::General, &Personal::default());
    assert!(!general.contains(&"山﨑".to_owned()));
}

#[test]
fn an_address_follows_the_official_list() {
    let personal = Personal::default();
    let address = |reading| texts(reading, Field::Address, &personal)[0].clone();
    assert_eq!(
        address("きょうとふきょうとしはなまち2ちょうめ"),
        "京都府京都市花町2丁目"
    );
    assert_eq!(address("きょうとしはなまち"), "京都市花町");
    // The same town reading under another city is another town.
    assert_eq!(address("あおもりけんはなしはなまち"), "青森県花市鼻町");
    assert_eq!(
        address("きょうとふきょうとしはなまちにちょうめ"),
        "京都府京都市花町二丁目"
    );
    let ways = texts(
        "きょうとふきょうとしはなまち2ちょうめ8-1",
        Field::Address,
        &personal,
    );
    assert_eq!(
        ways[..2],
        ["京都府京都市花町2丁目8-1", "京都府京都市花町二丁目8-1"]
    );
    assert!(ways.contains(&"京都府京都市花町２丁目８－１".to_owned()));
}

#[test]
fn a_district_before_a_town_and_a_city_before_its_ward_may_be_left_out() {
    let address = |reading| texts(reading, Field::Address, &Personal::default())[0].clone();
    assert_eq!(address("きょうとふいでちょういで1"), "京都府井手町井手1");
    assert_eq!(address("いでちょういで1"), "井手町井手1");
    assert_eq!(address("きたくかわ1"), "北区川1");
}

#[test]
fn a_number_in_a_towns_name_is_the_official_lists_and_next_the_digit_that_was_typed() {
    let personal = Personal::default();
    let reading = "きょうとしにしきた3じょう2";
    assert_eq!(
        texts(reading, Field::Address, &personal)[..2],
        ["京都市西北三条2", "京都市西北3条2"]
    );
    let conversion = converter().convert(reading, Field::Address, &personal);
    assert_eq!(conversion.segments[1].text(), "北三条");
    assert_eq!(conversion.segments[1].candidates[1].text, "北3条");
}

#[test]
fn of_words_that_are_read_the_same_the_one_comes_first_that_goes_with_its_neighbour() {
    let personal = Personal::default();
    let first = |reading| texts(reading, Field::General, &personal)[0].clone();
    assert_eq!(first("はな"), "花");
    assert_eq!(first("かいしゃのはな"), "会社の鼻");
    assert_eq!(first("かいしゃはな"), "会社鼻");
    // Particles may follow each other; a word that is no particle stands between nothing.
    assert_eq!(first("きょうにはいくはな"), "今日には幾花");
    let conversion = converter().convert("かいしゃのはな", Field::General, &personal);
    assert_eq!(
        segments(&conversion),
        [("かいしゃの", "会社の"), ("はな", "鼻")]
    );
    assert_eq!(conversion.segments[1].candidates[1].text, "花");
    // In other fields nothing is known of it.
    assert_eq!(
        texts("かいしゃのはな", Field::Address, &personal)[0],
        "会社の花"
    );
}

#[test]
fn a_collocation_of_what_is_no_word_is_refused() {
    let mut source = source();
    source.collocations[0].earlier = "商社".into();
    assert!(matches!(source.build(), Err(BuildError::Collocation(text)) if text == "商社"));
}

#[test]
fn an_addresses_segments_are_its_parts() {
    let conversion = converter().convert(
        "きょうとふうじしうじ1ばん2ごう",
        Field::Address,
        &Personal::default(),
    );
    assert_eq!(
        segments(&conversion),
        [
            ("きょうとふ", "京都府"),
            ("うじし", "宇治市"),
            ("うじ", "宇治"),
            ("1ばん", "1番"),
            ("2ごう", "2号"),
        ]
    );
}

#[test]
fn what_was_chosen_comes_first_next_time() {
    let converter = converter();
    let mut personal = Personal::default();
    let mut conversion = converter.convert("たかはしはな", Field::Name, &personal);
    conversion.segments[1].chosen = 1;
    conversion.learn(&mut personal.history);
    assert_eq!(texts("たかはしはな", Field::Name, &personal)[0], "高橋華");
    // The parts are known on their own, too.
    assert_eq!(texts("たかはし はな", Field::Name, &personal)[0], "高橋 華");
    assert_eq!(texts("はな", Field::Name, &personal)[0], "華");
    assert_eq!(texts("はな", Field::General, &personal)[0], "花");
    personal.history.erase();
    assert_eq!(texts("たかはしはな", Field::Name, &personal)[0], "高橋花");
}

#[test]
fn a_users_word_is_a_word() {
    let mut personal = Personal::default();
    personal
        .words
        .add("くらもり", "蔵守", WordKind::Noun)
        .unwrap();
    let conversion = converter().convert("くらもりのはな", Field::General, &personal);
    assert_eq!(
        segments(&conversion),
        [("くらもりの", "蔵守の"), ("はな", "花")]
    );
}

#[test]
fn a_users_word_comes_first_in_every_field_it_is_meant_for() {
    let mut personal = Personal::default();
    let mut add = |text: &str, kind| personal.words.add("はな", text, kind).unwrap();
    add("波奈", WordKind::Given);
    add("羽名", WordKind::Family);
    add("端", WordKind::Place);
    // What was chosen before does not stand in front of it.
    for field in [Field::General, Field::Name, Field::Address] {
        personal.history.learn(field, "はな", "鼻");
    }
    let converter = converter();
    let first = |reading: &str, field, personal: &Personal| {
        let conversion = converter.convert(reading, field, personal);
        conversion
            .segments
            .iter()
            .map(|segment| segment.text().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(first("はな", Field::Address, &personal), ["端"]);
    assert_eq!(
        first("たかはし はな", Field::Name, &personal),
        ["高橋", " ", "波奈"]
    );
    assert_eq!(
        first("はな たろう", Field::Name, &personal),
        ["羽名", " ", "太郎"]
    );
    assert_eq!(texts("たかはしはな", Field::Name, &personal)[0], "高橋波奈");
    assert!(texts("はな", Field::General, &personal)[..3].contains(&"端".to_owned()));
    // Among the user's own, what was chosen last is first.
    personal.history.learn(Field::General, "はな", "端");
    assert_eq!(texts("はな", Field::General, &personal)[0], "端");
    // Without a kind it is meant everywhere.
    let mut personal = Personal::default();
    personal
        .words
        .add("たろう", "多露", WordKind::Noun)
        .unwrap();
    for field in [Field::General, Field::Name, Field::Address] {
        assert_eq!(texts("たろう", field, &personal)[0], "多露", "{field:?}");
    }
}

#[test]
fn a_short_word_of_the_users_does_not_tear_others_apart() {
    let mut personal = Personal::default();
    personal.words.add("は", "葉", WordKind::Noun).unwrap();
    assert_eq!(texts("はな", Field::General, &personal)[0], "花");
    assert_eq!(texts("は", Field::General, &personal)[0], "葉");
}

#[test]
fn numbers_have_other_forms_and_what_is_unknown_stays_kana() {
    let personal = Personal::default();
    let numbers = texts("1200", Field::General, &personal);
    for form in ["1200", "１２００", "1,200", "千二百"] {
        assert!(numbers.contains(&form.to_owned()), "{form}");
    }
    assert_eq!(
        texts("ぬぬぬ", Field::General, &personal)[..2],
        ["ぬぬぬ", "ヌヌヌ"]
    );
}

#[test]
fn a_reading_too_long_to_convert_stays_kana() {
    let long = "はな".repeat(kkc::MAX_READING);
    assert_eq!(texts(&long, Field::General, &Personal::default())[0], long);
    let conversion = converter().convert(&long, Field::General, &Personal::default());
    let readings: String = conversion
        .segments
        .iter()
        .map(|s| s.reading.as_str())
        .collect();
    assert_eq!(readings, long);
}

#[test]
fn the_same_source_gives_the_same_file() {
    assert_eq!(source().build().unwrap(), source().build().unwrap());
}

#[test]
fn a_file_that_is_no_dictionary_is_refused() {
    let good = source().build().unwrap();
    let open = |bytes: Vec<u8>| Dictionary::from_bytes(bytes).err();
    assert!(matches!(open(Vec::new()), Some(OpenError::NotADictionary)));
    assert!(matches!(
        open(b"KURAKKC\n".to_vec()),
        Some(OpenError::Damaged(_))
    ));
    let mut other = good.clone();
    other[8] = 99;
    assert!(matches!(
        open(other),
        Some(OpenError::OtherVersion { found: 99 })
    ));
    assert!(matches!(
        open(good[..good.len() / 2].to_vec()),
        Some(OpenError::Damaged(_))
    ));
    assert!(open(good).is_none());
}

#[test]
fn a_dictionary_is_opened_from_a_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), source().build().unwrap()).unwrap();
    let converter = Converter::open(file.path()).unwrap();
    assert_eq!(converter.dictionary().sources(), "words of this test");
    assert!(Converter::open("/nowhere/kkc.dic".as_ref()).is_err());
}

/// What people type: kana of the small dictionary, digits, signs, and now and then anything.
fn reading() -> impl Strategy<Value = String> {
    prop_oneof![
        "[かいしゃきょうとのはにくな1-9 ー-]{0,24}",
        "[ぁ-んァ-ヶｦ-ﾟ0-9a-zＡ-Ｚ　 ]{0,30}",
        "\\PC{0,12}",
    ]
}

fn field() -> impl Strategy<Value = Field> {
    prop_oneof![
        Just(Field::General),
        Just(Field::Name),
        Just(Field::Address)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn segments_cover_every_reading(reading in reading(), field in field()) {
        let conversion = converter().convert(&reading, field, &Personal::default());
        let covered: String = conversion.segments.iter().map(|s| s.reading.as_str()).collect();
        prop_assert_eq!(covered, kkc::kana::normalise(&reading));
        for segment in &conversion.segments {
            prop_assert!(!segment.candidates.is_empty() && !segment.reading.is_empty());
        }
    }

    #[test]
    fn candidates_are_distinct_never_empty_and_no_more_than_wanted(
        reading in reading(),
        field in field(),
        want in 1_usize..30,
    ) {
        let candidates = converter().candidates(&reading, field, &Personal::default(), want);
        let distinct: std::collections::HashSet<_> = candidates.iter().map(|c| &c.text).collect();
        prop_assert_eq!(distinct.len(), candidates.len());
        prop_assert!(candidates.len() <= want);
        prop_assert!(reading.is_empty() || !candidates.is_empty());
    }

    #[test]
    fn resizing_keeps_the_reading(
        reading in reading(),
        field in field(),
        index in 0_usize..6,
        by in -4_isize..5,
    ) {
        let converter = converter();
        let personal = Personal::default();
        let mut conversion = converter.convert(&reading, field, &personal);
        let before = conversion.clone();
        let done = converter.resize(&mut conversion, index, by, &personal);
        let covered: String = conversion.segments.iter().map(|s| s.reading.as_str()).collect();
        prop_assert_eq!(covered, kkc::kana::normalise(&reading));
        if done {
            let length = |c: &Conversion| c.segments[index].reading.chars().count() as isize;
            prop_assert_eq!(length(&conversion), length(&before) + by);
        } else {
            prop_assert_eq!(conversion, before);
        }
    }

    #[test]
    fn a_damaged_dictionary_never_panics(at in 0_usize..1 << 20, byte in any::<u8>()) {
        let mut bytes = source().build().unwrap();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(dictionary) = Dictionary::from_bytes(bytes) {
            let converter = Converter::new(dictionary);
            let personal = Personal::default();
            converter.convert("きょうはかいしゃにいく", Field::General, &personal);
            converter.candidates("きょうとしはなまち", Field::Address, &personal, 9);
            converter.candidates("たかはしはな", Field::Name, &personal, 9);
            converter.candidates("たかはし はつな", Field::Name, &personal, 60);
        }
    }
}

#[test]
fn a_town_is_found_behind_what_stands_between_it_and_its_city() {
    let personal = Personal::default();
    let first = |reading: &str| texts(reading, Field::Address, &personal)[0].clone();
    assert_eq!(
        first("きょうとふうじしおおあざうじ"),
        "京都府宇治市大字宇治"
    );
    assert_eq!(first("きょうとし はなまち"), "京都市 花町");
    assert_eq!(
        first("きょうとしはなまちいっちょうめにばん"),
        "京都市花町一丁目二番"
    );
}

#[test]
fn a_town_alone_is_followed_by_its_number_in_each_way_to_write_it() {
    let towns = texts("はなまち1-2", Field::Address, &Personal::default());
    assert_eq!(towns[..2], ["花町1-2", "鼻町1-2"]);
}

#[test]
fn a_name_that_is_no_word_is_read_back_and_offered_behind_all_words_in_any_field() {
    let mut source = source();
    source.names.push(SourceName {
        part: Part::Family,
        reading: "かいしゃ".into(),
        cost: 14_000,
        text: "海社".into(),
    });
    let converter = Converter::new(Dictionary::from_bytes(source.build().unwrap()).unwrap());
    assert_eq!(
        converter.reading("海社の花").as_deref(),
        Some("かいしゃのはな")
    );
    let candidates = converter.candidates("かいしゃ", Field::General, &Personal::default(), 9);
    let place = |text: &str| candidates.iter().position(|c| c.text == text);
    assert!(place("海社") > place("膾炙"), "{candidates:?}");
}

#[test]
fn a_text_is_read_as_the_words_it_is_made_of() {
    let converter = converter();
    for (reading, text) in [("たかはし", "髙橋"), ("はながはな", "花が鼻")] {
        let read = converter.reading(text);
        assert_eq!(read.as_deref(), Some(reading), "{text}");
    }
    assert_eq!(converter.reading("鬱"), None);
    assert_eq!(converter.reading(""), None);
    assert_eq!(converter.reading(&"花".repeat(31)), None);
}
