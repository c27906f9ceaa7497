//! What happens when nobody answers, or nobody understands.

use super::{
    Import,
    draft::{End, Goal, Said},
    prompt,
    xml::Element,
};

/// What is too much for one flow, since handlers of a document are written at each of its questions.
pub(super) const TOO_MUCH: &str = "too much is done too often";
pub(super) const TWO_WAYS: &str = "a question is asked in two ways: first, and again";

const AWAY: [&str; 5] = ["goto", "exit", "disconnect", "submit", "return"];

/// What the handlers of a question come to.
#[derive(Default)]
pub(super) struct Handled {
    /// The whole question when it was not understood.
    pub(super) again: Option<Said>,
    pub(super) attempts: Option<u8>,
}

/// Elements that are for `noinput` or `nomatch`.
pub(super) fn handlers<'e, 't>(around: &'e Element<'t>) -> Vec<&'e Element<'t>> {
    around.elements().filter(|element| catches(element, "noinput") || catches(element, "nomatch")).collect()
}

/// At which time something comes, from 1 on.
pub(super) fn count(element: &Element<'_>) -> u8 {
    element.get("count").and_then(|count| count.parse().ok()).unwrap_or(1).max(1)
}

fn catches(element: &Element<'_>, event: &str) -> bool {
    let mut events = element.get("event").unwrap_or_default().split_whitespace();
    element.name == event || (element.name == "catch" && events.any(|caught| caught == event))
}

impl Import<'_> {
    /// Those of the nearest element around that has some for the event.
    pub(super) fn handle(&mut self, element: &Element<'_>, state: usize, question: &Said) -> Handled {
        let mut handled = Handled::default();
        if !self.spend(self.around_dialog.len() + self.around_all.len()) {
            self.note(element, TOO_MUCH);
            return handled;
        }
        let scopes = [handlers(element), self.around_dialog.clone(), self.around_all.clone()];
        for (event, why) in [("nomatch", "fail"), ("noinput", "silence")] {
            let own =
                scopes.iter().map(|scope| scope.iter().filter(|it| catches(it, event)).copied().collect());
            let mut own: Vec<&Element<'_>> =
                own.into_iter().find(|own: &Vec<_>| !own.is_empty()).unwrap_or_default();
            own.sort_by_key(|handler| count(handler));
            let mut own = own.into_iter();
            for handler in own.by_ref() {
                if handler.get("cond").is_some() {
                    self.note(handler, "a question has no conditions on what comes when it was in vain");
                    continue;
                }
                if !self.spend(handler.source.len()) {
                    self.note(element, TOO_MUCH);
                    break;
                }
                if handler.whole().iter().any(|inside| AWAY.contains(&inside.name.as_str())) {
                    if *handled.attempts.get_or_insert(count(handler)) != count(handler) {
                        self.note(handler, "a question is asked equally often, whatever went wrong");
                    }
                    self.lead_away(handler, why, state);
                    break;
                }
                self.say_again(handler, event, question, &mut handled);
            }
            own.for_each(|handler| self.note(handler, "nothing leads here: another one comes before"));
        }
        handled
    }

    fn say_again(&mut self, handler: &Element<'_>, event: &str, question: &Said, handled: &mut Handled) {
        let mut said = self.said(handler.children.iter().filter(|child| prompt::is_spoken(child)));
        for inside in handler.elements() {
            if !prompt::SPOKEN.contains(&inside.name.as_str())
                && inside.name != "reprompt"
                && inside.name != "log"
            {
                self.note(inside, "only what is said again is taken");
            }
        }
        if said.is_empty() {
            return;
        }
        if event == "noinput" {
            self.note(handler, "the flow has its own words where nobody answers");
        } else if handled.again.is_some() {
            self.note(handler, TWO_WAYS);
        } else {
            if handler.all("reprompt").next().is_some() {
                said.add(question.clone());
            }
            handled.again = Some(said);
        }
    }

    /// What comes when it was in vain too often.
    fn lead_away(&mut self, handler: &Element<'_>, why: &'static str, state: usize) {
        let ends = self.part.draft.take_ends();
        self.part.draft.set_ends(vec![End::On(state, why)]);
        self.content(&handler.children);
        // Else it is asked again.
        let name = self.part.draft.state(state).map(|state| state.name.clone()).unwrap_or_default();
        self.part.draft.goto(&Goal::State(name));
        self.part.draft.set_ends(ends);
    }
}
