# The image is made of Debian's own files (compiler, glibc, libcryptsetup, systemd-stub), so the
# steps that read or run them need Debian's toolchain in the sandbox.
{ pkgs }:

pkgs.debianToolchain or (throw ''
  The EFI file is built from Debian 12's packages. Run os/nix/build on Debian 12: it answers the
  input nixpkgs with os/nix/hostpkgs. With nixpkgs itself only `tools` and the shell are there.
'')
