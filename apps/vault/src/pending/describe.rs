//! A request in the words of whoever has to decide about it: an approval is worth what the
//! second person could see.

use super::Act;
use crate::{PersonId, UserId, VaultError};
use mynumber::rights::{Grant, Scope};
use rusqlite::{Connection, OptionalExtension, Params};

/// The most names in one description.
const NAMES: usize = 50;

impl Act {
    /// For the ledger and the list: what, and how many or whom.
    pub fn title(&self) -> String {
        match self {
            Act::Export { people, .. } => format!("受渡し（{}人分）", people.len()),
            Act::Destroy { people, .. } => format!("個人番号の廃棄（{}人分）", people.len()),
            Act::UndoImport { people, .. } => format!("取込みの取消（{people}人分）"),
            Act::AddUser { name, grant, .. } => {
                format!("利用者の追加（{name}、{}）", grant.role().japanese())
            }
            Act::ChangeUser { user, name, .. } => {
                format!("利用者の変更（利用者{user}、{name}）")
            }
            Act::Grant { user, grant } => {
                format!("権限の変更（利用者{user}、{}）", grant.role().japanese())
            }
            Act::Withdraw { user } => format!("権限の取消（利用者{user}）"),
            Act::RemoveUser { user } => format!("利用者の削除（利用者{user}）"),
            Act::ResetPassphrase { user } => format!("パスフレーズの再設定（利用者{user}）"),
            Act::Restore { snapshot } => format!("控えからの復元（{snapshot}）"),
            Act::RemoveSnapshot { snapshot } => format!("控えの消去（{snapshot}）"),
            Act::WorkAlone => "単独運用の開始".into(),
        }
    }

    /// All that is asked, line by line. Never a number.
    pub(super) fn details(
        &self,
        conn: &Connection,
        company: &str,
    ) -> Result<Vec<String>, VaultError> {
        Ok(match self {
            Act::Export { entry, people } => {
                let mut lines = destination(conn, company, entry)?;
                lines.push(people_line(conn, company, people)?);
                lines
            }
            Act::Destroy { people, reason } => vec![
                format!("理由：{}", reason.japanese()),
                people_line(conn, company, people)?,
            ],
            Act::UndoImport { import, .. } => {
                let sql = "SELECT name FROM imports WHERE company_id = ?1 AND id = ?2";
                let name = one(conn, sql, (company, import))?;
                name.map(|name| format!("取込み：{name}"))
                    .into_iter()
                    .collect()
            }
            Act::AddUser {
                name,
                department,
                grant,
            } => {
                let mut lines = vec![format!("利用者：{name}")];
                lines.extend(department.iter().map(|at| format!("所属：{at}")));
                lines.extend(right(conn, company, grant)?);
                lines
            }
            Act::ChangeUser {
                user,
                name,
                department,
            } => {
                let mut lines = user_line(conn, *user)?;
                lines.push(format!("新しい氏名：{name}"));
                let department = department.as_deref().unwrap_or("なし");
                lines.push(format!("新しい所属：{department}"));
                lines
            }
            Act::Grant { user, grant } => {
                let mut lines = user_line(conn, *user)?;
                lines.extend(right(conn, company, grant)?);
                lines
            }
            Act::Withdraw { user } | Act::RemoveUser { user } | Act::ResetPassphrase { user } => {
                user_line(conn, *user)?
            }
            Act::Restore { .. } | Act::RemoveSnapshot { .. } | Act::WorkAlone => Vec::new(),
        })
    }
}

/// The payroll PC and program, the purpose and the last day of a whitelist entry.
fn destination(conn: &Connection, company: &str, entry: &str) -> Result<Vec<String>, VaultError> {
    let found: Option<(String, String, String, String)> = conn
        .prepare_cached(
            "SELECT e.pc_name, w.program, w.purpose, w.expires FROM whitelist w
             JOIN enrolments e ON e.id = w.enrolment_id WHERE w.company_id = ?1 AND w.id = ?2",
        )?
        .query_row((company, entry), |r| {
            Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))
        })
        .optional()?;
    Ok(
        found.map_or_else(Vec::new, |(pc, program, purpose, expires)| {
            let purpose = mynumber::Purpose::from_code(&purpose)
                .map_or(purpose.as_str(), |purpose| purpose.japanese())
                .to_owned();
            vec![
                format!("受取側PC：{pc}（{program}）"),
                format!("利用目的：{purpose}"),
                format!("期限：{expires}"),
            ]
        }),
    )
}

/// Names of people of this company, as many as fit.
fn people_line(
    conn: &Connection,
    company: &str,
    people: &[PersonId],
) -> Result<String, VaultError> {
    let sql = "SELECT name FROM people WHERE company_id = ?1 AND id = ?2";
    Ok(format!("対象：{}", names(conn, sql, company, people)?))
}

fn names(conn: &Connection, sql: &str, company: &str, ids: &[i64]) -> Result<String, VaultError> {
    let mut names = Vec::new();
    for id in ids.iter().take(NAMES) {
        names.extend(one(conn, sql, (company, id))?);
    }
    let mut text = names.join("、");
    if ids.len() > NAMES {
        text.push_str(&format!("、ほか{}", ids.len() - NAMES));
    }
    Ok(text)
}

fn user_line(conn: &Connection, user: UserId) -> Result<Vec<String>, VaultError> {
    let name = one(conn, "SELECT name FROM users WHERE id = ?1", [user])?;
    Ok(name
        .map(|name| format!("利用者：{name}"))
        .into_iter()
        .collect())
}

fn right(conn: &Connection, company: &str, grant: &Grant) -> Result<Vec<String>, VaultError> {
    let operations: Vec<&str> = grant.operations().iter().map(|o| o.japanese()).collect();
    let named = |sql, ids: &std::collections::BTreeSet<i64>| {
        names(conn, sql, company, &ids.iter().copied().collect::<Vec<_>>())
    };
    let scope = match grant.scope() {
        Scope::Company => "事業者全体".to_owned(),
        Scope::Departments(ids) => named(
            "SELECT name FROM departments WHERE company_id = ?1 AND id = ?2",
            ids,
        )?,
        Scope::People(ids) => named(
            "SELECT name FROM people WHERE company_id = ?1 AND id = ?2",
            ids,
        )?,
    };
    let mut lines = vec![
        format!("役割：{}", grant.role().japanese()),
        format!("できること：{}", operations.join("、")),
        format!("範囲：{scope}"),
    ];
    lines.extend(grant.pcs().map(|pcs| {
        let pcs: Vec<&str> = pcs.iter().map(String::as_str).collect();
        format!("使えるPC：{}", pcs.join("、"))
    }));
    lines.extend(grant.until().map(|last| format!("期限：{last}")));
    Ok(lines)
}

fn one(conn: &Connection, sql: &str, params: impl Params) -> Result<Option<String>, VaultError> {
    Ok(conn
        .prepare_cached(sql)?
        .query_row(params, |r| r.get(0))
        .optional()?)
}
