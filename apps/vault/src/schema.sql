-- Schema version 1. Everything that belongs to a 事業者 carries its company_id. The keys of
-- the companies are not here but in the keyring file beside the database.

CREATE TABLE vault (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL,
    -- Which writing of the keyring file counts; it changes with what it belongs to.
    keyring INTEGER NOT NULL,
    -- The session that has not ended by a lock or a power-off yet, and in whose ledger.
    open_session TEXT,
    open_company TEXT REFERENCES companies (id)
) STRICT;

CREATE TABLE companies (
    id TEXT PRIMARY KEY,
    -- 'own', or 'client' of a 社労士 or 税理士 whose vault this is.
    kind TEXT NOT NULL CHECK (kind IN ('own', 'client')),
    name TEXT NOT NULL,
    -- 法人番号; NULL for a sole proprietor (個人事業主).
    corporate_number TEXT,
    address TEXT,
    -- What 届 and 法定調書 ask of the company beside: mynumber::official.
    postal_code TEXT,
    telephone TEXT,
    representative TEXT,
    tax_reference_1 TEXT,
    tax_reference_2 TEXT,
    branch_number TEXT,
    office_symbol TEXT,
    office_number TEXT,
    employment_insurance_office TEXT,
    -- 決算月, where the company says it; NULL: March.
    closing_month INTEGER CHECK (closing_month BETWEEN 1 AND 12),
    -- 従業員数, where the company says it; NULL: the employees there are.
    staff INTEGER,
    -- 金融分野
    financial INTEGER NOT NULL DEFAULT 0 CHECK (financial IN (0, 1)),
    -- Whether export, deletion and changes of users need a second person's word.
    second_person INTEGER NOT NULL DEFAULT 0 CHECK (second_person IN (0, 1)),
    -- Whether even a first number is refused before its purposes were notified.
    notice_first INTEGER NOT NULL DEFAULT 0 CHECK (notice_first IN (0, 1)),
    -- Of a sole proprietor: whether rents and the like are reported (所得税法施行令352条).
    real_estate_dealer INTEGER NOT NULL DEFAULT 0 CHECK (real_estate_dealer IN (0, 1)),
    -- 取扱いの終了: its last day and why.
    closed_on TEXT,
    closed_reason TEXT,
    created_unix INTEGER NOT NULL,
    -- The generation of the number key, which wraps the data key of every number.
    key_generation INTEGER NOT NULL,
    -- A restore destroyed numbers; whoever has the number key next replaces it.
    rotation_due INTEGER NOT NULL DEFAULT 0 CHECK (rotation_due IN (0, 1)),
    signing_public BLOB NOT NULL,
    CHECK ((closed_on IS NULL) = (closed_reason IS NULL))
) STRICT;

-- 給与支払報告書の提出先, and as whom each knows the payer (指定番号).
CREATE TABLE municipalities (
    company_id TEXT NOT NULL REFERENCES companies (id),
    code TEXT NOT NULL,
    designated_number TEXT,
    PRIMARY KEY (company_id, code)
) STRICT, WITHOUT ROWID;

-- Never removed: the ledger names them. Somebody removed has no identity left to open.
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    -- 所属
    department TEXT,
    identity_public BLOB NOT NULL,
    passphrase_salt BLOB,
    identity_by_passphrase BLOB,
    recovery_salt BLOB,
    identity_by_recovery BLOB,
    kdf_memory_kib INTEGER NOT NULL,
    kdf_passes INTEGER NOT NULL,
    kdf_lanes INTEGER NOT NULL,
    -- The passphrase was chosen by somebody else.
    must_change INTEGER NOT NULL DEFAULT 0 CHECK (must_change IN (0, 1)),
    failed_logins INTEGER NOT NULL DEFAULT 0,
    -- The newest login, and on which PC: who is offered first where somebody is to be chosen.
    last_login_unix INTEGER,
    last_login_pc TEXT,
    created_unix INTEGER NOT NULL,
    removed_unix INTEGER,
    -- The user's own dictionary of Japanese input, as the kiosk wrote it.
    words BLOB,
    CHECK (words IS NULL OR removed_unix IS NULL),
    CHECK ((identity_by_passphrase IS NULL) = (removed_unix IS NOT NULL)),
    CHECK ((identity_by_recovery IS NULL) = (removed_unix IS NOT NULL))
) STRICT;

-- What a user may do in a company; without a row, nothing.
CREATE TABLE grants (
    company_id TEXT NOT NULL REFERENCES companies (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    -- mynumber::rights::Grant as JSON.
    rights TEXT NOT NULL,
    granted_unix INTEGER NOT NULL,
    PRIMARY KEY (company_id, user_id)
) STRICT, WITHOUT ROWID;

-- An act that waits for a second person's word, or did.
CREATE TABLE requests (
    id TEXT PRIMARY KEY,
    company_id TEXT NOT NULL REFERENCES companies (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    -- What is asked, in full; only exactly this may be done after it was confirmed.
    act TEXT NOT NULL,
    asked_unix INTEGER NOT NULL,
    -- The last moment it may be confirmed and done.
    until_unix INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'confirmed', 'refused', 'withdrawn', 'done')),
    decided_by INTEGER REFERENCES users (id),
    decided_unix INTEGER,
    CHECK (decided_by IS NULL OR decided_by <> user_id)
) STRICT;

-- Every natural person whose number may be held.
CREATE TABLE people (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    company_id TEXT NOT NULL REFERENCES companies (id),
    kind TEXT NOT NULL CHECK (kind IN ('employee', 'dependant', 'payee', 'proprietor')),
    revision INTEGER NOT NULL,
    -- Exactly as typed.
    name TEXT NOT NULL,
    -- 届出用氏名, where an office's form cannot take the name as it is.
    filing_name TEXT,
    kana TEXT,
    -- ローマ字氏名, 通称, 旧姓
    romaji TEXT,
    alias TEXT,
    former_surname TEXT,
    birth_date TEXT,
    sex INTEGER CHECK (sex IN (1, 2)),
    postal_code TEXT,
    address TEXT,
    -- The order in lists: of employees the 社員番号.
    sort_key TEXT NOT NULL,
    -- What a search finds, folded, with a separator between the fields.
    search TEXT NOT NULL
) STRICT;
-- In the order of the lists.
CREATE INDEX people_of ON people (company_id, kind, sort_key);
CREATE UNIQUE INDEX one_proprietor_each ON people (company_id) WHERE kind = 'proprietor';

CREATE TABLE numbers (
    -- Random: no copy of the vault gives it to another number.
    id INTEGER PRIMARY KEY,
    company_id TEXT NOT NULL REFERENCES companies (id),
    person_id INTEGER NOT NULL REFERENCES people (id),
    -- NULL once the number was destroyed: then it is unreadable for good.
    sealed BLOB,
    purposes TEXT NOT NULL,
    registered_unix INTEGER NOT NULL,
    registered_by INTEGER NOT NULL REFERENCES users (id),
    -- 取得元; NULL where nobody said.
    source TEXT,
    -- The day from which it holds (有効開始日); where nobody said, the day it was entered.
    valid_from TEXT NOT NULL,
    -- When the purposes were last changed, and by whom.
    changed_unix INTEGER,
    changed_by INTEGER REFERENCES users (id),
    destroyed_unix INTEGER,
    CHECK ((sealed IS NULL) = (destroyed_unix IS NOT NULL)),
    CHECK ((changed_unix IS NULL) = (changed_by IS NULL))
) STRICT;
CREATE UNIQUE INDEX one_number_each ON numbers (person_id) WHERE destroyed_unix IS NULL;
CREATE INDEX numbers_of ON numbers (company_id, destroyed_unix);

-- The data key of each number that can be read, wrapped by the company's number key.
-- A table of its own, because a rotation writes all of it.
CREATE TABLE data_keys (
    number_id INTEGER PRIMARY KEY REFERENCES numbers (id),
    wrapped BLOB NOT NULL
) STRICT;

-- That a number was destroyed, for ever and without the number: a restored copy applies
-- it again. No references, because a copy may never have known the person.
CREATE TABLE tombstones (
    company_id TEXT NOT NULL,
    number_id INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    destroyed_unix INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (company_id, number_id)
) STRICT, WITHOUT ROWID;

-- Without a rowid the entries lie in the file in the order in which they are checked.
CREATE TABLE ledger (
    company_id TEXT NOT NULL REFERENCES companies (id),
    seq INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (company_id, seq)
) STRICT, WITHOUT ROWID;
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
