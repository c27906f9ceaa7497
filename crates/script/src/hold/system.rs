//! What business systems, the knowledge base and the contact book answer.

use super::{
    machine::{Machine, Next, Result},
    memory::{Aside, At},
    model,
};
use crate::{
    file::{Does, State, state::Call},
    scope::civil,
};
use bot::step::{Article, CallAnswer, Contact, Finding, Outcome, QueueState};
use serde_json::{Value, json};

/// Bytes of an answer that is kept as a whole; of a larger one `map` keeps what is needed.
const KEPT_MAX: usize = 8 * 1024;
/// From which score on an article is an answer to a `search`.
const ARTICLE_FROM: u8 = 40;

impl Machine<'_> {
    pub(super) fn came(&mut self, at: &At, state: &State, outcome: &Outcome) -> Result {
        match (state.does(), &outcome.found) {
            (Does::Call(call), Finding::Answer(answer)) => self.system_answered(at, state, call, answer),
            (Does::Search(_), Finding::Articles(articles)) => {
                let fits = articles.iter().filter(|article| article.score >= ARTICLE_FROM);
                let found: Vec<_> = fits.map(article).collect();
                self.found(at, state, (!found.is_empty()).then_some(Value::Array(found)))
            }
            (Does::Find(_), Finding::Contact(contact)) => {
                let found = contact.as_ref().map(person);
                self.found(at, state, found)
            }
            (Does::Check(_), Finding::Queue(queue)) => {
                let found = queue.as_ref().map(condition);
                self.found(at, state, found)
            }
            // Of an earlier question: what is awaited here is awaited on.
            _ => self.act(at, state),
        }
    }

    fn found(&mut self, at: &At, state: &State, found: Option<Value>) -> Result {
        match found {
            Some(found) => {
                self.put(state, found);
                self.go_on(at, state)
            }
            None => Ok(self.go_aside(at, state, &["none"], None)),
        }
    }

    pub(super) fn put(&mut self, state: &State, value: Value) {
        if let Some(into) = &state.into {
            self.memory.vars.insert(into.clone(), value);
        }
    }

    fn system_answered(&mut self, at: &At, state: &State, call: &Call, answer: &CallAnswer) -> Result {
        let status = answer.status;
        self.memory.vars.insert("status".to_owned(), status.into());
        let (exactly, class) = (status.to_string(), format!("{}xx", status / 100));
        match status {
            200..=299 => {
                let wanted = state.into.is_some() || !call.map.is_empty();
                let json = serde_json::from_str::<Value>(&answer.body);
                match json {
                    Ok(json) => self.keep_answer(at, state, call, json),
                    // Nothing was to be read in it.
                    Err(_) if !wanted => self.go_on(at, state),
                    Err(_) => Ok(self.system_failed(at, state, &["error"])),
                }
            }
            400..=499 if status != 429 => Ok(self.system_failed(at, state, &[&exactly, &class, "error"])),
            _ => Ok(self.system_failed(at, state, &[&exactly, &class, "error"])),
        }
    }

    fn system_failed(&mut self, at: &At, state: &State, ways: &[&str]) -> Next {
        let script = self.script;
        let otherwise =
            script.file.flow.error.as_deref().filter(|error| at.sub.is_some() || *error != at.state);
        self.go_aside(at, state, ways, otherwise)
    }

    fn keep_answer(&mut self, at: &At, state: &State, call: &Call, json: Value) -> Result {
        if !call.map.is_empty() {
            let mut vars = self.memory.vars.clone();
            vars.insert("answer".to_owned(), json.clone());
            for (name, expression) in &call.map {
                match self.scope.value(expression, &vars) {
                    Ok(value) => drop(self.memory.vars.insert(name.clone(), value)),
                    // The system answered something else than it should.
                    Err(_) => return Ok(self.system_failed(at, state, &["error"])),
                }
            }
        }
        if state.into.is_some() {
            if json.to_string().len() > KEPT_MAX {
                return Err(format!(
                    "{}: the answer is larger than {KEPT_MAX} bytes: keep what is needed with map",
                    at.place()
                ));
            }
            self.put(state, json);
        }
        self.go_on(at, state)
    }

    /// The model or the knowledge base told what the contact's words may mean.
    pub(super) fn aside_came(&mut self, at: &At, state: &State, aside: Aside, outcome: &Outcome) -> Result {
        let words = self.memory.heard.clone().unwrap_or_default();
        let script = self.script;
        match (aside, &outcome.found) {
            (Aside::Model, Finding::Answer(answer)) => match model::answer(script, answer) {
                Some(intent) => Ok(self.go_to_intent(at, &intent, &words)),
                None => self.ask_aside(at, state, &words, Some(Aside::Model)),
            },
            (Aside::Articles, Finding::Articles(articles)) => {
                let knowledge = script.file.flow.knowledge.as_ref();
                let best =
                    articles.first().zip(knowledge).filter(|(best, knowledge)| best.score >= knowledge.from);
                match best {
                    Some((best, knowledge)) => {
                        self.memory.opening = false;
                        self.memory.vars.insert("article".to_owned(), article(best));
                        self.memory.vars.insert("heard".to_owned(), words.into());
                        Ok(Next::Go(self.resolve(at, &knowledge.go)))
                    }
                    None => self.ask_aside(at, state, &words, Some(Aside::Articles)),
                }
            }
            _ => self.ask_aside(at, state, &words, Some(aside)),
        }
    }
}

fn article(article: &Article) -> Value {
    json!({
        "id": article.id, "title": article.title, "answer": article.answer, "url": article.url,
        "score": article.score,
    })
}

fn person(contact: &Contact) -> Value {
    let fields: serde_json::Map<_, _> =
        contact.fields.iter().map(|field| (field.name.clone(), json!(field.value))).collect();
    json!({ "name": contact.name, "phone": contact.phone, "email": contact.email, "fields": fields })
}

fn condition(queue: &QueueState) -> Value {
    let minutes = queue.estimated_wait_ms.map(|millis| millis.div_ceil(60_000));
    json!({
        "open": queue.open, "opens": queue.opens.map(|at| civil(at).to_string()), "waiting": queue.waiting,
        "minutes": minutes, "agents": queue.agents,
    })
}
