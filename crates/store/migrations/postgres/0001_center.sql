-- 0001_center: what a center is made of. Instants are UTC in milliseconds (_ms); JSON is text.
-- Every statement is safe to run twice.
CREATE TABLE IF NOT EXISTS agent (
    id            TEXT PRIMARY KEY,
    login         TEXT    NOT NULL UNIQUE,
    name          TEXT    NOT NULL,
    role          TEXT    NOT NULL,             -- agent, supervisor, admin
    locale        TEXT    NOT NULL DEFAULT 'es',
    password_hash TEXT    NOT NULL,             -- Argon2id, PHC string
    calls_max     BIGINT  NOT NULL,
    chats_max     BIGINT  NOT NULL,
    status        TEXT    NOT NULL DEFAULT 'offline', -- available, pause, offline
    pause_reason  TEXT,
    status_at_ms  BIGINT  NOT NULL DEFAULT 0,
    idle_since_ms BIGINT  NOT NULL DEFAULT 0,   -- since when the hands are emptier
    -- Whoever changes what an agent holds updates this first: it is the lock on the agent's load.
    revision      BIGINT  NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS agent_skill (
    agent_id TEXT    NOT NULL,
    skill    TEXT    NOT NULL,
    level    BIGINT  NOT NULL,
    PRIMARY KEY (agent_id, skill)
);

CREATE TABLE IF NOT EXISTS queue (
    id             TEXT PRIMARY KEY,
    name           TEXT    NOT NULL,
    ring_ms        BIGINT  NOT NULL,
    wrap_up_ms     BIGINT  NOT NULL,
    within_ms      BIGINT  NOT NULL,            -- service level: answered within …
    target_percent BIGINT  NOT NULL,            -- … for so many of a hundred
    priority       BIGINT  NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS agent_queue (
    agent_id TEXT NOT NULL,
    queue_id TEXT NOT NULL,
    PRIMARY KEY (agent_id, queue_id)
);
CREATE INDEX IF NOT EXISTS agent_queue_by_queue ON agent_queue (queue_id);

CREATE TABLE IF NOT EXISTS disposition (
    code   TEXT PRIMARY KEY,
    labels TEXT NOT NULL                        -- JSON: {"es": …, "en": …, "pt": …}
);

-- One of the business's own addresses: a WhatsApp number, a web chat widget.
CREATE TABLE IF NOT EXISTS channel_account (
    id       TEXT PRIMARY KEY,
    channel  TEXT NOT NULL,
    name     TEXT NOT NULL,
    address  TEXT NOT NULL,                     -- the provider's id of it
    queue_id TEXT NOT NULL,                     -- where work goes that no bot sent elsewhere
    bot      BIGINT  NOT NULL,                  -- 1: a bot answers first
    settings TEXT NOT NULL,                     -- JSON, the channel's own; nothing secret
    secrets  TEXT NOT NULL,                     -- JSON, sealed by the shell
    UNIQUE (channel, address)
);
