//! Looks at the feed while streams are open, often while something happens and seldom while nothing does.

use super::{
    change::{Change, Listener, gather},
    chores::Chores,
    hub::{self, Polled},
    place::BACKLOG_MAX,
    telling::{self, Told},
};
use crate::{profile, view::Center};
use domain::time::Timestamp;
use serde_json::json;
use shell::{
    failure::{Failure, Result},
    log,
    platform::center::{Database, database, now},
    trace,
};
use spin_sdk::time::sleep;
use std::time::Duration;
use store::feed;

/// A conversation is under way: a message is on the screen at once.
const OFTEN: Duration = Duration::from_millis(10);
const SELDOM: Duration = Duration::from_millis(60);
/// How long after the last change it is still looked at often.
const LIVELY: Duration = Duration::from_secs(2);

/// How much of the feed is read at a time.
const BATCH: i64 = 500;

/// What the center consists of is seldom changed and cheap to read.
const CENTER_LIFE: Duration = Duration::from_secs(5);

/// After so many failures in a row the streams end, and their clients find another instance.
const FAILURES_MAX: u32 = 5;

pub(super) async fn run() {
    let _polled = Polled;
    let mut failures = 0;
    // Whoever stumbled goes on from here: the streams are open and count on it.
    let mut told = None;
    while !hub::is_empty() && failures < FAILURES_MAX {
        match Poller::start(told).await {
            Ok(mut poller) => {
                failures = 0;
                if let Err(failure) = poller.poll().await {
                    log::error(format!("the event stream stumbled: {failure}"));
                }
                told = Some(poller.seq);
            }
            Err(failure) => log::error(format!("the event stream cannot start: {failure}")),
        }
        if !hub::is_empty() {
            failures += 1;
            sleep(Duration::from_millis(500)).await;
        }
    }
}

/// The last step of a trace: what changed is on its way to so many open desks.
fn on_screen(change: &Change, began: Duration, streams: usize) {
    let (what, id) = change.what.name_and_id();
    for trace in &change.traces {
        log::span("tell desks", trace, began, json!({ "what": what, "id": id, "streams": streams }));
    }
}

struct Poller {
    sql: Database,
    /// Everything up to here was told.
    seq: i64,
    center: Center,
    center_at: Timestamp,
    lively_until: Timestamp,
    chores: Chores,
}

impl Poller {
    /// Everything up to `told` was told.
    async fn start(told: Option<i64>) -> Result<Self> {
        let sql = database().await?;
        let center = Center::load(&sql, profile::all(&sql).await?).await?;
        let now = now();
        let seq = match told {
            Some(seq) => seq,
            // Streams that came earlier are told what they missed.
            None => feed::newest(&sql).await?,
        };
        Ok(Poller { seq, sql, center, center_at: now, lively_until: now + LIVELY, chores: Chores::new(now) })
    }

    /// Until no stream is left.
    async fn poll(&mut self) -> Result<()> {
        while !hub::is_empty() {
            self.catch_up().await?;
            let full = self.turn().await?;
            self.chores.see_to(&self.sql, self.seq, now()).await?;
            if !full {
                sleep(if now() < self.lively_until { OFTEN } else { SELDOM }).await;
            }
        }
        Ok(())
    }

    /// Tells what is new. Whether there may be more at once.
    async fn turn(&mut self) -> Result<bool> {
        let entries = feed::since(&self.sql, self.seq, BATCH).await?;
        let Some(last) = entries.last().map(|entry| entry.seq) else { return Ok(false) };
        let full = usize::try_from(BATCH).is_ok_and(|batch| entries.len() == batch);
        let now = now();
        let changes = gather(entries);
        let here = hub::listeners();
        if changes.iter().any(|change| here.iter().any(|listener| change.concerns(listener))) {
            self.lively_until = now + LIVELY;
        }
        if now.since(self.center_at) > CENTER_LIFE {
            self.center = Center::load(&self.sql, profile::all(&self.sql).await?).await?;
            self.center_at = now;
        }
        for change in changes {
            self.chores.notice(&change);
            let (began, mut streams) = (trace::clock(), 0);
            for Told { audience, seq, frame } in self.told(&change, hub::anybody).await? {
                streams += hub::tell(&audience, seq, &frame);
            }
            if 0 < streams {
                on_screen(&change, began, streams);
            }
        }
        self.seq = last;
        Ok(full)
    }

    /// Tells the streams that just came what they missed. Where that fails all streams end: their clients
    /// come back and ask again.
    async fn catch_up(&mut self) -> Result<()> {
        hub::admit();
        for (index, listener, seen) in hub::fresh(self.seq) {
            if let Err(failure) = self.tell_missed(index, &listener, seen).await {
                hub::end_all();
                return Err(failure);
            }
        }
        Ok(())
    }

    async fn tell_missed(&self, index: usize, listener: &Listener, seen: i64) -> Result<()> {
        let mut entries = feed::since(&self.sql, seen, BACKLOG_MAX).await?;
        entries.retain(|entry| entry.seq <= self.seq);
        for change in gather(entries).iter().filter(|change| change.concerns(listener)) {
            for Told { audience, frame, .. } in self.told(change, |audience| audience.has(listener)).await? {
                if audience.has(listener) {
                    hub::tell_one(index, &frame);
                }
            }
        }
        Ok(())
    }

    /// One change that cannot be told must not hold up the others. When the database is away it is told
    /// later, and so are they.
    async fn told(&self, change: &Change, anybody: impl Fn(&telling::Audience) -> bool) -> Result<Vec<Told>> {
        match telling::tell(&self.sql, &self.center, change, anybody).await {
            Err(failure) if !matches!(failure, Failure::Later(_)) => {
                log::error(format!("{:?} is not told: {failure}", change.what));
                Ok(vec![])
            }
            told => told,
        }
    }
}
