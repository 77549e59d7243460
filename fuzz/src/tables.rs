//! CSV files for the import: any bytes are rows with a report, or one error.

use intake::{Effect, Mapping, Part, Sheet};
use mynumber::contains_individual_number;

pub(crate) fn run(bytes: &[u8]) {
    let Ok(sheet) = Sheet::open(bytes) else {
        return;
    };
    for title in sheet.titles().unwrap_or_default() {
        assert!(!contains_individual_number(title));
    }
    for cell in sheet.samples(5).iter().flatten().flatten() {
        assert!(!cell.contains(|c: char| c.is_ascii_digit() && c != '9'));
    }
    let mapping = Mapping::guess(&sheet);
    let Ok(parsed) = sheet.read(&mapping, &mut |done, total| {
        assert!(done <= total);
        true
    }) else {
        return;
    };
    let lines = 1 + bytes.iter().filter(|b| matches!(b, b'\n' | b'\r')).count();
    for finding in parsed.findings.list() {
        assert!((1..=lines).contains(&(finding.line as usize)));
        let column = finding.column.map(usize::from);
        assert!(column.is_none_or(|c| (1..=sheet.width()).contains(&c)));
    }
    for row in &parsed.rows {
        assert!(row.name.is_some() || row.group.is_none());
        if let Part::Employee(employee) = &row.part {
            let days = employee.hired_on.zip(employee.retired_on);
            assert!(days.is_none_or(|(hired, retired)| hired <= retired));
        }
    }
    // Nothing vanishes without a word: fewer rows than records need a finding.
    let reported = parsed.findings.counts();
    let left_out = reported.keys().any(|p| p.effect() == Effect::RowLeftOut)
        || reported.contains_key(&intake::Problem::HeaderAgain);
    assert!(left_out || parsed.rows.len() >= parsed.records as usize);
    let adapted = mapping.adapt(&sheet);
    assert!(adapted.is_err() || adapted == Ok(mapping));
}
