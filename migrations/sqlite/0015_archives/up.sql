-- Lists of files that links give as one ZIP archive.
CREATE TABLE archives (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX archives_expires_at ON archives (expires_at);

-- The files of an archive as they were when it was made. The file may be gone by now.
CREATE TABLE archive_files (
    archive_id BIGINT NOT NULL REFERENCES archives (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    file_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    visibility TEXT NOT NULL,
    PRIMARY KEY (archive_id, position)
) WITHOUT ROWID;
