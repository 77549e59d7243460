//! The kiosk's process. On the stick: a screen, keyboards and four inherited pipes.
//! On a developer's desk: a window.

#[cfg(feature = "stick")]
fn main() -> std::process::ExitCode {
    let ended = kiosk::platform::stick::run();
    // Standard error is the only place left; the reason is one of a closed set.
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "kiosk: ended: {ended:?}");
    std::process::ExitCode::FAILURE
}

#[cfg(not(feature = "stick"))]
fn main() {}
