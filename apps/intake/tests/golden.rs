//! Files as payroll software writes them, and what is understood of them. With
//! KURAMORI_BLESS=1 the expected texts are written anew.
#![allow(clippy::unwrap_used, reason = "tests")]

use intake::{Field, Mapping, Parsed, Part, Row, Sheet, Target};
use std::fmt::Write;
use std::path::PathBuf;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

fn check(name: &str, map: impl Fn(&Sheet<'_>) -> Mapping) {
    let bytes = std::fs::read(path(name)).unwrap();
    let sheet = Sheet::open(&bytes).unwrap();
    let parsed = sheet.read(&map(&sheet), &mut |_, _| true).unwrap();
    let mut text = format!(
        "{:?}, {:?}, {} columns, header: {}\n",
        sheet.encoding(),
        sheet.separator(),
        sheet.width(),
        sheet.titles().is_some()
    );
    describe(&parsed, &mut text);
    let expected = path(&format!("{name}.expected"));
    if std::env::var_os("KURAMORI_BLESS").is_some() {
        std::fs::write(&expected, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(expected).unwrap(), "{name}");
}

fn describe(parsed: &Parsed, out: &mut String) {
    writeln!(out, "{} records", parsed.records).unwrap();
    for row in &parsed.rows {
        writeln!(out, "{}", describe_row(row)).unwrap();
    }
    for f in parsed.findings.list() {
        let column = f.column.map_or(String::new(), |c| format!(", column {c}"));
        let (code, problem) = (f.problem.code(), f.problem);
        let effect = f.problem.effect();
        writeln!(
            out,
            "! line {}{column}: {code} {problem:?} ({effect:?})",
            f.line
        )
        .unwrap();
    }
}

fn describe_row(row: &Row) -> String {
    let mut parts = vec![format!("line {}", row.line)];
    parts.extend(row.group.map(|g| format!("group {g}")));
    parts.push(row.employee_no.to_string());
    let texts = [
        row.name.as_ref().map(ToString::to_string),
        row.filing_name.as_ref().map(|n| n.as_str().to_owned()),
        row.kana.as_ref().map(ToString::to_string),
        row.birth_date.map(|d| d.to_string()),
        row.sex.map(|s| format!("{s:?}")),
        row.postal_code.as_ref().map(ToString::to_string),
        row.romaji.as_ref().map(ToString::to_string),
        row.alias.as_ref().map(ToString::to_string),
        row.former_surname.as_ref().map(ToString::to_string),
        row.address.as_ref().map(ToString::to_string),
        row.number.as_ref().map(|_| "a number".to_owned()),
    ];
    parts.extend(texts.into_iter().flatten());
    let part = match &row.part {
        Part::Employee(employee) => format!("{employee:?}"),
        Part::Dependant(dependant) => format!("{dependant:?}"),
    };
    parts.push(part);
    parts.join(" | ")
}

#[test]
fn families_in_rows_of_their_own_in_cp932() {
    check("family-rows-cp932.csv", Mapping::guess);
}

#[test]
fn families_in_repeated_columns_in_utf8_with_a_mark_and_a_line_above_the_header() {
    check("family-columns-utf8-bom.csv", Mapping::guess);
}

#[test]
fn what_a_spreadsheet_did_to_a_file_is_named_cell_by_cell() {
    check("spreadsheet-damage.csv", Mapping::guess);
}

#[test]
fn numbers_without_a_header_are_mapped_by_a_person() {
    check("numbers-only-tab.txt", |sheet| {
        let mut mapping = Mapping::guess(sheet);
        assert!(mapping.check().is_err());
        mapping.columns = vec![
            Some(Target::Own(Field::EmployeeNo)),
            Some(Target::Own(Field::Number)),
        ];
        mapping
    });
}

#[test]
fn what_offices_ask_of_an_employee_is_read_or_its_damage_is_named() {
    check("personnel-utf8.csv", Mapping::guess);
}
