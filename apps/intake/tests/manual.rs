//! docs/imports.md is made from the registries. `KURAMORI_BLESS=1` writes it anew.

#[test]
fn the_manual_lists_every_finding_title_and_word_as_the_registries_have_them() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/imports.md");
    let fresh = intake::manual_tables();
    if std::env::var_os("KURAMORI_BLESS").is_some() {
        std::fs::write(path, &fresh).expect("write docs/imports.md");
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        stored == fresh,
        "docs/imports.md is stale: run `KURAMORI_BLESS=1 cargo test -p intake`"
    );
}
