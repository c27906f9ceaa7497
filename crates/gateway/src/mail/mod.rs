//! `POST /mail`: a letter comes as MIME by HTTP and leaves by SMTP.
//!
//! The same `Idempotency-Key` is one letter for each recipient, however often it is asked. What became of
//! it is kept on disk ([`ledger`]) before and after the server has it, so a crash in between is known as
//! such: it is then told (409 `in_doubt`) and never sent again by itself. A letter is sent to its end also
//! when whoever asked hangs up; asked again, what became of it is told.

mod fate;
mod ledger;
mod letter;
mod relay;
mod smtp;

pub use relay::Relay;

use crate::answer::Refusal;
use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::post;
use fate::Fate;
use ledger::{Entry, Ledger};
use letter::Letter;
use smtp::{Interrupted, Mailer};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

/// 25 MB of files in base64, and what stands around them.
const BODY_MAX: usize = 40 * 1024 * 1024;
/// Letters on their way at the same time.
const SENDING_MAX: usize = 8;
/// When to ask after a letter that is on its way.
const UNDER_WAY: Duration = Duration::from_secs(15);
const DAY: Duration = Duration::from_secs(24 * 3600);

struct Office {
    mailer: Option<Mailer>,
    ledger: Ledger,
    under_way: Mutex<BTreeSet<String>>,
    places: Semaphore,
    tasks: TaskTracker,
}

/// The route, and what it keeps under `data`. Without a relay every letter is refused, with the reason.
/// `tasks` are waited for when the gateway ends.
pub fn routes(relay: Option<Relay>, data: &Path, tasks: &TaskTracker) -> Result<Router> {
    let office = Arc::new(Office {
        mailer: relay.map(Mailer::new).transpose()?,
        ledger: Ledger::open(&data.join("mail"))?,
        under_way: Mutex::default(),
        places: Semaphore::new(SENDING_MAX),
        tasks: tasks.clone(),
    });
    tokio::spawn(forget_the_old(office.clone()));
    Ok(Router::new().route("/mail", post(take)).layer(DefaultBodyLimit::max(BODY_MAX)).with_state(office))
}

async fn forget_the_old(office: Arc<Office>) {
    loop {
        tokio::time::sleep(DAY).await;
        if let Err(error) = office.ledger.forget_the_old() {
            tracing::warn!("old entries of the letters' ledger stay: {error}");
        }
    }
}

async fn take(
    State(office): State<Arc<Office>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let letter = Letter::read(&headers, &body)?;
    let Some(place) = UnderWay::enter(&office, &letter.key) else {
        return Err(Refusal::later("under_way", "This letter is on its way.", UNDER_WAY));
    };
    // In a task of its own: it goes on when the caller hangs up.
    let sending = office.tasks.spawn(async move { place.0.send(&letter).await });
    sending.await.unwrap_or_else(|error| {
        tracing::error!("a letter's task ended: {error}");
        Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The gateway failed."))
    })
}

/// A key that one task is at; left when that ends, however it ends.
struct UnderWay(Arc<Office>, String);

impl UnderWay {
    fn enter(office: &Arc<Office>, key: &str) -> Option<UnderWay> {
        office.keys().insert(key.to_owned()).then(|| UnderWay(office.clone(), key.to_owned()))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.keys().remove(&self.1);
    }
}

impl Office {
    fn keys(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, letter: &Letter) -> Result<Response, Refusal> {
        let Some(mailer) = &self.mailer else {
            let words = "The gateway knows no mail server: set SMTP_URL.";
            return Err(Refusal::new(StatusCode::FORBIDDEN, "not_configured", words));
        };
        let mut entry = self.ledger.find(&letter.key).map_err(unwritten)?;
        if entry.is_in_doubt() {
            return Err(fate::in_doubt());
        }
        let left = entry.unsettled(&letter.to);
        if !left.is_empty() {
            let _place = self.places.acquire().await;
            self.try_once(mailer, letter, &left, &mut entry).await?;
        }
        fate::answer(letter, &entry)
    }

    /// One attempt at the recipients that are `left`. What became of it is in `entry` and on disk.
    async fn try_once(
        &self,
        mailer: &Mailer,
        letter: &Letter,
        left: &[String],
        entry: &mut Entry,
    ) -> Result<(), Refusal> {
        let keep = |entry: &Entry| self.ledger.keep(&letter.key, entry).map_err(unwritten);
        let mut transfer = match mailer.begin(letter, left).await {
            Ok(transfer) => transfer,
            Err(error) => {
                if error.is_worth_another_try() {
                    entry.failed_attempts += 1;
                    keep(entry)?;
                }
                return Err(error.refusal(entry.failed_attempts));
            }
        };
        entry.settle(transfer.refused.drain(..));
        if transfer.accepted.is_empty() {
            mailer.give_up(transfer).await;
        } else {
            entry.in_doubt = transfer.accepted.clone();
            keep(entry)?;
            match mailer.hand_over(transfer, letter).await {
                Ok(()) => entry.settle(entry.in_doubt.clone().into_iter().map(|to| (to, Fate::Delivered))),
                Err(Interrupted::NotTaken(fate)) => {
                    entry.settle(entry.in_doubt.clone().into_iter().map(|to| (to, fate.clone())));
                }
                Err(Interrupted::Unknown(reason)) => {
                    tracing::warn!("the mail server was lost while it took a letter: {reason}");
                    return Err(fate::in_doubt());
                }
            }
            entry.in_doubt.clear();
        }
        if !entry.unsettled(&letter.to).is_empty() {
            entry.failed_attempts += 1;
        }
        keep(entry)
    }
}

fn unwritten(error: std::io::Error) -> Refusal {
    tracing::error!("the letters' ledger cannot be used: {error}");
    Refusal::later("ledger", "The gateway cannot keep what became of letters.", Duration::from_secs(60))
}
