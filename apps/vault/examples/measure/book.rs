//! The check of a long ledger.

use crate::figure::{Figure, Peer, Times, timed};
use crate::office;
use ledger::{
    ChainVerifier, Entry, Event, Hash, Link, Outcome, Role, Salt, SessionStamp, Subject, User,
};
use mynumber::Purpose;
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use std::path::Path;

pub fn verify(folder: &Path, entries: u64, repeats: usize) -> Figure {
    let folder = folder.join("ledger");
    let (vault, session) = office::create(&folder);
    vault.close(Some(session), office::now()).unwrap();
    let (kept, rows_read) = fill(&folder, entries, repeats);
    let (mut vault, session) = office::login(&folder);
    let mut ours = Times::default();
    for _ in 0..repeats {
        let (verified, time) = timed(|| {
            vault
                .verify_ledger(&session, office::now(), &mut |_, _| true)
                .unwrap()
        });
        assert!(verified.entries >= entries);
        ours.push(time);
    }
    let (mut hashed, mut chained) = (Times::default(), Times::default());
    for _ in 0..repeats {
        let work = || {
            let mut sum = Sha256::new();
            kept.iter().for_each(|(bytes, _)| sum.update(bytes));
            sum.finalize()
        };
        hashed.push(timed(work).1);
        let work = || {
            let mut chain = ChainVerifier::new();
            kept.iter()
                .for_each(|(bytes, hash)| chain.push(bytes, *hash).unwrap());
        };
        chained.push(timed(work).1);
    }
    let mut figure = Figure::new(
        "verify_ledger",
        "the whole chain read from the file, each entry's form, order, link and hash, each checkpoint",
        ours,
    )
    .goal("within 3 times of SHA-256 of the same bytes")
    .part("rows out of SQLite", rows_read)
    .part("form, order, links and hashes (in memory)", chained);
    figure.peer(Peer {
        name: "SHA-256",
        how: "the same implementation over the same bytes as one message, in memory",
        times: Ok(hashed),
    });
    figure
}

/// The bytes and the hash beside them.
type Kept = Vec<(Vec<u8>, Hash)>;

/// Adds entries as the vault would, without waiting for each to be durable. Gives all of
/// the ledger, and how long it takes to read its rows.
fn fill(folder: &Path, entries: u64, repeats: usize) -> (Kept, Times) {
    let mut conn = Connection::open(folder.join("vault.db")).unwrap();
    let company: String = conn
        .query_row("SELECT id FROM companies", [], |r| r.get(0))
        .unwrap();
    let (head, mut prev) = conn
        .query_row(
            "SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1",
            [],
            |r| Ok((r.get::<_, i64>(0)? as u64, Hash::from_bytes(r.get(1)?))),
        )
        .unwrap();
    let tx = conn.transaction().unwrap();
    {
        let mut insert = tx
            .prepare("INSERT INTO ledger (company_id, seq, bytes, hash) VALUES (?1, ?2, ?3, ?4)")
            .unwrap();
        for seq in head + 1..=head + entries {
            let link = Link::seal(&entry(seq), &prev, salt(seq)).unwrap();
            prev = link.hash();
            insert
                .execute((&company, seq as i64, link.bytes(), prev.as_bytes()))
                .unwrap();
        }
    }
    tx.commit().unwrap();
    let mut kept = Kept::new();
    let mut times = Times::default();
    for round in 0..repeats {
        let (sum, time) = timed(|| read(&conn, round == 0, &mut kept));
        assert!(sum > 0);
        times.push(time);
    }
    (kept, times)
}

fn read(conn: &Connection, keep: bool, kept: &mut Kept) -> usize {
    let mut statement = conn
        .prepare("SELECT bytes, hash FROM ledger ORDER BY company_id, seq")
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut bytes_read = 0;
    while let Some(row) = rows.next().unwrap() {
        let bytes = row.get_ref(0).unwrap().as_blob().unwrap();
        let hash = Hash::from_bytes(row.get(1).unwrap());
        bytes_read += bytes.len();
        if keep {
            kept.push((bytes.to_vec(), hash));
        }
    }
    bytes_read
}

/// As good as random here: nobody is kept from guessing a measurement.
fn salt(seq: u64) -> Salt {
    Salt::from_bytes((u128::from(seq) * 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes())
}

fn entry(seq: u64) -> Entry {
    Entry {
        seq,
        unix_seconds: 1_795_212_000 + seq as i64,
        clock_confirmed: true,
        user: Some(User {
            id: 1,
            name: "山田 太郎".into(),
            role: Role::Clerk,
            department: Some("総務部".into()),
        }),
        pc: office::pc(),
        session: Some(SessionStamp {
            id: format!("{:032x}", seq / 100),
            seconds: seq % 3600,
        }),
        event: Event::NumberRevealed,
        subject: Some(Subject::Person {
            id: seq as i64 % 100_000,
            employee_no: format!("{:06}", seq % 100_000),
            name: "髙橋 花子".into(),
        }),
        purpose: Some(Purpose::WithholdingTax),
        document: None,
        count: None,
        outcome: Outcome::Ok,
    }
}
