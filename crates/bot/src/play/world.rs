//! What is around a bot that is played: business systems, articles, queues and people, as somebody says
//! they are.

use crate::step::{Article, Call, CallAnswer, Contact, Finding, Identity, QueueQuestion, QueueState, Search};
use std::collections::BTreeMap;

/// Answers what a bot asks of the world.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct World {
    /// How systems answer; the last one that fits counts.
    answers: Vec<Answer>,
    pub articles: Vec<Article>,
    pub queues: BTreeMap<String, QueueState>,
    /// By phone number or e-mail address.
    pub people: BTreeMap<String, Contact>,
}

/// How a system answers from now on, to all calls or to some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub system: String,
    /// `GET`; `None`: any.
    pub method: Option<String>,
    /// `None`: any. Ends with `*` where only its beginning counts.
    pub path: Option<String>,
    pub answer: CallAnswer,
}

impl Answer {
    fn fits(&self, call: &Call) -> bool {
        let path = |wanted: &str| match wanted.strip_suffix('*') {
            Some(beginning) => call.path.starts_with(beginning),
            None => call.path == wanted,
        };
        self.system == call.system
            && self.method.as_deref().is_none_or(|method| method == call.method.as_str())
            && self.path.as_deref().is_none_or(path)
    }
}

impl World {
    pub fn answer_with(&mut self, answer: Answer) {
        self.answers.push(answer);
    }

    /// `None`: nobody said how the system answers.
    pub fn call(&self, call: &Call) -> Option<Finding> {
        let answer = self.answers.iter().rev().find(|answer| answer.fits(call))?;
        Some(Finding::Answer(answer.answer.clone()))
    }

    pub fn search(&self, search: &Search) -> Finding {
        Finding::Articles(self.articles.iter().take(usize::from(search.at_most)).cloned().collect())
    }

    pub fn find(&self, identity: &Identity) -> Finding {
        Finding::Contact(self.people.get(&identity.value).cloned())
    }

    /// A queue of which nobody said anything is open, and empty.
    pub fn queue(&self, question: &QueueQuestion) -> Finding {
        let usual = QueueState { open: true, opens: None, waiting: 0, estimated_wait_ms: Some(0), agents: 1 };
        Finding::Queue(Some(self.queues.get(&question.queue).copied().unwrap_or(usual)))
    }
}
