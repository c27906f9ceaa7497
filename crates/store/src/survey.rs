//! What contacts answered to surveys.

use crate::{
    parameters,
    port::{Result, Row, Sql},
};
use domain::{id::InteractionId, time::Timestamp};

/// An answer to one question of a survey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub survey: String,
    pub question: String,
    /// As it was given.
    pub answer: String,
    pub score: Option<Score>,
}

/// So many points of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    pub points: u32,
    pub of: u32,
}

/// Keeps an answer; whoever answers a question again means the later one.
pub async fn keep(sql: &impl Sql, of: &InteractionId, answer: &Answer, at: Timestamp) -> Result<()> {
    let statement = "INSERT INTO survey_answer (interaction_id, survey, question, answer, points, points_max,
            at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (interaction_id, survey, question) DO UPDATE SET answer = excluded.answer,
            points = excluded.points, points_max = excluded.points_max, at_ms = excluded.at_ms";
    let Answer { survey, question, answer, score } = answer;
    let (points, max) = (score.map(|score| score.points), score.map(|score| score.of));
    sql.query(statement, parameters![of, survey, question, answer, points, max, at]).await?;
    Ok(())
}

/// What was answered in an interaction, by survey and question.
pub async fn of(sql: &impl Sql, interaction: &InteractionId) -> Result<Vec<Answer>> {
    let statement = "SELECT survey, question, answer, points, points_max FROM survey_answer
        WHERE interaction_id = $1 ORDER BY survey, question";
    let answer = |row: &Row| {
        let (points, of): (Option<u32>, Option<u32>) = (row.get(3)?, row.get(4)?);
        let score = points.zip(of).map(|(points, of)| Score { points, of });
        Ok(Answer { survey: row.get(0)?, question: row.get(1)?, answer: row.get(2)?, score })
    };
    sql.query(statement, parameters![interaction]).await?.iter().map(answer).collect()
}
