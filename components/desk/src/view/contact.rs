//! Contacts with everything they are known by.

use api::{
    consent::{OptOut, OptOutExtent, OptOutReason},
    contact::{Contact, Identity, Merge},
};
use domain::{
    consent::{Extent, Reason},
    id::ContactId,
};
use shell::failure::{Failure, Result};
use store::{
    consent::{self, Recorded},
    contact as stored,
    port::Sql,
};

/// The person behind `id`, whatever contact it was merged into.
pub async fn contact(sql: &impl Sql, id: &ContactId) -> Result<Contact> {
    let found = stored::find(sql, id).await?;
    let found = found.ok_or_else(|| Failure::NotFound(format!("contact {id}")))?;
    let opt_outs = consent::of_contact(sql, &found.id).await?;
    Ok(Contact { opt_outs: opt_outs.iter().map(opt_out).collect(), ..contact_as_stored(&found) })
}

/// Without what they do not want: for a list.
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
        opt_outs: vec![],
    }
}

pub fn opt_out(recorded: &Recorded) -> OptOut {
    OptOut {
        id: recorded.id.clone(),
        channel: recorded.channel.clone(),
        scheme: recorded.identity.scheme.clone(),
        value: recorded.identity.value.clone(),
        extent: match recorded.opt_out.extent {
            Extent::All => OptOutExtent::All,
            Extent::Marketing => OptOutExtent::Marketing,
        },
        reason: match recorded.opt_out.reason {
            Reason::Asked => OptOutReason::Asked,
            Reason::Refused => OptOutReason::Refused,
            Reason::Blocked => OptOutReason::Blocked,
            Reason::Told => OptOutReason::Told,
        },
        since_ms: recorded.since.0,
    }
}
