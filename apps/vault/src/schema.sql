-- Schema version 1. Everything that belongs to a 事業者 carries its company_id.

CREATE TABLE vault (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    -- The session that has not ended by a lock or a power-off yet.
    open_session TEXT,
    -- Wrong passphrases in a row, for the growing delay.
    failed_logins INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE companies (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    corporate_number TEXT,
    address TEXT,
    created_unix INTEGER NOT NULL,
    -- The generation of the company key that new numbers are wrapped with.
    key_generation INTEGER NOT NULL,
    signing_public BLOB NOT NULL,
    signing_wrapped BLOB NOT NULL
) STRICT;

CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role = 'responsible'),
    identity_public BLOB NOT NULL,
    passphrase_salt BLOB NOT NULL,
    identity_by_passphrase BLOB NOT NULL,
    recovery_salt BLOB NOT NULL,
    identity_by_recovery BLOB NOT NULL,
    kdf_memory_kib INTEGER NOT NULL,
    kdf_passes INTEGER NOT NULL,
    kdf_lanes INTEGER NOT NULL,
    created_unix INTEGER NOT NULL
) STRICT;

CREATE TABLE company_keys (
    company_id TEXT NOT NULL REFERENCES companies (id),
    generation INTEGER NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    sealed BLOB NOT NULL,
    PRIMARY KEY (company_id, generation, user_id)
) STRICT;

CREATE TABLE people (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    company_id TEXT NOT NULL REFERENCES companies (id),
    revision INTEGER NOT NULL,
    employee_no TEXT NOT NULL,
    employee_no_folded TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    name TEXT NOT NULL,
    kana TEXT,
    birth_date TEXT NOT NULL,
    sex INTEGER CHECK (sex IN (1, 2)),
    address TEXT,
    hired_on TEXT,
    -- 社員番号, 氏名 and フリガナ folded for search, with a separator between.
    search TEXT NOT NULL,
    UNIQUE (company_id, employee_no_folded)
) STRICT;

CREATE TABLE numbers (
    id INTEGER PRIMARY KEY,
    company_id TEXT NOT NULL REFERENCES companies (id),
    person_id INTEGER NOT NULL REFERENCES people (id),
    key_generation INTEGER NOT NULL,
    -- Both NULL once the number was replaced: then it is unreadable for good.
    data_key BLOB,
    sealed BLOB,
    purposes TEXT NOT NULL,
    registered_unix INTEGER NOT NULL,
    destroyed_unix INTEGER,
    CHECK ((data_key IS NULL) = (sealed IS NULL)),
    CHECK ((data_key IS NULL) = (destroyed_unix IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX one_number_each ON numbers (person_id) WHERE data_key IS NOT NULL;

CREATE TABLE ledger (
    company_id TEXT NOT NULL REFERENCES companies (id),
    seq INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (company_id, seq)
) STRICT;
CREATE TRIGGER ledger_is_not_edited BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_is_not_cut BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- Not unique by seq: after somebody cut the ledger short, the checkpoint from before and
-- the one of a new entry in its place must both be there to contradict each other.
CREATE TABLE checkpoints (
    company_id TEXT NOT NULL REFERENCES companies (id),
    seq INTEGER NOT NULL,
    body BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT;

CREATE TABLE companions (
    id TEXT PRIMARY KEY,
    company_id TEXT NOT NULL REFERENCES companies (id),
    name TEXT NOT NULL,
    hardware TEXT NOT NULL,
    identity BLOB NOT NULL,
    registered_unix INTEGER NOT NULL
) STRICT;

CREATE TABLE enrolments (
    id TEXT PRIMARY KEY,
    company_id TEXT NOT NULL REFERENCES companies (id),
    companion_id TEXT NOT NULL REFERENCES companions (id),
    pc_id TEXT NOT NULL,
    pc_name TEXT NOT NULL,
    recipient TEXT NOT NULL,
    pc_key BLOB NOT NULL,
    document BLOB NOT NULL,
    approved_unix INTEGER NOT NULL
) STRICT;

CREATE TABLE whitelist (
    id TEXT PRIMARY KEY,
    company_id TEXT NOT NULL REFERENCES companies (id),
    enrolment_id TEXT NOT NULL REFERENCES enrolments (id),
    program TEXT NOT NULL,
    program_sha256 BLOB NOT NULL,
    format TEXT NOT NULL,
    purpose TEXT NOT NULL,
    expires TEXT NOT NULL,
    document BLOB NOT NULL,
    approved_unix INTEGER NOT NULL,
    revoked_unix INTEGER
) STRICT;

CREATE TABLE hand_overs (
    id TEXT PRIMARY KEY,
    company_id TEXT NOT NULL REFERENCES companies (id),
    whitelist_id TEXT NOT NULL REFERENCES whitelist (id),
    state TEXT NOT NULL CHECK (state IN ('started', 'made', 'failed')),
    started_unix INTEGER NOT NULL,
    -- The ledger's counter when it was begun: the order, whatever the clock said.
    started_seq INTEGER NOT NULL,
    manifest BLOB
) STRICT;

CREATE TABLE hand_over_people (
    hand_over_id TEXT NOT NULL REFERENCES hand_overs (id),
    person_id INTEGER NOT NULL REFERENCES people (id),
    PRIMARY KEY (hand_over_id, person_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipts (
    hand_over_id TEXT NOT NULL REFERENCES hand_overs (id),
    sha256 BLOB NOT NULL,
    outcome TEXT NOT NULL,
    opened_unix INTEGER,
    deleted_unix INTEGER,
    user TEXT NOT NULL,
    program TEXT NOT NULL,
    document BLOB NOT NULL,
    taken_unix INTEGER NOT NULL,
    PRIMARY KEY (hand_over_id, sha256)
) STRICT;
-- One receipt at most says how a hand-over ended.
CREATE UNIQUE INDEX one_ending_each ON receipts (hand_over_id) WHERE outcome <> 'not_opened';
