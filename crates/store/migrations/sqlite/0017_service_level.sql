-- 0017_service_level: what a queue's service level counts, by the name of a formula. Safe to run twice.

ALTER TABLE queue ADD COLUMN IF NOT EXISTS formula TEXT NOT NULL DEFAULT 'sl1';
