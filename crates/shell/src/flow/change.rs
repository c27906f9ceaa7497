//! What supervisors do to flows. Each is a transaction with its own record; `by` is who asks, nobody being the
//! bearer of the administrator's token.

use crate::{
    command::{Race, retrying},
    failure::{Failure, Result},
};
use domain::{
    flow::{self as rules, Change, Known, Live, Problem, Share, TEXT_BYTES_MAX},
    id::{AgentId, FlowId},
    queue::Exit,
    time::Timestamp,
};
use sha2::{Digest, Sha256};
use store::{
    account,
    flow::{self, Draft, Flow, Version, visit},
    port::{Sql, transaction},
    queue,
};

const TITLE_MAX: usize = 100;
const NOTE_MAX: usize = 500;

/// How a flow is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    pub title: String,
    /// The component that performs its turns.
    pub runner: String,
    /// It has texts; otherwise the component is the flow, and its one version is live at once.
    pub scripted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Publication {
    /// So many of a hundred new conversations get it; all, unless told.
    pub percent: Option<u8>,
    pub note: Option<String>,
}

/// Adds a flow, or changes how it is set up.
pub async fn set_up(
    sql: &impl Sql,
    now: Timestamp,
    by: Option<&AgentId>,
    name: &str,
    setup: &Setup,
) -> Result<Flow> {
    let name = rules::name(name)?;
    let title = within_limit("title", &setup.title, TITLE_MAX)?;
    let title = title.ok_or_else(|| Failure::BadRequest("title: it has none".to_owned()))?;
    rules::name(&setup.runner)
        .map_err(|_| Failure::BadRequest("runner: a component's name, such as flow".to_owned()))?;
    let change = async |sql: &_| {
        let known = flow::known(sql, &name).await?;
        let before = known.clone().unwrap_or_else(|| Flow {
            name: name.clone(),
            title: String::new(),
            runner: String::new(),
            scripted: setup.scripted,
            latest: 0,
            live: Live::default(),
            deleted_at: None,
        });
        if before.scripted && !setup.scripted && before.latest > 0 {
            let text = format!("the flow {name} has texts: a component would have to be another flow");
            return Err(Failure::Conflict(text).into());
        }
        let mut after = Flow {
            title: title.clone(),
            runner: setup.runner.clone(),
            scripted: setup.scripted,
            deleted_at: None,
            ..before
        };
        if !after.scripted {
            if after.latest == 0 {
                after.latest = 1;
                let version = Version {
                    number: 1,
                    text: String::new(),
                    sha256: sha256(""),
                    note: None,
                    by: by.cloned(),
                    at: now,
                };
                flow::put(sql, &after).await?;
                flow::add_version(sql, &name, &version).await?;
            }
            after.live = Live::only(1, after.latest)?;
        }
        if known.as_ref() != Some(&after) {
            flow::put(sql, &after).await?;
            let change = Change::SetUp { title: after.title.clone(), runner: after.runner.clone() };
            flow::record(sql, now, &name, by, &change).await?;
        }
        Ok(after)
    };
    retrying(async || transaction(sql, change).await).await
}

/// Saves the draft of a flow that was edited from the one at `revision`, 0 being none.
pub async fn save_draft(
    sql: &impl Sql,
    now: Timestamp,
    by: Option<&AgentId>,
    name: &str,
    text: &str,
    revision: u32,
) -> Result<Draft> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(Failure::TooLarge(TEXT_BYTES_MAX));
    }
    if text.contains('\0') {
        return Err(Failure::BadRequest("text: there is a NUL in it".to_owned()));
    }
    let sha256 = sha256(text);
    let change = async |sql: &_| {
        let flow = scripted(sql, name).await?;
        let known = flow::draft(sql, &flow.name).await?;
        let Some(revision) = rules::save(known.as_ref().map(of_draft), revision, &sha256)? else {
            return known.ok_or_else(|| Failure::Broken(format!("a draft of {name} is lost")).into());
        };
        let draft =
            Draft { revision, text: text.to_owned(), sha256: sha256.clone(), by: by.cloned(), at: now };
        flow::put_draft(sql, &flow.name, &draft).await?;
        flow::record(sql, now, &flow.name, by, &Change::SavedDraft { revision }).await?;
        Ok::<_, Race>(draft)
    };
    retrying(async || transaction(sql, change).await).await
}

/// Makes a version of the draft and has new conversations get it. `check` says what is wrong in a text; one with
/// errors is not published.
pub async fn publish(
    sql: &impl Sql,
    now: Timestamp,
    by: Option<&AgentId>,
    name: &str,
    publication: &Publication,
    check: impl Fn(&str) -> Vec<Problem>,
) -> Result<Flow> {
    let note = publication.note.as_deref().map_or(Ok(None), |note| within_limit("note", note, NOTE_MAX))?;
    let change = async |sql: &_| {
        let flow = scripted(sql, name).await?;
        let draft = flow::draft(sql, &flow.name).await?;
        let latest = flow::find_version(sql, &flow.name, flow.latest).await?;
        let version = rules::publish(draft.as_ref().map(of_draft), latest.as_ref().map(of_version))?;
        let draft = draft.ok_or(rules::Refusal::NoDraft)?;
        let live = flow.live.with(version, publication.percent.unwrap_or(100))?;
        let problems = check(&draft.text);
        if problems.iter().any(|problem| problem.is_error) {
            return Err(Race::Failed(Failure::Invalid(problems)));
        }
        let Draft { text, sha256, .. } = draft;
        let new = Version { number: version, text, sha256, note: note.clone(), by: by.cloned(), at: now };
        flow::add_version(sql, &flow.name, &new).await?;
        let after = Flow { latest: version, live: live.clone(), ..flow };
        flow::put(sql, &after).await?;
        let change = Change::Published { version, note: note.clone(), live };
        flow::record(sql, now, &after.name, by, &change).await?;
        Ok(after)
    };
    retrying(async || transaction(sql, change).await).await
}

/// Has new conversations get these versions.
pub async fn roll_out(
    sql: &impl Sql,
    now: Timestamp,
    by: Option<&AgentId>,
    name: &str,
    shares: &[Share],
) -> Result<Flow> {
    go_live(sql, now, by, name, |flow| {
        let live = Live::of(shares, flow.latest)?;
        Ok((live.clone(), Change::RolledOut { live }))
    })
    .await
}

/// Has all new conversations get an older version again.
pub async fn roll_back(
    sql: &impl Sql,
    now: Timestamp,
    by: Option<&AgentId>,
    name: &str,
    version: u32,
) -> Result<Flow> {
    go_live(sql, now, by, name, |flow| {
        Ok((Live::only(version, flow.latest)?, Change::RolledBack { version }))
    })
    .await
}

async fn go_live(
    sql: &impl Sql,
    now: Timestamp,
    by: Option<&AgentId>,
    name: &str,
    wanted: impl Fn(&Flow) -> Result<(Live, Change), rules::Refusal>,
) -> Result<Flow> {
    let change = async |sql: &_| {
        let flow = existing(sql, name).await?;
        let (live, change) = wanted(&flow)?;
        if flow.live == live {
            return Ok(flow);
        }
        let after = Flow { live, ..flow };
        flow::put(sql, &after).await?;
        flow::record(sql, now, &after.name, by, &change).await?;
        Ok::<_, Race>(after)
    };
    retrying(async || transaction(sql, change).await).await
}

/// Takes a flow away that nobody uses. Its versions and its history stay, and go on if it is set up again.
pub async fn remove(sql: &impl Sql, now: Timestamp, by: Option<&AgentId>, name: &str) -> Result<()> {
    let change = async |sql: &_| {
        let flow = existing(sql, name).await?;
        if let Some(user) = user(sql, &flow.name).await? {
            return Err(Race::Failed(Failure::Conflict(format!("the flow {name} is in use: {user}"))));
        }
        let after = Flow { live: Live::default(), deleted_at: Some(now), ..flow };
        flow::put(sql, &after).await?;
        flow::remove_draft(sql, &after.name).await?;
        Ok(flow::record(sql, now, &after.name, by, &Change::Deleted).await?)
    };
    retrying(async || transaction(sql, change).await).await
}

/// Who uses a flow, in words.
async fn user(sql: &impl Sql, name: &FlowId) -> Result<Option<String>, Race> {
    let is_default = flow::default(sql).await?.is_some_and(|flow| flow.name == *name);
    let accounts = account::all(sql).await?.into_iter();
    let mut accounts = accounts.filter(|account| match &account.flow {
        Some(flow) => flow == name,
        None => account.bot && is_default,
    });
    if let Some(account) = accounts.next() {
        return Ok(Some(format!("by the account {}", account.id)));
    }
    for queue in queue::all(sql).await? {
        if queue.gate.exits.all().any(|(_, exit)| *exit == Exit::Flow(name.clone())) {
            return Ok(Some(format!("by an exit of the queue {}", queue.id)));
        }
    }
    let busy = visit::is_busy(sql, name).await?;
    Ok(busy.then(|| "conversations are in it".to_owned()))
}

async fn existing(sql: &impl Sql, name: &str) -> Result<Flow, Race> {
    let found = flow::find(sql, &FlowId::from(name)).await?;
    found.ok_or_else(|| Failure::NotFound(format!("flow {name}")).into())
}

async fn scripted(sql: &impl Sql, name: &str) -> Result<Flow, Race> {
    let flow = existing(sql, name).await?;
    if flow.scripted {
        Ok(flow)
    } else {
        let text = format!("the flow {name} has no text: the component {} is the flow", flow.runner);
        Err(Failure::Conflict(text).into())
    }
}

fn of_draft(draft: &Draft) -> Known<'_> {
    Known { number: draft.revision, sha256: &draft.sha256 }
}

fn of_version(version: &Version) -> Known<'_> {
    Known { number: version.number, sha256: &version.sha256 }
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A line of somebody's, without what stands around it; `None`: it is empty.
fn within_limit(field: &str, text: &str, limit: usize) -> Result<Option<String>> {
    let text = text.trim();
    if text.chars().count() > limit || text.contains('\0') {
        return Err(Failure::BadRequest(format!("{field}: at most {limit} characters")));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}
