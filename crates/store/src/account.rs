//! The business's own addresses on channels, and how each is set up.

use crate::{
    parameters,
    port::{Result, Row, Sql},
    record,
};
use domain::{
    channel::HUMAN_AGENT,
    id::{AccountId, ConversationId, FlowId, QueueId},
};
use serde_json::{Map, Value};

#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    pub id: AccountId,
    pub channel: String,
    pub name: String,
    /// The provider's id of it: WhatsApp's phone number id, the widget's key.
    pub address: String,
    /// Where work goes that no bot sent elsewhere.
    pub queue: QueueId,
    /// A bot answers first.
    pub bot: bool,
    /// The flow that it is; `None`: the center's.
    pub flow: Option<FlowId>,
    /// The channel's own; nothing secret.
    pub settings: Map<String, Value>,
    /// Sealed by the shell; unreadable here.
    pub secrets: String,
}

impl Account {
    /// Its provider allows its people to answer by hand after the channel's window.
    pub fn answers_by_hand(&self) -> bool {
        match self.settings.get(HUMAN_AGENT) {
            Some(Value::Bool(allowed)) => *allowed,
            Some(Value::String(text)) => text == "true",
            _ => false,
        }
    }
}

const COLUMNS: &str = "id, channel, name, address, queue_id, bot, settings, secrets, flow";

pub async fn find(sql: &impl Sql, id: &AccountId) -> Result<Option<Account>> {
    let statement = format!("SELECT {COLUMNS} FROM channel_account WHERE id = $1");
    sql.first(&statement, parameters![id]).await?.as_ref().map(account).transpose()
}

/// The account through which a conversation is held.
pub async fn of_conversation(sql: &impl Sql, id: &ConversationId) -> Result<Option<Account>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM channel_account WHERE id = (SELECT account_id FROM conversation WHERE id = $1)"
    );
    sql.first(&statement, parameters![id]).await?.as_ref().map(account).transpose()
}

/// The account that a provider knows by `address`.
pub async fn by_address(sql: &impl Sql, channel: &str, address: &str) -> Result<Option<Account>> {
    let statement = format!("SELECT {COLUMNS} FROM channel_account WHERE channel = $1 AND address = $2");
    sql.first(&statement, parameters![channel, address]).await?.as_ref().map(account).transpose()
}

pub async fn all(sql: &impl Sql) -> Result<Vec<Account>> {
    let statement = format!("SELECT {COLUMNS} FROM channel_account ORDER BY channel, name, id");
    sql.query(&statement, &[]).await?.iter().map(account).collect()
}

/// Those that have no work with the key `prefix` and their id.
pub async fn without_work(sql: &impl Sql, prefix: &str) -> Result<Vec<Account>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM channel_account WHERE NOT EXISTS (
            SELECT 1 FROM due_work WHERE work_key = $1 || channel_account.id)"
    );
    sql.query(&statement, parameters![prefix]).await?.iter().map(account).collect()
}

pub async fn reseal(sql: &impl Sql, id: &AccountId, secrets: &str) -> Result<()> {
    sql.query("UPDATE channel_account SET secrets = $1 WHERE id = $2", parameters![secrets, id]).await?;
    Ok(())
}

/// Adds or replaces an account.
pub async fn put(sql: &impl Sql, account: &Account) -> Result<()> {
    let statement =
        "INSERT INTO channel_account (id, channel, name, address, queue_id, bot, settings, secrets, flow)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (id) DO UPDATE SET channel = excluded.channel, name = excluded.name,
            address = excluded.address, queue_id = excluded.queue_id, bot = excluded.bot,
            settings = excluded.settings, secrets = excluded.secrets, flow = excluded.flow";
    let Account { id, channel, name, address, queue, bot, flow, settings, secrets } = account;
    let settings = record::to_json(settings)?;
    sql.query(
        statement,
        parameters![id, channel, name, address, queue, *bot, settings, secrets, flow.as_ref()],
    )
    .await?;
    Ok(())
}

fn account(row: &Row) -> Result<Account> {
    Ok(Account {
        id: row.get(0)?,
        channel: row.get(1)?,
        name: row.get(2)?,
        address: row.get(3)?,
        queue: row.get(4)?,
        bot: row.get(5)?,
        settings: record::from_json(&row.get::<String>(6)?)?,
        secrets: row.get(7)?,
        flow: row.get(8)?,
    })
}
