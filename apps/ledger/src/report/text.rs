//! The part for people: Japanese first, English beside it.

use super::head::{Facts, Kind, Operation, Place};
use super::key_for_people;
use super::survey::{Places, Survey};
use crate::{Entry, Event, Outcome, words};
use codes::{ErrorCode, Language};
use ed25519_dalek::VerifyingKey;
use mynumber::{Date, Purpose};
use std::fmt::{self, Display, Write};

const RULE: &str = "------------------------------------------------------------------------";

/// Everything before the entries.
pub(super) fn opening(
    facts: &Facts,
    survey: &Survey,
    head: &Place,
    key: &VerifyingKey,
) -> Result<String, fmt::Error> {
    let mut w = String::new();
    let title = match facts.kind {
        Kind::Report => "作業履歴報告書（特定個人情報等の取扱記録）／ Report of handling",
        Kind::Export => "取扱記録の全件出力 ／ Export of the whole ledger",
    };
    writeln!(w, "\n{title}\n{RULE}")?;
    identity(&mut w, facts)?;
    let made = &facts.made;
    writeln!(
        w,
        "作成日時 Made at         {}{}",
        Clock(made.unix_seconds),
        if made.clock_confirmed {
            ""
        } else {
            "（日時は未確認 clock not confirmed）"
        }
    )?;
    writeln!(
        w,
        "作成者 Made by           {}（{} {}）",
        made.user.name,
        made.role.japanese(),
        made.role.english()
    )?;
    writeln!(
        w,
        "使用PC On the PC         {}（{}）",
        made.pc.name, made.pc.id
    )?;
    writeln!(
        w,
        "ソフトウェア Software    蔵守 Kuramori {}",
        facts.release
    )?;
    writeln!(
        w,
        "運用 Operation           {}",
        match facts.operation {
            Operation::Single => "単独運用（第二者の承認なし） by one person, no second approval",
            Operation::SecondPerson =>
                "二人での承認（出力・削除・利用者の変更） a second person approves exports, deletions and changes of users",
        }
    )?;
    writeln!(
        w,
        "記録の末尾 Ledger's head  第{}件 no. {}",
        head.seq, head.seq
    )?;
    writeln!(w, "  連鎖の値 Chain's hash  {}", head.hash)?;
    writeln!(w, "  署名鍵 Signing key     {}", key_for_people(key))?;
    writeln!(w, "掲載件数 Entries shown   {}", survey.shown)?;
    writeln!(
        w,
        "個人番号は記載していません。 It holds no individual number."
    )?;
    if facts.filter.person.is_some() {
        writeln!(
            w,
            "対象者以外の記録は内容を示さず、連鎖の確認に必要な値だけを付けています。\n\
             Entries about others are left out; of them only the values that the chain needs are attached."
        )?;
    }
    warnings(&mut w, survey)?;
    users(&mut w, survey)?;
    counts(&mut w, survey)?;
    if facts.kind == Kind::Report {
        writeln!(w, "\n明細 Entries\n{RULE}")?;
    }
    Ok(w)
}

fn identity(w: &mut String, facts: &Facts) -> fmt::Result {
    let filter = &facts.filter;
    writeln!(w, "事業者 Company           {}", facts.company.name)?;
    let day = |day: Option<Date>| day.map_or(String::new(), |d| d.to_string());
    if filter.from.is_none() && filter.to.is_none() {
        writeln!(w, "期間 Period              全期間 all")?;
    } else {
        writeln!(
            w,
            "期間 Period              {} 〜 {}（記録時の日時による by the clock of each entry）",
            day(filter.from),
            day(filter.to)
        )?;
    }
    let name = |named: &Option<super::Named>| {
        named
            .as_ref()
            .map_or("すべて all".to_owned(), |n| n.name.clone())
    };
    writeln!(w, "対象者 Person            {}", name(&filter.person))?;
    writeln!(w, "使用者 User              {}", name(&filter.user))?;
    writeln!(w, "報告書番号 Report no.    {}", facts.id)
}

fn warnings(w: &mut String, survey: &Survey) -> fmt::Result {
    writeln!(w, "\n日時についての注意 Warnings about the clock\n{RULE}")?;
    let mut none = true;
    for (places, ja, en) in [
        (
            &survey.unconfirmed,
            "日時が確認されていない記録",
            "entries whose clock nobody had confirmed",
        ),
        (
            &survey.backwards,
            "前の記録より前の日時を示す記録（全件中）",
            "entries of the whole ledger with an earlier time than the one before",
        ),
    ] {
        if places.count > 0 {
            none = false;
            writeln!(w, "{ja}：{}件 {}\n  {en}", places.count, Listed(places))?;
        }
    }
    if none {
        writeln!(w, "なし none")?;
    }
    Ok(())
}

/// Who worked how often and for how long. The length of a login is that of its last entry
/// shown.
fn users(w: &mut String, survey: &Survey) -> fmt::Result {
    writeln!(w, "\n使用者別の件数 Counts by user\n{RULE}")?;
    writeln!(w, "実行 done  拒否 refused  ログイン logins  使用時間 time")?;
    for user in survey.users.values() {
        let seconds = user.sessions.values().sum();
        write!(
            w,
            "{:>8}  {:>8}  {:>8}      {}  {}",
            user.count.done,
            user.count.refused,
            user.sessions.len(),
            Length(seconds),
            user.name
        )?;
        let roles: Vec<_> = user.roles.iter().map(|role| role.japanese()).collect();
        match roles.is_empty() {
            true => writeln!(w)?,
            false => writeln!(w, "（{}）", roles.join("、"))?,
        }
    }
    Ok(())
}

fn counts(w: &mut String, survey: &Survey) -> fmt::Result {
    writeln!(w, "\n操作別の件数 Counts by operation\n{RULE}")?;
    writeln!(w, "実行 done  拒否 refused")?;
    for (event, count) in &survey.counts {
        writeln!(
            w,
            "{:>8}  {:>8}      {} {} ／ {}",
            count.done,
            count.refused,
            event.code(),
            bare(event.template_ja()),
            bare(event.template_en())
        )?;
    }
    Ok(())
}

/// One entry.
pub(super) fn entry(w: &mut String, entry: &Entry) -> fmt::Result {
    write!(w, "第{}件  {}", entry.seq, Clock(entry.unix_seconds))?;
    if !entry.clock_confirmed {
        w.push_str("（日時は未確認）");
    }
    if entry.event == Event::ClockBackwards {
        w.push_str("（日時の逆行）");
    }
    writeln!(w)?;
    match &entry.user {
        None => write!(w, "  使用者なし nobody logged in")?,
        Some(user) => {
            write!(w, "  {}（{}", user.name, user.role.japanese())?;
            if let Some(department) = &user.department {
                write!(w, "、{department}")?;
            }
            write!(w, "）")?;
        }
    }
    write!(w, "  PC：{}（{}）", entry.pc.name, entry.pc.id)?;
    if let Some(session) = &entry.session {
        write!(w, "  ログインから since login {}", Length(session.seconds))?;
    }
    writeln!(w)?;
    writeln!(w, "  {} {}", entry.event.code(), entry.text_ja())?;
    writeln!(w, "        {}", entry.text_en())?;
    if let Some(about) = words::about(entry)
        && !entry.event.template_ja().contains("{document}")
    {
        writeln!(w, "  内容 about：{}（{}）", about.0, about.1)?;
    }
    if let Some(purpose) = entry.purpose
        && !entry.event.template_ja().contains("{purpose}")
    {
        writeln!(w, "  利用目的 purpose：{}", Purpose::japanese(purpose))?;
    }
    match &entry.outcome {
        Outcome::Ok => writeln!(w, "  結果 outcome：実行 done"),
        Outcome::Refused(code) => {
            write!(
                w,
                "  結果 outcome：拒否または失敗 refused or failed（{code}"
            )?;
            if let Some(error) = ErrorCode::from_code(code) {
                let what = [Language::Japanese, Language::English].map(|l| error.what(l));
                write!(w, " {} {}", what[0], what[1])?;
            }
            writeln!(w, "）")
        }
    }
}

/// What stands between the part for people and the part for machines.
pub(super) fn closing() -> String {
    format!(
        "{RULE}\n\
         以下は機械で確認するための部分です。方法は docs/formats/ledger-report.md にあります。\n\
         What follows is for machines; docs/formats/ledger-report.md says how to check it.\n\
         {RULE}\n"
    )
}

/// A template without its slots: `個人番号を表示：{subject}（{purpose}）` → `個人番号を表示`.
/// What stands with a slot in brackets goes with it.
fn bare(template: &str) -> &str {
    let end = template.find('{').unwrap_or(template.len());
    let before = &template[..end];
    let end = match before.rfind(['（', '(']) {
        Some(open) if !before[open..].contains(['）', ')']) => open,
        _ => end,
    };
    template[..end].trim_end_matches([' ', '：', ':'])
}

/// A moment in Japan: `2026-11-22 01:35:47`.
struct Clock(i64);

impl Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Date::in_japan(self.0) {
            Err(_) => write!(f, "日時不明 unknown ({})", self.0),
            Ok(day) => {
                let second = (self.0 + 9 * 3600).rem_euclid(86_400);
                write!(
                    f,
                    "{day} {:02}:{:02}:{:02}",
                    second / 3600,
                    second / 60 % 60,
                    second % 60
                )
            }
        }
    }
}

/// A length of time: `1時間2分3秒`.
struct Length(u64);

impl Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes, seconds) = (self.0 / 3600, self.0 / 60 % 60, self.0 % 60);
        if hours > 0 {
            write!(f, "{hours}時間")?;
        }
        if self.0 >= 60 {
            write!(f, "{minutes}分")?;
        }
        write!(f, "{seconds}秒")
    }
}

/// `（第3件、第8件…）`
struct Listed<'a>(&'a Places);

impl Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places: Vec<String> = self.0.first.iter().map(|n| format!("第{n}件")).collect();
        let more = if self.0.count > places.len() as u64 {
            "…"
        } else {
            ""
        };
        write!(f, "（{}{more}）", places.join("、"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_lose_their_slots_for_the_counts() {
        assert_eq!(bare(Event::NumberRevealed.template_ja()), "個人番号を表示");
        assert_eq!(
            bare(Event::NumberRevealed.template_en()),
            "Individual number shown"
        );
        for event in Event::ALL {
            for bare in [bare(event.template_ja()), bare(event.template_en())] {
                let count = |brackets: [char; 2]| bare.matches(brackets).count();
                assert!(!bare.is_empty(), "{}", event.code());
                assert_eq!(count(['（', '(']), count(['）', ')']), "{bare}");
            }
        }
    }

    #[test]
    fn moments_and_lengths_are_written_for_people() {
        assert_eq!(Clock(1_795_212_000).to_string(), "2026-11-21 07:00:00");
        assert_eq!(
            Clock(i64::MIN).to_string(),
            format!("日時不明 unknown ({})", i64::MIN)
        );
        assert_eq!(Length(59).to_string(), "59秒");
        assert_eq!(Length(3_600).to_string(), "1時間0分0秒");
        assert_eq!(Length(125).to_string(), "2分5秒");
    }
}
