//! Files of messages: uploaded before they are sent, and fetched by whoever reads the conversation.

use crate::query::parameter;
use domain::id::AgentId;
use futures::future::join_all;
use http::HeaderValue;
use shell::{
    failure::{Failure, Result},
    file::{self, Arrived},
    link,
    platform::{
        attempt::perform,
        center::{forgotten, key, memory, now},
        depot::Configured,
        reply::{self, Reply},
        request::Asked,
    },
};
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
};
use store::{
    attachment::{self, Stored},
    port::Sql,
};

/// The largest file that is taken, whatever the center's limit: it stands in the memory of an instance.
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

/// Keeps a file. Where a virus scanner looks at it, the answer waits for that as long as a person would.
pub(crate) async fn upload(sql: &impl Sql, agent: &AgentId, asked: &Asked) -> Result<Reply> {
    let name = parameter(&asked.query, "name").map(|name| name.chars().take(NAME_MAX).collect::<String>());
    let arrived = Arrived {
        conversation: None,
        kind: None,
        mime: asked.header("content-type"),
        name: name.as_deref(),
        bytes: &asked.body,
    };
    let (kept, work) = file::keep(sql, &Configured, now(), arrived).await?;
    let memory = memory().await?;
    memory.set(mark(&kept.id), agent.as_str()).await.map_err(forgotten)?;
    join_all(work.iter().map(perform)).await;
    about(sql, Some(agent), &kept.id).await
}

/// What is known of a file, for whoever may have it.
pub(crate) async fn about(sql: &impl Sql, agent: Option<&AgentId>, id: &str) -> Result<Reply> {
    visible(sql, agent, id).await?;
    let (file, place) = attachment::find_placed(sql, id).await?.ok_or_else(gone)?;
    Ok(reply::ok(&crate::view::attachment(&file::attached(file, place.hold))))
}

fn gone() -> Failure {
    Failure::NotFound("this file".to_owned())
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
async fn visible(sql: &impl Sql, agent: Option<&AgentId>, id: &str) -> Result<Stored> {
    let file = attachment::find(sql, id).await?.ok_or_else(gone)?;
    if file.conversation.is_none() {
        let mine = match agent {
            Some(agent) => !uploaded_by(agent, &[id.to_owned()]).await?.is_empty(),
            None => false,
        };
        mine.then_some(()).ok_or_else(gone)?;
    }
    Ok(file)
}

pub(crate) async fn download(sql: &impl Sql, agent: Option<&AgentId>, id: &str) -> Result<Reply> {
    given(sql, &visible(sql, agent, id).await?).await
}

/// A file for whoever has a link to it. One that has run out is as good as none.
pub(crate) async fn shared(sql: &impl Sql, token: &str) -> Result<Reply> {
    let id = link::file(&key().await?, token, now()).ok_or_else(gone)?;
    let file = attachment::find(sql, &id).await?.ok_or_else(gone)?;
    let mut reply = given(sql, &file).await?;
    // The web chat shows pictures on pages of other origins.
    let anywhere = HeaderValue::from_static("cross-origin");
    reply.headers_mut().insert("cross-origin-resource-policy", anywhere);
    Ok(reply)
}

async fn given(sql: &impl Sql, file: &Stored) -> Result<Reply> {
    let _room = Room::take(usize::try_from(file.size).unwrap_or(usize::MAX).min(AT_ONCE))?;
    let (file, bytes) = file::give(sql, &Configured, &file.id).await?;
    Ok(reply::file(&file, bytes))
}
