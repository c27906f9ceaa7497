//! Agents who answer whatever rings, say one word and close when the contact has gone.

use super::customers::{GOODBYE, Provider};
use crate::{client::Client, desk};
use anyhow::{Context, Result};
use http::Method;
use serde_json::{Value, json};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::mpsc,
    time::{Instant, interval, sleep},
};

/// How often an agent looks whether somebody has gone.
const LOOK: Duration = Duration::from_millis(500);
/// What was written before a goodbye may be read after it.
const SILENCE: Duration = Duration::from_secs(5);
/// A goodbye that the agent did not see, behind an answer for example, counts after so long.
const SILENCE_MAX: Duration = Duration::from_secs(60);
/// Somebody who missed an offer is paused: they are back after this.
const BACK: Duration = Duration::from_secs(3);

/// Works until the task is ended. Whatever fails is tried again: a host may have died, or an offer is over.
pub(crate) async fn serve(agent: Client, name: String, provider: Arc<Provider>) {
    loop {
        // The stream ends with its host; the next one is opened at another.
        if let Err(error) = shift(&agent, &name, &provider).await {
            eprintln!("{name}: {error:#}");
        }
        sleep(LOOK).await;
    }
}

/// As long as one event stream lasts.
async fn shift(agent: &Client, name: &str, provider: &Provider) -> Result<()> {
    let (seen, mut events) = mpsc::unbounded_channel();
    let _stream = desk::listen(agent, seen).await?;
    // After the stream was opened: whatever comes from now on is in it.
    let desk = agent.json(Method::GET, "/api/desk", None).await?;
    let mut hands = Hands::new(agent, name);
    for interaction in desk["interactions"].as_array().into_iter().flatten() {
        hands.take(interaction.clone());
    }
    let mut look = interval(LOOK);
    let mut back_at = Instant::now();
    loop {
        tokio::select! {
            event = events.recv() => {
                let event = event.context("the event stream ended")?;
                match event.name.as_str() {
                    "interaction" => hands.take(serde_json::from_str(&event.data)?),
                    "message" => hands.hear(&serde_json::from_str(&event.data)?),
                    _ => {}
                }
            }
            _ = look.tick() => {
                if back_at <= Instant::now() {
                    back_at = Instant::now() + BACK;
                    agent.json(Method::PUT, "/api/presence", Some(&json!({ "status": "available" }))).await?;
                }
                hands.work(provider).await?;
            }
        }
    }
}

/// What one agent has in hand, as their desk was told.
struct Hands<'a> {
    agent: &'a Client,
    name: &'a str,
    held: HashMap<String, Value>,
    greeted: HashSet<String>,
    /// Whose contact said goodbye, and when.
    left: HashMap<String, Instant>,
}

impl<'a> Hands<'a> {
    fn new(agent: &'a Client, name: &'a str) -> Self {
        Hands { agent, name, held: HashMap::new(), greeted: HashSet::new(), left: HashMap::new() }
    }

    fn hear(&mut self, added: &Value) {
        if added["message"]["text"] == GOODBYE {
            let id = added["interaction_id"].as_str().unwrap_or_default();
            self.left.insert(id.to_owned(), Instant::now());
        }
    }

    fn take(&mut self, interaction: Value) {
        let id = interaction["id"].as_str().unwrap_or_default().to_owned();
        if interaction["last_message"]["text"] == GOODBYE {
            self.left.entry(id.clone()).or_insert_with(Instant::now);
        }
        let is_mine = interaction["agent"]["id"] == self.name;
        let known = self.held.get(&id).and_then(|known| known["version"].as_i64());
        if known > interaction["version"].as_i64() {
            return;
        }
        if is_mine && interaction["state"] != "disposed" {
            self.held.insert(id, interaction);
        } else {
            self.held.remove(&id);
        }
    }

    async fn work(&mut self, provider: &Provider) -> Result<()> {
        for (id, interaction) in self.held.clone() {
            let path = format!("/api/interactions/{id}");
            let state = interaction["state"].as_str().unwrap_or_default();
            if state == "offered" {
                // Somebody else may have it by now: the stream tells.
                self.post(&format!("{path}/answer"), json!({})).await?;
            }
            if state == "active" && !self.greeted.contains(&id) {
                // The same id however often it is tried.
                let words = json!({ "client_id": format!("hello-{id}"), "text": "Te ayudo" });
                if self.post(&format!("{path}/messages"), words).await? {
                    self.greeted.insert(id.clone());
                }
            }
            let phone = interaction["contact"]["phone"].as_str().unwrap_or_default();
            let is_over = self.left.get(&id).is_some_and(|since| SILENCE <= since.elapsed())
                || provider.is_gone(phone.trim_start_matches('+'), SILENCE_MAX);
            if state == "active" && is_over {
                self.post(&format!("{path}/wrap-up"), json!({})).await?;
            }
            if state == "wrap_up" && is_over {
                let code = json!({ "disposition": "resuelto" });
                self.post(&format!("{path}/dispose"), code).await?;
            }
        }
        Ok(())
    }

    /// Whether it was done; what is refused is refused for good.
    async fn post(&self, path: &str, body: Value) -> Result<bool> {
        let headers = [("content-type", "application/json")];
        let status = self.agent.post(path, &headers, body.to_string().into()).await?;
        Ok(status.is_success())
    }
}
