//! Ask for help: a supervisor, whoever of a queue is free, or a colleague; for advice, or into the talk.

use crate::desk::Desk;
use crate::icon::{self, icon};
use crate::language::fill;
use crate::part;
use crate::screen::presence::{mark, status_text};
use crate::work::Work;
use api::agent::{AgentStat, PresenceStatus, Role};
use api::interaction::{Interaction, Way};
use api::queue::QueueStat;
use api::request::Invite;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Who is asked.
#[derive(Clone)]
enum Whom {
    Supervisor,
    Queue(String),
    Agent { id: String, name: String },
}

#[component]
pub(crate) fn HelpForm(interaction: Interaction) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let note = NodeRef::<html::Textarea>::new();
    let way = RwSignal::new(Way::Consult);
    let waits = RwSignal::new(false);
    let id = StoredValue::new(interaction.id);
    let ask = Callback::new(move |whom: Whom| {
        let text = note.get_untracked().map(|field| field.value().trim().to_owned());
        let name = if let Whom::Agent { name, .. } = &whom { Some(name.clone()) } else { None };
        let wish = wish(whom, way.get_untracked(), text.filter(|text| !text.is_empty()));
        waits.set(true);
        spawn_local(async move {
            if desk.invite(&id.get_value(), wish, name.as_deref()).await {
                desk.dialog.set(None);
            }
            waits.try_set(false);
        });
    });
    let hint = move || if way.get() == Way::Conference { words.conference_hint } else { words.consult_hint };
    let choice = move |is: Way, name: &'static str| {
        view! {
            <label class="outcome"><input type="radio" name="help-way" data-testid="help-way" data-way=way_name(is)
                prop:checked=move || way.get() == is on:change=move |_| way.set(is)/><span>{name}</span></label>
        }
    };
    view! {
        <div class="transfer" data-testid="help">
            <label class="note">{words.note_for_help}
                <textarea rows="2" data-testid="help-note" node_ref=note autofocus></textarea>
            </label>
            <fieldset class="outcomes" aria-describedby="help-hint">
                <legend>{words.help_for}</legend>
                {choice(Way::Consult, words.consult)}{choice(Way::Conference, words.conference)}
            </fieldset>
            <p class="hint" id="help-hint">{hint}</p>
            <h3>{words.whoever_is_free}</h3>
            <div class="targets"><Groups id=id.get_value() waits ask/></div>
            <h3>{words.colleagues}</h3>
            <div class="targets"><Colleagues id=id.get_value() waits ask/></div>
        </div>
    }
}

fn wish(whom: Whom, way: Way, note: Option<String>) -> Invite {
    let (mut agent_id, mut queue_id, mut supervisor) = (None, None, false);
    match whom {
        Whom::Supervisor => supervisor = true,
        Whom::Queue(id) => queue_id = Some(id),
        Whom::Agent { id, .. } => agent_id = Some(id),
    }
    Invite { agent_id, queue_id, supervisor, way, note }
}

/// As the API has it.
pub(crate) fn way_name(way: Way) -> &'static str {
    match way {
        Way::Offered => "offered",
        Way::Active => "active",
        Way::WrapUp => "wrap_up",
        Way::Invited => "invited",
        Way::Consult => "consult",
        Way::Conference => "conference",
    }
}

/// Who is in it already, myself included.
fn takes_part<'a>(work: &'a Work, id: &str) -> impl Fn(&AgentStat) -> bool + use<'a> {
    let item = work.interactions.get(id);
    move |agent| item.is_some_and(|item| part::of(item, &agent.id).is_some())
}

/// Supervisors and queues, each with how many could be asked.
#[component]
fn Groups(id: String, waits: RwSignal<bool>, ask: Callback<Whom>) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let groups = Memo::new(move |_| {
        desk.work.with(|work| {
            let is_in = takes_part(work, &id);
            let others = work.colleagues.iter().filter(|agent| part::is_free(agent) && !is_in(agent));
            let supervisors = others.filter(|agent| agent.role == Role::Supervisor).count();
            let me = work.me.as_ref().filter(|me| me.presence.status == PresenceStatus::Available);
            let i_serve =
                |queue: &QueueStat| me.is_some_and(|me| me.queues.iter().any(|it| it.id == queue.id));
            let free = |queue: &QueueStat| queue.agents_available.saturating_sub(u32::from(i_serve(queue)));
            let queues = work.queues.iter().map(|queue| (queue.id.clone(), queue.name.clone(), free(queue)));
            (supervisors, queues.collect::<Vec<_>>())
        })
    });
    move || {
        let (supervisors, queues) = groups.get();
        let count = |free: String| view! { <small>{fill(words.available_count, free)}</small> };
        view! {
            <button type="button" class="target" data-testid="help-supervisor"
                disabled=move || waits.get() || supervisors == 0 on:click=move |_| ask.run(Whom::Supervisor)>
                <b>{words.of_supervisors}</b>{count(supervisors.to_string())}
            </button>
            {queues.into_iter().map(|(id, name, free)| {
                let key = id.clone();
                view! {
                    <button type="button" class="target" data-testid="help-queue" data-id=key
                        disabled=move || waits.get() || free == 0 on:click=move |_| ask.run(Whom::Queue(id.clone()))>
                        <b>{fill(words.of_queue, name)}</b>{count(free.to_string())}
                    </button>
                }
            }).collect_view()}
        }
    }
}

/// Whoever is here and does not take part already, those who are free first.
#[component]
fn Colleagues(id: String, waits: RwSignal<bool>, ask: Callback<Whom>) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let here = Memo::new(move |_| {
        desk.work.with(|work| {
            let taking_part = work.interactions.get(&id);
            let is_in =
                |agent: &AgentStat| taking_part.is_some_and(|item| part::of(item, &agent.id).is_some());
            let here =
                work.colleagues.iter().filter(|agent| agent.presence.status != PresenceStatus::Offline);
            let mut here: Vec<_> = here.filter(|agent| !is_in(agent)).cloned().collect();
            here.sort_by_key(|agent| (!part::is_free(agent), agent.presence.status, agent.name.clone()));
            here
        })
    });
    let target = move |agent: AgentStat| {
        let free = part::is_free(&agent);
        let state = status_text(words, &agent.presence);
        let (whom, id) = (Whom::Agent { id: agent.id.clone(), name: agent.name.clone() }, agent.id);
        view! {
            <button type="button" class="target" data-testid="help-agent" data-id=id
                disabled=move || waits.get() || !free on:click=move |_| ask.run(whom.clone())>
                <b>{mark(agent.presence.status)}{agent.name}</b>
                <small>{state}" · "{agent.chats}"/"{agent.chats_max}</small>
            </button>
        }
    };
    move || match here.get() {
        none if none.is_empty() => {
            view! { <p class="hint">{icon(icon::TEAM)}{words.nobody_connected}</p> }.into_any()
        }
        here => here.into_iter().map(target).collect_view().into_any(),
    }
}
