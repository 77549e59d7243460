use serde::{Serialize, de::DeserializeOwned};
use zeroize::{Zeroize, Zeroizing};

/// The largest frame on any pipe: 1 MiB of payload and room for its enum around it.
pub const MAX_FRAME: usize = (1 << 20) + 4096;

/// Why bytes from a pipe are not a message. The other side is broken or hostile:
/// the conversation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    #[error("a frame of {0} bytes is over the bound of {MAX_FRAME}")]
    TooLong(usize),
    #[error("a frame does not hold the message it should")]
    Malformed,
}

/// One message as a frame, ready to be written whole.
pub fn encode<T: Serialize>(message: &T) -> Result<Zeroizing<Vec<u8>>, FrameError> {
    let body = Zeroizing::new(postcard::to_stdvec(message).map_err(|_| FrameError::Malformed)?);
    if body.len() > MAX_FRAME {
        return Err(FrameError::TooLong(body.len()));
    }
    let mut frame = Zeroizing::new(Vec::with_capacity(4 + body.len()));
    frame.extend_from_slice(&(body.len() as u32).to_le_bytes());
    frame.extend_from_slice(&body);
    Ok(frame)
}

/// The message in a frame's body. Bytes left over are an error, not an extension.
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, FrameError> {
    if body.len() > MAX_FRAME {
        return Err(FrameError::TooLong(body.len()));
    }
    match postcard::take_from_bytes(body) {
        Ok((message, [])) => Ok(message),
        _ => Err(FrameError::Malformed),
    }
}

/// Collects bytes as a pipe gives them and hands out whole messages.
///
/// ```
/// use protocol::{FrameReader, encode};
/// let frame = encode(&42u32).unwrap();
/// let mut reader = FrameReader::default();
/// reader.push(&frame[..3]);
/// assert_eq!(reader.next::<u32>(), Ok(None));
/// reader.push(&frame[3..]);
/// assert_eq!(reader.next::<u32>(), Ok(Some(42)));
/// ```
#[derive(Default)]
pub struct FrameReader {
    buffer: Vec<u8>,
}

impl FrameReader {
    /// Adds what was read.
    pub fn push(&mut self, bytes: &[u8]) {
        // Growing by hand: a Vec that moves by itself leaves unwiped copies behind.
        let needed = self.buffer.len() + bytes.len();
        if needed > self.buffer.capacity() {
            let mut grown = Vec::with_capacity(needed.next_power_of_two());
            grown.extend_from_slice(&self.buffer);
            self.buffer.zeroize();
            self.buffer = grown;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole message, or `None` while more bytes are needed.
    #[allow(
        clippy::should_implement_trait,
        reason = "an iterator has one item type and no errors"
    )]
    pub fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, FrameError> {
        let Some(length) = self.buffer.first_chunk::<4>() else {
            return Ok(None);
        };
        let length = u32::from_le_bytes(*length) as usize;
        if length > MAX_FRAME {
            return Err(FrameError::TooLong(length));
        }
        let Some(body) = self.buffer.get(4..4 + length) else {
            return Ok(None);
        };
        let message = decode(body)?;
        let rest = self.buffer.len() - (4 + length);
        self.buffer.copy_within(4 + length.., 0);
        self.buffer[rest..].zeroize();
        self.buffer.truncate(rest);
        Ok(Some(message))
    }

    /// Forgets a half-read frame: the one who wrote it is gone.
    pub fn clear(&mut self) {
        self.buffer.zeroize();
    }
}

impl Drop for FrameReader {
    fn drop(&mut self) {
        self.buffer.zeroize();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_frame_over_the_bound_is_refused_before_its_body_arrives() {
        let mut reader = FrameReader::default();
        reader.push(&(MAX_FRAME as u32 + 1).to_le_bytes());
        assert_eq!(reader.next::<u8>(), Err(FrameError::TooLong(MAX_FRAME + 1)));
    }

    #[test]
    fn bytes_after_the_message_are_malformed() {
        assert_eq!(decode::<u8>(&[1, 2]), Err(FrameError::Malformed));
    }

    proptest! {
        #[test]
        fn messages_survive_any_cutting_of_the_stream(
            messages in proptest::collection::vec(".{0,40}", 0..8),
            cut in 1usize..17,
        ) {
            let mut stream = Vec::new();
            for m in &messages {
                stream.extend_from_slice(&encode(m).unwrap());
            }
            let mut reader = FrameReader::default();
            let mut seen = Vec::new();
            for piece in stream.chunks(cut) {
                reader.push(piece);
                while let Some(m) = reader.next::<String>().unwrap() {
                    seen.push(m);
                }
            }
            prop_assert_eq!(seen, messages);
        }
    }
}
