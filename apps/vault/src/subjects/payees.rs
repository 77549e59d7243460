//! 支払先: authors, lecturers, advisers, landlords, whose numbers go on a 支払調書.
//!
//! A natural person stands in the list of people and may have a number; a corporation has
//! its 法人番号 here and no row there, so that nothing can hold an individual number for
//! it. Whether a person's number may be asked for depends on what is paid for and how much
//! is expected in a year ([`super::gate`]).

use super::index::{self, Listing, Query, SEPARATOR};
use super::particulars::{self, PARTICULARS, Particulars, Rename};
use super::{Asking, Kept, RuleError, gate, unchanged};
use crate::store::{Line, Recorded, Tx, Weight};
use crate::{Moment, Note, Page, PersonId, Session, Vault, VaultError, numbers};
use ledger::{Event, Subject};
use mynumber::asking::Reporting;
use mynumber::people::{Continuity, PayeeKind, PersonKind};
use mynumber::rights::{Operation, Target};
use mynumber::search::{fold, sort_key, words};
use mynumber::{
    Address, CompanyName, CorporateNumber, Date, Kana, PayeeCode, Payments, PostalCode, Purpose,
    Remark,
};
use rusqlite::{Connection, OptionalExtension, Row};

pub type PayeeId = i64;

/// Who is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Party {
    Individual(Particulars),
    Corporate(Corporation),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corporation {
    pub name: CompanyName,
    pub kana: Option<Kana>,
    /// 法人番号, its check digit tested; may be unknown yet.
    pub number: Option<CorporateNumber>,
    pub postal_code: Option<PostalCode>,
    pub address: Option<Address>,
}

/// A payee as the form has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayeeFields {
    /// 支払先コード
    pub code: PayeeCode,
    pub party: Party,
    /// 支払区分, by its id in [`Payments`].
    pub payment: String,
    /// 細目
    pub detail: Option<Remark>,
    pub continuity: Continuity,
    pub contract_from: Option<Date>,
    /// The last day of dealings, where the contract names one.
    pub contract_until: Option<Date>,
    /// Yen expected in a year, consumption tax left out; `None` where it is not known.
    pub expected_yen: Option<u64>,
}

impl PayeeFields {
    pub const fn kind(&self) -> PayeeKind {
        match self.party {
            Party::Individual(_) => PayeeKind::Individual,
            Party::Corporate(_) => PayeeKind::Corporate,
        }
    }

    fn name(&self) -> &str {
        match &self.party {
            Party::Individual(person) => person.name.as_str(),
            Party::Corporate(corporation) => corporation.name.as_str(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payee {
    pub id: PayeeId,
    pub revision: u32,
    /// Whose number may be held; `None` of a corporation.
    pub person: Option<PersonId>,
    pub fields: PayeeFields,
    pub has_number: bool,
    /// For which purposes the number may be used; empty without a number.
    pub purposes: Vec<Purpose>,
    /// Whether an individual number may be asked for today, and why not.
    pub asking: Asking,
    /// 支払調書提出要否
    pub reporting: Reporting,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayeeRow {
    pub id: PayeeId,
    pub person: Option<PersonId>,
    pub code: String,
    pub name: String,
    /// Empty when unknown.
    pub kana: String,
    pub kind: PayeeKind,
    pub payment: String,
    pub contract_until: Option<Date>,
    pub has_number: bool,
}

/// Columns of `payees y`; those of the person follow.
const COLUMNS: &str = "y.id, y.revision, y.person_id, y.code, y.payment, y.detail,
     y.continuity, y.contract_from, y.contract_until, y.expected_yen, y.corporate_name,
     y.corporate_kana, y.corporate_number, y.corporate_address,
     (SELECT purposes FROM numbers n WHERE n.person_id = y.person_id
      AND n.destroyed_unix IS NULL),
     y.corporate_postal_code";

impl Vault {
    /// By code, in the user's scope. The query is looked for in code, name (former ones
    /// too), フリガナ and 法人番号. `limit` counts up to 1000.
    pub fn payees(
        &self,
        session: &Session,
        query: &str,
        offset: u32,
        limit: u16,
    ) -> Result<Page<PayeeRow>, VaultError> {
        let words = words(query);
        let query = Query::of(&words, offset, limit);
        self.listed(session, Listing::Payees, &query, row)
    }

    pub fn payee(&self, session: &Session, id: PayeeId) -> Result<Payee, VaultError> {
        session.allow_listing()?;
        let payee = load(&self.conn, session, id)?;
        session.lists(&target(payee.person))?;
        Ok(payee)
    }

    pub fn add_payee(
        &mut self,
        session: &Session,
        fields: &PayeeFields,
        now: Moment,
    ) -> Result<Kept, VaultError> {
        session.seen(now);
        let target = match fields.party {
            Party::Individual(_) => Target::new_person(),
            Party::Corporate(_) => Target::Company,
        };
        session.allow(Operation::Register, &target)?;
        checked(fields)?;
        let kept = self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let company = session.company()?;
            let id = insert(tx, company, fields)?;
            let payee = load(tx.conn(), session, id)?;
            let note = Note::new(Event::PayeeAdded).about(subject(&payee));
            Ok(Recorded::new(Kept::first(id), Line::ok(note)))
        })?;
        index::follow(session, Listing::Payees, kept.id);
        Ok(kept)
    }

    /// Corrects the fields. A person stays a person and a corporation one: who turns into a
    /// corporation is another payee.
    pub fn change_payee(
        &mut self,
        session: &Session,
        id: PayeeId,
        revision: u32,
        fields: &PayeeFields,
        now: Moment,
    ) -> Result<Kept, VaultError> {
        checked(fields)?;
        self.change_one(session, id, revision, now, |tx, current| {
            if current.fields.kind() != fields.kind() {
                return Err(RuleError::PartyFixed.into());
            }
            update(tx, session.company()?, current, fields)?;
            Ok(Event::PayeeChanged)
        })
    }

    /// A payee's name changed: the old one stays in the history with the day.
    pub fn rename_payee(
        &mut self,
        session: &Session,
        id: PayeeId,
        revision: u32,
        rename: &Rename,
        now: Moment,
    ) -> Result<Kept, VaultError> {
        self.change_one(session, id, revision, now, |tx, current| {
            let (Some(person), Party::Individual(old)) = (current.person, &current.fields.party)
            else {
                return Err(RuleError::PartyFixed.into());
            };
            particulars::keep_name(tx, person, old, rename.on)?;
            let party = Party::Individual(Particulars {
                name: rename.name.clone(),
                filing_name: rename.filing_name.clone(),
                kana: rename.kana.clone(),
                ..old.clone()
            });
            let fields = PayeeFields {
                party,
                ..current.fields.clone()
            };
            update(tx, session.company()?, current, &fields)?;
            Ok(Event::PersonRenamed)
        })
    }

    /// Registers the last day of dealings.
    pub fn end_payee(
        &mut self,
        session: &Session,
        id: PayeeId,
        revision: u32,
        on: Date,
        now: Moment,
    ) -> Result<Kept, VaultError> {
        self.change_one(session, id, revision, now, |tx, current| {
            let fields = PayeeFields {
                contract_until: Some(on),
                ..current.fields.clone()
            };
            checked(&fields)?;
            update(tx, session.company()?, current, &fields)?;
            Ok(Event::PayeeEnded)
        })
    }

    fn change_one(
        &mut self,
        session: &Session,
        id: PayeeId,
        revision: u32,
        now: Moment,
        mut change: impl FnMut(&Tx<'_>, &Payee) -> Result<Event, VaultError>,
    ) -> Result<Kept, VaultError> {
        session.seen(now);
        let person = load(&self.conn, session, id)?.person;
        session.allow(Operation::Change, &target(person))?;
        let kept = self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let current = load(tx.conn(), session, id)?;
            unchanged(current.revision, revision)?;
            let event = change(tx, &current)?;
            let changed = load(tx.conn(), session, id)?;
            let note = Note::new(event).about(subject(&changed));
            Ok(Recorded::new(Kept::next(id, revision), Line::ok(note)))
        })?;
        index::follow(session, Listing::Payees, id);
        Ok(kept)
    }
}

/// A corporation concerns the company as a whole.
fn target(person: Option<PersonId>) -> Target {
    person.map_or(Target::Company, Target::person)
}

fn checked(fields: &PayeeFields) -> Result<(), VaultError> {
    if Payments::current().find(&fields.payment).is_none() {
        return Err(RuleError::UnknownPayment.into());
    }
    match (fields.contract_from, fields.contract_until) {
        (Some(from), Some(until)) if until < from => Err(RuleError::DatesContradict.into()),
        _ => Ok(()),
    }
}

pub(crate) fn insert(
    tx: &Tx<'_>,
    company: &str,
    fields: &PayeeFields,
) -> Result<PayeeId, VaultError> {
    free_code(tx.conn(), company, None, &fields.code)?;
    let code = fields.code.as_str();
    let (person, corporation) = match &fields.party {
        Party::Individual(particulars) => {
            let kind = PersonKind::Payee;
            let person =
                particulars::insert(tx, company, kind, particulars, &sort_key(code), code)?;
            (Some(person), None)
        }
        Party::Corporate(corporation) => (None, Some(corporation)),
    };
    tx.execute(
        "INSERT INTO payees (company_id, revision, person_id, code, code_folded, sort_key,
         payment, detail, continuity, contract_from, contract_until, expected_yen,
         corporate_name, search) VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, '')",
        (
            company,
            person,
            code,
            fold(code),
            sort_key(code),
            &fields.payment,
            fields.detail.as_ref().map(Remark::as_str),
            fields.continuity.code(),
            fields.contract_from.map(|d| d.to_string()),
            fields.contract_until.map(|d| d.to_string()),
            fields.expected_yen.map(yen),
            corporation.map(|c| c.name.as_str()),
        ),
    )?;
    let id = tx.conn().last_insert_rowid();
    write_party(tx, id, person, fields)?;
    Ok(id)
}

fn update(
    tx: &Tx<'_>,
    company: &str,
    current: &Payee,
    fields: &PayeeFields,
) -> Result<(), VaultError> {
    free_code(tx.conn(), company, Some(current.id), &fields.code)?;
    let code = fields.code.as_str();
    tx.execute(
        "UPDATE payees SET code = ?2, code_folded = ?3, sort_key = ?4, payment = ?5,
         detail = ?6, continuity = ?7, contract_from = ?8, contract_until = ?9,
         expected_yen = ?10, revision = revision + 1 WHERE id = ?1",
        (
            current.id,
            code,
            fold(code),
            sort_key(code),
            &fields.payment,
            fields.detail.as_ref().map(Remark::as_str),
            fields.continuity.code(),
            fields.contract_from.map(|d| d.to_string()),
            fields.contract_until.map(|d| d.to_string()),
            fields.expected_yen.map(yen),
        ),
    )?;
    if let (Some(person), Party::Individual(particulars)) = (current.person, &fields.party) {
        particulars::update(tx, person, particulars, &sort_key(code), code)?;
    }
    write_party(tx, current.id, current.person, fields)
}

/// Writes a corporation's own fields, and what a search finds.
fn write_party(
    tx: &Tx<'_>,
    id: PayeeId,
    person: Option<PersonId>,
    fields: &PayeeFields,
) -> Result<(), VaultError> {
    match (&fields.party, person) {
        (Party::Corporate(corporation), _) => tx.execute(
            "UPDATE payees SET corporate_name = ?2, corporate_kana = ?3, corporate_number = ?4,
             corporate_address = ?5, search = ?6, corporate_postal_code = ?7 WHERE id = ?1",
            (
                id,
                corporation.name.as_str(),
                corporation.kana.as_ref().map(Kana::as_str),
                corporation.number.as_ref().map(CorporateNumber::as_str),
                corporation.address.as_ref().map(Address::as_str),
                search_text(fields.code.as_str(), corporation),
                corporation.postal_code.as_ref().map(PostalCode::as_str),
            ),
        ),
        (Party::Individual(_), person) => tx.execute(
            "UPDATE payees SET search = (SELECT search FROM people WHERE people.id = ?2)
             WHERE id = ?1",
            (id, person),
        ),
    }
    .map(|_| ())
}

fn search_text(code: &str, corporation: &Corporation) -> String {
    let kana = corporation.kana.as_ref().map_or("", Kana::as_str);
    let number = corporation.number.as_ref().map_or("", |n| n.as_str());
    [code, corporation.name.as_str(), kana, number]
        .map(fold)
        .join(SEPARATOR)
}

fn free_code(
    conn: &Connection,
    company: &str,
    own: Option<PayeeId>,
    code: &PayeeCode,
) -> Result<(), VaultError> {
    let holder: Option<PayeeId> = conn
        .prepare_cached("SELECT id FROM payees WHERE company_id = ?1 AND code_folded = ?2")?
        .query_row((company, fold(code.as_str())), |r| r.get(0))
        .optional()?;
    match holder {
        Some(holder) if Some(holder) != own => Err(RuleError::PayeeCodeTaken.into()),
        _ => Ok(()),
    }
}

/// SQLite's integers are signed; more than that nobody is paid.
fn yen(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}

fn load(conn: &Connection, session: &Session, id: PayeeId) -> Result<Payee, VaultError> {
    let (mut payee, codes) = conn
        .prepare_cached(&format!(
            "SELECT {COLUMNS}, {PARTICULARS}
             FROM payees y LEFT JOIN people p ON p.id = y.person_id
             WHERE y.id = ?1 AND y.company_id = ?2"
        ))?
        .query_row((id, session.company()?), |r| {
            Ok((read(r)?, r.get::<_, Option<String>>(14)?))
        })
        .optional()?
        .ok_or(VaultError::NotFound)?;
    payee.has_number = codes.is_some();
    payee.purposes = numbers::purposes(codes.as_deref().unwrap_or_default())?;
    payee.asking = match payee.person {
        Some(person) => gate::ask_now(conn, session, person)?,
        None => gate::of_payee(conn, session.company()?, &payee.fields)?,
    };
    payee.reporting = gate::reporting(conn, session.company()?, &payee.fields)?;
    Ok(payee)
}

/// Without what is known of the number.
fn read(r: &Row<'_>) -> rusqlite::Result<Payee> {
    let party = match super::optional_text(r, 10)? {
        Some(name) => Party::Corporate(Corporation {
            name,
            kana: super::optional_text(r, 11)?,
            number: super::optional_text(r, 12)?,
            address: super::optional_text(r, 13)?,
            postal_code: super::optional_text(r, 15)?,
        }),
        None => Party::Individual(particulars::read(r, 16)?),
    };
    Ok(Payee {
        id: r.get(0)?,
        revision: r.get(1)?,
        person: r.get(2)?,
        fields: PayeeFields {
            code: super::text(r, 3)?,
            party,
            payment: r.get(4)?,
            detail: super::optional_text(r, 5)?,
            continuity: super::coded(r, 6, Continuity::from_code)?,
            contract_from: super::optional_date(r, 7)?,
            contract_until: super::optional_date(r, 8)?,
            expected_yen: r.get::<_, Option<i64>>(9)?.map(i64::unsigned_abs),
        },
        has_number: false,
        purposes: Vec::new(),
        asking: Ok(Vec::new()),
        reporting: Reporting::AmountUnknown,
    })
}

fn row(conn: &Connection, id: PayeeId) -> Result<PayeeRow, VaultError> {
    Ok(conn
        .prepare_cached(
            "SELECT y.person_id, y.code, COALESCE(p.name, y.corporate_name),
                    COALESCE(p.kana, y.corporate_kana, ''), y.payment, y.contract_until,
                    EXISTS (SELECT 1 FROM numbers n
                            WHERE n.person_id = y.person_id AND n.destroyed_unix IS NULL)
             FROM payees y LEFT JOIN people p ON p.id = y.person_id WHERE y.id = ?1",
        )?
        .query_row([id], |r| {
            let person: Option<PersonId> = r.get(0)?;
            Ok(PayeeRow {
                id,
                person,
                code: r.get(1)?,
                name: r.get(2)?,
                kana: r.get(3)?,
                kind: match person {
                    Some(_) => PayeeKind::Individual,
                    None => PayeeKind::Corporate,
                },
                payment: r.get(4)?,
                contract_until: super::optional_date(r, 5)?,
                has_number: r.get(6)?,
            })
        })?)
}

/// The payee as the ledger names it.
fn subject(payee: &Payee) -> Subject {
    let code = payee.fields.code.as_str().to_owned();
    let name = payee.fields.name().to_owned();
    match payee.person {
        Some(id) => Subject::Payee { id, code, name },
        None => Subject::CorporatePayee {
            id: payee.id,
            code,
            name,
        },
    }
}
