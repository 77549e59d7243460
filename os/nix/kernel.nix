# bzImage, config and System.map.
{ pkgs, src, tools }:

pkgs.runCommand "kuramori-kernel" { nativeBuildInputs = [ (import ./debian.nix { inherit pkgs; }) ]; } ''
  # A kernel compiled before by the same steps, where os/nix/build was given one.
  if [ -e /kernel/bzImage ]; then
    mkdir $out
    cp /kernel/bzImage /kernel/config /kernel/System.map $out/
  else
    ${tools}/bin/kuramori-image kernel --workspace ${src} --cache $TMPDIR/cache --out $out
  fi
''
