# Wiring only: what is built, and by which file. Read os/nix/README.md first.
{
  description = "Kuramori: a USB stick that keeps Individual Numbers off the network";

  # Pinned to one revision; `os/nix/build` answers this input with os/nix/hostpkgs instead.
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/567a49d1913ce81ac6e9582e3553dd90a955875f";

  outputs = { self, nixpkgs }:
    let
      system = "x86_64-linux";
      pkgs = nixpkgs.legacyPackages.${system};
      src = self;
      crates = import ./os/nix/crates.nix { inherit pkgs src; };
      tools = import ./os/nix/tools.nix { inherit pkgs src crates; };
      kernel = import ./os/nix/kernel.nix { inherit pkgs src tools; };
      userland = import ./os/nix/userland.nix { inherit pkgs src tools crates; };
      dictionary = import ./os/nix/dictionary.nix { inherit pkgs src crates; };
      efi = import ./os/nix/efi.nix { inherit pkgs src tools kernel userland dictionary; };
    in
    {
      packages.${system} = { inherit tools kernel userland dictionary efi; default = efi; };
      devShells.${system}.default = import ./os/nix/shell.nix { inherit pkgs; };
    };
}
