//! The person. Known by identities, each the value of a scheme: a phone, an e-mail address, a
//! network's own id. Two contacts that turn out to be one are merged, which says why and can be undone:
//! a merge only points one contact at the other and moves nothing.

use crate::{id::ContactId, phone, time::Timestamp};
use serde::{Deserialize, Serialize};

pub const PHONE: &str = "phone";
pub const EMAIL: &str = "email";

/// One way to know a contact, in the form in which it is compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identity {
    pub scheme: String,
    pub value: String,
}

impl Identity {
    /// A provider's own identity, taken as it is: a business-scoped user id must never be treated
    /// like a phone number.
    pub fn new(scheme: &str, value: &str) -> Self {
        Identity { scheme: scheme.to_owned(), value: value.to_owned() }
    }

    /// A phone number of what a person wrote; see [`phone::read`].
    pub fn phone(text: &str, calling_code: &str) -> Option<Self> {
        phone::read(text, calling_code).map(|value| Identity { scheme: PHONE.to_owned(), value })
    }

    /// Everything that means the same as this one, itself first: a number has several spellings.
    pub fn equivalents(&self) -> Vec<Self> {
        let values =
            if self.scheme == PHONE { phone::spellings(&self.value) } else { vec![self.value.clone()] };
        values.into_iter().map(|value| Identity { scheme: self.scheme.clone(), value }).collect()
    }

    /// An e-mail address, compared in lower case. `None` when it is no address.
    pub fn email(text: &str) -> Option<Self> {
        let text = text.trim();
        let (local, host) = text.rsplit_once('@')?;
        let valid = !local.is_empty()
            && host.contains('.')
            && !host.starts_with('.')
            && !host.ends_with('.')
            && !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c));
        valid.then(|| Identity { scheme: EMAIL.to_owned(), value: text.to_lowercase() })
    }
}

/// Whether a mail server's enhanced status code (RFC 3463) says that the address itself does not exist or
/// takes nothing any more, so that every further message would fail, too.
pub fn is_unreachable(code: &str) -> bool {
    ["5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"].contains(&code)
}

/// What a newly learnt identity means for a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Learnt {
    /// Nobody had it.
    Theirs,
    /// They had it already.
    Known,
    /// Another contact has it: the two are one person.
    Same { survivor: ContactId, merged: ContactId },
}

/// A contact as far as merging needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub id: ContactId,
    pub created_at: Timestamp,
}

/// Decides what it means that `contact` has an identity that `holder` holds.
/// The older contact survives, so that a customer's history stays where colleagues know it.
pub fn learn(contact: &Known, holder: Option<&Known>) -> Learnt {
    match holder {
        None => Learnt::Theirs,
        Some(holder) if holder.id == contact.id => Learnt::Known,
        Some(holder) => {
            let age = |known: &Known| (known.created_at, known.id.clone());
            let (survivor, merged) =
                if age(holder) <= age(contact) { (holder, contact) } else { (contact, holder) };
            Learnt::Same { survivor: survivor.id.clone(), merged: merged.id.clone() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_in_lower_case() {
        for (text, expected) in [
            (" Marta@Example.COM ", Some("marta@example.com")),
            ("marta@localhost", None),
            ("@example.com", None),
            ("marta ruiz@example.com", None),
            ("<marta@example.com>", None),
        ] {
            assert_eq!(Identity::email(text).map(|i| i.value).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn the_older_contact_survives() {
        let known = |id: &str, at| Known { id: id.into(), created_at: Timestamp(at) };
        let (old, new) = (known("b", 1), known("a", 2));
        let same = Learnt::Same { survivor: "b".into(), merged: "a".into() };
        assert_eq!(learn(&new, None), Learnt::Theirs);
        assert_eq!(learn(&new, Some(&new)), Learnt::Known);
        assert_eq!(learn(&new, Some(&old)), same);
        assert_eq!(learn(&old, Some(&new)), same);
    }
}
