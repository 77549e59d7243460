-- People taken over from files, and what is needed to take an import back.

-- Which column of which software's files has what.
CREATE TABLE import_sources (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    company_id TEXT NOT NULL REFERENCES companies (id),
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    -- intake::Mapping as JSON, with its own version.
    mapping TEXT NOT NULL,
    saved_unix INTEGER NOT NULL,
    UNIQUE (company_id, name_folded)
) STRICT;

CREATE TABLE imports (
    id TEXT PRIMARY KEY,
    company_id TEXT NOT NULL REFERENCES companies (id),
    name TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    user_name TEXT NOT NULL,
    made_unix INTEGER NOT NULL,
    people INTEGER NOT NULL,
    numbers INTEGER NOT NULL,
    undone_unix INTEGER
) STRICT;
CREATE INDEX imports_of ON imports (company_id, made_unix);

-- Whom an import added or changed; emptied when it is undone. No reference to people,
-- because who was added is gone then.
CREATE TABLE import_people (
    import_id TEXT NOT NULL REFERENCES imports (id),
    person_id INTEGER NOT NULL,
    -- As the import left it: another one means that somebody changed it since.
    revision INTEGER NOT NULL,
    added INTEGER NOT NULL CHECK (added IN (0, 1)),
    -- The columns it overwrote, as JSON.
    before TEXT,
    -- The number it registered.
    number_id INTEGER,
    PRIMARY KEY (import_id, person_id),
    CHECK (added = 0 OR before IS NULL)
) STRICT, WITHOUT ROWID;

-- Claims it opened for family members who were there before.
CREATE TABLE import_claims (
    import_id TEXT NOT NULL REFERENCES imports (id),
    claim_id INTEGER NOT NULL,
    PRIMARY KEY (import_id, claim_id)
) STRICT, WITHOUT ROWID;

-- Whom an undo removes is looked for in these, once for each person.
CREATE INDEX numbers_of_person ON numbers (person_id);
CREATE INDEX hand_overs_of_person ON hand_over_people (person_id);
