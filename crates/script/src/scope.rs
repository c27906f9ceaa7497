//! What texts and conditions of a flow can see, and what they can do with it.

mod format;

use crate::file::{File, Flow};
use bot::step::{Context, LocalTime};
use domain::time::Timestamp;
use jiff::{
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State,
    value::{Serde, Value as Seen},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Steps of a template's machine, so that none of them computes for ever.
const FUEL: u64 = 100_000;

/// What may stand in a path as it is (RFC 3986, 2.3).
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The names that are there in every flow.
pub const BUILT_IN: [&str; 14] = [
    "contact",
    "channel",
    "attributes",
    "history",
    "now",
    "today",
    "locale",
    "flow",
    "open",
    "answer",
    "status",
    "item",
    "heard",
    "reason",
];

/// Everything that is known while a step is taken.
pub struct Scope<'s> {
    texts: Environment<'s>,
    paths: Environment<'s>,
    /// What is known beside the variables.
    known: Map<String, Value>,
}

impl<'s> Scope<'s> {
    pub fn new(file: &File, context: &Context, locale: &str) -> Self {
        let now = civil(context.now);
        let mut texts = environment(file, now, locale);
        texts.set_auto_escape_callback(|_| AutoEscape::None);
        let mut paths = environment(file, now, locale);
        paths.set_formatter(encoded);
        Scope { texts, paths, known: known(&file.flow, context, locale, now) }
    }

    /// Fills a text.
    ///
    /// # Errors
    /// When it cannot be read, or takes too long.
    pub fn text(&self, template: &str, vars: &Vars) -> Result<String, String> {
        if !template.contains(['{']) {
            return Ok(template.trim().to_owned());
        }
        let filled = self.texts.render_str(template, self.all(vars)).map_err(said)?;
        Ok(filled.trim().to_owned())
    }

    /// Fills a path: what is put in is encoded, so that it stays the part that it is.
    ///
    /// # Errors
    /// When it cannot be read, or takes too long.
    pub fn path(&self, template: &str, vars: &Vars) -> Result<String, String> {
        self.paths.render_str(template, self.all(vars)).map_err(said)
    }

    /// What an expression comes to.
    ///
    /// # Errors
    /// When it cannot be read or computed.
    pub fn value(&self, expression: &str, vars: &Vars) -> Result<Value, String> {
        let value = self
            .texts
            .compile_expression_owned(expression.to_owned())
            .and_then(|it| it.eval(self.all(vars)))
            .map_err(said)?;
        if value.is_undefined() {
            return Ok(Value::Null);
        }
        serde_json::to_value(&value).map_err(|error| error.to_string())
    }

    /// Whether an expression holds.
    ///
    /// # Errors
    /// When it cannot be read or computed.
    pub fn holds(&self, expression: &str, vars: &Vars) -> Result<bool, String> {
        let value = self
            .texts
            .compile_expression_owned(expression.to_owned())
            .and_then(|it| it.eval(self.all(vars)))
            .map_err(said)?;
        Ok(value.is_true())
    }

    /// JSON whose texts are templates. One that is nothing but `{{ … }}` keeps the value's own type.
    ///
    /// # Errors
    /// When one of them cannot be read or computed.
    pub fn json(&self, value: &Value, vars: &Vars) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => match only_expression(text) {
                Some(expression) => self.value(expression, vars)?,
                None => Value::String(self.text(text, vars)?),
            },
            Value::Array(all) => {
                Value::Array(all.iter().map(|it| self.json(it, vars)).collect::<Result<_, _>>()?)
            }
            Value::Object(all) => {
                let entry = |(key, it): (&String, &Value)| Ok((key.clone(), self.json(it, vars)?));
                Value::Object(all.iter().map(entry).collect::<Result<_, String>>()?)
            }
            other => other.clone(),
        })
    }

    fn all(&self, vars: &Vars) -> Seen {
        let vars = vars.iter().map(|(name, value)| (name.clone(), value.clone()));
        Seen::from(Serde(self.known.clone().into_iter().chain(vars).collect::<Map<_, _>>()))
    }
}

/// Variables and their values.
pub type Vars = BTreeMap<String, Value>;

/// `{{ x }}` as `x`, where nothing else is beside it.
fn only_expression(text: &str) -> Option<&str> {
    let inside = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    (!inside.contains("{{") && !inside.contains("}}")).then(|| inside.trim())
}

/// What is wrong with a template or an expression, in one line.
///
/// # Errors
/// When it cannot be read. Gives the names that it looks for.
pub fn names(template: &str, is_expression: bool) -> Result<Vec<String>, String> {
    let mut environment = Environment::new();
    // What exists is told by the real one.
    let date = DateTime::constant(2026, 1, 1, 0, 0, 0, 0);
    dress(&mut environment, Opening::default(), date, "es");
    let mut names: Vec<_> = if is_expression {
        environment
            .compile_expression_owned(template.to_owned())
            .map_err(said)?
            .undeclared_variables(false)
            .into_iter()
            .collect()
    } else {
        environment
            .template_from_str(template)
            .map_err(said)?
            .undeclared_variables(false)
            .into_iter()
            .collect()
    };
    names.sort();
    Ok(names)
}

fn said(error: Error) -> String {
    let line =
        error.line().filter(|line| *line > 1).map(|line| format!(" (line {line} of it)")).unwrap_or_default();
    match error.detail() {
        Some(detail) => format!("{}: {detail}{line}", error.kind()),
        None => format!("{}{line}", error.kind()),
    }
}

fn environment<'s>(file: &File, now: DateTime, locale: &str) -> Environment<'s> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    let at = Timestamp(wall(now));
    let open =
        file.hours.iter().map(|(name, hours)| (name.clone(), hours.status(&TimeZone::UTC, at).is_open()));
    dress(&mut environment, open.collect(), now, locale);
    environment
}

/// Which of the hours are open.
type Opening = BTreeMap<String, bool>;

fn dress(environment: &mut Environment<'_>, opening: Opening, now: DateTime, locale: &str) {
    environment.add_function("open", move |name: &str| {
        let unknown =
            || Error::new(ErrorKind::InvalidOperation, format!("there are no hours named {name:?}"));
        opening.get(name).copied().ok_or_else(unknown)
    });
    let style = format::Style::of(locale);
    environment.add_filter("date", move |value: &str| read(value, |at| style.date(at.date(), now.date())));
    environment.add_filter("weekday", move |value: &str| read(value, |at| style.weekday(at.date())));
    environment.add_filter("time", move |value: &str| read(value, |at| style.time(at.time())));
    environment.add_filter("when", move |value: &str| read(value, |at| style.when(at, now)));
    environment.add_filter("money", move |amount: &Seen, currency: Option<&str>| {
        style.money(&amount.to_string(), currency.unwrap_or("EUR"))
    });
    environment.add_filter("minutes", |millis: u64| millis.div_ceil(60_000));
    environment.add_filter("spell", |value: &Seen| spelled(&value.to_string()));
    environment.add_filter("given_name", |name: Option<&str>| {
        name.and_then(|name| name.split_whitespace().next()).unwrap_or_default().to_owned()
    });
    environment.add_function("days_until", move |value: &str| {
        read(value, |at| at.date().since(now.date()).map(|span| span.get_days()).unwrap_or_default())
    });
}

/// A date, or a date and a time: `2026-11-24`, `2026-11-24T10:00`, `2026-11-24 10:00`.
pub fn moment(text: &str) -> Option<DateTime> {
    let text = text.trim();
    text.parse::<DateTime>().ok().or_else(|| Some(text.parse::<Date>().ok()?.to_datetime(Time::midnight())))
}

fn read<T>(text: &str, then: impl FnOnce(DateTime) -> T) -> Result<T, Error> {
    let no_date =
        || Error::new(ErrorKind::InvalidOperation, format!("{text:?} is no date like 2026-11-24T10:00"));
    moment(text).map(then).ok_or_else(no_date)
}

/// One by one, for a voice: `1042` as `1 0 4 2`.
fn spelled(text: &str) -> String {
    let all: Vec<_> = text.chars().filter(|c| !c.is_whitespace()).map(String::from).collect();
    all.join(" ")
}

/// Writes a value so that it stays one part of a path or a query.
fn encoded(out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Seen) -> Result<(), Error> {
    let text = if value.is_none() || value.is_undefined() { String::new() } else { value.to_string() };
    // Of a name that is only dots a server makes another folder.
    let is_climbing = !text.is_empty() && text.chars().all(|c| c == '.');
    let text = if is_climbing { String::new() } else { text };
    write!(out, "{}", utf8_percent_encode(&text, PATH)).map_err(Error::from)
}

fn known(flow: &Flow, context: &Context, locale: &str, now: DateTime) -> Map<String, Value> {
    let pairs = |all: &[bot::step::Attribute]| {
        Value::Object(all.iter().map(|pair| (pair.name.clone(), json!(pair.value))).collect())
    };
    let contact = &context.contact;
    let contact = json!({
        "name": contact.name, "phone": contact.phone, "email": contact.email, "locale": contact.locale,
        "fields": pairs(&contact.fields),
    });
    let history = context.history.iter().map(|past| {
        json!({
            "channel": past.channel, "at": civil(past.at).to_string(), "topic": past.topic,
            "disposition": past.disposition, "open": past.open,
        })
    });
    let channel = json!({
        "name": context.channel.name, "spoken": context.channel.spoken,
        "buttons": context.channel.buttons_max > 0, "files": context.channel.files,
    });
    let flow = json!({ "name": context.flow.name, "title": flow.title, "version": context.flow.version });
    let all = [
        ("contact", contact),
        ("channel", channel),
        ("attributes", pairs(&context.attributes)),
        ("history", history.collect()),
        ("now", json!(now.to_string())),
        ("today", json!(now.date().to_string())),
        ("locale", json!(locale)),
        ("flow", flow),
    ];
    all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The wall's clock as if it hung in Greenwich, which keeps the rules of opening hours without a time zone.
pub(crate) fn wall(at: DateTime) -> i64 {
    TimeZone::UTC.to_timestamp(at).map(|at| at.as_millisecond()).unwrap_or_default()
}

pub fn civil(at: LocalTime) -> DateTime {
    let small = |number: u8| i8::try_from(number).unwrap_or(1);
    let year = i16::try_from(at.year).unwrap_or(2026);
    let (month, day) = (small(at.month), small(at.day));
    DateTime::new(year, month, day, small(at.hour), small(at.minute), 0, 0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(locale: &str) -> Scope<'static> {
        let file = "[flow]\nlocales = ['es']\nstart = 'a'\nperson = 'a'\n[hours.shop.week]\nmon = ['10:00-14:00']\n\
                    [state.a]\nend = true";
        let mut context = Context::unknown();
        context.now = LocalTime { year: 2026, month: 11, day: 23, weekday: 1, hour: 10, minute: 30 };
        context.contact.name = Some("Marta Ruiz".to_owned());
        Scope::new(&File::read("test", file).unwrap(), &context, locale)
    }

    fn vars() -> Vars {
        let order = json!({ "number": "A/1 ?", "state": "shipped", "eta": "2026-11-25", "total": "1234.5" });
        [("order".to_owned(), order), ("count".to_owned(), json!(3)), ("dots".to_owned(), json!(".."))].into()
    }

    #[test]
    fn texts_are_filled() {
        for (template, expected) in [
            ("Hola, {{ contact.name | given_name }}", "Hola, Marta"),
            ("{{ missing }}x{{ order.nothing }}", "x"),
            ("{% if order.state == 'shipped' %}en camino{% else %}no{% endif %}", "en camino"),
            ("{{ order.eta | date }}", "miércoles 25 de noviembre"),
            ("{{ '2026-11-23' | date }}", "hoy"),
            ("{{ '2026-11-24T10:00' | when }}", "mañana a las 10:00"),
            ("{{ order.total | money }}", "1234,50 €"),
            ("{{ 1042 | spell }}", "1 0 4 2"),
            ("{{ '<b>' }}", "<b>"),
            ("{{ days_until(order.eta) }}", "2"),
        ] {
            assert_eq!(scope("es").text(template, &vars()).as_deref(), Ok(expected), "{template}");
        }
        assert_eq!(
            scope("en").text("{{ order.eta | date }}", &vars()).as_deref(),
            Ok("Wednesday, November 25")
        );
        assert_eq!(
            scope("pt").text("{{ order.eta | date }}", &vars()).as_deref(),
            Ok("quarta-feira, 25 de novembro")
        );
    }

    #[test]
    fn what_is_put_into_a_path_stays_a_part_of_it() {
        for (template, expected) in [
            ("/orders/{{ order.number }}", "/orders/A%2F1%20%3F"),
            ("/a?x={{ count }}&y={{ missing }}", "/a?x=3&y="),
            ("/a/{{ dots }}/b", "/a//b"),
        ] {
            assert_eq!(scope("es").path(template, &vars()).as_deref(), Ok(expected), "{template}");
        }
    }

    #[test]
    fn conditions_hold_or_not() {
        for (expression, expected) in [
            ("order.state == 'shipped' and count > 2", true),
            ("open('shop')", true),
            ("not contact.phone", true),
            ("missing", false),
        ] {
            assert_eq!(scope("es").holds(expression, &vars()), Ok(expected), "{expression}");
        }
        let endless = "{% for i in range(9999) %}{% for j in range(9999) %}x{% endfor %}{% endfor %}";
        assert!(scope("es").text(endless, &vars()).is_err());
        assert!(scope("es").holds("open('bank')", &vars()).unwrap_err().contains("no hours named \"bank\""));
        assert!(scope("es").holds("order.state ==", &vars()).is_err());
    }

    #[test]
    fn a_body_keeps_types() {
        let body = json!({ "n": "{{ count }}", "text": "n {{ count }}", "all": ["{{ order }}"] });
        let filled = scope("es").json(&body, &vars()).unwrap();
        assert_eq!(filled["n"], json!(3));
        assert_eq!(filled["text"], json!("n 3"));
        assert_eq!(filled["all"][0]["state"], json!("shipped"));
    }

    #[test]
    fn the_names_that_a_template_looks_for() {
        assert_eq!(
            names("{{ order.state }} {{ contact.name | upper }}", false).unwrap(),
            ["contact", "order"]
        );
        assert_eq!(names("open('shop') and x > 1", true).unwrap(), ["open", "x"]);
        assert!(names("{{ order", false).is_err());
        assert!(names("{{ x | nothing_like_it }}", false).is_ok());
    }
}
