//! What a state does when it is entered.

use super::{
    machine::{Machine, Next, Result},
    memory::At,
};
use crate::{
    file::{
        Does, State,
        state::{self, Find, Header, Method, Recording},
    },
    scope,
};
use bot::step::{
    self, Action, Call, HeaderValue, Identity, QueueQuestion, Search, SentFile, Skill, Target, Transfer,
};
use std::collections::BTreeMap;

/// A business system has this long to answer.
const SYSTEM_TIME_MS: u32 = 5_000;
/// Articles that a search brings.
const ARTICLES: u8 = 3;

impl Machine<'_> {
    pub(super) fn act(&mut self, at: &At, state: &State) -> Result {
        match state.does() {
            Does::Menu(_) | Does::Ask(_) => self.arrive_at_question(at, state),
            Does::Call(call) => self.call(at, call),
            Does::Search(question) => {
                let (id, question) = (at.place(), self.text(question)?);
                Ok(self.wait(Action::Search(Search { id, question, at_most: ARTICLES })))
            }
            Does::Find(find) => {
                let (scheme, template) = match find {
                    Find::Phone(template) => ("phone", template),
                    Find::Email(template) => ("email", template),
                };
                let (id, value) = (at.place(), self.text(template)?);
                Ok(self.wait(Action::FindContact(Identity { id, scheme: scheme.to_owned(), value })))
            }
            Does::Check(queue) => {
                let (id, queue) = (at.place(), self.text(queue)?);
                Ok(self.wait(Action::CheckQueue(QueueQuestion { id, queue })))
            }
            Does::Slots(slots) => self.slots(at, state, slots),
            Does::Choose(cases) => self.choose(at, state, cases),
            Does::Run(name) => self.run_sub(at, name),
            Does::Transfer(transfer) => self.transfer(transfer),
            Does::Callback(callback) => self.callback(callback),
            Does::Send(file) => {
                self.send(file)?;
                self.go_on(at, state)
            }
            Does::Wait(time) => {
                let millis = u32::try_from(time.0.as_millis()).unwrap_or(u32::MAX);
                Ok(self.wait(Action::Wait(millis)))
            }
            Does::Record(recording) => {
                self.actions.push(Action::Record(match recording {
                    Recording::Start => step::Recording::Start,
                    Recording::Pause => step::Recording::Pause,
                    Recording::Resume => step::Recording::Resume,
                    Recording::Stop => step::Recording::Stop,
                }));
                self.go_on(at, state)
            }
            Does::End => {
                self.actions.push(Action::End);
                Ok(Next::Over)
            }
            Does::Done => self.done(),
            Does::GoOn => self.go_on(at, state),
        }
    }

    fn choose(&mut self, at: &At, state: &State, cases: &[state::Case]) -> Result {
        for case in cases {
            if self.scope.holds(&case.when, &self.memory.vars)? {
                return Ok(Next::Go(self.resolve(at, &case.go)));
            }
        }
        match state.otherwise.as_ref().or(state.go.as_ref()) {
            Some(go) => Ok(Next::Go(self.resolve(at, go))),
            None => Err(format!("none of the cases of {} holds, and it has no else", at.place())),
        }
    }

    fn run_sub(&mut self, at: &At, name: &str) -> Result {
        let sub = self.script.file.sub.get(name).ok_or_else(|| format!("there is no sub-flow {name}"))?;
        let start = At { sub: Some(name.to_owned()), state: sub.start.clone() };
        self.memory.runs.push(at.clone());
        Ok(Next::Go(start))
    }

    fn call(&mut self, at: &At, call: &state::Call) -> Result {
        let vars = &self.memory.vars;
        let (method, usual) = match call.method {
            Method::Get => (step::Method::Get, 2),
            Method::Post => (step::Method::Post, 1),
            Method::Put => (step::Method::Put, 1),
            Method::Patch => (step::Method::Patch, 1),
            Method::Delete => (step::Method::Delete, 1),
        };
        let header = |(name, value): (&String, &Header)| {
            let value = match value {
                Header::Plain(template) => HeaderValue::Plain(self.scope.text(template, vars)?),
                Header::Secret { secret } => HeaderValue::Secret(secret.clone()),
            };
            Ok(step::Header { name: name.clone(), value })
        };
        let body = call.body.as_ref().map(|body| self.scope.json(body, vars)).transpose()?;
        let within = call.within.and_then(|time| u32::try_from(time.0.as_millis()).ok());
        let wanted = Call {
            id: at.place(),
            system: call.system.clone(),
            method,
            path: self.scope.path(&call.path, vars)?,
            headers: call.headers.iter().map(header).collect::<Result<_>>()?,
            body: body.map(|body| body.to_string()).unwrap_or_default(),
            attempts: call.attempts.unwrap_or(usual),
            within_ms: within.unwrap_or(SYSTEM_TIME_MS).clamp(1, SYSTEM_TIME_MS),
        };
        Ok(self.wait(Action::Call(wanted)))
    }

    fn transfer(&mut self, transfer: &state::Transfer) -> Result {
        let to = match (&transfer.queue, &transfer.flow) {
            (Some(queue), _) => Target::Queue(self.text(queue)?),
            (None, Some(flow)) => Target::Flow(self.text(flow)?),
            (None, None) => return Err("a transfer to nowhere".to_owned()),
        };
        let topic = self.topic(&transfer.topic)?;
        let skills = skills(&transfer.skills);
        self.actions.push(Action::Transfer(Transfer { to, topic, priority: transfer.priority, skills }));
        Ok(Next::Over)
    }

    fn callback(&mut self, callback: &state::Callback) -> Result {
        let phone = callback.phone.as_deref().map(|phone| self.text(phone)).transpose()?;
        let at = callback.at.as_deref().map(|at| self.text(at)).transpose()?;
        let at = at.as_deref().and_then(scope::moment).map(bot::play::player::local_time);
        let wait = Transfer {
            to: Target::Queue(self.text(&callback.queue)?),
            topic: self.topic(&callback.topic)?,
            priority: callback.priority,
            skills: skills(&callback.skills),
        };
        let phone = phone.filter(|phone| !phone.is_empty());
        self.actions.push(Action::Callback(step::Callback { phone, at, wait }));
        Ok(Next::Over)
    }

    /// One short line; the conversation has the rest.
    fn topic(&self, template: &str) -> Result<String> {
        let line = self.text(template)?.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(line.chars().take(200).collect())
    }

    fn send(&mut self, file: &state::Send) -> Result<()> {
        let caption = file.caption.as_ref().map(|text| self.prompt(text)).transpose()?;
        if self.context.channel.files {
            let (system, name) = (file.system.clone(), self.text(&file.name)?);
            let path = self.scope.path(&file.path, &self.memory.vars)?;
            let caption = caption.map(|caption| caption.text).filter(|caption| !caption.is_empty());
            self.actions.push(Action::Send(SentFile { system, path, name, caption }));
        } else if let Some(caption) = caption {
            self.say(caption);
        }
        Ok(())
    }
}

fn skills(skills: &BTreeMap<String, u8>) -> Vec<Skill> {
    skills.iter().map(|(name, level)| Skill { name: name.clone(), level: *level }).collect()
}
