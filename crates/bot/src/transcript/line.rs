//! A line of a transcript, and what it means.

use crate::{
    play::{Input, Player, Rendering, player::local_time, world::Answer},
    question::attribute,
    step::{Article, CallAnswer, Contact, LocalTime, QueueState},
};
use jiff::civil::DateTime;
use std::time::Duration;

/// A line with its indented continuations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// From 1 on.
    pub number: usize,
    /// Where it holds; `None`: everywhere.
    pub only: Option<Rendering>,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Meaning {
    Comment,
    /// The renderings that it is played on.
    On(Vec<Rendering>),
    Known(Known),
    Happens(Input),
    /// Nobody says anything until it is too much.
    Silence,
    /// Something the bot has to do.
    Done,
}

/// What is the case from here on.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    Name(String),
    Phone(String),
    Email(String),
    Locale(String),
    Channel(String),
    Attribute(String, String),
    Field(String, String),
    Now(LocalTime),
    System(Answer),
    Article(Article),
    Queue(String, QueueState),
    Person(String, Contact),
}

/// The lines of a transcript.
///
/// # Errors
/// With the line whose `@` names no rendering.
pub fn lines(text: &str) -> Result<Vec<Line>, (usize, String)> {
    let mut lines: Vec<Line> = Vec::new();
    for (index, text) in text.lines().enumerate() {
        match lines.last_mut() {
            Some(above) if text.starts_with([' ', '\t']) && !text.trim().is_empty() => {
                above.text = format!("{}\n{}", above.text, text.trim());
            }
            _ => {
                let (number, text) = (index + 1, text.trim_end());
                let (only, text) = match text.strip_prefix('@').and_then(|text| text.split_once(' ')) {
                    Some((name, text)) => {
                        let only = Rendering::parse(name);
                        let only =
                            only.ok_or_else(|| (number, format!("@{name}: buttons, text or phone")))?;
                        (Some(only), text.trim_start())
                    }
                    None => (None, text),
                };
                lines.push(Line { number, only, text: text.to_owned() });
            }
        }
    }
    Ok(lines)
}

impl Line {
    pub fn holds_on(&self, rendering: Rendering) -> bool {
        self.only.is_none_or(|only| only == rendering)
    }

    /// # Errors
    /// Says how the line should be written.
    pub fn meaning(&self) -> Result<Meaning, String> {
        let (word, rest) = self.text.split_once(char::is_whitespace).unwrap_or((&self.text, ""));
        let rest = rest.trim();
        let owned = || rest.to_owned();
        Ok(match word {
            "" => Meaning::Comment,
            word if word.starts_with('#') => Meaning::Comment,
            "on" => Meaning::On(renderings(rest)?),
            "name" => Meaning::Known(Known::Name(owned())),
            "phone" => Meaning::Known(Known::Phone(owned())),
            "email" => Meaning::Known(Known::Email(owned())),
            "locale" => Meaning::Known(Known::Locale(owned())),
            "channel" => Meaning::Known(Known::Channel(owned())),
            "attribute" => {
                let (name, value) = pair(rest).ok_or("an attribute is written NAME=VALUE")?;
                Meaning::Known(Known::Attribute(name, value))
            }
            "field" => {
                let (name, value) = pair(rest).ok_or("a field is written NAME=VALUE")?;
                Meaning::Known(Known::Field(name, value))
            }
            "now" => Meaning::Known(Known::Now(now(rest).ok_or("now is written 2026-11-23 10:30")?)),
            "system" => Meaning::Known(Known::System(answer(rest)?)),
            "article" => Meaning::Known(Known::Article(article(rest)?)),
            "queue" => {
                let (name, state) = queue(rest)?;
                Meaning::Known(Known::Queue(name, state))
            }
            "person" => {
                let (identity, name) = rest.split_once(' ').ok_or("a person is written PHONE NAME")?;
                Meaning::Known(Known::Person(identity.to_owned(), person(identity, name)))
            }
            "starts" => Meaning::Happens(Input::Starts((!rest.is_empty()).then(owned))),
            "customer:" => Meaning::Happens(Input::Says(owned())),
            "press" if !rest.is_empty() => Meaning::Happens(Input::Presses(owned())),
            "sends" => Meaning::Happens(file(rest)?),
            "hangs" => Meaning::Happens(Input::HangsUp),
            "wait" => {
                let time = duration(rest).ok_or("a time is written 10s, 5m or 2h")?;
                Meaning::Happens(Input::Waits(time))
            }
            "silence" => Meaning::Silence,
            "bot:" | "menu:" | "ask" | "ask:" | "send:" | "wait:" | "call:" | "search:" | "find:"
            | "check:" | "set" | "learn" | "survey:" | "record:" | "callback:" | "transfer:" | "end"
            | "breaks:" => Meaning::Done,
            word => {
                return Err(format!(
                    "nobody knows `{word}`: write customer:, press, wait, bot:, menu:, ask:, transfer:, end …"
                ));
            }
        })
    }
}

impl Known {
    pub fn apply(self, player: &mut Player<'_>) {
        let context = &mut player.context;
        match self {
            Known::Name(name) => context.contact.name = Some(name),
            Known::Phone(phone) => context.contact.phone = Some(phone),
            Known::Email(email) => context.contact.email = Some(email),
            Known::Locale(locale) => {
                context.locale.clone_from(&locale);
                context.contact.locale = Some(locale);
            }
            Known::Channel(name) => context.channel.name = name,
            Known::Attribute(name, value) => {
                context.attributes.push(attribute(name, value));
                context.attributes.sort_by(|a, b| a.name.cmp(&b.name));
            }
            Known::Field(name, value) => context.contact.fields.push(attribute(name, value)),
            Known::Now(now) => player.set_now(now),
            Known::System(answer) => {
                player.grants.systems.insert(answer.system.clone());
                player.world.answer_with(answer);
            }
            Known::Article(article) => player.world.articles.push(article),
            Known::Queue(name, state) => drop(player.world.queues.insert(name, state)),
            Known::Person(identity, contact) => drop(player.world.people.insert(identity, contact)),
        }
    }
}

fn renderings(text: &str) -> Result<Vec<Rendering>, String> {
    let names = text.split([',', ' ']).filter(|name| !name.is_empty());
    let read = |name: &str| Rendering::parse(name).ok_or_else(|| format!("{name:?}: buttons, text or phone"));
    names.map(read).collect()
}

fn pair(text: &str) -> Option<(String, String)> {
    text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()))
}

/// `shop is down`, `shop returns 500`, `shop GET /orders/* returns 200 {}`.
fn answer(text: &str) -> Result<Answer, String> {
    let like = || {
        "a system is written `system shop GET /orders/7 returns 200 {…}` or `system shop is down`".to_owned()
    };
    let (what, status, body) = match text.strip_suffix(" is down") {
        Some(what) => (what, 0, ""),
        None => {
            let (what, said) = text.split_once(" returns ").ok_or_else(like)?;
            let (status, body) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
            (what, status.parse().map_err(|_| like())?, body)
        }
    };
    let mut words = what.split_whitespace();
    let system = words.next().ok_or_else(like)?.to_owned();
    let rest: Vec<_> = words.map(str::to_owned).collect();
    let (method, path) = match rest.as_slice() {
        [] => (None, None),
        [path] if path.starts_with('/') => (None, Some(path.clone())),
        [method] => (Some(method.clone()), None),
        [method, path] => (Some(method.clone()), Some(path.clone())),
        _ => return Err(like()),
    };
    Ok(Answer { system, method, path, answer: CallAnswer { status, body: body.trim().to_owned() } })
}

/// `envios 80 Envíos: Tardamos dos días.`
fn article(text: &str) -> Result<Article, String> {
    let like = || "an article is written `article envios 80 TITLE: ANSWER`".to_owned();
    let (id, rest) = text.split_once(' ').ok_or_else(like)?;
    let (score, rest) = rest.split_once(' ').ok_or_else(like)?;
    let (title, answer) = rest.split_once(':').ok_or_else(like)?;
    let score = score.parse().map_err(|_| like())?;
    let answer = answer.trim().to_owned();
    Ok(Article { id: id.to_owned(), title: title.trim().to_owned(), answer, url: None, score })
}

/// `soporte closed`, `soporte open 5 waiting 3m`.
fn queue(text: &str) -> Result<(String, QueueState), String> {
    let like = || "a queue is written `queue soporte closed` or `queue soporte open 5 waiting 3m`".to_owned();
    let words: Vec<_> = text.split_whitespace().collect();
    let state = |open, waiting, wait: Option<Duration>| QueueState {
        open,
        opens: None,
        waiting,
        estimated_wait_ms: wait.and_then(|wait| u64::try_from(wait.as_millis()).ok()),
        agents: u32::from(open),
    };
    match words.as_slice() {
        [name, "closed"] => Ok(((*name).to_owned(), state(false, 0, None))),
        [name, "open"] => Ok(((*name).to_owned(), state(true, 0, Some(Duration::ZERO)))),
        [name, "open", waiting, "waiting", wait] => {
            let waiting = waiting.parse().map_err(|_| like())?;
            let wait = duration(wait).ok_or_else(like)?;
            Ok(((*name).to_owned(), state(true, waiting, Some(wait))))
        }
        _ => Err(like()),
    }
}

fn person(identity: &str, name: &str) -> Contact {
    let is_email = identity.contains('@');
    let known = Some(identity.to_owned());
    Contact {
        name: Some(name.trim().to_owned()),
        phone: known.clone().filter(|_| !is_email),
        email: known.filter(|_| is_email),
        locale: None,
        fields: vec![],
    }
}

/// `audio nota.ogg`, `image foto.jpg Mira esto`.
fn file(text: &str) -> Result<Input, String> {
    let (kind, rest) = text.split_once(' ').ok_or("a file is written `sends image NAME WORDS`")?;
    let (name, words) = rest.split_once(' ').unwrap_or((rest, ""));
    Ok(Input::Sends { kind: kind.to_owned(), name: name.to_owned(), text: words.trim().to_owned() })
}

fn duration(text: &str) -> Option<Duration> {
    let unit = text.chars().last()?;
    let count = text.strip_suffix(unit)?.parse::<u64>().ok()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        _ => return None,
    };
    Some(Duration::from_secs(count.checked_mul(seconds)?))
}

/// `2026-11-23 10:30`.
fn now(text: &str) -> Option<LocalTime> {
    DateTime::strptime("%Y-%m-%d %H:%M", text).ok().map(local_time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(text: &str) -> Result<Meaning, String> {
        Line { number: 1, only: None, text: text.to_owned() }.meaning()
    }

    #[test]
    fn how_a_system_answers() {
        let answer = |text| match meaning(text) {
            Ok(Meaning::Known(Known::System(answer))) => {
                let Answer { system, method, path, answer } = answer;
                format!("{system} {method:?} {path:?} {} {}", answer.status, answer.body)
            }
            other => format!("{other:?}"),
        };
        let like = "Err(\"a system is written `system shop GET /orders/7 returns 200 {…}` or `system shop is down`\")";
        for (text, expected) in [
            ("system shop is down", "shop None None 0 "),
            ("system shop POST /a/* is down", "shop Some(\"POST\") Some(\"/a/*\") 0 "),
            ("system shop returns 500", "shop None None 500 "),
            ("system shop /a returns 200 {\"a\": 1}", "shop None Some(\"/a\") 200 {\"a\": 1}"),
            ("system shop GET /a/* returns 404 x", "shop Some(\"GET\") Some(\"/a/*\") 404 x"),
            ("system shop", like),
            ("system shop returns soon", like),
        ] {
            assert_eq!(answer(text), expected, "{text}");
        }
    }

    #[test]
    fn what_nobody_knows_is_told_with_what_can_be_written() {
        for (text, expected) in [
            (
                "stats",
                "nobody knows `stats`: write customer:, press, wait, bot:, menu:, ask:, transfer:, end …",
            ),
            ("now today", "now is written 2026-11-23 10:30"),
            ("wait long", "a time is written 10s, 5m or 2h"),
            ("on radio", "\"radio\": buttons, text or phone"),
            (
                "queue soporte busy",
                "a queue is written `queue soporte closed` or `queue soporte open 5 waiting 3m`",
            ),
            ("article x", "an article is written `article envios 80 TITLE: ANSWER`"),
        ] {
            assert_eq!(meaning(text).unwrap_err(), expected);
        }
        assert_eq!(meaning("wait 10s"), Ok(Meaning::Happens(Input::Waits(Duration::from_secs(10)))));
    }

    #[test]
    fn the_days_of_the_week() {
        for (date, expected) in [("2026-11-21 00:00", 6), ("2026-11-22 23:59", 7), ("2024-02-29 12:00", 4)] {
            assert_eq!(now(date).unwrap().weekday, expected, "{date}");
        }
        assert_eq!(now("2026-13-01 10:00"), None);
    }
}
