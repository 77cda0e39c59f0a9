-- The CRC-32 of the content, for archives; unknown for files kept before, until a job has read them.
ALTER TABLE files ADD COLUMN crc32 BIGINT;

-- Work that is to be done once, by whichever process comes to it. Doing it removes the row.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kind TEXT NOT NULL,
    -- The id of the row that it is about; of which table, the kind says.
    subject BIGINT NOT NULL,
    -- How often it was begun.
    attempts BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    -- While somebody works on it, and nobody else may.
    leased_until BIGINT,
    holder TEXT,
    -- Why the last attempt failed.
    last_error TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (kind, subject)
);

CREATE INDEX jobs_not_before ON jobs (not_before, id);

INSERT INTO jobs (kind, subject, attempts, not_before, created_at)
    SELECT 'crc32', id, 0, 0, unixepoch() * 1000000 FROM files ORDER BY id;
