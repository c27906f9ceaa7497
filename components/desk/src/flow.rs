//! Flows for whoever builds them: setups, drafts, versions, what is live, and how they do.

mod check;

pub(crate) use check::NAME;
pub use check::check;

use crate::query::number;
use api::flow::{
    Flow, FlowChange, FlowCounts, FlowDeed, FlowDraft, FlowDraftState, FlowFigures, FlowNow,
    FlowPlaceFigures, FlowPlaceNow, FlowSetup, FlowShare, FlowVersion, FlowVersionFigures, PublishFlow,
    RollBackFlow, RollOutFlow, SaveFlowDraft, TextProblem,
};
use domain::{
    flow::{Change, Live, Problem, Share, visit::Outcome},
    id::{AgentId, FlowId},
    time::Timestamp,
};
use script::Language;
use shell::{
    failure::{Failure, Result},
    flow::{self as shelf, Publication, Setup},
};
use std::{collections::BTreeMap, time::Duration};
use store::{
    flow::{
        self, Draft, Overview, Recorded, Version,
        visit::{self, Count, Passed, Question},
    },
    port::Sql,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const SPAN_MAX: Duration = Duration::from_secs(400 * 24 * 60 * 60);

const CHANGES: u32 = 50;
const CHANGES_MAX: u32 = 200;

pub async fn all(sql: &impl Sql, now: Timestamp) -> Result<Vec<Flow>> {
    shown(sql, now, flow::overview(sql, None).await?).await
}

pub async fn one(sql: &impl Sql, now: Timestamp, name: &str) -> Result<Flow> {
    let known = flow::overview(sql, Some(&FlowId::from(name))).await?;
    let shown = shown(sql, now, known).await?.into_iter().next();
    shown.ok_or_else(|| Failure::NotFound(format!("flow {name}")))
}

async fn shown(sql: &impl Sql, now: Timestamp, known: Vec<Overview>) -> Result<Vec<Flow>> {
    let names: Vec<FlowId> = known.iter().map(|known| known.flow.name.clone()).collect();
    let mut counts = BTreeMap::<FlowId, FlowCounts>::new();
    for count in visit::counts(sql, &names, now - DAY, Timestamp(i64::MAX)).await? {
        add(counts.entry(count.flow).or_default(), count.outcome, count.visits);
    }
    let show = |known: Overview| {
        let draft = known.draft.as_ref().map(|draft| draft_state(draft, known.latest_sha256.as_deref()));
        let store::flow::Flow { name, title, runner, scripted, latest, live, .. } = known.flow;
        Flow {
            title,
            runner,
            scripted,
            versions: latest,
            live: shares(&live),
            draft,
            last_change: known.last_change.map(change),
            last_day: counts.get(&name).copied().unwrap_or_default(),
            name: name.0,
        }
    };
    Ok(known.into_iter().map(show).collect())
}

pub async fn put(
    sql: &impl Sql,
    now: Timestamp,
    by: Option<&AgentId>,
    name: &str,
    setup: FlowSetup,
) -> Result<Flow> {
    let FlowSetup { title, runner, scripted } = setup;
    shelf::set_up(sql, now, by, name, &Setup { title, runner, scripted }).await?;
    one(sql, now, name).await
}

pub async fn draft(sql: &impl Sql, name: &str, language: Language) -> Result<FlowDraft> {
    let known = known(sql, name).await?;
    let draft = flow::draft(sql, &known.flow.name).await?;
    let draft = draft.ok_or_else(|| Failure::NotFound(format!("a draft of the flow {name}")))?;
    Ok(shown_draft(draft, known.latest_sha256.as_deref(), language))
}

pub async fn save_draft(
    sql: &impl Sql,
    now: Timestamp,
    by: Option<&AgentId>,
    name: &str,
    wish: SaveFlowDraft,
    language: Language,
) -> Result<FlowDraft> {
    let draft = shelf::save_draft(sql, now, by, name, &wish.text, wish.revision).await?;
    let known = known(sql, name).await?;
    Ok(shown_draft(draft, known.latest_sha256.as_deref(), language))
}

pub async fn publish(
    sql: &impl Sql,
    now: Timestamp,
    by: Option<&AgentId>,
    name: &str,
    wish: PublishFlow,
    language: Language,
) -> Result<Flow> {
    let publication = Publication { percent: wish.percent, note: wish.note };
    let check = |text: &str| check(text, language);
    shelf::publish(sql, now, by, name, &publication, check).await?;
    one(sql, now, name).await
}

pub async fn roll_out(
    sql: &impl Sql,
    now: Timestamp,
    by: Option<&AgentId>,
    name: &str,
    wish: RollOutFlow,
) -> Result<Flow> {
    let share = |share: FlowShare| Share { version: share.version, percent: share.percent };
    let shares: Vec<Share> = wish.shares.into_iter().map(share).collect();
    shelf::roll_out(sql, now, by, name, &shares).await?;
    one(sql, now, name).await
}

pub async fn roll_back(
    sql: &impl Sql,
    now: Timestamp,
    by: Option<&AgentId>,
    name: &str,
    wish: RollBackFlow,
) -> Result<Flow> {
    shelf::roll_back(sql, now, by, name, wish.version).await?;
    one(sql, now, name).await
}

pub async fn versions(sql: &impl Sql, name: &str) -> Result<Vec<FlowVersion>> {
    let Overview { flow, .. } = known(sql, name).await?;
    let versions = flow::versions(sql, &flow.name).await?.into_iter();
    Ok(versions.map(|version| FlowVersion { text: None, ..shown_version(version, &flow.live) }).collect())
}

/// `number` as it stands in the address.
pub async fn version(sql: &impl Sql, name: &str, number: &str) -> Result<FlowVersion> {
    let Overview { flow, .. } = known(sql, name).await?;
    let missing = || Failure::NotFound(format!("version {number} of the flow {name}"));
    let number = number.parse().map_err(|_| missing())?;
    let version = flow::find_version(sql, &flow.name, number).await?.ok_or_else(missing)?;
    Ok(shown_version(version, &flow.live))
}

pub async fn changes(sql: &impl Sql, name: &str, query: &str) -> Result<Vec<FlowChange>> {
    let Overview { flow, .. } = known(sql, name).await?;
    let limit = number::<u32>(query, "limit")?.unwrap_or(CHANGES).clamp(1, CHANGES_MAX);
    let changes = flow::changes(sql, &flow.name, number(query, "before")?, limit).await?;
    Ok(changes.into_iter().map(change).collect())
}

/// Answers the query of `GET /api/flows/{id}/figures`.
pub async fn figures(sql: &impl Sql, now: Timestamp, name: &str, query: &str) -> Result<FlowFigures> {
    let Overview { flow, .. } = known(sql, name).await?;
    let instant = |name: &str| Ok::<_, Failure>(number(query, name)?.map(Timestamp));
    let until = instant("until_ms")?.unwrap_or(now + Duration::from_millis(1));
    let from = instant("from_ms")?.unwrap_or(until - DAY);
    if until <= from || until.since(from) > SPAN_MAX {
        return Err(Failure::BadRequest("from_ms: before until_ms, by 400 days at most".to_owned()));
    }
    let version = number::<u32>(query, "version")?;
    let question = Question { flow: &flow.name, version, from, until };
    let mut versions = BTreeMap::<u32, FlowCounts>::new();
    for Count { version: of, outcome, visits, .. } in
        visit::counts(sql, std::slice::from_ref(&flow.name), from, until).await?
    {
        if version.is_none_or(|version| version == of) {
            add(versions.entry(of).or_default(), outcome, visits);
        }
    }
    let mut total = FlowCounts::default();
    for counts in versions.values() {
        total = sum(total, *counts);
    }
    let versions = versions.into_iter().map(|(version, counts)| FlowVersionFigures { version, counts });
    Ok(FlowFigures {
        from_ms: from.0,
        until_ms: until.0,
        total,
        versions: versions.collect(),
        places: places(sql, &question).await?,
    })
}

async fn places(sql: &impl Sql, question: &Question<'_>) -> Result<Vec<FlowPlaceFigures>> {
    let mut places = BTreeMap::<String, FlowPlaceFigures>::new();
    for Passed { place, passages, visits } in visit::passed(sql, question).await? {
        let figures = places.entry(place).or_default();
        (figures.passages, figures.visits) = (passages, visits);
    }
    for (place, outcome, visits) in visit::last_places(sql, question).await? {
        add(&mut places.entry(place.unwrap_or_default()).or_default().last, outcome, visits);
    }
    let named = |(place, figures): (String, FlowPlaceFigures)| FlowPlaceFigures { place, ..figures };
    Ok(places.into_iter().map(named).collect())
}

pub async fn now(sql: &impl Sql, name: &str) -> Result<FlowNow> {
    let Overview { flow, .. } = known(sql, name).await?;
    let mut places: Vec<FlowPlaceNow> = visit::now(sql, &flow.name)
        .await?
        .into_iter()
        .map(|(version, place, conversations)| FlowPlaceNow {
            version,
            place: place.unwrap_or_default(),
            conversations,
        })
        .collect();
    // Two databases sort names in two ways.
    places.sort_by(|one, other| (one.version, &one.place).cmp(&(other.version, &other.place)));
    Ok(FlowNow { conversations: places.iter().map(|place| place.conversations).sum(), places })
}

async fn known(sql: &impl Sql, name: &str) -> Result<Overview> {
    let known = flow::overview(sql, Some(&FlowId::from(name))).await?.into_iter().next();
    known.ok_or_else(|| Failure::NotFound(format!("flow {name}")))
}

fn add(counts: &mut FlowCounts, outcome: Outcome, visits: u64) {
    counts.entered += visits;
    *match outcome {
        Outcome::Open => &mut counts.open,
        Outcome::Contained => &mut counts.contained,
        Outcome::HandedOver => &mut counts.handed_over,
        Outcome::Abandoned => &mut counts.abandoned,
        Outcome::Failed => &mut counts.failed,
    } += visits;
}

fn sum(one: FlowCounts, other: FlowCounts) -> FlowCounts {
    FlowCounts {
        entered: one.entered + other.entered,
        contained: one.contained + other.contained,
        handed_over: one.handed_over + other.handed_over,
        abandoned: one.abandoned + other.abandoned,
        failed: one.failed + other.failed,
        open: one.open + other.open,
    }
}

fn shares(live: &Live) -> Vec<FlowShare> {
    live.shares().map(|share| FlowShare { version: share.version, percent: share.percent }).collect()
}

fn who(by: Option<AgentId>) -> Option<String> {
    by.map(|by| by.0)
}

fn draft_state(draft: &Draft, latest_sha256: Option<&str>) -> FlowDraftState {
    let Draft { revision, sha256, by, at, .. } = draft;
    let published = latest_sha256 == Some(sha256);
    FlowDraftState { revision: *revision, by: who(by.clone()), at_ms: at.0, published }
}

fn shown_draft(draft: Draft, latest_sha256: Option<&str>, language: Language) -> FlowDraft {
    let state = draft_state(&draft, latest_sha256);
    let problems = problems(&draft.text, language);
    FlowDraft { text: draft.text, state, problems }
}

/// What is wrong in a text, as a caller is shown it.
pub(crate) fn problems(text: &str, language: Language) -> Vec<TextProblem> {
    let shown = |Problem { line, key, problem, is_error }| TextProblem { line, key, problem, is_error };
    check(text, language).into_iter().map(shown).collect()
}

fn shown_version(version: Version, live: &Live) -> FlowVersion {
    let Version { number, text, sha256, note, by, at } = version;
    let percent = live.percent(number);
    FlowVersion { version: number, sha256, note, by: who(by), at_ms: at.0, percent, text: Some(text) }
}

fn change(known: Recorded) -> FlowChange {
    let Recorded { number, change, by, at } = known;
    let what = match change {
        Change::SetUp { title, runner } => FlowDeed::SetUp { title, runner },
        Change::SavedDraft { revision } => FlowDeed::SavedDraft { revision },
        Change::Published { version, note, live } => {
            FlowDeed::Published { version, note, live: shares(&live) }
        }
        Change::RolledOut { live } => FlowDeed::RolledOut { live: shares(&live) },
        Change::RolledBack { version } => FlowDeed::RolledBack { version },
        Change::Deleted => FlowDeed::Deleted,
    };
    FlowChange { number, by: who(by), at_ms: at.0, what }
}
