//! Companies (事業者): each has keys of its own, so that two of them never mix.

use crate::keyring::{Keyring, Secret};
use crate::keys::{self, Key};
use crate::session::{Door, Entered};
use crate::store::{Line, Recorded, Tx, Weight};
use crate::{
    CompanyFields, CompanyId, Moment, Note, RuleError, Session, UserId, Vault, VaultError, rights,
};
use ed25519_dalek::SigningKey;
use ledger::{Event, Subject};
use mynumber::rights::{Denied, Grant, Operation, Role, Target};
use mynumber::{Address, CompanyName, CorporateNumber};
use rusqlite::{Connection, OptionalExtension, Row};

/// Whose company it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompanyKind {
    Own,
    /// 顧問先, 関与先: a client of the 社労士 or 税理士 whose vault this is.
    Client,
}

/// A company as its user's list has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanyRow {
    pub id: CompanyId,
    pub kind: CompanyKind,
    pub name: String,
    pub role: Role,
    /// Why it cannot be entered now; `None` where it can.
    pub closed: Option<Denied>,
}

/// The company entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    pub id: CompanyId,
    pub kind: CompanyKind,
    pub fields: CompanyFields,
    /// Whether export, deletion and changes of users wait for a second person's word;
    /// otherwise it is worked alone (単独運用), which every report says.
    pub second_person: bool,
    /// [`Vault::set_notice_first`]
    pub notice_first: bool,
    /// [`Vault::set_real_estate_dealer`]
    pub real_estate_dealer: bool,
    pub created_unix: i64,
}

impl Vault {
    /// The companies of the session's user, the oldest first.
    pub fn companies(&self, session: &Session) -> Result<Vec<CompanyRow>, VaultError> {
        self.companies_of(session.user_id())?
            .into_iter()
            .map(|id| {
                let grant = self.grant_of(session, &id)?;
                let (kind, name) = self
                    .conn
                    .prepare_cached("SELECT kind, name FROM companies WHERE id = ?1")?
                    .query_row([&id], |r| Ok((kind(r, 0)?, r.get(1)?)))?;
                Ok(CompanyRow {
                    id,
                    kind,
                    name,
                    role: grant.role(),
                    closed: grant.holds(session.pc(), session.today()).err(),
                })
            })
            .collect()
    }

    /// The company entered.
    pub fn company(&self, session: &Session) -> Result<Company, VaultError> {
        load(&self.conn, session.company()?)
    }

    /// Opens another company's keys; those of the one before are wiped. Both ledgers say
    /// so, with a checkpoint in the one entered.
    pub fn enter_company(
        &mut self,
        session: &mut Session,
        company: &str,
        now: Moment,
    ) -> Result<(), VaultError> {
        if session.must_change_passphrase() {
            return Err(VaultError::MustChangePassphrase);
        }
        session.seen(now);
        let entered = self.unlock_company(session, company)?;
        let before = session.leave();
        let subject = subject(&self.conn, company)?;
        let left = match &before {
            Some(before) if before.company != company => {
                let left = self::subject(&self.conn, &before.company)?;
                Some((
                    before.company.clone(),
                    Note::new(Event::CompanyLeft).about(left),
                ))
            }
            _ => None,
        };
        drop(before);
        session.enter(entered);
        let written = self.transact(Some(session), Weight::Essential, now, |tx| {
            tx.execute("UPDATE vault SET open_company = ?1", [company])?;
            let note = Note::new(Event::CompanyEntered).about(subject.clone());
            let mut recorded = Recorded::new((), Line::ok(note)).with_checkpoint();
            if let Some((before, note)) = &left {
                recorded = recorded.and(Line::ok(note.clone()).in_ledger_of(before));
            }
            Ok(recorded)
        });
        if written.is_err() {
            session.leave();
        }
        written
    }

    /// Makes a company, whose 責任者 is the session's user. Only who manages the users of
    /// the company entered may.
    pub fn create_company(
        &mut self,
        session: &Session,
        kind: CompanyKind,
        fields: &CompanyFields,
        now: Moment,
    ) -> Result<CompanyId, VaultError> {
        session.allow(Operation::ManageUsers, &Target::Company)?;
        let user = session.user_id();
        let public = session.identity().public();
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let mut founded = None;
            tx.change_keyring(|keyring| {
                founded = Some(found(keyring, user, &public)?);
                Ok(())
            })?;
            let founded = founded.ok_or(VaultError::NoRandom)?;
            insert(tx, &founded, kind, fields, user, now)?;
            let note = Note::new(Event::CompanyCreated).about(Subject::Company {
                id: founded.id.clone(),
                name: fields.name.as_str().to_owned(),
            });
            let line = Line::ok(note.clone()).in_ledger_of(&founded.id);
            Ok(Recorded::new(founded.id, Line::ok(note)).and(line))
        })
    }

    /// Changes the name and the address of the company entered, or its 法人番号.
    pub fn change_company(
        &mut self,
        session: &Session,
        fields: &CompanyFields,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.allow(Operation::ManageUsers, &Target::Company)?;
        let company = session.company()?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            if fields.corporate_number.is_some() && proprietors_number(tx, company)? {
                return Err(RuleError::HasProprietor.into());
            }
            tx.execute(
                "UPDATE companies SET name = ?2, corporate_number = ?3, address = ?4 WHERE id = ?1",
                (
                    company,
                    fields.name.as_str(),
                    fields
                        .corporate_number
                        .as_ref()
                        .map(CorporateNumber::as_str),
                    fields.address.as_ref().map(Address::as_str),
                ),
            )?;
            let note = Note::new(Event::CompanyChanged).about(subject(tx.conn(), company)?);
            Ok(Recorded::new((), Line::ok(note)))
        })
    }

    /// Opens a company's keys for the session's user, if their right holds here today.
    pub(crate) fn unlock_company(
        &self,
        session: &Session,
        company: &str,
    ) -> Result<Entered, VaultError> {
        let grant = self.grant_of(session, company)?;
        grant
            .holds(session.pc(), session.today())
            .map_err(VaultError::NotAllowed)?;
        let (generation, signing_public, keys_due) = self
            .conn
            .prepare_cached(
                "SELECT key_generation, signing_public, rotation_due FROM companies WHERE id = ?1",
            )?
            .query_row([company], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
        let door = Door {
            company,
            generation,
            signing_public,
            keys_due,
            grant,
        };
        session.unlock(door, &self.ring.keys)
    }

    /// Where there is no grant there is no company, for all this user learns.
    fn grant_of(&self, session: &Session, company: &str) -> Result<Grant, VaultError> {
        rights::grant(&self.conn, company, session.user_id())?.ok_or(VaultError::NotFound)
    }
}

/// Whether a sole proprietor's own number is held, which a corporation has no use for.
fn proprietors_number(tx: &Tx<'_>, company: &str) -> Result<bool, VaultError> {
    Ok(tx.conn().query_row(
        "SELECT EXISTS (SELECT 1 FROM people p JOIN numbers n ON n.person_id = p.id
         WHERE p.company_id = ?1 AND p.kind = 'proprietor' AND n.destroyed_unix IS NULL)",
        [company],
        |r| r.get(0),
    )?)
}

/// A company about to be made, its keys sealed already.
pub(crate) struct Founded {
    pub id: CompanyId,
    pub signing_public: [u8; 32],
}

/// Makes a company's keys and seals them to its first user.
pub(crate) fn found(
    keyring: &mut Keyring,
    user: UserId,
    public: &[u8; 32],
) -> Result<Founded, VaultError> {
    let id = keys::random_id()?;
    let seed = Key::random()?;
    let signing = Box::new(SigningKey::from_bytes(seed.bytes()));
    keyring.seal(&id, Secret::SigningKey, user, public, &seed)?;
    keyring.seal(&id, Secret::NumberKey(1), user, public, &Key::random()?)?;
    Ok(Founded {
        id,
        signing_public: signing.verifying_key().to_bytes(),
    })
}

pub(crate) fn insert(
    tx: &Tx<'_>,
    founded: &Founded,
    kind: CompanyKind,
    fields: &CompanyFields,
    user: UserId,
    now: Moment,
) -> Result<(), VaultError> {
    tx.execute(
        "INSERT INTO companies (id, kind, name, corporate_number, address, created_unix,
         key_generation, signing_public) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7)",
        (
            &founded.id,
            match kind {
                CompanyKind::Own => "own",
                CompanyKind::Client => "client",
            },
            fields.name.as_str(),
            fields
                .corporate_number
                .as_ref()
                .map(CorporateNumber::as_str),
            fields.address.as_ref().map(Address::as_str),
            now.unix_seconds,
            founded.signing_public,
        ),
    )?;
    rights::put_grant(
        tx,
        &founded.id,
        user,
        &Grant::of_role(Role::Responsible),
        now,
    )
}

pub(crate) fn load(conn: &Connection, company: &str) -> Result<Company, VaultError> {
    conn.prepare_cached(
        "SELECT kind, name, corporate_number, address, second_person, created_unix,
                notice_first, real_estate_dealer
         FROM companies WHERE id = ?1",
    )?
    .query_row([company], |r| {
        let optional = |i| r.get::<_, Option<String>>(i);
        Ok(Company {
            id: company.to_owned(),
            kind: kind(r, 0)?,
            fields: CompanyFields {
                name: crate::people::stored(CompanyName::new(&r.get::<_, String>(1)?))?,
                corporate_number: crate::people::stored(
                    optional(2)?.map(|t| CorporateNumber::parse(&t)).transpose(),
                )?,
                address: crate::people::stored(optional(3)?.map(|t| Address::new(&t)).transpose())?,
            },
            second_person: r.get(4)?,
            created_unix: r.get(5)?,
            notice_first: r.get(6)?,
            real_estate_dealer: r.get(7)?,
        })
    })
    .optional()?
    .ok_or(VaultError::NotFound)
}

/// A company as the ledger names it.
pub(crate) fn subject(conn: &Connection, company: &str) -> Result<Subject, VaultError> {
    let name = conn
        .prepare_cached("SELECT name FROM companies WHERE id = ?1")?
        .query_row([company], |r| r.get(0))
        .optional()?
        .ok_or(VaultError::NotFound)?;
    Ok(Subject::Company {
        id: company.to_owned(),
        name,
    })
}

fn kind(r: &Row<'_>, column: usize) -> rusqlite::Result<CompanyKind> {
    Ok(match r.get_ref(column)?.as_str()? {
        "client" => CompanyKind::Client,
        _ => CompanyKind::Own,
    })
}
