-- 0002_contact: who writes. A merge only points one contact at another: an identity stays where it
-- was found, and undoing a merge removes the pointer.
CREATE TABLE IF NOT EXISTS contact (
    id            TEXT PRIMARY KEY,
    merged_into   TEXT,                         -- the contact that this one turned out to be
    root_id       TEXT    NOT NULL,             -- the end of that chain; itself when not merged
    name          TEXT    NOT NULL,
    locale        TEXT,
    notes         TEXT    NOT NULL DEFAULT '',
    created_at_ms BIGINT  NOT NULL
);
CREATE INDEX IF NOT EXISTS contact_by_root ON contact (root_id);

CREATE TABLE IF NOT EXISTS contact_identity (
    scheme        TEXT    NOT NULL,             -- phone, email, or a network's own
    value         TEXT    NOT NULL,
    contact_id    TEXT    NOT NULL,
    verified      BIGINT  NOT NULL,             -- 1: the channel itself proves it
    created_at_ms BIGINT  NOT NULL,
    PRIMARY KEY (scheme, value)
);
CREATE INDEX IF NOT EXISTS contact_identity_by_contact ON contact_identity (contact_id);

CREATE TABLE IF NOT EXISTS contact_merge (
    id           TEXT PRIMARY KEY,
    survivor_id  TEXT    NOT NULL,
    merged_id    TEXT    NOT NULL,
    why          TEXT    NOT NULL,              -- e.g. 'phone +34600123123'
    at_ms        BIGINT  NOT NULL,
    undone_at_ms BIGINT
);

-- The thread with one contact on one channel; may last for years.
CREATE TABLE IF NOT EXISTS conversation (
    id                  TEXT PRIMARY KEY,
    channel             TEXT    NOT NULL,
    account_id          TEXT    NOT NULL,
    scheme              TEXT    NOT NULL,
    value               TEXT    NOT NULL,
    contact_id          TEXT    NOT NULL,
    capacity            TEXT    NOT NULL,       -- call, chat
    last_seq            BIGINT  NOT NULL DEFAULT 0,
    read_seq            BIGINT  NOT NULL DEFAULT 0, -- read by the agent up to here
    last_in_at_ms       BIGINT ,                -- opens a provider's window for free text
    open_interaction_id TEXT,
    UNIQUE (account_id, scheme, value)
);
CREATE INDEX IF NOT EXISTS conversation_by_contact ON conversation (contact_id);

CREATE TABLE IF NOT EXISTS message (
    id              TEXT PRIMARY KEY,
    conversation_id TEXT    NOT NULL,
    seq             BIGINT  NOT NULL,           -- 1, 2, 3, … in the conversation
    interaction_id  TEXT,
    account_id      TEXT    NOT NULL,
    direction       TEXT    NOT NULL,           -- in, out
    author_kind     TEXT    NOT NULL,           -- contact, bot, agent, system
    author_id       TEXT,
    content         TEXT    NOT NULL,           -- JSON
    at_ms           BIGINT  NOT NULL,           -- by the provider's clock
    stored_at_ms    BIGINT  NOT NULL,
    provider_id     TEXT,
    client_id       TEXT,                       -- makes a repeated send one message
    reply_to        TEXT,
    status          TEXT,                       -- of an outgoing one
    status_at_ms    BIGINT ,
    error           TEXT,                       -- JSON {code, text}
    handed_at_ms    BIGINT ,                    -- the provider was asked, outcome not known yet
    reaction        TEXT,
    edited          BIGINT  NOT NULL DEFAULT 0,
    deleted         BIGINT  NOT NULL DEFAULT 0,
    UNIQUE (conversation_id, seq),
    UNIQUE (conversation_id, client_id)
);
CREATE UNIQUE INDEX IF NOT EXISTS message_by_provider ON message (account_id, provider_id);
CREATE INDEX IF NOT EXISTS message_by_interaction ON message (interaction_id);

CREATE TABLE IF NOT EXISTS attachment (
    id            TEXT PRIMARY KEY,
    conversation_id TEXT,
    kind          TEXT    NOT NULL,
    mime          TEXT    NOT NULL,
    name          TEXT,
    size          BIGINT  NOT NULL,
    sha256        TEXT    NOT NULL,
    bytes         BYTEA   NOT NULL,
    created_at_ms BIGINT  NOT NULL
);
