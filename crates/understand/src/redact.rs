//! What tells who somebody is, taken out of a text before others read it.
//!
//! Addresses of e-mail, telephones, documents, cards and bank accounts become `[email]`, `[phone]` and so on;
//! amounts, dates and names stay. Here more is taken than [`crate::entity`] finds: a document that is named as
//! one goes even if its check digit is wrong or there is none, and documents of all countries go. What looks
//! exactly like a telephone number goes, too, even if it is the number of an order.

use crate::{
    entity::{Found, document, email, money, phone, spoken},
    locale::Locale,
    text::{self, Token, TokenKind},
};
use std::ops::Range;

/// What was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Personal {
    Email,
    Iban,
    Card,
    /// A bank account of Mexico (CLABE) or Argentina (CBU, CVU).
    Account,
    Document,
    Phone,
}

impl Personal {
    pub fn placeholder(self) -> &'static str {
        match self {
            Self::Email => "[email]",
            Self::Iban => "[iban]",
            Self::Card => "[card]",
            Self::Account => "[account]",
            Self::Document => "[document]",
            Self::Phone => "[phone]",
        }
    }
}

/// The text with placeholders for what is personal.
pub fn redact(text: &str, locale: Locale) -> String {
    let mut redacted = String::with_capacity(text.len());
    let mut at = 0;
    for (range, what) in personal(text, locale) {
        redacted += text.get(at..range.start).unwrap_or_default();
        redacted += what.placeholder();
        at = range.end;
    }
    redacted + text.get(at..).unwrap_or_default()
}

/// What is personal in a text, and its bytes, in order and apart from each other.
pub fn personal(text: &str, locale: Locale) -> Vec<(Range<usize>, Personal)> {
    let tokens = text::tokens(text);
    let amounts = ranges(money::find(&tokens, locale));
    let mut found: Vec<(Range<usize>, Personal)> = Vec::new();
    let mut add = |ranges: Vec<Range<usize>>, what: Personal| {
        for range in ranges {
            let meets = |other: &Range<usize>| range.start < other.end && other.start < range.end;
            let is_amount = matches!(what, Personal::Document | Personal::Phone) && amounts.iter().any(meets);
            if !is_amount && !found.iter().any(|(other, _)| meets(other)) {
                found.push((range, what));
            }
        }
    };
    add(ranges(email::find(&tokens, text, locale)), Personal::Email);
    let said = spoken::transcribed(&tokens, locale.language());
    for tokens in [Some(&tokens), said.as_ref()].into_iter().flatten() {
        add(runs(tokens, is_iban), Personal::Iban);
        add(runs(tokens, is_card), Personal::Card);
        add(runs(tokens, is_account), Personal::Account);
        add(named(tokens), Personal::Document);
    }
    // What is a telephone number here could be a document's somewhere.
    add(ranges(phone::find(&tokens, text, locale)), Personal::Phone);
    for tokens in [Some(&tokens), said.as_ref()].into_iter().flatten() {
        add(ranges(document::written(tokens, text, document::ALL)), Personal::Document);
        add(runs(tokens, is_like_dni), Personal::Document);
    }
    found.sort_by_key(|(range, _)| range.start);
    found
}

fn ranges(found: Vec<Found>) -> Vec<Range<usize>> {
    found.into_iter().map(|found| found.range).collect()
}

/// Pieces of the longest: an IBAN in groups of four.
const PIECES_MAX: usize = 24;

/// The longest runs of letters and digits, with spaces and hyphens between them, that are what is asked for.
fn runs(tokens: &[Token], is: impl Fn(&[u8]) -> bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match longest(tokens, at, &is) {
            Some((range, end)) => {
                found.push(range);
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

fn longest(tokens: &[Token], at: usize, is: impl Fn(&[u8]) -> bool) -> Option<(Range<usize>, usize)> {
    let first = tokens.get(at).filter(|token| token.kind != TokenKind::Mark)?;
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    if !first.spaced && before.is_some_and(|before| before.kind != TokenKind::Mark) {
        return None;
    }
    let mut compact: Vec<u8> = Vec::new();
    let mut best = None;
    for (end, token) in tokens.iter().enumerate().skip(at).take(PIECES_MAX) {
        if token.is_any(&["-", ".", "–"]) {
            continue;
        }
        if token.kind == TokenKind::Mark || !token.folded.is_ascii() {
            break;
        }
        compact.extend(token.folded.to_ascii_uppercase().bytes());
        let closed = tokens.get(end + 1).is_none_or(|next| next.spaced || next.kind == TokenKind::Mark);
        if closed && is(&compact) {
            best = Some((first.range.start..token.range.end, end + 1));
        }
    }
    best
}

/// ISO 13616: the first four signs go to the end, letters are 10 to 35, and the remainder by 97 is 1.
fn is_iban(compact: &[u8]) -> bool {
    let [a, b, c, d, ..] = compact else { return false };
    let shaped = a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit();
    let long = match IBAN_LENGTHS.iter().find(|(country, _)| country.as_bytes() == [*a, *b]) {
        Some((_, length)) => compact.len() == *length,
        None => (15..=34).contains(&compact.len()),
    };
    if !shaped || !long {
        return false;
    }
    let (head, body) = compact.split_at(4);
    let rest = body.iter().chain(head).try_fold(0_u32, |rest, sign| {
        let value = char::from(*sign).to_digit(36)?;
        Some((rest * if value < 10 { 10 } else { 100 } + value) % 97)
    });
    rest == Some(1)
}

/// SWIFT's IBAN registry, for the countries that write to us most.
const IBAN_LENGTHS: &[(&str, usize)] = &[
    ("ES", 24),
    ("PT", 25),
    ("BR", 29),
    ("CR", 22),
    ("DO", 28),
    ("GT", 28),
    ("SV", 28),
    ("AD", 24),
    ("DE", 22),
    ("FR", 27),
    ("IT", 27),
    ("GB", 22),
    ("NL", 18),
    ("BE", 16),
];

/// ISO/IEC 7812: 13 to 19 digits, and Luhn's sum is a multiple of ten.
fn is_card(compact: &[u8]) -> bool {
    let Some(digits) = digits(compact).filter(|digits| (13..=19).contains(&digits.len())) else {
        return false;
    };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| if at % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    // 2 to 6: the networks that pay.
    sum.is_multiple_of(10) && digits.first().is_some_and(|first| (2..=6).contains(first))
}

/// CLABE (ABM, Mexico): 18 digits, weights 3, 7, 1. CBU and CVU (BCRA, Argentina): 8 and 14 digits, each with a
/// digit that checks, weights 3, 1, 7, 9 from the right.
fn is_account(compact: &[u8]) -> bool {
    let Some(digits) = digits(compact) else { return false };
    let checks = |digits: &[u32], weights: [u32; 4], cycle: usize| {
        let Some((check, body)) = digits.split_last() else { return false };
        let places: Box<dyn Iterator<Item = &u32>> =
            if cycle == 3 { Box::new(body.iter()) } else { Box::new(body.iter().rev()) };
        let sum: u32 =
            places.zip(weights.iter().take(cycle).cycle()).map(|(digit, weight)| digit * weight % 10).sum();
        (10 - sum % 10) % 10 == *check
    };
    match digits.len() {
        18 => checks(&digits, [3, 7, 1, 0], 3),
        22 => {
            let (bank, account) = digits.split_at(8);
            checks(bank, [3, 1, 7, 9], 4) && checks(account, [3, 1, 7, 9], 4)
        }
        _ => false,
    }
}

/// Eight digits and a letter, or a letter and seven: a document of Spain, with the wrong letter perhaps.
fn is_like_dni(compact: &[u8]) -> bool {
    let Some((last, body)) = compact.split_last().filter(|(_, body)| body.len() == 8) else { return false };
    let foreign = matches!(body, [b'X' | b'Y' | b'Z', rest @ ..] if digits(rest).is_some());
    last.is_ascii_uppercase() && (foreign || digits(body).is_some())
}

fn digits(compact: &[u8]) -> Option<Vec<u32>> {
    compact.iter().map(|byte| char::from(*byte).to_digit(10)).collect()
}

/// Documents that are named as one, whatever their digits: `mi DNI es 12.345.678`, `pasaporte AAA123456`.
fn named(tokens: &[Token]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let is_name = |token: &Token| token.is_any(document::NAMES) || token.is_any(MORE_NAMES);
    for (at, _) in tokens.iter().enumerate().filter(|(_, token)| is_name(token)) {
        let skipped = tokens.iter().skip(at + 1).take_while(|token| token.is_any(BETWEEN)).count();
        let begin = at + 1 + skipped;
        let is_number = |compact: &[u8]| {
            let digits = compact.iter().filter(|byte| byte.is_ascii_digit()).count();
            (DIGITS_MIN..=14).contains(&digits) && compact.len() <= 18
        };
        found.extend(longest(tokens, begin, is_number).map(|(range, _)| range));
    }
    found
}

/// Fewer are no document.
const DIGITS_MIN: usize = 5;

/// What is no tax payer's number and names a person all the same.
const MORE_NAMES: &[&str] = &["rg", "ine", "pasaporte", "passaporte", "passport", "ciudadania"];

const BETWEEN: &[&str] = &[
    "es", "e", "is", "el", "o", "the", "de", "numero", "number", "no", "n", "nro", "num", "con", "mi", "meu",
    "my", ":", ".", "º", "°", "#", "-", ",",
];

#[cfg(test)]
mod tests {
    use super::*;
    use Locale::{EsAr, EsCo, EsEs, EsMx, PtBr};

    #[test]
    fn what_others_read() {
        for (locale, text, expected) in [
            (EsEs, "soy Marta, marta@correo.es", "soy Marta, [email]"),
            (EsEs, "es marta arroba correo punto es", "es [email]"),
            (EsEs, "llámame al 600 12 34 56 mañana", "llámame al [phone] mañana"),
            (EsEs, "mi dni es 12345678Z y debo 20 €", "mi dni es [document] y debo 20 €"),
            // The wrong letter, and none.
            (EsEs, "12345678A", "[document]"),
            (EsEs, "DNI: 12.345.678", "DNI: [document]"),
            (EsEs, "pasaporte nº AAA123456", "pasaporte nº [document]"),
            (EsEs, "4111 1111 1111 1111 caduca 05/27", "[card] caduca 05/27"),
            (EsEs, "4111-1111-1111-1111.", "[card]."),
            (EsEs, "cuatro uno uno uno uno uno uno uno uno uno uno uno uno uno uno uno", "[card]"),
            (EsEs, "4111 1111 1111 1112", "4111 1111 1111 1112"),
            (EsEs, "ES91 2100 0418 4502 0005 1332", "[iban]"),
            (EsEs, "es9121000418450200051332 gracias", "[iban] gracias"),
            (EsEs, "ES91 2100 0418 4502 0005 1333", "ES91 2100 0418 4502 0005 1333"),
            (EsEs, "GB82 WEST 1234 5698 7654 32", "[iban]"),
            (
                EsEs,
                "pagué 1.234,56 € el 03/05/2026 a las 17:30",
                "pagué 1.234,56 € el 03/05/2026 a las 17:30",
            ),
            (EsEs, "600123456 €", "600123456 €"),
            (EsEs, "pedido A-001234", "pedido A-001234"),
            (EsEs, "un rut de Chile, 23.015.951-3", "un rut de Chile, [document]"),
            (EsEs, "de 600123456 a 611223344 y x@y.es", "de [phone] a [phone] y [email]"),
            (EsEs, "seiscientos doce treinta y cuatro cincuenta y seis setenta y ocho", "[phone]"),
            (EsEs, "", ""),
            (EsMx, "clabe 032180000118359719", "clabe [account]"),
            (EsMx, "RFC GODE561231GR8", "RFC [document]"),
            (EsAr, "cbu 2850590940090418135201", "cbu [account]"),
            (EsAr, "dni 30.123.456", "dni [document]"),
            (EsCo, "cédula de ciudadanía 1020304050", "cédula de ciudadanía [document]"),
            (PtBr, "CPF 111.444.777-35, tel (11) 98765-4321", "CPF [document], tel [phone]"),
            (PtBr, "são R$ 1.234,56", "são R$ 1.234,56"),
        ] {
            assert_eq!(redact(text, locale), expected);
        }
    }

    #[test]
    fn what_is_redacted_stays_so() {
        let text = "marta@correo.es 600123456 12345678Z ES9121000418450200051332 4111111111111111";
        let once = redact(text, EsEs);
        assert_eq!(once, "[email] [phone] [document] [iban] [card]");
        assert_eq!(redact(&once, EsEs), once);
    }
}
