//! Telephone numbers, as `domain`'s rules read them: `600 12 34 56`, `+52 55 1234 5678`, `seis cero cero …`.
//!
//! A number without its country is one of the locale's country, and has as many digits as numbers have there.

use super::{Found, Value, spoken};
use crate::{
    locale::Locale,
    text::{Token, TokenKind},
};
use domain::phone;

pub(crate) fn find(tokens: &[Token], text: &str, locale: Locale) -> Vec<Found> {
    let found = written(tokens, text, locale);
    if !found.is_empty() {
        return found;
    }
    spoken::transcribed(tokens, locale.language()).map_or(found, |said| self::said(&said, locale))
}

fn written(tokens: &[Token], text: &str, locale: Locale) -> Vec<Found> {
    scan(tokens, |at| longest(tokens, at, text, locale))
}

/// Pieces of the longest number: `+54 (9) 11 15-2345-6789`.
const PIECES_MAX: usize = 16;

fn scan(tokens: &[Token], read: impl Fn(usize) -> Option<(String, usize)>) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match read(at) {
            Some((number, end)) => {
                let pieces = tokens.get(at..end).unwrap_or_default();
                let start = pieces.first().map_or(0, |token| token.range.start);
                let stop = pieces.last().map_or(start, |token| token.range.end);
                found.push(Found { range: start..stop, value: Value::Phone(number) });
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

fn longest(tokens: &[Token], at: usize, text: &str, locale: Locale) -> Option<(String, usize)> {
    let first = tokens.get(at)?;
    let opens = first.kind == TokenKind::Digits || first.is_any(&["+", "("]);
    let before = at.checked_sub(1).and_then(|at| tokens.get(at));
    let glued = !first.spaced && before.is_some_and(|before| !before.is_any(&["(", ":", "¿", "«", "\""]));
    if !opens || glued {
        return None;
    }
    let mut best = None;
    for end in at..(at + PIECES_MAX).min(tokens.len()) {
        let Some(token) = tokens.get(end) else { break };
        if end > at && token.kind != TokenKind::Digits && !token.is_any(&["-", ".", "(", ")", "‑", "–"]) {
            break;
        }
        let next = tokens.get(end + 1);
        let is_joint = |mark: &Token| {
            let more = tokens.get(end + 2).is_some_and(|more| !more.spaced && more.kind != TokenKind::Mark);
            more && mark.is_any(&["-", ".", ",", "/", ":", "@", "_"])
        };
        let ends = next.is_none_or(|next| next.spaced || next.kind == TokenKind::Mark && !is_joint(next));
        if token.kind != TokenKind::Digits || !ends {
            continue;
        }
        let written = text.get(first.range.start..token.range.end).unwrap_or_default();
        let written: String = written.chars().map(|c| if c == '–' { '-' } else { c }).collect();
        best = number(&written, locale).map(|number| (number, end + 1)).or(best);
    }
    best
}

/// Digits in a row and nothing else: `más` before them is the plus sign.
fn said(tokens: &[Token], locale: Locale) -> Vec<Found> {
    scan(tokens, |at| {
        let token = tokens.get(at)?;
        let plus = token.is_any(&["mas", "mais", "plus"]);
        let digits = tokens.get(at + usize::from(plus)).filter(|token| token.kind == TokenKind::Digits)?;
        let written = format!("{}{}", if plus { "+" } else { "" }, digits.folded);
        Some((number(&written, locale)?, at + 1 + usize::from(plus)))
    })
}

/// The number in E.164, if a line could have it.
fn number(written: &str, locale: Locale) -> Option<String> {
    let digits = written.chars().filter(char::is_ascii_digit).count();
    let abroad = written.starts_with('+') || written.starts_with("00");
    let code = match locale.calling_code() {
        Some(code) => code,
        None if abroad => "",
        None => return None,
    };
    if !abroad && digits < 8 {
        return None;
    }
    let number = phone::read(written, code)?;
    let plan = PLANS.iter().find_map(|plan| Some((plan, number.strip_prefix('+')?.strip_prefix(plan.code)?)));
    match plan {
        Some((plan, national)) => {
            let shape = plan.shapes.iter().any(|(length, begins)| {
                national.len() == *length && begins.iter().any(|begin| national.starts_with(begin))
            });
            // Eight digits in a row may be anything where that is how fixed lines are written.
            let short = !abroad && digits == 8 && !written.starts_with(['(', '0']);
            (shape && !short).then_some(number)
        }
        None => abroad.then_some(number),
    }
}

/// How many digits the numbers of a country have behind its code, and how they begin.
struct Plan {
    code: &'static str,
    shapes: &'static [(usize, &'static [&'static str])],
}

/// ITU-T: national numbering plans, as far as they tell a number from another one.
const PLANS: &[Plan] = &[
    Plan { code: "34", shapes: &[(9, &["6", "7", "8", "9"])] },
    Plan { code: "351", shapes: &[(9, &["2", "3", "91", "92", "93", "96", "800", "808", "707"])] },
    Plan { code: "52", shapes: &[(10, &["2", "3", "4", "5", "6", "7", "8", "9"]), (11, &["1"])] },
    Plan { code: "54", shapes: &[(10, &["1", "2", "3"]), (11, &["91", "92", "93"])] },
    Plan {
        code: "55",
        shapes: &[(10, &["1", "2", "3", "4", "5", "6", "7", "8", "9"]), (11, BRAZILIAN_MOBILES)],
    },
    Plan { code: "56", shapes: &[(9, &["2", "3", "4", "5", "6", "7", "9"])] },
    Plan { code: "57", shapes: &[(10, &["3", "60"])] },
    Plan { code: "51", shapes: &[(9, &["9"]), (8, &["1", "4", "5", "6", "7", "8"])] },
];

/// An area and the ninth digit.
const BRAZILIAN_MOBILES: &[&str] = &[
    "119", "129", "139", "149", "159", "169", "179", "189", "199", "219", "229", "249", "279", "289", "319",
    "329", "339", "349", "359", "379", "389", "419", "429", "439", "449", "459", "469", "479", "489", "499",
    "519", "539", "549", "559", "619", "629", "639", "649", "659", "669", "679", "689", "699", "719", "739",
    "749", "759", "779", "799", "819", "829", "839", "849", "859", "869", "879", "889", "899", "919", "929",
    "939", "949", "959", "969", "979", "989", "999",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokens;
    use Locale::{En, EsAr, EsCl, EsCo, EsEs, EsMx, EsPe, PtBr, PtPt};

    #[test]
    fn numbers() {
        for (locale, text, expected) in [
            (EsEs, "mi móvil es 600 12 34 56", "+34600123456"),
            (EsEs, "600123456", "+34600123456"),
            (EsEs, "600.123.456, gracias", "+34600123456"),
            (EsEs, "tel:600-123-456.", "+34600123456"),
            (EsEs, "+34 600 123 456", "+34600123456"),
            (EsEs, "0034600123456", "+34600123456"),
            (EsEs, "+52 55 1234 5678", "+525512345678"),
            (EsEs, "+1 (212) 555-0100", "+12125550100"),
            (EsEs, "600123456 o 611223344", "+34600123456 +34611223344"),
            (EsEs, "600123456 611223344", "+34600123456 +34611223344"),
            (EsEs, "seiscientos doce treinta y cuatro cincuenta y seis setenta y ocho", "+34612345678"),
            (
                EsEs,
                "más treinta y cuatro seiscientos doce treinta y cuatro cincuenta y seis setenta y ocho",
                "+34612345678",
            ),
            (EsEs, "pedido 123456789", ""),
            (EsEs, "60012345", ""),
            (EsEs, "6001234567", ""),
            (EsEs, "+34 600 123", ""),
            (EsEs, "A600123456", ""),
            (EsEs, "el 12-10-2026 15:30", ""),
            (EsEs, "600123456€", "+34600123456"),
            (EsEs, "12.345.678,90", ""),
            (EsMx, "55 1234 5678", "+525512345678"),
            (EsMx, "044 55 1234 5678", "+525512345678"),
            (EsAr, "011 15-2345-6789", "+5491123456789"),
            (EsAr, "(0351) 15 234-5678", "+5493512345678"),
            (EsAr, "11 2345-6789", "+541123456789"),
            (EsCo, "300 123 4567", "+573001234567"),
            (EsCo, "601 234 5678", "+576012345678"),
            (EsCl, "9 8765 4321", "+56987654321"),
            (EsPe, "987 654 321", "+51987654321"),
            (EsPe, "(01) 234-5678", "+5112345678"),
            (EsPe, "12345678", ""),
            (PtBr, "(11) 98765-4321", "+5511987654321"),
            (PtBr, "11 3456-7890", "+551134567890"),
            (PtBr, "111.444.777-35", ""),
            (PtPt, "912 345 678", "+351912345678"),
            (En, "600 123 456", ""),
            (En, "call +34 600 123 456", "+34600123456"),
        ] {
            let found = find(&tokens(text), text, locale);
            let numbers = found.iter().map(|found| match &found.value {
                Value::Phone(number) => number.as_str(),
                other => panic!("{other:?}"),
            });
            assert_eq!(numbers.collect::<Vec<_>>().join(" "), expected, "{locale} {text}");
        }
    }
}
