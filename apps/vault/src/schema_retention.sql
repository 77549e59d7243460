-- 保存期間: which documents keep a number, when it goes, and what was destroyed.

-- What a company decided for itself; without a row mynumber's own defaults.
CREATE TABLE retention_settings (
    company_id TEXT PRIMARY KEY REFERENCES companies (id),
    batch TEXT NOT NULL,
    -- For how many years copies are kept where no law says it.
    copy_years INTEGER NOT NULL
) STRICT;

-- A document that holds somebody's number. Its days are those it was given: a later
-- version of the rules changes none of them.
CREATE TABLE holds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    company_id TEXT NOT NULL REFERENCES companies (id),
    person_id INTEGER NOT NULL REFERENCES people (id),
    -- Id of the rule in apps/mynumber/data/retention.toml.
    rule TEXT NOT NULL,
    event_on TEXT NOT NULL,
    starts_on TEXT NOT NULL,
    until_on TEXT NOT NULL,
    user_name TEXT NOT NULL,
    added_unix INTEGER NOT NULL,
    -- Set once it keeps nothing any more: entered by mistake, or the document destroyed.
    ended_unix INTEGER,
    ended_by TEXT,
    ended_how TEXT,
    CHECK ((ended_unix IS NULL) = (ended_by IS NULL)),
    CHECK ((ended_unix IS NULL) = (ended_how IS NULL))
) STRICT;
CREATE INDEX holds_of ON holds (person_id);

-- When a number goes whose need has ended. Worked out anew, within the transaction that
-- changed anything it rests on; people still employed and the like have no row.
CREATE TABLE retention (
    person_id INTEGER PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    company_id TEXT NOT NULL REFERENCES companies (id),
    -- All three NULL: somebody has left and nobody knows when.
    keep_until TEXT,
    deletable_from TEXT,
    delete_by TEXT,
    -- The document that keeps it longest; NULL where the need itself did.
    because_rule TEXT,
    because_event TEXT,
    because_start TEXT,
    CHECK ((keep_until IS NULL) = (deletable_from IS NULL)),
    CHECK ((keep_until IS NULL) = (delete_by IS NULL))
) STRICT;
CREATE INDEX retention_by_day ON retention (company_id, deletable_from, delete_by);

-- Whose row above is to be worked out before the transaction ends.
CREATE TABLE retention_stale (
    person_id INTEGER PRIMARY KEY
) STRICT;

-- A number that comes is not here but in `retention::number_came`: a trigger costs an import
-- more than the row itself.
CREATE TRIGGER retention_number_changed AFTER UPDATE OF purposes ON numbers
BEGIN INSERT OR IGNORE INTO retention_stale VALUES (NEW.person_id); END;
-- At once: a restore applies tombstones without anybody logged in.
CREATE TRIGGER retention_number_went AFTER UPDATE OF destroyed_unix ON numbers
WHEN NEW.destroyed_unix IS NOT NULL
BEGIN DELETE FROM retention WHERE person_id = NEW.person_id; END;
CREATE TRIGGER retention_number_undone AFTER DELETE ON numbers
BEGIN DELETE FROM retention WHERE person_id = OLD.person_id; END;
CREATE TRIGGER retention_employee AFTER UPDATE OF has_left, left_on, leaving_reason ON employees
BEGIN
    INSERT OR IGNORE INTO retention_stale VALUES (NEW.person_id);
    INSERT OR IGNORE INTO retention_stale
        SELECT person_id FROM dependants WHERE employee_id = NEW.person_id;
END;
CREATE TRIGGER retention_dependant AFTER UPDATE OF ended_on ON dependants
BEGIN INSERT OR IGNORE INTO retention_stale VALUES (NEW.person_id); END;
-- 国民年金第3号 ends with the age.
CREATE TRIGGER retention_birth AFTER UPDATE OF birth_date ON people
WHEN OLD.birth_date IS NOT NEW.birth_date AND EXISTS
    (SELECT 1 FROM claims WHERE person_id = NEW.id AND claim = 'category3')
BEGIN INSERT OR IGNORE INTO retention_stale VALUES (NEW.id); END;
CREATE TRIGGER retention_claim AFTER INSERT ON claims
WHEN EXISTS (SELECT 1 FROM numbers WHERE person_id = NEW.person_id AND destroyed_unix IS NULL)
BEGIN INSERT OR IGNORE INTO retention_stale VALUES (NEW.person_id); END;
CREATE TRIGGER retention_claim_ended AFTER UPDATE OF claimed_until ON claims
BEGIN INSERT OR IGNORE INTO retention_stale VALUES (NEW.person_id); END;
CREATE TRIGGER retention_claim_gone AFTER DELETE ON claims
WHEN EXISTS (SELECT 1 FROM numbers WHERE person_id = OLD.person_id AND destroyed_unix IS NULL)
BEGIN INSERT OR IGNORE INTO retention_stale VALUES (OLD.person_id); END;
CREATE TRIGGER retention_payee
AFTER UPDATE OF contract_from, contract_until, continuity, payment ON payees
WHEN NEW.person_id IS NOT NULL
BEGIN INSERT OR IGNORE INTO retention_stale VALUES (NEW.person_id); END;
CREATE TRIGGER retention_hold AFTER INSERT ON holds
BEGIN INSERT OR IGNORE INTO retention_stale VALUES (NEW.person_id); END;
CREATE TRIGGER retention_hold_ended AFTER UPDATE OF ended_unix ON holds
BEGIN INSERT OR IGNORE INTO retention_stale VALUES (NEW.person_id); END;
CREATE TRIGGER retention_closing_month AFTER UPDATE OF closing_month ON companies
WHEN OLD.closing_month IS NOT NEW.closing_month
BEGIN
    INSERT OR IGNORE INTO retention_stale
        SELECT person_id FROM retention WHERE company_id = NEW.id;
END;
-- 取扱いの終了 ends the need of everybody.
CREATE TRIGGER retention_company_closed AFTER UPDATE OF closed_on, closed_reason ON companies
BEGIN
    INSERT OR IGNORE INTO retention_stale
        SELECT person_id FROM numbers WHERE company_id = NEW.id AND destroyed_unix IS NULL;
END;
CREATE TRIGGER retention_setting AFTER INSERT ON retention_settings
BEGIN
    INSERT OR IGNORE INTO retention_stale
        SELECT person_id FROM retention WHERE company_id = NEW.company_id;
END;
CREATE TRIGGER retention_setting_changed AFTER UPDATE ON retention_settings
BEGIN
    INSERT OR IGNORE INTO retention_stale
        SELECT person_id FROM retention WHERE company_id = NEW.company_id;
END;

-- 廃棄・削除の記録: for ever, and never with the number.
CREATE TABLE deletions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    company_id TEXT NOT NULL REFERENCES companies (id),
    -- One deletion: the certificate's number.
    batch TEXT NOT NULL,
    -- No reference: whom an undone import added is gone.
    person_id INTEGER NOT NULL,
    -- 社員番号, 支払先コード, or of a dependant the employee's 社員番号; as they were then.
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    relationship TEXT,
    reason TEXT NOT NULL,
    -- Why then: the rule and the last day it was to be kept, where the period decided.
    rule TEXT,
    kept_until TEXT,
    deleted_unix INTEGER NOT NULL,
    -- 実施者
    deleted_by TEXT NOT NULL,
    -- 確認者; NULL where the company works alone (単独運用).
    confirmed_by TEXT
) STRICT;
CREATE INDEX deletions_of ON deletions (company_id, batch);
CREATE INDEX deletions_of_person ON deletions (person_id);
CREATE TRIGGER deletions_are_not_edited BEFORE UPDATE ON deletions
BEGIN SELECT RAISE(ABORT, 'a deletion record is not edited'); END;
CREATE TRIGGER deletions_are_not_removed BEFORE DELETE ON deletions
BEGIN SELECT RAISE(ABORT, 'a deletion record is not removed'); END;
