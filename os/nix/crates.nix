# All crates of Cargo.lock, unpacked; their checksums are those of Cargo.lock.
{ pkgs, src }:

pkgs.rustPlatform.importCargoLock { lockFile = "${src}/Cargo.lock"; }
