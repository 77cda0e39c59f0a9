-- How far the picture of a file is. Those from before are still to be made, and so are those of an older version that runs
-- beside this one.
ALTER TABLE files ADD COLUMN preview_status TEXT COLLATE "C" NOT NULL DEFAULT 'pending';

-- What files tell about themselves, as far as lists filter and order by it.
ALTER TABLE files ADD COLUMN taken_at BIGINT;
ALTER TABLE files ADD COLUMN duration_ms BIGINT;
ALTER TABLE files ADD COLUMN pages BIGINT;
ALTER TABLE files ADD COLUMN camera TEXT COLLATE "C";
ALTER TABLE files ADD COLUMN has_gps BOOLEAN NOT NULL DEFAULT FALSE;

-- What is known of a file's picture, and what the file tells about itself, as a JSON object.
CREATE TABLE previews (
    file_id BIGINT PRIMARY KEY NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    reason TEXT COLLATE "C",
    source TEXT COLLATE "C",
    thumb_hash BYTEA,
    -- Red, green and blue in three bytes.
    colour BIGINT,
    perceptual_hash BIGINT,
    metadata TEXT COLLATE "C" NOT NULL
);

CREATE INDEX files_preview_status ON files (preview_status, id);
-- Uploads go before whatever else is to be done.
CREATE INDEX jobs_kind ON jobs (kind, not_before, id);

-- As in `0001_initial`: the ascending order has its own, and what is not known comes last either way.
CREATE INDEX files_taken_at ON files (taken_at DESC NULLS LAST, id DESC);
CREATE INDEX files_taken_at_ascending ON files (taken_at, id DESC);
CREATE INDEX files_duration ON files (duration_ms DESC NULLS LAST, id DESC);
CREATE INDEX files_duration_ascending ON files (duration_ms, id DESC);
CREATE INDEX files_pages ON files (pages, id);
CREATE INDEX files_camera ON files (camera, id);
CREATE INDEX files_has_gps ON files (has_gps, id);

-- It holds whatever lists filter by.
DROP INDEX files_facts;
CREATE INDEX files_facts ON files (
    created_at, id, user_id, kind, size, width, height, updated_at, visibility, preview_status, taken_at, duration_ms, pages,
    camera, has_gps
);
-- Compared with each other to find pictures that look alike.
CREATE INDEX previews_perceptual_hash ON previews (perceptual_hash, file_id) WHERE perceptual_hash IS NOT NULL;
