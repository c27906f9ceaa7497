//! Messages of a conversation, numbered in the order in which they were stored.

use crate::{
    feed::{self, Entry},
    hold, parameters,
    port::{Error, Result, Row, Sql, Value},
    record,
};
use domain::{
    id::{AccountId, AgentId, ConversationId, InteractionId, MessageId},
    message::{Author, Content, DeliveryError, Direction, Status},
    time::Timestamp,
};

#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub id: MessageId,
    pub conversation: ConversationId,
    /// 1, 2, 3, … in the conversation; 0 until it is stored.
    pub seq: u64,
    pub interaction: Option<InteractionId>,
    pub account: AccountId,
    pub direction: Direction,
    pub author: Author,
    pub content: Content,
    /// By the provider's clock.
    pub at: Timestamp,
    pub provider_id: Option<String>,
    /// Makes a repeated send one message.
    pub client_id: Option<String>,
    pub reply_to: Option<MessageId>,
    /// Of an outgoing one.
    pub status: Option<Status>,
    pub error: Option<DeliveryError>,
    /// The provider was asked at this time and the outcome is not known yet.
    pub handed_at: Option<Timestamp>,
    pub reaction: Option<String>,
    pub edited: bool,
    pub deleted: bool,
}

const COLUMNS: &str = "id, conversation_id, seq, interaction_id, account_id, direction, author_kind,
    author_id, content, at_ms, provider_id, client_id, reply_to, status, error, handed_at_ms, reaction,
    edited, deleted";

/// Stores a message under the next number of its conversation. Belongs into a transaction.
pub async fn add(sql: &impl Sql, now: Timestamp, mut message: Message) -> Result<Message> {
    let next = "UPDATE conversation SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq";
    let row = sql.first(next, parameters![&message.conversation]).await?;
    let row = row.ok_or_else(|| Error::Broken(format!("no conversation {}", message.conversation)))?;
    message.seq = row.get(0)?;
    let (author_kind, author_id) = author_columns(&message.author);
    let statement = "INSERT INTO message (id, conversation_id, seq, interaction_id, account_id, direction,
            author_kind, author_id, content, at_ms, stored_at_ms, provider_id, client_id, reply_to, status)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    let direction = match message.direction {
        Direction::In => "in",
        Direction::Out => "out",
    };
    let parameters = parameters![
        &message.id,
        &message.conversation,
        message.seq,
        message.interaction.as_ref(),
        &message.account,
        direction,
        author_kind,
        author_id,
        record::to_json(&message.content)?,
        message.at,
        now,
        message.provider_id.as_deref(),
        message.client_id.as_deref(),
        message.reply_to.as_ref(),
        message.status.map(status_name),
    ];
    sql.query(statement, parameters).await?;
    publish(sql, now, feed::Kind::Message, &message).await?;
    Ok(message)
}

pub async fn find(sql: &impl Sql, id: &MessageId) -> Result<Option<Message>> {
    one(sql, "id = $1", parameters![id]).await
}

/// The message that the provider knows by `provider_id`.
pub async fn by_provider(sql: &impl Sql, account: &AccountId, provider_id: &str) -> Result<Option<Message>> {
    one(sql, "account_id = $1 AND provider_id = $2", parameters![account, provider_id]).await
}

/// The message that a client sent under `client_id` before.
pub async fn by_client(
    sql: &impl Sql,
    conversation: &ConversationId,
    client_id: &str,
) -> Result<Option<Message>> {
    one(sql, "conversation_id = $1 AND client_id = $2", parameters![conversation, client_id]).await
}

/// The newest message of a conversation.
pub async fn last(sql: &impl Sql, conversation: &ConversationId) -> Result<Option<Message>> {
    one(sql, "conversation_id = $1 ORDER BY seq DESC LIMIT 1", parameters![conversation]).await
}

/// The newest message of the contact in a conversation that the provider has an id of.
pub async fn last_heard(sql: &impl Sql, conversation: &ConversationId) -> Result<Option<Message>> {
    let condition = "conversation_id = $1 AND direction = 'in' AND provider_id IS NOT NULL
        ORDER BY seq DESC LIMIT 1";
    one(sql, condition, parameters![conversation]).await
}

/// The newest message of an interaction.
pub async fn last_of_interaction(sql: &impl Sql, interaction: &InteractionId) -> Result<Option<Message>> {
    one(sql, "interaction_id = $1 ORDER BY seq DESC LIMIT 1", parameters![interaction]).await
}

async fn one(sql: &impl Sql, condition: &str, parameters: &[Value]) -> Result<Option<Message>> {
    let statement = format!("SELECT {COLUMNS} FROM message WHERE {condition}");
    sql.first(&statement, parameters).await?.as_ref().map(message).transpose()
}

/// The messages before `seq`, at most `limit`, oldest first.
pub async fn before(
    sql: &impl Sql,
    conversation: &ConversationId,
    seq: u64,
    limit: i64,
) -> Result<Vec<Message>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM message WHERE conversation_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3"
    );
    let rows = sql.query(&statement, parameters![conversation, seq, limit]).await?;
    rows.iter().rev().map(message).collect()
}

/// The messages after `seq`, at most `limit`, oldest first.
pub async fn after(
    sql: &impl Sql,
    conversation: &ConversationId,
    seq: u64,
    limit: i64,
) -> Result<Vec<Message>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM message WHERE conversation_id = $1 AND seq > $2 ORDER BY seq LIMIT $3"
    );
    let rows = sql.query(&statement, parameters![conversation, seq, limit]).await?;
    rows.iter().map(message).collect()
}

/// The messages of a conversation that carry the file `id`.
pub async fn with_file(sql: &impl Sql, conversation: &ConversationId, id: &str) -> Result<Vec<Message>> {
    // An id has no sign that means something to LIKE.
    let statement = format!("SELECT {COLUMNS} FROM message WHERE conversation_id = $1 AND content LIKE $2");
    let rows = sql.query(&statement, parameters![conversation, format!("%{id}%")]).await?;
    rows.iter().map(message).collect()
}

/// Writes what changed of a stored message (all but its place and author) and tells the desks.
pub async fn update(sql: &impl Sql, now: Timestamp, message: &Message) -> Result<()> {
    let statement = "UPDATE message SET content = $1, provider_id = $2, status = $3, error = $4,
        handed_at_ms = $5, reaction = $6, edited = $7, deleted = $8, status_at_ms = $9 WHERE id = $10";
    let error = message.error.as_ref().map(record::to_json).transpose()?;
    let parameters = parameters![
        record::to_json(&message.content)?,
        message.provider_id.as_deref(),
        message.status.map(status_name),
        error,
        message.handed_at,
        message.reaction.as_deref(),
        message.edited,
        message.deleted,
        now,
        &message.id,
    ];
    sql.query(statement, parameters).await?;
    publish(sql, now, feed::Kind::MessageStatus, message).await
}

/// Tells the desks that something beside the message changed: what is done about a comment.
pub async fn tell(sql: &impl Sql, now: Timestamp, message: &Message) -> Result<()> {
    publish(sql, now, feed::Kind::MessageStatus, message).await
}

async fn publish(sql: &impl Sql, now: Timestamp, kind: feed::Kind, message: &Message) -> Result<()> {
    // A message of an old interaction concerns nobody's desk.
    let held = match &message.interaction {
        Some(interaction) => hold::of(sql, interaction).await?,
        None => vec![],
    };
    let entry = Entry {
        interaction: message.interaction.clone(),
        conversation: Some(message.conversation.clone()),
        message: Some(message.id.clone()),
        agents: held.into_iter().map(|held| held.agent).collect(),
        ..Entry::new(kind)
    };
    feed::publish(sql, now, entry).await
}

fn message(row: &Row) -> Result<Message> {
    let author_id: Option<String> = row.get(7)?;
    Ok(Message {
        id: row.get(0)?,
        conversation: row.get(1)?,
        seq: row.get(2)?,
        interaction: row.get(3)?,
        account: row.get(4)?,
        direction: match row.get::<String>(5)?.as_str() {
            "in" => Direction::In,
            _ => Direction::Out,
        },
        author: match (row.get::<String>(6)?.as_str(), author_id) {
            ("contact", _) => Author::Contact,
            ("bot", _) => Author::Bot,
            ("agent", Some(id)) => Author::Agent(AgentId(id)),
            _ => Author::System,
        },
        content: record::from_json(&row.get::<String>(8)?)?,
        at: row.get(9)?,
        provider_id: row.get(10)?,
        client_id: row.get(11)?,
        reply_to: row.get(12)?,
        status: row.get::<Option<String>>(13)?.map(|name| status(&name)).transpose()?,
        error: row.get::<Option<String>>(14)?.map(|text| record::from_json(&text)).transpose()?,
        handed_at: row.get(15)?,
        reaction: row.get(16)?,
        edited: row.get(17)?,
        deleted: row.get(18)?,
    })
}

fn author_columns(author: &Author) -> (&'static str, Option<&str>) {
    match author {
        Author::Contact => ("contact", None),
        Author::Bot => ("bot", None),
        Author::Agent(id) => ("agent", Some(id.as_str())),
        Author::System => ("system", None),
    }
}

const STATUSES: [(&str, Status); 7] = [
    ("sending", Status::Sending),
    ("unknown", Status::Unknown),
    ("sent", Status::Sent),
    ("delivered", Status::Delivered),
    ("read", Status::Read),
    ("played", Status::Played),
    ("failed", Status::Failed),
];

/// The status's name in tables and in the API.
pub fn status_name(status: Status) -> &'static str {
    STATUSES.iter().find(|(_, known)| *known == status).map_or("sending", |(name, _)| name)
}

fn status(name: &str) -> Result<Status> {
    let found = STATUSES.iter().find(|(known, _)| *known == name);
    found.map(|(_, status)| *status).ok_or_else(|| Error::Broken(format!("status {name}")))
}
