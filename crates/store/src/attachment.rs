//! Files of messages, kept until an object store is configured.

use crate::{
    parameters,
    port::{Result, Sql},
};
use domain::{id::ConversationId, time::Timestamp};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub id: String,
    /// `None`: uploaded by a desk and not sent yet.
    pub conversation: Option<ConversationId>,
    /// `image`, `audio`, `video`, `document`, `sticker`.
    pub kind: String,
    pub mime: String,
    pub name: Option<String>,
    /// Bytes.
    pub size: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
}

const COLUMNS: &str = "id, conversation_id, kind, mime, name, size, sha256";

pub async fn keep(sql: &impl Sql, file: &Stored, bytes: Vec<u8>, now: Timestamp) -> Result<()> {
    let statement = "INSERT INTO attachment (id, conversation_id, kind, mime, name, size, sha256, bytes,
        created_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    let Stored { id, conversation, kind, mime, name, size, sha256 } = file;
    let conversation = conversation.as_ref();
    let name = name.as_deref();
    sql.query(statement, parameters![id, conversation, kind, mime, name, *size, sha256, bytes, now]).await?;
    Ok(())
}

pub async fn find(sql: &impl Sql, id: &str) -> Result<Option<Stored>> {
    let statement = format!("SELECT {COLUMNS} FROM attachment WHERE id = $1");
    let row = sql.first(&statement, parameters![id]).await?;
    row.map(|row| {
        Ok(Stored {
            id: row.get(0)?,
            conversation: row.get(1)?,
            kind: row.get(2)?,
            mime: row.get(3)?,
            name: row.get(4)?,
            size: row.get(5)?,
            sha256: row.get(6)?,
        })
    })
    .transpose()
}

pub async fn bytes(sql: &impl Sql, id: &str) -> Result<Option<Vec<u8>>> {
    let row = sql.first("SELECT bytes FROM attachment WHERE id = $1", parameters![id]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// Ties an uploaded file to the conversation it was sent in; it is never tied twice.
pub async fn tie(sql: &impl Sql, id: &str, conversation: &ConversationId) -> Result<bool> {
    let statement = "UPDATE attachment SET conversation_id = $1
        WHERE id = $2 AND (conversation_id IS NULL OR conversation_id = $3) RETURNING 1";
    sql.any(statement, parameters![conversation, id, conversation]).await
}
