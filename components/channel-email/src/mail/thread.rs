//! Which letter a letter answers.
//!
//! By ids only, never by subject: two customers write "Invoice" on one day. Our own id is the surest,
//! wherever it stands; then In-Reply-To, then References from its end.

use super::{Mail, address::is_address};

/// The ids in a value, each as `<…>`. Some mailers leave the brackets out, some put words around.
pub(crate) fn ids(value: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = value;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((id, tail)) = after.split_once('>') else { break };
        let id: String = id.split_whitespace().collect();
        if !id.is_empty() {
            found.push(format!("<{id}>"));
        }
        rest = tail;
    }
    if found.is_empty() {
        let words = value.split([' ', '\t', ',', ';']).map(|word| word.trim_matches(['<', '>', '"']));
        found.extend(
            words
                .filter(|word| word.contains('@') || !word.is_empty() && !value.trim().contains(' '))
                .map(|word| format!("<{word}>")),
        );
    }
    found
}

/// What a letter says about the letters before it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Thread {
    pub(crate) in_reply_to: Vec<String>,
    pub(crate) references: Vec<String>,
    /// The one it answers.
    pub(crate) parent: Option<String>,
    /// What was added to our own address: `reply+0199aa10@` has `0199aa10`.
    pub(crate) tag: Option<String>,
}

/// A long discussion names each of its letters; the last ones are those that matter.
const REFERENCES_MAX: usize = 50;

/// `ours`: the hosts in our own ids. `addressed`: every address that the letter came to.
pub(crate) fn of(mail: &Mail, ours: &[String], addressed: &[String]) -> Thread {
    let all = |name: &str| mail.fields.all(name).flat_map(|value| ids(&value)).collect::<Vec<_>>();
    let (in_reply_to, mut references) = (all("In-Reply-To"), all("References"));
    references.drain(..references.len().saturating_sub(REFERENCES_MAX));
    let tag = addressed.iter().find_map(|address| tag(address, ours));
    let own = |id: &&String| ours.iter().any(|host| id.ends_with(&format!("@{host}>")));
    let tagged = tag.as_ref().zip(ours.first()).map(|(tag, host)| format!("<{tag}@{host}>"));
    let parent = (in_reply_to.iter().chain(references.iter().rev()).find(own).cloned())
        .or(tagged)
        .or_else(|| in_reply_to.first().cloned())
        .or_else(|| references.last().cloned());
    Thread { in_reply_to, references, parent, tag }
}

/// The part after the plus of an address of ours.
fn tag(address: &str, ours: &[String]) -> Option<String> {
    let (local, host) = address.rsplit_once('@').filter(|_| is_address(address))?;
    let (_, tag) = local.split_once('+')?;
    let known = ours.is_empty() || ours.iter().any(|own| own.eq_ignore_ascii_case(host));
    (known && !tag.is_empty()).then(|| tag.to_owned())
}

/// Some providers write an id of their own into our letters, and call them by the part before its host.
pub(crate) fn as_its_provider_calls_it(id: &str) -> String {
    let parts = id.trim_matches(['<', '>']).rsplit_once('@');
    match parts {
        Some((local, host)) if host.ends_with("amazonses.com") || host == "mtasv.net" => local.to_owned(),
        _ => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::header::Fields;

    #[test]
    fn ids_are_found_in_anything() {
        for (value, expected) in [
            ("<a@b>", vec!["<a@b>"]),
            ("<a@b> <c@d>", vec!["<a@b>", "<c@d>"]),
            ("<a@b><c@ d>", vec!["<a@b>", "<c@d>"]),
            ("Your message of Monday <a@b>", vec!["<a@b>"]),
            ("a@b", vec!["<a@b>"]),
            ("no-host-20180812", vec!["<no-host-20180812>"]),
            ("two words", vec![]),
            ("<never closed", vec![]),
            ("<>", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(ids(value), expected, "{value}");
        }
    }

    #[test]
    fn the_surest_id_wins() {
        let ours = ["shop.example".to_owned()];
        for (reply, references, to, parent) in [
            ("<x@y>", "<1@shop.example> <x@y>", "hola@shop.example", Some("<1@shop.example>")),
            ("<2@shop.example>", "<1@shop.example>", "reply+9@shop.example", Some("<2@shop.example>")),
            ("<x@y>", "", "reply+9@shop.example", Some("<9@shop.example>")),
            ("<x@y> <z@y>", "<w@y>", "reply+9@elsewhere.example", Some("<x@y>")),
            ("", "<v@y> <w@y>", "hola@shop.example", Some("<w@y>")),
            ("", "", "hola@shop.example", None),
        ] {
            let fields = [("In-Reply-To", reply), ("References", references)]
                .map(|(k, v)| (k.to_owned(), v.to_owned()));
            let mail = Mail { fields: Fields::of(fields), ..Mail::default() };
            let thread = of(&mail, &ours, &[to.to_owned()]);
            assert_eq!(thread.parent.as_deref(), parent, "{reply} {references} {to}");
        }
    }

    #[test]
    fn a_provider_s_id_in_our_letter() {
        for (id, expected) in [
            ("<0100-a@eu-west-1.amazonses.com>", "0100-a"),
            ("<0100-a@email.amazonses.com>", "0100-a"),
            ("<guid@mtasv.net>", "guid"),
            ("<abc.1@example.org>", "<abc.1@example.org>"),
            ("<abc>", "<abc>"),
        ] {
            assert_eq!(as_its_provider_calls_it(id), expected, "{id}");
        }
    }
}
