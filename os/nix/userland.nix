# init, keeper, kiosk, porter, and the licences of what is linked into them.
{ pkgs, src, tools, crates }:

pkgs.runCommand "kuramori-userland" { nativeBuildInputs = [ (import ./debian.nix { inherit pkgs; }) ]; } ''
  export CARGO_HOME=$TMPDIR/cargo
  ${tools}/bin/kuramori-image userland --workspace ${src} --cache $TMPDIR/cache \
    --vendor ${crates} --out $out || { tail -n 60 $TMPDIR/cache/userland/*/build.log; exit 1; }
''
