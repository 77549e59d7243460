//! The lists at 100,000 people.

use super::*;
use crate::{CompanyFields, FirstRun, Pc};
use mynumber::{CompanyName, PersonName};
use std::time::Instant;

const NOW: Moment = Moment {
    unix_seconds: 1_795_212_000,
    clock_confirmed: true,
    steady_seconds: 0,
};

fn vault(folder: &std::path::Path) -> (Vault, Session) {
    let first = FirstRun {
        company: CompanyFields {
            name: CompanyName::new("株式会社サンプル").unwrap(),
            corporate_number: None,
            address: None,
        },
        owner_name: PersonName::new("山田 太郎").unwrap(),
        passphrase: "correct horse battery staple",
        recovery_words: "あいこくしん あいさつ",
    };
    let pc = Pc {
        id: "0".into(),
        name: "PC".into(),
    };
    Vault::create(folder, pc, &first, NOW).unwrap()
}

/// Employees who left on days spread over six years, each with a number that nothing opens.
fn left(vault: &mut Vault, session: &Session, count: i64) {
    let company = session.company().unwrap();
    let note =
        Note::new(Event::CompanyChanged).about(company::subject(&vault.conn, company).unwrap());
    vault
        .transact(Some(session), Weight::Ordinary, NOW, |tx| {
            for i in 0..count {
                let no = format!("{i:06}");
                tx.execute(
                    "INSERT INTO people (company_id, kind, revision, name, birth_date, sort_key,
                     search) VALUES (?1, 'employee', 1, '山田 太郎', '1990-04-01', ?2, ?2)",
                    (company, &no),
                )?;
                let person = tx.conn().last_insert_rowid();
                let left_on = Date::from_days(18_000 + i % 2_190).unwrap().to_string();
                tx.execute(
                    "INSERT INTO employees (person_id, company_id, employee_no,
                     employee_no_folded, employment, has_left, left_on)
                     VALUES (?1, ?2, ?3, ?3, 'regular', 1, ?4)",
                    (person, company, &no, left_on),
                )?;
                tx.execute(
                    "INSERT INTO numbers (company_id, person_id, sealed, purposes,
                     registered_unix, registered_by, valid_from)
                     VALUES (?1, ?2, zeroblob(40), 'TAX_DECL,EI', 0, ?3, '2016-01-04')",
                    (company, person, session.user_id()),
                )?;
                number_came(tx, person)?;
            }
            Ok(Recorded::new((), Line::ok(note.clone())))
        })
        .unwrap();
}

#[test]
fn the_lists_walk_the_index_by_day() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = vault(folder.path());
    left(&mut vault, &session, 20);
    for query in [
        "SELECT COUNT(*) FROM retention r WHERE r.company_id = 'c' AND r.deletable_from <= '2030'",
        "SELECT * FROM retention r WHERE r.company_id = 'c' AND r.deletable_from <= '2030'
         ORDER BY r.deletable_from, r.delete_by, r.person_id LIMIT 50",
    ] {
        let mut statement = vault
            .conn
            .prepare(&format!("EXPLAIN QUERY PLAN {query}"))
            .unwrap();
        let steps: Vec<String> = statement
            .query_map([], |r| r.get(3))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert!(steps[0].contains("retention_by_day"), "{steps:?}");
        assert!(
            steps.iter().all(|s| !s.contains("TEMP B-TREE")),
            "{steps:?}"
        );
    }
    let list = DueList::By(Date::new(2199, 12, 31).unwrap());
    let page = vault.due_numbers(&session, list, 0, 5).unwrap();
    assert_eq!((page.total, page.rows.len()), (20, 5));
}

#[test]
#[ignore = "a measurement, meaningful with --release and --nocapture only"]
#[allow(clippy::print_stdout, reason = "it is what the measurement is for")]
fn a_hundred_thousand_people_who_left_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = vault(folder.path());
    let timed = |what: &str, work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        println!("{what}: {:.1} ms", start.elapsed().as_secs_f64() * 1000.0);
    };
    timed("100,000 plans worked out", &mut || {
        left(&mut vault, &session, 100_000)
    });
    let list = DueList::By(Date::new(2199, 12, 31).unwrap());
    timed("first page of 50, of all", &mut || {
        assert_eq!(
            vault.due_numbers(&session, list, 0, 50).unwrap().total,
            100_000
        );
    });
    timed("page in the middle", &mut || {
        assert_eq!(
            vault
                .due_numbers(&session, list, 50_000, 50)
                .unwrap()
                .rows
                .len(),
            50
        );
    });
    timed("counts of every alert", &mut || {
        assert_eq!(vault.due_counts(&session).unwrap().end_unknown, 0);
    });
}
