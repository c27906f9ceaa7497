//! To whom a letter goes and what it is called, while it is written.
//!
//! What nobody changes stays empty: the server then does as the letter that is answered asks.

use crate::thread::Thread;
use api::message::{Direction, Letter};
use api::request::Envelope;

/// The letter that an answer is to.
pub fn answered(thread: &Thread) -> Option<Letter> {
    let heard = thread.all().filter(|message| message.direction == Direction::In && message.seq != i64::MAX);
    heard
        .filter_map(|message| Some((message.seq, message.letter.clone()?)))
        .max_by_key(|(seq, _)| *seq)
        .map(|(_, letter)| letter)
}

/// What happens when nothing is changed.
pub fn default_of(answered: Option<&Letter>) -> Envelope {
    let Some(letter) = answered else { return Envelope::default() };
    let has_re = letter.subject.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("re:"));
    let subject = match letter.subject.is_empty() || has_re {
        true => letter.subject.clone(),
        false => format!("Re: {}", letter.subject),
    };
    Envelope { subject, to: letter.answer_to.iter().cloned().collect(), cc: vec![] }
}

/// The same to everybody who got the letter.
pub fn to_all(letter: &Letter) -> Envelope {
    let mut envelope = default_of(Some(letter));
    let known = |other: &&String| !envelope.to.iter().any(|to| to.eq_ignore_ascii_case(other));
    envelope.cc = letter.others.iter().filter(known).cloned().collect();
    envelope
}

/// The addresses in what somebody typed, between commas, semicolons, spaces or lines.
pub fn addresses(text: &str) -> Vec<String> {
    let edges = |c: char| c.is_whitespace() || ",;<>".contains(c);
    text.split(edges).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Those of them that can be none.
pub fn wrong(addresses: &[String]) -> impl Iterator<Item = &String> {
    addresses.iter().filter(|text| {
        let parts = text.split_once('@');
        !parts.is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(subject: &str) -> Letter {
        Letter {
            subject: subject.to_owned(),
            answer_to: Some("Ana@mail.example".to_owned()),
            others: ["ana@mail.example", "bob@mail.example"].map(str::to_owned).to_vec(),
            ..Letter::default()
        }
    }

    #[test]
    fn an_answer_goes_where_its_letter_asks() {
        for (subject, expected) in
            [("Factura", "Re: Factura"), ("RE: Factura", "RE: Factura"), ("", ""), ("ñu", "Re: ñu")]
        {
            let envelope = default_of(Some(&letter(subject)));
            assert_eq!((envelope.subject.as_str(), envelope.cc.len()), (expected, 0), "{subject}");
            assert_eq!(envelope.to, ["Ana@mail.example"]);
        }
        assert_eq!(to_all(&letter("x")).cc, ["bob@mail.example"], "nobody twice");
        assert_eq!(default_of(None), Envelope::default());
    }

    #[test]
    fn what_is_typed_is_a_list() {
        let typed = addresses("ana@mail.example, Bob <bob@mail.example>;\neva@");
        assert_eq!(typed, ["ana@mail.example", "Bob", "bob@mail.example", "eva@"]);
        assert_eq!(wrong(&typed).collect::<Vec<_>>(), ["Bob", "eva@"]);
        assert!(addresses(" ,; ").is_empty());
    }
}
