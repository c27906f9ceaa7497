//! Numbers: `1.042`, `mil cuarenta y dos`, `uno cero cuatro dos`, `2 mil`.

use super::{
    Found, Value,
    cursor::Cursor,
    decimal::{self, Decimal},
    scan, spoken, words,
};
use crate::{
    locale::Locale,
    text::{Token, TokenKind},
};

pub(super) fn find(tokens: &[Token], locale: Locale) -> Vec<Found> {
    scan(tokens, |cursor| {
        if let Some(run) = spoken::digit_by_digit(cursor.tokens, cursor.at, locale.language()) {
            cursor.at = run.end;
            return Some(Value::Number(Decimal::whole(run.digits.parse().ok()?)?.to_string()));
        }
        // `quiero un kilo`: an article, unless it is all that was said.
        let alone = tokens.iter().all(|token| token.kind == TokenKind::Mark || words::is_article(token));
        if cursor.peek().is_some_and(words::is_article) && !alone {
            let (_, end) = words::number(tokens, cursor.at, locale.language())?;
            if end == cursor.at + 1 {
                return None;
            }
        }
        let value = match negative(cursor) {
            Some(mut behind) => {
                let value = amount(&mut behind, locale)?;
                cursor.at += behind.at + 1;
                value.times(-1)?
            }
            None => amount(cursor, locale)?,
        };
        Some(Value::Number(value.to_string()))
    })
}

/// What stands close behind a minus sign, as if nothing stood before it.
pub(super) fn negative<'a>(cursor: &Cursor<'a>) -> Option<Cursor<'a>> {
    let sign = cursor.is_beginning() && cursor.sees(&["-", "−"]);
    let close = cursor.peek_after(1).is_some_and(|token| token.kind == TokenKind::Digits && !token.spaced);
    (sign && close).then(|| Cursor::new(cursor.tokens.get(cursor.at + 1..).unwrap_or_default(), 0))
}

/// An amount, whatever stands close before it.
pub(super) fn amount_behind(cursor: &mut Cursor<'_>, locale: Locale) -> Option<Decimal> {
    let mut behind = Cursor::new(cursor.tokens.get(cursor.at..)?, 0);
    let value = amount(&mut behind, locale)?;
    cursor.at += behind.at;
    Some(value)
}

/// A number in digits or in words, `2 mil` and `1,5 millones` included.
pub(super) fn amount(cursor: &mut Cursor<'_>, locale: Locale) -> Option<Decimal> {
    if cursor.peek()?.kind == TokenKind::Digits {
        let value = decimal::read(cursor, locale)?;
        return match factor(cursor) {
            Some(factor) => value.times(factor),
            None => Some(value),
        };
    }
    if !cursor.is_beginning() {
        return None;
    }
    let (value, end) = words::number(cursor.tokens, cursor.at, locale.language())?;
    cursor.at = end;
    if !cursor.is_finished() {
        return None;
    }
    Decimal::whole(value)
}

/// The word behind digits that makes thousands or millions of them.
fn factor(cursor: &mut Cursor<'_>) -> Option<i64> {
    cursor.lookup(&[
        ("mil", 1_000),
        ("thousand", 1_000),
        ("millones", 1_000_000),
        ("millon", 1_000_000),
        ("milhoes", 1_000_000),
        ("milhao", 1_000_000),
        ("million", 1_000_000),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokens;

    #[test]
    fn numbers() {
        use Locale::{En, EsEs, EsMx, PtBr};
        check(EsEs, "mil cuarenta y dos", &["1042"]);
        check(EsEs, "uno cero cuatro dos", &["1042"]);
        check(EsEs, "el uno, el dos y el veintitrés", &["1", "2", "23"]);
        check(EsEs, "son 3,5 kilos y 1.200 metros", &["3.5", "1200"]);
        check(EsMx, "son 3.5 kilos y 1,200 metros", &["3.5", "1200"]);
        check(EsEs, "unos 2 mil quizá", &["2000"]);
        check(EsEs, "1,5 millones", &["1500000"]);
        check(EsEs, "estamos a -5 grados", &["-5"]);
        check(EsEs, "quiero un kilo", &[]);
        check(EsEs, "una", &["1"]);
        check(EsEs, "treinta y un días", &["31"]);
        check(EsEs, "dos o tres", &["2", "3"]);
        check(EsEs, "el 17:30 del 03/05, pedido A-42", &[]);
        check(EsEs, "100%", &["100"]);
        check(EsEs, "¿(42)?", &["42"]);
        check(EsEs, "no tengo", &[]);
        check(EsEs, "", &[]);
        check(PtBr, "dois mil e quinhentos", &["2500"]);
        check(PtBr, "um dois três meia", &["1236"]);
        check(PtBr, "um pedido", &[]);
        check(En, "one hundred and one dalmatians", &["101"]);
        check(En, "the one I bought", &[]);
        check(En, "four double five oh", &["4550"]);
        check(En, "1,234.5", &["1234.5"]);
    }

    #[track_caller]
    fn check(locale: Locale, text: &str, expected: &[&str]) {
        let found = find(&tokens(text), locale);
        let values = found.iter().map(|found| match &found.value {
            Value::Number(number) => number.as_str(),
            other => panic!("{other:?}"),
        });
        assert_eq!(values.collect::<Vec<_>>(), expected, "{text}");
    }
}
