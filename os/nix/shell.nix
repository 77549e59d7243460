# For Nix users: what `cargo test` of the crates under apps/ needs.
{ pkgs }:

pkgs.mkShell {
  packages = [ pkgs.cargo pkgs.rustc pkgs.clippy pkgs.rustfmt pkgs.pkg-config pkgs.cryptsetup pkgs.libclang ];
}
