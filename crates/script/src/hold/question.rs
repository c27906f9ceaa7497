//! Questions, and what the contact answers.

use super::{
    answer,
    machine::{Machine, Next, Result},
    meaning,
    memory::{Aside, At},
};
use crate::file::{Choice, Does, Kind, State, Text};
use bot::step::{
    self, Action, DigitCount, Event, Expectation, Media, MenuOption, Prompt, Score, SurveyAnswer,
};
use serde_json::Value;

/// An option, as it is offered now.
pub(super) struct Offered<'s> {
    pub(super) id: String,
    title: String,
    spoken: Option<String>,
    key: Option<String>,
    choice: Option<&'s Choice>,
    /// What of a list it stands for.
    item: Option<Value>,
}

impl Machine<'_> {
    /// The contact, or time, answers what is asked at `at`.
    pub(super) fn resume(&mut self, at: &At, event: Event) -> Result {
        let script = self.script;
        let state = script.state(at).ok_or_else(|| format!("there is no state {}", at.place()))?;
        let is_question = matches!(state.does(), Does::Menu(_) | Does::Ask(_));
        match event {
            Event::Outcome(outcome) => match self.memory.aside.take() {
                Some(aside) => self.aside_came(at, state, aside, &outcome),
                None => self.came(at, state, &outcome),
            },
            Event::Timer if matches!(state.does(), Does::Wait(_)) => self.go_on(at, state),
            Event::Silence if is_question => self.silent(at, state),
            Event::Choice(id) if is_question => self.chose(at, state, &id),
            Event::Digits(keys) if is_question => self.pressed(at, state, &keys),
            Event::Media(media) if is_question => self.sent(at, state, &media),
            event => match event.words().map(str::trim).map(str::to_owned) {
                Some(words) if is_question => self.said(at, state, &words),
                // What is said while time passes ends the waiting.
                Some(words) if matches!(state.does(), Does::Wait(_)) => {
                    if self.wants_person(&words) {
                        return Ok(self.lead_who_asked_to_person(&words));
                    }
                    self.memory.vars.insert("answer".to_owned(), words.into());
                    self.go_on(at, state)
                }
                // Something of an earlier question: what is awaited here is awaited on.
                _ => self.act(at, state),
            },
        }
    }

    /// Asks, unless what was said before answers it.
    pub(super) fn arrive_at_question(&mut self, at: &At, state: &State) -> Result {
        let heard = self.memory.heard.clone();
        match (state.does(), heard) {
            (Does::Menu(_), Some(words)) if self.memory.opening => self.free_words(at, state, &words),
            (Does::Ask(_), Some(words)) if self.may_fill(at, state) => match self.read(state, &words) {
                Some(value) if self.is_valid(state, &value)? => {
                    self.memory.filled.insert(at.clone());
                    self.take(at, state, value, &words)
                }
                _ => self.question(at, state, None),
            },
            _ => self.question(at, state, None),
        }
    }

    fn may_fill(&self, at: &At, state: &State) -> bool {
        state.fill.unwrap_or(state.kind.is_found_in_sentences()) && !self.memory.filled.contains(at)
    }

    pub(super) fn question(&mut self, at: &At, state: &State, prompt: Option<Prompt>) -> Result {
        self.memory.opening = false;
        let flow = &self.script.file.flow;
        let usual = if self.context.channel.spoken { flow.spoken_patience } else { flow.patience };
        let patience = state.patience.or(usual).and_then(|time| u32::try_from(time.0.as_millis()).ok());
        let shown = |machine: &Self, text: &Text| prompt.clone().map_or_else(|| machine.prompt(text), Ok);
        let action = match state.does() {
            Does::Menu(text) => {
                let option = |offered: Offered<'_>| MenuOption {
                    id: offered.id,
                    title: offered.title,
                    key: offered.key,
                    spoken: offered.spoken,
                };
                let options: Vec<_> = self.offered(state)?.into_iter().map(option).collect();
                if options.is_empty() {
                    return Ok(self.go_aside(at, state, &["none"], None));
                }
                Action::Menu(step::Menu { prompt: shown(self, text)?, options, patience_ms: patience })
            }
            Does::Ask(text) => Action::Ask(step::Question {
                prompt: shown(self, text)?,
                expected: expectation(state.kind),
                digits: state.digits.map(|digits| DigitCount {
                    min: digits.min,
                    max: digits.max,
                    end_key: Some("#".to_owned()),
                }),
                hints: state.hints.clone(),
                patience_ms: patience,
            }),
            _ => return self.act(at, state),
        };
        Ok(self.wait(action))
    }

    /// The options that are there now: those of a list first.
    pub(super) fn offered<'s>(&self, state: &'s State) -> Result<Vec<Offered<'s>>> {
        let mut offered = vec![];
        if let (Some(each), Some(title)) = (&state.each, &state.title) {
            let Value::Array(items) = self.scope.value(each, &self.memory.vars)? else {
                return Err(format!("each: {each} is no list"));
            };
            for (place, item) in items.into_iter().enumerate() {
                let mut vars = self.memory.vars.clone();
                vars.insert("item".to_owned(), item.clone());
                let words = self.words(title);
                let text = self.scope.text(&words.text, &vars)?;
                let spoken =
                    words.spoken.as_ref().map(|spoken| self.scope.text(spoken, &vars)).transpose()?;
                let id = format!("item-{}", place + 1);
                offered.push(Offered { id, title: text, spoken, key: None, choice: None, item: Some(item) });
            }
        }
        for choice in &state.option {
            let is_there =
                choice.when.as_ref().map_or(Ok(true), |when| self.scope.holds(when, &self.memory.vars))?;
            if is_there {
                let words = self.words(&choice.title);
                let spoken = words.spoken.as_ref().map(|spoken| self.text(spoken)).transpose()?;
                offered.push(Offered {
                    id: choice.id().to_owned(),
                    title: self.text(&words.text)?,
                    spoken,
                    key: choice.key.clone(),
                    choice: Some(choice),
                    item: None,
                });
            }
        }
        // Ten is what a menu holds; what is written beside a list stays.
        let beside = offered.iter().filter(|one| one.choice.is_some()).count();
        let mut room = 10usize.saturating_sub(beside);
        offered.retain(|one| {
            one.choice.is_some() || {
                let fits = room > 0;
                room = room.saturating_sub(1);
                fits
            }
        });
        Ok(offered)
    }

    fn chose(&mut self, at: &At, state: &State, id: &str) -> Result {
        let offered = self.offered(state)?;
        match offered.into_iter().find(|one| one.id == id) {
            Some(one) => self.take_option(at, state, one, None),
            // A button of an older menu, which is still on the contact's screen.
            None => self.not_understood(at, state),
        }
    }

    /// `words`: it was chosen by them, and they may say more.
    fn take_option(&mut self, at: &At, state: &State, one: Offered<'_>, words: Option<&str>) -> Result {
        self.memory.opening = false;
        self.memory.hear(words);
        self.memory.vars.insert("answer".to_owned(), one.id.clone().into());
        let value = one.item.unwrap_or_else(|| one.id.clone().into());
        if let Some(into) = &state.into {
            self.memory.vars.insert(into.clone(), value);
        }
        self.keep(state, &one.id, one.title);
        match one.choice.and_then(|choice| choice.go.as_ref()) {
            Some(go) => Ok(Next::Go(self.resolve(at, go))),
            None => self.go_on(at, state),
        }
    }

    /// Keys that are no option of the menu.
    fn pressed(&mut self, at: &At, state: &State, keys: &str) -> Result {
        if keys == "0" && !self.memory.to_person {
            return Ok(self.lead_to_person("asked"));
        }
        match state.does() {
            Does::Menu(_) => self.not_understood(at, state),
            _ => self.answered(at, state, keys),
        }
    }

    fn sent(&mut self, at: &At, state: &State, media: &Media) -> Result {
        let words = media.words().trim().to_owned();
        if words.is_empty() && state.kind == Kind::Message && matches!(state.does(), Does::Ask(_)) {
            let names = media.files.iter().map(|file| file.name.as_deref().unwrap_or(&file.kind).to_owned());
            let said = format!("[{}]", names.collect::<Vec<_>>().join(", "));
            return self.take(at, state, said.clone().into(), &said);
        }
        self.said(at, state, &words)
    }

    fn said(&mut self, at: &At, state: &State, words: &str) -> Result {
        if self.wants_person(words) {
            return Ok(self.lead_who_asked_to_person(words));
        }
        match state.does() {
            Does::Menu(_) => self.free_words(at, state, words),
            _ => self.answered(at, state, words),
        }
    }

    /// Words at a menu: an option, an intent, or something for the model or the knowledge base.
    fn free_words(&mut self, at: &At, state: &State, words: &str) -> Result {
        let mut offered = self.offered(state)?;
        if let Some(place) = meaning::option(&offered, words, &self.locale) {
            let one = offered.swap_remove(place);
            return self.take_option(at, state, one, Some(words));
        }
        if let Some(next) = self.intent(at, words) {
            return Ok(next);
        }
        self.ask_aside(at, state, words, None)
    }

    /// The state that the words lead to, by the examples of the intents.
    pub(super) fn intent(&mut self, at: &At, words: &str) -> Option<Next> {
        let name = self.script.intent(&self.locale, words)?;
        Some(self.go_to_intent(at, &name, words))
    }

    pub(super) fn go_to_intent(&mut self, at: &At, name: &str, words: &str) -> Next {
        self.memory.hear(Some(words));
        self.memory.opening = false;
        // They want something else: a person is theirs to ask for again.
        self.memory.to_person = false;
        self.memory.vars.insert("heard".to_owned(), words.into());
        let script = self.script;
        match script.file.intent.get(name) {
            Some(intent) => {
                self.memory.runs.clear();
                Next::Go(At { sub: None, state: intent.go.clone() })
            }
            None => Next::Go(at.clone()),
        }
    }

    /// Asks the language model, then the knowledge base, what the words are about, where the flow has them.
    pub(super) fn ask_aside(&mut self, at: &At, state: &State, words: &str, after: Option<Aside>) -> Result {
        self.memory.hear(Some(words));
        let script = self.script;
        let flow = &script.file.flow;
        // A word alone is too little to know what somebody means.
        let says_something = words.split_whitespace().count() > 1;
        if let Some(model) = flow.model.as_ref().filter(|model| {
            after.is_none()
                && says_something
                && self.memory.asked_model < model.budget
                && !script.file.intent.is_empty()
        }) {
            self.memory.asked_model += 1;
            self.memory.aside = Some(Aside::Model);
            let call = super::model::question(script, model, &self.locale, &self.place(), at, words);
            return Ok(self.wait(call));
        }
        if flow.knowledge.is_some() && after != Some(Aside::Articles) && says_something {
            self.memory.aside = Some(Aside::Articles);
            let search = step::Search { id: at.place(), question: words.to_owned(), at_most: 3 };
            return Ok(self.wait(Action::Search(search)));
        }
        if self.memory.opening {
            return self.question(at, state, None);
        }
        self.not_understood(at, state)
    }

    fn answered(&mut self, at: &At, state: &State, words: &str) -> Result {
        if let Some(value) = self.read(state, words) {
            if self.is_valid(state, &value)? {
                return self.take(at, state, value, words);
            }
        } else if words.split_whitespace().count() > 1
            && let Some(next) = self.intent(at, words)
        {
            // They changed their mind.
            return Ok(next);
        }
        self.not_understood(at, state)
    }

    fn read(&self, state: &State, words: &str) -> Option<Value> {
        answer::read(&self.script.file, state, words, &self.place())
    }

    fn is_valid(&self, state: &State, value: &Value) -> Result<bool> {
        let Some(valid) = &state.valid else { return Ok(true) };
        let mut vars = self.memory.vars.clone();
        vars.insert("answer".to_owned(), value.clone());
        self.scope.holds(valid, &vars)
    }

    fn take(&mut self, at: &At, state: &State, value: Value, words: &str) -> Result {
        self.memory.opening = false;
        self.memory.vars.insert("answer".to_owned(), value.clone());
        let shown = match &value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        if let Some(into) = &state.into {
            self.memory.vars.insert(into.clone(), value);
        }
        self.keep(state, &shown, words.to_owned());
        self.go_on(at, state)
    }

    /// Keeps an answer of a survey, as a number where it is one.
    fn keep(&mut self, state: &State, value: &str, answer: String) {
        let Some(survey) = &state.survey else { return };
        let points = value.trim_start_matches("item-").parse::<u8>().ok();
        let score = survey.of.zip(points).filter(|(of, points)| points <= of);
        self.actions.push(Action::Survey(SurveyAnswer {
            survey: survey.name.clone(),
            question: survey.question.clone(),
            answer: answer.chars().take(1000).collect(),
            score: score.map(|(of, points)| Score { points, of }),
        }));
    }

    pub(super) fn not_understood(&mut self, at: &At, state: &State) -> Result {
        self.memory.misses += 1;
        if self.memory.misses >= state.attempts.unwrap_or(self.script.file.flow.attempts) {
            return Ok(self.go_aside(at, state, &["fail"], None));
        }
        self.ask_again(at, state, false)
    }

    /// On the phone a question is repeated; who writes may come back to it later.
    fn silent(&mut self, at: &At, state: &State) -> Result {
        self.memory.silences += 1;
        let attempts = state.attempts.unwrap_or(self.script.file.flow.attempts);
        if self.context.channel.spoken && self.memory.silences < attempts {
            return self.ask_again(at, state, true);
        }
        let way = state.on.get("silence").or(self.script.file.flow.silence.as_ref());
        match way.filter(|way| at.sub.is_some() || **way != at.state) {
            Some(way) => Ok(Next::Go(self.resolve(at, way))),
            None => {
                self.actions.push(Action::End);
                Ok(Next::Over)
            }
        }
    }
}

impl Offered<'_> {
    /// The words that mean it.
    pub(super) fn words(&self, locale: &str) -> Vec<&str> {
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        let says =
            self.choice.into_iter().flat_map(|choice| choice.says.get(locale).or(choice.says.get(language)));
        let own = [Some(self.title.as_str()), self.spoken.as_deref()];
        own.into_iter().flatten().chain(says.flatten().map(String::as_str)).collect()
    }
}

fn expectation(kind: Kind) -> Expectation {
    match kind {
        Kind::Text => Expectation::Anything,
        Kind::Number | Kind::Digits | Kind::Code => Expectation::Number,
        Kind::Name => Expectation::Name,
        Kind::Phone => Expectation::Phone,
        Kind::Email => Expectation::Email,
        Kind::Date | Kind::Time => Expectation::Date,
        Kind::Amount => Expectation::Amount,
        Kind::Document => Expectation::Document,
        Kind::YesNo => Expectation::YesNo,
        Kind::Message => Expectation::Message,
    }
}
