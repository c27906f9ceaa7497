//! What each channel can do, as its own component tells. Asked once per instance: it only changes with
//! a new version of that component.

use super::{
    call::{ANSWER_MAX, call},
    center::now,
};
use crate::{failure::Result, log, performer};
use domain::channel::Profiles;
use http::Method;
use std::{cell::RefCell, collections::BTreeMap, time::Duration};
use store::{account, port::Sql};

/// A channel that does not answer is left alone for so long.
const SILENCE: Duration = Duration::from_secs(10);

const TIME: Duration = Duration::from_secs(2);

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
}

#[derive(Default)]
struct Known {
    profiles: BTreeMap<String, Profiles>,
    silent_at: BTreeMap<String, domain::time::Timestamp>,
}

/// The profiles of all channels that have an account; a channel that does not answer is missing.
pub async fn all(sql: &impl Sql) -> Result<BTreeMap<String, Profiles>> {
    for account in account::all(sql).await? {
        learn(&account.channel).await;
    }
    Ok(KNOWN.with_borrow(|known| known.profiles.clone()))
}

/// What one channel can do. `None`: it does not answer.
pub async fn of(channel: &str) -> Option<Profiles> {
    learn(channel).await;
    KNOWN.with_borrow(|known| known.profiles.get(channel).cloned())
}

async fn learn(channel: &str) {
    let (now, known) = (
        now(),
        KNOWN.with_borrow(|known| {
            (known.profiles.contains_key(channel), known.silent_at.get(channel).copied())
        }),
    );
    if known.0 || known.1.is_some_and(|at| now.since(at) < SILENCE) {
        return;
    }
    let url = format!("http://{}.spin.internal/profile", performer::of_channel(channel));
    let answer = call(Method::GET, &url, &[], "", TIME, ANSWER_MAX).await;
    let profile = answer.ok().filter(|answer| answer.is_success());
    let profile = profile.and_then(|answer| serde_json::from_slice(&answer.body).ok());
    KNOWN.with_borrow_mut(|known| match profile {
        Some(profile) => drop(known.profiles.insert(channel.to_owned(), profile)),
        None => {
            log::warning(format!("the channel {channel} does not tell what it can do"));
            known.silent_at.insert(channel.to_owned(), now);
        }
    });
}
