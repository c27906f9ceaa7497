//! Who is on the other side.
//!
//! People with a username may have no phone number here, and what stands in a phone's place may be
//! their business-scoped user id (BSUID): `ES.13491208655302741918`. It is never treated as a number.

use super::Change;
use crate::codec::{BSUID, NAME};
use channel::{event::Sender, json::Node};
use domain::contact::{Identity, PHONE};
use serde_json::{Map, Value};

/// A person as one element names them, completed from the change's `contacts`.
pub(crate) struct Party {
    pub(crate) sender: Sender,
    pub(crate) identities: Vec<Identity>,
    pub(crate) extra: Map<String, Value>,
}

/// `address` is what stands where a phone number used to; `user_id` is the field for BSUIDs.
pub(crate) fn party(change: &Change<'_>, address: Option<String>, user_id: Option<String>) -> Option<Party> {
    let (mut phone, mut bsuid) = match address {
        Some(address) if is_bsuid(&address) => (None, Some(user_id.unwrap_or(address))),
        address => (address, user_id),
    };
    let named = |contact: &&Node<'_>| {
        let is = |name: &str, value: &Option<String>| value.is_some() && contact.text(name) == *value;
        is("wa_id", &phone) || is("user_id", &bsuid) || is("wa_id", &bsuid)
    };
    let known = change.contacts.iter().find(named);
    let alone = change.alone.as_ref();
    if let Some(contact) = known.or(alone.filter(|_| phone.is_none() && bsuid.is_none())) {
        phone = phone.or_else(|| contact.text("wa_id").filter(|id| !is_bsuid(id)));
        bsuid = bsuid.or_else(|| contact.text("user_id"));
    }
    // An address that its only contact does not repeat is still that contact's; only the name is
    // taken then.
    let profile = known.or(alone).and_then(|contact| contact.get("profile"));
    let username = profile.as_ref().and_then(|profile| profile.text("username"));
    let name = profile.and_then(|profile| profile.text("name")).or_else(|| username.clone());

    let mut extra = Map::new();
    let parent = known.or(alone).and_then(|contact| contact.text("parent_user_id"));
    for (key, value) in [("user_id", &bsuid), ("parent_user_id", &parent), ("username", &username)] {
        if let Some(value) = value {
            extra.insert(key.to_owned(), Value::String(value.clone()));
        }
    }
    let (scheme, id) = match (&phone, &bsuid) {
        (Some(phone), _) => (PHONE, phone.clone()),
        (None, Some(bsuid)) => (BSUID, bsuid.clone()),
        (None, None) => return None,
    };
    let identities = phone.iter().map(|phone| phone_identity(phone));
    let identities = identities.chain(bsuid.iter().map(|id| Identity::new(BSUID, id))).collect();
    Some(Party { sender: Sender { scheme: scheme.to_owned(), id, name }, identities, extra })
}

/// An identity for what stands in a phone's place: digits without `+`. Anything else that is not a
/// number keeps its own scheme, so that it meets nobody's phone by accident.
pub(crate) fn phone_identity(text: &str) -> Identity {
    let digits = text.trim().trim_start_matches('+');
    Identity::phone(&format!("+{digits}"), "").unwrap_or_else(|| Identity::new(NAME, text))
}

/// An identity for an id of either sort.
pub(crate) fn identity(text: &str) -> Identity {
    if is_bsuid(text) { Identity::new(BSUID, text) } else { phone_identity(text) }
}

/// Two letters of a country, a dot, and letters and digits; `ES.ENT.` for a parent's.
pub(crate) fn is_bsuid(text: &str) -> bool {
    let Some((country, id)) = text.split_once('.') else { return false };
    let id = id.strip_prefix("ENT.").unwrap_or(id);
    country.len() == 2
        && country.bytes().all(|letter| letter.is_ascii_uppercase())
        && (1..=128).contains(&id.len())
        && id.bytes().all(|letter| letter.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_id_is_no_phone_number() {
        for (text, scheme, value) in [
            ("34600123123", "phone", "+34600123123"),
            ("+34600123123", "phone", "+34600123123"),
            ("ES.13491208655302741918", "bsuid", "ES.13491208655302741918"),
            ("US.ENT.11815799212886844830", "bsuid", "US.ENT.11815799212886844830"),
            ("ES.", "whatsapp", "ES."),
            ("0", "whatsapp", "0"),
            ("<PHONE>", "whatsapp", "<PHONE>"),
        ] {
            assert_eq!(identity(text), Identity::new(scheme, value), "{text}");
        }
    }
}
