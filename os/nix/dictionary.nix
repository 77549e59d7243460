# The kana-kanji converter's dictionary, from packages that were fetched before: pinned by hash in
# kiosk/kkc/tools/data/sources.toml. Nix's sandbox has no network.
{ pkgs, src, crates }:

pkgs.runCommand "kuramori-dictionary" { nativeBuildInputs = [ (import ./debian.nix { inherit pkgs; }) ]; } ''
  export CARGO_HOME=$TMPDIR/cargo KURAMORI_CACHE=$TMPDIR/cache
  mkdir -p $KURAMORI_CACHE
  cp -a /kkc-inputs $KURAMORI_CACHE/kkc-inputs
  chmod -R u+w $KURAMORI_CACHE/kkc-inputs
  cargo run --offline --locked --manifest-path ${src}/Cargo.toml --target-dir $TMPDIR/target \
    --config 'source.crates-io.replace-with="vendored"' \
    --config 'source.vendored.directory="${crates}"' \
    --config 'profile.dev.package."*".opt-level=2' \
    --package kkc-tools -- build
  cp -r $KURAMORI_CACHE/kkc/*/ $out
''
