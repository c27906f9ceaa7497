//! The bot of a bicycle workshop.

use bot::{Answer, Bot, Expectation, Flow, Menu, Question, Talk, Transfer, Why};
use serde::{Deserialize, Serialize};

struct Workshop;

impl Bot for Workshop {
    fn conversation(talk: &mut Talk) -> Flow {
        let menu = Menu::new("Hello, this is the workshop. What can I do for you?")
            .option("ready", "Is my bike ready?")
            .option("person", "Talk to a person")
            .again("Sorry, I did not get that. Please choose one:");
        match talk.menu(&menu)?.as_str() {
            "ready" => is_it_ready(talk),
            _ => Self::person(talk, Why::Asked),
        }
    }

    fn person(talk: &mut Talk, _why: Why) -> Flow {
        let topic = talk.ask_once("Of course. What is it about?")?;
        talk.say("Thank you. One of us will answer in a moment.");
        talk.transfer(Transfer::to_queue("soporte", topic))
    }
}

#[derive(Serialize, Deserialize)]
struct Order {
    state: String,
}

fn is_it_ready(talk: &mut Talk) -> Flow {
    let question = Question::new("What is the number on your ticket?")
        .expects(Expectation::Number)
        .again("Just the number, please, for example 1042:");
    let number = talk.ask(&question, |text| text.trim().parse::<u32>().ok())?;
    match talk.get::<Order>("shop", &format!("/orders/{number}"))? {
        Answer::Found(order) => talk.say(format!("Your bike is: {}.", order.state)),
        Answer::Refused(_) => talk.say(format!("There is no ticket {number}.")),
        Answer::Unreachable => talk.say("I cannot look it up right now. Please try later."),
    }
    Ok(())
}

bot::export!(Workshop);
