//! One interaction: its journal is a life that can be, and its read model is what the journal says.

use crate::{center::Center, database::at_once};
use domain::{
    id::{AgentId, InteractionId},
    interaction::{Ending, Event, Interaction, evolve},
};
use std::collections::BTreeSet;
use store::{
    hold,
    interaction::{self, View},
    parameters,
    port::{Error, Result, Row, Sql},
    record,
};

pub(super) fn look(center: &Center, id: &InteractionId) -> Result<()> {
    let sql = &center.database.sql;
    let statement = "SELECT version, kind, body, happened_at_ms FROM interaction_event
        WHERE interaction_id = $1 ORDER BY version";
    let rows = at_once(sql.query(statement, parameters![id]))?;
    let (mut folded, mut owner) = (Interaction::default(), Owner::Nobody);
    let (mut turns, mut exits, mut passed) = (0_u64, 0_u64, 0_u64);
    for row in &rows {
        let event = read(row)?;
        folded = evolve(folded, row.get(3)?, &event);
        if row.get::<u64>(0)? != folded.version {
            center.violate("a journal has no gaps", format!("{id} at version {}", folded.version));
        }
        exits += u64::from(matches!(event, Event::Exited { .. }));
        if exits == 0 && matches!(event, Event::Ended { by: Ending::TurnedAway }) {
            center.violate("nobody is turned away without a reason", format!("{id}: {rows:?}"));
        }
        turns += u64::from(matches!(event, Event::BotTurned { .. }));
        passed += u64::from(matches!(event, Event::Flowed { .. } | Event::HungUp));
        owner = owner.after(&event).unwrap_or_else(|| {
            center.violate("no interaction has two owners", format!("{id}: {event:?} after {rows:?}"));
            Owner::Nobody
        });
    }
    let view = at_once(interaction::find(sql, id))?;
    let view = view.ok_or_else(|| Error::Broken(format!("interaction {id} has no row")))?;
    if let Some(difference) = difference(&folded, &view) {
        center.violate("the read model is the fold of the journal", format!("{id}: {difference}"));
    }
    let held: Vec<_> = at_once(hold::of(sql, id))?.into_iter().map(|held| (held.agent, held.way)).collect();
    let holds = folded.holds().into_iter().map(|(agent, hold)| (agent.clone(), hold.name().to_owned()));
    if held != holds.collect::<Vec<_>>() {
        center.violate("capacity is taken by what the journal says", format!("{id}: {held:?}, {folded:?}"));
    }
    let statement = "SELECT COUNT(*) FROM message WHERE interaction_id = $1 AND direction = 'in'";
    let heard: u64 = number(at_once(sql.first(statement, parameters![id]))?)?;
    let time_passed = center.ledger.borrow().time_passed.get(id).copied().unwrap_or_default();
    if turns > heard + passed + time_passed {
        center.violate(
            "the bot answers each message once",
            format!("{id}: {turns} turns for {heard} messages"),
        );
    }
    conversation(center, &view)
}

/// A conversation has one open interaction at most, and knows it.
fn conversation(center: &Center, view: &View) -> Result<()> {
    let statement = "SELECT id FROM interaction WHERE conversation_id = $1 AND state <> 'disposed'";
    let rows = at_once(center.database.sql.query(statement, parameters![&view.conversation]))?;
    let open: Vec<InteractionId> = rows.iter().map(|row| row.get(0)).collect::<Result<_>>()?;
    let found = at_once(store::conversation::find(&center.database.sql, &view.conversation))?;
    let known = found.and_then(|conversation| conversation.open_interaction);
    if open != known.clone().into_iter().collect::<Vec<_>>() {
        let detail = format!("{}: open are {open:?}, known is {known:?}", view.conversation);
        center.violate("a conversation has one open interaction at most", detail);
    }
    Ok(())
}

fn read(row: &Row) -> Result<Event> {
    record::from_stored(&row.get::<String>(1)?, &row.get::<String>(2)?)
}

pub(super) fn number(row: Option<Row>) -> Result<u64> {
    row.map_or(Ok(0), |row| row.get(0))
}

fn difference(folded: &Interaction, view: &View) -> Option<String> {
    let pairs = [
        ("version", folded.version == view.version),
        ("state", folded.state.name() == view.state),
        ("agent", folded.state.agent() == view.agent.as_ref()),
        ("queue", folded.queue == view.queue),
        ("conversation", folded.conversation.as_ref() == Some(&view.conversation)),
        ("priority", folded.priority == view.priority),
        ("topic", folded.topic == view.topic),
        ("attributes", folded.attributes == view.attributes),
        ("refused", folded.refused == view.refused),
        ("queued_at", folded.queued_at == view.queued_at),
        ("answer_by", folded.state.answer_by() == view.answer_by),
        ("wrap_up_by", folded.state.wrap_up_by() == view.wrap_up_by),
        ("answered_at", folded.answered_at == view.answered_at),
        ("ended_at", folded.ended_at == view.ended_at),
        ("disposition", folded.disposition == view.disposition),
    ];
    pairs.iter().find(|(_, equal)| !equal).map(|(name, _)| format!("{name} of {folded:?} and {view:?}"))
}

/// Whose an interaction is, by what its events say and nothing else.
#[derive(Debug, Clone, PartialEq)]
enum Owner {
    Nobody,
    Rings(BTreeSet<AgentId>),
    Has(AgentId),
    /// On its way from one owner to the next.
    Passed,
    Over,
}

impl Owner {
    /// `None`: this cannot happen now.
    fn after(&self, event: &Event) -> Option<Owner> {
        match (self, event) {
            (Owner::Nobody | Owner::Passed, Event::Queued { .. } | Event::Flowed { .. })
            | (
                Owner::Nobody,
                Event::Started { .. }
                | Event::BotTurned { .. }
                | Event::BotFailed { .. }
                | Event::HungUp
                | Event::FlowEntered { .. }
                | Event::Noted { .. }
                | Event::Preferred { .. }
                | Event::Prioritised { .. }
                | Event::Exited { .. }
                | Event::CallbackAsked { .. },
            ) => Some(Owner::Nobody),
            (Owner::Nobody | Owner::Passed, Event::Offered { agent, .. }) => {
                Some(Owner::Rings(BTreeSet::from([agent.clone()])))
            }
            (Owner::Rings(rings), Event::Offered { agent, .. }) => {
                let mut rings = rings.clone();
                rings.insert(agent.clone()).then_some(Owner::Rings(rings))
            }
            // A supervisor may be faster than who is asked.
            (Owner::Rings(_), Event::Prioritised { .. }) => Some(self.clone()),
            (Owner::Nobody | Owner::Rings(_), Event::Ended { .. }) => Some(Owner::Over),
            (Owner::Rings(rings), Event::OfferDeclined { agent } | Event::OfferExpired { agent }) => {
                let mut rings = rings.clone();
                let rang = rings.remove(agent);
                let left = if rings.is_empty() { Owner::Nobody } else { Owner::Rings(rings) };
                rang.then_some(left)
            }
            (Owner::Rings(rings), Event::Answered { agent }) => {
                rings.contains(agent).then(|| Owner::Has(agent.clone()))
            }
            (Owner::Passed, Event::Answered { agent }) => Some(Owner::Has(agent.clone())),
            (Owner::Has(owner), Event::CallbackMissed { agent, .. }) => {
                (owner == agent).then_some(Owner::Nobody)
            }
            (Owner::Has(owner), Event::Transferred { by, .. }) => (owner == by).then_some(Owner::Passed),
            (Owner::Has(owner), Event::Invited { by, agents, .. }) => {
                (owner == by && !agents.contains(owner)).then(|| self.clone())
            }
            (Owner::Has(owner), Event::Joined { agent, .. } | Event::Left { agent, .. }) => {
                (owner != agent).then(|| self.clone())
            }
            (
                Owner::Has(_),
                Event::InvitationDeclined { .. }
                | Event::InvitationEnded { .. }
                | Event::PartChanged { .. }
                | Event::Remarked { .. },
            ) => Some(self.clone()),
            (
                Owner::Has(owner),
                Event::WrapUpStarted { agent, .. }
                | Event::WrapUpExtended { agent, .. }
                | Event::Reopened { agent },
            ) => (owner == agent).then(|| self.clone()),
            (Owner::Has(owner), Event::Disposed { agent, .. }) => {
                agent.as_ref().is_none_or(|agent| agent == owner).then_some(Owner::Over)
            }
            _ => None,
        }
    }
}
