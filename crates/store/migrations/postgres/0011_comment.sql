-- 0011_comment: what is done about public comments, and the posts that they stand under.
CREATE TABLE IF NOT EXISTS comment (
    message_id TEXT PRIMARY KEY,
    state      TEXT NOT NULL -- JSON: hidden, liked, the agent's wish, the private answer
);
CREATE TABLE IF NOT EXISTS post (
    account_id TEXT NOT NULL,
    thread     TEXT NOT NULL, -- the provider's id of it
    content    TEXT NOT NULL, -- JSON: where it is seen, its text, its picture
    PRIMARY KEY (account_id, thread)
);
