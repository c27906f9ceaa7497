//! What is done about public comments, and the posts that they stand under. A comment itself is a message.

use crate::{
    parameters,
    port::{Result, Row, Sql},
    record,
};
use domain::{
    comment::{Comment, Post},
    id::{AccountId, ConversationId, MessageId},
};
use std::collections::BTreeMap;

/// What is known of the comment `message`. `None`: nothing was ever done about it.
pub async fn find(sql: &impl Sql, message: &MessageId) -> Result<Option<Comment>> {
    let row = sql.first("SELECT state FROM comment WHERE message_id = $1", parameters![message]).await?;
    row.map(|row| record::from_json(&row.get::<String>(0)?)).transpose()
}

/// The same of all comments of a conversation.
pub async fn of_conversation(
    sql: &impl Sql,
    conversation: &ConversationId,
) -> Result<BTreeMap<MessageId, Comment>> {
    let statement = "SELECT c.message_id, c.state FROM comment c JOIN message m ON m.id = c.message_id
        WHERE m.conversation_id = $1";
    let read = |row: &Row| Ok((row.get(0)?, record::from_json(&row.get::<String>(1)?)?));
    sql.query(statement, parameters![conversation]).await?.iter().map(read).collect()
}

/// Belongs into a transaction; whoever does it tells the desks.
pub async fn put(sql: &impl Sql, message: &MessageId, comment: &Comment) -> Result<()> {
    let statement = "INSERT INTO comment (message_id, state) VALUES ($1, $2)
        ON CONFLICT (message_id) DO UPDATE SET state = excluded.state";
    sql.query(statement, parameters![message, record::to_json(comment)?]).await?;
    Ok(())
}

/// The post `thread`, if it was looked up before.
pub async fn post(sql: &impl Sql, account: &AccountId, thread: &str) -> Result<Option<Post>> {
    let statement = "SELECT content FROM post WHERE account_id = $1 AND thread = $2";
    let row = sql.first(statement, parameters![account, thread]).await?;
    row.map(|row| record::from_json(&row.get::<String>(0)?)).transpose()
}

pub async fn put_post(sql: &impl Sql, account: &AccountId, thread: &str, post: &Post) -> Result<()> {
    let statement = "INSERT INTO post (account_id, thread, content) VALUES ($1, $2, $3)
        ON CONFLICT (account_id, thread) DO UPDATE SET content = excluded.content";
    sql.query(statement, parameters![account, thread, record::to_json(post)?]).await?;
    Ok(())
}
