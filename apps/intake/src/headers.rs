//! What a column's title means: data/headers.toml.

use crate::{Field, Target};
use mynumber::search::fold;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    version: u16,
    checked_on: mynumber::Date,
    family_prefixes: Vec<String>,
    spouse_prefixes: Vec<String>,
    titles: BTreeMap<Field, Vec<String>>,
}

struct Headers {
    family: Vec<String>,
    spouse: Vec<String>,
    fields: HashMap<String, Field>,
}

static HEADERS: LazyLock<Headers> = LazyLock::new(|| {
    let raw: Raw = toml::from_str(include_str!("../data/headers.toml"))
        .expect("a test reads the built-in titles");
    let (_, _) = (raw.version, raw.checked_on);
    let plain = |titles: Vec<String>| titles.iter().map(|t| normal(t)).collect::<Vec<_>>();
    let longest_first = |titles| {
        let mut titles = plain(titles);
        titles.sort_by_key(|t| std::cmp::Reverse(t.len()));
        titles
    };
    Headers {
        family: longest_first(raw.family_prefixes),
        spouse: longest_first(raw.spouse_prefixes),
        fields: raw
            .titles
            .into_iter()
            .flat_map(|(field, titles)| plain(titles).into_iter().map(move |t| (t, field)))
            .collect(),
    }
});

/// Each field's code with its titles, as they stand in the registry.
pub(crate) fn listed() -> Vec<(String, Vec<String>)> {
    let raw: Raw = toml::from_str(include_str!("../data/headers.toml"))
        .expect("a test reads the built-in titles");
    let code = |field: Field| {
        let code = toml::Value::try_from(field).ok();
        code.and_then(|code| code.as_str().map(str::to_owned))
            .unwrap_or_default()
    };
    raw.titles
        .into_iter()
        .map(|(field, titles)| (code(field), titles))
        .collect()
}

/// What a column with this title most likely has.
pub(crate) fn recognise(title: &str) -> Option<Target> {
    let title = normal(title);
    let headers = &*HEADERS;
    if let Some(&field) = headers.fields.get(&title) {
        return Some(Target::Own(field));
    }
    if let Some(field) = after_prefix(&headers.spouse, &title) {
        return Some(Target::Family(Target::SPOUSE, field));
    }
    let (group, rest) = take_number(&title)?;
    let field = after_prefix(&headers.family, &rest).or_else(|| {
        // 続柄1, 氏名1: without a prefix only where nothing else can be meant.
        (rest == "続柄").then_some(Field::Relationship)
    })?;
    Some(Target::Family(group, field))
}

fn after_prefix(prefixes: &[String], title: &str) -> Option<Field> {
    prefixes
        .iter()
        .filter_map(|prefix| title.strip_prefix(prefix.as_str()))
        .find_map(|rest| HEADERS.fields.get(rest).copied())
        .filter(|field| !field.is_employees())
}

/// The one number of a title, 1 to [`Target::GROUPS`], and the title without it.
fn take_number(title: &str) -> Option<(u8, String)> {
    let begin = title.find(|c: char| c.is_ascii_digit())?;
    let end = title[begin..]
        .find(|c: char| !c.is_ascii_digit())
        .map_or(title.len(), |n| begin + n);
    let number: u8 = title[begin..end].parse().ok()?;
    if !(1..=Target::GROUPS).contains(&number) {
        return None;
    }
    let after = title[end..].strip_prefix("人目").unwrap_or(&title[end..]);
    let before = title[..begin].strip_suffix('第').unwrap_or(&title[..begin]);
    Some((number, format!("{before}{after}")))
}

/// Folded, without brackets and the signs people put between words.
fn normal(title: &str) -> String {
    fold(title)
        .chars()
        .filter(|c| {
            !c.is_control()
                && !matches!(
                    c,
                    '(' | ')' | '[' | ']' | '【' | '】' | '「' | '」' | '〔' | '〕'
                )
                && !matches!(
                    c,
                    '_' | '-' | '.' | ':' | '/' | '*' | '#' | '・' | '※' | '"' | '\''
                )
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_title_stands_for_one_field_and_every_field_has_a_title() {
        let raw: Raw = toml::from_str(include_str!("../data/headers.toml")).unwrap();
        let mut seen = BTreeSet::new();
        for (field, titles) in &raw.titles {
            assert!(!titles.is_empty(), "{field:?}");
            for title in titles {
                assert!(seen.insert(normal(title)), "{title} stands twice");
            }
        }
        assert_eq!(raw.titles.len(), Field::Until as usize + 1);
    }

    #[test]
    fn titles_are_recognised_however_they_are_written() {
        use Field::*;
        for (title, field) in [
            ("社員番号", EmployeeNo),
            ("社員No.", EmployeeNo),
            ("従業員ｺｰﾄﾞ", EmployeeNo),
            ("氏 名", Name),
            ("氏名（漢字）", Name),
            ("ﾌﾘｶﾞﾅ", Kana),
            ("ふりがな", Kana),
            ("マイナンバー", Number),
            ("【個人番号】", Number),
            ("Employee No", EmployeeNo),
            ("Date of birth", BirthDate),
            ("住所１", Address),
            ("同居・別居", Cohabitation),
            ("国民年金第3号", PensionThird),
        ] {
            assert_eq!(recognise(title), Some(Target::Own(field)), "{title}");
        }
        for title in [
            "",
            "給与",
            "備考",
            "家族の人数",
            "99",
            "家族21氏名",
            "家族1社員番号",
        ] {
            assert_eq!(recognise(title), None, "{title}");
        }
    }

    #[test]
    fn repeated_columns_are_recognised_with_their_group() {
        use Field::*;
        for (title, group, field) in [
            ("家族1氏名", 1, Name),
            ("家族氏名2", 2, Name),
            ("家族①_続柄", 1, Relationship),
            ("続柄3", 3, Relationship),
            ("扶養親族(2)生年月日", 2, BirthDate),
            ("扶養家族3人目 フリガナ", 3, Kana),
            ("被扶養者20 マイナンバー", 20, Number),
            ("Dependent 2 Name", 2, Name),
            ("配偶者氏名", 0, Name),
            ("配偶者マイナンバー", 0, Number),
        ] {
            assert_eq!(
                recognise(title),
                Some(Target::Family(group, field)),
                "{title}"
            );
        }
    }
}
