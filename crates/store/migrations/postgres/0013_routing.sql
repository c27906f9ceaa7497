-- 0013_routing: what routing decides from. Safe to run twice.

-- Who waits, and nobody else: one row for each interaction in the state queued.
CREATE TABLE IF NOT EXISTS waiting (
    interaction_id TEXT    PRIMARY KEY,
    queue_id       TEXT    NOT NULL,
    capacity       TEXT    NOT NULL,            -- call, chat, post, mail
    needs          TEXT    NOT NULL,            -- what is asked of an agent; '': what the queue asks
    priority       BIGINT  NOT NULL,
    since_ms       BIGINT  NOT NULL,            -- its age, with what was added to it
    not_before_ms  BIGINT,                     -- it is not offered before then
    preferred      TEXT,                        -- JSON: the agents who have it to themselves until …
    preferred_by_ms BIGINT,                    -- … then
    refused        TEXT    NOT NULL,            -- JSON {agent: at_ms}; '{}': by nobody
    callback       TEXT                         -- the number at which they want to be called back
);
CREATE INDEX IF NOT EXISTS waiting_for_callback ON waiting (callback);

-- A round reads the first of each such line.
CREATE INDEX IF NOT EXISTS waiting_in_line ON waiting (queue_id, capacity, needs, priority, since_ms, interaction_id);

INSERT INTO waiting (interaction_id, queue_id, capacity, needs, priority, since_ms, refused)
    SELECT id, queue_id, capacity, COALESCE(attributes::json->>'skills', ''), priority,
        COALESCE(queued_at_ms, started_at_ms), refused
    FROM interaction WHERE state = 'queued' AND queue_id IS NOT NULL ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS queue_routing (
    queue_id    TEXT PRIMARY KEY,
    settings    TEXT NOT NULL,                  -- JSON: domain::routing::Settings
    gate        TEXT NOT NULL DEFAULT '{}',     -- JSON: domain::queue::Gate
    asked_rank  BIGINT,                        -- the rank of …
    asked_agent TEXT                            -- … whom the queue asked last
);

-- What differs from the usual in how an agent works.
CREATE TABLE IF NOT EXISTS agent_routing (
    agent_id   TEXT    PRIMARY KEY,
    capacity   TEXT,                            -- JSON: domain::capacity::Capacity
    attributes TEXT    NOT NULL DEFAULT '{}',   -- JSON: what the business knows of them
    missed     BIGINT  NOT NULL DEFAULT 0       -- offers they missed in a row
);

-- How an agent serves a queue, and what they did in it since they came.
CREATE TABLE IF NOT EXISTS agent_service (
    agent_id       TEXT    NOT NULL,
    queue_id       TEXT    NOT NULL,
    tier           BIGINT  NOT NULL DEFAULT 1,
    delay_ms       BIGINT  NOT NULL DEFAULT 0,
    place          BIGINT  NOT NULL DEFAULT 1,  -- the rank
    handled        BIGINT  NOT NULL DEFAULT 0,
    talk_ms        BIGINT  NOT NULL DEFAULT 0,
    finished_at_ms BIGINT,
    PRIMARY KEY (agent_id, queue_id)
);
