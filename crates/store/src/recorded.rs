//! What a stretch of time left behind, as far as routing goes: for whoever lives through it once more. It only
//! reads.

use crate::{
    agent::{self, Agent},
    interaction::capacity,
    parameters,
    port::{Result, Row, Sql},
    queue, record,
};
use domain::{
    agent::Presence,
    channel::CapacityKind,
    id::{AgentId, InteractionId, QueueId},
    interaction::Event,
    queue::Queue,
    routing::{Service, Skill},
    time::Timestamp,
};
use std::collections::BTreeMap;

/// Queues and agents as they are set up today; contacts and declarations as they were.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    pub queues: Vec<Queue>,
    pub staff: Vec<Staff>,
    /// All who waited for an agent in the stretch or were with one, by id.
    pub contacts: Vec<Contact>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Staff {
    pub agent: Agent,
    pub services: BTreeMap<QueueId, Service>,
    pub skills: Vec<Skill>,
    /// What they declared in the stretch, and last before it.
    pub declared: Vec<(Timestamp, Presence)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    pub interaction: InteractionId,
    pub kind: CapacityKind,
    /// What the person is called; empty where nobody knows.
    pub name: String,
    /// The whole journal, also what lies outside of the stretch, without the turns of bots.
    pub journal: Vec<(Timestamp, Event)>,
}

/// Which interactions were waiting or with an agent at some time from `$1` up to `$2`.
const IN_STRETCH: &str = "SELECT interaction_id FROM visit
    WHERE (done_at_ms IS NULL OR done_at_ms >= $1) AND entered_at_ms < $2";

pub async fn read(sql: &impl Sql, from: Timestamp, until: Timestamp) -> Result<Recorded> {
    let mut queues = queue::all(sql).await?;
    // Two databases sort names in two ways.
    queues.sort_by(|one, other| one.id.cmp(&other.id));
    let (mut services, mut skills) = (agent::services(sql).await?, agent::skills(sql).await?);
    let mut declared = agent::declarations(sql, from, until).await?;
    let mut agents = agent::all(sql).await?;
    agents.sort_by(|one, other| one.id.cmp(&other.id));
    let staff = agents.into_iter().map(|agent| {
        let mut skills = skills.remove(&agent.id).unwrap_or_default();
        skills.sort_by(|one, other| one.name.cmp(&other.name));
        let services = services.remove(&agent.id).unwrap_or_default();
        let services = services.into_iter().map(|(queue, service)| (queue, unserved(service)));
        let services = services.collect();
        Staff { declared: declared.remove(&agent.id).unwrap_or_default(), services, skills, agent }
    });
    Ok(Recorded { queues, staff: staff.collect(), contacts: contacts(sql, from, until).await? })
}

/// How they serve it, without what they have done in it by now.
fn unserved(Service { tier, delay, rank, .. }: Service) -> Service {
    Service { tier, delay, rank, ..Service::default() }
}

async fn contacts(sql: &impl Sql, from: Timestamp, until: Timestamp) -> Result<Vec<Contact>> {
    let statement = format!(
        "SELECT i.id, i.capacity, r.name FROM interaction i
        LEFT JOIN contact c ON c.id = i.contact_id LEFT JOIN contact r ON r.id = c.root_id
        WHERE i.id IN ({IN_STRETCH})"
    );
    let mut contacts = BTreeMap::new();
    for row in sql.query(&statement, parameters![from, until]).await? {
        let interaction: InteractionId = row.get(0)?;
        let contact = Contact {
            interaction: interaction.clone(),
            kind: capacity(&row.get::<String>(1)?)?,
            name: row.get::<Option<String>>(2)?.unwrap_or_default(),
            journal: vec![],
        };
        contacts.insert(interaction, contact);
    }
    let statement = format!(
        "SELECT interaction_id, kind, body, happened_at_ms FROM interaction_event
        WHERE interaction_id IN ({IN_STRETCH}) AND kind <> 'bot_turned' ORDER BY interaction_id, version"
    );
    for row in sql.query(&statement, parameters![from, until]).await? {
        // One that came between the two statements is not from this stretch.
        if let Some(contact) = contacts.get_mut(&row.get::<InteractionId>(0)?) {
            contact.journal.push(event(&row)?);
        }
    }
    Ok(contacts.into_values().collect())
}

fn event(row: &Row) -> Result<(Timestamp, Event)> {
    let event = record::from_stored(&row.get::<String>(1)?, &row.get::<String>(2)?)?;
    Ok((row.get(3)?, event))
}

/// The agents of `staff` by id.
impl Recorded {
    pub fn agent(&self, id: &AgentId) -> Option<&Agent> {
        let place = self.staff.binary_search_by(|staff| staff.agent.id.cmp(id)).ok()?;
        self.staff.get(place).map(|staff| &staff.agent)
    }
}
