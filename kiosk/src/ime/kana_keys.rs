//! Kana typing (かな入力): what is printed on the keys of a Japanese keyboard (JIS X 6002), by
//! Linux key code (`linux/input-event-codes.h`).

/// Key code, kana, kana with Shift. `゛` and `゜` are keys of their own; they join the kana before.
const KEYS: &[(u16, char, char)] = &[
    (2, 'ぬ', 'ぬ'),
    (3, 'ふ', 'ふ'),
    (4, 'あ', 'ぁ'),
    (5, 'う', 'ぅ'),
    (6, 'え', 'ぇ'),
    (7, 'お', 'ぉ'),
    (8, 'や', 'ゃ'),
    (9, 'ゆ', 'ゅ'),
    (10, 'よ', 'ょ'),
    (11, 'わ', 'を'),
    (12, 'ほ', 'ほ'),
    (13, 'へ', 'へ'),
    (124, 'ー', 'ー'),
    (16, 'た', 'た'),
    (17, 'て', 'て'),
    (18, 'い', 'ぃ'),
    (19, 'す', 'す'),
    (20, 'か', 'か'),
    (21, 'ん', 'ん'),
    (22, 'な', 'な'),
    (23, 'に', 'に'),
    (24, 'ら', 'ら'),
    (25, 'せ', 'せ'),
    (26, '゛', '゛'),
    (27, '゜', '「'),
    (30, 'ち', 'ち'),
    (31, 'と', 'と'),
    (32, 'し', 'し'),
    (33, 'は', 'は'),
    (34, 'き', 'き'),
    (35, 'く', 'く'),
    (36, 'ま', 'ま'),
    (37, 'の', 'の'),
    (38, 'り', 'り'),
    (39, 'れ', 'れ'),
    (40, 'け', 'け'),
    (43, 'む', '」'),
    (44, 'つ', 'っ'),
    (45, 'さ', 'さ'),
    (46, 'そ', 'そ'),
    (47, 'ひ', 'ひ'),
    (48, 'こ', 'こ'),
    (49, 'み', 'み'),
    (50, 'も', 'も'),
    (51, 'ね', '、'),
    (52, 'る', '。'),
    (53, 'め', '・'),
    (86, 'ろ', 'ろ'),
    (89, 'ろ', 'ろ'),
];

/// The kana on a key; nothing for keys without one.
pub fn kana(code: u16, shift: bool) -> Option<char> {
    KEYS.iter()
        .find(|(key, _, _)| *key == code)
        .map(|(_, plain, shifted)| if shift { *shifted } else { *plain })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kana_can_be_typed_with_the_marks_that_join_it() {
        let typed: String = KEYS.iter().flat_map(|(_, a, b)| [*a, *b]).collect();
        for c in 'ぁ'..='ん' {
            let plain = match c {
                // Old and small kana that no key has.
                'ゎ' | 'ゐ' | 'ゑ' => continue,
                c => c,
            };
            let base = [plain as u32, plain as u32 - 1, plain as u32 - 2]
                .into_iter()
                .filter_map(char::from_u32)
                .find(|c| typed.contains(*c));
            let joined = base.map(|base| {
                [String::new(), "゛".into(), "゜".into()]
                    .map(|mark| kkc::kana::normalise(&format!("{base}{mark}")))
            });
            assert!(
                joined.is_some_and(|forms| forms.contains(&c.to_string())),
                "{c}"
            );
        }
    }

    #[test]
    fn no_key_stands_there_twice() {
        for (i, (code, _, _)) in KEYS.iter().enumerate() {
            assert!(KEYS[i + 1..].iter().all(|(other, _, _)| other != code));
        }
    }
}
