//! Mappings of columns, kept for each source of files.

use crate::store::{Line, Recorded, Weight};
use crate::{Moment, Note, Session, Vault, VaultError};
use intake::Mapping;
use ledger::Event;
use mynumber::Label;
use mynumber::rights::Operation;
use mynumber::search::fold;

/// How the files of one piece of software are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportSource {
    /// What people call it: the software's name.
    pub name: String,
    pub mapping: Mapping,
    pub saved_unix: i64,
}

impl Vault {
    /// By name.
    pub fn import_sources(&self, session: &Session) -> Result<Vec<ImportSource>, VaultError> {
        session.allow_any(&[Operation::Register])?;
        let mut statement = self.conn.prepare_cached(
            "SELECT name, mapping, saved_unix FROM import_sources
             WHERE company_id = ?1 ORDER BY name_folded",
        )?;
        let rows = statement.query_map([session.company()?], |r| {
            Ok((r.get(0)?, r.get::<_, String>(1)?, r.get(2)?))
        })?;
        rows.map(|row| {
            let (name, mapping, saved_unix) = row?;
            Ok(ImportSource {
                name,
                mapping: serde_json::from_str(&mapping)
                    .map_err(|_| VaultError::Damaged("a mapping of columns"))?,
                saved_unix,
            })
        })
        .collect()
    }

    /// Keeps a mapping under a name, in place of the one of that name. It was checked by
    /// [`Mapping::check`]; one that does not hold is [`VaultError::Mapping`].
    pub fn save_import_source(
        &mut self,
        session: &Session,
        name: &Label,
        mapping: &Mapping,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.seen(now);
        session.allow_any(&[Operation::Register])?;
        mapping.check().map_err(VaultError::Mapping)?;
        let json = serde_json::to_string(mapping).map_err(|_| VaultError::NoMemory)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            tx.execute(
                "INSERT INTO import_sources (company_id, name, name_folded, mapping, saved_unix)
                 VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (company_id, name_folded) DO UPDATE
                 SET name = excluded.name, mapping = excluded.mapping,
                     saved_unix = excluded.saved_unix",
                (
                    session.company()?,
                    name.as_str(),
                    fold(name.as_str()),
                    &json,
                    now.unix_seconds,
                ),
            )?;
            let id: i64 = tx.conn().query_row(
                "SELECT id FROM import_sources WHERE company_id = ?1 AND name_folded = ?2",
                (session.company()?, fold(name.as_str())),
                |r| r.get(0),
            )?;
            let note = Note::new(Event::MappingSaved).about(super::subject(&id.to_string(), name));
            Ok(Recorded::new((), Line::ok(note)))
        })
    }
}
