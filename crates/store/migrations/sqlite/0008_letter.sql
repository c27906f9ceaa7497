-- 0008_letter: ready answers, and addresses that mail does not reach. Safe to run twice.
CREATE TABLE IF NOT EXISTS ready_answer (
    id      TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    subject TEXT NOT NULL,                      -- JSON by language; empty where the channel has none
    texts   TEXT NOT NULL,                      -- JSON by language: {"es": …, "en": …, "pt": …}
    queues  TEXT NOT NULL                       -- JSON list of queue ids; empty: for all
);

-- Whoever a message certainly cannot reach, until a message comes from there.
CREATE TABLE IF NOT EXISTS unreachable_identity (
    scheme TEXT NOT NULL,
    value  TEXT NOT NULL,
    reason TEXT NOT NULL,                       -- JSON {code, text}: the server's
    at_ms  INTEGER NOT NULL,
    PRIMARY KEY (scheme, value)
);
