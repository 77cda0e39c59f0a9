-- The keys that sign URLs: the greatest id signs, those that it replaced count for what they can have signed.
CREATE TABLE signing_keys (
    id BIGINT PRIMARY KEY,
    secret BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    -- When another key took its place.
    retired_at BIGINT
);
