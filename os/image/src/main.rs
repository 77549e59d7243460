//! The build steps as a command, one subcommand a step: what the Nix derivations run.
//!
//! `cargo xtask image` calls the same functions as a library; see [`kuramori_image::pipeline`].

use clap::{Parser, Subcommand};
use kuramori_image::{
    Cache, Error, FileReport, Options, Result,
    dictionary::Dictionary,
    efi, initramfs, kernel, pipeline,
    userland::{self, Source, Userland},
};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

#[derive(Parser)]
#[command(about = "Builds the parts of the Kuramori image")]
struct Arguments {
    #[command(subcommand)]
    step: Step,
}

#[derive(Subcommand)]
enum Step {
    /// Compile the kernel into a folder with bzImage, config, System.map
    Kernel {
        #[arg(long)]
        workspace: PathBuf,
        #[arg(long)]
        cache: PathBuf,
        #[arg(long)]
        out: PathBuf,
    },
    /// Build the shipped programs into a folder with bin/, crates.json, licenses/
    Userland {
        #[arg(long)]
        workspace: PathBuf,
        #[arg(long)]
        cache: PathBuf,
        /// A folder made by `cargo vendor --versioned-dirs`
        #[arg(long)]
        vendor: Option<PathBuf>,
        #[arg(long)]
        out: PathBuf,
    },
    /// Pack initramfs and kernel into the unsigned EFI file
    Efi {
        #[arg(long)]
        workspace: PathBuf,
        /// A folder made by the step kernel
        #[arg(long)]
        kernel: PathBuf,
        /// A folder made by the step userland
        #[arg(long)]
        userland: PathBuf,
        /// A folder made by `kkc-tools build`
        #[arg(long)]
        dictionary: PathBuf,
        #[arg(long)]
        out: PathBuf,
    },
    /// All steps, down to the stick image; prints the report as JSON
    Stick {
        #[arg(long)]
        workspace: PathBuf,
        #[arg(long)]
        out: PathBuf,
        /// A folder made by `kkc-tools build`
        #[arg(long)]
        dictionary: PathBuf,
        #[arg(long)]
        keys: Option<PathBuf>,
        /// Programs built earlier, or a probe with only bin/init
        #[arg(long)]
        userland: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().step) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(step: Step) -> Result<()> {
    match step {
        Step::Kernel {
            workspace,
            cache,
            out,
        } => {
            let built = kernel::build(
                &Cache::at(cache)?,
                &workspace,
                &kernel::Source::Build,
                &mut tell,
            )?;
            make_folder(&out)?;
            for (from, name) in [
                (&built.bzimage, "bzImage"),
                (&built.config, "config"),
                (&built.system_map, "System.map"),
            ] {
                copy(from, &out.join(name))?;
            }
            Ok(())
        }
        Step::Userland {
            workspace,
            cache,
            vendor,
            out,
        } => {
            let source = Source::Build { vendor };
            let built = userland::build(&Cache::at(cache)?, &workspace, &source, &mut tell)?;
            copy_folder(&built.folder, &out)
        }
        Step::Efi {
            workspace,
            kernel,
            userland,
            dictionary,
            out,
        } => {
            let bzimage = kernel::artifact(&kernel)?.bzimage;
            let kernel = fs::read(&bzimage).map_err(io("read", &bzimage))?;
            let packed = initramfs::build(
                &Userland { folder: userland },
                &Dictionary::at(dictionary),
                &kernel,
                None,
            )?;
            let file = efi::assemble(efi::Parts {
                kernel: &kernel,
                initramfs: &packed.compressed,
                command_line: &kernel::KernelPlan::read(&workspace)?.command_line(),
                release: &packed.release,
            })?;
            fs::write(&out, file).map_err(io("write", &out))?;
            tell(&FileReport::of(out)?.sha256);
            Ok(())
        }
        Step::Stick {
            workspace,
            out,
            dictionary,
            keys,
            userland,
        } => {
            let mut options = Options::new(workspace, out, dictionary);
            options.keys = keys;
            if let Some(folder) = userland {
                options.userland = Source::Prebuilt(folder);
            }
            let report = pipeline(&options, &mut tell)?;
            let text = serde_json::to_string_pretty(&report).unwrap_or_default();
            // A reader that hung up needs no report.
            let _ = writeln!(std::io::stdout(), "{text}");
            Ok(())
        }
    }
}

fn tell(line: &str) {
    // Progress goes to standard error; where it is closed nobody reads it.
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(io("make the folder", path))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).map(drop).map_err(io("copy", from))
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    make_folder(to)?;
    for entry in fs::read_dir(from).map_err(io("list", from))?.flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            copy(&entry.path(), &target)?;
        }
    }
    Ok(())
}

fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_path_buf();
    move |source| Error::Io {
        action,
        path,
        source,
    }
}
