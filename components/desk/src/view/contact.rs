//! Contacts with everything they are known by.

use api::contact::{Contact, Identity, Merge};
use domain::id::ContactId;
use shell::failure::{Failure, Result};
use store::{contact as stored, port::Sql};

/// The person behind `id`, whatever contact it was merged into.
pub async fn contact(sql: &impl Sql, id: &ContactId) -> Result<Contact> {
    let found = stored::find(sql, id).await?;
    Ok(contact_as_stored(&found.ok_or_else(|| Failure::NotFound(format!("contact {id}")))?))
}

pub fn contact_as_stored(contact: &stored::Contact) -> Contact {
    let identity = |held: &stored::Held| Identity {
        scheme: held.identity.scheme.clone(),
        value: held.identity.value.clone(),
        verified: held.verified,
    };
    let merge = |merge: &stored::Merge| Merge {
        merge_id: merge.id.clone(),
        other_name: merge.other_name.clone(),
        why: merge.why.clone(),
        at_ms: merge.at.0,
    };
    Contact {
        id: contact.id.0.clone(),
        name: contact.name.clone(),
        phone: contact.phone().map(str::to_owned),
        email: contact.email().map(str::to_owned),
        locale: contact.locale.clone().filter(|locale| !locale.is_empty()),
        notes: contact.notes.clone(),
        identities: contact.identities.iter().map(identity).collect(),
        merges: contact.merges.iter().map(merge).collect(),
    }
}
