//! フリガナ from what was typed for a name.

use super::composer::Committed;
use kkc::kana;

/// How `text` is read in katakana, as far as `pieces` (texts as committed, with their readings) and
/// its own kana tell. What nobody typed a reading for is left out.
pub fn furigana(text: &str, pieces: &[Committed]) -> String {
    let pieces: Vec<(&str, &str)> = pieces.iter().flat_map(with_words).collect();
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let piece = pieces
            .iter()
            .filter(|(text, _)| !text.is_empty() && rest.starts_with(text))
            .max_by_key(|(text, _)| text.len());
        match piece {
            Some((text, reading)) => {
                let reading = kana::katakana(&kana::normalise(reading));
                out.extend(reading.chars().map(as_in_a_name).filter(|c| is_read(*c)));
                rest = &rest[text.len()..];
            }
            None => {
                let own = kana::katakana(c.encode_utf8(&mut [0; 4]));
                out.extend(own.chars().map(as_in_a_name).filter(|c| is_read(*c)));
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out.trim_matches('\u{3000}').to_owned()
}

/// A piece, and 姓 and 名 of it by themselves where each has its reading: when one is changed, the
/// other is read as before.
fn with_words(piece: &Committed) -> Vec<(&str, &str)> {
    let texts: Vec<&str> = piece.text.split('\u{3000}').collect();
    let readings: Vec<&str> = piece.reading.split('\u{3000}').collect();
    let mut all = vec![(piece.text.as_str(), piece.reading.as_str())];
    if texts.len() == readings.len() && texts.len() > 1 {
        all.extend(texts.into_iter().zip(readings));
    }
    all
}

fn as_in_a_name(c: char) -> char {
    if c == ' ' { '\u{3000}' } else { c }
}

fn is_read(c: char) -> bool {
    matches!(c, 'ァ'..='ヺ' | 'ー' | '・' | '\u{3000}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(text: &str, reading: &str) -> Committed {
        Committed {
            text: text.into(),
            reading: reading.into(),
        }
    }

    #[test]
    fn a_name_is_read_as_it_was_typed() {
        let pieces = [piece("髙橋　花子", "たかはし　はなこ"), piece("花", "か")];
        assert_eq!(furigana("髙橋　花子", &pieces), "タカハシ　ハナコ");
        assert_eq!(furigana("髙橋　花", &pieces), "タカハシ　カ");
        assert_eq!(furigana("髙橋　花子", &pieces[..1]), "タカハシ　ハナコ");
        assert_eq!(furigana("髙橋　", &pieces[..1]), "タカハシ");
        assert_eq!(furigana("花子", &pieces[..1]), "ハナコ");
        assert_eq!(furigana("さくら 花", &pieces), "サクラ　カ");
        assert_eq!(furigana("", &pieces), "");
    }

    #[test]
    fn letters_are_no_furigana() {
        let pieces = [piece("JR東", "JRひがし"), piece("やまｄ", "やまd")];
        assert_eq!(furigana("JR東", &pieces), "ヒガシ");
        assert_eq!(furigana("やまｄ", &pieces), "ヤマ");
    }

    #[test]
    fn what_was_typed_last_for_a_text_counts() {
        let pieces = [piece("裕子", "ゆうこ"), piece("裕子", "ひろこ")];
        assert_eq!(furigana("裕子", &pieces), "ヒロコ");
    }
}
