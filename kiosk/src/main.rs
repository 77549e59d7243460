//! The kiosk's process. On the stick: a screen, keyboards and four inherited pipes.
//! On a developer's desk: a window, `cargo run -p kiosk -- [--vault DIR]`.

use std::io::Write;
use std::process::ExitCode;

#[global_allocator]
static MEMORY: kiosk::platform::wiping::Wiping<std::alloc::System> =
    kiosk::platform::wiping::Wiping(std::alloc::System);

#[cfg(feature = "stick")]
fn main() -> ExitCode {
    let ended = kiosk::platform::stick::run();
    // Standard error is the only place left; the reason is one of a closed set.
    let _ = writeln!(std::io::stderr(), "kiosk: ended: {ended:?}");
    ExitCode::FAILURE
}

#[cfg(all(feature = "desktop", not(feature = "stick")))]
fn main() -> ExitCode {
    if let Some(end) = desk::be_part() {
        return end;
    }
    let mut arguments = std::env::args_os().skip(1);
    let folder = match (arguments.next(), arguments.next(), arguments.next()) {
        (None, ..) => "target/desk".into(),
        (Some(flag), Some(folder), None) if flag == "--vault" => folder,
        _ => {
            let _ = writeln!(std::io::stderr(), "usage: kiosk [--vault DIR]");
            return ExitCode::FAILURE;
        }
    };
    let started =
        std::env::current_exe().and_then(|program| desk::Desk::start(folder.as_ref(), &program));
    let (desk, pipes) = match started {
        Ok(started) => started,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "kiosk: no desk: {error}");
            return ExitCode::FAILURE;
        }
    };
    let ended = kiosk::platform::window::run(pipes);
    desk.wait();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "kiosk: no window: {failure:?}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(any(feature = "desktop", feature = "stick")))]
compile_error!("choose a feature: desktop (a window) or stick (what ships)");
