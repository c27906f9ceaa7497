//! Flows: which version of one has a conversation, and how they are changed.
//!
//! A change is one transaction with its own record, and a repeat of it changes nothing. A conversation keeps
//! the version that it entered; before that, it gets one of those that are live. One that nobody could lead on
//! goes to its account's queue.

mod change;

pub use change::{Publication, Setup, publish, remove, roll_back, roll_out, save_draft, set_up};

use crate::{
    bot,
    command::{Done, Race, within},
    log, performer,
};
use domain::{
    due::Work,
    flow::{FlowVersion, MAIN},
    id::{FlowId, InteractionId},
    interaction::{Command, Interaction},
    time::Timestamp,
};
use store::{
    account::{self, Account},
    flow, message,
    port::{Result, Sql},
};

/// Who takes the turns of a conversation, and by which version of which flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// The component.
    pub runner: String,
    pub of: FlowVersion,
}

/// The flow of a turn as its bot is told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    pub name: FlowId,
    pub version: u32,
    /// Empty where the component is the flow.
    pub source: String,
}

impl Edition {
    pub fn of(&self) -> FlowVersion {
        FlowVersion { flow: self.name.clone(), version: self.version }
    }
}

/// What has the next turns of an interaction that is, or is to be, with a bot: the version that it is in, or
/// else one that is live of the flow that it was passed to, or of its account's. `None`: there is no such flow,
/// or nothing of it is live.
pub async fn version_of(
    sql: &impl Sql,
    id: &InteractionId,
    interaction: &Interaction,
    account: &Account,
) -> Result<Option<Assigned>> {
    if let Some(of) = interaction.in_flow() {
        // It goes on, whatever became of the flow since.
        let known = flow::known(sql, &of.flow).await?;
        let runner = known.map_or_else(|| performer::FLOW.to_owned(), |flow| flow.runner);
        return Ok(Some(Assigned { runner, of: of.clone() }));
    }
    let found = match interaction.next_flow.as_ref().or(account.flow.as_ref()) {
        Some(name) => flow::find(sql, name).await?,
        None => flow::default(sql).await?,
    };
    Ok(found.and_then(|flow| {
        let version = flow.live.chosen(&flow.name, id)?;
        Some(Assigned { runner: flow.runner, of: FlowVersion { flow: flow.name, version } })
    }))
}

/// Says that a bot should have answered and there is none.
pub(crate) fn missing(id: &InteractionId, interaction: &Interaction, account: &Account) {
    let wanted = interaction.next_flow.as_ref().or(account.flow.as_ref());
    let wanted = wanted.map_or_else(|| "of the center's own".to_owned(), |name| format!("called {name}"));
    log::alarm(format!(
        "no flow {wanted} is live: interaction {id} goes to the queue {} of the account {}",
        account.queue, account.id
    ));
}

/// The command that leads past a flow that is not there.
fn past(interaction: &Interaction, account: &Account) -> Command {
    let (priority, topic) = (interaction.priority, interaction.topic.clone());
    Command::Queue { queue: account.queue.clone(), priority, topic }
}

/// Leads an interaction on that waits for a bot which is not there any more.
pub(crate) async fn lead_past(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    interaction: &Interaction,
    account: &Account,
) -> Result<Done, Race> {
    missing(id, interaction, account);
    within(sql, now, id, past(interaction, account)).await
}

/// What follows for an interaction that was passed to a flow.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    pub(crate) work: Vec<Work>,
    pub(crate) command: Option<Command>,
}

/// The flow is asked with what the contact said last, if they said something.
pub(crate) async fn passed(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    interaction: &Interaction,
) -> Result<Passed, Race> {
    let Some(conversation) = &interaction.conversation else { return Ok(Passed::default()) };
    let Some(account) = account::of_conversation(sql, conversation).await? else {
        return Ok(Passed::default());
    };
    let Some(assigned) = version_of(sql, id, interaction, &account).await? else {
        missing(id, interaction, &account);
        return Ok(Passed { command: Some(past(interaction, &account)), ..Passed::default() });
    };
    let turn = match message::last_heard(sql, conversation).await? {
        Some(said) => bot::turn(sql, now, id, &said.id, &assigned).await?,
        None => bot::news(sql, now, id, bot::BEGUN, &assigned).await?,
    };
    Ok(Passed { work: store::due::add(sql, now, vec![turn]).await?, command: None })
}

/// The last turn of the flow that has an interaction whose contact left.
pub(crate) async fn left(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    interaction: &Interaction,
) -> Result<Option<Work>, Race> {
    let Some(conversation) = &interaction.conversation else { return Ok(None) };
    let Some(account) = account::of_conversation(sql, conversation).await? else { return Ok(None) };
    let Some(assigned) = version_of(sql, id, interaction, &account).await? else { return Ok(None) };
    Ok(Some(bot::news(sql, now, id, bot::HUNG_UP, &assigned).await?))
}

/// The flow that a turn was asked for: the one that the interaction is in by now, or else what the work says.
pub(crate) fn asked_for(work: &Work, interaction: &Interaction) -> FlowVersion {
    let told = || serde_json::from_value(work.body["flow"].clone()).ok();
    // Work of before there were versions says nothing.
    let first = || FlowVersion { flow: FlowId::from(MAIN), version: 1 };
    interaction.in_flow().cloned().or_else(told).unwrap_or_else(first)
}

/// The flow of a turn, with its text.
pub(crate) async fn edition(sql: &impl Sql, of: FlowVersion) -> Result<Edition> {
    let source = flow::text(sql, &of).await?.unwrap_or_default();
    Ok(Edition { name: of.flow, version: of.version, source })
}
