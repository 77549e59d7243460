#![allow(clippy::unwrap_used, reason = "tests")]

use intake::{Field, FileError, Mapping, MappingError, Sheet, Target};

const FILE: &str = "社員番号,氏名,備考,個人番号\n1,山田 太郎,x,123456789018\n";

fn sheet(text: &str) -> Sheet<'_> {
    Sheet::open(text.as_bytes()).unwrap()
}

#[test]
fn a_mapping_is_kept_as_json_without_any_persons_data() {
    let mapping = Mapping::guess(&sheet(FILE));
    let json = serde_json::to_string(&mapping).unwrap();
    assert_eq!(
        json,
        r#"{"version":1,"columns":[{"own":"employee_no"},{"own":"name"},null,{"own":"number"}],"titles":["社員番号","氏名","備考","個人番号"]}"#
    );
    assert_eq!(serde_json::from_str::<Mapping>(&json).unwrap(), mapping);
}

#[test]
fn columns_that_moved_are_found_by_their_titles() {
    let mapping = Mapping::guess(&sheet(FILE));
    let moved = "氏名,新しい列,個人番号,社員番号\n山田 太郎,,123456789018,1\n";
    let adapted = mapping.adapt(&sheet(moved)).unwrap();
    assert_eq!(
        adapted.columns,
        [
            Some(Target::Own(Field::Name)),
            None,
            Some(Target::Own(Field::Number)),
            Some(Target::Own(Field::EmployeeNo)),
        ]
    );
}

#[test]
fn a_column_that_is_gone_or_doubled_is_named() {
    let mapping = Mapping::guess(&sheet(FILE));
    for other in [
        "社員番号,氏名,マイナンバー\n1,山田 太郎,\n",
        "社員番号,氏名,個人番号,個人番号\n1,山田 太郎,,\n",
    ] {
        let error = mapping.adapt(&sheet(other)).err();
        assert_eq!(
            error,
            Some(MappingError::Title("個人番号".into())),
            "{other}"
        );
    }
    let headless = mapping.adapt(&sheet("1,山田 太郎,x,123456789018\n"));
    assert_eq!(headless.err(), Some(MappingError::OtherColumns));
}

#[test]
fn a_mapping_has_what_is_needed_and_nothing_twice() {
    use Field::*;
    use Target::{Family, Own};
    let check = |targets: &[Target]| {
        Mapping {
            version: Mapping::VERSION,
            columns: targets.iter().copied().map(Some).collect(),
            titles: None,
        }
        .check()
    };
    assert_eq!(check(&[Own(EmployeeNo), Own(Name)]), Ok(()));
    assert_eq!(check(&[Own(EmployeeNo), Own(Number)]), Ok(()));
    assert_eq!(check(&[Own(EmployeeNo), Own(Surname)]), Ok(()));
    let wife = [
        Own(EmployeeNo),
        Own(Name),
        Family(0, Name),
        Family(0, Number),
    ];
    assert_eq!(check(&wife), Ok(()));
    for (targets, error) in [
        (&[Own(Name)][..], MappingError::Missing(Own(EmployeeNo))),
        (&[Own(EmployeeNo)], MappingError::Missing(Own(Name))),
        (
            &[Own(EmployeeNo), Own(Number), Own(Relationship)],
            MappingError::Missing(Own(Name)),
        ),
        (
            &[Own(EmployeeNo), Own(Name), Own(Name)],
            MappingError::Twice(Own(Name)),
        ),
        (
            &[Own(EmployeeNo), Own(Name), Family(1, Number)],
            MappingError::Missing(Family(1, Name)),
        ),
        (
            &[Own(EmployeeNo), Own(Name), Family(1, Name)],
            MappingError::Missing(Family(1, Relationship)),
        ),
        (
            &[Own(EmployeeNo), Own(Name), Family(21, Name)],
            MappingError::Group(21),
        ),
        (
            &[
                Own(EmployeeNo),
                Own(Name),
                Family(0, Name),
                Family(0, HiredOn),
            ],
            MappingError::NotOfFamily(Family(0, HiredOn)),
        ),
    ] {
        assert_eq!(check(targets), Err(error), "{targets:?}");
    }
}

#[test]
fn a_mapping_of_a_later_release_is_refused() {
    let mut mapping = Mapping::guess(&sheet(FILE));
    mapping.version += 1;
    let refused = sheet(FILE).read(&mapping, &mut |_, _| true).err();
    let version = MappingError::Version(mapping.version);
    assert_eq!(refused, Some(FileError::Mapping(version)));
}

#[test]
fn samples_show_the_form_of_values_and_no_number() {
    let file = sheet(FILE);
    assert_eq!(
        file.samples(5).unwrap(),
        [["9", "山田 太郎", "x", "999999999999"]]
    );
    let no_header = sheet("0012,山田 太郎,123456789018\n0013,髙橋 花子,987654321093\n");
    assert_eq!(no_header.titles(), None);
}

#[test]
fn reading_stops_when_it_is_told_to() {
    let many = FILE.to_owned() + &"2,山田 太郎,x,\n".repeat(3000);
    let file = sheet(&many);
    let mapping = Mapping::guess(&file);
    let mut calls = 0;
    let stopped = file.read(&mapping, &mut |done, total| {
        assert!(done <= total);
        calls += 1;
        calls < 3
    });
    assert_eq!(stopped.err(), Some(FileError::Cancelled));
    assert_eq!(calls, 3);
}
