//! Words with places for values: `Hola, {contact.name}:`.
//!
//! A place whose value nobody knows stays as it is written, for a person to see it before a contact does.

/// The text with its places filled by `value`.
pub fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        rest = &rest[start..];
        let place = rest.find('}').map(|end| (&rest[1..end], end + 1));
        match place.and_then(|(name, end)| Some((value(name.trim())?, end))) {
            Some((value, end)) => {
                filled.push_str(&value);
                rest = &rest[end..];
            }
            None => {
                filled.push('{');
                rest = &rest[1..];
            }
        }
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled() {
        let value = |name: &str| match name {
            "contact.name" => Some("Ana {agent.name}".to_owned()),
            "agent.name" => Some(String::new()),
            _ => None,
        };
        for (text, expected) in [
            ("Hola, {contact.name}:", "Hola, Ana {agent.name}:"),
            ("{ contact.name }{agent.name}.", "Ana {agent.name}."),
            ("{order.number} {", "{order.number} {"),
            ("{{contact.name}}", "{Ana {agent.name}}"),
            ("{a {agent.name}", "{a "),
            ("", ""),
            ("ñ}{", "ñ}{"),
        ] {
            assert_eq!(fill(text, value), expected, "{text:?}");
        }
    }
}
