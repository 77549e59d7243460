use crate::signed::DocumentType;

/// Why bytes are not the document they should be, or a document cannot be made.
/// Messages name the rule, never the content: what is refused is foreign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// More bytes than the type allows; nothing was parsed.
    #[error("{0} bytes are over the bound of {1}")]
    TooLong(usize, usize),
    /// The first line names another type or version than the one expected.
    #[error("this is not a {}", .0.name())]
    WrongType(DocumentType),
    /// Header lines or framing are not as `docs/formats/signed.md` says.
    #[error("the header is malformed")]
    Header,
    /// Signed by another key than the one expected. Says nothing about whether the
    /// signature holds.
    #[error("signed by a key that may not sign it")]
    WrongKey,
    /// The signature does not hold for these bytes.
    #[error("the signature does not hold")]
    Signature,
    /// The body is not the JSON of its type: unknown, repeated, missing or badly
    /// formed fields.
    #[error("the body is malformed")]
    Body,
    /// The body's fields contradict each other; which rule, in words.
    #[error("the body contradicts itself: {0}")]
    Contradiction(&'static str),
    /// A text is empty, too long, or has characters its kind does not allow.
    #[error("a text is not allowed as {0}")]
    Text(&'static str),
    /// A date is not `YYYY-MM-DD` of the years 2000 to 2199.
    #[error("a date is not valid")]
    Date,
    /// What is to be sealed is larger than [`MAX_PAYLOAD`](crate::MAX_PAYLOAD): hand
    /// it over in parts.
    #[error("a payload of {0} bytes is over the bound of {max}", max = crate::MAX_PAYLOAD)]
    PayloadTooLong(usize),
    /// The sealed payload is not the one the manifest was signed for.
    #[error("the sealed payload was exchanged")]
    PayloadExchanged,
    /// The identity at hand cannot open the payload.
    #[error("sealed to somebody else")]
    NotForThisKey,
    /// The sealed payload is damaged.
    #[error("the sealed payload cannot be opened")]
    Sealed,
}
