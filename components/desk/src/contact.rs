//! What is known of a contact: corrected by agents, and read over all channels.

use crate::view::{self, Center};
use api::{
    contact::{Contact, HistoryPage},
    request::PatchContact,
};
use domain::{
    contact::{EMAIL, Identity, PHONE},
    id::ContactId,
    time::Timestamp,
};
use shell::{
    command::{Race, retrying},
    failure::{Failure, Result},
    unique,
};
use store::{
    account,
    contact::{self, Edit},
    interaction,
    port::{Sql, transaction},
};

const FOUND_MAX: i64 = 50;
const PAGE_MAX: i64 = 100;
const NAME_MAX: usize = 200;
const NOTES_MAX: usize = 20_000;

/// The home market's, for a center that has said nothing else.
const CALLING_CODE: &str = "34";

pub async fn search(sql: &impl Sql, text: &str) -> Result<Vec<Contact>> {
    let found = contact::search(sql, text, FOUND_MAX).await?;
    Ok(found.iter().map(view::contact_as_stored).collect())
}

/// Changes a contact. A phone or an address that another contact has makes the two one, and the answer
/// is the one that survives.
pub async fn edit(sql: &impl Sql, now: Timestamp, id: &ContactId, patch: PatchContact) -> Result<Contact> {
    let code = calling_code(sql).await?;
    let phone = said(patch.phone.as_deref(), |text| Identity::phone(text, &code))?;
    let email = said(patch.email.as_deref(), Identity::email)?;
    let edit = Edit {
        name: short(patch.name, "name", NAME_MAX)?,
        locale: short(patch.locale, "locale", 35)?,
        notes: short(patch.notes, "notes", NOTES_MAX)?,
    };
    let root = retrying(async || {
        transaction(sql, async |sql| {
            let root = contact::root(sql, id).await?;
            let mut root = root.ok_or_else(|| Failure::NotFound(format!("contact {id}")))?;
            if edit != Edit::default() {
                contact::edit(sql, &root, &edit, now).await?;
            }
            for (scheme, said) in [(PHONE, &phone), (EMAIL, &email)] {
                root = take(sql, now, root, scheme, said.as_ref()).await?;
            }
            Ok::<_, Race>(root)
        })
        .await
    })
    .await?;
    view::contact(sql, &root).await
}

/// Learns what was said of `scheme` instead of what was said before; what a channel proves stays.
async fn take(
    sql: &impl Sql,
    now: Timestamp,
    root: ContactId,
    scheme: &str,
    said: Option<&Said>,
) -> Result<ContactId, Race> {
    let Some(said) = said else { return Ok(root) };
    if let Said::This(identity) = said {
        let known = contact::find(sql, &root).await?;
        if known.is_some_and(|contact| contact.identities.iter().any(|held| held.identity == *identity)) {
            return Ok(root);
        }
    }
    contact::forget_said(sql, &root, scheme, now).await?;
    if let Said::This(identity) = said {
        contact::add_identity(sql, &root, identity, false, &unique::id(now), now).await?;
    }
    Ok(contact::root(sql, &root).await?.unwrap_or(root))
}

/// What an edit makes of a phone or an address.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    /// There is none.
    Nothing,
    This(Identity),
}

fn said(text: Option<&str>, read: impl Fn(&str) -> Option<Identity>) -> Result<Option<Said>> {
    match text.map(str::trim) {
        None => Ok(None),
        Some("") => Ok(Some(Said::Nothing)),
        Some(text) => {
            let wrong = || Failure::BadRequest(format!("“{text}” is no phone number or e-mail address"));
            read(text).map(|identity| Some(Said::This(identity))).ok_or_else(wrong)
        }
    }
}

fn short(text: Option<String>, field: &str, limit: usize) -> Result<Option<String>> {
    match text {
        Some(text) if text.chars().count() > limit => {
            Err(Failure::BadRequest(format!("{field} has at most {limit} characters")))
        }
        text => Ok(text.map(|text| text.trim().to_owned())),
    }
}

/// What stands before a number that is written without its country: what an account says.
async fn calling_code(sql: &impl Sql) -> Result<String> {
    let accounts = account::all(sql).await?;
    let told = accounts.iter().find_map(|account| account.settings.get("calling_code")?.as_str());
    Ok(told.unwrap_or(CALLING_CODE).to_owned())
}

pub async fn unmerge(sql: &impl Sql, now: Timestamp, id: &ContactId, merge_id: &str) -> Result<Contact> {
    let contact = view::contact(sql, id).await?;
    if !contact.merges.iter().any(|merge| merge.merge_id == merge_id) {
        return Err(Failure::NotFound(format!("merge {merge_id}")));
    }
    retrying(async || {
        transaction(sql, async |sql| Ok::<_, Race>(contact::undo_merge(sql, merge_id, now).await?)).await
    })
    .await?;
    view::contact(sql, id).await
}

pub async fn history(
    sql: &impl Sql,
    center: &Center,
    id: &ContactId,
    before: Option<i64>,
    limit: Option<i64>,
) -> Result<HistoryPage> {
    let root = contact::root(sql, id).await?;
    let root = root.ok_or_else(|| Failure::NotFound(format!("contact {id}")))?;
    let limit = limit.unwrap_or(20).clamp(1, PAGE_MAX);
    let before = Timestamp(before.unwrap_or(i64::MAX));
    let mut views = interaction::of_contact(sql, &root, before, limit + 1).await?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = views.len() > wanted;
    views.truncate(wanted);
    let mut items = vec![];
    for view in &views {
        items.push(view::history_item(sql, center, view).await?);
    }
    Ok(HistoryPage { items, more })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_text_clears_and_nonsense_is_refused() {
        let phone = |text| said(text, |text| Identity::phone(text, "34"));
        let number = Identity::phone("+34600123123", "34").unwrap();
        assert_eq!(phone(None), Ok(None));
        assert_eq!(phone(Some(" ")), Ok(Some(Said::Nothing)));
        assert_eq!(phone(Some("600 123 123")), Ok(Some(Said::This(number))));
        assert!(matches!(phone(Some("call me")), Err(Failure::BadRequest(_))));
    }
}
