//! What Lumi does. Every way can be left for a person, and every question can be answered badly.

use crate::words::{self, Words};
use bot::{Answer, Bot, Expectation, Flow, Menu, Question, Reply, Talk, Transfer, Why};
use serde::{Deserialize, Serialize};

pub struct Lumi;

impl Bot for Lumi {
    fn conversation(talk: &mut Talk) -> Flow {
        let words = words::of(&talk.language());
        let first = talk.round() == 0;
        if first {
            talk.say((words.hello)(given_name(talk)));
        }
        let mut menu = Menu::new(if first { words.what } else { words.what_else })
            .option("order", words.order)
            .option("hours", words.hours)
            .option("person", words.person)
            .again(words.choose_again);
        if !first {
            menu = menu.option("done", words.done);
        }
        match talk.menu(&menu)?.as_str() {
            "order" => order(talk, words),
            "hours" => {
                talk.say((words.our_hours)(is_open(talk)));
                Ok(())
            }
            "done" => {
                talk.say(words.goodbye);
                talk.end()
            }
            _ => Self::person(talk, Why::Asked),
        }
    }

    fn person(talk: &mut Talk, why: Why) -> Flow {
        let words = words::of(&talk.language());
        if why == Why::NotUnderstood {
            let offer = Menu::new(words.not_understood).option("yes", words.yes).option("no", words.no);
            if declines(&talk.menu_once(&offer)?) {
                return Ok(());
            }
        }
        let (queue, topic) = what_about(talk, words)?;
        if talk.contact().phone.is_none() {
            let question = Question::new(words.which_phone).expects(Expectation::Phone);
            if let Some(phone) = phone_in(&talk.ask_once(question)?) {
                talk.learn_phone(phone);
            }
        }
        talk.say(if is_open(talk) { words.handing_over } else { words.handing_over_closed });
        talk.transfer(Transfer::to_queue(queue, topic))
    }

    fn silence(talk: &mut Talk) -> Flow {
        talk.say(words::of(&talk.language()).silence);
        talk.end()
    }
}

/// An order, as the shop tells it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Order {
    pub state: String,
    /// The day it should arrive, e.g. `2026-11-25`.
    #[serde(default)]
    pub eta: Option<String>,
    #[serde(default)]
    pub carrier: Option<String>,
}

fn order(talk: &mut Talk, words: &Words) -> Flow {
    let question =
        Question::new(words.which_order).expects(Expectation::Number).again(words.which_order_again);
    let number = talk.ask(&question, order_number)?;
    match talk.get::<Order>("shop", &format!("/orders/{number}"))? {
        Answer::Found(order) => {
            talk.set_attribute("order", &number);
            talk.set_attribute("order_state", &order.state);
            talk.say((words.order_is)(&number, &order));
        }
        Answer::Refused(_) => talk.say((words.no_such_order)(&number)),
        Answer::Unreachable => {
            talk.set_attribute("order", &number);
            talk.say(words.shop_is_down);
        }
    }
    Ok(())
}

/// What it is about and who can help: chosen, or in the contact's own words.
fn what_about(talk: &mut Talk, words: &Words) -> Flow<(&'static str, String)> {
    let areas = Menu::new(words.which_area)
        .option("ventas", words.sales)
        .option("soporte", words.support)
        .option("facturacion", words.billing);
    let queue = match talk.menu_once(&areas)? {
        Reply::Text(topic) | Reply::Media(topic, _) => return Ok((queue_for(&topic), topic_line(&topic))),
        Reply::Choice(id) if id == "ventas" => "ventas",
        Reply::Choice(id) if id == "facturacion" => "facturacion",
        Reply::Choice(_) => "soporte",
    };
    let topic = talk.ask_once(words.tell_me)?;
    Ok((queue, topic_line(&topic)))
}

/// Who can help with what is written; support, where every kind of question is at home.
fn queue_for(topic: &str) -> &'static str {
    let topic = topic.to_lowercase();
    let mentions = |stems: &[&str]| stems.iter().any(|stem| topic.contains(stem));
    if mentions(&["factur", "fatur", "invoice", "bill", "cobr"]) {
        "facturacion"
    } else if mentions(&["compr", "buy", "preci", "preç", "price", "presupuesto", "orçamento", "quote"]) {
        "ventas"
    } else {
        "soporte"
    }
}

/// The topic is one short line; the conversation has the rest.
fn topic_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(200).collect()
}

/// The digits of "el 1042, creo" or "#1042". An order number has 3 to 12 of them.
fn order_number(text: &str) -> Option<String> {
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    numbers.filter(|digits| (3..=12).contains(&digits.len())).map(str::to_owned).next()
}

/// A phone number, if the answer has one: "no, gracias" is an answer, too.
fn phone_in(text: &str) -> Option<String> {
    let number: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    (8..=16).contains(&number.len()).then_some(number)
}

fn declines(reply: &Reply) -> bool {
    match reply {
        Reply::Choice(id) => id == "no",
        Reply::Text(text) | Reply::Media(text, _) => {
            let text = text.trim().to_lowercase();
            let first = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            matches!(first, "no" | "não" | "nao")
        }
    }
}

fn given_name(talk: &Talk) -> Option<&str> {
    talk.contact().name.as_deref()?.split_whitespace().next()
}

/// Monday to Friday from 9 to 19, Saturday from 10 to 14.
fn is_open(talk: &Talk) -> bool {
    let now = talk.now();
    match now.weekday {
        1..=5 => (9..19).contains(&now.hour),
        6 => (10..14).contains(&now.hour),
        _ => false,
    }
}
