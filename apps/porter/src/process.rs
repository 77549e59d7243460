use crate::{Failure, run, sandbox};
use protocol::{
    FrameReader, encode,
    foreign::{Answer, Job},
};
use std::{
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    process::ExitCode,
};

/// The porter as a process: one job, then the end. `arguments` are none, or `--image FILE`.
pub fn main(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> ExitCode {
    let device = match device(arguments) {
        Ok(device) => device,
        Err(why) => {
            eprintln!("porter: {why}");
            return ExitCode::from(2);
        }
    };
    match sandbox::enter() {
        Ok(sandbox::Sandbox::Full) => (),
        Ok(sandbox::Sandbox::Partial) => eprintln!("porter: Landlock is older than its rules"),
        Ok(sandbox::Sandbox::Missing) => eprintln!("porter: no Landlock on this kernel"),
        Err(what) => {
            eprintln!("porter: the sandbox cannot be set up: {what}");
            return ExitCode::from(2);
        }
    }
    match serve(device) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("porter: {why}");
            ExitCode::FAILURE
        }
    }
}

fn device(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> Result<File, &'static str> {
    let mut arguments = arguments.into_iter();
    match (arguments.next(), arguments.next(), arguments.next()) {
        (None, ..) => inherited::device().ok_or("descriptor 3 is not open"),
        (Some(option), Some(path), None) if option == "--image" => File::options()
            .read(true)
            .write(true)
            .open(path)
            .map_err(|_| "the image cannot be opened"),
        _ => Err("usage: porter [--image FILE]"),
    }
}

mod inherited {
    #![allow(
        unsafe_code,
        reason = "a descriptor by number is this process's interface to init"
    )]

    use std::{
        fs::File,
        os::fd::{BorrowedFd, FromRawFd},
    };

    const DEVICE: i32 = 3;

    /// The device that init opened, if it did.
    pub fn device() -> Option<File> {
        // SAFETY: borrowed only to ask whether it is open, which is sound for any number.
        let borrowed = unsafe { BorrowedFd::borrow_raw(DEVICE) };
        rustix::io::fcntl_getfd(borrowed).ok()?;
        // SAFETY: it is open, and nothing else here takes it: this runs once, first in
        // main, before anything could have opened a descriptor of its own.
        Some(unsafe { File::from_raw_fd(DEVICE) })
    }
}

fn serve(mut device: File) -> Result<(), &'static str> {
    let job = read_job()?;
    let mut lost = false;
    let answer = match device.seek(SeekFrom::End(0)) {
        Ok(size) => run(&job, &mut device, size, &mut |done, total| {
            // Progress that nobody hears does not stop the work.
            lost |= send(&Answer::Progress { done, total }).is_err();
        }),
        Err(_) => Answer::Failed(Failure::Pulled.code()),
    };
    if lost {
        return Err("the keeper's pipe broke");
    }
    send(&answer)
}

fn read_job() -> Result<Job, &'static str> {
    let mut input = std::io::stdin().lock();
    let mut frames = FrameReader::default();
    let mut bytes = vec![0; 64 * 1024];
    loop {
        match input.read(&mut bytes) {
            Ok(0) => return Err("the pipe ended before a job came"),
            Ok(n) => frames.push(&bytes[..n]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => (),
            Err(_) => return Err("the pipe cannot be read"),
        }
        match frames.next() {
            Ok(Some(job)) => return Ok(job),
            Ok(None) => (),
            Err(_) => return Err("what came is not a job"),
        }
    }
}

fn send(answer: &Answer) -> Result<(), &'static str> {
    let frame = encode(answer).map_err(|_| "the answer does not fit a frame")?;
    let mut output = std::io::stdout().lock();
    output
        .write_all(&frame)
        .and_then(|()| output.flush())
        .map_err(|_| "the pipe cannot be written")
}
