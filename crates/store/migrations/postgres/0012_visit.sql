-- 0012_visit: stays of interactions in queues, and what agents did meanwhile: what figures are made of.
-- Derived from the events, in their transaction. Safe to run twice.
CREATE TABLE IF NOT EXISTS visit (
    interaction_id   TEXT    NOT NULL,
    number           BIGINT  NOT NULL,             -- 1, 2, 3, … in its interaction
    entry            TEXT    NOT NULL,             -- arrival, overflow, transfer, direct, callback
    queue_id         TEXT    NOT NULL,
    entered_at_ms    BIGINT  NOT NULL,
    waiting_since_ms BIGINT  NOT NULL,             -- in whichever queue, with nobody answering since
    outcome          TEXT    NOT NULL,             -- waiting, answered, abandoned, flowed_out, callback_asked, not_reached, returned
    left_at_ms       BIGINT ,                      -- when the wait ended
    agent_id         TEXT,                         -- who answered
    passed           TEXT,                         -- to_queue, to_agent
    done_at_ms       BIGINT ,                      -- when nothing more could happen to it
    last             BIGINT  NOT NULL,             -- 1: the interaction ended with it
    offers           BIGINT  NOT NULL,
    missed           BIGINT  NOT NULL,
    declined         BIGINT  NOT NULL,
    talk_ms          BIGINT  NOT NULL,
    hold_ms          BIGINT  NOT NULL,
    wrap_up_ms       BIGINT  NOT NULL,
    PRIMARY KEY (interaction_id, number)
);
CREATE INDEX IF NOT EXISTS visit_by_end ON visit (left_at_ms);
CREATE INDEX IF NOT EXISTS visit_by_entry ON visit (entered_at_ms);

-- A stretch of one agent's time that a visit took.
CREATE TABLE IF NOT EXISTS spell (
    interaction_id TEXT    NOT NULL,
    visit          BIGINT  NOT NULL,               -- its number
    number         BIGINT  NOT NULL,               -- 1, 2, 3, … in its visit
    agent_id       TEXT    NOT NULL,
    doing          TEXT    NOT NULL,               -- ringing, talking, holding, wrapping_up
    reply          TEXT,                           -- of ringing: open, answered, declined, missed, withdrawn
    from_ms        BIGINT  NOT NULL,
    until_ms       BIGINT ,                        -- none: it goes on
    PRIMARY KEY (interaction_id, visit, number)
);
CREATE INDEX IF NOT EXISTS spell_by_end ON spell (until_ms);

-- What each agent declared, and when. Begins with what they declared last before there was this table.
CREATE TABLE IF NOT EXISTS declaration (
    agent_id TEXT    NOT NULL,
    at_ms    BIGINT  NOT NULL,
    status   TEXT    NOT NULL,                     -- available, pause, offline
    reason   TEXT,
    PRIMARY KEY (agent_id, at_ms)
);
INSERT INTO declaration (agent_id, at_ms, status, reason)
    SELECT id, status_at_ms, status, pause_reason FROM agent WHERE status_at_ms > 0
    ON CONFLICT DO NOTHING;

-- The journals whose visits are still to be made, or to be made again, are those after this interaction:
-- see statistics.rs. A new center has none.
CREATE TABLE IF NOT EXISTS visit_rebuild (
    after_id TEXT PRIMARY KEY
);
INSERT INTO visit_rebuild (after_id)
    SELECT '' WHERE EXISTS (SELECT 1 FROM interaction) ON CONFLICT DO NOTHING;
