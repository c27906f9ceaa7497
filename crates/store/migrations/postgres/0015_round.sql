-- 0015_round: whose turn a round of routing is, and what it need not read. Safe to run twice.

-- One round of a shard at a time: two that decide from the same would offer the same.
CREATE TABLE IF NOT EXISTS routing_round (
    shard           TEXT    PRIMARY KEY,
    holder          TEXT    NOT NULL,           -- the due work that is at it
    leased_until_ms BIGINT NOT NULL             -- 0: nobody is
);

-- Who is available and may have room: one that can hold no more of anything is not here. It may name too
-- many, for a round looks at what they hold, and must not name too few.
CREATE TABLE IF NOT EXISTS free_agent (agent_id TEXT PRIMARY KEY);
INSERT INTO free_agent (agent_id) SELECT id FROM agent WHERE status = 'available' ON CONFLICT DO NOTHING;

-- Those who wait and cannot be taken in their turn.
CREATE INDEX IF NOT EXISTS waiting_refused ON waiting (queue_id) WHERE refused <> '{}';
CREATE INDEX IF NOT EXISTS waiting_ringing ON waiting (queue_id) WHERE ringing IS NOT NULL;
CREATE INDEX IF NOT EXISTS waiting_held ON waiting (preferred_by_ms) WHERE preferred_by_ms IS NOT NULL;
