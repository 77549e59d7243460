#![allow(clippy::unwrap_used, reason = "tests")]

use encoding_rs::SHIFT_JIS;
use intake::{Mapping, Parsed, Part, Separator, Sheet};
use mynumber::{Date, IndividualNumber, Purpose};
use proptest::prelude::*;

fn read(bytes: &[u8]) -> Result<Parsed, intake::FileError> {
    let sheet = Sheet::open(bytes)?;
    let mapping = Mapping::guess(&sheet);
    let _ = sheet.samples(3)?;
    sheet.read(&mapping, &mut |_, _| true)
}

/// One person of a generated table.
#[derive(Clone, Debug)]
struct Person {
    number: u32,
    name: String,
    date: Date,
    children: Vec<(String, u32)>,
}

/// A number from a counter that nobody has: it begins with 9000.
fn individual_number(counter: u32) -> String {
    let base = 90_000_000_000 + u64::from(counter);
    (0..10)
        .map(|check| format!("{base}{check}"))
        .find(|n| IndividualNumber::parse(n).is_ok())
        .unwrap()
}

fn person() -> impl Strategy<Value = Person> {
    let name = "[山田髙橋花子あいうアイウA-Za-z][山田 髙橋\",;'花子あいうア]{0,12}[山田髙橋花]";
    let children = prop::collection::vec(("[一-龠]{1,5}", 0u32..9_000_000), 0..3);
    (
        0u32..9_000_000,
        name,
        (1950u16..2007, 1u8..=12, 1u8..=28),
        children,
    )
        .prop_map(|(number, name, (y, m, d), children)| Person {
            number,
            name,
            date: Date::new(y, m, d).unwrap(),
            children,
        })
}

fn quoted(cell: &str, separator: char) -> String {
    if cell.contains([separator, '"', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

fn table(people: &[Person], separator: char, newline: &str, in_columns: bool) -> String {
    let mut lines = Vec::new();
    let mut row = |cells: &[&str]| {
        let cells: Vec<_> = cells.iter().map(|c| quoted(c, separator)).collect();
        lines.push(cells.join(&separator.to_string()));
    };
    if in_columns {
        row(&[
            "社員番号",
            "氏名",
            "生年月日",
            "マイナンバー",
            "家族1氏名",
            "家族1続柄",
            "家族1個人番号",
            "家族2氏名",
            "家族2続柄",
            "家族2個人番号",
        ]);
    } else {
        row(&["社員番号", "続柄", "氏名", "生年月日", "個人番号"]);
    }
    for (i, person) in people.iter().enumerate() {
        let (no, date) = (format!("{i:06}"), person.date.japanese());
        let number = individual_number(person.number);
        let numbers: Vec<_> = person
            .children
            .iter()
            .map(|c| individual_number(c.1))
            .collect();
        if in_columns {
            let mut cells = vec![no.as_str(), &person.name, &date, &number];
            let children: Vec<_> = person.children.iter().zip(&numbers).collect();
            for place in 0..2 {
                match children.get(place) {
                    Some(((name, _), number)) => cells.extend([name.as_str(), "子", number]),
                    None => cells.extend(["", "", ""]),
                }
            }
            row(&cells);
        } else {
            row(&[&no, "本人", &person.name, &date, &number]);
            for (k, (name, _)) in person.children.iter().enumerate() {
                row(&[&no, "子", name, "", &numbers[k]]);
            }
        }
    }
    lines.join(newline) + newline
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = read(&bytes);
    }

    #[test]
    fn nothing_like_a_table_makes_it_panic(text in "(社員番号|氏名|続柄|個人番号|家族1氏名|配偶者個人番号|\"|,|\t|;|\r|\n|=\"|0012|1.2E+11|妻|山田|123456789018| ){0,80}") {
        let _ = read(text.as_bytes());
        let _ = read(&SHIFT_JIS.encode(&text).0);
    }

    #[test]
    fn what_is_written_is_read_back(
        people in prop::collection::vec(person(), 1..20),
        separator in prop::sample::select(vec![',', ';', '\t']),
        newline in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        in_columns: bool,
        cp932: bool,
    ) {
        let text = table(&people, separator, newline, in_columns);
        let (encoded, _, lossy) = SHIFT_JIS.encode(&text);
        let bytes = if cp932 && !lossy { encoded.into_owned() } else { text.into_bytes() };
        let sheet = Sheet::open(&bytes).unwrap();
        prop_assert_eq!(char::from(sheet.separator().byte()), separator);
        let _: Separator = sheet.separator();
        let parsed = read(&bytes).unwrap();
        let mut rows = parsed.rows.iter();
        for (i, person) in people.iter().enumerate() {
            let row = rows.next().unwrap();
            prop_assert!(matches!(row.part, Part::Employee(_)));
            prop_assert_eq!(row.employee_no.as_str(), format!("{i:06}"));
            prop_assert_eq!(row.name.as_ref().unwrap().as_str(), person.name.trim());
            prop_assert_eq!(row.birth_date, Some(person.date));
            let digits = row.number.as_ref().unwrap().digits_for(Purpose::WithholdingTax);
            prop_assert_eq!(digits.as_str(), individual_number(person.number));
            let mut names: Vec<&str> = Vec::new();
            for (name, number) in &person.children {
                // The second of the same name in one family is reported, not taken.
                if names.contains(&name.as_str()) {
                    continue;
                }
                names.push(name);
                let row = rows.next().unwrap();
                prop_assert_eq!(row.name.as_ref().unwrap().as_str(), name);
                let digits = row.number.as_ref().unwrap().digits_for(Purpose::WithholdingTax);
                prop_assert_eq!(digits.as_str(), individual_number(*number));
            }
        }
        prop_assert!(rows.next().is_none());
    }
}

#[test]
fn a_file_that_the_product_itself_wrote_is_read_back() {
    let of_employees = |format: &&formats::Format| {
        format
            .kinds()
            .contains(&mynumber::people::PersonKind::Employee)
    };
    for format in formats::formats().iter().filter(of_employees) {
        let number = IndividualNumber::parse("123456789018").unwrap();
        let row = formats::Row {
            shown: formats::Shown {
                code: "0012",
                relationship: "本人",
                name: "髙橋 花子",
                kana: "タカハシ ハナコ",
                birth_date: Some(Date::new(1990, 4, 1).unwrap()),
                payment: "",
            },
            number: &number,
        };
        let bytes = format.write(&[row], Purpose::WithholdingTax).unwrap();
        let parsed = read(&bytes).unwrap();
        assert_eq!(parsed.findings.total(), 0, "{}", format.id());
        assert_eq!(parsed.rows[0].name.as_ref().unwrap().as_str(), "髙橋 花子");
        assert!(parsed.rows[0].number.is_some());
    }
}
