use crate::common::*;
use crate::day;
use mynumber::rights::{Denied, Grant, Role, Scope};
use mynumber::{Label, PersonName, RetirementReason};
use vault::*;

const FIRST: &str = "a passphrase somebody chose";
const OWN: &str = "a passphrase of one's own";

/// A user with this grant, logged in after the owner left.
fn login(vault: &mut Vault, owner: Session, grant: &Grant) -> Session {
    let draft = UserDraft {
        name: PersonName::new("髙橋 花子").unwrap(),
        department: None,
        passphrase: FIRST,
        recovery_words: "あおぞら あかちゃん あきる",
    };
    let user = vault.add_user(&owner, &draft, grant, at(10)).unwrap();
    vault.lock(owner, at(11)).unwrap();
    let mut session = vault.login(Some(user), FIRST, at(12)).unwrap();
    vault
        .change_passphrase(&mut session, FIRST, OWN, at(13))
        .unwrap();
    session
}

#[test]
fn a_clerk_of_one_department_sees_and_changes_that_department_only() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let mut department = |name: &str| {
        let label = Label::new(name).unwrap();
        vault.add_department(&owner, &label, at(1)).unwrap().id
    };
    let (sales, works) = (department("営業部"), department("製造部"));
    let mut employee = |no: &str, department| {
        let position = Position {
            department: Some(department),
            ..Position::default()
        };
        let fields = person(no, "山田 太郎", "ヤマダ タロウ");
        vault
            .register_employee(&owner, &fields, &position, None, at(2))
            .unwrap()
            .person
    };
    let (own, other) = (employee("1", sales), employee("2", works));
    let grant = Grant::of_role(Role::Clerk).within(Scope::departments([sales]));
    let clerk = login(&mut vault, owner, &grant);

    let listed = vault.people(&clerk, "", 0, 10).unwrap();
    assert_eq!((listed.total, listed.rows[0].id), (1, own));
    let missing = vault
        .missing_numbers(&clerk, MissingFilter::default(), 0, 10)
        .unwrap();
    assert_eq!((missing.total, missing.rows[0].person), (1, own));
    let out = Some(VaultError::NotAllowed(Denied::OutOfScope));
    assert_eq!(vault.employee(&clerk, other).err(), out);
    assert_eq!(vault.collection_steps(&clerk, other).err(), out);
    let reason = RetirementReason::Resigned;
    let retired = vault.retire_employee(&clerk, other, 1, day("2026-03-31"), reason, at(20));
    assert_eq!(retired.err(), out);
    let moved = Position {
        department: Some(works),
        ..Position::default()
    };
    let away = vault.change_position(&clerk, own, 1, &moved, at(21));
    assert_eq!(
        away.err(),
        out,
        "moving needs the right in both departments"
    );
    let company_wide = vault.add_department(&clerk, &Label::new("企画部").unwrap(), at(22));
    assert_eq!(company_wide.err(), out);
    vault
        .retire_employee(&clerk, own, 1, day("2026-03-31"), reason, at(23))
        .unwrap();
}

#[test]
fn an_auditor_reads_the_registers_and_no_people() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let id = register(&mut vault, &owner, "1", NUMBERS[0]);
    let auditor = login(&mut vault, owner, &Grant::of_role(Role::Auditor));
    let no_right = Some(VaultError::NotAllowed(Denied::NoSuchRight));
    assert_eq!(vault.people(&auditor, "", 0, 10).err(), no_right);
    assert_eq!(vault.employee(&auditor, id).err(), no_right);
    assert_eq!(vault.payees(&auditor, "", 0, 10).err(), no_right);
    assert_eq!(vault.may_ask(&auditor, id).err(), no_right);
    assert_eq!(vault.notifications(&auditor, id).err(), no_right);
    assert_eq!(vault.delegates(&auditor, 0, 10).unwrap().total, 0);
    let media = vault.media(&auditor, MediaFilter::All, 0, 10).unwrap();
    assert_eq!(media.total, 0);
    assert_eq!(
        vault.set_notice_first(&auditor, true, at(20)).err(),
        no_right
    );
}
