//! The one form of an entry's bytes: a JSON object whose members, their order and their
//! spelling are fixed, so that there is exactly one sequence of bytes for each content and
//! a reader needs neither a JSON library nor a comparison to tell.

use crate::{Event, Outcome, Role, entry::is_error_code};
use mynumber::Purpose;

/// The bytes are not in their one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

type Result<T> = std::result::Result<T, Malformed>;

/// A value with one form. `read` accepts what `write` makes and nothing else.
pub(crate) trait Form: Sized {
    fn write(&self, out: &mut Vec<u8>);
    fn read(from: &mut Reader<'_>) -> Result<Self>;
}

/// Reads values from text, front to back.
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Without it texts are checked, but come out empty: a look at a million entries that
    /// copies nothing.
    keep_texts: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8], keep_texts: bool) -> Result<Self> {
        let text = std::str::from_utf8(bytes).map_err(|_| Malformed)?;
        Ok(Self {
            text,
            at: 0,
            keep_texts,
        })
    }

    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// Steps over `literal` when it is next.
    fn skip(&mut self, literal: &str) -> bool {
        let next = self.rest().starts_with(literal.as_bytes());
        if next {
            self.at += literal.len();
        }
        next
    }

    pub(crate) fn expect(&mut self, literal: &str) -> Result<()> {
        self.skip(literal).then_some(()).ok_or(Malformed)
    }

    /// A member's value after its fixed beginning (`,"seq":`).
    pub(crate) fn member<T: Form>(&mut self, beginning: &str) -> Result<T> {
        self.expect(beginning)?;
        T::read(self)
    }

    pub(crate) fn end(&self) -> Result<()> {
        self.rest().is_empty().then_some(()).ok_or(Malformed)
    }

    /// The text between quotes as it stands, escapes and all.
    fn quoted(&mut self) -> Result<&'a str> {
        self.expect("\"")?;
        let rest = self.rest();
        let mut length = 0;
        loop {
            length += plain_bytes(&rest[length..]);
            match rest.get(length..) {
                Some([b'"', ..]) => break,
                Some([b'\\', b'"' | b'\\', ..]) => length += 2,
                _ => return Err(Malformed),
            }
        }
        let start = self.at;
        self.at += length + 1;
        Ok(&self.text[start..start + length])
    }

    /// A word without escapes: a code.
    fn word(&mut self) -> Result<&'a str> {
        let word = self.quoted()?;
        (!word.contains('\\')).then_some(word).ok_or(Malformed)
    }

    fn digits(&mut self) -> Result<u64> {
        let rest = self.rest();
        let count = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        // Eleven digits, so that an integer never has the twelve of an individual number.
        if !(1..=11).contains(&count) || (rest[0] == b'0' && count > 1) {
            return Err(Malformed);
        }
        self.at += count;
        Ok(rest[..count]
            .iter()
            .fold(0, |value, b| value * 10 + u64::from(b - b'0')))
    }
}

/// How many bytes come before the next quote, backslash or control character.
fn plain_bytes(bytes: &[u8]) -> usize {
    // Eight bytes in one word: most texts are too short for longer vectors.
    let (words, rest) = bytes.as_chunks::<8>();
    for (n, word) in words.iter().enumerate() {
        let special = special_bytes(u64::from_le_bytes(*word));
        if special != 0 {
            return 8 * n + special.trailing_zeros() as usize / 8;
        }
    }
    let special = |b: &u8| matches!(b, b'"' | b'\\' | ..0x20);
    bytes.len() - rest.len() + rest.iter().position(special).unwrap_or(rest.len())
}

/// The highest bit of the lowest byte that is a quote, backslash or control character; of
/// bytes above it the bits mean nothing.
fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGH: u64 = ONES << 7;
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let is_zero = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes;
    let is_control = word.wrapping_sub(ONES * 0x20) & !word;
    (is_zero(quote) | is_zero(backslash) | is_control) & HIGH
}

impl Form for u64 {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.to_string().bytes());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        from.digits()
    }
}

impl Form for u32 {
    fn write(&self, out: &mut Vec<u8>) {
        u64::from(*self).write(out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        from.digits()?.try_into().map_err(|_| Malformed)
    }
}

impl Form for i64 {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.to_string().bytes());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        let negative = from.skip("-");
        let digits = from.digits()? as i64;
        match (negative, digits) {
            (true, 0) => Err(Malformed),
            (true, n) => Ok(-n),
            (false, n) => Ok(n),
        }
    }
}

impl Form for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend(if *self { "true" } else { "false" }.bytes());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        Ok(from.skip("true") || from.expect("false").map(|()| false)?)
    }
}

/// Escapes `"` and `\` only; control characters are refused before ([`crate::EntryError::Text`]).
impl Form for String {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(b'"');
        let mut rest = self.as_bytes();
        loop {
            let (plain, special) = rest.split_at(plain_bytes(rest));
            out.extend_from_slice(plain);
            let Some((byte, after)) = special.split_first() else {
                break;
            };
            if matches!(byte, b'"' | b'\\') {
                out.push(b'\\');
            }
            out.push(*byte);
            rest = after;
        }
        out.push(b'"');
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        let quoted = from.quoted()?;
        if !from.keep_texts {
            return Ok(String::new());
        }
        let mut text = String::with_capacity(quoted.len());
        let mut chars = quoted.chars();
        while let Some(c) = chars.next() {
            text.extend(if c == '\\' { chars.next() } else { Some(c) });
        }
        Ok(text)
    }
}

impl<T: Form> Form for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            None => out.extend(b"null"),
            Some(value) => value.write(out),
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        if from.skip("null") {
            Ok(None)
        } else {
            T::read(from).map(Some)
        }
    }
}

/// Values that stand as a code between quotes.
macro_rules! code {
    ($type:ty, $code:expr, $from:expr) => {
        impl Form for $type {
            fn write(&self, out: &mut Vec<u8>) {
                out.push(b'"');
                out.extend($code(*self).bytes());
                out.push(b'"');
            }

            fn read(from: &mut Reader<'_>) -> Result<Self> {
                $from(from.word()?).ok_or(Malformed)
            }
        }
    };
}

code!(Event, Event::code, Event::from_code);
code!(Purpose, Purpose::code, Purpose::from_code);
code!(Role, Role::code, Role::from_code);

impl Form for Outcome {
    fn write(&self, out: &mut Vec<u8>) {
        let word = match self {
            Outcome::Ok => "ok",
            Outcome::Refused(code) => code,
        };
        out.push(b'"');
        out.extend(word.bytes());
        out.push(b'"');
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        match from.word()? {
            "ok" => Ok(Outcome::Ok),
            code if is_error_code(code) && from.keep_texts => Ok(Outcome::Refused(code.into())),
            code if is_error_code(code) => Ok(Outcome::Refused(String::new())),
            _ => Err(Malformed),
        }
    }
}

/// Lower-case hex digits.
macro_rules! hex {
    ($type:ty) => {
        impl Form for $type {
            fn write(&self, out: &mut Vec<u8>) {
                out.push(b'"');
                out.extend(self.hex().as_flattened());
                out.push(b'"');
            }

            fn read(from: &mut Reader<'_>) -> Result<Self> {
                <$type>::from_hex(from.word()?).ok_or(Malformed)
            }
        }
    };
}

hex!(crate::Hash);
hex!(crate::Salt);

/// A structure as an object of its fields in the order given. `write_open` and `read_open`
/// leave the closing brace to the caller.
macro_rules! object {
    ($type:ident { $first:ident $(, $field:ident)* }) => {
        impl $type {
            fn write_open(&self, out: &mut Vec<u8>) {
                out.extend(concat!("{\"", stringify!($first), "\":").bytes());
                $crate::form::Form::write(&self.$first, out);
                $(
                    out.extend(concat!(",\"", stringify!($field), "\":").bytes());
                    $crate::form::Form::write(&self.$field, out);
                )*
            }

            fn read_open(
                from: &mut $crate::form::Reader<'_>,
            ) -> Result<Self, $crate::form::Malformed> {
                Ok(Self {
                    $first: from.member(concat!("{\"", stringify!($first), "\":"))?,
                    $($field: from.member(concat!(",\"", stringify!($field), "\":"))?,)*
                })
            }
        }

        impl $crate::form::Form for $type {
            fn write(&self, out: &mut Vec<u8>) {
                self.write_open(out);
                out.push(b'}');
            }

            fn read(
                from: &mut $crate::form::Reader<'_>,
            ) -> Result<Self, $crate::form::Malformed> {
                let object = Self::read_open(from)?;
                from.expect("}")?;
                Ok(object)
            }
        }
    };
}
pub(crate) use object;
