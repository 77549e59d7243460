//! Characters of names that look alike: which there are beside a common one, and how to tell them apart.

use std::sync::LazyLock;

/// The table; its head says what the columns are.
const TABLE: &str = include_str!("../data/variants.tsv");

/// What tells a character from those that look like it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    pub ja: &'static str,
    pub en: &'static str,
}

/// A line of the table: one character (or a character with a variation selector) of a group.
#[derive(Clone, Copy, Debug)]
struct Member {
    /// The group's common form.
    base: &'static str,
    form: &'static str,
    note: Note,
}

static MEMBERS: LazyLock<Vec<Member>> = LazyLock::new(|| {
    TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut columns = line.split('\t');
            Some(Member {
                base: columns.next()?,
                form: columns.next()?,
                note: Note {
                    ja: columns.next()?,
                    en: columns.next()?,
                },
            })
        })
        .collect()
});

/// The form at the beginning of `text` that the table has, the longest first: a variation selector
/// belongs to the character before it.
fn member_at(text: &str) -> Option<&'static Member> {
    MEMBERS
        .iter()
        .filter(|m| text.starts_with(m.form))
        .max_by_key(|m| m.form.len())
}

/// A text with the common form of every character that has look-alikes.
pub fn common(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        match member_at(rest) {
            Some(member) => {
                out.push_str(member.base);
                rest = &rest[member.form.len()..];
            }
            None => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out
}

/// Notes for the characters of `text` that have look-alikes, in their order.
pub fn notes(text: &str) -> Vec<(&'static str, Note)> {
    let mut notes = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        match member_at(rest) {
            Some(member) => {
                notes.push((member.form, member.note));
                rest = &rest[member.form.len()..];
            }
            None => rest = &rest[c.len_utf8()..],
        }
    }
    notes
}

/// `text` with one of its characters in another form, for each such character and form.
pub fn beside(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let Some(member) = member_at(&text[at..]) else {
            at += c.len_utf8();
            continue;
        };
        let rest = &text[at + member.form.len()..];
        for other in MEMBERS.iter() {
            if other.base == member.base && other.form != member.form {
                found.push(format!("{}{}{rest}", &text[..at], other.form));
            }
        }
        at += member.form.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_complete_and_no_form_is_twice() {
        let lines: Vec<_> = TABLE.lines().filter(|l| !l.starts_with('#')).collect();
        assert_eq!(MEMBERS.len(), lines.len());
        let mut forms = std::collections::BTreeSet::new();
        for member in MEMBERS.iter() {
            assert!(forms.insert(member.form), "{} is twice", member.form);
            assert!(
                !member.note.ja.is_empty() && member.note.en.is_ascii(),
                "{}",
                member.form
            );
            let bases = MEMBERS.iter().filter(|m| m.form == member.base).count();
            assert_eq!(bases, 1, "{} has no line for its base", member.form);
        }
    }

    #[test]
    fn look_alikes_stand_beside_the_common_form_and_are_told_apart() {
        for (common, rare) in [
            ("高橋", "髙橋"),
            ("山崎", "山﨑"),
            ("吉川", "𠮷川"),
            ("渡辺", "渡邊"),
            ("渡辺", "渡邉"),
            ("斎藤", "齋藤"),
            ("斉藤", "齊藤"),
            ("辻", "辻\u{e0100}"),
        ] {
            assert!(beside(common).contains(&rare.to_owned()), "{common} {rare}");
            assert_ne!(notes(common)[0].1, notes(rare)[0].1);
        }
        assert!(beside("山田").is_empty());
        assert!(notes("山田").is_empty());
    }
}
