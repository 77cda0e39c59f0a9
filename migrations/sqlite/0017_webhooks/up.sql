-- Where events are sent.
CREATE TABLE webhooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    url TEXT NOT NULL,
    -- Which, comma-separated.
    events TEXT NOT NULL,
    description TEXT NOT NULL,
    -- Signs what is sent.
    secret BLOB NOT NULL,
    is_active BOOLEAN NOT NULL,
    -- Why it is not active, unless somebody has turned it off.
    disabled_reason TEXT,
    -- Since when every attempt has failed.
    failing_since BIGINT,
    created_at BIGINT NOT NULL
);

-- Events on their way to webhooks, and those that were sent lately. They outlive their files; those
-- of a webhook that is gone are removed by the sweeper.
CREATE TABLE webhook_deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    webhook_id BIGINT NOT NULL,
    event TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    -- The file as it was then.
    file_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    checksum BLOB NOT NULL,
    visibility TEXT NOT NULL,
    user_id BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    preview_status TEXT NOT NULL,
    -- What has become of it.
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    last_attempt_at BIGINT,
    last_status BIGINT,
    last_error TEXT
);

CREATE INDEX webhook_deliveries_webhook_id ON webhook_deliveries (webhook_id, id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, state, not_before, id);
