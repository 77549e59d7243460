# The EFI file before signing: what two builders compare.
{ pkgs, src, tools, kernel, userland, dictionary }:

pkgs.runCommand "kuramori-efi" { nativeBuildInputs = [ (import ./debian.nix { inherit pkgs; }) ]; } ''
  mkdir $out
  ${tools}/bin/kuramori-image efi --workspace ${src} --kernel ${kernel} --userland ${userland} \
    --dictionary ${dictionary} --out $out/kuramori-unsigned.efi
''
