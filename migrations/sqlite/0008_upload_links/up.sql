-- Links by which people without a token upload files, for the user who made them.
CREATE TABLE upload_links (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    description TEXT NOT NULL,
    -- The largest file in bytes, if it is less than the server's.
    max_size BIGINT,
    -- Comma-separated; empty where the link allows what the server does.
    allowed_types TEXT NOT NULL,
    -- Of its files, unless it is the server's default.
    visibility TEXT,
    uploads BIGINT NOT NULL,
    used BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX upload_links_user_id ON upload_links (user_id);

-- Uploads under way. One whose lease is over was interrupted.
CREATE TABLE upload_reservations (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    link_id BIGINT NOT NULL REFERENCES upload_links (id) ON DELETE CASCADE,
    leased_until BIGINT NOT NULL
);

CREATE INDEX upload_reservations_link_id ON upload_reservations (link_id);
