//! What the widget is told: the conversation's messages, how far ours were read, who has it, who types.
//!
//! A message is keyed by its number in the conversation. The rest has no history: it is told when it
//! differs from what this stream told before, so a new stream begins with all of it.

use crate::codec;
use domain::{
    id::AgentId,
    message::{Attachment, Author, Content, Direction},
    time::Timestamp,
};
use serde_json::{Value, json};
use shell::{link, seal::Key};
use std::{collections::BTreeMap, time::Duration};
use store::{
    agent,
    conversation::Conversation,
    interaction,
    message::{self, Message},
    port::{Result, Sql},
};

/// How much of a long conversation a widget that knows nothing is told.
const SHOWN_MAX: u64 = 200;
const PAGE: i64 = 100;

/// One event, as it goes into the stream or into a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub event: &'static str,
    pub data: Value,
}

impl Told {
    fn new(event: &'static str, data: Value) -> Self {
        Told { event, data }
    }

    /// Somebody of the business types, for `for_ms` from now on.
    pub fn typing(for_ms: i64, name: Option<&str>) -> Self {
        Told::new("typing", json!({ "for_ms": for_ms, "name": name }))
    }

    /// As a server-sent event. JSON has no line breaks.
    pub fn frame(&self) -> String {
        let id = self.data["seq"].as_u64().map(|seq| format!("id: {seq}\n")).unwrap_or_default();
        format!("{id}event: {}\ndata: {}\n\n", self.event, self.data)
    }

    pub fn to_json(&self) -> Value {
        json!({ "event": self.event, "data": self.data })
    }
}

/// The widget asks for fresh links each quarter of an hour.
const LINK_LIFE: Duration = Duration::from_secs(3600);

/// Signs the links to files.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    pub key: &'a Key,
    pub now: Timestamp,
}

impl Signer<'_> {
    /// Relative to the address of the server, wherever that is mounted. None to what is held back.
    fn link(&self, file: &Attachment) -> Option<String> {
        let id = file.id.as_deref().filter(|_| file.hold.is_none())?;
        link::path(self.key, id, self.now + LINK_LIFE)
    }
}

/// What one stream has told.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Progress {
    /// The last message's number.
    pub seq: u64,
    state: Value,
    delivered: u64,
    read: u64,
    /// Names of agents, looked up once.
    names: BTreeMap<AgentId, String>,
}

impl Progress {
    pub fn since(seq: u64) -> Self {
        Progress { seq, ..Progress::default() }
    }

    /// The name of the agent who has the conversation.
    pub fn agent_name(&self) -> Option<&str> {
        self.state["agent"]["name"].as_str()
    }

    /// Everything new in `conversation`.
    pub async fn news(
        &mut self,
        sql: &impl Sql,
        conversation: &Conversation,
        signer: Signer<'_>,
    ) -> Result<Vec<Told>> {
        let mut told = vec![];
        self.seq = self.seq.max(conversation.last_seq.saturating_sub(SHOWN_MAX));
        while self.seq < conversation.last_seq {
            let page = message::after(sql, &conversation.id, self.seq, PAGE).await?;
            let Some(last) = page.last() else { break };
            self.seq = last.seq;
            for message in &page {
                let name = match &message.author {
                    Author::Agent(id) => self.name(sql, id).await?,
                    Author::Contact | Author::Bot | Author::System => None,
                };
                told.push(said(message, name, signer));
            }
        }
        let state = self.state_of(sql, conversation).await?;
        // The bot and an agent who is in the conversation have what was written.
        if !matches!(state["state"].as_str(), Some("queued" | "offered") | None) {
            self.mark(&mut told, "delivered", conversation.last_seq);
        }
        self.mark(&mut told, "read", conversation.read_seq);
        if state != self.state {
            self.state = state.clone();
            told.push(Told::new("state", state));
        }
        Ok(told)
    }

    fn mark(&mut self, told: &mut Vec<Told>, status: &'static str, up_to: u64) {
        let mark = if status == "read" { &mut self.read } else { &mut self.delivered };
        if *mark < up_to {
            *mark = up_to;
            told.push(Told::new("status", json!({ "status": status, "up_to_seq": up_to })));
        }
    }

    async fn state_of(&mut self, sql: &impl Sql, conversation: &Conversation) -> Result<Value> {
        let Some(open) = &conversation.open_interaction else { return Ok(json!({ "state": "disposed" })) };
        let Some(view) = interaction::find(sql, open).await? else { return Ok(Value::Null) };
        // While it only rings, nobody has it.
        let agent = view.agent.filter(|_| view.state == "active");
        let name = match &agent {
            Some(agent) => self.name(sql, agent).await?,
            None => None,
        };
        Ok(json!({ "state": view.state, "agent": name.map(|name| json!({ "name": name })) }))
    }

    async fn name(&mut self, sql: &impl Sql, id: &AgentId) -> Result<Option<String>> {
        if let Some(name) = self.names.get(id) {
            return Ok(Some(name.clone()));
        }
        let name = agent::find(sql, id).await?.map(|agent| agent.name);
        if let Some(name) = &name {
            self.names.insert(id.clone(), name.clone());
        }
        Ok(name)
    }
}

fn said(message: &Message, author_name: Option<String>, signer: Signer<'_>) -> Told {
    let words = message.content.words();
    let (kind, text, options, files): (_, &str, _, &[Attachment]) = match &message.content {
        Content::Text { text } => ("text", text, json!([]), &[]),
        Content::Template(_) | Content::Location(_) => ("text", &words, json!([]), &[]),
        Content::Card(card) => ("menu", &words, json!(card.options), card.image.as_slice()),
        Content::Letter(letter) => ("media", &words, json!([]), &letter.attachments),
        Content::Menu(menu) => ("menu", &menu.text, json!(menu.options), &[]),
        Content::Media { text, attachments } => {
            ("media", text.as_deref().unwrap_or_default(), json!([]), attachments)
        }
        Content::Rich { text, .. } => ("rich", text, json!([]), &[]),
        Content::Unsupported { .. } => ("unsupported", "", json!([]), &[]),
    };
    let (author, direction) = match (&message.author, message.direction) {
        (Author::Bot, _) => ("bot", "out"),
        (Author::Agent(_), _) => ("agent", "out"),
        (Author::System, _) => ("system", "out"),
        (Author::Contact, Direction::In) => ("contact", "in"),
        (Author::Contact, Direction::Out) => ("contact", "out"),
    };
    let files: Vec<Value> = files.iter().map(|file| attachment(file, signer)).collect();
    Told::new(
        "message",
        json!({
            "id": message.id,
            "seq": message.seq,
            "direction": direction,
            "author": { "kind": author, "name": author_name },
            "kind": kind,
            "text": text,
            "options": options,
            "attachments": files,
            "at_ms": message.at,
            // The visitor's own id: it is how the widget knows its own message again.
            "client_id": message.provider_id.as_deref().filter(|_| author == "contact").and_then(codec::client_id),
        }),
    )
}

fn attachment(file: &Attachment, signer: Signer<'_>) -> Value {
    let Attachment { id, kind, mime, name, size, .. } = file;
    let url = signer.link(file);
    json!({ "id": id, "kind": kind, "mime": mime, "name": name, "size": size, "url": url })
}
