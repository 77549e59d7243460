//! The pipes between the processes on the stick: any stream of bytes is frames of whole
//! messages or an error, and what was read can be said again.

use protocol::{FrameReader, clerk, encode, foreign, system, vessel};
use serde::{Serialize, de::DeserializeOwned};

/// The first byte chooses the conversation, the second where the stream is cut.
pub(crate) fn run(bytes: &[u8]) {
    let [which, cut, stream @ ..] = bytes else {
        return;
    };
    let cut = usize::from(*cut);
    match which % 8 {
        0 | 1 => check::<clerk::Request>(stream, cut),
        2 => check::<clerk::Reply>(stream, cut),
        3 => check::<foreign::Job>(stream, cut),
        4 => check::<foreign::Answer>(stream, cut),
        5 => check::<vessel::FromInit>(stream, cut),
        6 => check::<vessel::FromKeeper>(stream, cut),
        _ => check::<system::Request>(stream, cut),
    }
}

fn check<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(stream: &[u8], cut: usize) {
    let mut reader = FrameReader::default();
    let (first, second) = stream.split_at(cut.min(stream.len()));
    for part in [first, second] {
        reader.push(part);
        loop {
            match reader.next::<T>() {
                Ok(Some(message)) => said_again(&message),
                Ok(None) => break,
                Err(_) => return,
            }
        }
    }
}

fn said_again<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(message: &T) {
    // The keeper prints what it could not do: nothing may make that panic.
    let _ = format!("{message:?}");
    let frame = encode(message).expect("what came in a frame fits a frame");
    let mut reader = FrameReader::default();
    reader.push(&frame);
    let again = reader.next::<T>().expect("our own frame");
    assert_eq!(again.as_ref(), Some(message));
}
