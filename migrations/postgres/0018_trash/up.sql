-- Files that were deleted and can be restored for a while. They are not in `files`, so that no
-- list, count or URL has them; rows move from there and back as they are. Their keys are in
-- `strays`, as `trashed`, and so are never given out.
CREATE TABLE trashed_files (
    id BIGINT PRIMARY KEY NOT NULL,
    user_id BIGINT REFERENCES users (id) ON DELETE SET NULL,
    kind TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    width BIGINT,
    height BIGINT,
    mode TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    stored_at BIGINT NOT NULL,
    key TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT COLLATE "C" NOT NULL,
    name_folded TEXT COLLATE "C" NOT NULL,
    mime_type TEXT COLLATE "C" NOT NULL,
    checksum BYTEA NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    crc32 BIGINT,
    visibility TEXT COLLATE "C" NOT NULL,
    tags TEXT COLLATE "C" NOT NULL,
    preview_status TEXT COLLATE "C" NOT NULL,
    taken_at BIGINT,
    duration_ms BIGINT,
    pages BIGINT,
    camera TEXT COLLATE "C",
    has_gps BOOLEAN NOT NULL,
    focal_x BIGINT,
    focal_y BIGINT,
    trashed_at BIGINT NOT NULL,
    -- When the sweeper deletes it for good.
    trashed_until BIGINT NOT NULL
);

CREATE INDEX trashed_files_until ON trashed_files (trashed_until);
-- For when its user is deleted.
CREATE INDEX trashed_files_user_id ON trashed_files (user_id);

-- Its thumbnails, those of its preview included. There are no renditions: they are made again when
-- they are asked for.
CREATE TABLE trashed_objects (
    id BIGINT PRIMARY KEY NOT NULL,
    file_id BIGINT NOT NULL REFERENCES trashed_files (id) ON DELETE CASCADE,
    variant TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL UNIQUE,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    mime_type TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    checksum BYTEA NOT NULL,
    stored_at BIGINT NOT NULL,
    UNIQUE (file_id, variant)
);

CREATE TABLE trashed_previews (
    file_id BIGINT PRIMARY KEY NOT NULL REFERENCES trashed_files (id) ON DELETE CASCADE,
    reason TEXT COLLATE "C",
    source TEXT COLLATE "C",
    thumb_hash BYTEA,
    colour BIGINT,
    perceptual_hash BIGINT,
    metadata TEXT COLLATE "C" NOT NULL
);

CREATE TABLE trashed_tags (
    folded TEXT COLLATE "C" NOT NULL,
    file_id BIGINT NOT NULL REFERENCES trashed_files (id) ON DELETE CASCADE,
    name TEXT COLLATE "C",
    PRIMARY KEY (file_id, folded)
);
