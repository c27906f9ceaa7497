//! Hand a conversation over to a queue or a colleague, with a note for who takes it.

use crate::desk::Desk;
use crate::format;
use crate::language::fill;
use crate::screen::presence::{mark, status_text};
use api::agent::PresenceStatus;
use api::interaction::Interaction;
use api::request::Transfer;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

#[component]
pub(crate) fn TransferForm(interaction: Interaction) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let note = NodeRef::<html::Textarea>::new();
    let waits = RwSignal::new(false);
    let id = StoredValue::new(interaction.id);
    let hand_over = move |queue_id: Option<String>, agent_id: Option<String>, name: String| {
        let text = note.get_untracked().map(|field| field.value().trim().to_owned());
        let to = Transfer { queue_id, agent_id, flow_id: None, note: text.filter(|text| !text.is_empty()) };
        waits.set(true);
        spawn_local(async move {
            if desk.transfer(&id.get_value(), to, &name).await {
                desk.dialog.set(None);
            }
            waits.try_set(false);
        });
    };
    let me = desk.work.with_untracked(|work| work.me.as_ref().map(|me| me.agent_id.clone()));
    let colleagues = move || {
        desk.work.with(|work| {
            let others = work.colleagues.iter().filter(|agent| Some(&agent.id) != me.as_ref());
            let mut here: Vec<_> =
                others.filter(|agent| agent.presence.status != PresenceStatus::Offline).cloned().collect();
            here.sort_by_key(|agent| (agent.presence.status, agent.name.clone()));
            here
        })
    };
    view! {
        <div class="transfer">
            <label class="note">{words.note_for_colleague}
                <textarea rows="2" data-testid="transfer-note" node_ref=note autofocus></textarea>
            </label>
            <h3>{words.queues}</h3>
            <div class="targets">
                {move || desk.work.with(|work| work.queues.clone()).into_iter().map(|queue| {
                    let name = queue.name.clone();
                    view! {
                        <button type="button" class="target" data-testid="transfer-queue" data-id=queue.id.clone() disabled=waits
                            on:click=move |_| hand_over(Some(queue.id.clone()), None, queue.name.clone())>
                            <b>{name}</b>
                            <small>{fill(words.waiting_count, queue.waiting)}
                                " · "{fill(words.available_count, queue.agents_available)}
                                {queue.longest_wait_ms.map(|wait| format!(" · {}", format::clock(wait)))}
                            </small>
                        </button>
                    }
                }).collect_view()}
            </div>
            <h3>{words.colleagues}</h3>
            <div class="targets">
                {move || {
                    let list = colleagues();
                    if list.is_empty() {
                        return view! { <p class="hint">{words.nobody_connected}</p> }.into_any();
                    }
                    list.into_iter().map(|agent| {
                        let name = agent.name.clone();
                        let state = status_text(words, &agent.presence);
                        view! {
                            <button type="button" class="target" data-testid="transfer-agent" data-id=agent.id.clone() disabled=waits
                                on:click=move |_| hand_over(None, Some(agent.id.clone()), agent.name.clone())>
                                <b>{mark(agent.presence.status)}{name}</b>
                                <small>{state}" · "{agent.chats}"/"{agent.chats_max}</small>
                            </button>
                        }
                    }).collect_view().into_any()
                }}
            </div>
        </div>
    }
}
