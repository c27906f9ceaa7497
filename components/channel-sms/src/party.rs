//! Who is at an address: a number with its country code is a phone, anything else is what it is.

use channel::event::Sender;
use domain::contact::Identity;

/// The scheme of senders that are no phones: short codes, names.
pub(crate) const SMS: &str = "sms";

/// WhatsApp's business-scoped user ids: the person has no visible number.
pub(crate) const BSUID: &str = "bsuid";

/// Shorter numbers without a plus may be short codes.
const DIGITS_MIN: usize = 9;

/// The phone that `text` is, with its country code, with or without a plus.
pub(crate) fn phone(text: &str) -> Option<Identity> {
    let text = text.trim();
    let digits = text.strip_prefix('+').unwrap_or(text);
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    let long_enough = text.starts_with('+') || DIGITS_MIN <= digits.len();
    (all_digits && long_enough).then(|| Identity::phone(&format!("+{digits}"), ""))?
}

/// A phone where it is one, else the address as sent.
pub(crate) fn identity(text: &str, otherwise: &str) -> Identity {
    phone(text).unwrap_or_else(|| Identity::new(otherwise, text))
}

/// `whatsapp:+34600123123`: the network in front of the address.
pub(crate) fn prefixed(text: &str) -> Identity {
    match text.split_once(':') {
        None => identity(text, SMS),
        Some(("whatsapp", address)) => identity(address, BSUID),
        Some(("rcs", address)) => identity(address, "rcs"),
        // A page's own ids are digits and yet no phones.
        Some((network, address)) => Identity::new(network, address),
    }
}

/// The sender exactly as the provider names it.
pub(crate) fn sender(identity: &Identity, as_sent: &str, name: Option<String>) -> Sender {
    Sender { scheme: identity.scheme.clone(), id: as_sent.to_owned(), name }
}

/// Digits alone, as some providers want them.
pub(crate) fn digits(identity: &Identity) -> &str {
    identity.value.trim_start_matches('+')
}

/// Whether two ways to write one address of the business mean the same.
pub(crate) fn same(left: &str, right: &str) -> bool {
    let bare = |text: &str| text.trim_start_matches('+').to_ascii_lowercase();
    bare(left) == bare(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities() {
        for (text, scheme, value) in [
            ("+34600123123", "phone", "+34600123123"),
            ("447700900001", "phone", "+447700900001"),
            ("+3761234", "sms", "+3761234"),
            ("+37612345", "phone", "+37612345"),
            ("12345", "sms", "12345"),
            ("77665544", "sms", "77665544"),
            ("ACME", "sms", "ACME"),
            ("0034600123123", "sms", "0034600123123"),
            ("+1 530 666 6666", "sms", "+1 530 666 6666"),
            ("whatsapp:+34600123123", "phone", "+34600123123"),
            ("whatsapp:ES.13491208655302741918", "bsuid", "ES.13491208655302741918"),
            ("messenger:123456789987", "messenger", "123456789987"),
            ("rcs:+34600123123", "phone", "+34600123123"),
            ("client:ana", "client", "ana"),
            ("sip:ana@example.com", "sip", "ana@example.com"),
        ] {
            assert_eq!(prefixed(text), Identity::new(scheme, value), "{text}");
        }
    }

    #[test]
    fn one_address_in_two_ways() {
        assert!(same("+34600123123", "34600123123") && same("Acme", "ACME"));
        assert!(!same("+34600123123", "600123123"));
    }
}
