-- 0009_health: what is wrong with which account, what came when, and parts of messages. Safe to run twice.
CREATE TABLE IF NOT EXISTS channel_finding (
    account_id TEXT    NOT NULL,
    source     TEXT    NOT NULL,                -- who found it: a question of a check-up, sending, traffic
    code       TEXT    NOT NULL,
    severity   TEXT    NOT NULL,                -- warning, alarm
    since_ms   INTEGER NOT NULL,                -- first found
    until_ms   INTEGER,
    parameters TEXT    NOT NULL,                -- JSON: texts by name
    words      TEXT    NOT NULL,                -- in English, for whoever does not know the code
    PRIMARY KEY (account_id, source, code)
);

CREATE TABLE IF NOT EXISTS channel_health (
    account_id    TEXT PRIMARY KEY,
    checked_at_ms INTEGER,                      -- the last check-up
    facts         TEXT    NOT NULL,             -- JSON: texts by name
    counted_hour  INTEGER                       -- traffic before it is counted
);

-- Events of an hour since the Unix epoch; an hour without any has no row.
CREATE TABLE IF NOT EXISTS channel_traffic (
    account_id TEXT    NOT NULL,
    hour       INTEGER NOT NULL,
    events     INTEGER NOT NULL,
    PRIMARY KEY (account_id, hour)
);
CREATE INDEX IF NOT EXISTS provider_event_by_time ON provider_event (account_id, at_ms);

-- A long message comes in parts, in any order: they wait here for the others.
CREATE TABLE IF NOT EXISTS message_part (
    account_id    TEXT    NOT NULL,
    sender        TEXT    NOT NULL,             -- scheme:value
    reference     TEXT    NOT NULL,
    event_key     TEXT    NOT NULL,
    body          TEXT    NOT NULL,             -- JSON
    arrived_at_ms INTEGER NOT NULL,
    PRIMARY KEY (account_id, sender, reference, event_key)
);
