//! `/perform`: one round of routing, from a snapshot to offers; and whether an agent still sits at their desk.

use crate::policy::{self, wit};
use domain::{
    due::Kind,
    id::AgentId,
    routing::{self, Assignment, Snapshot},
};
use http::StatusCode;
use shell::{
    failure::Result,
    log,
    platform::{
        attempt::{asked_for, attempt},
        center::{database, memory, now},
        reply::{self, Reply},
        request::{Asked, traced},
        session::{alive, last_seen},
    },
    presence,
    routing::round,
};
use spin_sdk::{
    http::Request,
    http_service,
    wit_bindgen::{backpressure_dec, backpressure_inc},
};

const WORK_BYTES_MAX: usize = 64 * 1024;

#[http_service]
async fn perform(request: Request) -> Reply {
    // A policy that traps ends its whole instance: no other round is to be in it.
    backpressure_inc();
    let reply = reply::from(traced(request, route).await);
    backpressure_dec();
    reply
}

async fn route(request: Request) -> Result<Reply> {
    let asked = Asked::read(request, WORK_BYTES_MAX).await?;
    let sql = database().await?;
    if let Some(work) = asked_for(&sql, &asked).await? {
        let memory = memory().await?;
        match work.kind {
            Kind::DeskWatch => {
                let seen = last_seen(&memory, &AgentId(work.subject.clone())).await?;
                presence::look(&sql, now(), &work, seen).await?;
            }
            _ => {
                let alive = async |agent: &AgentId| alive(&memory, agent).await;
                attempt(round(&sql, &work, now, alive, decide).await?);
            }
        }
    }
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// `failed`: a round before this one did not come to its end, so the policy is not asked again.
fn decide(snapshot: &Snapshot, failed: bool) -> Vec<Assignment> {
    if snapshot.waiting.is_empty() || snapshot.candidates.is_empty() {
        return vec![];
    }
    if failed {
        log::alarm("the routing policy may have failed; the default decides this round");
        return routing::assign(snapshot);
    }
    let (offers, alarm) = policy::decide(snapshot, wit::assign);
    if let Some(nonsense) = alarm {
        log::alarm(format!("the routing policy: {nonsense}; the default decides this round"));
    }
    offers
}
