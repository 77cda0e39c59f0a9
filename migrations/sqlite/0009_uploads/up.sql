-- Resumable uploads, until they expire. What came of one lies in storage as parts.
CREATE TABLE uploads (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    -- What clients know it by; unguessable.
    name TEXT NOT NULL UNIQUE,
    -- Who began it and alone may go on.
    user_id BIGINT REFERENCES users (id) ON DELETE SET NULL,
    -- `receiving`, `finished` (then there is, or was, a file), or `refused`.
    state TEXT NOT NULL,
    -- `whole`, `partial` (a part of another upload), or `final` (made of parts).
    kind TEXT NOT NULL,
    -- How many bytes it will have; not known if the client has not said it yet.
    length BIGINT,
    -- How many bytes are safe in storage.
    received BIGINT NOT NULL,
    -- Who may add bytes, or makes the file.
    holder TEXT,
    -- While somebody makes the file, and nobody else may.
    leased_until BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    file_id BIGINT REFERENCES files (id) ON DELETE SET NULL,
    -- The media type for which it was refused.
    refused_type TEXT,
    -- `Upload-Metadata` as it was sent.
    metadata TEXT NOT NULL,
    -- `Upload-Concat` as it was sent, of those made of parts.
    concat TEXT
);

CREATE INDEX uploads_expires_at ON uploads (expires_at);

-- For when its user or its file is deleted.
CREATE INDEX uploads_user_id ON uploads (user_id);
CREATE INDEX uploads_file_id ON uploads (file_id);

-- The objects that hold what came of an upload, by where they begin in it.
CREATE TABLE upload_parts (
    upload_id BIGINT NOT NULL REFERENCES uploads (id),
    start BIGINT NOT NULL,
    size BIGINT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    PRIMARY KEY (upload_id, start)
) WITHOUT ROWID;

-- The uploads that one is made of, in their order; one may occur several times.
CREATE TABLE upload_sources (
    upload_id BIGINT NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    source_id BIGINT NOT NULL,
    PRIMARY KEY (upload_id, position)
) WITHOUT ROWID;
