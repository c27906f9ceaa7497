//! Addresses in header values.
//!
//! The library reads the grammar. What it makes no address of is searched for one, because a letter
//! whose sender is written wrongly still has a sender.

use super::words;
use mail_parser::{Addr, Address, HeaderValue, parsers::MessageStream};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mailbox {
    pub(crate) name: Option<String>,
    /// As sent. Without an `@` for a mailbox of the sender's own host.
    pub(crate) address: String,
}

impl Mailbox {
    /// In the form in which addresses are compared.
    pub(crate) fn key(&self) -> String {
        self.address.to_lowercase()
    }

    /// `Ana <ana@mail.example>`, for people.
    pub(crate) fn line(&self) -> String {
        match &self.name {
            Some(name) => format!("{name} <{}>", self.address),
            None => self.address.clone(),
        }
    }

    pub(crate) fn is_whole(&self) -> bool {
        is_address(&self.address)
    }
}

/// All mailboxes of a value, groups opened.
pub(crate) fn mailboxes(value: &str) -> Vec<Mailbox> {
    let regular = words::normalise(value).replace(['\r', '\n'], " ") + "\n";
    let found = match MessageStream::new(regular.as_bytes()).parse_address() {
        HeaderValue::Address(Address::List(list)) => list.iter().filter_map(mailbox).collect(),
        HeaderValue::Address(Address::Group(groups)) => {
            groups.iter().flat_map(|group| &group.addresses).filter_map(mailbox).collect()
        }
        _ => Vec::new(),
    };
    if found.iter().any(Mailbox::is_whole) {
        return found;
    }
    let searched: Vec<Mailbox> = search(&words::decode(value));
    if searched.is_empty() { found } else { searched }
}

/// The first mailbox that a message can have come from or go to.
pub(crate) fn first(value: &str) -> Option<Mailbox> {
    mailboxes(value).into_iter().find(Mailbox::is_whole)
}

pub(crate) fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, host)| !local.is_empty() && !host.is_empty())
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;".contains(c))
}

fn mailbox(found: &Addr<'_>) -> Option<Mailbox> {
    let name = found.name.as_deref().map(clean).filter(|name| !name.is_empty());
    match found.address.as_deref().map(str::trim) {
        Some(address) if !address.is_empty() => {
            Some(Mailbox { name: name.filter(|name| name != address), address: address.to_owned() })
        }
        // A word alone is a mailbox here; several are a name without an address.
        _ => name
            .filter(|name| !name.contains(char::is_whitespace))
            .map(|address| Mailbox { name: None, address }),
    }
}

fn clean(name: &str) -> String {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    name.replace('\0', "\u{fffd}")
}

fn search(text: &str) -> Vec<Mailbox> {
    let edges = |c: char| c.is_whitespace() || "<>()[],;:\"'".contains(c);
    text.split(edges)
        .filter(|word| is_address(word))
        .map(|word| Mailbox { name: None, address: word.to_owned() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_people_and_machines_write_them() {
        for (value, expected) in [
            ("ana@b.es", &[(None, "ana@b.es")][..]),
            ("Ana <Ana@B.es>", &[(Some("Ana"), "Ana@B.es")]),
            ("\"Ruiz, Ana\" <ana@b.es>, eva@b.es", &[(Some("Ruiz, Ana"), "ana@b.es"), (None, "eva@b.es")]),
            ("=?utf-8?Q?Mu=C3=B1oz?= <m@b.es>", &[(Some("Muñoz"), "m@b.es")]),
            ("MAILER-DAEMON@b.es (Mail System)", &[(Some("Mail System"), "MAILER-DAEMON@b.es")]),
            ("A Group: ana@b.es, Eva <eva@b.es>;", &[(None, "ana@b.es"), (Some("Eva"), "eva@b.es")]),
            ("ana@b.es eva@b.es", &[(None, "ana@b.es"), (None, "eva@b.es")]),
            ("Mikel@Lindsaar <m@b.es>", &[(Some("Mikel@Lindsaar"), "m@b.es")]),
            ("=?utf-8?Q?Ana_=3Cana@b.es=3E?=", &[(None, "ana@b.es")]),
            (", ana@b.es", &[(None, "ana@b.es")]),
            ("MAILER-DAEMON <>", &[(None, "MAILER-DAEMON")]),
            ("undisclosed-recipients:;", &[]),
            ("", &[]),
        ] {
            let found = mailboxes(value);
            let found: Vec<_> =
                found.iter().map(|found| (found.name.as_deref(), found.address.as_str())).collect();
            assert_eq!(found, expected, "{value}");
        }
        assert_eq!(first("x <>, ana@b.es").map(|found| found.address).as_deref(), Some("ana@b.es"));
    }
}
