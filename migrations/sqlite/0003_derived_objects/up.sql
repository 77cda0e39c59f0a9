-- Objects that are made of a file's content, by what they are: `thumbnail:64` fits into a box of 64 pixels.
CREATE TABLE derived_objects (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    file_id BIGINT NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    variant TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    mime_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    checksum BLOB NOT NULL,
    stored_at BIGINT NOT NULL,
    -- When it was last served. Unknown for objects that stay as long as their file does; the others may be removed to make
    -- room, the least recently used first.
    last_used_at BIGINT,
    UNIQUE (file_id, variant)
);

-- Ids stay, and those that were given out once are used up here too.
INSERT INTO derived_objects (id, file_id, variant, key, width, height, mime_type, size, checksum, stored_at)
    SELECT thumbnails.id, file_id, 'thumbnail:' || edge, thumbnails.key, thumbnails.width, thumbnails.height,
        thumbnails.mime_type, thumbnails.size, thumbnails.checksum, files.stored_at
    FROM thumbnails JOIN files ON files.id = thumbnails.file_id;
DELETE FROM sqlite_sequence WHERE name = 'derived_objects';
INSERT INTO sqlite_sequence (name, seq) SELECT 'derived_objects', seq FROM sqlite_sequence WHERE name = 'thumbnails';
DROP TABLE thumbnails;

CREATE INDEX derived_objects_last_used_at ON derived_objects (last_used_at, size) WHERE last_used_at IS NOT NULL;
