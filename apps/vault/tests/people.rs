//! People, numbers, search.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;
use common::*;
use mynumber::{Address, Date, EmployeeNo, Purpose, Sex};
use vault::*;

#[test]
fn a_person_is_kept_exactly_as_registered() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let mut fields = person("A-0001", "𠮷川 祐\u{e0100}", "ヨシカワ ﾕｳ");
    fields.sex = Some(Sex::Female);
    fields.address = Some(Address::new("東京都千代田区丸の内１－１－１").unwrap());
    let saved = vault
        .register_person(&session, &fields, None, at(1))
        .unwrap();
    let kept = vault.person(&session, saved.person).unwrap();
    assert_eq!(kept.fields, fields);
    assert_eq!((kept.revision, kept.has_number), (1, false));
    assert_eq!(
        vault.person(&session, 999).err(),
        Some(VaultError::NotFound)
    );
}

#[test]
fn a_change_over_a_change_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let first = person("0001", "髙橋 花子", "タカハシ ハナコ");
    let saved = vault
        .register_person(&session, &first, None, at(1))
        .unwrap();
    let married = person("0001", "佐藤 花子", "サトウ ハナコ");
    let changed = vault
        .change_person(&session, saved.person, 1, &married, at(2))
        .unwrap();
    assert_eq!(changed.revision, 2);
    let stale = vault
        .change_person(&session, saved.person, 1, &first, at(3))
        .err();
    assert_eq!(stale, Some(VaultError::Changed));
    assert_eq!(
        vault.person(&session, saved.person).unwrap().fields,
        married
    );
    assert_eq!(events(&vault, &session)[2..], ["L-101", "L-102"]);
}

#[test]
fn an_employee_number_is_given_once_however_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let a = vault
        .register_person(&session, &person("A01", "山田 太郎", ""), None, at(1))
        .unwrap();
    let b = vault
        .register_person(&session, &person("A02", "山田 次郎", ""), None, at(1))
        .unwrap();
    for same in ["A01", "Ａ０１", "a 01"] {
        let taken = vault
            .register_person(&session, &person(same, "髙橋 花子", ""), None, at(2))
            .err();
        assert_eq!(taken, Some(VaultError::EmployeeNoTaken), "{same}");
        let taken = vault
            .change_person(&session, b.person, 1, &person(same, "山田 次郎", ""), at(2))
            .err();
        assert_eq!(taken, Some(VaultError::EmployeeNoTaken), "{same}");
    }
    let own = vault.change_person(
        &session,
        a.person,
        1,
        &person("a01", "山田 太郎", ""),
        at(3),
    );
    assert!(own.is_ok(), "one's own number in another form is free");
}

#[test]
fn search_finds_by_every_field_and_every_word() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    for (no, name, kana) in [
        ("10", "山田 太郎", "ヤマダ タロウ"),
        ("2", "髙橋 花子", "タカハシ ハナコ"),
        ("1", "山本 花子", "ヤマモト ハナコ"),
    ] {
        vault
            .register_person(&session, &person(no, name, kana), None, at(1))
            .unwrap();
    }
    let find = |query: &str| -> Vec<String> {
        let page = vault.people(&session, query, 0, 50).unwrap();
        assert_eq!(page.total as usize, page.rows.len());
        page.rows.into_iter().map(|r| r.employee_no).collect()
    };
    assert_eq!(find(""), ["1", "2", "10"]);
    assert_eq!(find("はなこ"), ["1", "2"]);
    assert_eq!(find("ﾔﾏ"), ["1", "10"]);
    assert_eq!(find("やま　花子"), ["1"]);
    assert_eq!(find("髙橋花子"), ["2"]);
    assert_eq!(find("１０"), ["10"]);
    assert_eq!(
        find("子タ"),
        Vec::<String>::new(),
        "no match spans two fields"
    );
}

#[test]
fn search_follows_registration_and_change() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    assert_eq!(vault.people(&session, "", 0, 10).unwrap().total, 0);
    let saved = vault
        .register_person(&session, &person("5", "山田 太郎", ""), None, at(1))
        .unwrap();
    vault
        .register_person(&session, &person("3", "髙橋 花子", ""), None, at(1))
        .unwrap();
    vault
        .change_person(
            &session,
            saved.person,
            1,
            &person("1", "田中 太郎", ""),
            at(2),
        )
        .unwrap();
    assert_eq!(vault.people(&session, "山田", 0, 10).unwrap().total, 0);
    let page = vault.people(&session, "", 0, 1).unwrap();
    assert_eq!((page.total, page.rows[0].name.as_str()), (2, "田中 太郎"));
    let page = vault.people(&session, "", 1, 1).unwrap();
    assert_eq!((page.total, page.rows[0].name.as_str()), (2, "髙橋 花子"));
    assert!(vault.people(&session, "", 2, 1).unwrap().rows.is_empty());
}

#[test]
fn a_list_that_missed_many_changes_is_the_one_of_a_new_login() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let listed = |vault: &Vault, session: &Session| -> Vec<(String, String)> {
        let page = vault.people(session, "子", 0, 200).unwrap();
        let rows = page.rows.into_iter().map(|r| (r.employee_no, r.name));
        rows.collect()
    };
    let mut people = Vec::new();
    for i in 0..40 {
        let fields = person(&(i * 37 % 100).to_string(), "山田 花子", "");
        let saved = vault.register_person(&session, &fields, None, at(1));
        people.push((saved.unwrap(), i * 37 % 100));
    }
    assert_eq!(listed(&vault, &session).len(), 40);
    // Some go to the front, some to the end, some are found no more, newcomers stand between.
    for (n, (saved, no)) in people.iter().enumerate() {
        let (no, name) = match n % 4 {
            0 => (no + 1000, "山田 花子"),
            1 => (*no, "髙橋 京子"),
            2 => (*no, "髙橋 太郎"),
            _ => continue,
        };
        let fields = person(&no.to_string(), name, "");
        let changed = vault.change_person(&session, saved.person, 1, &fields, at(2));
        changed.unwrap();
        let newcomer = person(&(no + 500).to_string(), "佐藤 京子", "");
        vault
            .register_person(&session, &newcomer, None, at(2))
            .unwrap();
        if n == 20 {
            assert!(!listed(&vault, &session).is_empty());
        }
    }
    let followed = listed(&vault, &session);
    assert_eq!(followed.len(), 60);
    vault.close(Some(session), at(3)).unwrap();
    let mut vault = open(folder.path());
    let session = vault.login(None, PASSPHRASE, at(4)).unwrap();
    assert_eq!(listed(&vault, &session), followed);
}

#[test]
fn a_refused_change_leaves_the_search_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    vault
        .register_person(&session, &person("1", "山田 太郎", ""), None, at(1))
        .unwrap();
    assert_eq!(vault.people(&session, "", 0, 10).unwrap().total, 1);
    assert!(
        vault
            .register_person(&session, &person("1", "髙橋 花子", ""), None, at(1))
            .is_err()
    );
    assert_eq!(vault.people(&session, "髙橋", 0, 10).unwrap().total, 0);
}

#[test]
fn a_number_is_shown_for_its_purposes_only_and_recorded_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let n = number(NUMBERS[0]);
    let draft = NumberDraft::new(&n, &[Purpose::WithholdingTax]);
    let fields = person("0001", "髙橋 花子", "");
    let saved = vault
        .register_person(&session, &fields, Some(draft), at(1))
        .unwrap();
    let id = saved.person;
    assert_eq!(
        vault.person(&session, id).unwrap().purposes,
        [Purpose::WithholdingTax]
    );
    let digits = vault
        .reveal(&session, id, Purpose::WithholdingTax, at(2))
        .unwrap();
    assert_eq!(*digits, NUMBERS[0]);
    let refused = vault
        .reveal(&session, id, Purpose::EmploymentInsurance, at(3))
        .err();
    assert_eq!(refused, Some(VaultError::PurposeNotAllowed));
    assert_eq!(
        events(&vault, &session)[2..],
        ["L-101", "L-201", "L-203", "L-203!E-302"]
    );
    let entry = &vault.ledger_page(&session, None, 1).unwrap().rows[0];
    assert_eq!(entry.purpose, Some(Purpose::EmploymentInsurance));
}

#[test]
fn somebody_without_a_number_has_nothing_to_show() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let saved = vault
        .register_person(&session, &person("1", "山田 太郎", ""), None, at(1))
        .unwrap();
    let none = vault
        .reveal(&session, saved.person, Purpose::WithholdingTax, at(2))
        .err();
    assert_eq!(none, Some(VaultError::NoNumber));
}

#[test]
fn two_people_never_share_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let first = register(&mut vault, &session, "0001", NUMBERS[0]);
    let n = number(NUMBERS[0]);
    let taken = vault
        .register_person(
            &session,
            &person("0002", "山田 太郎", ""),
            Some(for_all(&n)),
            at(2),
        )
        .err();
    assert_eq!(taken, Some(VaultError::NumberTaken));
    assert_eq!(
        vault.people(&session, "", 0, 9).unwrap().total,
        1,
        "nothing of the person stays"
    );
    let second = register(&mut vault, &session, "0002", NUMBERS[1]);
    assert_eq!(
        vault.set_number(&session, second, for_all(&n), at(3)).err(),
        Some(VaultError::NumberTaken)
    );

    let other = number(NUMBERS[2]);
    vault
        .set_number(&session, first, for_all(&other), at(4))
        .unwrap();
    assert!(
        vault
            .set_number(&session, second, for_all(&n), at(5))
            .is_ok(),
        "a replaced number is free"
    );
}

#[test]
fn a_replaced_number_leaves_no_key_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let id = register(&mut vault, &session, "0001", NUMBERS[0]);
    let n = number(NUMBERS[1]);
    let saved = vault.set_number(&session, id, for_all(&n), at(2)).unwrap();
    assert_eq!(saved.revision, 2);
    let digits = vault
        .reveal(&session, id, Purpose::WithholdingTax, at(3))
        .unwrap();
    assert_eq!(*digits, NUMBERS[1]);
    assert!(events(&vault, &session).contains(&"L-202".to_owned()));
    vault.close(Some(session), at(4)).unwrap();

    let conn = rusqlite::Connection::open(folder.path().join("vault.db")).unwrap();
    let destroyed: i64 = conn
        .query_row(
            "SELECT count(*) FROM numbers n WHERE sealed IS NULL AND destroyed_unix IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM data_keys WHERE number_id = n.id)",
            [],
            |r| r.get(0),
        )
        .unwrap();
    assert_eq!(destroyed, 1);
}

#[test]
fn every_person_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let ids: Vec<_> = NUMBERS
        .iter()
        .enumerate()
        .map(|(i, n)| register(&mut vault, &session, &format!("{i:04}"), n))
        .collect();
    vault.close(Some(session), at(2)).unwrap();
    let mut vault = open(folder.path());
    let session = vault.login(None, PASSPHRASE, at(3)).unwrap();
    for (id, digits) in ids.into_iter().zip(NUMBERS) {
        assert_eq!(
            *vault
                .reveal(&session, id, Purpose::HealthAndPension, at(4))
                .unwrap(),
            digits
        );
    }
    assert!(verify(&mut vault, &session).is_ok());
}

#[test]
fn fields_that_no_longer_pass_are_damage_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let id = register(&mut vault, &session, "0001", NUMBERS[0]);
    vault.close(Some(session), at(2)).unwrap();
    let conn = rusqlite::Connection::open(folder.path().join("vault.db")).unwrap();
    conn.execute("UPDATE people SET name = char(10)", [])
        .unwrap();
    drop(conn);
    let mut vault = open(folder.path());
    let session = vault.login(None, PASSPHRASE, at(3)).unwrap();
    assert!(matches!(
        vault.person(&session, id),
        Err(VaultError::Damaged(_))
    ));
}

#[test]
fn dates_and_numbers_of_the_form_come_back_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let mut fields = person("0001", "山田 太郎", "");
    fields.birth_date = Date::parse("昭和64年1月7日").unwrap();
    fields.hired_on = None;
    fields.employee_no = EmployeeNo::new("第７号").unwrap();
    let id = vault
        .register_person(&session, &fields, None, at(1))
        .unwrap()
        .person;
    assert_eq!(vault.person(&session, id).unwrap().fields, fields);
}
