-- 0005_thread: a conversation under a public post is one of its own: contact and post make it.
-- SQLite cannot change a table's keys, so the table is made anew. In the copy `thread` is the column of
-- the old table where it has one (this ran before), else the empty one beside it.
CREATE TABLE IF NOT EXISTS conversation_anew (
    id                  TEXT PRIMARY KEY,
    channel             TEXT    NOT NULL,
    account_id          TEXT    NOT NULL,
    scheme              TEXT    NOT NULL,
    value               TEXT    NOT NULL,
    contact_id          TEXT    NOT NULL,
    capacity            TEXT    NOT NULL,       -- call, chat, post
    last_seq            INTEGER NOT NULL DEFAULT 0,
    read_seq            INTEGER NOT NULL DEFAULT 0, -- read by the agent up to here
    last_in_at_ms       INTEGER,                -- opens a provider's window for free text
    open_interaction_id TEXT,
    thread              TEXT    NOT NULL DEFAULT '' -- the post that it stands under
);
INSERT INTO conversation_anew (id, channel, account_id, scheme, value, contact_id, capacity, last_seq,
        read_seq, last_in_at_ms, open_interaction_id, thread)
    SELECT old.id, old.channel, old.account_id, old.scheme, old.value, old.contact_id, old.capacity,
        old.last_seq, old.read_seq, old.last_in_at_ms, old.open_interaction_id,
        (SELECT thread FROM conversation AS same WHERE same.id = old.id)
    FROM (SELECT '' AS thread) AS none CROSS JOIN conversation AS old;
DROP TABLE conversation;
ALTER TABLE conversation_anew RENAME TO conversation;
CREATE UNIQUE INDEX IF NOT EXISTS conversation_by_address ON conversation (account_id, scheme, value, thread);
CREATE INDEX IF NOT EXISTS conversation_by_contact ON conversation (contact_id);
