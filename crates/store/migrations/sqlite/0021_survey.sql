-- 0021_survey: what contacts answered to a survey, one row for each question of each interaction; the last
-- answer counts. Rows beside the journal: no rule decides by them, and they can be erased.
CREATE TABLE IF NOT EXISTS survey_answer (
    interaction_id TEXT    NOT NULL,
    survey         TEXT    NOT NULL,
    question       TEXT    NOT NULL,
    answer         TEXT    NOT NULL,            -- as it was given
    points         INTEGER,                     -- so many …
    points_max     INTEGER,                     -- … of so many, where it is a number
    at_ms          INTEGER NOT NULL,
    PRIMARY KEY (interaction_id, survey, question)
);
CREATE INDEX IF NOT EXISTS survey_answer_by_time ON survey_answer (survey, at_ms);
