//! The account's settings as this channel understands them.

use crate::mail::{address, date};
use channel::received::Settings;
use domain::time::Timestamp;

/// What is ours: addresses and the hosts of ids.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Ours {
    /// In lower case; the account's own first.
    pub(crate) addresses: Vec<String>,
    /// In lower case; the first stands in the ids that we make.
    pub(crate) hosts: Vec<String>,
}

impl Ours {
    pub(crate) fn of(settings: &Settings) -> Self {
        let list = |name: &str| settings.get(name).map(address::mailboxes).unwrap_or_default();
        let own = list("address").into_iter().chain(list("aliases")).filter(address::Mailbox::is_whole);
        let addresses: Vec<String> = own.map(|mailbox| mailbox.key()).collect();
        let host = |address: &String| Some(address.rsplit_once('@')?.1.to_owned());
        let mut hosts: Vec<String> =
            settings.get("message_host").map(str::to_lowercase).into_iter().collect();
        for host in addresses.iter().filter_map(host) {
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        Ours { addresses, hosts }
    }

    /// Whether mail to `address` is ours, whatever stands behind a plus.
    pub(crate) fn has(&self, address: &str) -> bool {
        let address = address.to_lowercase();
        let plain = match address.split_once('@') {
            Some((local, host)) => format!("{}@{host}", local.split('+').next().unwrap_or(local)),
            None => address.clone(),
        };
        self.addresses.contains(&address) || self.addresses.contains(&plain)
    }

    /// Our message id in an id or a plus address that we made.
    pub(crate) fn message_id(&self, id: &str) -> Option<String> {
        let (local, host) = id.trim_matches(['<', '>']).rsplit_once('@')?;
        let own = self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host));
        (own && is_ours(local)).then(|| local.to_owned())
    }
}

/// Our message ids are letters, digits and dashes.
pub(crate) fn is_ours(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Unix seconds.
pub(crate) fn now(settings: &Settings) -> Option<i64> {
    settings.get("now")?.trim().parse().ok()
}

/// Whether a signed instant is so near to now that nobody can have kept it. Without a clock it is.
pub(crate) fn is_fresh(seconds: i64, settings: &Settings, tolerance: i64) -> bool {
    now(settings).is_none_or(|now| now.saturating_sub(seconds).saturating_abs() <= tolerance)
}

/// A provider's instant: RFC 3339 or as in a letter.
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    date::parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ours() {
        let settings = Settings::from([
            ("address", "Hola@Shop.example"),
            ("aliases", "ventas@shop.example, soporte@tienda.example"),
            ("message_host", "mail.shop.example"),
        ]);
        let ours = Ours::of(&settings);
        assert_eq!(ours.addresses, ["hola@shop.example", "ventas@shop.example", "soporte@tienda.example"]);
        assert_eq!(ours.hosts, ["mail.shop.example", "shop.example", "tienda.example"]);
        for (address, expected) in [
            ("HOLA@shop.example", true),
            ("ventas+12@shop.example", true),
            ("ana@b.es", false),
            ("hola@b.es", false),
        ] {
            assert_eq!(ours.has(address), expected, "{address}");
        }
        for (id, expected) in [
            ("<0199aa-1@mail.shop.example>", Some("0199aa-1")),
            ("0199aa@SHOP.example", Some("0199aa")),
            ("<0199aa@b.es>", None),
            ("<a.b@shop.example>", None),
            ("<>", None),
        ] {
            assert_eq!(ours.message_id(id).as_deref(), expected, "{id}");
        }
    }

    #[test]
    fn a_clock_makes_old_signatures_worthless() {
        let at = |now: &str| Settings::from([("now", now)]);
        assert!(is_fresh(100, &at("400"), 300) && is_fresh(400, &at("100"), 300));
        assert!(!is_fresh(100, &at("401"), 300));
        assert!(is_fresh(0, &Settings::default(), 300), "nobody knows the time");
        assert!(!is_fresh(i64::MIN, &at("1"), 300));
    }
}
