//! Amounts of money: `1.234,56 €`, `$ 1,200.50`, `veinte euros con cincuenta`, `R$ 50`, `300 MXN`.
//!
//! An amount needs a currency. `$` and `pesos` are those of the locale; where it has none, `$` is the dollar
//! and pesos are nobody's.

use super::{Found, Value, cursor::Cursor, decimal::Decimal, number, scan};
use crate::{
    locale::Locale,
    text::{Token, TokenKind},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An exact amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// Hundredths, for currencies without cents, too.
    pub cents: i64,
    pub currency: Currency,
}

/// ISO 4217: the currencies of Spain, Portugal and Latin America, and what people there pay with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    Eur,
    Usd,
    Gbp,
    Mxn,
    Ars,
    Cop,
    Clp,
    Pen,
    Brl,
    Uyu,
    Bob,
    Pyg,
    Ves,
    Crc,
    Dop,
    Gtq,
    Hnl,
    Nio,
    Pab,
    Cup,
}

use Currency::*;

impl Currency {
    pub fn code(self) -> &'static str {
        CODES.iter().find(|(_, currency)| *currency == self).map_or("", |(code, _)| code)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

const CODES: &[(&str, Currency)] = &[
    ("EUR", Eur),
    ("USD", Usd),
    ("GBP", Gbp),
    ("MXN", Mxn),
    ("ARS", Ars),
    ("COP", Cop),
    ("CLP", Clp),
    ("PEN", Pen),
    ("BRL", Brl),
    ("UYU", Uyu),
    ("BOB", Bob),
    ("PYG", Pyg),
    ("VES", Ves),
    ("CRC", Crc),
    ("DOP", Dop),
    ("GTQ", Gtq),
    ("HNL", Hnl),
    ("NIO", Nio),
    ("PAB", Pab),
    ("CUP", Cup),
];

pub(crate) fn find(tokens: &[Token], locale: Locale) -> Vec<Found> {
    scan(tokens, |cursor| {
        if !cursor.is_beginning() && !cursor.peek().is_some_and(|token| token.kind == TokenKind::Mark) {
            return None;
        }
        let start = *cursor;
        let money = before_the_number(cursor, locale).or_else(|| {
            *cursor = start;
            behind_the_number(cursor, locale)
        });
        money
            .or_else(|| {
                *cursor = start;
                cents_alone(cursor, locale)
            })
            .map(Value::Money)
    })
}

/// `$ 1,200.50`, `R$ 50`, `MXN 300`.
fn before_the_number(cursor: &mut Cursor<'_>, locale: Locale) -> Option<Money> {
    let sign = if cursor.is_beginning() && cursor.take(&["-", "−"]) { -1 } else { 1 };
    let currency = symbol(cursor, locale).or_else(|| code(cursor))?;
    cursor.peek().filter(|token| token.kind == TokenKind::Digits)?;
    let value = thousands(cursor).or_else(|| number::amount_behind(cursor, locale))?;
    // `US$ 20 dólares` says it twice.
    let again = *cursor;
    if name(cursor, locale) != Some(currency) {
        *cursor = again;
    }
    Some(Money { cents: value.hundredths()?.checked_mul(sign)?, currency })
}

/// `1.234,56 €`, `veinte euros con cincuenta`, `2 mil pesos`.
fn behind_the_number(cursor: &mut Cursor<'_>, locale: Locale) -> Option<Money> {
    let beginning = cursor.is_beginning().then_some(());
    let value = match number::negative(cursor) {
        Some(mut behind) => {
            let value = number::amount(&mut behind, locale)?;
            cursor.at += behind.at + 1;
            value.times(-1)?
        }
        None => beginning.and_then(|()| thousands(cursor)).or_else(|| number::amount(cursor, locale))?,
    };
    cursor.phrases(&["de"]);
    let slang = *cursor;
    if let Some((factor, currency)) = slang_of(cursor, locale) {
        return Some(Money { cents: value.times(factor)?.hundredths()?, currency });
    }
    *cursor = slang;
    let currency = symbol(cursor, locale).or_else(|| code(cursor)).or_else(|| name(cursor, locale))?;
    let mut cents = value.hundredths()?;
    if cents % 100 == 0 {
        cents = cents.checked_add(cents_behind(cursor, locale).unwrap_or(0))?;
    }
    Some(Money { cents, currency })
}

/// `5k`: the letter is glued to the digits.
fn thousands(cursor: &mut Cursor<'_>) -> Option<Decimal> {
    let start = *cursor;
    let value = cursor.digits().map(|(value, _)| value);
    match value.filter(|_| cursor.take_close("k")) {
        Some(value) => Decimal::whole(u64::from(value) * 1_000),
        None => {
            *cursor = start;
            None
        }
    }
}

/// `con cincuenta`, `y 50 céntimos`, `e cinquenta centavos`.
fn cents_behind(cursor: &mut Cursor<'_>, locale: Locale) -> Option<i64> {
    let start = *cursor;
    let joined = cursor.lookup(&[("con", false), ("y", true), ("e", true), ("and", true), ("com", false)]);
    let cents = joined.and_then(|_| cursor.whole(locale.language())).filter(|cents| (1..=99).contains(cents));
    let named = cents.is_some() && cursor.take(CENTS);
    // `veinte euros y dos kilos`: without their name, cents need `con`.
    match (cents, joined) {
        (Some(cents), Some(need_name)) if named || !need_name && cursor.is_finished() && ends(cursor) => {
            Some(i64::from(cents))
        }
        _ => {
            *cursor = start;
            None
        }
    }
}

fn ends(cursor: &Cursor<'_>) -> bool {
    cursor.peek().is_none_or(|token| {
        token.kind == TokenKind::Mark || token.is_any(&["y", "de", "por", "que", "en", "al"])
    })
}

const CENTS: &[&str] = &["centimos", "centimo", "centavos", "centavo", "cents", "cent"];

/// `cincuenta céntimos`: of the locale's own money.
fn cents_alone(cursor: &mut Cursor<'_>, locale: Locale) -> Option<Money> {
    let value = number::amount(cursor, locale)?;
    let currency = own(locale).filter(|_| cursor.take(CENTS))?;
    // A part of a cent is none.
    let cents = value.hundredths().filter(|hundredths| hundredths % 100 == 0)? / 100;
    Some(Money { cents, currency })
}

/// What people there pay with, where it is known.
fn own(locale: Locale) -> Option<Currency> {
    Some(match locale {
        Locale::EsEs | Locale::PtPt => Eur,
        Locale::EsMx => Mxn,
        Locale::EsAr => Ars,
        Locale::EsCo => Cop,
        Locale::EsCl => Clp,
        Locale::EsPe => Pen,
        Locale::PtBr => Brl,
        Locale::En => return None,
    })
}

/// Whose `$` and whose pesos.
fn pesos(locale: Locale) -> Option<Currency> {
    own(locale).filter(|currency| matches!(currency, Mxn | Ars | Cop | Clp))
}

fn symbol(cursor: &mut Cursor<'_>, locale: Locale) -> Option<Currency> {
    let dollar = pesos(locale).unwrap_or(Usd);
    cursor.lookup(&[
        ("€", Eur),
        ("£", Gbp),
        ("₲", Pyg),
        ("₡", Crc),
        ("r $", Brl),
        ("us $", Usd),
        ("usd $", Usd),
        ("u $ s", Usd),
        ("u $ d", Usd),
        ("mx $", Mxn),
        ("mxn $", Mxn),
        ("ar $", Ars),
        ("s / .", Pen),
        ("s /", Pen),
        ("bs .", Bob),
        ("$", dollar),
    ])
}

/// Only in capitals could they be told from words; but no word of ours is a code but `cup`, `cop`, `pen` and
/// `pab`, which nobody writes before or behind a number.
fn code(cursor: &mut Cursor<'_>) -> Option<Currency> {
    let token = cursor.peek()?;
    let currency = CODES
        .iter()
        .find(|(code, _)| token.folded.eq_ignore_ascii_case(code))
        .map(|(_, currency)| *currency)?;
    cursor.at += 1;
    Some(currency)
}

fn name(cursor: &mut Cursor<'_>, locale: Locale) -> Option<Currency> {
    let named = cursor.lookup(&[
        ("pesos mexicanos", Mxn),
        ("pesos argentinos", Ars),
        ("pesos colombianos", Cop),
        ("pesos chilenos", Clp),
        ("pesos uruguayos", Uyu),
        ("pesos dominicanos", Dop),
        ("pesos cubanos", Cup),
        ("dolares americanos", Usd),
        ("dolares", Usd),
        ("dolar", Usd),
        ("dollars", Usd),
        ("dollar", Usd),
        ("bucks", Usd),
        ("euros", Eur),
        ("euro", Eur),
        ("eurillos", Eur),
        ("libras esterlinas", Gbp),
        ("libras", Gbp),
        ("pounds", Gbp),
        ("soles", Pen),
        ("nuevos soles", Pen),
        ("reais", Brl),
        ("reales", Brl),
        ("real", Brl),
        ("bolivianos", Bob),
        ("guaranies", Pyg),
        ("bolivares", Ves),
        ("colones", Crc),
        ("quetzales", Gtq),
        ("lempiras", Hnl),
        ("cordobas", Nio),
        ("balboas", Pab),
    ]);
    named.or_else(|| cursor.take(&["pesos", "peso", "pesitos"]).then(|| pesos(locale))?).or_else(|| {
        // One sun is a coin in Peru.
        (locale == Locale::EsPe && cursor.take(&["sol", "solcitos"])).then_some(Pen)
    })
}

/// A `luca` is a thousand pesos, and in Peru a sol.
fn slang_of(cursor: &mut Cursor<'_>, locale: Locale) -> Option<(i64, Currency)> {
    let lucas = cursor.take(&["lucas", "luca"]);
    match locale {
        Locale::EsAr | Locale::EsCl | Locale::EsCo if lucas => Some((1_000, own(locale)?)),
        Locale::EsPe if lucas => Some((1, Pen)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokens;
    use Locale::{En, EsAr, EsCl, EsCo, EsEs, EsMx, EsPe, PtBr, PtPt};

    #[test]
    fn amounts() {
        for (locale, text, expected) in [
            (EsEs, "1.234,56 €", "123456 EUR"),
            (EsEs, "€20", "2000 EUR"),
            (EsEs, "20€", "2000 EUR"),
            (EsEs, "son veinte euros", "2000 EUR"),
            (EsEs, "veinte euros con cincuenta", "2050 EUR"),
            (EsEs, "20 euros y 5 céntimos", "2005 EUR"),
            (EsEs, "20 euros y 5 kilos", "2000 EUR"),
            (EsEs, "un euro", "100 EUR"),
            (EsEs, "cincuenta céntimos", "50 EUR"),
            (EsEs, "12.50 EUR", "1250 EUR"),
            (EsEs, "mil doscientos euros", "120000 EUR"),
            (EsEs, "$ 1,200.50", "120050 USD"),
            (EsEs, "-20 €", "-2000 EUR"),
            (EsEs, "un millón de euros", "100000000 EUR"),
            (EsEs, "entre 20 y 30 euros", "3000 EUR"),
            (EsEs, "entre 20€ y 30€", "2000 EUR, 3000 EUR"),
            (EsEs, "20 pesos", ""),
            (EsEs, "1.234 €", "123400 EUR"),
            (EsEs, "1.2345 €", ""),
            (EsEs, "20-30 euros", ""),
            (EsEs, "20", ""),
            (EsEs, "2 kilos", ""),
            (EsMx, "$ 1,200.50", "120050 MXN"),
            (EsMx, "$1,200", "120000 MXN"),
            (EsMx, "MXN 300", "30000 MXN"),
            (EsMx, "300 mxn", "30000 MXN"),
            (EsMx, "dos mil pesos", "200000 MXN"),
            (EsMx, "2 mil pesos", "200000 MXN"),
            (EsMx, "5k pesos", "500000 MXN"),
            (EsMx, "US$ 20", "2000 USD"),
            (EsMx, "20 pesos argentinos", "2000 ARS"),
            (EsAr, "$ 1.200,50", "120050 ARS"),
            (EsAr, "u$s 100", "10000 USD"),
            (EsAr, "10 lucas", "1000000 ARS"),
            (EsCl, "$19.990", "1999000 CLP"),
            (EsCl, "veinte lucas", "2000000 CLP"),
            (EsCo, "$ 50.000 pesos", "5000000 COP"),
            (EsCo, "1,5 millones de pesos", "150000000 COP"),
            (EsPe, "S/ 50.90", "5090 PEN"),
            (EsPe, "S/. 1,200", "120000 PEN"),
            (EsPe, "cincuenta soles", "5000 PEN"),
            (PtBr, "R$ 50", "5000 BRL"),
            (PtBr, "R$1.234,56", "123456 BRL"),
            (PtBr, "dez reais e cinquenta centavos", "1050 BRL"),
            (PtBr, "mil e duzentos reais", "120000 BRL"),
            (PtPt, "20 euros e 50 cêntimos", "2050 EUR"),
            (En, "$1,200.50", "120050 USD"),
            (En, "twenty euros", "2000 EUR"),
            (En, "one hundred dollars", "10000 USD"),
        ] {
            check(locale, text, expected);
        }
    }

    #[test]
    fn ranges_are_those_of_the_amount() {
        let text = "me cobraron 20 euros con 50, ¿no?";
        let found = find(&tokens(text), EsEs);
        assert_eq!(
            found.iter().map(|found| &text[found.range.clone()]).collect::<Vec<_>>(),
            ["20 euros con 50"]
        );
    }

    #[test]
    fn codes() {
        for (code, currency) in CODES {
            assert_eq!(serde_json::to_value(currency).unwrap(), *code);
            assert_eq!(currency.to_string(), *code);
        }
    }

    #[track_caller]
    fn check(locale: Locale, text: &str, expected: &str) {
        let found = find(&tokens(text), locale);
        let values = found.iter().map(|found| match found.value {
            Value::Money(Money { cents, currency }) => format!("{cents} {currency}"),
            ref other => panic!("{other:?}"),
        });
        assert_eq!(values.collect::<Vec<_>>().join(", "), expected, "{text}");
    }
}
