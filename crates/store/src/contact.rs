//! Contacts and their identities. A merged contact points at the one that it turned out to be; its
//! identities and interactions stay where they were recorded and are found through `root_id`.

use crate::{
    feed::{self, Entry},
    parameters,
    port::{Result, Row, Sql},
};
use domain::{
    contact::{EMAIL, Identity, Known, Learnt, PHONE, learn},
    id::ContactId,
    time::Timestamp,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub id: ContactId,
    pub name: String,
    pub locale: Option<String>,
    pub notes: String,
    pub created_at: Timestamp,
    pub identities: Vec<Held>,
    pub merges: Vec<Merge>,
}

/// An identity that a contact has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub identity: Identity,
    /// The channel itself proves it; otherwise somebody said so.
    pub verified: bool,
}

/// Why another contact is this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    pub id: String,
    pub other_name: String,
    /// The identity that both have, e.g. `phone +34600123123`.
    pub why: String,
    pub at: Timestamp,
}

impl Contact {
    pub fn phone(&self) -> Option<&str> {
        self.value(PHONE)
    }

    pub fn email(&self) -> Option<&str> {
        self.value(EMAIL)
    }

    fn value(&self, scheme: &str) -> Option<&str> {
        let held = self.identities.iter().filter(|held| held.identity.scheme == scheme);
        held.max_by_key(|held| held.verified).map(|held| held.identity.value.as_str())
    }
}

/// The person behind `id`, whatever contact it was merged into.
pub async fn find(sql: &impl Sql, id: &ContactId) -> Result<Option<Contact>> {
    let Some(root) = root(sql, id).await? else { return Ok(None) };
    let statement = "SELECT name, locale, notes, created_at_ms FROM contact WHERE id = $1";
    let Some(row) = sql.first(statement, parameters![&root]).await? else { return Ok(None) };
    let statement = "SELECT scheme, value, verified FROM contact_identity
        WHERE contact_id IN (SELECT id FROM contact WHERE root_id = $1) ORDER BY created_at_ms, scheme, value";
    let identities =
        sql.query(statement, parameters![&root]).await?.iter().map(held).collect::<Result<_>>()?;
    let statement = "SELECT m.id, c.name, m.why, m.at_ms FROM contact_merge m
        JOIN contact c ON c.id = m.merged_id
        WHERE m.undone_at_ms IS NULL AND m.survivor_id IN (SELECT id FROM contact WHERE root_id = $1)
        ORDER BY m.at_ms";
    let rows = sql.query(statement, parameters![&root]).await?;
    let merge =
        |row: &Row| Ok(Merge { id: row.get(0)?, other_name: row.get(1)?, why: row.get(2)?, at: row.get(3)? });
    let merges = rows.iter().map(merge).collect::<Result<_>>()?;
    Ok(Some(contact(root, &row, identities, merges)?))
}

/// Contacts whose name or identity contains `text`, the newest first.
pub async fn search(sql: &impl Sql, text: &str, limit: i64) -> Result<Vec<Contact>> {
    let pattern = format!("%{}%", text.trim().to_lowercase().replace(['%', '_', '\\'], ""));
    let statement = "SELECT DISTINCT c.root_id FROM contact c
        LEFT JOIN contact_identity i ON i.contact_id = c.id
        WHERE LOWER(c.name) LIKE $1 OR LOWER(i.value) LIKE $1 ORDER BY c.root_id DESC LIMIT $2";
    let mut found = vec![];
    for row in sql.query(statement, parameters![pattern, limit]).await? {
        found.extend(find(sql, &row.get(0)?).await?);
    }
    Ok(found)
}

/// The contact at the end of the chain of merges.
pub async fn root(sql: &impl Sql, id: &ContactId) -> Result<Option<ContactId>> {
    let row = sql.first("SELECT root_id FROM contact WHERE id = $1", parameters![id]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// The contact as one channel knows it: what was found out through merges is left out. For whoever
/// speaks to the contact without a person's judgement.
pub async fn unmerged(sql: &impl Sql, id: &ContactId) -> Result<Option<Contact>> {
    let statement = "SELECT name, locale, notes, created_at_ms FROM contact WHERE id = $1";
    let Some(row) = sql.first(statement, parameters![id]).await? else { return Ok(None) };
    let statement = "SELECT scheme, value, verified FROM contact_identity WHERE contact_id = $1
        ORDER BY created_at_ms, scheme, value";
    let identities = sql.query(statement, parameters![id]).await?.iter().map(held).collect::<Result<_>>()?;
    Ok(Some(contact(id.clone(), &row, identities, vec![])?))
}

fn held(row: &Row) -> Result<Held> {
    let identity = Identity { scheme: row.get(0)?, value: row.get(1)? };
    Ok(Held { identity, verified: row.get(2)? })
}

fn contact(id: ContactId, row: &Row, identities: Vec<Held>, merges: Vec<Merge>) -> Result<Contact> {
    Ok(Contact {
        id,
        name: row.get(0)?,
        locale: row.get(1)?,
        notes: row.get(2)?,
        created_at: row.get(3)?,
        identities,
        merges,
    })
}

/// The contact whom a channel itself proved to have `identity`. A claim proves nothing.
pub async fn proven_holder(sql: &impl Sql, identity: &Identity) -> Result<Option<ContactId>> {
    let statement = "SELECT c.root_id FROM contact_identity i JOIN contact c ON c.id = i.contact_id
        WHERE i.scheme = $1 AND i.value = $2 AND i.verified = 1";
    for Identity { scheme, value } in identity.equivalents() {
        if let Some(row) = sql.first(statement, parameters![scheme, value]).await? {
            return row.get(0).map(Some);
        }
    }
    Ok(None)
}

/// The contact who has `identity`, proven or claimed, as one channel knows them: merges are left out.
pub async fn known_by(sql: &impl Sql, identity: &Identity) -> Result<Option<Contact>> {
    let statement = "SELECT contact_id FROM contact_identity WHERE scheme = $1 AND value = $2";
    for Identity { scheme, value } in identity.equivalents() {
        if let Some(row) = sql.first(statement, parameters![scheme, value]).await? {
            return unmerged(sql, &row.get(0)?).await;
        }
    }
    Ok(None)
}

/// Who has an identity, proven or claimed.
struct Holder {
    contact: ContactId,
    /// As they have it: perhaps in another spelling.
    identity: Identity,
}

async fn holder(sql: &impl Sql, identity: &Identity) -> Result<Option<Holder>> {
    let statement = "SELECT c.root_id FROM contact_identity i JOIN contact c ON c.id = i.contact_id
        WHERE i.scheme = $1 AND i.value = $2";
    for identity in identity.equivalents() {
        if let Some(row) = sql.first(statement, parameters![&identity.scheme, &identity.value]).await? {
            return Ok(Some(Holder { contact: row.get(0)?, identity }));
        }
    }
    Ok(None)
}

pub async fn create(
    sql: &impl Sql,
    id: &ContactId,
    name: &str,
    locale: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let statement =
        "INSERT INTO contact (id, root_id, name, locale, created_at_ms) VALUES ($1, $2, $3, $4, $5)";
    sql.query(statement, parameters![id, id, name, locale, now]).await?;
    Ok(())
}

/// What to change of a contact; `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    pub name: Option<String>,
    pub locale: Option<String>,
    pub notes: Option<String>,
}

pub async fn edit(sql: &impl Sql, root: &ContactId, edit: &Edit, now: Timestamp) -> Result<()> {
    let statement = "UPDATE contact SET name = COALESCE($1, name), locale = COALESCE($2, locale),
        notes = COALESCE($3, notes) WHERE id = $4";
    let Edit { name, locale, notes } = edit;
    sql.query(statement, parameters![name.as_deref(), locale.as_deref(), notes.as_deref(), root]).await?;
    publish(sql, root, now).await
}

/// Records that `contact` has `identity`; when another contact has it, the two become one. `merge_id`
/// names that merge. Belongs into a transaction.
pub async fn add_identity(
    sql: &impl Sql,
    contact: &ContactId,
    identity: &Identity,
    verified: bool,
    merge_id: &str,
    now: Timestamp,
) -> Result<Learnt> {
    let found = holder(sql, identity).await?;
    let holder = match &found {
        Some(holder) => known(sql, &holder.contact).await?,
        None => None,
    };
    let prover = contact;
    let Some(contact) = known(sql, contact).await? else { return Ok(Learnt::Known) };
    let held = found.map(|holder| holder.identity);
    if held.as_ref() != Some(identity) {
        let statement = "INSERT INTO contact_identity (scheme, value, contact_id, verified, created_at_ms)
            VALUES ($1, $2, $3, $4, $5)";
        let Identity { scheme, value } = identity;
        sql.query(statement, parameters![scheme, value, &contact.id, verified, now]).await?;
        publish(sql, &contact.id, now).await?;
    }
    let learnt = learn(&contact, holder.as_ref());
    match &learnt {
        Learnt::Theirs => {}
        Learnt::Known if verified => {
            // A merged contact who only claimed it keeps no hold on it either.
            let statement = "UPDATE contact_identity SET contact_id = $1, verified = 1
                WHERE scheme = $2 AND value = $3 AND verified = 0";
            sql.query(statement, parameters![prover, &identity.scheme, &identity.value]).await?;
        }
        Learnt::Known => {}
        Learnt::Same { survivor, merged } => {
            if verified {
                // Whoever only claimed it keeps no hold on it, so that undoing the merge parts them.
                let statement = "UPDATE contact_identity SET contact_id = $1, verified = 1
                    WHERE scheme = $2 AND value = $3 AND verified = 0";
                let Identity { scheme, value } = held.as_ref().unwrap_or(identity);
                sql.query(statement, parameters![&contact.id, scheme, value]).await?;
            }
            let why = format!("{} {}", identity.scheme, identity.value);
            let statement = "INSERT INTO contact_merge (id, survivor_id, merged_id, why, at_ms)
                VALUES ($1, $2, $3, $4, $5)";
            sql.query(statement, parameters![merge_id, survivor, merged, why, now]).await?;
            let statement = "UPDATE contact SET merged_into = $1 WHERE id = $2";
            sql.query(statement, parameters![survivor, merged]).await?;
            let statement = "UPDATE contact SET root_id = $1 WHERE root_id = $2";
            sql.query(statement, parameters![survivor, merged]).await?;
            take_over(sql, survivor, merged).await?;
            publish(sql, survivor, now).await?;
        }
    }
    Ok(learnt)
}

/// Takes back what somebody said: the identities of a scheme that no channel proves.
pub async fn forget_said(sql: &impl Sql, root: &ContactId, scheme: &str, now: Timestamp) -> Result<()> {
    let statement = "DELETE FROM contact_identity WHERE scheme = $1 AND verified = 0
        AND contact_id IN (SELECT id FROM contact WHERE root_id = $2) RETURNING 1";
    if sql.any(statement, parameters![scheme, root]).await? {
        publish(sql, root, now).await?;
    }
    Ok(())
}

/// A survivor known only by a placeholder takes the name and language of the merged one.
async fn take_over(sql: &impl Sql, survivor: &ContactId, merged: &ContactId) -> Result<()> {
    let statement = "UPDATE contact SET
            name = CASE WHEN name = '' THEN (SELECT name FROM contact WHERE id = $1) ELSE name END,
            locale = COALESCE(locale, (SELECT locale FROM contact WHERE id = $1))
        WHERE id = $2";
    sql.query(statement, parameters![merged, survivor]).await?;
    Ok(())
}

/// Takes a merge back. Tells the contact that stands on its own again; `None`: no such merge.
pub async fn undo_merge(sql: &impl Sql, merge_id: &str, now: Timestamp) -> Result<Option<ContactId>> {
    let statement = "UPDATE contact_merge SET undone_at_ms = $1 WHERE id = $2 AND undone_at_ms IS NULL
        RETURNING survivor_id, merged_id";
    let Some(row) = sql.first(statement, parameters![now, merge_id]).await? else { return Ok(None) };
    let (survivor, merged): (ContactId, ContactId) = (row.get(0)?, row.get(1)?);
    sql.query("UPDATE contact SET merged_into = NULL WHERE id = $1", parameters![&merged]).await?;
    // Whoever had been merged into it goes with it.
    let statement = "WITH RECURSIVE tree (id) AS (
            SELECT id FROM contact WHERE id = $1
            UNION SELECT c.id FROM contact c JOIN tree t ON c.merged_into = t.id)
        UPDATE contact SET root_id = $1 WHERE id IN (SELECT id FROM tree)";
    sql.query(statement, parameters![&merged]).await?;
    publish(sql, &survivor, now).await?;
    publish(sql, &merged, now).await?;
    Ok(Some(merged))
}

async fn known(sql: &impl Sql, id: &ContactId) -> Result<Option<Known>> {
    let statement = "SELECT r.id, r.created_at_ms FROM contact c JOIN contact r ON r.id = c.root_id
        WHERE c.id = $1";
    let row = sql.first(statement, parameters![id]).await?;
    row.map(|row| Ok(Known { id: row.get(0)?, created_at: row.get(1)? })).transpose()
}

/// Tells the desks that something about a contact changed.
pub(crate) async fn publish(sql: &impl Sql, contact: &ContactId, now: Timestamp) -> Result<()> {
    let entry = Entry { contact: Some(contact.clone()), ..Entry::new(feed::Kind::Contact) };
    feed::publish(sql, now, entry).await
}
