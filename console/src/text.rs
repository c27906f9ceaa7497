//! Finds the links in a message. Only what begins with its scheme: a guess that is wrong sends
//! somebody to a stranger's site.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    Text(&'a str),
    Link(&'a str),
}

pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = next_link(rest) {
        let (before, from) = rest.split_at(start);
        let end = from.find(char::is_whitespace).unwrap_or(from.len());
        // The full stop of a sentence is not the address's.
        let link = from[..end].trim_end_matches(['.', ',', ';', ':', ')', ']', '»', '"', '?', '!']);
        if !before.is_empty() {
            parts.push(Part::Text(before));
        }
        parts.push(Part::Link(link));
        rest = &from[link.len()..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

fn next_link(text: &str) -> Option<usize> {
    let schemes = ["https://", "http://"];
    schemes
        .into_iter()
        .filter_map(|scheme| {
            let start = text.find(scheme)?;
            let more = text[start + scheme.len()..].chars().next()?;
            more.is_alphanumeric().then_some(start)
        })
        .min()
}

#[cfg(test)]
mod tests {
    use super::{
        Part::{Link, Text},
        *,
    };

    #[test]
    fn links_are_found_and_punctuation_is_not_theirs() {
        check("hola", &[Text("hola")]);
        check("mira https://a.es/x?y=1.", &[Text("mira "), Link("https://a.es/x?y=1"), Text(".")]);
        check(
            "(http://a.es) y https://b.es",
            &[Text("("), Link("http://a.es"), Text(") y "), Link("https://b.es")],
        );
        check("https:// solo", &[Text("https:// solo")]);
        check("javascript:alert(1) www.a.es", &[Text("javascript:alert(1) www.a.es")]);
        check("", &[]);
    }

    #[track_caller]
    fn check(text: &str, expected: &[Part<'_>]) {
        assert_eq!(parts(text), expected);
    }
}
