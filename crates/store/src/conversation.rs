//! Conversations: what is said with one contact on one channel, in private or under one public post.

use crate::{
    account::Account,
    interaction::capacity,
    parameters,
    port::{Result, Row, Sql},
};
use domain::{
    channel::CapacityKind,
    contact::Identity,
    id::{AccountId, ContactId, ConversationId, InteractionId},
    time::Timestamp,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    pub id: ConversationId,
    pub channel: String,
    pub account: AccountId,
    /// Where an answer goes.
    pub identity: Identity,
    pub contact: ContactId,
    pub capacity: CapacityKind,
    pub last_seq: u64,
    /// Read by the agent up to here.
    pub read_seq: u64,
    /// Opens a provider's window for free text.
    pub last_in_at: Option<Timestamp>,
    pub open_interaction: Option<InteractionId>,
    /// The public post that it stands under. `None`: a private conversation.
    pub thread: Option<String>,
}

const COLUMNS: &str = "id, channel, account_id, scheme, value, contact_id, capacity, last_seq, read_seq,
    last_in_at_ms, open_interaction_id, thread";

pub async fn find(sql: &impl Sql, id: &ConversationId) -> Result<Option<Conversation>> {
    let statement = format!("SELECT {COLUMNS} FROM conversation WHERE id = $1");
    sql.first(&statement, parameters![id]).await?.as_ref().map(conversation).transpose()
}

/// The private conversation of `identity` on an account, if they ever wrote.
pub async fn with(sql: &impl Sql, account: &AccountId, identity: &Identity) -> Result<Option<Conversation>> {
    with_under(sql, account, identity, None).await
}

/// The conversation of `identity` under the post `thread`, or the private one.
pub async fn with_under(
    sql: &impl Sql,
    account: &AccountId,
    identity: &Identity,
    thread: Option<&str>,
) -> Result<Option<Conversation>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM conversation
        WHERE account_id = $1 AND scheme = $2 AND value = $3 AND thread = $4"
    );
    let parameters = parameters![account, &identity.scheme, &identity.value, thread.unwrap_or_default()];
    sql.first(&statement, parameters).await?.as_ref().map(conversation).transpose()
}

/// The conversation on an account of whoever the channel itself proved to have `identity`: an address
/// that changed leads to the same thread. A merge is not followed, since two visitors who turn out to
/// be one person still sit at two screens.
pub async fn of_holder(
    sql: &impl Sql,
    account: &AccountId,
    identity: &Identity,
    thread: Option<&str>,
) -> Result<Option<Conversation>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM conversation WHERE account_id = $1 AND thread = $2 AND contact_id IN (
            SELECT contact_id FROM contact_identity WHERE scheme = $3 AND value = $4 AND verified = 1)
        ORDER BY last_in_at_ms DESC LIMIT 1"
    );
    for Identity { scheme, value } in identity.equivalents() {
        if let Some(row) =
            sql.first(&statement, parameters![account, thread.unwrap_or_default(), scheme, value]).await?
        {
            return conversation(&row).map(Some);
        }
    }
    Ok(None)
}

/// What a new conversation is.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    pub account: &'a Account,
    pub identity: &'a Identity,
    pub contact: &'a ContactId,
    pub capacity: CapacityKind,
    pub thread: Option<&'a str>,
}

pub async fn create(sql: &impl Sql, id: &ConversationId, new: New<'_>) -> Result<()> {
    let statement = "INSERT INTO conversation
            (id, channel, account_id, scheme, value, contact_id, capacity, thread)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let Identity { scheme, value } = new.identity;
    let Account { id: account, channel, .. } = new.account;
    let kind = new.capacity.as_str();
    let thread = new.thread.unwrap_or_default();
    sql.query(statement, parameters![id, channel, account, scheme, value, new.contact, kind, thread]).await?;
    Ok(())
}

/// The contact wrote at `at`: by the provider's clock, and never back in time.
pub async fn heard(sql: &impl Sql, id: &ConversationId, at: Timestamp) -> Result<()> {
    let statement = "UPDATE conversation SET last_in_at_ms = $1
        WHERE id = $2 AND (last_in_at_ms IS NULL OR last_in_at_ms < $1)";
    sql.query(statement, parameters![at, id]).await?;
    Ok(())
}

/// Answers go to `identity` from now on.
pub async fn readdress(sql: &impl Sql, id: &ConversationId, identity: &Identity) -> Result<()> {
    let Identity { scheme, value } = identity;
    let statement = "UPDATE conversation SET scheme = $1, value = $2 WHERE id = $3";
    sql.query(statement, parameters![scheme, value, id]).await?;
    Ok(())
}

/// The agent read up to `seq`.
pub async fn read_up_to(sql: &impl Sql, id: &ConversationId, seq: u64) -> Result<()> {
    let statement = "UPDATE conversation SET read_seq = $1 WHERE id = $2 AND read_seq < $1";
    sql.query(statement, parameters![seq, id]).await?;
    Ok(())
}

/// How many of the contact's messages the agent has not read.
pub async fn unread(sql: &impl Sql, id: &ConversationId) -> Result<u32> {
    let statement = "SELECT COUNT(*) FROM message m JOIN conversation c ON c.id = m.conversation_id
        WHERE c.id = $1 AND m.direction = 'in' AND m.seq > c.read_seq";
    let row = sql.first(statement, parameters![id]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

fn conversation(row: &Row) -> Result<Conversation> {
    Ok(Conversation {
        id: row.get(0)?,
        channel: row.get(1)?,
        account: row.get(2)?,
        identity: Identity { scheme: row.get(3)?, value: row.get(4)? },
        contact: row.get(5)?,
        capacity: capacity(&row.get::<String>(6)?)?,
        last_seq: row.get(7)?,
        read_seq: row.get(8)?,
        last_in_at: row.get(9)?,
        open_interaction: row.get(10)?,
        thread: Some(row.get::<String>(11)?).filter(|thread| !thread.is_empty()),
    })
}
