//! What a firmware writes to its text console.

/// Drops terminal control sequences (ECMA-48) and control characters.
pub(super) fn plain_text(bytes: &[u8]) -> String {
    let mut out = String::new();
    let text = String::from_utf8_lossy(bytes);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => {
                if chars.peek() == Some(&'[') {
                    chars.next();
                    for c in chars.by_ref() {
                        if ('@'..='~').contains(&c) {
                            // The cursor moved: what follows stands elsewhere on the screen.
                            if c == 'H' {
                                out.push('\n');
                            }
                            break;
                        }
                    }
                }
            }
            '\n' => out.push('\n'),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_sequences_leave_the_firmwares_words() {
        let text = plain_text(b"\x1b[2J\x1b[01;01HVerification failed: \x1b[0m(0x1A)\r\n");
        assert_eq!(text.trim(), "Verification failed: (0x1A)");
    }
}
