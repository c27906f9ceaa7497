-- 0006_outbound: what bounds messages to contacts: who wants none, how fast they may go out, and which
-- words a provider approved.
CREATE TABLE IF NOT EXISTS opt_out (
    id           TEXT PRIMARY KEY,
    channel      TEXT   NOT NULL,
    scheme       TEXT   NOT NULL,
    value        TEXT   NOT NULL,
    extent       TEXT   NOT NULL,               -- all, marketing
    reason       TEXT   NOT NULL,               -- asked, refused, blocked, told
    source       TEXT   NOT NULL,               -- the message that shows it, or the agent who was told
    since_ms     INTEGER NOT NULL,
    lifted_at_ms INTEGER                             -- it holds until then
);
CREATE INDEX IF NOT EXISTS opt_out_by_address ON opt_out (scheme, value, channel);

-- A token bucket: when it is full again.
CREATE TABLE IF NOT EXISTS rate_bucket (
    id         TEXT PRIMARY KEY,                -- account:…, conversation:…
    full_at_us INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS rate_bucket_by_time ON rate_bucket (full_at_us);

CREATE TABLE IF NOT EXISTS provider_template (
    account_id TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    language   TEXT   NOT NULL,
    definition TEXT   NOT NULL,                 -- JSON: domain::template::Definition
    seen_at_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, name, language)
);
