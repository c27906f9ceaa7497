//! A bot from a file, asked outside of a center: for its transcripts.

use crate::pure::{Nothing, PureFile};
use anyhow::{Context as _, Result};
use bot::step::{Action, Context, Event, Turn};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    cell::RefCell,
    path::Path,
    time::{Duration, Instant},
};
use wasmtime::Store;

mod bindings {
    wasmtime::component::bindgen!({
        path: "../../wit/bot",
        world: "conversation",
        additional_derives: [serde::Serialize, serde::Deserialize],
    });
}

const STEP: &str = "centralita:bot/bot@1.0.0";

/// A compiled bot.
pub struct BotFile {
    pure: PureFile,
    living: RefCell<Option<Living>>,
    cost: RefCell<Cost>,
}

/// What its steps took.
#[derive(Debug, Clone, Default)]
pub struct Cost {
    /// In the order of the steps.
    pub times: Vec<Duration>,
    /// The most memory that it had, in bytes.
    pub memory: usize,
}

struct Living {
    store: Store<Nothing>,
    bot: bindings::Conversation,
}

impl BotFile {
    pub fn load(file: &Path) -> Result<Self> {
        let pure = PureFile::load(file, STEP, "bot", "docs/guides/bot.md")?;
        let bot = BotFile { pure, living: RefCell::default(), cost: RefCell::default() };
        bot.start().map_err(anyhow::Error::from).context("does not fit this host")?;
        Ok(bot)
    }

    /// Its step; one that traps or does not come to an end has failed, and is not lived on with.
    pub fn step(&self, event: Event, context: &Context) -> Turn {
        self.asked(&event, context).unwrap_or_else(|error| {
            self.living.borrow_mut().take();
            let why = format!("{:#}", error.root_cause());
            Turn { actions: vec![Action::Fail(why)], memory: String::new(), path: vec![] }
        })
    }

    pub fn cost(&self) -> Cost {
        self.cost.borrow().clone()
    }

    fn asked(&self, event: &Event, context: &Context) -> Result<Turn> {
        let mut living = self.living.borrow_mut();
        let Living { store, bot } = match living.as_mut() {
            Some(living) => living,
            None => living.insert(self.start()?),
        };
        PureFile::refuel(store)?;
        let (event, context) = (same(event)?, same(context)?);
        let begun = Instant::now();
        let turn = bot.centralita_bot_bot().call_step(&mut *store, &event, &context)?;
        let mut cost = self.cost.borrow_mut();
        cost.times.push(begun.elapsed());
        cost.memory = cost.memory.max(store.data().memory);
        same(&turn)
    }

    fn start(&self) -> wasmtime::Result<Living> {
        let mut store = self.pure.store()?;
        let bot = bindings::Conversation::instantiate(&mut store, &self.pure.component, &self.pure.linker)?;
        Ok(Living { store, bot })
    }
}

/// The guest's and the host's bindings are two sets of types made from one text: field for field the same.
/// Where a step takes microseconds this way is too long; for a transcript it is not.
fn same<A: Serialize, B: DeserializeOwned>(value: &A) -> Result<B> {
    Ok(serde_json::from_value(serde_json::to_value(value)?)?)
}
