//! The history of each interaction. Appending is the lock: `(interaction, version)` is unique, and who
//! loses the race gets [`Error::Conflict`], reloads and decides again.

use crate::{
    feed::{self, Entry},
    flow, hold, interaction, parameters,
    port::{self, Error, Result, Row, Sql},
    record, visit,
};
use domain::{
    id::{AgentId, InteractionId},
    interaction::{Event, Interaction, evolve},
    time::Timestamp,
};

/// Everything that happened to an interaction, folded. One that does not exist is the empty one.
pub async fn load(sql: &impl Sql, id: &InteractionId) -> Result<Interaction> {
    Ok(fold(&events(sql, id).await?))
}

/// What a history comes to.
pub fn fold(events: &[(Timestamp, Event)]) -> Interaction {
    events.iter().fold(Interaction::default(), |interaction, (at, event)| evolve(interaction, *at, event))
}

/// Everything that happened to an interaction, in order.
pub async fn events(sql: &impl Sql, id: &InteractionId) -> Result<Vec<(Timestamp, Event)>> {
    let statement = "SELECT kind, body, happened_at_ms FROM interaction_event
        WHERE interaction_id = $1 ORDER BY version";
    let event =
        |row: &Row| Ok((row.get(2)?, record::from_stored(&row.get::<String>(0)?, &row.get::<String>(1)?)?));
    sql.query(statement, parameters![id]).await?.iter().map(event).collect()
}

/// What those who take part said to each other, in order: who, what and when.
pub async fn remarks(sql: &impl Sql, id: &InteractionId) -> Result<Vec<(AgentId, String, Timestamp)>> {
    let statement = "SELECT kind, body, happened_at_ms FROM interaction_event
        WHERE interaction_id = $1 AND kind = 'remarked' ORDER BY version";
    let mut remarks = vec![];
    for row in sql.query(statement, parameters![id]).await? {
        let event = record::from_stored(&row.get::<String>(0)?, &row.get::<String>(1)?)?;
        if let Event::Remarked { by, text } = event {
            remarks.push((by, text, row.get(2)?));
        }
    }
    Ok(remarks)
}

/// Appends what was decided from `history`, brings the read models up to date and tells the desks.
/// Belongs into a transaction.
pub async fn append(
    sql: &impl Sql,
    id: &InteractionId,
    history: &[(Timestamp, Event)],
    now: Timestamp,
    events: &[Event],
) -> Result<Interaction> {
    let before = fold(history);
    if events.is_empty() {
        return Ok(before);
    }
    let (mut after, mut stored) = (before.clone(), vec![]);
    for event in events {
        after = evolve(after, now, event);
        let (kind, body) = record::to_stored(event)?;
        stored.extend_from_slice(parameters![id, after.version, kind, body, now]);
    }
    let statement = format!(
        "INSERT INTO interaction_event (interaction_id, version, kind, body, happened_at_ms) VALUES {}",
        port::rows(&stored, 5)
    );
    sql.query(&statement, &stored).await?;
    interaction::project(sql, id, &before, &after).await?;
    hold::project(sql, id, &before, &after).await?;
    visit::project(sql, id, history, now, events).await?;
    flow::visit::project(sql, id, history, now, events).await?;
    let conversation = after.conversation.clone();
    let conversation = conversation.ok_or_else(|| Error::Broken(format!("{id} has no conversation")))?;
    let entry = Entry {
        interaction: Some(id.clone()),
        conversation: Some(conversation),
        agents: before.holds().into_keys().chain(after.holds().into_keys()).cloned().collect(),
        ..Entry::new(feed::Kind::Interaction)
    };
    feed::publish(sql, now, entry).await?;
    Ok(after)
}
