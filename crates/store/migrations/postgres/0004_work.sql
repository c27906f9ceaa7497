-- 0004_work: what came in, what is due, and what the desks are told.
-- A webhook is kept as it was sent, so that a repaired channel can read it again.
CREATE TABLE IF NOT EXISTS webhook (
    id             TEXT PRIMARY KEY,
    channel        TEXT    NOT NULL,
    account_id     TEXT    NOT NULL,
    received_at_ms BIGINT  NOT NULL,
    head           TEXT    NOT NULL,            -- JSON: method, url, headers
    body           BYTEA   NOT NULL,
    state          TEXT    NOT NULL,            -- received, digested, failed
    attempts       BIGINT  NOT NULL DEFAULT 0,
    reason         TEXT,                        -- why it failed …
    place          TEXT                         -- … and where in the body
);
CREATE INDEX IF NOT EXISTS webhook_by_state ON webhook (state, received_at_ms);

-- One provider event is one event here, however often it is sent.
CREATE TABLE IF NOT EXISTS provider_event (
    account_id TEXT    NOT NULL,
    event_key  TEXT    NOT NULL,
    at_ms      BIGINT  NOT NULL,
    PRIMARY KEY (account_id, event_key)
);

-- What arrived before the message that it is about: a status before the send returned, an edit or a
-- reaction before its message.
CREATE TABLE IF NOT EXISTS parked_event (
    account_id  TEXT    NOT NULL,
    target      TEXT    NOT NULL,               -- the provider's id of the message
    event_key   TEXT    NOT NULL,
    body        TEXT    NOT NULL,               -- JSON
    at_ms       BIGINT  NOT NULL,
    PRIMARY KEY (account_id, target, event_key)
);

CREATE TABLE IF NOT EXISTS due_work (
    id              TEXT PRIMARY KEY,
    kind            TEXT    NOT NULL,
    performer       TEXT    NOT NULL,
    subject         TEXT    NOT NULL,
    work_key        TEXT    NOT NULL UNIQUE,
    body            TEXT    NOT NULL,
    due_at_ms       BIGINT  NOT NULL,
    leased_until_ms BIGINT  NOT NULL,           -- somebody is at it until then
    attempts        BIGINT  NOT NULL DEFAULT 0,
    state           TEXT    NOT NULL,           -- waiting, failed
    last_error      TEXT,
    trace           TEXT                        -- the traceparent of what it follows from
);
CREATE INDEX IF NOT EXISTS due_work_by_time ON due_work (state, due_at_ms);
CREATE INDEX IF NOT EXISTS due_work_by_subject ON due_work (kind, subject);

CREATE SEQUENCE IF NOT EXISTS feed_seq;

-- What changed, for open event streams to read from where they stopped. Pruned after a day.
CREATE TABLE IF NOT EXISTS feed (
    seq             BIGINT PRIMARY KEY DEFAULT nextval('feed_seq'),
    at_ms           BIGINT  NOT NULL,
    kind            TEXT    NOT NULL,           -- interaction, message, message_status, contact, presence
    interaction_id  TEXT,
    conversation_id TEXT,
    message_id      TEXT,
    contact_id      TEXT,
    agent_id        TEXT,                       -- whom it concerns: see feed.rs
    previous_agent_id TEXT,
    trace           TEXT                        -- the traceparent of the change
);
CREATE INDEX IF NOT EXISTS feed_by_time ON feed (at_ms);

-- Whoever reads on from a number must have seen all smaller ones. So a row gets its number when its
-- transaction commits, and one transaction at a time does that.
CREATE OR REPLACE FUNCTION feed_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(TG_RELID::bigint);
    UPDATE feed SET seq = nextval('feed_seq') WHERE seq = NEW.seq;
    RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS feed_number ON feed;
CREATE CONSTRAINT TRIGGER feed_number AFTER INSERT ON feed
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION feed_number();
