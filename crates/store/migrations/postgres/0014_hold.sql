-- 0014_hold: whose capacity an interaction takes. Several agents may have to do with one.
CREATE TABLE IF NOT EXISTS hold (
    interaction_id TEXT    NOT NULL,
    agent_id       TEXT    NOT NULL,
    capacity       TEXT    NOT NULL,            -- call, chat, post, mail
    way            TEXT    NOT NULL,            -- offered, active, wrap_up, invited, consult, conference
    answer_by_ms   BIGINT ,                     -- while it rings at them, or they are asked to take part
    PRIMARY KEY (interaction_id, agent_id)
);
CREATE INDEX IF NOT EXISTS hold_of_agent ON hold (agent_id, capacity);

INSERT INTO hold (interaction_id, agent_id, capacity, way, answer_by_ms)
    SELECT id, agent_id, capacity, state, answer_by_ms FROM interaction
    WHERE agent_id IS NOT NULL AND state IN ('offered', 'active', 'wrap_up') ON CONFLICT DO NOTHING;

-- JSON: at whom it rings already, where it may ring at more. Such a row waits, and is in no line.
ALTER TABLE waiting ADD COLUMN IF NOT EXISTS ringing TEXT;

-- JSON: whom else a change concerns, beside the two who have columns.
ALTER TABLE feed ADD COLUMN IF NOT EXISTS others TEXT;
