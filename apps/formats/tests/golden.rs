//! Files as they leave, byte by byte, and what is refused instead of changed.
#![allow(clippy::unwrap_used, reason = "tests")]

use formats::{Field, Format, FormatError, Row, Shown, WriteError, Wrong, format, formats};
use mynumber::{Date, IndividualNumber, Purpose};
use proptest::prelude::*;

const PURPOSE: Purpose = Purpose::WithholdingTax;

struct Person {
    employee_no: &'static str,
    name: &'static str,
    kana: &'static str,
    birth_date: Date,
    number: IndividualNumber,
}

fn person(
    employee_no: &'static str,
    name: &'static str,
    kana: &'static str,
    number: &str,
) -> Person {
    Person {
        employee_no,
        name,
        kana,
        birth_date: Date::new(1990, 4, 1).unwrap(),
        number: IndividualNumber::parse(number).unwrap(),
    }
}

fn rows(people: &[Person]) -> Vec<Row<'_>> {
    people
        .iter()
        .map(|person| Row {
            shown: Shown {
                code: person.employee_no,
                relationship: "本人",
                name: person.name,
                kana: person.kana,
                birth_date: Some(person.birth_date),
                payment: "",
            },
            number: &person.number,
        })
        .collect()
}

fn two_people() -> Vec<Person> {
    vec![
        person("001", "山田 太郎", "ヤマダ タロウ", "123456789018"),
        person("0,2\"", "髙橋 花子", "ﾀｶﾊｼ ﾊﾅｺ", "900000000010"),
    ]
}

fn with(change: impl Fn(String) -> String) -> Result<Format, FormatError> {
    Format::parse(&change(
        include_str!("../data/general-utf8.toml").to_owned(),
    ))
}

#[test]
fn the_general_formats_are_as_the_golden_files() {
    let people = two_people();
    let utf8 = format("general-utf8.1")
        .unwrap()
        .write(&rows(&people), PURPOSE)
        .unwrap();
    assert_eq!(*utf8, include_bytes!("golden/general-utf8.csv"));
    let cp932 = format("general-cp932.1")
        .unwrap()
        .write(&rows(&people), PURPOSE)
        .unwrap();
    assert_eq!(*cp932, include_bytes!("golden/general-cp932.csv"));
}

#[test]
fn families_stand_with_their_employee_and_payees_in_a_format_of_their_own() {
    let number = IndividualNumber::parse("123456789018").unwrap();
    let wife = Row {
        shown: Shown {
            code: "001",
            relationship: "妻（未届）",
            name: "山田 花子",
            kana: "",
            birth_date: None,
            payment: "",
        },
        number: &number,
    };
    let written = formats()[0].write(&[wife], PURPOSE).unwrap();
    let end = "001,妻（未届）,山田 花子,,,123456789018\r\n";
    assert!(written.ends_with(end.as_bytes()));
    let author = Row {
        shown: Shown {
            code: "P001",
            relationship: "",
            name: "髙橋 花子",
            kana: "タカハシ ハナコ",
            birth_date: None,
            payment: "原稿料、講演料等",
        },
        number: &number,
    };
    let format = format("payees-utf8.1").unwrap();
    assert!(!format.fields().any(|field| field == Field::BirthDate));
    let written = format.write(&[author], Purpose::PayeeReport).unwrap();
    let file = "\u{feff}支払先コード,氏名,フリガナ,支払区分,個人番号\r\n\
                P001,髙橋 花子,タカハシ ハナコ,原稿料、講演料等,123456789018\r\n";
    assert_eq!(*written, file.as_bytes());
}

#[test]
fn a_format_without_anybodys_rows_is_none() {
    for rows in ["[]", "[\"nobody\"]", "[\"payee\", \"payee\"]"] {
        let changed =
            with(|text| text.replace("[\"employee\", \"dependant\", \"proprietor\"]", rows));
        assert_eq!(changed.unwrap_err(), FormatError::Rows, "{rows}");
    }
}

#[test]
fn a_format_tells_which_fields_it_needs() {
    let names: Vec<_> = formats()[0].fields().map(Field::name).collect();
    let all = [
        "employee_no",
        "relationship",
        "name",
        "kana",
        "birth_date",
        "individual_number",
    ];
    assert_eq!(names, all);
    assert_eq!(formats()[0].ending(), "csv");
}

#[test]
fn a_variation_sequence_is_never_thinned_to_its_base_character() {
    let people = [person(
        "1",
        "山田 祐\u{e0100}",
        "ヤマダ ユウ",
        "123456789018",
    )];
    let refused = format("general-cp932.1")
        .unwrap()
        .write(&rows(&people), PURPOSE)
        .unwrap_err();
    let expected = WriteError::Unmappable {
        row: 1,
        column: "氏名".into(),
        character: '\u{e0100}',
    };
    assert_eq!(refused, expected);
    let written = format("general-utf8.1")
        .unwrap()
        .write(&rows(&people), PURPOSE)
        .unwrap();
    let text = std::str::from_utf8(&written).unwrap();
    assert!(text.contains("山田 祐\u{e0100}"));
}

#[test]
fn a_character_that_the_encoding_lacks_is_named_with_its_place() {
    let people = [
        person("1", "山田 太郎", "ヤマダ タロウ", "123456789018"),
        person("2", "𠮷川 花子", "ヨシカワ ハナコ", "900000000010"),
    ];
    let error = format("general-cp932.1")
        .unwrap()
        .write(&rows(&people), PURPOSE)
        .unwrap_err();
    let expected = WriteError::Unmappable {
        row: 2,
        column: "氏名".into(),
        character: '𠮷',
    };
    assert_eq!(error, expected);
    assert_eq!(error.row_index(), 1);
    assert!(
        format("general-utf8.1")
            .unwrap()
            .write(&rows(&people), PURPOSE)
            .is_ok()
    );
}

#[test]
fn without_quotes_a_separator_inside_a_value_is_refused() {
    let format = with(|text| text.replace("\"minimal\"", "\"none\"")).unwrap();
    let error = format.write(&rows(&two_people()), PURPOSE).unwrap_err();
    let expected = WriteError::NotAllowed {
        row: 2,
        column: "社員番号".into(),
        character: ',',
    };
    assert_eq!(error, expected);
}

#[test]
fn with_quotes_everywhere_every_value_has_them() {
    let format = with(|text| {
        text.replace("\"minimal\"", "\"all\"")
            .replace("\"utf-8-bom\"", "\"utf-8\"")
            .replace("\"crlf\"", "\"lf\"")
            .replace("header = true", "header = false")
            .replace("yyyy-mm-dd", "yyyymmdd")
    })
    .unwrap();
    let file = format.write(&rows(&two_people()), PURPOSE).unwrap();
    let expected = "\"001\",\"本人\",\"山田 太郎\",\"ヤマダ タロウ\",\"19900401\",\"123456789018\"\n\
        \"0,2\"\"\",\"本人\",\"髙橋 花子\",\"ﾀｶﾊｼ ﾊﾅｺ\",\"19900401\",\"900000000010\"\n";
    assert_eq!(std::str::from_utf8(&file).unwrap(), expected);
}

#[test]
fn what_a_spreadsheet_would_run_is_refused() {
    for name in ["=1+1", "+A", "-A", "@A"] {
        let people = [person("1", name, "ア", "123456789018")];
        let error = formats()[0].write(&rows(&people), PURPOSE).unwrap_err();
        assert_eq!(
            error,
            WriteError::Formula {
                row: 1,
                column: "氏名".into()
            }
        );
    }
}

#[test]
fn control_characters_and_long_values_are_refused() {
    let people = [person("1", "山田\n太郎", "ア", "123456789018")];
    let error = formats()[0].write(&rows(&people), PURPOSE).unwrap_err();
    assert!(matches!(
        error,
        WriteError::NotAllowed {
            character: '\n',
            ..
        }
    ));

    let format =
        with(|text| text.replace("field = \"name\"", "field = \"name\"\nmax_bytes = 12")).unwrap();
    let fits = [person("1", "山田太郎", "ア", "123456789018")];
    assert!(format.write(&rows(&fits), PURPOSE).is_ok());
    let long = [person("1", "山田太郎A", "ア", "123456789018")];
    let error = format.write(&rows(&long), PURPOSE).unwrap_err();
    assert_eq!(
        error,
        WriteError::TooLong {
            row: 1,
            column: "氏名".into(),
            max: 12
        }
    );
}

#[test]
fn a_data_file_that_is_no_format_is_refused_with_its_reason() {
    let error = |from: &str, to: &str| with(|text| text.replacen(from, to, 1)).unwrap_err();
    assert!(matches!(
        error("id = ", "extra = 1\nid = "),
        FormatError::Toml(_)
    ));
    assert!(matches!(error("utf8.1", "utf8.2"), FormatError::Id(_)));
    assert!(matches!(error("utf8.1", "UTF8.1"), FormatError::Id(_)));
    assert_eq!(
        error("separator = \",\"", "separator = \"x\""),
        FormatError::Separator
    );
    assert!(matches!(
        error("2026-11-21", "2026/11/21"),
        FormatError::CheckedOn(_)
    ));
    assert!(matches!(
        error("field = \"name\"", ""),
        FormatError::Column(_)
    ));
    assert_eq!(
        error("field = \"kana\"", "field = \"name\""),
        FormatError::Columns
    );
    let rare = with(|text| {
        text.replace("utf-8-bom", "cp932")
            .replace("\"氏名\"", "\"𠮷\"")
    });
    assert_eq!(rare.unwrap_err(), FormatError::Text("𠮷".into()));
}

proptest! {
    #[test]
    fn what_is_written_can_be_read_back(name in "[ぁ-んァ-ヶ一-龠,\" A-Z]{1,30}", encoding in 0usize..2) {
        let number = IndividualNumber::parse("123456789018").unwrap();
        let shown = Shown {
            code: "1",
            relationship: "本人",
            name: &name,
            kana: "ア",
            birth_date: Some(Date::new(2001, 2, 3).unwrap()),
            payment: "",
        };
        let row = Row {
            shown,
            number: &number,
        };
        let unfit = formats()[encoding].check(&shown);
        let Ok(file) = formats()[encoding].write(&[row], PURPOSE) else {
            // Some of these kanji are not in cp932; UTF-8 has no excuse.
            prop_assert_eq!(encoding, 1);
            prop_assert!(matches!(unfit[..], [(Field::Name, Wrong::Unmappable(_))]));
            return Ok(());
        };
        prop_assert_eq!(unfit, []);
        let text = match encoding {
            0 => String::from_utf8(file.to_vec()).unwrap(),
            _ => encoding_rs::SHIFT_JIS.decode(&file).0.into_owned(),
        };
        let line = text.lines().nth(1).unwrap();
        let middle = line.strip_prefix("1,本人,").unwrap().strip_suffix(",ア,2001-02-03,123456789018").unwrap();
        let plain = match middle.strip_prefix('"').and_then(|m| m.strip_suffix('"')) {
            Some(quoted) => quoted.replace("\"\"", "\""),
            None => middle.to_owned(),
        };
        prop_assert_eq!(plain, name);
    }
}
