//! One step: runs the conversation again from the top of its round, with everything that happened in it.

use crate::{
    conversation::{Bot, Flow, Stop, Why},
    memory::{Known, Memory},
    person,
    step::{Context, Event, Turn},
    talk::Talk,
};

/// Runs one step of a bot: the pure function of `wit/bot`.
///
/// # Panics
/// When the bot is written wrongly: a round that asks nothing would go round for ever, and
/// [`Bot::person`] must not send to itself. The runner gives the conversation to a person.
pub fn step<B: Bot>(event: Event, context: &Context) -> Turn {
    if event == Event::HangUp {
        return Turn { actions: vec![], memory: context.memory.clone(), path: vec![] };
    }
    let (mut done, mut path) = (Vec::new(), Vec::new());
    let mut memory = Memory::with(event.clone(), context);
    loop {
        let begins_here = memory.past.len() == 1;
        let mut talk = begin(memory, context);
        match play::<B>(&mut talk) {
            Ok(()) => {
                assert!(!begins_here, "a round of the conversation has to ask something");
                memory = talk.memory.next_round(&talk.known, talk.now);
                done.append(&mut talk.actions);
                path.append(&mut talk.path);
            }
            Err(Stop::Waiting | Stop::Over) => {
                done.append(&mut talk.actions);
                path.append(&mut talk.path);
                return Turn { actions: done, memory: talk.memory.to_json(), path };
            }
            Err(Stop::Diverged) => memory = Memory::anew(event.clone(), context),
            Err(stop @ (Stop::Person(_) | Stop::Silent)) => {
                panic!("the last resort of the conversation ended with {stop:?}")
            }
        }
    }
}

fn begin(memory: Memory, context: &Context) -> Talk {
    let mut talk = Talk {
        memory,
        heard: 0,
        known: Known::from(context),
        now: context.now,
        actions: Vec::new(),
        path: Vec::new(),
        person_words: &[],
    };
    talk.hear();
    talk
}

fn play<B: Bot>(talk: &mut Talk) -> Flow {
    talk.person_words = B::PERSON_WORDS;
    let wants_person = talk.opening().is_some_and(|words| person::is_named(words, B::PERSON_WORDS));
    let flow = if wants_person { Err(Stop::Person(Why::Asked)) } else { B::conversation(talk) };
    let flow = match flow {
        Err(Stop::Person(why)) => {
            // On the way already: "a person, please" is now an answer like any other.
            talk.person_words = &[];
            B::person(talk, why)
        }
        flow => flow,
    };
    let flow = match flow {
        Err(Stop::Silent) => B::silence(talk),
        flow => flow,
    };
    // An end that was reached before the whole past was heard is not the end of this conversation.
    if talk.heard < talk.memory.past.len() { Err(Stop::Diverged) } else { flow }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        question::Answer,
        step::{Action, CallAnswer, Finding, Media, Outcome, ReceivedFile, Transfer},
    };
    use serde::{Deserialize, Serialize};
    use std::time::Duration;

    #[derive(Serialize, Deserialize)]
    struct Order {
        state: String,
    }

    struct Shop;

    impl Bot for Shop {
        fn conversation(talk: &mut Talk) -> Flow {
            // Learnt in the first round: it must not turn the past of that round around.
            if talk.contact().phone.is_none() {
                talk.at("phone");
                let phone = talk.ask_once("Phone?")?;
                talk.learn_phone(phone);
            }
            talk.at("order");
            let number = talk.ask(&"Order?".into(), |text| text.parse::<u32>().ok())?;
            match talk.get::<Order>("shop", &format!("/orders/{number}"))? {
                Answer::Found(order) => talk.say(order.state),
                Answer::Refused(status) => talk.say(format!("refused {status}")),
                Answer::Unreachable => {
                    talk.say("down");
                    let sooner = talk.wait(Duration::from_secs(10))?;
                    talk.say(format!("{:?}", sooner.map(crate::Reply::into_words)));
                }
            }
            Ok(())
        }

        fn person(talk: &mut Talk, why: Why) -> Flow {
            talk.transfer(Transfer::to_queue("all", format!("{why:?}")))
        }
    }

    fn says(turn: &Turn) -> Vec<String> {
        let said = turn.actions.iter().map(|action| match action {
            Action::Say(prompt) => prompt.text.clone(),
            Action::Ask(question) => question.prompt.text.clone(),
            Action::Call(call) => {
                format!("{} {}{} as {}", call.method.as_str(), call.system, call.path, call.id)
            }
            Action::Transfer(transfer) => format!("{:?}: {}", transfer.to, transfer.topic),
            other => format!("{other:?}"),
        });
        said.collect()
    }

    fn text(text: &str) -> Event {
        Event::Text(text.to_owned())
    }

    fn called(id: &str, status: u16, body: &str) -> Event {
        let found = Finding::Answer(CallAnswer { status, body: body.to_owned() });
        Event::Outcome(Outcome { id: id.to_owned(), found })
    }

    #[test]
    fn a_conversation_goes_on_where_it_stopped() {
        let mut context = Context::unknown();
        let mut next = |event, phone: Option<&str>| {
            context.contact.phone = phone.map(str::to_owned);
            let turn = step::<Shop>(event, &context);
            context.memory = turn.memory.clone();
            (says(&turn), turn)
        };
        let (said, turn) = next(Event::Started(None), None);
        assert_eq!((said, turn.path), (vec!["Phone?".to_owned()], vec!["phone".to_owned()]));
        let (said, turn) = next(text("600"), None);
        assert_eq!(said, ["Action::SetContact(ContactDetail::Phone(\"600\"))", "Order?"]);
        assert_eq!(turn.path, ["order"]);
        assert_eq!(next(text("no idea"), Some("600")).0, ["Order?"]);
        assert_eq!(next(Event::Digits("7".into()), Some("600")).0, ["GET shop/orders/7 as shop-4"]);
        let large = format!("{{\"state\":\"sent\",\"more\":\"{}\"}}", "x".repeat(50_000));
        let (said, turn) = next(called("shop-4", 200, &large), Some("600"));
        assert_eq!(said, ["sent", "Order?"]);
        assert!(turn.memory.len() < 700, "a new round remembers nothing of the last: {}", turn.memory);
        let caption = Media {
            text: String::new(),
            files: vec![ReceivedFile {
                kind: "audio".into(),
                mime: None,
                name: None,
                words: Some("8".into()),
            }],
        };
        assert_eq!(next(Event::Media(caption), Some("600")).0, ["GET shop/orders/8 as shop-2"]);
        assert_eq!(next(called("shop-2", 503, "{}"), Some("600")).0, ["down", "Action::Wait(10000)"]);
        assert_eq!(next(Event::Timer, Some("600")).0, ["None", "Order?"]);
        assert_eq!(next(Event::HangUp, Some("600")).0, Vec::<String>::new());
        assert_eq!(next(text("OPERADOR!"), Some("600")).0, ["Target::Queue(\"all\"): Asked"]);
    }

    #[test]
    fn what_does_not_fit_begins_anew() {
        let mut known = Context::unknown();
        known.contact.phone = Some("1".into());
        for memory in ["", "{", "{\"round\":0,\"past\":[]}"] {
            let context = Context { memory: memory.to_owned(), ..known.clone() };
            assert_eq!(says(&step::<Shop>(text("7"), &context)), ["Order?"], "{memory}");
        }
        // The bot was changed: a call is open where it now asks.
        let first = step::<Shop>(Event::Started(None), &known);
        let context = Context { memory: first.memory, ..known };
        assert_eq!(says(&step::<Shop>(called("shop-1", 200, "{}"), &context)), ["Order?"]);
    }
}
