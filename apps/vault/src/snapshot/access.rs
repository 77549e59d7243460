//! Who may come into a restored vault: those of the newest state known, not those of the
//! day of the snapshot. Nobody who was removed since comes back, no right that was
//! withdrawn, no passphrase that was replaced.
//!
//! It is done without anybody's keys. What a user may no longer open is taken out of the
//! restored keyring; what a user may open and has no key for is sealed by the next user
//! with the company's keys who comes in, who also replaces the number key
//! (`companies.rotation_due`).

use super::{CompanyHead, TombstoneFile};
use crate::keyring::Secret;
use crate::store::Tx;
use crate::{CompanyId, Moment, UserId, VaultError, rights, rotation, users};
use mynumber::rights::{Grant, Operation, Scope, Target};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::collections::{BTreeMap, BTreeSet};

/// A user's whole row, with what [`User`] names in front, and behind what is no access.
const COLUMNS: &str = "id, identity_public, removed_unix, name, department, passphrase_salt,
    identity_by_passphrase, recovery_salt, identity_by_recovery, kdf_memory_kib, kdf_passes,
    kdf_lanes, must_change, failed_logins, created_unix, words";

struct User {
    identity: [u8; 32],
    removed: bool,
    /// [`COLUMNS`]
    row: Vec<Value>,
}

/// Who may do what in one state of a vault.
struct Access {
    users: BTreeMap<UserId, User>,
    grants: BTreeMap<(CompanyId, UserId), (Grant, i64)>,
    /// Where a second person is asked.
    second_person: BTreeMap<CompanyId, bool>,
}

/// Puts the access of a newer state in place of the restored vault's own. How many users'
/// access is another one, by company.
///
/// # Errors
/// [`VaultError::SnapshotLockedOut`] where nobody would be left who can open a company and
/// manage its users.
pub(super) fn carry_over(
    tx: &Tx<'_>,
    known: &Connection,
    companies: &[CompanyHead],
) -> Result<BTreeMap<CompanyId, u32>, VaultError> {
    let before = Access::read(tx.conn())?;
    let mut after = Access::read(known)?;
    after.retain_companies(companies);
    after.narrow(tx.conn())?;
    let back = comebacks(&before, &after)?;
    for (id, user) in &after.users {
        let again = back.contains(id).then(|| &before.users[id]);
        put_user(tx, again.unwrap_or(user))?;
        if again.is_some() {
            tx.execute("UPDATE users SET must_change = 1 WHERE id = ?1", [id])?;
        }
    }
    put_grants(tx, &before, &after)?;
    for (company, wanted) in &after.second_person {
        tx.execute(
            "UPDATE companies SET second_person = ?2 WHERE id = ?1",
            (company, wanted),
        )?;
    }
    let stays = |user: UserId| match (before.users.get(&user), after.users.get(&user)) {
        (Some(then), Some(now)) => {
            !now.removed && (then.identity == now.identity || back.contains(&user))
        }
        _ => true,
    };
    for company in companies {
        settle_keys(tx, &company.id, &stays)?;
    }
    Ok(before.differences(&after))
}

/// Takes from the restored vault the rights of whom the newest of these files does not name
/// any more. Whose passphrase was set anew since must change it.
pub(super) fn withdraw(
    tx: &Tx<'_>,
    files: &[TombstoneFile],
    companies: &[CompanyHead],
    now: Moment,
) -> Result<BTreeMap<CompanyId, u32>, VaultError> {
    let mut changed = BTreeMap::new();
    for company in companies {
        let Some(members) = files
            .iter()
            .filter_map(|file| file.members(company))
            .next_back()
        else {
            continue;
        };
        let members: BTreeMap<UserId, [u8; 32]> = members.into_iter().collect();
        let mut count = 0;
        for (user, _) in rights::grants(tx.conn(), &company.id)? {
            let public = rotation::public(tx.conn(), user)?;
            count += match members.get(&user) {
                Some(identity) if *identity == public => continue,
                Some(_) => tx.execute("UPDATE users SET must_change = 1 WHERE id = ?1", [user])?,
                None => put_out(tx, &company.id, user, now)?,
            };
        }
        if count > 0 {
            let mut left = rights::grants(tx.conn(), &company.id)?.into_iter();
            if !left.any(|(_, grant)| governs(&grant)) {
                return Err(VaultError::SnapshotLockedOut);
            }
            settle_keys(tx, &company.id, &|_| true)?;
            changed.insert(company.id.clone(), u32::try_from(count).unwrap_or(u32::MAX));
        }
    }
    Ok(changed)
}

/// Takes a user's rights in a company; without any left the user is removed.
fn put_out(tx: &Tx<'_>, company: &str, user: UserId, now: Moment) -> Result<usize, VaultError> {
    tx.execute(
        "DELETE FROM grants WHERE company_id = ?1 AND user_id = ?2",
        (company, user),
    )?;
    if rights::companies_of(tx.conn(), user)?.is_empty() {
        users::remove(tx, user, now)?;
    }
    Ok(1)
}

/// Users with another identity than then, whose old one comes back because nobody else
/// could open a company: they log in by the passphrase of then and must change it.
fn comebacks(before: &Access, after: &Access) -> Result<BTreeSet<UserId>, VaultError> {
    let same = |user: UserId| {
        let (then, now) = (before.users.get(&user), after.users.get(&user));
        then.zip(now)
            .is_some_and(|(then, now)| !now.removed && then.identity == now.identity)
    };
    let governed = |company: &CompanyId, able: &dyn Fn(UserId) -> bool| {
        let mut members = after.grants.iter().filter(|((c, _), _)| c == company);
        members.any(|((_, user), (grant, _))| {
            let had = before.grants.get(&(company.clone(), *user));
            governs(grant) && had.is_some_and(|(then, _)| governs(then)) && able(*user)
        })
    };
    if after
        .second_person
        .keys()
        .all(|company| governed(company, &same))
    {
        return Ok(BTreeSet::new());
    }
    let back: BTreeSet<UserId> = after
        .users
        .iter()
        .filter(|(id, user)| !user.removed && before.users.contains_key(id) && !same(**id))
        .map(|(id, _)| *id)
        .collect();
    let able = |user| same(user) || back.contains(&user);
    if after
        .second_person
        .keys()
        .all(|company| governed(company, &able))
    {
        Ok(back)
    } else {
        Err(VaultError::SnapshotLockedOut)
    }
}

fn governs(grant: &Grant) -> bool {
    grant.operations().contains(Operation::ManageUsers) && grant.lists(&Target::Company)
}

fn put_user(tx: &Tx<'_>, user: &User) -> Result<(), VaultError> {
    let values = vec!["?"; user.row.len()].join(", ");
    let set: Vec<String> = COLUMNS
        .split(',')
        .map(|column| format!("{0} = excluded.{0}", column.trim()))
        .collect();
    let sql = format!(
        "INSERT INTO users ({COLUMNS}) VALUES ({values}) ON CONFLICT (id) DO UPDATE SET {}",
        set.join(", ")
    );
    tx.execute(&sql, params_from_iter(&user.row))?;
    Ok(())
}

/// Rights of users that only the snapshot knows stay.
fn put_grants(tx: &Tx<'_>, before: &Access, after: &Access) -> Result<(), VaultError> {
    for key @ (company, user) in before.grants.keys() {
        let known = after.second_person.contains_key(company) && after.users.contains_key(user);
        if known && !after.grants.contains_key(key) {
            tx.execute(
                "DELETE FROM grants WHERE company_id = ?1 AND user_id = ?2",
                (company, user),
            )?;
        }
    }
    for ((company, user), (grant, granted_unix)) in &after.grants {
        rights::put_grant_of(tx, company, *user, grant, *granted_unix)?;
    }
    Ok(())
}

/// Takes the keys that go with no right any more; tells whoever has the company's keys next
/// that somebody lacks one, or that one must be replaced.
fn settle_keys(
    tx: &Tx<'_>,
    company: &str,
    stays: &dyn Fn(UserId) -> bool,
) -> Result<(), VaultError> {
    let members: BTreeMap<UserId, Grant> =
        rights::grants(tx.conn(), company)?.into_iter().collect();
    let mut due = false;
    tx.change_keyring(|keyring| {
        let taken = keyring.retain(|of, user, secret| {
            let right = members.get(&user).filter(|_| stays(user));
            of != company
                || right.is_some_and(|grant| {
                    secret == Secret::SigningKey || rights::holds_number_key(grant)
                })
        });
        due = taken > 0;
        Ok(())
    })?;
    let generation = tx
        .conn()
        .prepare_cached("SELECT key_generation FROM companies WHERE id = ?1")?
        .query_row([company], |r| r.get(0))?;
    tx.change_keyring(|keyring| {
        due |= members.iter().any(|(user, grant)| {
            let number_key = Secret::NumberKey(generation);
            !keyring.has(company, Secret::SigningKey, *user)
                || rights::holds_number_key(grant) && !keyring.has(company, number_key, *user)
        });
        Ok(())
    })?;
    if due {
        tx.execute(
            "UPDATE companies SET rotation_due = 1 WHERE id = ?1",
            [company],
        )?;
    }
    Ok(())
}

impl Access {
    fn read(conn: &Connection) -> Result<Self, VaultError> {
        let columns = COLUMNS.split(',').count();
        let mut users = BTreeMap::new();
        let mut statement = conn.prepare(&format!("SELECT {COLUMNS} FROM users"))?;
        let mut rows = statement.query([])?;
        while let Some(r) = rows.next()? {
            let user = User {
                identity: r.get(1)?,
                removed: r.get::<_, Option<i64>>(2)?.is_some(),
                row: (0..columns).map(|i| r.get(i)).collect::<Result<_, _>>()?,
            };
            users.insert(r.get(0)?, user);
        }
        let mut second_person = BTreeMap::new();
        let mut grants = BTreeMap::new();
        let mut statement = conn.prepare("SELECT id, second_person FROM companies")?;
        let mut rows = statement.query([])?;
        while let Some(r) = rows.next()? {
            let company: CompanyId = r.get(0)?;
            second_person.insert(company.clone(), r.get(1)?);
            for (user, grant) in rights::grants(conn, &company)? {
                let given = conn
                    .prepare_cached(
                        "SELECT granted_unix FROM grants WHERE company_id = ?1 AND user_id = ?2",
                    )?
                    .query_row((&company, user), |r| r.get(0))?;
                grants.insert((company.clone(), user), (grant, given));
            }
        }
        Ok(Self {
            users,
            grants,
            second_person,
        })
    }

    fn retain_companies(&mut self, companies: &[CompanyHead]) {
        let there = |id: &CompanyId| companies.iter().any(|company| company.id == *id);
        self.second_person.retain(|company, _| there(company));
        self.grants.retain(|(company, _), _| there(company));
    }

    /// Leaves of every scope what the restored vault has: an id that was given after the
    /// snapshot will be another one's there. A right that would reach nothing is none.
    fn narrow(&mut self, conn: &Connection) -> Result<(), VaultError> {
        let mut kept = BTreeMap::new();
        for ((company, user), (grant, given)) in std::mem::take(&mut self.grants) {
            let scope = match grant.scope() {
                Scope::Company => Some(Scope::Company),
                Scope::Departments(ids) => {
                    among(conn, "departments", &company, ids)?.map(Scope::departments)
                }
                Scope::People(ids) => among(conn, "people", &company, ids)?.map(Scope::people),
            };
            if let Some(scope) = scope {
                kept.insert((company, user), (grant.within(scope), given));
            }
        }
        self.grants = kept;
        Ok(())
    }

    /// A user's row but for the words.
    fn access_of(&self, user: UserId) -> Option<&[Value]> {
        let (_words, access) = self.users.get(&user)?.row.split_last()?;
        Some(access)
    }

    /// How many users' access differs, by company.
    fn differences(&self, other: &Self) -> BTreeMap<CompanyId, u32> {
        let keys: BTreeSet<_> = self.grants.keys().chain(other.grants.keys()).collect();
        let mut count = BTreeMap::new();
        for key @ (company, user) in keys {
            let right = |of: &Self| of.grants.get(key).map(|(grant, _)| grant.clone());
            if right(self) != right(other) || self.access_of(*user) != other.access_of(*user) {
                *count.entry(company.clone()).or_insert(0) += 1;
            }
        }
        count
    }
}

/// Those of the ids that this company has in this table; `None` where it has none.
fn among(
    conn: &Connection,
    table: &str,
    company: &str,
    ids: &BTreeSet<i64>,
) -> Result<Option<Vec<i64>>, VaultError> {
    let sql = format!("SELECT 1 FROM {table} WHERE id = ?1 AND company_id = ?2");
    let mut statement = conn.prepare_cached(&sql)?;
    let mut found = Vec::new();
    for id in ids {
        if statement.exists((id, company))? {
            found.push(*id);
        }
    }
    Ok((!found.is_empty()).then_some(found))
}
