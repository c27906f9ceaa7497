//! Files of messages: uploaded before they are sent, and fetched by whoever reads the conversation.

use crate::{
    file::{digest, disposition, kind, mime},
    query::parameter,
};
use domain::id::AgentId;
use http::{HeaderName, HeaderValue, StatusCode, header};
use shell::{
    failure::{Failure, Result},
    platform::{
        center::{forgotten, memory, now},
        reply::{self, Reply},
        request::Asked,
    },
    unique,
};
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
};
use store::{
    attachment::{self, Stored},
    port::Sql,
};

/// The largest file that is taken.
pub(crate) const SIZE_MAX: usize = 10 * 1024 * 1024;

/// How much of files one instance handles at a time: each stands in its memory a few times.
const AT_ONCE: usize = 2 * SIZE_MAX;

static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

const NAME_MAX: usize = 200;

/// Room for a file, given back when it is dropped.
pub(crate) struct Room(usize);

impl Room {
    pub(crate) fn take(bytes: usize) -> Result<Room> {
        let room = Room(bytes);
        if UNDER_WAY.fetch_add(bytes, Ordering::Relaxed) + bytes > AT_ONCE {
            return Err(Failure::Later("too many files at once".to_owned()));
        }
        Ok(room)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        UNDER_WAY.fetch_sub(self.0, Ordering::Relaxed);
    }
}

pub(crate) async fn upload(sql: &impl Sql, agent: &AgentId, asked: &Asked) -> Result<Reply> {
    if asked.body.is_empty() {
        return Err(Failure::BadRequest("the file is empty".to_owned()));
    }
    let now = now();
    let mime = mime(asked.header("content-type").unwrap_or_default());
    let name = parameter(&asked.query, "name").map(|name| name.chars().take(NAME_MAX).collect::<String>());
    let file = Stored {
        id: unique::id(now),
        conversation: None,
        kind: kind(&mime).to_owned(),
        name: name.filter(|name| !name.trim().is_empty()),
        size: asked.body.len() as u64,
        sha256: digest(&asked.body),
        mime,
    };
    attachment::keep(sql, &file, asked.body.to_vec(), now).await?;
    let memory = memory().await?;
    memory.set(mark(&file.id), agent.as_str()).await.map_err(forgotten)?;
    Ok(reply::ok(&crate::view::attachment(&domain::message::Attachment {
        id: Some(file.id),
        kind: file.kind,
        mime: Some(file.mime),
        name: file.name,
        size: Some(file.size),
        content_id: None,
        url: None,
        provider_ref: None,
    })))
}

/// Which of `ids` the agent uploaded.
pub(crate) async fn uploaded_by(agent: &AgentId, ids: &[String]) -> Result<BTreeSet<String>> {
    let memory = memory().await?;
    let mut uploads = BTreeSet::new();
    for id in ids {
        let owner = memory.get(mark(id)).await.map_err(forgotten)?;
        if owner.as_deref() == Some(agent.as_str().as_bytes()) {
            uploads.insert(id.clone());
        }
    }
    Ok(uploads)
}

/// The files went with a message: whose they were is of no use any more.
pub(crate) async fn sent(ids: &BTreeSet<String>) -> Result<()> {
    let memory = memory().await?;
    for id in ids {
        memory.delete(mark(id)).await.map_err(forgotten)?;
    }
    Ok(())
}

fn mark(id: &str) -> String {
    format!("upload:{id}")
}

/// A file of a conversation, or one's own that was not sent yet.
pub(crate) async fn download(sql: &impl Sql, agent: Option<&AgentId>, id: &str) -> Result<Reply> {
    let gone = || Failure::NotFound(format!("attachment {id}"));
    let file = attachment::find(sql, id).await?.ok_or_else(gone)?;
    if file.conversation.is_none() {
        let mine = match agent {
            Some(agent) => !uploaded_by(agent, &[id.to_owned()]).await?.is_empty(),
            None => false,
        };
        mine.then_some(()).ok_or_else(gone)?;
    }
    let _room = Room::take(usize::try_from(file.size).unwrap_or(usize::MAX).min(AT_ONCE))?;
    let bytes = attachment::bytes(sql, id).await?.ok_or_else(gone)?;
    let mut reply = reply::bytes(StatusCode::OK, "application/octet-stream", bytes);
    let headers = reply.headers_mut();
    if let Ok(mime) = HeaderValue::from_str(&file.mime) {
        headers.insert(header::CONTENT_TYPE, mime);
    }
    let disposition = disposition(&file.mime, file.name.as_deref().unwrap_or("file"));
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    // A customer's file is never a page of ours, whatever it says it is.
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'"),
        ("cache-control", "private, max-age=86400, immutable"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    Ok(reply)
}
