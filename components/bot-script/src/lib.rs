//! The bot that is a file: holds the conversation as the published flow says.
//!
//! Everything is in the crate `script`; here is only what an instance keeps between two conversations.

use bot::step::{Action, Context, Event, Turn};
use script::Script;
use std::{cell::RefCell, rc::Rc};

/// Flows that an instance has read; the oldest makes room. Most centers have few, and two versions of one.
const KEPT: usize = 4;

struct Kept {
    source: String,
    script: Rc<Script>,
}

thread_local! {
    static READ: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
}

pub fn step(event: Event, context: &Context) -> Turn {
    match script(&context.flow.name, &context.flow.source) {
        Ok(script) => script::step(&script, event, context),
        Err(trouble) => Turn { actions: vec![Action::Fail(trouble)], memory: String::new(), path: vec![] },
    }
}

/// The flow of a text. It is compared as a whole: a name and a version may come again after a restore.
fn script(name: &str, source: &str) -> Result<Rc<Script>, String> {
    READ.with_borrow_mut(|read| {
        if let Some(kept) = read.iter().find(|kept| kept.source == source) {
            return Ok(Rc::clone(&kept.script));
        }
        let script = Rc::new(Script::read(name, source).map_err(|trouble| trouble.to_string())?);
        if read.len() == KEPT {
            read.remove(0);
        }
        read.push(Kept { source: source.to_owned(), script: Rc::clone(&script) });
        Ok(script)
    })
}

bot::export_step!(step);

#[cfg(test)]
mod tests {
    use super::*;
    use bot::step::Flow;

    fn turn(source: &str) -> Turn {
        let flow = Flow { name: "test".into(), version: 1, source: source.to_owned() };
        step(Event::Started(None), &Context { flow, ..Context::unknown() })
    }

    fn flow(said: &str) -> String {
        format!(
            "[flow]\nlocales = ['es']\nstart = 'a'\nperson = 'a'\n[state.a]\nsay = '{said}'\ngo = 'b'\n[state.b]\nend = true"
        )
    }

    #[test]
    fn every_text_is_its_own_flow_however_many_there_were() {
        for round in 0..3 {
            for number in 0..KEPT + 2 {
                let actions = turn(&flow(&number.to_string())).actions;
                assert_eq!(actions, [Action::Say(number.to_string().into()), Action::End], "{round}");
            }
        }
    }

    #[test]
    fn a_flow_that_cannot_be_read_ends_with_a_person() {
        let actions = turn("[flow").actions;
        assert!(
            matches!(actions.as_slice(), [Action::Fail(why)] if why.starts_with("test:1")),
            "{actions:?}"
        );
    }
}
