-- How far the reading of all objects over and over has come: one row.
CREATE TABLE scrubs (
    id INTEGER PRIMARY KEY NOT NULL,
    -- The objects of files up to this one have been read in this round.
    after_file BIGINT NOT NULL,
    began_at BIGINT NOT NULL,
    -- When the last complete round began.
    last_began_at BIGINT
);

-- Objects that were found missing or damaged, until they are sound again or gone.
CREATE TABLE damaged_objects (
    key TEXT PRIMARY KEY NOT NULL,
    found_at BIGINT NOT NULL
) WITHOUT ROWID;
