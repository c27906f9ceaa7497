-- 0003_interaction: the append-only history of every interaction, and its read model.
-- The primary key is the lock: two components that decided from one version race on this insert;
-- the loser reloads and decides again. Rows never change.
CREATE TABLE IF NOT EXISTS interaction_event (
    interaction_id TEXT    NOT NULL,
    version        BIGINT  NOT NULL CHECK (1 <= version), -- 1, 2, 3, … without gaps
    kind           TEXT    NOT NULL,                      -- 'queued', 'offered', …: record.rs
    body           TEXT    NOT NULL,                      -- JSON; `kind` fixes its shape
    happened_at_ms BIGINT  NOT NULL,
    PRIMARY KEY (interaction_id, version)
);

-- Derived from the events, in their transaction. No decision reads it but routing's snapshot, which
-- is checked again when it is committed.
CREATE TABLE IF NOT EXISTS interaction (
    id              TEXT PRIMARY KEY,
    version         BIGINT  NOT NULL,
    state           TEXT    NOT NULL,
    conversation_id TEXT    NOT NULL,
    contact_id      TEXT    NOT NULL,
    channel         TEXT    NOT NULL,
    account_id      TEXT    NOT NULL,
    capacity        TEXT    NOT NULL,
    queue_id        TEXT,
    agent_id        TEXT,                       -- whose capacity it takes now
    last_agent_id   TEXT,                       -- who had it last
    priority        BIGINT  NOT NULL DEFAULT 0,
    topic           TEXT,
    attributes      TEXT    NOT NULL,           -- JSON
    refused         TEXT    NOT NULL,           -- JSON {agent: at_ms}
    started_at_ms   BIGINT  NOT NULL,
    queued_at_ms    BIGINT ,
    answer_by_ms    BIGINT ,
    offer_why       TEXT,
    answered_at_ms  BIGINT ,
    wrap_up_by_ms   BIGINT ,
    ended_at_ms     BIGINT ,
    abandoned       BIGINT  NOT NULL DEFAULT 0,
    disposition     TEXT,
    note            TEXT
);
CREATE INDEX IF NOT EXISTS interaction_by_agent ON interaction (agent_id, state);
CREATE INDEX IF NOT EXISTS interaction_by_queue ON interaction (queue_id, state);
CREATE INDEX IF NOT EXISTS interaction_by_contact ON interaction (contact_id, started_at_ms);
CREATE INDEX IF NOT EXISTS interaction_by_conversation ON interaction (conversation_id);
CREATE INDEX IF NOT EXISTS interaction_by_answer ON interaction (answered_at_ms);
CREATE INDEX IF NOT EXISTS interaction_by_end ON interaction (ended_at_ms);
