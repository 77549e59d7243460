# The program whose subcommands are the build steps (os/image).
{ pkgs, src, crates }:

pkgs.runCommand "kuramori-image" { nativeBuildInputs = [ pkgs.cargo pkgs.rustc pkgs.stdenv.cc ]; } ''
  export CARGO_HOME=$TMPDIR/cargo
  mkdir -p $out/bin
  cargo build --offline --locked --manifest-path ${src}/Cargo.toml --target-dir $TMPDIR/target \
    --config 'source.crates-io.replace-with="vendored"' \
    --config 'source.vendored.directory="${crates}"' \
    --config 'profile.dev.opt-level=0' --config 'profile.dev.package."*".opt-level=0' \
    --package kuramori-image
  cp $TMPDIR/target/debug/kuramori-image $out/bin/
''
