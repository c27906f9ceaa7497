//! Reads what a contact answers to a question.

use crate::file::{File, Kind, State};
use jiff::civil::{Date, Time};
use serde_json::{Value, json};
use understand::{
    entity::{self, Place, find},
    locale::Locale,
};

/// Characters of an answer in words that are kept.
const WORDS_MAX: usize = 1000;
const NAME_MAX: usize = 100;
/// Where "at five" may be either, it is in the afternoon.
const DAY_FROM: Time = Time::constant(8, 0, 0, 0);

/// Where something is said: in the contact's own country, else in one that speaks the flow's language.
pub(super) fn place(contact: &str, flow: &str, today: Date) -> Place {
    let locale = contact.parse().or_else(|_| flow.parse()).unwrap_or(Locale::EsEs);
    Place { day_from: Some(DAY_FROM), ..Place::new(locale, today) }
}

/// The answer in `words`, as the state wants it; `None`: it is not there, or it is not clear which.
pub(super) fn read(file: &File, state: &State, words: &str, place: &Place) -> Option<Value> {
    let words = words.trim();
    if words.is_empty() {
        return None;
    }
    let kind = match state.kind {
        Kind::Text | Kind::Message => return Some(cut(words, WORDS_MAX).into()),
        Kind::Name => return name(words).map(Value::from),
        Kind::Digits => return digits(state, words, place).map(Value::from),
        Kind::Number => entity::Kind::Number,
        Kind::Code => entity::Kind::Order(file.code.get(state.code.as_ref()?)?.clone()),
        Kind::Phone => entity::Kind::Phone,
        Kind::Email => entity::Kind::Email,
        Kind::Date => entity::Kind::Date,
        Kind::Time => entity::Kind::Time,
        Kind::Amount => entity::Kind::Money,
        Kind::Document => entity::Kind::Document(None),
        Kind::YesNo => entity::Kind::YesNo,
    };
    let mut found = find(&kind, words, place).into_iter().map(|found| found.value);
    let first = found.next()?;
    // Two that differ are no answer.
    if found.any(|other| other != first) { None } else { Some(value(first)) }
}

fn value(value: entity::Value) -> Value {
    match value {
        entity::Value::Date(date) => date.to_string().into(),
        entity::Value::Time(time) => format!("{:02}:{:02}", time.hour(), time.minute()).into(),
        entity::Value::Money(money) => {
            let (sign, cents) = (if money.cents < 0 { "-" } else { "" }, money.cents.unsigned_abs());
            let amount = format!("{sign}{}.{:02}", cents / 100, cents % 100);
            json!({ "amount": amount, "currency": money.currency.code() })
        }
        // As a number where it is one that JSON keeps exactly.
        entity::Value::Number(number) => number.parse::<i64>().map_or_else(|_| number.into(), Value::from),
        entity::Value::Document { number, .. } => number.into(),
        entity::Value::Phone(text) | entity::Value::Email(text) | entity::Value::Order(text) => text.into(),
        entity::Value::YesNo(yes) => yes.into(),
    }
}

/// Digits as they are, with their zeros: `00 42`, `uno cero cuatro dos`.
fn digits(state: &State, words: &str, place: &Place) -> Option<String> {
    let is_noise = |c: char| c.is_whitespace() || matches!(c, '-' | '.' | '/' | '#' | '*');
    let plain: String = words.chars().filter(|c| !is_noise(*c)).collect();
    let digits = if plain.chars().all(|c| c.is_ascii_digit()) {
        plain
    } else {
        match find(&entity::Kind::Number, words, place).as_slice() {
            [found] => match &found.value {
                entity::Value::Number(number) => number.clone(),
                _ => return None,
            },
            _ => return None,
        }
    };
    let fits = state
        .digits
        .is_none_or(|count| (usize::from(count.min)..=usize::from(count.max)).contains(&digits.len()));
    (fits && !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())).then_some(digits)
}

/// A name, without the words before it.
fn name(words: &str) -> Option<String> {
    const BEFORE: [&str; 11] = [
        "me llamo ",
        "mi nombre es ",
        "soy ",
        "a nombre de ",
        "my name is ",
        "i am ",
        "i'm ",
        "me chamo ",
        "meu nome é ",
        "o meu nome é ",
        "sou ",
    ];
    let mut name = words.trim();
    for before in BEFORE {
        let begins = name.get(..before.len()).is_some_and(|begin| begin.to_lowercase() == before);
        if begins {
            name = name.get(before.len()..).unwrap_or_default().trim();
            break;
        }
    }
    let name = name.trim_end_matches(['.', ',', '!']);
    let is_name = name.chars().any(char::is_alphabetic) && name.chars().count() <= NAME_MAX;
    is_name.then(|| name.to_owned())
}

fn cut(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::state::Digits;

    #[test]
    fn an_answer_is_read_as_the_question_wants_it() {
        let text = "[flow]\nlocales = ['es']\nstart = 'a'\nperson = 'a'\n[code]\norder = '#{3,12}'\n[state.a]\nend = true";
        let file = File::read("test", text).unwrap();
        let place = place("es-ES", "es", Date::constant(2026, 11, 23));
        let check = |kind: Kind, words: &str, expected: Option<Value>| {
            let digits = Some(Digits { min: 4, max: 6 });
            let state = State { kind, code: Some("order".to_owned()), digits, ..State::default() };
            assert_eq!(read(&file, &state, words, &place), expected, "{kind:?} {words}");
        };
        check(Kind::Code, "creo que es el 1042", Some(json!("1042")));
        check(Kind::Code, "el 1042 o el 1043", None);
        check(Kind::Code, "el 1042, sí, el 1042", Some(json!("1042")));
        check(Kind::Digits, "0042", Some(json!("0042")));
        check(Kind::Digits, "00 42 13", Some(json!("004213")));
        check(Kind::Digits, "123", None);
        check(Kind::Digits, "1234567", None);
        check(Kind::Digits, "mil cuarenta y dos", Some(json!("1042")));
        check(Kind::Number, "son tres", Some(json!(3)));
        check(Kind::Date, "mañana", Some(json!("2026-11-24")));
        check(Kind::Time, "a las cinco y media", Some(json!("17:30")));
        check(Kind::Amount, "unos 20,50 euros", Some(json!({ "amount": "20.50", "currency": "EUR" })));
        check(Kind::Phone, "el 600 11 12 22", Some(json!("+34600111222")));
        check(Kind::Email, "marta arroba correo punto es", Some(json!("marta@correo.es")));
        check(Kind::YesNo, "claro que sí", Some(json!(true)));
        check(Kind::YesNo, "quizás", None);
        check(Kind::Document, "12345678Z", Some(json!("12345678Z")));
        check(Kind::Document, "12345678A", None);
        check(Kind::Name, "Me llamo Marta Ruiz.", Some(json!("Marta Ruiz")));
        check(Kind::Name, "123", None);
        check(Kind::Text, "  ", None);
        check(Kind::Text, &"x".repeat(5000), Some(json!("x".repeat(1000))));
    }
}
