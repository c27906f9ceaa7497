-- 0018_shut: the clock of a wait stands still while the queue is closed. Safe to run twice.

ALTER TABLE visit ADD COLUMN IF NOT EXISTS shut_from_ms INTEGER;
ALTER TABLE visit ADD COLUMN IF NOT EXISTS shut_until_ms INTEGER;
-- The journals know it of all visits.
INSERT INTO visit_rebuild (after_id)
    SELECT '' WHERE EXISTS (SELECT 1 FROM interaction) ON CONFLICT DO NOTHING;
