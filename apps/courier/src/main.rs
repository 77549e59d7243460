//! `courier`: enrol this PC, receive hand-overs, sweep after a crash. What it does and
//! what a clerk sees stands in `docs/courier.md`.
//!
//! Exit codes: 0 done · 1 refused or failed, nothing was opened · 2 wrong arguments ·
//! 3 nothing for this PC on the stick · 4 opened and removed before it was read ·
//! 5 a file or the network cut could not be taken away.

use clap::{Parser, Subcommand};
use codes::ErrorCode;
use courier::{
    Failure, Result,
    enroll::enroll,
    linux::{
        FolderStick, Nft, ProcPrograms, SecretFile, Sentinel, Signals, SystemClock, Terminal,
        TmpfsRoom, courier_died, harden, hash_file, host_name, require_root, started_by,
    },
    machine::Limits,
    outside::Prompt,
    receive::{Ended, program, receive},
    session::Pc,
    store::Store,
    sweep::sweep,
    texts::Notice,
};
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

/// 受取側PCのプログラム / the payroll PC's receiver of Kuramori
#[derive(Parser)]
#[command(name = "courier", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// このPCの鍵と記録の場所 / where this PC's keys and records are
    #[arg(long, global = true, default_value = "/var/lib/kuramori-courier")]
    state: PathBuf,
    /// ファイルを置くメモリー上の場所 / where the file is put, in memory
    #[arg(long, global = true, default_value = "/run/kuramori-courier")]
    room: PathBuf,
}

#[derive(Subcommand)]
enum Command {
    /// このPCの承認を金庫に申請する / ask the vault to approve this PC
    Enroll {
        /// 受渡し用USBの場所 / where the companion stick is mounted
        #[arg(long)]
        stick: PathBuf,
        /// データを読み込むプログラムの実行ファイル / executable that will read the data
        #[arg(long)]
        program: PathBuf,
        /// 金庫に表示するこのPCの名前 / this PC's name on the vault's screen
        #[arg(long)]
        name: Option<String>,
    },
    /// このPC宛てのデータを受け取る / receive what is for this PC
    Receive {
        /// 受渡し用USBの場所 / where the companion stick is mounted
        #[arg(long)]
        stick: PathBuf,
        /// ファイルを消すまでの秒数 / seconds until the file is removed
        #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=3600))]
        timeout: u64,
    },
    /// 異常終了のあとを片付ける / clean up after a crash
    Sweep {
        /// For the sentinel: wait for the end of the courier that holds our input.
        #[arg(long, hide = true)]
        when_input_ends: bool,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            // A closed standard error changes nothing about what was done.
            let _ = writeln!(std::io::stderr(), "{}", failure.sentences());
            ExitCode::from(exit_code_of(&failure))
        }
    }
}

fn exit_code_of(failure: &Failure) -> u8 {
    match failure.code {
        ErrorCode::NothingToReceive => 3,
        ErrorCode::RemoveFailed | ErrorCode::NetworkRestoreFailed => 5,
        _ => 1,
    }
}

fn run(arguments: &Arguments) -> Result<u8> {
    // Before anything is begun: a signal asks, it does not kill in the middle.
    let mut signals = Signals::catch()?;
    require_root()?;
    harden();
    let store = Store::open(&arguments.state)?;
    match &arguments.command {
        Command::Enroll {
            stick,
            program,
            name,
        } => {
            let _lock = store.lock()?;
            let pc_name = name
                .clone()
                .unwrap_or_else(host_name)
                .parse()
                .map_err(|_| Failure::new(ErrorCode::PcNameInvalid, "name of the PC"))?;
            enroll(
                &mut FolderStick::new(stick),
                &store,
                &mut SecretFile::new(store.path()),
                &SystemClock,
                &mut Terminal,
                pc_name,
                executable(program)?,
            )?;
            Ok(0)
        }
        Command::Receive { stick, timeout } => {
            // A sentinel may be about to finish.
            let _lock = store.lock_within(SENTINEL_TIME)?;
            let mut network = Nft::find()?;
            let mut room = TmpfsRoom::new(arguments.room.clone());
            sweep_now(&store, &mut network, &mut room)?;
            let limits = Limits {
                timeout: timeout * 1000,
                ..Limits::default()
            };
            let mut pc = Pc {
                network: &mut network,
                programs: &mut ProcPrograms::default(),
                room: &mut room,
                stick: &mut FolderStick::new(stick),
                clock: &SystemClock,
                stop: &mut signals,
                prompt: &mut Terminal,
                store: &store,
            };
            let sentinel = Sentinel::start(&arguments.state, &arguments.room)?;
            let ended = receive(
                &mut pc,
                &mut SecretFile::new(store.path()),
                limits,
                &started_by(),
            );
            // What could not be cleaned up now is left to a person; see `Ended::Unclean`.
            sentinel.dismiss();
            match ended? {
                Ended::Received => Ok(0),
                Ended::Refused => Ok(1),
                Ended::Nothing => Err(Failure::new(ErrorCode::NothingToReceive, "bundles")),
                Ended::NotRead => Ok(4),
                Ended::Unclean => Ok(5),
            }
        }
        Command::Sweep { when_input_ends } => {
            if *when_input_ends && !courier_died() {
                return Ok(0);
            }
            let _lock = store.lock_within(SENTINEL_TIME)?;
            let mut room = TmpfsRoom::new(arguments.room.clone());
            let swept = sweep_now(&store, &mut Nft::find()?, &mut room)?;
            if !swept && !when_input_ends {
                Terminal.tell(&Notice::NothingToSweep);
            }
            Ok(0)
        }
    }
}

/// How long a sentinel may need for its sweep, and others wait for it.
const SENTINEL_TIME: Duration = Duration::from_secs(5);

fn sweep_now(store: &Store, network: &mut Nft, room: &mut TmpfsRoom) -> Result<bool> {
    let mut secrets = SecretFile::new(store.path());
    sweep(
        store,
        &mut secrets,
        network,
        room,
        &SystemClock,
        &mut Terminal,
    )
}

/// The program as documents name it. Links are followed: what runs is the file at their end.
fn executable(path: &Path) -> Result<transfer::Program> {
    use std::os::unix::fs::PermissionsExt;
    const STEP: &str = "read the program";
    let io = Failure::io(ErrorCode::ProgramUnreadable, STEP);
    let path = path.canonicalize().map_err(&io)?;
    let meta = path.metadata().map_err(&io)?;
    let name = path.file_name().and_then(|name| name.to_str());
    match name {
        Some(name) if meta.is_file() && meta.permissions().mode() & 0o111 != 0 => {
            program(name, hash_file(&path).map_err(&io)?)
        }
        _ => Err(Failure::new(ErrorCode::ProgramUnreadable, STEP)),
    }
}
