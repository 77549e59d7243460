//! What employees, families, payees and the proprietor have in common: somebody with a
//! name, kept exactly as typed, whose number may be held.

use super::{optional_date, optional_text, text};
use crate::store::Tx;
use crate::{PersonId, Session, VaultError};
use ledger::Subject;
use mynumber::filing::FilingName;
use mynumber::people::PersonKind;
use mynumber::search::{fold, sort_key};
use mynumber::{Address, Date, Kana, PersonName, PostalCode, Romaji, Sex};
use rusqlite::{Connection, OptionalExtension, Row};

/// 氏名 and the rest of what identifies somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Particulars {
    pub name: PersonName,
    /// 届出用氏名, where an office's form cannot take the name as it is.
    pub filing_name: Option<FilingName>,
    /// フリガナ; may be unknown.
    pub kana: Option<Kana>,
    pub other_names: OtherNames,
    /// Of payees often unknown.
    pub birth_date: Option<Date>,
    pub sex: Option<Sex>,
    pub postal_code: Option<PostalCode>,
    pub address: Option<Address>,
}

/// Other names of the same person, which are found as well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OtherNames {
    /// ローマ字氏名
    pub romaji: Option<Romaji>,
    /// 通称 of a foreign national.
    pub alias: Option<PersonName>,
    /// 旧姓, borne before this company knew the person; later ones are [`FormerName`]s.
    pub former_surname: Option<PersonName>,
}

/// A name that was borne until a day (改姓).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerName {
    pub name: PersonName,
    pub filing_name: Option<FilingName>,
    pub kana: Option<Kana>,
    /// The day from which another name holds.
    pub replaced_on: Date,
}

/// A change of name that is no correction: marriage, adoption, naturalisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    pub name: PersonName,
    pub filing_name: Option<FilingName>,
    pub kana: Option<Kana>,
    /// The day from which it holds.
    pub on: Date,
}

/// Columns of `people p` that [`read`] takes.
pub(crate) const PARTICULARS: &str = "p.name, p.filing_name, p.kana, p.birth_date, p.sex,
     p.address, p.romaji, p.alias, p.former_surname, p.postal_code";
pub(crate) const PARTICULARS_COLUMNS: usize = 10;

pub(crate) fn read(r: &Row<'_>, at: usize) -> rusqlite::Result<Particulars> {
    Ok(Particulars {
        name: text(r, at)?,
        filing_name: optional_text(r, at + 1)?,
        kana: optional_text(r, at + 2)?,
        birth_date: optional_date(r, at + 3)?,
        sex: match r.get::<_, Option<i64>>(at + 4)? {
            None => None,
            Some(1) => Some(Sex::Male),
            Some(_) => Some(Sex::Female),
        },
        address: optional_text(r, at + 5)?,
        other_names: OtherNames {
            romaji: optional_text(r, at + 6)?,
            alias: optional_text(r, at + 7)?,
            former_surname: optional_text(r, at + 8)?,
        },
        postal_code: optional_text(r, at + 9)?,
    })
}

/// Of one person.
pub(crate) fn load(conn: &Connection, person: PersonId) -> Result<Particulars, VaultError> {
    Ok(conn
        .prepare_cached(&format!(
            "SELECT {PARTICULARS} FROM people p WHERE p.id = ?1"
        ))?
        .query_row([person], |r| read(r, 0))?)
}

/// Puts somebody in; who it is as an employee, dependant or payee is a row of its own.
pub(crate) fn insert(
    tx: &Tx<'_>,
    company: &str,
    kind: PersonKind,
    particulars: &Particulars,
    sort_key: &str,
    code: &str,
) -> Result<PersonId, VaultError> {
    tx.execute(
        "INSERT INTO people (company_id, kind, revision, name, filing_name, kana, birth_date,
         sex, address, sort_key, search, romaji, alias, former_surname, postal_code)
         VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        (
            company,
            kind.code(),
            particulars.name.as_str(),
            particulars.filing_name.as_ref().map(FilingName::as_str),
            particulars.kana.as_ref().map(Kana::as_str),
            particulars.birth_date.map(|d| d.to_string()),
            particulars.sex.map(sex_code),
            particulars.address.as_ref().map(Address::as_str),
            sort_key,
            search_text(code, particulars, &[]),
            particulars.other_names.romaji.as_ref().map(Romaji::as_str),
            particulars
                .other_names
                .alias
                .as_ref()
                .map(PersonName::as_str),
            particulars
                .other_names
                .former_surname
                .as_ref()
                .map(PersonName::as_str),
            particulars.postal_code.as_ref().map(PostalCode::as_str),
        ),
    )?;
    Ok(tx.conn().last_insert_rowid())
}

/// Writes the particulars anew, with the next revision.
pub(crate) fn update(
    tx: &Tx<'_>,
    person: PersonId,
    particulars: &Particulars,
    sort_key: &str,
    code: &str,
) -> Result<(), VaultError> {
    let former = former_names(tx.conn(), person)?;
    tx.execute(
        "UPDATE people SET name = ?2, filing_name = ?3, kana = ?4, birth_date = ?5, sex = ?6,
         address = ?7, sort_key = ?8, search = ?9, romaji = ?10, alias = ?11,
         former_surname = ?12, postal_code = ?13, revision = revision + 1 WHERE id = ?1",
        (
            person,
            particulars.name.as_str(),
            particulars.filing_name.as_ref().map(FilingName::as_str),
            particulars.kana.as_ref().map(Kana::as_str),
            particulars.birth_date.map(|d| d.to_string()),
            particulars.sex.map(sex_code),
            particulars.address.as_ref().map(Address::as_str),
            sort_key,
            search_text(code, particulars, &former),
            particulars.other_names.romaji.as_ref().map(Romaji::as_str),
            particulars
                .other_names
                .alias
                .as_ref()
                .map(PersonName::as_str),
            particulars
                .other_names
                .former_surname
                .as_ref()
                .map(PersonName::as_str),
            particulars.postal_code.as_ref().map(PostalCode::as_str),
        ),
    )
    .map(|_| ())
}

/// Only counts a change that stands in another table.
pub(crate) fn revise(tx: &Tx<'_>, person: PersonId) -> Result<(), VaultError> {
    tx.execute(
        "UPDATE people SET revision = revision + 1 WHERE id = ?1",
        [person],
    )
    .map(|_| ())
}

/// Keeps the name that a new one replaces.
pub(crate) fn keep_name(
    tx: &Tx<'_>,
    person: PersonId,
    old: &Particulars,
    on: Date,
) -> Result<(), VaultError> {
    tx.execute(
        "INSERT INTO former_names (person_id, name, filing_name, kana, replaced_on)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        (
            person,
            old.name.as_str(),
            old.filing_name.as_ref().map(FilingName::as_str),
            old.kana.as_ref().map(Kana::as_str),
            on.to_string(),
        ),
    )
    .map(|_| ())
}

/// Newest first.
pub(crate) fn former_names(
    conn: &Connection,
    person: PersonId,
) -> Result<Vec<FormerName>, VaultError> {
    let mut statement = conn.prepare_cached(
        "SELECT name, filing_name, kana, replaced_on FROM former_names WHERE person_id = ?1
         ORDER BY replaced_on DESC, id DESC",
    )?;
    let rows = statement.query_map([person], |r| {
        Ok(FormerName {
            name: text(r, 0)?,
            filing_name: optional_text(r, 1)?,
            kana: optional_text(r, 2)?,
            replaced_on: super::date(r, 3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Lists an employee's family under another 社員番号.
pub(crate) fn renumber_family(
    tx: &Tx<'_>,
    employee: PersonId,
    employee_no: &str,
) -> Result<(), VaultError> {
    let key = sort_key(employee_no);
    let mut statement = tx.conn().prepare_cached(&format!(
        "SELECT p.id, {PARTICULARS} FROM people p JOIN dependants d ON d.person_id = p.id
         WHERE d.employee_id = ?1 AND p.sort_key <> ?2"
    ))?;
    let family: Vec<(PersonId, Particulars)> = statement
        .query_map((employee, &key), |r| Ok((r.get(0)?, read(r, 1)?)))?
        .collect::<Result<_, _>>()?;
    for (person, particulars) in family {
        update(tx, person, &particulars, &key, employee_no)?;
    }
    Ok(())
}

/// Kind and revision of somebody of this company.
pub(crate) fn kind_of(
    conn: &Connection,
    company: &str,
    person: PersonId,
) -> Result<(PersonKind, u32), VaultError> {
    conn.prepare_cached("SELECT kind, revision FROM people WHERE id = ?1 AND company_id = ?2")?
        .query_row((person, company), |r| {
            Ok((super::coded(r, 0, PersonKind::from_code)?, r.get(1)?))
        })
        .optional()?
        .ok_or(VaultError::NotFound)
}

/// Fails unless the person stands in the lists this user sees.
pub(crate) fn listed(
    conn: &Connection,
    session: &Session,
    person: PersonId,
) -> Result<(), VaultError> {
    session.allow_listing()?;
    session.lists(&session.target(conn, person)?)
}

/// The person as the ledger names them.
pub(crate) fn subject(
    conn: &Connection,
    company: &str,
    person: PersonId,
) -> Result<Subject, VaultError> {
    conn.prepare_cached(
        "SELECT p.kind, p.name, e.employee_no, d.employee_id, s.name, y.code FROM people p
         LEFT JOIN dependants d ON d.person_id = p.id
         LEFT JOIN employees e ON e.person_id = COALESCE(d.employee_id, p.id)
         LEFT JOIN people s ON s.id = d.employee_id
         LEFT JOIN payees y ON y.person_id = p.id
         WHERE p.id = ?1 AND p.company_id = ?2",
    )?
    .query_row((person, company), |r| {
        let (id, name) = (person, r.get(1)?);
        Ok(match super::coded(r, 0, PersonKind::from_code)? {
            PersonKind::Employee => Subject::Person {
                id,
                employee_no: r.get(2)?,
                name,
            },
            PersonKind::Dependant => Subject::Dependant {
                id,
                name,
                employee: r.get(3)?,
                employee_no: r.get(2)?,
                employee_name: r.get(4)?,
            },
            PersonKind::Payee => Subject::Payee {
                id,
                code: r.get(5)?,
                name,
            },
            PersonKind::Proprietor => Subject::Proprietor { id, name },
        })
    })
    .optional()?
    .ok_or(VaultError::NotFound)
}

/// What a search finds: the code, the names borne now and before, each folded.
fn search_text(code: &str, particulars: &Particulars, former: &[FormerName]) -> String {
    let kana = |kana: &Option<Kana>| fold(kana.as_ref().map_or("", Kana::as_str));
    let filing = |name: &Option<FilingName>| fold(name.as_ref().map_or("", FilingName::as_str));
    let mut fields = vec![
        fold(code),
        fold(particulars.name.as_str()),
        kana(&particulars.kana),
        filing(&particulars.filing_name),
    ];
    let others = &particulars.other_names;
    fields.extend(others.romaji.iter().map(|name| fold(name.as_str())));
    let names = others.alias.iter().chain(&others.former_surname);
    fields.extend(names.map(|name| fold(name.as_str())));
    for old in former {
        fields.extend([fold(old.name.as_str()), kana(&old.kana)]);
    }
    fields.retain(|f| !f.is_empty());
    fields.join(super::index::SEPARATOR)
}

/// 1 男, 2 女, as in official forms.
pub(crate) fn sex_code(sex: Sex) -> i64 {
    match sex {
        Sex::Male => 1,
        Sex::Female => 2,
    }
}
