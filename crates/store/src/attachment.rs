//! Files of messages: what they are, where their bytes are, and whether they may be opened.

use crate::{
    parameters,
    port::{Result, Row, Sql},
};
use domain::{file::Hold, id::ConversationId, time::Timestamp};

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

/// Where the bytes of a file are, and whether it may be opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Its key in the object store. `None`: the bytes are in the database.
    pub object: Option<String>,
    pub hold: Option<Hold>,
}

const FIND: &str = "SELECT a.id, a.conversation_id, a.kind, a.mime, a.name, a.size, a.sha256,
        p.object_key, p.hold
    FROM attachment a LEFT JOIN attachment_place p ON p.attachment_id = a.id WHERE a.id = $1";

/// Keeps a file in the database, to be opened at once.
pub async fn keep(sql: &impl Sql, file: &Stored, bytes: Vec<u8>, now: Timestamp) -> Result<()> {
    let statement = "INSERT INTO attachment (id, conversation_id, kind, mime, name, size, sha256, bytes,
        created_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    let Stored { id, conversation, kind, mime, name, size, sha256 } = file;
    let conversation = conversation.as_ref();
    let name = name.as_deref();
    sql.query(statement, parameters![id, conversation, kind, mime, name, *size, sha256, bytes, now]).await?;
    Ok(())
}

/// Keeps a file whose bytes are at `place`; `bytes` are those that belong into the database. Inside a
/// transaction.
pub async fn keep_at(
    sql: &impl Sql,
    file: &Stored,
    place: &Place,
    bytes: Vec<u8>,
    now: Timestamp,
) -> Result<()> {
    keep(sql, file, bytes, now).await?;
    if *place == Place::default() {
        return Ok(());
    }
    let statement = "INSERT INTO attachment_place (attachment_id, object_key, hold) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING";
    let hold = place.hold.map(Hold::as_str);
    sql.query(statement, parameters![&file.id, place.object.as_deref(), hold]).await?;
    Ok(())
}

pub async fn find(sql: &impl Sql, id: &str) -> Result<Option<Stored>> {
    Ok(find_placed(sql, id).await?.map(|(file, _)| file))
}

pub async fn find_placed(sql: &impl Sql, id: &str) -> Result<Option<(Stored, Place)>> {
    sql.first(FIND, parameters![id]).await?.as_ref().map(read).transpose()
}

/// The bytes as the database has them: none of a file that is elsewhere.
pub async fn bytes(sql: &impl Sql, id: &str) -> Result<Option<Vec<u8>>> {
    let row = sql.first("SELECT bytes FROM attachment WHERE id = $1", parameters![id]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// Says whether a file may be opened.
pub async fn set_hold(sql: &impl Sql, id: &str, hold: Option<Hold>) -> Result<()> {
    let statement = "UPDATE attachment_place SET hold = $1 WHERE attachment_id = $2";
    sql.query(statement, parameters![hold.map(Hold::as_str), id]).await?;
    Ok(())
}

/// Takes a file's bytes out of the database; what is known of it stays.
pub async fn empty(sql: &impl Sql, id: &str) -> Result<()> {
    sql.query("UPDATE attachment SET bytes = $1 WHERE id = $2", parameters![Vec::<u8>::new(), id]).await?;
    Ok(())
}

/// Ties an uploaded file to the conversation it was sent in; it is never tied twice.
pub async fn tie(sql: &impl Sql, id: &str, conversation: &ConversationId) -> Result<bool> {
    let statement = "UPDATE attachment SET conversation_id = $1
        WHERE id = $2 AND (conversation_id IS NULL OR conversation_id = $3) RETURNING 1";
    sql.any(statement, parameters![conversation, id, conversation]).await
}

fn read(row: &Row) -> Result<(Stored, Place)> {
    let file = Stored {
        id: row.get(0)?,
        conversation: row.get(1)?,
        kind: row.get(2)?,
        mime: row.get(3)?,
        name: row.get(4)?,
        size: row.get(5)?,
        sha256: row.get(6)?,
    };
    let hold: Option<String> = row.get(8)?;
    // A word that this version does not know is no reason to open a file.
    let hold = hold.map(|hold| Hold::parse(&hold).unwrap_or(Hold::Waiting));
    Ok((file, Place { object: row.get(7)?, hold }))
}
