//! The supervisor's view: queues as rows, people as a dense grid, who waits.
//!
//! It is fetched when it opens and follows the same stream as everything else: queues and people
//! come by events, and who waits is asked for again when the number of those who wait changes.

use crate::channel;
use crate::desk::Desk;
use crate::format;
use crate::http::{self, Failure};
use crate::icon::{self, icon};
use crate::language::fill;
use crate::screen::customer::display_name;
use crate::screen::health::Channels;
use crate::screen::presence::{mark, status_name, status_text};
use api::agent::{AgentStat, PresenceStatus};
use api::interaction::Interaction;
use api::queue::QueueStat;
use api::snapshot::Live;
use leptos::prelude::*;
use leptos::task::spawn_local;

#[derive(Clone)]
enum State {
    Loading,
    Here,
    Forbidden,
    Failed,
}

#[component]
pub(crate) fn LiveView() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let state = RwSignal::new(State::Loading);
    let waiting = RwSignal::new(Vec::<Interaction>::new());
    let asked = StoredValue::new(0_u32);
    let load = move || {
        asked.try_update_value(|asked| *asked += 1);
        let mine = asked.try_get_value();
        spawn_local(async move {
            let answer = http::get::<Live>("/live").await;
            // Somebody asked again meanwhile: theirs is the newer answer, whichever comes first.
            if asked.try_get_value() != mine {
                return;
            }
            match answer {
                Ok(live) => {
                    desk.work.update(|work| {
                        work.queues = live.queues;
                        work.colleagues = live.agents;
                    });
                    waiting.try_set(live.waiting);
                    state.try_set(State::Here);
                }
                Err(Failure::LoggedOut) => desk.session_over(),
                Err(Failure::Refused(_)) => {
                    state.try_set(State::Forbidden);
                }
                Err(Failure::Offline) => {
                    state.try_update(|state| {
                        if matches!(state, State::Loading) {
                            *state = State::Failed;
                        }
                    });
                }
            }
        });
    };
    // Whoever comes or goes changes one of these, also when another comes at the same time.
    let queues = Memo::new(move |_| {
        let known = |queue: &QueueStat| {
            let QueueStat { waiting, active, oldest_since_ms, answered_today, abandoned_today, .. } = queue;
            (*waiting, *active, *oldest_since_ms, *answered_today, *abandoned_today)
        };
        desk.work.with(|work| work.queues.iter().map(known).collect::<Vec<_>>())
    });
    Effect::new(move |_| {
        // Read, not only tracked: a memo that nobody reads never runs.
        queues.with(|_| load());
    });
    view! {
        <main class="column live" data-testid="live">
            {move || match state.get() {
                State::Loading => view! {
                    <div class="late-skeleton" aria-busy="true"><i class="bone wide"></i><i class="bone wide"></i><i class="bone wide"></i></div>
                }.into_any(),
                State::Forbidden => view! {
                    <div class="empty">{icon(icon::FORBIDDEN)}<h2>{words.no_permission_title}</h2><p>{words.no_permission}</p></div>
                }.into_any(),
                State::Failed => view! {
                    <div class="empty">{icon(icon::LOST)}<h2>{words.failed_to_load}</h2>
                        <button type="button" class="button" on:click=move |_| load()>{words.retry}</button></div>
                }.into_any(),
                State::Here => view! {
                    <h1>{words.live}</h1>
                    <Queues/>
                    <Channels/>
                    <div class="live-lower"><Agents/><Waiting waiting/></div>
                }.into_any(),
            }}
        </main>
    }
}

#[component]
fn Queues() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let queues = Memo::new(move |_| desk.work.with(|work| work.queues.clone()));
    view! {
        <section class="panel" data-testid="live-queues">
            <table class="queues">
                <thead><tr>
                    <th>{words.queue}</th><th>{words.waiting}</th><th>{words.longest_wait}</th>
                    <th>{words.in_service}</th><th title=words.agents_hint>{words.agents}</th>
                    <th>{words.answered}</th><th>{words.abandoned}</th>
                    <th title=words.service_level_formula>{words.service_level}</th>
                </tr></thead>
                <tbody>
                    <For each=move || queues.get() key=|queue| queue.id.clone() let:queue>
                        {
                            let id = queue.id;
                            let queue = Memo::new(move |_| queues.with(|queues| queues.iter().find(|queue| queue.id == id).cloned()));
                            move || queue.get().map(|queue| queue_row(desk, queue))
                        }
                    </For>
                </tbody>
            </table>
            <Show when=move || queues.with(Vec::is_empty)><p class="hint middle">{words.no_queues}</p></Show>
        </section>
    }
}

fn queue_row(desk: Desk, queue: QueueStat) -> impl IntoView {
    let words = desk.words();
    let (since, within_ms) = (queue.oldest_since_ms, queue.within_ms);
    let wait = move || since.map(|since| desk.now.get() - since);
    let late = move || wait().is_some_and(|wait| wait > within_ms);
    let offered = queue.answered_today + queue.abandoned_today;
    let rate = (queue.abandoned_today * 100).checked_div(offered).map(|rate| format!(" · {rate} %"));
    let level = queue.service_level_percent;
    let below = level.is_some_and(|level| level < f64::from(queue.target_percent));
    let formula = format!("{}: {}", queue.formula, queue.formula_text);
    let goal = format!("{} % / {}", queue.target_percent, format::rough(within_ms));
    view! {
        <tr data-testid="live-queue" data-id=queue.id>
            <th scope="row">{queue.name}</th>
            <td data-label=words.waiting class="big" class:some=queue.waiting.gt(&0)>{queue.waiting}</td>
            <td data-label=words.longest_wait>
                <time class="timer" class:late=late>{move || wait().map_or("–".to_owned(), format::clock)}</time>
            </td>
            <td data-label=words.in_service>{queue.active}</td>
            <td data-label=words.agents title=words.agents_hint class:alarm=queue.agents_available == 0 && queue.waiting.gt(&0)>
                {queue.agents_available}<small>"/"{queue.agents_total}</small>
            </td>
            <td data-label=words.answered>{queue.answered_today}</td>
            <td data-label=words.abandoned>{queue.abandoned_today}<small>{rate}</small></td>
            <td data-label=words.service_level class="level" title=formula>
                <span class="gauge" class:below=below>
                    <i style:width=format!("{}%", level.unwrap_or(0.0))></i>
                    <u style:left=format!("{}%", queue.target_percent)></u>
                </span>
                <b>{level.map_or("–".to_owned(), format::percent)}</b>
                <small>{fill(words.target, goal)}</small>
            </td>
        </tr>
    }
}

#[component]
fn Agents() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let agents = Memo::new(move |_| {
        let mut list = desk.work.with(|work| work.colleagues.clone());
        list.sort_by_key(|agent| (agent.presence.status, agent.name.clone()));
        list
    });
    let count = move |status: PresenceStatus| {
        agents.with(|agents| agents.iter().filter(|agent| agent.presence.status == status).count())
    };
    let summary = move || {
        [
            fill(words.available_count, count(PresenceStatus::Available)),
            fill(words.paused_count, count(PresenceStatus::Pause)),
            fill(words.offline_count, count(PresenceStatus::Offline)),
        ]
        .join(" · ")
    };
    view! {
        <section class="panel" data-testid="live-agents">
            <header><h2>{words.agents}</h2><p class="hint">{summary}</p></header>
            <ul class="agents">
                <For each=move || agents.get() key=|agent| agent.id.clone() let:agent>
                    {
                        let id = agent.id;
                        let agent = Memo::new(move |_| agents.with(|agents| agents.iter().find(|agent| agent.id == id).cloned()));
                        move || agent.get().map(|agent| agent_card(desk, agent))
                    }
                </For>
            </ul>
        </section>
    }
}

fn agent_card(desk: Desk, agent: AgentStat) -> impl IntoView {
    let words = desk.words();
    let since = agent.presence.since_ms;
    let in_state = move || format::clock(desk.now.get() - since);
    let offline = agent.presence.status == PresenceStatus::Offline;
    let deaf = !agent.connected && !offline;
    let doing: Vec<_> = agent.doing.iter().map(|doing| doing.name.clone()).collect();
    let places =
        (0..agent.chats_max.max(agent.chats)).map(|place| view! { <i class:taken=place < agent.chats></i> });
    view! {
        <li class="agent" data-testid="live-agent" data-id=agent.id data-status=status_name(agent.presence.status)>
            <b>{mark(agent.presence.status)}<span>{agent.name}</span></b>
            <span class="agent-state">{status_text(words, &agent.presence)}
                {(!offline).then(|| view! { " " <time class="timer">{in_state}</time> })}
            </span>
            {(!offline).then(|| view! {
                <span class="capacity">{places.collect_view()}<b>{format!("{}/{}", agent.chats, agent.chats_max)}</b></span>
            })}
            {deaf.then(|| view! { <span class="deaf">{icon(icon::LOST)}{words.no_stream}</span> })}
            {(!offline && !deaf).then(|| view! {
                <span class="doing">{if doing.is_empty() { words.free.to_owned() } else { doing.join(", ") }}</span>
            })}
        </li>
    }
}

#[component]
fn Waiting(waiting: RwSignal<Vec<Interaction>>) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let row = move |item: Interaction| {
        let since = item.queued_ms.unwrap_or(item.started_ms);
        let wait = move || format::clock(desk.now.get() - since);
        let queue = item.queue.map(|queue| queue.name);
        view! {
            <li data-testid="live-waiting-item">
                <span class="sign" title=channel::name(words, &item.channel)>{icon(channel::sign(&item.channel))}</span>
                <span><b>{display_name(&item.contact)}</b>
                    <small>{queue}{item.topic.map(|topic| format!(" · {topic}"))}</small>
                </span>
                <time class="timer">{wait}</time>
            </li>
        }
    };
    view! {
        <section class="panel" data-testid="live-waiting">
            <header><h2>{words.waiting}</h2><p class="hint">{move || waiting.with(Vec::len)}</p></header>
            <ul class="waiting-list">
                <For each=move || waiting.get() key=|item| (item.id.clone(), item.version) children=row/>
            </ul>
            <Show when=move || waiting.with(Vec::is_empty)><p class="hint middle">{words.nobody_waits}</p></Show>
        </section>
    }
}
