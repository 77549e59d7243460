//! Who it is: login where several people use a vault.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use codes::{ErrorCode, Language};
use kiosk::app::recovery::RecoveryWords;
use kiosk::app::{Body, Effect, Event, Key, TableView, Target};
use mynumber::rights::Role;
use protocol::clerk::companies::{CompanyKind, CompanyRow};
use protocol::clerk::{Reply, Request, UserId, session};
use protocol::settings::Settings;
use protocol::system::{self, VaultState};
use std::time::Duration;
use support::{Desk, DeskUser, PASSPHRASE};

const OWN: &str = "a lantern over seven bridges";

/// 山田 opened the vault in the first run: what opens the volume is 山田's.
fn three() -> Vec<DeskUser> {
    let own = |user, name, department| DeskUser {
        passphrase: OWN.into(),
        ..DeskUser::new(user, name, department)
    };
    vec![
        own(2, "佐藤 次郎", "人事課"),
        DeskUser::new(1, "山田 太郎", ""),
        own(3, "髙橋 花子", "経理課"),
    ]
}

fn locked(mut desk: Desk, users: Vec<DeskUser>) -> Desk {
    desk.company = Some("山田商店".into());
    desk.users = users;
    desk.start(VaultState::Locked);
    desk.key(Key::Enter);
    desk.at("S-200");
    desk
}

/// The volume is open and a name is asked for.
fn opened(name: &str) -> Desk {
    let mut desk = locked(Desk::new(1024, 768, name), three());
    desk.fill(PASSPHRASE);
    desk.at("S-220");
    desk
}

fn table(desk: &mut Desk) -> TableView {
    match desk.kiosk.view().body {
        Body::Table(table) => table,
        other => panic!("a table, not {other:?}"),
    }
}

fn found(desk: &mut Desk) -> Vec<String> {
    let rows = table(desk).rows.into_iter();
    rows.map(|row| row.cells[1].clone()).collect()
}

fn lines(desk: &mut Desk) -> String {
    match desk.kiosk.view().body {
        Body::Form(form) => form.lines.join("\n"),
        Body::Words(words) => words.lines.join("\n"),
        Body::Table(table) => table.lines.join("\n"),
        other => panic!("{other:?} has no lines"),
    }
}

/// Whose passphrases the keeper was asked to try.
fn tried(desk: &Desk) -> Vec<UserId> {
    let user = |effect: &Effect| match effect {
        Effect::AskKeeper(Request::Session(session::Request::Login { user, .. })) => *user,
        _ => None,
    };
    desk.asked.iter().filter_map(user).collect()
}

#[test]
fn before_the_volume_is_open_nobody_asks_for_names() {
    let mut desk = locked(Desk::new(1024, 768, "login-closed"), three());
    desk.fill("wrong one here");
    desk.at("S-200 E-101");
    let names = Effect::AskKeeper(Request::Session(session::Request::Names));
    assert!(!desk.asked.contains(&names));
    let shown = format!("{:?}", desk.kiosk.view());
    assert!(!shown.contains("佐藤"));
}

#[test]
fn whose_passphrase_opened_the_volume_types_it_once() {
    let mut desk = opened("login-owner");
    desk.picture("names");
    assert_eq!(found(&mut desk), ["佐藤 次郎", "山田 太郎", "髙橋 花子"]);
    desk.key(Key::Down);
    desk.key(Key::Enter);
    desk.at("S-200");
    assert!(lines(&mut desk).contains("山田 太郎"));
    desk.picture("offered");
    desk.key(Key::Enter);
    desk.at("S-300");
    assert_eq!(tried(&desk), [1]);
    assert_eq!(desk.kiosk.view().user, "山田 太郎");
}

#[test]
fn a_colleague_types_their_own_and_nothing_is_counted_against_them() {
    let mut desk = opened("login-colleague");
    desk.key(Key::Char('3'));
    desk.at("S-200");
    assert!(lines(&mut desk).contains("髙橋 花子（経理課）"));
    desk.fill(OWN);
    desk.at("S-300");
    assert_eq!(tried(&desk), [3]);
}

#[test]
fn a_wrong_name_is_told_what_a_wrong_passphrase_is_told_and_another_is_chosen() {
    let mut desk = opened("login-wrong");
    desk.key(Key::Char('1'));
    desk.fill("nobody's passphrase");
    desk.at("S-200 E-101");
    desk.picture("wrong");
    desk.key(Key::F(4));
    desk.at("S-220");
    desk.key(Key::Char('3'));
    desk.fill(OWN);
    desk.at("S-300");
    assert_eq!(tried(&desk), [2, 3]);
}

#[test]
fn each_waits_for_their_own_mistakes() {
    let mut desk = opened("login-waits");
    desk.key(Key::Char('1'));
    for _ in 0..3 {
        desk.fill("nobody's passphrase");
    }
    desk.fill("nobody's passphrase");
    desk.at("S-200 E-102");
    desk.picture("waits");
    assert_eq!(tried(&desk).len(), 3, "the fourth is not even asked");
    desk.key(Key::Escape);
    desk.at("S-220");
    desk.key(Key::Char('3'));
    desk.at("S-200");
    desk.fill(OWN);
    desk.at("S-300");
}

#[test]
fn after_a_lock_the_same_person_types_only_the_passphrase() {
    let mut desk = opened("login-again");
    desk.key(Key::Char('3'));
    desk.fill(OWN);
    desk.at("S-300");
    desk.key(Key::F(10));
    desk.at("S-200");
    assert!(lines(&mut desk).contains("髙橋 花子"));
    desk.picture("locked");
    desk.fill(OWN);
    desk.at("S-300");
    desk.key(Key::F(10));
    desk.key(Key::F(4));
    desk.at("S-220");
    assert_eq!(
        table(&mut desk).rows.iter().position(|r| r.selected),
        Some(2)
    );
    desk.key(Key::Up);
    desk.key(Key::Enter);
    desk.fill(PASSPHRASE);
    desk.at("S-300");
    assert_eq!(tried(&desk), [3, 3, 1]);
}

#[test]
fn what_is_typed_before_the_names_are_there_is_not_lost() {
    let mut desk = opened("login-early");
    desk.key(Key::Char('3'));
    desk.fill(OWN);
    desk.keeper_is_slow = true;
    desk.key(Key::F(10));
    desk.fill(OWN);
    desk.at("S-200 D-060");
    desk.keeper_is_slow = false;
    desk.logged_in = false;
    desk.reply(protocol::clerk::Reply::Done);
    desk.at("S-220");
    assert_eq!(tried(&desk), [3], "for whom it is was not said");
    desk.key(Key::Enter);
    desk.key(Key::Enter);
    desk.at("S-300");
}

#[test]
fn names_are_found_by_kana_by_kanji_and_by_department() {
    let users = three().into_iter().chain((4..=40).map(|user| {
        let name = format!(
            "見本 {}",
            ["一郎", "次郎", "三郎", "花子"][user as usize % 4]
        );
        DeskUser::new(user, &name, "総務課")
    }));
    let mut desk = locked(Desk::converting(1024, 768, "login-many"), users.collect());
    desk.fill(PASSPHRASE);
    desk.at("S-220");
    desk.picture("many");
    assert_eq!(table(&mut desk).total, 40);
    desk.key(Key::End);
    assert_eq!(
        table(&mut desk).rows.iter().filter(|r| r.selected).count(),
        1
    );
    desk.keys("satou");
    desk.key(Key::Enter);
    assert_eq!(found(&mut desk), ["佐藤 次郎"]);
    desk.picture("found");
    desk.key(Key::Escape);
    desk.keys("takahashi");
    desk.key(Key::Char(' '));
    desk.key(Key::Enter);
    assert_eq!(found(&mut desk), ["髙橋 花子"], "by 高, too");
    desk.key(Key::Escape);
    desk.keys("jinnjika");
    desk.key(Key::Char(' '));
    desk.key(Key::Enter);
    assert_eq!(found(&mut desk), ["佐藤 次郎"]);
    desk.keys("zz");
    desk.key(Key::Enter);
    assert_eq!(found(&mut desk), Vec::<String>::new());
    desk.picture("nobody");
    desk.key(Key::Enter);
    desk.at("S-220");
    desk.key(Key::Escape);
    assert_eq!(table(&mut desk).total, 40);
}

#[test]
fn a_name_is_chosen_by_the_pointer() {
    let mut desk = opened("login-pointer");
    desk.kiosk.event(Event::Click(Target::Row(2)));
    desk.serve();
    desk.at("S-200");
    assert!(lines(&mut desk).contains("髙橋 花子"));
}

/// The twelve words by their numbers, and a new passphrase twice.
fn recover(desk: &mut Desk, words: &RecoveryWords) {
    for position in 0..12 {
        desk.fill(&format!("{:04}", words.word(position).1));
    }
    desk.fill(PASSPHRASE);
    desk.fill(PASSPHRASE);
}

#[test]
fn words_that_open_the_volume_are_one_of_several_users() {
    let words = RecoveryWords::generate();
    let mut users = three();
    users[1].words = words.secret().expose().to_owned();
    let mut desk = locked(Desk::new(1024, 768, "recover-several"), users);
    desk.key(Key::F(3));
    desk.at("S-210");
    recover(&mut desk, &words);
    desk.at("S-220");
    desk.picture("whose-words");
    desk.key(Key::Char('1'));
    desk.at("S-210 E-105");
    assert!(lines(&mut desk).contains("佐藤 次郎"));
    desk.picture("not-theirs");
    // They are 山田's; the volume is open already.
    desk.key(Key::Escape);
    desk.at("S-220");
    desk.key(Key::Char('2'));
    desk.key(Key::F(3));
    desk.at("S-210");
    recover(&mut desk, &words);
    desk.at("S-300");
    let opened =
        |effect: &&Effect| matches!(effect, Effect::AskInit(system::Request::Recover { .. }));
    assert_eq!(desk.asked.iter().filter(opened).count(), 1);
}

#[test]
fn words_whose_name_nobody_says_are_forgotten() {
    let words = RecoveryWords::generate();
    let mut desk = locked(Desk::new(1024, 768, "recover-left"), three());
    desk.key(Key::F(3));
    recover(&mut desk, &words);
    desk.at("S-220");
    desk.kiosk.wait(Duration::from_secs(60));
    desk.key(Key::Char('2'));
    desk.at("S-200");
    let asked = |effect: &Effect| {
        matches!(
            effect,
            Effect::AskKeeper(Request::Session(session::Request::Recover { .. }))
        )
    };
    assert!(!desk.asked.iter().any(asked));
}

#[test]
fn what_somebody_else_chose_is_changed_before_anything_else() {
    let mut users = three();
    users[0].must_change = true;
    let mut desk = locked(Desk::new(1024, 768, "login-change"), users);
    desk.fill(PASSPHRASE);
    desk.key(Key::Char('1'));
    desk.fill(OWN);
    desk.at("S-230");
    desk.picture("change");
    desk.fill(OWN);
    desk.fill(OWN);
    desk.at("S-230 E-110");
    desk.picture("the-same");
    desk.key(Key::Escape);
    desk.at("S-200");
    assert!(!desk.logged_in, "who does not change it is out");
    desk.fill(OWN);
    desk.at("S-230");
    desk.fill("twelve paper cranes at dawn");
    desk.fill("twelve paper cranes at dawn");
    desk.at("S-300");
    assert_eq!(desk.users[0].passphrase, "twelve paper cranes at dawn");
}

#[test]
fn who_works_for_several_companies_enters_one() {
    let company = |id: &str, name: &str, kind, open| CompanyRow {
        company: id.into(),
        name: name.into(),
        kind,
        role: Role::Clerk,
        open,
    };
    let mut desk = locked(Desk::new(1024, 768, "login-company"), three());
    desk.companies = vec![
        company("0a", "山田商店", CompanyKind::Own, true),
        company("0b", "有限会社見本", CompanyKind::Client, true),
        company("0c", "株式会社蔵守", CompanyKind::Client, false),
    ];
    desk.fill(PASSPHRASE);
    desk.key(Key::Char('3'));
    desk.fill(OWN);
    desk.at("S-240");
    desk.picture("companies");
    assert_eq!(desk.kiosk.view().owner, "蔵守", "none is entered");
    desk.key(Key::Down);
    desk.key(Key::Enter);
    desk.at("S-300");
    assert_eq!(desk.kiosk.view().owner, "有限会社見本");
}

/// At the home screen of 山田商店, whose clerk works for two more.
fn at_one_of_three(story: &str) -> Desk {
    let company = |id: &str, name: &str, open| CompanyRow {
        company: id.into(),
        name: name.into(),
        kind: CompanyKind::Client,
        role: Role::Clerk,
        open,
    };
    let mut desk = locked(Desk::new(1024, 768, story), three());
    desk.companies = vec![
        company("0a", "山田商店", true),
        company("0b", "有限会社見本", true),
        company("0c", "株式会社蔵守", false),
    ];
    desk.fill(PASSPHRASE);
    desk.key(Key::Char('3'));
    desk.fill(OWN);
    desk.at("S-240");
    desk.key(Key::Enter);
    desk.at("S-300");
    desk
}

#[test]
fn the_company_is_changed_from_the_home_screen_without_a_passphrase() {
    let mut desk = at_one_of_three("login-change-company");
    desk.picture("home");
    desk.key(Key::F(2));
    desk.at("S-240");
    assert_eq!(
        desk.kiosk.view().owner,
        "山田商店",
        "until another is entered"
    );
    assert_eq!(desk.kiosk.view().trail, ["ホーム"]);
    assert!(lines(&mut desk).contains("今は「山田商店」です"));
    desk.picture("change");
    desk.key(Key::Down);
    desk.key(Key::Enter);
    desk.at("S-300");
    let view = desk.kiosk.view();
    assert_eq!(view.owner, "有限会社見本");
    assert!(view.message.unwrap().text.contains("有限会社見本"));
    desk.picture("changed");
    // And back, by the pointer.
    desk.kiosk.event(Event::Click(Target::FKey(2)));
    desk.serve();
    desk.at("S-240");
    desk.key(Key::Home);
    desk.key(Key::F(12));
    assert_eq!(desk.kiosk.view().owner, "山田商店");
}

#[test]
fn who_changes_their_mind_stays_in_the_company() {
    let mut desk = at_one_of_three("login-keep-company");
    desk.key(Key::F(2));
    desk.key(Key::Escape);
    desk.at("S-300");
    assert_eq!(desk.kiosk.view().owner, "山田商店");
    assert_eq!(desk.kiosk.view().message, None);
    assert!(desk.logged_in);
    // The same one again.
    desk.key(Key::F(2));
    desk.key(Key::Enter);
    desk.at("S-300");
    assert_eq!(desk.kiosk.view().message, None);
}

#[test]
fn a_company_that_cannot_be_entered_leaves_the_one_before() {
    let mut desk = at_one_of_three("login-refused-company");
    desk.key(Key::F(2));
    desk.key(Key::End);
    desk.next_reply = Some(Reply::Refused(ErrorCode::NotPermitted));
    desk.key(Key::Enter);
    assert!(desk.tag().starts_with("S-240 E-"), "{}", desk.tag());
    desk.key(Key::Escape);
    desk.at("S-300");
    assert_eq!(desk.kiosk.view().owner, "山田商店");
    // Where the keeper left it without entering the other, one is chosen or the session ends.
    desk.key(Key::F(2));
    desk.entered = false;
    desk.key(Key::Escape);
    assert!(desk.tag().starts_with("S-240 E-"), "{}", desk.tag());
    assert_eq!(desk.kiosk.view().owner, "蔵守");
    desk.key(Key::Escape);
    desk.at("S-200");
    assert!(!desk.logged_in);
}

#[test]
fn who_works_for_one_company_is_not_asked_which() {
    let mut desk = Desk::new(1024, 768, "login-one-company");
    desk.log_in();
    let keys = desk.kiosk.view().fkeys;
    assert!(keys.iter().all(|key| key.number != 2));
    desk.key(Key::F(2));
    desk.at("S-300");
}

#[test]
fn in_english_the_same() {
    let mut desk = Desk::new(1024, 768, "login-english");
    desk.company = Some("Yamada Shoten".into());
    desk.users = three();
    desk.start_with(
        VaultState::Locked,
        Settings {
            language: Language::English,
            ..Settings::default()
        },
    );
    desk.key(Key::Enter);
    desk.fill(PASSPHRASE);
    desk.at("S-220");
    desk.picture("names");
    desk.key(Key::F(1));
    desk.picture("help");
    desk.key(Key::Enter);
    desk.key(Key::Char('3'));
    desk.picture("offered");
    assert!(lines(&mut desk).contains("passphrase of 髙橋 花子 (経理課)"));
}
