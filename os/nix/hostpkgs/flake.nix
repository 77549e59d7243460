# The few nixpkgs attributes our flake uses, answered by this Debian host, so that `nix build` works in
# Nix's own sandbox without nixpkgs. The host's folders come in by sandbox-paths (see ../build).
{
  description = "Debian's answer to nixpkgs";

  outputs = { self }:
    let
      system = "x86_64-linux";
      # Versions of the host's packages and the hash of a given kernel, written by ../build:
      # when the host changes, every derivation is another one.
      host = if builtins.pathExists ./host then builtins.readFile ./host else throw "run os/nix/build";
      runCommand = name: attributes: script: derivation ({
        inherit name system host;
        builder = "/bin/sh";
        args = [ "-euc" script ];
        PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
        HOME = "/homeless";
        # Debian's compiler, not one of rustup.
        RUSTC = "/usr/bin/rustc";
      } // attributes);
      onHost = name: runCommand name { } "mkdir $out";
    in
    {
      legacyPackages.${system} = {
        inherit runCommand;
        # `cargo vendor --versioned-dirs` made this folder; cargo checks it against Cargo.lock.
        rustPlatform.importCargoLock = { lockFile }: assert builtins.pathExists lockFile; "/crates";
        debianToolchain = onHost "debian-toolchain";
        cargo = onHost "cargo-web";
        rustc = onHost "rustc-web";
        stdenv.cc = onHost "gcc";
      };
    };
}
