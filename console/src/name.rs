//! What a contact is called on the screen: never an empty line, never an id that nobody can read.

use api::contact::Contact;

/// Their name, else an address a person can read, else `visitor` and the end of their id, which
/// tells two of them apart.
pub fn of(contact: &Contact, visitor: &str) -> String {
    let known = [Some(contact.name.trim()), contact.phone.as_deref(), contact.email.as_deref()];
    let addresses = contact.identities.iter().map(|identity| identity.value.as_str());
    let readable = addresses.clone().filter(|address| is_readable(address));
    let found = known.into_iter().flatten().chain(readable).find(|text| !text.is_empty());
    found.map_or_else(
        || match addresses.clone().next() {
            Some(address) => format!("{visitor} {}", tail(address)),
            None => visitor.to_owned(),
        },
        str::to_owned,
    )
}

/// The first of their names, to address them by; an address whole.
pub fn first(name: &str) -> &str {
    match name.split_whitespace().next() {
        Some(word) if word.starts_with(char::is_alphabetic) => word,
        _ => name,
    }
}

/// A phone number, an e-mail address, a handle; not an id made by a program.
pub fn is_readable(address: &str) -> bool {
    let digits =
        |text: &str| text.chars().all(|character| character.is_ascii_digit() || " +-()".contains(character));
    address.contains('@') || digits(address)
}

/// The last characters of an id.
pub fn tail(id: &str) -> &str {
    let start = id.char_indices().rev().nth(3).map_or(0, |(start, _)| start);
    &id[start..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::contact::Identity;

    const ID: &str = "01a1fffc-06d8-7a99-b645-e12014098ee8";

    #[test]
    fn the_best_name_there_is() {
        check("Marta Ruiz", Some("+34 600"), ID, "Marta Ruiz");
        check(" ", Some("+34 600"), ID, "+34 600");
        check("", None, "34600123456", "34600123456");
        check("", None, "@marta", "@marta");
        check("", None, ID, "Visitante 8ee8");
        check("", None, "ñ", "Visitante ñ");
    }

    #[test]
    fn people_are_addressed_by_their_first_name_and_numbers_whole() {
        assert_eq!(first("Marta Ruiz"), "Marta");
        assert_eq!(first("+52 55 8123"), "+52 55 8123");
        assert_eq!(first(""), "");
    }

    #[track_caller]
    fn check(name: &str, phone: Option<&str>, address: &str, expected: &str) {
        let identity = Identity { scheme: "webchat".into(), value: address.into(), verified: true };
        let contact = Contact {
            id: "c".into(),
            name: name.into(),
            phone: phone.map(str::to_owned),
            email: None,
            locale: None,
            notes: String::new(),
            identities: vec![identity],
            merges: Vec::new(),
            opt_outs: vec![],
        };
        assert_eq!(of(&contact, "Visitante"), expected);
    }
}
