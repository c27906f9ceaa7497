-- 0019_article: what the center knows, and how often a bot answered with it. Safe to run twice.
CREATE TABLE IF NOT EXISTS article (
    id            TEXT    PRIMARY KEY,
    version       INTEGER NOT NULL,             -- 1, 2, 3, …: whoever changes it may name the one they saw
    audience      TEXT    NOT NULL,             -- public, internal
    state         TEXT    NOT NULL,             -- draft, published, withdrawn
    review_by     TEXT,                         -- a day: 2027-01-31
    topics        TEXT    NOT NULL,             -- JSON
    created_at_ms INTEGER NOT NULL,
    created_by    TEXT,                         -- an agent; none: the administrator's token
    updated_at_ms INTEGER NOT NULL,
    updated_by    TEXT
);

CREATE TABLE IF NOT EXISTS article_text (
    number     INTEGER PRIMARY KEY,             -- names it in article_search
    article_id TEXT    NOT NULL,
    locale     TEXT    NOT NULL,                -- es, pt-BR
    title      TEXT    NOT NULL,
    keywords   TEXT    NOT NULL,                -- JSON
    body       TEXT    NOT NULL,                -- Markdown
    url        TEXT,                            -- where contacts can read all of it
    UNIQUE (article_id, locale)
);

-- The words of article_text in all their forms: domain's article/word.rs. It can be made again from there.
CREATE VIRTUAL TABLE IF NOT EXISTS article_search
    USING fts5 (title, keywords, body, tokenize = 'unicode61 remove_diacritics 2');

-- A bot showed an article. Kept when the article goes: figures are of what happened.
CREATE TABLE IF NOT EXISTS article_use (
    id             TEXT    PRIMARY KEY,
    interaction_id TEXT    NOT NULL,
    article_id     TEXT    NOT NULL,
    locale         TEXT    NOT NULL,
    question       TEXT    NOT NULL,
    at_ms          INTEGER NOT NULL,
    helpful        INTEGER                      -- 1: the contact said that it helped, 0: that it did not
);
CREATE INDEX IF NOT EXISTS article_use_by_time ON article_use (at_ms);
CREATE INDEX IF NOT EXISTS article_use_by_interaction ON article_use (interaction_id);
