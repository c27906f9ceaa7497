//! Dates, times, amounts, documents and the like in what people write and say.
//!
//! What is ambiguous or cannot be (31 February, a wrong check digit) is not found: a flow that asks again is
//! better than one that takes a number for another. Times of day are the exception that needs a hint, see
//! [`Place::day_from`].

mod cursor;
mod date;
mod decimal;
pub(crate) mod document;
pub(crate) mod email;
pub(crate) mod money;
mod number;
mod order;
pub(crate) mod phone;
pub(crate) mod spoken;
mod time;
mod words;
mod yes_no;

pub use document::Document;
pub use money::{Currency, Money};
pub use order::{Shape, ShapeError};

use crate::{locale::Locale, text};
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Date,
    Time,
    Money,
    /// A number, in digits or in words, or spelled digit by digit.
    Number,
    /// A document with a check digit; `None` is any of the locale's country.
    Document(Option<Document>),
    Phone,
    Email,
    /// The number of an order, a ticket or an invoice, by its shape.
    Order(Shape),
    YesNo,
}

/// Where and when something was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub locale: Locale,
    /// The date there.
    pub today: Date,
    pub looking: Looking,
    /// At five is 17:00 if the day begins at 08:00: the first five o'clock from then on. `None`: an hour of
    /// which nobody knows whether it is before or after noon is no time.
    pub day_from: Option<Time>,
}

/// Which one is meant by a date without a year, or by a day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Looking {
    /// The next one: an appointment.
    #[default]
    Ahead,
    /// The last one: when something was bought.
    Back,
}

impl Place {
    pub fn new(locale: Locale, today: Date) -> Self {
        Self { locale, today, looking: Looking::Ahead, day_from: None }
    }
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Its bytes in the text.
    pub range: Range<usize>,
    pub value: Value,
}

/// What was found, in the one form in which systems know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// `2026-05-03`.
    Date(Date),
    /// `17:30:00`.
    Time(Time),
    Money(Money),
    /// A decimal with a point: `1042`, `-3.5`.
    Number(String),
    /// In the way it is printed on it, without separators: `12345678Z`.
    Document {
        document: Document,
        number: String,
    },
    /// E.164: `+34600123123`.
    Phone(String),
    /// In small letters.
    Email(String),
    /// As its shape writes it: `A-001234`.
    Order(String),
    YesNo(bool),
}

/// What a text says of a kind, in the order in which it is said.
pub fn find(kind: &Kind, text: &str, place: &Place) -> Vec<Found> {
    let tokens = text::tokens(text);
    match kind {
        Kind::Date => date::find(&tokens, place),
        Kind::Time => time::find(&tokens, text, place),
        Kind::Money => money::find(&tokens, place.locale),
        Kind::Number => number::find(&tokens, place.locale),
        Kind::Document(Some(document)) => document::find(&tokens, text, &[*document], place.locale),
        Kind::Document(None) => document::find(&tokens, text, document::of(place.locale), place.locale),
        Kind::Phone => phone::find(&tokens, text, place.locale),
        Kind::Email => email::find(&tokens, text, place.locale),
        Kind::Order(shape) => order::find(&tokens, shape, place),
        Kind::YesNo => yes_no::find(&tokens, place.locale.language()),
    }
}

/// Tries a scanner at each piece. What it finds is passed over.
fn scan<'a>(
    tokens: &'a [text::Token],
    mut read: impl FnMut(&mut cursor::Cursor<'a>) -> Option<Value>,
) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let mut cursor = cursor::Cursor::new(tokens, at);
        match read(&mut cursor) {
            Some(value) if cursor.at > at => {
                found.push(Found { range: cursor.range_from(at), value });
                at = cursor.at;
            }
            _ => at += 1,
        }
    }
    found
}
