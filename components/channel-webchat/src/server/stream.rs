//! What the visitor's widget is told: as a stream of events, or, where a stream cannot be kept, as a
//! list of the same events.

use crate::{
    recent::Recent,
    server::gate::{Gate, identity, query},
    told::{Progress, Signer, Told},
};
use domain::{
    id::{AccountId, ConversationId},
    time::Timestamp,
};
use futures::{SinkExt, channel::mpsc::Sender};
use http::{HeaderValue, header};
use shell::{
    failure::Result,
    log,
    platform::{
        center::{database, memory, now},
        reply::{self, Reply},
        request::Asked,
        typing,
    },
    seal::Key,
};
use spin_sdk::{
    http::{body, box_body},
    key_value::Store,
};
use std::{cell::RefCell, time::Duration};
use store::{
    conversation::{self, Conversation},
    feed,
};

/// Something is sent at least so often, so that both ends notice a dead line.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// What the feed does not tell: how far the agent read, and typing.
const LOOK_ANYWAY: Duration = Duration::from_millis(700);
/// A stream ends so that its instance may: the widget opens the next one.
const LIFE: Duration = Duration::from_secs(10 * 60);
/// How much of the feed is read at a time.
const FEED_PAGE: i64 = 500;

thread_local! {
    static RECENT: RefCell<Recent> = const { RefCell::new(Recent::new()) };
}

fn since(asked: &Asked) -> u64 {
    query(asked, "since").and_then(|since| since.parse().ok()).unwrap_or_default()
}

pub(super) async fn messages(gate: &Gate, asked: &Asked) -> Result<Reply> {
    let visitor = gate.visitor(asked)?;
    let mut progress = Progress::since(since(asked));
    let mut told = vec![];
    if let Some(conversation) = gate.conversation(&visitor).await? {
        let signer = Signer { key: &gate.links, now: gate.now };
        told = progress.news(&gate.sql, &conversation, signer).await?;
        told.extend(who_types(&memory().await?, &conversation, &progress).await.map(|(_, told)| told));
    }
    let events: Vec<_> = told.iter().map(Told::to_json).collect();
    Ok(reply::ok(&serde_json::json!({ "events": events, "seq": progress.seq })))
}

pub(super) async fn events(gate: &Gate, asked: &Asked) -> Result<Reply> {
    let visitor = gate.visitor(asked)?;
    let progress = Progress::since(since(asked));
    let (sender, body) = body::stream::<String>();
    // The stream outlives the request and keeps nothing of it that others wait for: no connection.
    let line = Line { account: gate.account.id.clone(), links: gate.links.clone(), began: gate.now };
    spin_sdk::wasip3::spawn(async move {
        if let Err(failure) = tell(line, &visitor.id, progress, sender).await {
            log::warning(format!("a visitor's stream broke off: {failure}"));
        }
    });
    let mut reply = Reply::new(box_body(body));
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx holds a stream back unless it is told not to.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(reply)
}

/// What a stream needs as long as it lasts.
struct Line {
    account: AccountId,
    links: Key,
    began: Timestamp,
}

async fn tell(line: Line, visitor: &str, mut progress: Progress, mut sender: Sender<String>) -> Result<()> {
    let (identity, memory) = (identity(visitor), memory().await?);
    let (mut cursor, mut known) = (None, None::<ConversationId>);
    let (mut looked_at, mut sent_at, mut typing_until) = (Timestamp(0), line.began, None);
    if sender.send(": hello\n\n".to_owned()).await.is_err() {
        return Ok(());
    }
    loop {
        let now = now();
        look(now).await?;
        let concerned = RECENT.with_borrow(|recent| recent.concerns(&mut cursor, known.as_ref()));
        let mut told = vec![];
        if concerned || LOOK_ANYWAY <= now.since(looked_at) {
            looked_at = now;
            let sql = database().await?;
            if let Some(conversation) = conversation::with(&sql, &line.account, &identity).await? {
                let signer = Signer { key: &line.links, now };
                told = progress.news(&sql, &conversation, signer).await?;
                if let Some((until, typing)) = who_types(&memory, &conversation, &progress).await
                    && typing_until != Some(until)
                {
                    typing_until = Some(until);
                    told.push(typing);
                }
                known = Some(conversation.id);
            }
        }
        let mut frames: String = told.iter().map(Told::frame).collect();
        if frames.is_empty() && HEARTBEAT <= now.since(sent_at) {
            frames.push_str(": still here\n\n");
        }
        if !frames.is_empty() {
            sent_at = now;
            if sender.send(frames).await.is_err() {
                return Ok(());
            }
        }
        if sender.is_closed() || LIFE <= now.since(line.began) {
            return Ok(());
        }
        spin_sdk::time::sleep(RECENT.with_borrow(|recent| recent.pace(now))).await;
    }
}

/// Brings what this instance knows of the feed up to date, for all of its streams.
async fn look(now: Timestamp) -> Result<()> {
    if !RECENT.with_borrow_mut(|recent| recent.begin_look(now)) {
        return Ok(());
    }
    let sql = database().await?;
    let Some(newest) = RECENT.with_borrow(Recent::newest) else {
        let newest = feed::newest(&sql).await?;
        RECENT.with_borrow_mut(|recent| recent.start_at(newest));
        return Ok(());
    };
    for entry in feed::since(&sql, newest, FEED_PAGE).await? {
        RECENT.with_borrow_mut(|recent| recent.add(entry.seq, entry.conversation, now));
    }
    Ok(())
}

/// The agent types: until when, and what the widget is told of it.
async fn who_types(
    memory: &Store,
    conversation: &Conversation,
    progress: &Progress,
) -> Option<(Timestamp, Told)> {
    let until = typing::until(memory, typing::Side::Business, &conversation.id).await?;
    Some((until, Told::typing(until.0 - now().0, progress.agent_name())))
}
