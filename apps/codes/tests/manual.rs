//! docs/codes.md is made from the registry. `KURAMORI_BLESS=1` writes it anew.

#[test]
fn the_manual_lists_every_code_as_the_registry_has_it() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/codes.md");
    let fresh = codes::manual_tables();
    if std::env::var_os("KURAMORI_BLESS").is_some() {
        std::fs::write(path, &fresh).expect("write docs/codes.md");
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        stored == fresh,
        "docs/codes.md is stale: run `KURAMORI_BLESS=1 cargo test -p codes`"
    );
}
