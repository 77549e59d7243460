-- Whose numbers a company holds, and what it keeps beside them. Days are text like
-- 2026-11-21; terms of closed lists are their codes in apps/mynumber.

CREATE TABLE departments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    company_id TEXT NOT NULL REFERENCES companies (id),
    revision INTEGER NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    retired_on TEXT
) STRICT;
CREATE UNIQUE INDEX one_department_of_a_name ON departments (company_id, name_folded)
    WHERE retired_on IS NULL;

CREATE TABLE employees (
    person_id INTEGER PRIMARY KEY REFERENCES people (id),
    company_id TEXT NOT NULL REFERENCES companies (id),
    employee_no TEXT NOT NULL,
    employee_no_folded TEXT NOT NULL,
    department_id INTEGER REFERENCES departments (id),
    -- 役職
    title TEXT,
    -- 雇用区分
    employment TEXT NOT NULL,
    -- Takes part in 財形住宅貯蓄 or 財形年金貯蓄.
    property_savings INTEGER NOT NULL DEFAULT 0 CHECK (property_savings IN (0, 1)),
    hired_on TEXT,
    -- Whether 退職 is registered; left_on is the last day employed (退職日). It is NULL where
    -- somebody came in from elsewhere as having left and the day is not known: an alert,
    -- because without it nothing says when the number must go.
    has_left INTEGER NOT NULL DEFAULT 0 CHECK (has_left IN (0, 1)),
    left_on TEXT,
    leaving_reason TEXT,
    -- 基礎年金番号, 雇用保険被保険者番号
    pension_number TEXT,
    employment_insurance_number TEXT,
    -- 資格取得日 and 資格喪失日 of 健康保険・厚生年金保険 and of 雇用保険.
    social_from TEXT,
    social_until TEXT,
    employment_insured_from TEXT,
    employment_insured_until TEXT,
    UNIQUE (company_id, employee_no_folded),
    CHECK (has_left = 1 OR (left_on IS NULL AND leaving_reason IS NULL)),
    CHECK (social_until IS NULL OR social_until >= social_from),
    CHECK (employment_insured_until IS NULL OR employment_insured_until >= employment_insured_from)
) STRICT;
CREATE INDEX employees_in ON employees (department_id) WHERE department_id IS NOT NULL;

-- Employments before the current one: somebody came back.
CREATE TABLE former_employments (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES employees (person_id),
    hired_on TEXT,
    left_on TEXT NOT NULL,
    leaving_reason TEXT,
    social_from TEXT,
    social_until TEXT,
    employment_insured_from TEXT,
    employment_insured_until TEXT
) STRICT;
CREATE INDEX former_employments_of ON former_employments (person_id);

-- 休職: back_on is the first day at work again.
CREATE TABLE leaves (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES employees (person_id),
    from_on TEXT NOT NULL,
    back_on TEXT,
    CHECK (back_on IS NULL OR back_on >= from_on)
) STRICT;
CREATE UNIQUE INDEX one_open_leave_each ON leaves (person_id) WHERE back_on IS NULL;
CREATE INDEX leaves_of ON leaves (person_id);

CREATE TABLE former_names (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES people (id),
    name TEXT NOT NULL,
    filing_name TEXT,
    kana TEXT,
    -- The day from which another name holds.
    replaced_on TEXT NOT NULL
) STRICT;
CREATE INDEX former_names_of ON former_names (person_id);

CREATE TABLE dependants (
    person_id INTEGER PRIMARY KEY REFERENCES people (id),
    company_id TEXT NOT NULL REFERENCES companies (id),
    employee_id INTEGER NOT NULL REFERENCES employees (person_id),
    relationship TEXT NOT NULL,
    lives_with INTEGER NOT NULL CHECK (lives_with IN (0, 1)),
    disability TEXT NOT NULL,
    residency TEXT NOT NULL,
    added_on TEXT NOT NULL,
    -- The last day as a dependant of this employee.
    ended_on TEXT
) STRICT;
CREATE INDEX dependants_of ON dependants (employee_id);

-- What the employee claims a dependant for: the reason to hold the number. Ended claims
-- stay, because the forms of their years say how long the number is still needed.
CREATE TABLE claims (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES dependants (person_id),
    claim TEXT NOT NULL CHECK (claim IN ('tax', 'health', 'category3')),
    -- 控除区分, of a claim for tax.
    deduction TEXT,
    claimed_from TEXT NOT NULL,
    claimed_until TEXT,
    CHECK ((claim = 'tax') = (deduction IS NOT NULL)),
    CHECK (claimed_until IS NULL OR claimed_until >= claimed_from)
) STRICT;
CREATE UNIQUE INDEX one_open_claim_each ON claims (person_id, claim) WHERE claimed_until IS NULL;
CREATE INDEX claims_of ON claims (person_id);

-- 支払先. A natural person stands in people too; a corporation has its name here and no
-- row there, so that nothing can hold an individual number for it.
CREATE TABLE payees (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    company_id TEXT NOT NULL REFERENCES companies (id),
    revision INTEGER NOT NULL,
    person_id INTEGER UNIQUE REFERENCES people (id),
    code TEXT NOT NULL,
    code_folded TEXT NOT NULL,
    corporate_name TEXT,
    corporate_kana TEXT,
    corporate_number TEXT,
    corporate_postal_code TEXT,
    corporate_address TEXT,
    -- 支払区分 and 細目
    payment TEXT NOT NULL,
    detail TEXT,
    continuity TEXT NOT NULL,
    contract_from TEXT,
    -- The last day of dealings.
    contract_until TEXT,
    -- Yen expected in a year; NULL where it is not known.
    expected_yen INTEGER,
    sort_key TEXT NOT NULL,
    search TEXT NOT NULL,
    UNIQUE (company_id, code_folded),
    CHECK ((person_id IS NULL) = (corporate_name IS NOT NULL)),
    CHECK (person_id IS NULL OR corporate_number IS NULL)
) STRICT;

-- 回収状況 of one person's number. Without a row: not asked for yet.
CREATE TABLE collections (
    person_id INTEGER PRIMARY KEY REFERENCES people (id),
    company_id TEXT NOT NULL REFERENCES companies (id),
    revision INTEGER NOT NULL,
    status TEXT NOT NULL,
    method TEXT,
    asked_on TEXT,
    -- 回収期限
    due_on TEXT,
    -- The day of the next reminder.
    remind_on TEXT,
    reminders INTEGER NOT NULL DEFAULT 0,
    last_reminded_on TEXT
) STRICT;

-- What was done about it, for ever: also the record of a refusal (提出拒否の経緯).
CREATE TABLE collection_steps (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES people (id),
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    on_date TEXT NOT NULL,
    contact TEXT,
    remark TEXT,
    user_id INTEGER REFERENCES users (id),
    user_name TEXT NOT NULL
) STRICT;
CREATE INDEX collection_steps_of ON collection_steps (person_id);

-- 本人確認記録. Kinds of documents only: no numbers of documents, no pictures.
CREATE TABLE identity_checks (
    id INTEGER PRIMARY KEY,
    company_id TEXT NOT NULL REFERENCES companies (id),
    person_id INTEGER NOT NULL REFERENCES people (id),
    on_date TEXT NOT NULL,
    method TEXT NOT NULL,
    number_document TEXT,
    identity_documents TEXT NOT NULL,
    agent_name TEXT,
    agent_authority TEXT,
    agent_document TEXT,
    passed INTEGER NOT NULL CHECK (passed IN (0, 1)),
    remark TEXT,
    user_id INTEGER NOT NULL REFERENCES users (id),
    user_name TEXT NOT NULL,
    withdrawn_unix INTEGER,
    CHECK ((agent_name IS NULL) = (agent_authority IS NULL))
) STRICT;
CREATE INDEX identity_checks_of ON identity_checks (person_id);

-- 利用目的の通知: to one person, or to everybody of a kind (audience).
CREATE TABLE notifications (
    id INTEGER PRIMARY KEY,
    company_id TEXT NOT NULL REFERENCES companies (id),
    person_id INTEGER REFERENCES people (id),
    audience TEXT,
    on_date TEXT NOT NULL,
    method TEXT NOT NULL,
    version TEXT NOT NULL,
    purposes TEXT NOT NULL,
    signed_for INTEGER NOT NULL CHECK (signed_for IN (0, 1)),
    user_id INTEGER NOT NULL REFERENCES users (id),
    user_name TEXT NOT NULL,
    CHECK ((person_id IS NULL) = (audience IS NOT NULL))
) STRICT;
CREATE INDEX notifications_of ON notifications (person_id);
CREATE INDEX notifications_to ON notifications (company_id, audience);

-- 委託先, and under_id another's 再委託先, which cannot stand here without the consent.
CREATE TABLE delegates (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    company_id TEXT NOT NULL REFERENCES companies (id),
    revision INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    corporate_number TEXT,
    work TEXT NOT NULL,
    contract_from TEXT NOT NULL,
    contract_until TEXT,
    -- What the contract settles, by the check list of ガイドライン第4-2-(1).
    clauses TEXT NOT NULL,
    under_id INTEGER REFERENCES delegates (id),
    consent_on TEXT,
    consent_document TEXT,
    ended_on TEXT,
    settled_on TEXT,
    settled_how TEXT,
    settled_certificate TEXT,
    CHECK ((under_id IS NULL) = (consent_on IS NULL)),
    CHECK ((consent_on IS NULL) = (consent_document IS NULL)),
    CHECK ((settled_on IS NULL) = (settled_how IS NULL)),
    CHECK (settled_on IS NULL OR ended_on IS NOT NULL)
) STRICT;
CREATE INDEX delegates_under ON delegates (under_id);

-- 委託先の監督: what the company looked at, and what it found.
CREATE TABLE supervisions (
    id INTEGER PRIMARY KEY,
    delegate_id INTEGER NOT NULL REFERENCES delegates (id),
    on_date TEXT NOT NULL,
    how TEXT NOT NULL,
    finding TEXT,
    user_id INTEGER NOT NULL REFERENCES users (id),
    user_name TEXT NOT NULL
) STRICT;
CREATE INDEX supervisions_of ON supervisions (delegate_id);

-- 持出管理簿
CREATE TABLE media (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    company_id TEXT NOT NULL REFERENCES companies (id),
    revision INTEGER NOT NULL,
    label TEXT NOT NULL,
    kind TEXT NOT NULL,
    holder TEXT NOT NULL,
    kept_at TEXT NOT NULL,
    destroyed_on TEXT,
    destroyed_how TEXT,
    destroyed_confirmed_by TEXT,
    destroyed_certificate TEXT,
    CHECK ((destroyed_on IS NULL) = (destroyed_how IS NULL)),
    CHECK ((destroyed_on IS NULL) = (destroyed_confirmed_by IS NULL))
) STRICT;

CREATE TABLE media_trips (
    id INTEGER PRIMARY KEY,
    medium_id INTEGER NOT NULL REFERENCES media (id),
    out_on TEXT NOT NULL,
    carrier TEXT NOT NULL,
    destination TEXT NOT NULL,
    reason TEXT NOT NULL,
    container TEXT NOT NULL,
    due_back TEXT,
    back_on TEXT,
    CHECK (back_on IS NULL OR back_on >= out_on)
) STRICT;
CREATE UNIQUE INDEX out_once ON media_trips (medium_id) WHERE back_on IS NULL;
CREATE INDEX media_trips_of ON media_trips (medium_id);

-- 紛失: a medium that was found again was lost all the same.
CREATE TABLE media_losses (
    id INTEGER PRIMARY KEY,
    medium_id INTEGER NOT NULL REFERENCES media (id),
    lost_on TEXT NOT NULL,
    remark TEXT,
    found_on TEXT,
    CHECK (found_on IS NULL OR found_on >= lost_on)
) STRICT;
CREATE UNIQUE INDEX lost_once ON media_losses (medium_id) WHERE found_on IS NULL;
CREATE INDEX media_losses_of ON media_losses (medium_id);
