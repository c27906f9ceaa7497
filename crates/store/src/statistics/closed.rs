//! Interactions that are over, for what follows from who came again.

use crate::{
    parameters,
    port::{Result, Row, Sql},
};
use domain::{
    channel::CapacityKind,
    figures::resolution::Closed,
    id::{AgentId, QueueId},
    time::Timestamp,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Over {
    pub closed: Closed,
    pub queue: Option<QueueId>,
    /// Who had it last.
    pub agent: Option<AgentId>,
    pub channel: String,
}

/// What ended between two instants and is known what it was about: by its disposition, or else its topic.
/// A contact is the person, under whichever contact it was recorded.
pub async fn over(
    sql: &impl Sql,
    from: Timestamp,
    until: Timestamp,
    kind: Option<CapacityKind>,
) -> Result<Vec<Over>> {
    let kind = kind.map_or(String::new(), |kind| format!(" AND i.capacity = '{}'", kind.as_str()));
    let statement = format!(
        "SELECT c.root_id, i.ended_at_ms, COALESCE(i.disposition, i.topic), i.queue_id, i.last_agent_id, i.channel
        FROM interaction i JOIN contact c ON c.id = i.contact_id
        WHERE i.ended_at_ms >= $1 AND i.ended_at_ms < $2 AND i.answered_at_ms IS NOT NULL
            AND COALESCE(i.disposition, i.topic) IS NOT NULL{kind}
        ORDER BY i.ended_at_ms, i.id"
    );
    let over = |row: &Row| {
        Ok(Over {
            closed: Closed { contact: row.get(0)?, at: row.get(1)?, about: row.get(2)? },
            queue: row.get(3)?,
            agent: row.get(4)?,
            channel: row.get(5)?,
        })
    };
    sql.query(&statement, parameters![from, until]).await?.iter().map(over).collect()
}
