-- 0020_flow: conversation flows, their drafts and versions, who changed what, and what became of the
-- conversations in them. Safe to run twice.
CREATE TABLE IF NOT EXISTS flow (
    name          TEXT PRIMARY KEY,
    title         TEXT    NOT NULL,
    runner        TEXT    NOT NULL,             -- the component that performs its turns
    scripted      BIGINT  NOT NULL,             -- 1: its versions have texts; 0: the component is the flow
    latest        BIGINT  NOT NULL,             -- so many versions there are: 1, 2, 3, … without gaps
    live          TEXT    NOT NULL,             -- JSON: [{"version": 1, "percent": 100}]
    changes       BIGINT  NOT NULL,             -- so many changes are recorded
    deleted_at_ms BIGINT                        -- its versions and changes stay
);

CREATE TABLE IF NOT EXISTS flow_draft (
    flow        TEXT PRIMARY KEY,
    revision    BIGINT  NOT NULL,               -- 1, 2, 3, … without gaps: who saves names the last one
    text        TEXT    NOT NULL,
    sha256      TEXT    NOT NULL,
    saved_by    TEXT,                           -- an agent; none: the administrator's token
    saved_at_ms BIGINT  NOT NULL
);

-- What was published, as it was. Rows never change.
CREATE TABLE IF NOT EXISTS flow_version (
    flow            TEXT    NOT NULL,
    version         BIGINT  NOT NULL,
    text            TEXT    NOT NULL,
    sha256          TEXT    NOT NULL,
    note            TEXT,
    published_by    TEXT,
    published_at_ms BIGINT  NOT NULL,
    PRIMARY KEY (flow, version)
);

-- Who did what to which flow when. Rows never change.
CREATE TABLE IF NOT EXISTS flow_change (
    flow          TEXT    NOT NULL,
    number        BIGINT  NOT NULL,             -- 1, 2, 3, … of its flow
    kind          TEXT    NOT NULL,             -- set_up, saved_draft, published, rolled_out, rolled_back, deleted
    body          TEXT    NOT NULL,             -- JSON; `kind` fixes its shape
    changed_by    TEXT,
    changed_at_ms BIGINT  NOT NULL,
    PRIMARY KEY (flow, number)
);

-- Stays of interactions in flows. Derived from the events, in their transaction.
CREATE TABLE IF NOT EXISTS flow_visit (
    interaction_id TEXT    NOT NULL,
    number         BIGINT  NOT NULL,            -- 1, 2, 3, … in its interaction
    flow           TEXT    NOT NULL,
    version        BIGINT  NOT NULL,
    began_at_ms    BIGINT  NOT NULL,
    ended_at_ms    BIGINT,                      -- none: the flow has it
    outcome        TEXT    NOT NULL,            -- open, contained, handed_over, abandoned, failed
    last_place     TEXT,                        -- where it is, or was at the end
    PRIMARY KEY (interaction_id, number)
);
CREATE INDEX IF NOT EXISTS flow_visit_by_begin ON flow_visit (flow, began_at_ms);
CREATE INDEX IF NOT EXISTS flow_visit_open ON flow_visit (flow, version, last_place) WHERE ended_at_ms IS NULL;

-- The places of its flow that a visit came through.
CREATE TABLE IF NOT EXISTS flow_place (
    interaction_id TEXT    NOT NULL,
    visit          BIGINT  NOT NULL,            -- its number
    number         BIGINT  NOT NULL,            -- 1, 2, 3, … in its visit
    place          TEXT    NOT NULL,
    at_ms          BIGINT  NOT NULL,
    PRIMARY KEY (interaction_id, visit, number)
);

-- Which flow answers first; none: the center's.
ALTER TABLE channel_account ADD COLUMN IF NOT EXISTS flow TEXT;

-- A center that has a bot keeps it: the component that is its only flow.
INSERT INTO flow (name, title, runner, scripted, latest, live, changes)
    SELECT 'main', 'main', 'flow', 0, 1, '[{"version":1,"percent":100}]', 0
    WHERE EXISTS (SELECT 1 FROM channel_account WHERE bot = 1) ON CONFLICT DO NOTHING;
INSERT INTO flow_version (flow, version, text, sha256, published_at_ms)
    SELECT 'main', 1, '', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 0
    WHERE EXISTS (SELECT 1 FROM channel_account WHERE bot = 1) ON CONFLICT DO NOTHING;
