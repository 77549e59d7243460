//! Search as you type: the search texts of one kind in memory, in the order of the list.
//! A search of 100,000 walks memory only; the rows of the page shown are then read.

use crate::{Page, Session, Vault, VaultError};
use mynumber::people::PersonKind;
use mynumber::rights::{DepartmentId, Grant, PersonId, Scope, Target};
use rusqlite::{Connection, Params};
use std::collections::HashMap;

/// Between the fields in a search text, so that no match spans two of them.
pub(crate) const SEPARATOR: &str = "\u{1f}";

/// What a list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listing {
    Employees,
    Dependants,
    /// By the payees' own ids, corporations among them.
    Payees,
}

/// The loaded lists of a session's company.
#[derive(Default)]
pub(crate) struct Indexes([Option<Index>; 3]);

struct Index {
    rows: Vec<Indexed>,
    /// Other orders of these rows, each made when it is asked for first.
    orders: [Option<Order>; 2],
    /// Ids of rows that came or were changed: read again at the next search, so that nobody
    /// who writes waits for a list.
    changed: Vec<i64>,
}

/// From so many changes on it is quicker to load the list anew.
const MAX_CHANGED: usize = 1000;

/// Places of rows in another order.
struct Order {
    known: Vec<u32>,
    /// Of those that have nothing to be ordered by: at the end, whichever way it goes.
    unknown: Vec<u32>,
}

/// What a list of employees is ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmployeeOrder {
    /// 社員番号, or what else the list has of itself.
    #[default]
    Number,
    /// フリガナ
    Kana,
    /// 入社日
    HiredOn,
}

impl EmployeeOrder {
    /// Where [`Index::orders`] has it, and what the database orders it by.
    const fn column(self) -> Option<(usize, &'static str)> {
        match self {
            Self::Number => None,
            Self::Kana => Some((0, "p.kana")),
            Self::HiredOn => Some((1, "e.hired_on")),
        }
    }
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Indexed {
    sort_key: Box<str>,
    id: i64,
    text: Box<str>,
    /// What a scope sees: the person, the employee they belong to, the department.
    person: Option<PersonId>,
    employee: Option<PersonId>,
    department: Option<DepartmentId>,
}

/// What to look for.
pub(crate) struct Query<'a> {
    /// All of them must match.
    pub words: &'a [String],
    pub department: Option<DepartmentId>,
    pub employee: Option<PersonId>,
    /// Only of employees another than the list's own.
    pub order: EmployeeOrder,
    pub descending: bool,
    pub offset: usize,
    pub limit: usize,
}

impl<'a> Query<'a> {
    /// In everybody's list, in its own order.
    pub(crate) fn of(words: &'a [String], offset: u32, limit: u16) -> Self {
        Self {
            words,
            department: None,
            employee: None,
            order: EmployeeOrder::Number,
            descending: false,
            offset: offset as usize,
            limit: usize::from(super::page_size(limit)),
        }
    }

    /// Nothing is looked for: the list as it is.
    fn is_of_all(&self) -> bool {
        self.words.is_empty()
            && self.department.is_none()
            && self.employee.is_none()
            && self.order == EmployeeOrder::Number
            && !self.descending
    }
}

impl Listing {
    /// Of people: their kind.
    const fn kind(self) -> Option<PersonKind> {
        match self {
            Listing::Employees => Some(PersonKind::Employee),
            Listing::Dependants => Some(PersonKind::Dependant),
            Listing::Payees => None,
        }
    }

    /// sort_key, id, search, person, employee, department; of all.
    const fn sql(self) -> &'static str {
        match self {
            Listing::Employees => {
                "SELECT p.sort_key, p.id, p.search, p.id, NULL, e.department_id
                 FROM people p JOIN employees e ON e.person_id = p.id
                 WHERE p.company_id = ?1"
            }
            Listing::Dependants => {
                "SELECT p.sort_key, p.id, p.search, p.id, d.employee_id, e.department_id
                 FROM people p JOIN dependants d ON d.person_id = p.id
                 JOIN employees e ON e.person_id = d.employee_id
                 WHERE p.company_id = ?1"
            }
            Listing::Payees => {
                "SELECT y.sort_key, y.id, y.search, y.person_id, NULL, NULL FROM payees y
                 WHERE y.company_id = ?1"
            }
        }
    }

    /// Narrows [`Self::sql`] to one row.
    const fn of_one(self) -> &'static str {
        match self {
            Listing::Employees | Listing::Dependants => " AND p.id = ?2",
            Listing::Payees => " AND y.id = ?2",
        }
    }
}

impl Vault {
    /// One page of a list, in the user's scope: what `row` reads of each.
    pub(crate) fn listed<T>(
        &self,
        session: &Session,
        listing: Listing,
        query: &Query<'_>,
        row: impl Fn(&Connection, i64) -> Result<T, VaultError>,
    ) -> Result<Page<T>, VaultError> {
        session.allow_listing()?;
        let entered = session.entered()?;
        let (total, ids) = entered.indexes.borrow_mut().find(
            &self.conn,
            &entered.company,
            listing,
            &entered.grant,
            query,
        )?;
        let rows = ids.into_iter().map(|id| row(&self.conn, id));
        Ok(Page {
            total,
            rows: rows.collect::<Result<_, _>>()?,
        })
    }
}

impl Indexes {
    /// How many match and are in the user's lists, and the ids of one page of them.
    fn find(
        &mut self,
        conn: &Connection,
        company: &str,
        listing: Listing,
        grant: &Grant,
        query: &Query<'_>,
    ) -> Result<(u64, Vec<i64>), VaultError> {
        let slot = &mut self.0[listing as usize];
        let everybody = query.is_of_all() && *grant.scope() == Scope::Company;
        let index = match (slot, listing.kind()) {
            (Some(index), _) => {
                index.catch_up(conn, company, listing)?;
                index
            }
            // The first list after a login need not wait for the search texts.
            (None, Some(kind)) if everybody => return page_of_all(conn, company, kind, query),
            (empty, _) => empty.insert(Index {
                rows: load(conn, listing.sql(), [company])?,
                orders: [None, None],
                changed: Vec::new(),
            }),
        };
        if listing == Listing::Employees
            && let Some((at, column)) = query.order.column()
            && index.orders[at].is_none()
        {
            index.orders[at] = Some(Order::of(&index.rows, conn, company, column)?);
        }
        Ok(index.find(grant, query))
    }

    /// The row is read again at the next search; nothing to do while the list is not loaded.
    fn changed(&mut self, listing: Listing, id: i64) {
        let slot = &mut self.0[listing as usize];
        match slot {
            Some(index) if index.changed.len() < MAX_CHANGED => index.changed.push(id),
            _ => *slot = None,
        }
    }

    /// Loads the list again at the next search.
    pub(crate) fn forget(&mut self, listing: Listing) {
        self.0[listing as usize] = None;
    }
}

impl Index {
    /// Takes over how the changed rows stand now.
    fn catch_up(
        &mut self,
        conn: &Connection,
        company: &str,
        listing: Listing,
    ) -> Result<(), VaultError> {
        if self.changed.is_empty() {
            return Ok(());
        }
        self.changed.sort_unstable();
        self.changed.dedup();
        // Its own statement: one that serves both reads everybody to find one.
        let sql = [listing.sql(), listing.of_one()].concat();
        let mut fresh = Vec::with_capacity(self.changed.len());
        for id in &self.changed {
            fresh.extend(load(conn, &sql, (company, id))?);
        }
        fresh.sort_unstable();
        let changed = std::mem::take(&mut self.changed);
        self.orders = [None, None];
        self.rows
            .retain(|row| changed.binary_search(&row.id).is_err());
        let mut kept = std::mem::take(&mut self.rows).into_iter();
        self.rows.reserve(kept.len() + fresh.len());
        for row in fresh {
            let before = kept.as_slice().partition_point(|other| *other < row);
            self.rows.extend(kept.by_ref().take(before));
            self.rows.push(row);
        }
        self.rows.extend(kept);
        Ok(())
    }

    fn find(&self, grant: &Grant, query: &Query<'_>) -> (u64, Vec<i64>) {
        let everybody = *grant.scope() == Scope::Company;
        let mut total = 0;
        let mut page = Vec::with_capacity(query.limit.min(self.rows.len()));
        for row in self.walk(query) {
            let wanted = query.words.iter().all(|w| row.text.contains(w.as_str()))
                && (query.department.is_none() || row.department == query.department)
                && (query.employee.is_none() || row.employee == query.employee)
                && (everybody || grant.lists(&row.target()));
            if wanted {
                if total >= query.offset && page.len() < query.limit {
                    page.push(row.id);
                }
                total += 1;
            }
        }
        (total as u64, page)
    }

    /// All rows in the order that is wanted.
    fn walk(&self, query: &Query<'_>) -> Box<dyn Iterator<Item = &Indexed> + '_> {
        let order = query
            .order
            .column()
            .and_then(|(at, _)| self.orders[at].as_ref());
        let Some(order) = order else {
            return turned(self.rows.iter(), query.descending);
        };
        let known = turned(order.known.iter(), query.descending);
        let places = known.chain(&order.unknown);
        Box::new(places.filter_map(|at| self.rows.get(*at as usize)))
    }
}

fn turned<'a, I: DoubleEndedIterator + 'a>(
    rows: I,
    descending: bool,
) -> Box<dyn Iterator<Item = I::Item> + 'a> {
    match descending {
        false => Box::new(rows),
        true => Box::new(rows.rev()),
    }
}

impl Order {
    /// By a column, and where that is the same by 社員番号.
    fn of(
        rows: &[Indexed],
        conn: &Connection,
        company: &str,
        column: &str,
    ) -> Result<Self, VaultError> {
        let places: HashMap<i64, u32> = (0..).zip(rows).map(|(at, row)| (row.id, at)).collect();
        let mut order = Self {
            known: Vec::with_capacity(rows.len()),
            unknown: Vec::new(),
        };
        let mut statement = conn.prepare_cached(&format!(
            "SELECT p.id, COALESCE({column}, '') <> ''
             FROM people p JOIN employees e ON e.person_id = p.id
             WHERE p.company_id = ?1 ORDER BY {column}, p.sort_key, p.id"
        ))?;
        let mut found = statement.query([company])?;
        while let Some(r) = found.next()? {
            if let Some(at) = places.get(&r.get(0)?) {
                match r.get(1)? {
                    true => order.known.push(*at),
                    false => order.unknown.push(*at),
                }
            }
        }
        Ok(order)
    }
}

impl Indexed {
    fn target(&self) -> Target {
        match self.person {
            Some(person) => Target::person(person)
                .of_employee(self.employee)
                .in_department(self.department),
            // A corporation is no person: it concerns the company.
            None => Target::Company,
        }
    }
}

/// How many people of a kind a company has, and the ids of one page of them, by the index
/// that has them in the order of the list.
fn page_of_all(
    conn: &Connection,
    company: &str,
    kind: PersonKind,
    query: &Query<'_>,
) -> Result<(u64, Vec<i64>), VaultError> {
    let total: i64 = conn
        .prepare_cached("SELECT count(*) FROM people WHERE company_id = ?1 AND kind = ?2")?
        .query_row((company, kind.code()), |r| r.get(0))?;
    let mut statement = conn.prepare_cached(
        "SELECT id FROM people WHERE company_id = ?1 AND kind = ?2
         ORDER BY sort_key, id LIMIT ?3 OFFSET ?4",
    )?;
    let (limit, offset) = (query.limit as i64, query.offset as i64);
    let rows = statement.query_map((company, kind.code(), limit, offset), |r| r.get(0))?;
    Ok((total as u64, rows.collect::<Result<_, _>>()?))
}

fn load(conn: &Connection, sql: &str, params: impl Params) -> Result<Vec<Indexed>, VaultError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows: Vec<Indexed> = statement
        .query_map(params, |r| {
            Ok(Indexed {
                sort_key: r.get(0)?,
                id: r.get(1)?,
                text: r.get(2)?,
                person: r.get(3)?,
                employee: r.get(4)?,
                department: r.get(5)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    rows.sort_unstable();
    Ok(rows)
}

/// After a committed change: the list in memory follows the row at the next search.
pub(crate) fn follow(session: &Session, listing: Listing, id: i64) {
    if let Ok(entered) = session.entered() {
        entered.indexes.borrow_mut().changed(listing, id);
    }
}

/// The list is loaded again at the next search.
pub(crate) fn forget(session: &Session, listing: Listing) {
    if let Ok(entered) = session.entered() {
        entered.indexes.borrow_mut().forget(listing);
    }
}
