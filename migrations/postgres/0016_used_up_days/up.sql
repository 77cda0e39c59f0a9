-- Keys of these days and before get a random suffix: tombstones of theirs have been dropped.
CREATE TABLE used_up_days (
    -- There is one row at most.
    id BIGINT PRIMARY KEY CHECK (id = 1),
    until BIGINT NOT NULL
);
