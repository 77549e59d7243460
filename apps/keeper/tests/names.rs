//! A name is kept and handed over as it was written: variation selectors, compatibility
//! ideographs and characters of plane 2 included. Search is more generous.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{STICK, World, enrol, first_run, login, person, started, typed};
use keeper::Keeper;
use mynumber::Purpose;
use protocol::clerk::{PersonId, Reply, Rows, Window, companions, people};
use protocol::foreign::Folder;
use transfer::{Bundle, Companion};

/// Forms that any normalisation would change or tear apart, with what each is found by.
const NAMES: [(&str, &str); 7] = [
    ("山田 祐\u{e0100}", "山田 祐"),
    ("渡邊\u{e0103} 太郎", "渡邊"),
    ("葛\u{e0101}城 花子", "葛\u{e0100}城"),
    ("𠮷川 𩸽", "𠮷川"),
    ("\u{fa10}本 \u{fa1b}子", "塚本"),
    ("神\u{fe00}谷 一郎", "神谷"),
    ("か\u{309a}ノ ﾔﾏﾀﾞ", "か\u{309a}ノ"),
];

fn register(keeper: &mut Keeper, world: &mut World) -> Vec<PersonId> {
    let numbers = ["123456789018", "987654321093", "111111111118"];
    let mut registered = Vec::new();
    for (index, (name, _)) in NAMES.into_iter().enumerate() {
        let mut draft = person(index as u32 + 1);
        draft.name = name.into();
        draft.address = format!("京都府京都市東山区祇\u{e0100}園町 {name}方");
        let request = people::Request::Register {
            position: None,
            draft,
            number: numbers.get(index).map(|number| typed(number)),
        };
        let Reply::Saved { person, .. } = keeper.handle(request, world) else {
            panic!("{name} was not registered")
        };
        registered.push(person);
    }
    registered
}

fn found(keeper: &mut Keeper, world: &mut World, query: &str) -> Vec<String> {
    let request = people::Request::List {
        query: query.into(),
        department: None,
        sort: people::Sort::default(),
        window: Window {
            offset: 0,
            limit: 100,
        },
    };
    match keeper.handle(request, world) {
        Reply::People(people::Reply::List(Rows { rows, .. })) => {
            rows.into_iter().map(|row| row.name).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_form_comes_back_bit_for_bit_and_is_found_by_its_usual_form() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new();
    let mut keeper = first_run(folder.path(), &mut world);
    let people = register(&mut keeper, &mut world);
    // What was written to the stick, read by another process.
    drop(keeper);
    let mut keeper = started(folder.path(), &world);
    login(&mut keeper, &mut world);
    for (person, (name, query)) in people.into_iter().zip(NAMES) {
        let request = people::Request::Get { person };
        let Reply::People(people::Reply::Person(kept)) = keeper.handle(request, &mut world) else {
            panic!("{name} is gone")
        };
        assert_eq!(kept.fields.name.as_bytes(), name.as_bytes());
        assert!(kept.fields.address.ends_with(&format!("{name}方")));
        assert_eq!(found(&mut keeper, &mut world, query), [name], "{query}");
        assert_eq!(found(&mut keeper, &mut world, name), [name]);
    }
}

#[test]
fn a_handed_over_file_has_the_names_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new();
    let mut keeper = first_run(folder.path(), &mut world);
    let people = register(&mut keeper, &mut world);
    let (pc, entry) = enrol(&mut keeper, &mut world, Purpose::WithholdingTax);
    let request = companions::Request::HandOver {
        device: STICK,
        entry,
        // Only the first have numbers.
        people: people[..3].to_vec(),
    };
    let reply = keeper.handle(request, &mut world);
    assert!(
        matches!(
            reply,
            Reply::Companions(companions::Reply::HandedOver { people: 3, .. })
        ),
        "{reply:?}"
    );
    let vault = transfer::introduce::<Companion>(&world.identity())
        .unwrap()
        .vault_key;
    let file = world.files(Folder::Bundles).remove(0);
    let bundle = Bundle::verify(&file.bytes, &vault).unwrap();
    let payload = bundle.open(&pc).unwrap();
    let text = std::str::from_utf8(&payload).unwrap();
    for (name, _) in &NAMES[..3] {
        assert!(text.contains(name), "{name}");
    }
}
