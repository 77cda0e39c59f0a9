-- Times are microseconds since 1970 in UTC. AUTOINCREMENT: a number once given out never means anything else.

CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    username TEXT NOT NULL UNIQUE,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    is_staff BOOLEAN NOT NULL,
    is_admin BOOLEAN NOT NULL,
    is_active BOOLEAN NOT NULL,
    password_hash TEXT,
    last_login BIGINT,
    created_at BIGINT NOT NULL
);

CREATE TABLE grants (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code INTEGER NOT NULL,
    PRIMARY KEY (user_id, code)
) WITHOUT ROWID;

CREATE TABLE tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256 of the key, which itself is kept nowhere.
    key_hash BLOB NOT NULL UNIQUE,
    label TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT
);

CREATE INDEX tokens_user_id ON tokens (user_id);

-- The texts stand last, so that what lists filter and order by is read without them.
CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_id BIGINT REFERENCES users (id) ON DELETE SET NULL,
    kind TEXT NOT NULL,
    size BIGINT NOT NULL,
    width BIGINT,
    height BIGINT,
    mode TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    -- When the present content was stored.
    stored_at BIGINT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- The case-folded name; folded by the application, so that every database folds alike.
    name_folded TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    checksum BLOB NOT NULL,
    description TEXT NOT NULL
);

-- Every index ends with the id of the row. Ties are ordered by descending id: backwards, an index serves the
-- descending order; the ascending order needs one of its own where many rows have one value.
-- `files_facts` holds whatever a list can filter by, so that a combination of filters never reads the rows.
CREATE INDEX files_facts ON files (created_at, id, user_id, kind, size, width, height, updated_at);
-- Counts a range of numbers, and finds the newest files of some users, without reading the rows.
CREATE INDEX files_id ON files (id, user_id);
CREATE INDEX files_updated_at ON files (updated_at);
CREATE INDEX files_user_id ON files (user_id);
CREATE INDEX files_name ON files (name);
CREATE INDEX files_size ON files (size);
CREATE INDEX files_kind ON files (kind);
CREATE INDEX files_kind_ascending ON files (kind, id DESC);
CREATE INDEX files_width ON files (width);
CREATE INDEX files_width_ascending ON files (width, id DESC);
CREATE INDEX files_height ON files (height);
CREATE INDEX files_height_ascending ON files (height, id DESC);
CREATE INDEX files_mode ON files (mode);
CREATE INDEX files_mode_ascending ON files (mode, id DESC);
CREATE INDEX files_name_folded ON files (name_folded);

CREATE TABLE thumbnails (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    file_id BIGINT NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    edge BIGINT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    size BIGINT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    mime_type TEXT NOT NULL,
    checksum BLOB NOT NULL
);

CREATE INDEX thumbnails_file_id ON thumbnails (file_id, edge);

-- Keys that no row owns: `claimed` by an upload under way, `doomed` to be deleted, or `gone` and used up.
CREATE TABLE strays (
    key TEXT PRIMARY KEY NOT NULL,
    -- When it was claimed, or was noted as gone.
    since BIGINT NOT NULL,
    state TEXT NOT NULL
) WITHOUT ROWID;

-- What the sweeper looks for, however many tombstones there are.
CREATE INDEX strays_state ON strays (state, since);

-- The trigrams of folded name and decimal id. Contentless: the text is in `files` already.
CREATE VIRTUAL TABLE file_search USING fts5 (
    text,
    content = '',
    columnsize = 0,
    tokenize = 'trigram case_sensitive 1'
);

CREATE TRIGGER file_search_insert AFTER INSERT ON files BEGIN
    INSERT INTO file_search (rowid, text) VALUES (new.id, new.name_folded || char(10) || new.id);
END;

CREATE TRIGGER file_search_update AFTER UPDATE OF name_folded ON files WHEN old.name_folded <> new.name_folded BEGIN
    INSERT INTO file_search (file_search, rowid, text) VALUES ('delete', old.id, old.name_folded || char(10) || old.id);
    INSERT INTO file_search (rowid, text) VALUES (new.id, new.name_folded || char(10) || new.id);
END;

CREATE TRIGGER file_search_delete AFTER DELETE ON files BEGIN
    INSERT INTO file_search (file_search, rowid, text) VALUES ('delete', old.id, old.name_folded || char(10) || old.id);
END;
