-- The names of a file's tags, with commas between them, as clients see them.
ALTER TABLE files ADD COLUMN tags TEXT COLLATE "C" NOT NULL DEFAULT '';

-- Which files have a tag, and which have one in a folder of tags: `Trips/2026/Oslo` has three rows, of which `trips/` and
-- `trips/2026/` have no name.
CREATE TABLE file_tags (
    folded TEXT COLLATE "C" NOT NULL,
    file_id BIGINT NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    name TEXT COLLATE "C",
    PRIMARY KEY (folded, file_id)
);

CREATE INDEX file_tags_file_id ON file_tags (file_id);
-- Files of the same content.
CREATE INDEX files_checksum ON files (checksum, id);
