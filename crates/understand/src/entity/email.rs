//! E-mail addresses, written and spoken: `marta@correo.es`, `marta punto lópez arroba correo punto es`.
//!
//! Where a spoken address begins is known only after a word that leads to one (`mi correo es`), a mark, or at
//! the beginning: `marta lópez arroba …` could be either of two addresses and is not found.

use super::{Found, Value, words};
use crate::{
    locale::{Language, Locale},
    text::{Token, TokenKind},
};

/// RFC 5321, section 4.5.3.1.
const LOCAL_MAX: usize = 64;
const ADDRESS_MAX: usize = 254;

pub(crate) fn find(tokens: &[Token], text: &str, locale: Locale) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for at in 0..tokens.len() {
        let Some((first, last, address)) =
            written(tokens, at, text).or_else(|| spoken(tokens, at, locale.language()))
        else {
            continue;
        };
        let range = |at: usize| tokens.get(at).map(|token| token.range.clone()).unwrap_or_default();
        let range = range(first).start..range(last).end;
        let apart = found.last().is_none_or(|last| last.range.end <= range.start);
        if apart && is_address(&address) {
            found.push(Found { range, value: Value::Email(address) });
        }
    }
    found
}

/// Around an `@`: everything that stands close to it on both sides. One space beside it is a slip.
fn written(tokens: &[Token], at: usize, text: &str) -> Option<(usize, usize, String)> {
    tokens.get(at).filter(|token| token.is("@"))?;
    let is_part = |token: &Token| token.kind != TokenKind::Mark || token.is_any(&[".", "_", "-", "+", "%"]);
    let mut first = at;
    while let Some(before) = first.checked_sub(1)
        && tokens.get(before).is_some_and(is_part)
        && (first == at || tokens.get(first).is_some_and(|token| !token.spaced))
    {
        first = before;
    }
    // Marks in front are not part of it: `(marta@…`, `-marta@…`.
    while first < at && tokens.get(first).is_some_and(|token| token.kind == TokenKind::Mark && !token.is("_"))
    {
        first += 1;
    }
    let mut last = at;
    while tokens
        .get(last + 1)
        .is_some_and(|next| is_part(next) && !next.is_any(&["_", "+", "%"]) && (last == at || !next.spaced))
    {
        last += 1;
    }
    while last > at && tokens.get(last).is_some_and(|token| token.kind == TokenKind::Mark) {
        last -= 1;
    }
    let range = |range: std::ops::Range<usize>| {
        let tokens = tokens.get(range).unwrap_or_default();
        tokens.iter().filter_map(|token| text.get(token.range.clone())).collect::<String>().to_lowercase()
    };
    Some((first, last, format!("{}@{}", range(first..at), range(at + 1..last + 1))))
}

/// Around the word for `@`.
fn spoken(tokens: &[Token], at: usize, language: Language) -> Option<(usize, usize, String)> {
    let sign: &[&str] = if language == Language::English { &["at", "arroba"] } else { &["arroba"] };
    tokens.get(at).filter(|token| token.is_any(sign))?;
    let (domain, last) = domain(tokens, at + 1)?;
    let (local, first) = local(tokens, at, language)?;
    Some((first, last, format!("{local}@{domain}")))
}

/// `correo punto com punto ar`, `gmail.com`, and where it ends.
fn domain(tokens: &[Token], at: usize) -> Option<(String, usize)> {
    let mut domain = label(tokens.get(at)?)?;
    let mut last = at;
    let mut dots = 0;
    while let Some((joint, len)) = joint(tokens, last + 1)
        && matches!(joint, "." | "-")
        && let Some(next) = tokens.get(last + 1 + len).and_then(label)
    {
        domain = domain + joint + &next;
        dots += usize::from(joint == ".");
        last += 1 + len;
    }
    (dots > 0).then_some((domain, last))
}

/// Backwards: words with joints between them, as long as there are joints, and digits close to a word.
fn local(tokens: &[Token], at: usize, language: Language) -> Option<(String, usize)> {
    let mut first = at;
    let mut parts: Vec<String> = Vec::new();
    loop {
        let (part, begin) = part_before(tokens, first, language)?;
        parts.push(part);
        first = begin;
        match joint_before(tokens, first) {
            Some((joint, begin)) if begin > 0 => {
                parts.push(joint.to_owned());
                first = begin;
            }
            _ => break,
        }
    }
    parts.reverse();
    let before = first.checked_sub(1).and_then(|before| tokens.get(before));
    let leads = before.is_none_or(|token| token.kind == TokenKind::Mark || token.is_any(LEAD));
    leads.then(|| (parts.concat(), first))
}

/// A word, with the digits that are said or written behind it.
fn part_before(tokens: &[Token], end: usize, language: Language) -> Option<(String, usize)> {
    let last = tokens.get(end.checked_sub(1)?)?;
    // The longest number in words that ends here.
    let said = (end.saturating_sub(6)..end).find_map(|begin| {
        let (value, after) = words::number(tokens, begin, language)?;
        (after == end).then_some((value.to_string(), begin))
    });
    let digits = match said {
        Some(said) => Some(said),
        None if last.kind == TokenKind::Digits => Some((last.folded.clone(), end - 1)),
        None => None,
    };
    let Some((digits, begin)) = digits else { return Some((label(last)?, end - 1)) };
    let word = begin
        .checked_sub(1)
        .and_then(|at| tokens.get(at))
        .filter(|token| !token.is_any(LEAD) && joint_before(tokens, begin).is_none());
    match word.filter(|token| token.kind == TokenKind::Word && joint_word(token).is_none()).and_then(label) {
        Some(word) => Some((word + &digits, begin - 1)),
        None => Some((digits, begin)),
    }
}

/// A word or digits of an address. `ñ` is `n`: addresses have no such letters.
fn label(token: &Token) -> Option<String> {
    let plain = token.kind != TokenKind::Mark && token.folded.is_ascii() && joint_word(token).is_none();
    plain.then(|| token.folded.clone())
}

/// What is said or written between words, and how many pieces it takes.
fn joint(tokens: &[Token], at: usize) -> Option<(&'static str, usize)> {
    let token = tokens.get(at)?;
    let low = tokens.get(at + 1).is_some_and(|next| next.is_any(&["bajo", "baixo"]));
    if low && token.is_any(&["guion", "raya", "hifen", "traco"]) {
        return Some(("_", 2));
    }
    Some((joint_word(token)?, 1))
}

fn joint_before(tokens: &[Token], end: usize) -> Option<(&'static str, usize)> {
    let last = end.checked_sub(1)?;
    match last.checked_sub(1).and_then(|at| joint(tokens, at)) {
        Some((joint, 2)) => Some((joint, last - 1)),
        _ => Some((joint_word(tokens.get(last)?)?, last)),
    }
}

fn joint_word(token: &Token) -> Option<&'static str> {
    match token.folded.as_str() {
        "punto" | "ponto" | "dot" | "." => Some("."),
        "guion" | "hifen" | "traco" | "dash" | "hyphen" | "-" => Some("-"),
        "underscore" | "underline" | "subguion" | "sublinhado" | "_" => Some("_"),
        _ => None,
    }
}

/// Words before a spoken address that are no part of it.
const LEAD: &[&str] = &[
    "es",
    "e",
    "is",
    "a",
    "al",
    "ao",
    "el",
    "o",
    "the",
    "de",
    "del",
    "to",
    "correo",
    "email",
    "mail",
    "electronico",
    "eletronico",
    "para",
    "con",
    "com",
    "en",
    "em",
    "address",
    "seria",
    "sera",
    "anota",
    "apunta",
    "escribe",
];

/// RFC 5321 without quoted local parts and without addresses of numbers.
fn is_address(address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else { return false };
    let is_local = |c: char| c.is_ascii_alphanumeric() || "._-+%".contains(c);
    let dotted = |part: &str| !part.starts_with('.') && !part.ends_with('.') && !part.contains("..");
    let labels: Vec<&str> = domain.split('.').collect();
    let is_label = |label: &&str| {
        let plain = label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        !label.is_empty() && plain && !label.starts_with('-') && !label.ends_with('-')
    };
    let top = labels.last().is_some_and(|top| top.len() >= 2 && top.chars().all(|c| c.is_ascii_alphabetic()));
    (1..=LOCAL_MAX).contains(&local.len())
        && address.len() <= ADDRESS_MAX
        && local.chars().all(is_local)
        && dotted(local)
        && labels.len() > 1
        && labels.iter().all(is_label)
        && top
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokens;
    use Locale::{En, EsEs, PtBr};

    #[test]
    fn addresses() {
        for (locale, text, expected) in [
            (EsEs, "marta@correo.es", "marta@correo.es"),
            (EsEs, "Mi correo: Marta.Lopez+web@Correo.com.ar.", "marta.lopez+web@correo.com.ar"),
            (EsEs, "(a_b-c@x-y.co), d@e.fr", "a_b-c@x-y.co d@e.fr"),
            (EsEs, "marta @ gmail.com", "marta@gmail.com"),
            (EsEs, "marta arroba correo punto es", "marta@correo.es"),
            (EsEs, "mi correo es marta punto lopez arroba gmail punto com", "marta.lopez@gmail.com"),
            (EsEs, "es marta guion bajo 22 arroba hotmail.com gracias", "marta_22@hotmail.com"),
            (EsEs, "es marta veintidós arroba correo punto com punto ar", "marta22@correo.com.ar"),
            (EsEs, "es peña guión ruiz arroba correo punto es", "pena-ruiz@correo.es"),
            // Which of the two?
            (EsEs, "marta lópez arroba correo punto es", ""),
            (EsEs, "me llamo marta lópez arroba correo punto es", ""),
            (EsEs, "marta arroba correo", ""),
            (EsEs, "marta@correo", ""),
            (EsEs, "@marta", ""),
            (EsEs, "marta@", ""),
            (EsEs, "marta..l@correo.es", ""),
            (EsEs, "marta@-correo.es", ""),
            (EsEs, "marta@10.0.0.1", ""),
            (EsEs, "compré diez arrobas de uva", ""),
            (PtBr, "meu email é joão ponto silva arroba gmail ponto com", "joao.silva@gmail.com"),
            (PtBr, "é ana traço baixo sete arroba uol ponto com ponto br", "ana_7@uol.com.br"),
            (En, "it is john dot smith at mail dot com", "john.smith@mail.com"),
            (En, "see you at home", ""),
        ] {
            let found = find(&tokens(text), text, locale);
            let addresses = found.iter().map(|found| match &found.value {
                Value::Email(address) => address.as_str(),
                other => panic!("{other:?}"),
            });
            assert_eq!(addresses.collect::<Vec<_>>().join(" "), expected, "{text}");
        }
        let text = "escríbeme a Marta@correo.es, vale";
        let found = find(&tokens(text), text, EsEs);
        assert_eq!(
            found.iter().map(|found| &text[found.range.clone()]).collect::<Vec<_>>(),
            ["Marta@correo.es"]
        );
    }
}
