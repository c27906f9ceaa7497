//! What the receiving server found out about the sender (RFC 8601).
//!
//! Anybody can write an `Authentication-Results` field. Only the topmost one is read, which the server
//! that received last has put there, and where the account names its server only that one's.

use super::header::Fields;
use domain::message::Authentication;

pub(crate) fn of(fields: &Fields, server: Option<&str>) -> Authentication {
    let ours = |value: &String| {
        let name = value.split([';', ' ', '\t']).next().unwrap_or_default();
        server.is_none_or(|server| name.eq_ignore_ascii_case(server))
    };
    let value = match server {
        Some(_) => fields.all("Authentication-Results").find(ours),
        None => fields.all("Authentication-Results").next(),
    };
    let value = value.unwrap_or_default();
    let received = fields.all("Received-SPF").next().filter(|_| server.is_none());
    let received = received.and_then(|value| word(&value));
    Authentication {
        spf: result(&value, "spf").or(received),
        dkim: result(&value, "dkim"),
        dmarc: result(&value, "dmarc"),
    }
}

/// The result of a method: `dkim=pass`.
fn result(value: &str, method: &str) -> Option<String> {
    value.split([';', ' ', '\t']).find_map(|item| {
        let (name, result) = item.trim().split_once('=')?;
        if name.eq_ignore_ascii_case(method) { word(result) } else { None }
    })
}

pub(crate) fn word(text: &str) -> Option<String> {
    let word: String = text.trim_start().chars().take_while(char::is_ascii_alphanumeric).collect();
    (!word.is_empty()).then(|| word.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_server_is_believed() {
        let fields = Fields::of(
            [
                (
                    "Authentication-Results",
                    "mx.shop.example; dkim=pass header.i=@b.es; \
                    spf=softfail smtp.mailfrom=a@b.es; DMARC=Fail",
                ),
                ("Authentication-Results", "forged.example; spf=pass; dmarc=pass"),
                ("Received-SPF", "pass (forged)"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        let some = |word: &str| Some(word.to_owned());
        let expected = Authentication { spf: some("softfail"), dkim: some("pass"), dmarc: some("fail") };
        assert_eq!(of(&fields, None), expected);
        assert_eq!(of(&fields, Some("MX.shop.example")), expected);
        assert_eq!(of(&fields, Some("other.example")), Authentication::default());
        let only = Fields::of([("Received-SPF".to_owned(), "Pass (mx)".to_owned())]);
        assert_eq!(of(&only, None).spf, some("pass"));
    }
}
