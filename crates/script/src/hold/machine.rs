//! From state to state, until the flow waits for something or is over.

use super::{
    answer,
    meaning::Script,
    memory::{At, Memory},
    words,
};
use crate::{
    file::{Does, State, Text, Words},
    scope::{Scope, civil},
};
use bot::step::{Action, Context, Event, Prompt, Turn};
use understand::entity::Place;

/// States in one step: a flow that goes round without asking would go round for ever.
const STATES_MAX: usize = 100;
/// States of one conversation.
const MOVES_MAX: u32 = 2_000;
/// Bytes of what is remembered.
const MEMORY_MAX: usize = 32 * 1024;

/// What follows.
pub(super) enum Next {
    Go(At),
    /// For the contact, for time, or for an outcome.
    Wait,
    /// The flow's part is over.
    Over,
}

/// The flow is not right, or cannot go on: why.
pub(super) type Broken = String;
pub(super) type Result<T = Next> = std::result::Result<T, Broken>;

/// One step of one conversation.
pub(super) struct Machine<'s> {
    pub(super) script: &'s Script,
    pub(super) context: &'s Context,
    pub(super) scope: Scope<'s>,
    pub(super) locale: String,
    pub(super) memory: Memory,
    pub(super) actions: Vec<Action>,
    path: Vec<String>,
}

/// Takes one step: the pure function of `wit/bot`.
pub fn step(script: &Script, event: Event, context: &Context) -> Turn {
    if event == Event::HangUp {
        return Turn { actions: vec![], memory: context.memory.clone(), path: vec![] };
    }
    let mut machine = Machine::new(script, &event, context);
    if let Err(broken) = machine.run(words::shortened(event)) {
        machine.actions.retain(|action| !bot::limits::closes(action));
        machine.actions.push(Action::Fail(broken));
    }
    machine.turn()
}

impl<'s> Machine<'s> {
    fn new(script: &'s Script, event: &Event, context: &'s Context) -> Self {
        let remembered = match event {
            Event::Started(_) => None,
            _ => serde_json::from_str(&context.memory).ok(),
        };
        let vars = || Memory { vars: script.file.vars.clone(), ..Memory::default() };
        let memory: Memory = remembered.unwrap_or_else(vars);
        let locale = script.locale(memory.locale.as_deref().unwrap_or(&context.locale));
        let scope = Scope::new(&script.file, context, &locale);
        Machine { script, context, scope, locale, memory, actions: vec![], path: vec![] }
    }

    fn run(&mut self, event: Event) -> Result<()> {
        let mut next = match (self.memory.at.clone(), event) {
            (Some(at), event) if !matches!(event, Event::Started(_)) => {
                // The version may be a draft that was changed since.
                if self.script.state(&at).is_some() { self.resume(&at, event)? } else { self.begin(event) }
            }
            (_, event) => self.begin(event),
        };
        for _ in 0..STATES_MAX {
            next = match next {
                Next::Go(at) => self.enter(at)?,
                Next::Wait | Next::Over => return Ok(()),
            };
        }
        let places = self.path.iter().rev().take(3).rev().cloned().collect::<Vec<_>>();
        Err(format!("it goes round without asking anything: … {}", places.join(" → ")))
    }

    fn begin(&mut self, event: Event) -> Next {
        self.memory.runs.clear();
        let words = event.words().map(str::trim).filter(|words| !words.is_empty());
        self.memory.hear(words);
        self.memory.opening = words.is_some();
        let start = At { sub: None, state: self.script.file.flow.start.clone() };
        match words {
            Some(words) if self.wants_person(words) => self.lead_who_asked_to_person(words),
            _ => Next::Go(start),
        }
    }

    fn enter(&mut self, at: At) -> Result {
        let script = self.script;
        let state = script.state(&at).ok_or_else(|| format!("there is no state {}", at.place()))?;
        self.memory.moves += 1;
        if self.memory.moves > MOVES_MAX {
            return Err(format!("more than {MOVES_MAX} states in one conversation"));
        }
        self.path.push(at.place());
        if at.sub.is_none() && at.state == script.file.flow.person {
            self.memory.to_person = true;
        }
        self.memory.at = Some(at.clone());
        (self.memory.misses, self.memory.silences, self.memory.aside) = (0, 0, None);
        self.write(state)?;
        if let Some(text) = &state.say {
            let prompt = self.prompt(text)?;
            self.say(prompt);
        }
        self.act(&at, state)
    }

    /// Changes what is known.
    fn write(&mut self, state: &State) -> Result<()> {
        for (name, expression) in &state.set {
            let value = self.scope.value(expression, &self.memory.vars)?;
            self.memory.vars.insert(name.clone(), value);
        }
        for (name, template) in &state.note {
            let value = self.text(template)?;
            if !value.is_empty() {
                let value = value.chars().take(1000).collect();
                self.actions.push(Action::SetAttribute(bot::step::Attribute { name: name.clone(), value }));
            }
        }
        for (name, template) in &state.learn {
            let value: String = self.text(template)?.chars().take(200).collect();
            if !value.is_empty() {
                self.learn(name, value)?;
            }
        }
        Ok(())
    }

    fn learn(&mut self, name: &str, value: String) -> Result<()> {
        use bot::step::ContactDetail;
        let detail = match name {
            "name" => ContactDetail::Name(value),
            "phone" => ContactDetail::Phone(value),
            "email" => ContactDetail::Email(value),
            "locale" => {
                self.locale = self.script.locale(&value);
                self.memory.locale = Some(self.locale.clone());
                self.scope = Scope::new(&self.script.file, self.context, &self.locale);
                ContactDetail::Locale(value)
            }
            other => return Err(format!("learn.{other}: name, phone, email or locale")),
        };
        self.actions.push(Action::SetContact(detail));
        Ok(())
    }

    /// Where and when the contact speaks.
    pub(super) fn place(&self) -> Place {
        let contact = self.memory.locale.as_deref().unwrap_or(&self.context.locale);
        answer::place(contact, &self.locale, civil(self.context.now).date())
    }

    pub(super) fn text(&self, template: &str) -> Result<String> {
        self.scope.text(template, &self.memory.vars)
    }

    /// A text in the language that is spoken, as the channel takes it.
    pub(super) fn prompt(&self, text: &Text) -> Result<Prompt> {
        let words = self.words(text);
        let is_spoken = self.context.channel.spoken;
        let shown = words.spoken.as_ref().filter(|_| is_spoken).unwrap_or(&words.text);
        let filled =
            |part: &Option<String>| part.as_deref().filter(|_| is_spoken).map(|it| self.text(it)).transpose();
        Ok(Prompt {
            text: self.text(shown)?,
            audio: filled(&words.audio)?,
            ssml: filled(&words.ssml)?,
            interruptible: true,
        })
    }

    pub(super) fn words<'t>(&self, text: &'t Text) -> &'t Words {
        static SILENT: Words = Words { text: String::new(), spoken: None, audio: None, ssml: None };
        text.words(&self.locale, &self.script.file.flow.locales[0]).unwrap_or(&SILENT)
    }

    /// A text that came out empty, since its conditions said so, is not said.
    pub(super) fn say(&mut self, prompt: Prompt) {
        if !prompt.text.is_empty() {
            self.actions.push(Action::Say(prompt));
        }
    }

    /// The state that `name` means at `at`: of the same sub-flow, else of the flow.
    pub(super) fn resolve(&mut self, at: &At, name: &str) -> At {
        let inside = At { sub: at.sub.clone(), state: name.to_owned() };
        if self.script.state(&inside).is_some() {
            return inside;
        }
        self.memory.runs.clear();
        At { sub: None, state: name.to_owned() }
    }

    /// Where the state goes on.
    pub(super) fn go_on(&mut self, at: &At, state: &State) -> Result {
        match &state.go {
            Some(go) => Ok(Next::Go(self.resolve(at, go))),
            None => Err(format!("{} goes on nowhere", at.place())),
        }
    }

    /// Where it goes on when something is the case that has a way of its own, else to a person.
    pub(super) fn go_aside(
        &mut self,
        at: &At,
        state: &State,
        ways: &[&str],
        otherwise: Option<&str>,
    ) -> Next {
        let way = ways.iter().find_map(|way| state.on.get(*way)).map(String::as_str).or(otherwise);
        match way {
            Some(way) => Next::Go(self.resolve(at, way)),
            None => self.lead_to_person(ways.last().copied().unwrap_or_default()),
        }
    }

    pub(super) fn lead_to_person(&mut self, reason: &str) -> Next {
        self.memory.runs.clear();
        self.memory.to_person = true;
        self.memory.vars.insert("reason".to_owned(), reason.into());
        Next::Go(At { sub: None, state: self.script.file.flow.person.clone() })
    }

    /// What else was said with it is kept, so that nobody has to say it again.
    pub(super) fn lead_who_asked_to_person(&mut self, words: &str) -> Next {
        self.memory.vars.insert("heard".to_owned(), words.into());
        self.lead_to_person("asked")
    }

    pub(super) fn wants_person(&self, words: &str) -> bool {
        !self.memory.to_person && bot::person::is_named(words, bot::person::WORDS)
    }

    /// Back to where the sub-flow was run.
    pub(super) fn done(&mut self) -> Result {
        let at = self.memory.runs.pop().ok_or("done, but nothing was run")?;
        let script = self.script;
        let state = script.state(&at).ok_or_else(|| format!("there is no state {}", at.place()))?;
        self.go_on(&at, state)
    }

    pub(super) fn wait(&mut self, action: Action) -> Next {
        self.actions.push(action);
        Next::Wait
    }

    /// The present question, and why it comes again.
    pub(super) fn ask_again(&mut self, at: &At, state: &State, is_silent: bool) -> Result {
        let again =
            state.again.as_ref().filter(|_| !is_silent).map(|again| self.prompt(again)).transpose()?;
        let usual =
            if is_silent { words::still_there(&self.locale) } else { words::not_understood(&self.locale) };
        match (state.does(), again) {
            // Words of its own are the whole question.
            (Does::Menu(_) | Does::Ask(_), Some(prompt)) => self.question(at, state, Some(prompt)),
            _ => {
                let mut prompt = self.question_prompt(state)?;
                prompt.text = format!("{usual} {}", prompt.text);
                (prompt.audio, prompt.ssml) = (None, None);
                self.question(at, state, Some(prompt))
            }
        }
    }

    fn question_prompt(&self, state: &State) -> Result<Prompt> {
        match state.does() {
            Does::Menu(text) | Does::Ask(text) => self.prompt(text),
            _ => Ok(Prompt::from("")),
        }
    }

    fn turn(self) -> Turn {
        let mut actions = self.actions;
        let mut memory = serde_json::to_string(&self.memory).unwrap_or_default();
        if memory.len() > MEMORY_MAX {
            actions.retain(|action| !bot::limits::closes(action));
            actions.push(Action::Fail(format!(
                "its variables take {} bytes: at most {MEMORY_MAX}",
                memory.len()
            )));
            memory.clear();
        }
        Turn { actions, memory, path: self.path }
    }
}
