//! Due work, tried at once after the commit and in the background: nobody waits for it, and what is
//! not tried here before its lease runs out the dispatcher performs.

use crate::{
    due,
    failure::{Failure, Result},
    log,
    platform::{
        call::{ANSWER_MAX, call},
        center::{database, now},
        request::Asked,
    },
    trace,
};
use domain::{
    due::{Kind, Work},
    time::Timestamp,
};
use futures::future::join_all;
use http::Method;
use std::{
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use store::port::Sql;

/// How much one instance tries at the same time. The rest waits its turn.
const AT_ONCE: usize = 6;

/// When the dispatcher takes what nobody has room for.
const LATER: Duration = Duration::from_millis(500);

/// Longer than any performer takes, shorter than the lease.
const TIME: Duration = Duration::from_secs(12);

/// What waits in this instance. Should the instance end, its lease runs out and the dispatcher does it.
static WAITING: Mutex<VecDeque<Work>> = Mutex::new(VecDeque::new());
static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

/// Tries `work` in the background.
pub fn attempt(work: Vec<Work>) {
    for work in work {
        waiting().push_back(work);
        if has_room() {
            UNDER_WAY.fetch_add(1, Ordering::Relaxed);
            // Whoever is at it goes on with the next: tasks of one instance must not wake each other.
            spin_sdk::wasip3::spawn(async {
                while let Some(next) = next() {
                    perform(&next).await;
                }
                UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
            });
        }
    }
}

/// When work that can wait is due: now while this instance has room to try it, and otherwise soon, so
/// that nothing piles up in memory. The dispatcher works it off.
pub fn due_at(now: Timestamp) -> Timestamp {
    if has_room() { now } else { now + LATER }
}

fn has_room() -> bool {
    UNDER_WAY.load(Ordering::Relaxed) < AT_ONCE
}

fn next() -> Option<Work> {
    waiting().pop_front()
}

fn waiting() -> MutexGuard<'static, VecDeque<Work>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Asks for `work`, in its trace, and waits until it is done or has failed.
pub async fn perform(work: &Work) {
    trace::within(work.trace.clone(), try_once(work)).await;
}

async fn try_once(work: &Work) {
    let outcome = ask(work).await;
    if let Err(error) = outcome
        && let Err(failure) = failed(work, &error).await
    {
        // Its lease runs out, and the dispatcher tries again.
        log::error(format!("{} {}: {error}; and then: {failure}", work.kind.as_str(), work.subject));
    }
}

async fn ask(work: &Work) -> Result<(), String> {
    let url = format!("http://{}.spin.internal/perform", work.performer);
    let body = serde_json::to_vec(work).map_err(|error| error.to_string())?;
    let headers = [("content-type", "application/json"), ("priority", urgency(work.kind))];
    let answer = call(Method::POST, &url, &headers, body, TIME, ANSWER_MAX).await;
    let answer = answer.map_err(|silence| format!("{}: {silence}", work.performer))?;
    if answer.is_success() { Ok(()) } else { Err(format!("{} answered {}", work.performer, answer.status)) }
}

/// A flood of webhooks is taken in before it is read. See RFC 9218.
fn urgency(kind: Kind) -> &'static str {
    match kind {
        Kind::Digest => "u=7",
        _ => "u=3",
    }
}

async fn failed(work: &Work, error: &str) -> Result<()> {
    let sql = database().await?;
    let next = due::failed(&sql, now(), work, error).await?;
    // An apology and a place in the queue cannot wait for the next tick.
    Box::pin(join_all(next.iter().map(perform))).await;
    Ok(())
}

/// The work that a request to `/perform` brings, if it is still to be done.
pub async fn asked_for(sql: &impl Sql, asked: &Asked) -> Result<Option<Work>> {
    if asked.method != Method::POST {
        return Err(Failure::MethodNotAllowed(asked.method.to_string()));
    }
    let work: Work = asked.json()?;
    Ok(store::due::find(sql, &work.id).await?)
}
