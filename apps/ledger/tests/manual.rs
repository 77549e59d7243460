//! docs/ledger-events.md is made from the registry. `KURAMORI_BLESS=1` writes it anew.

#[test]
fn the_manual_lists_every_event_as_the_registry_has_it() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/ledger-events.md");
    let fresh = ledger::manual_table();
    if std::env::var_os("KURAMORI_BLESS").is_some() {
        std::fs::write(path, &fresh).expect("write docs/ledger-events.md");
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        stored == fresh,
        "docs/ledger-events.md is stale: run `KURAMORI_BLESS=1 cargo test -p ledger`"
    );
}
