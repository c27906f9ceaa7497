//! The values for the places of signatures and ready answers.

use crate::failure::Result;
use domain::id::{AgentId, InteractionId};
use std::collections::BTreeMap;
use store::{account::Account, agent, contact::Contact, interaction, port::Sql, queue};

/// What can be said of a message that is to be written: who writes, to whom, from where. A message that
/// nobody in person writes is the account's.
pub async fn values(
    sql: &impl Sql,
    author: Option<&AgentId>,
    interaction: Option<&InteractionId>,
    account: &Account,
    contact: Option<&Contact>,
) -> Result<BTreeMap<String, String>> {
    let agent = match author {
        Some(id) => agent::find(sql, id).await?.map(|agent| agent.name),
        None => None,
    };
    let queue = match interaction {
        Some(id) => interaction::find(sql, id).await?.and_then(|view| view.queue),
        None => None,
    };
    let queue = match queue {
        Some(id) => queue::find(sql, &id).await?.map(|queue| queue.name),
        None => None,
    };
    let name = contact.map(|contact| contact.name.clone()).unwrap_or_default();
    let first_name = name.split_whitespace().next().unwrap_or_default().to_owned();
    Ok([
        ("agent.name", agent.unwrap_or_else(|| account.name.clone())),
        ("queue.name", queue.unwrap_or_default()),
        ("account.name", account.name.clone()),
        ("account.address", account.address.clone()),
        ("contact.name", name),
        ("contact.first_name", first_name),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into())
}
