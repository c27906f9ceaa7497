-- 0016_open: what is not over yet is found without passing all that is. Safe to run twice.

CREATE INDEX IF NOT EXISTS interaction_open ON interaction (queue_id, state) WHERE state <> 'disposed';
-- An index costs at each step of each interaction; nobody looks by these any more.
DROP INDEX IF EXISTS interaction_by_queue;
DROP INDEX IF EXISTS interaction_by_agent;
DROP INDEX IF EXISTS interaction_by_answer;
