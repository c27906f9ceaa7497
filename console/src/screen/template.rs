//! Words that the provider approved: chosen, filled in, seen as the customer will see them, and sent. What
//! the server refuses is told beside what was filled in, and nothing of it is lost.

use crate::desk::{Desk, new_id};
use crate::format;
use crate::http::{self, Failure};
use crate::icon::{self, icon};
use crate::language::{Words, fill};
use api::interaction::Interaction;
use api::message::{Attachment, Message};
use api::request::SendMessage;
use api::template::{MessageTemplate, SendTemplate, TemplateCategory, TemplateParameter, TemplatePart};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::BTreeMap;

#[component]
pub(crate) fn TemplateForm(interaction: Interaction) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let found = RwSignal::new(None::<Vec<MessageTemplate>>);
    let chosen = RwSignal::new(None::<MessageTemplate>);
    let search = RwSignal::new(String::new());
    let locale = interaction.contact.locale.clone();
    let path = format!("/interactions/{}/templates", interaction.id);
    spawn_local(async move {
        match http::get::<Vec<MessageTemplate>>(&path).await {
            Ok(mut list) => {
                in_their_language_first(&mut list, locale.as_deref());
                found.try_set(Some(list));
            }
            Err(failure) => desk.explain(&failure),
        }
    });
    let item = StoredValue::new(interaction);
    let list = move || {
        let wanted = search.get().trim().to_lowercase();
        let fits = |template: &MessageTemplate| {
            let text = preview(&template.parts, &BTreeMap::new());
            wanted.is_empty() || format!("{} {text}", template.name).to_lowercase().contains(&wanted)
        };
        let list: Vec<_> = found.get()?.into_iter().filter(fits).collect();
        let none = list.is_empty().then(|| view! { <p class="hint">{words.no_templates}</p> });
        Some(view! {
            {none}
            <div class="targets">{list.into_iter().map(|template| row(words, template, chosen)).collect_view()}</div>
        })
    };
    view! {
        <div class="template">
            <Show when=move || chosen.with(Option::is_none)>
                <label class="note">{words.search_templates}
                    <input type="search" data-testid="template-search" autofocus prop:value=search
                        on:input=move |event| search.set(event_target_value(&event))/>
                </label>
                {list}
            </Show>
            {move || chosen.get().map(|template| view! {
                <button type="button" class="link" on:click=move |_| chosen.set(None)>
                    {icon(icon::BACK)}{words.other_template}
                </button>
                <Filling template item/>
            })}
        </div>
    }
}

/// The customer's language first, then by name.
fn in_their_language_first(list: &mut [MessageTemplate], locale: Option<&str>) {
    let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    let theirs = locale.map(primary);
    list.sort_by_key(|template| {
        (Some(primary(&template.language)) != theirs, template.name.clone(), template.language.clone())
    });
}

fn row(
    words: &'static Words,
    template: MessageTemplate,
    chosen: RwSignal<Option<MessageTemplate>>,
) -> impl IntoView {
    let text = preview(&template.parts, &BTreeMap::new());
    let (name, title, language) = (template.name.clone(), template.name.clone(), template.language.clone());
    let advertising = template.category == TemplateCategory::Marketing;
    view! {
        <button type="button" class="target" data-testid="template" data-name=name
            on:click=move |_| chosen.set(Some(template.clone()))>
            <b>{title}<small>{language}</small></b>
            <Show when=move || advertising><small class="advertising">{words.advertising}</small></Show>
            <small class="template-text">{text}</small>
        </button>
    }
}

/// The words with what was filled in; a place that is empty shows its mark.
fn preview(parts: &[TemplatePart], values: &BTreeMap<String, String>) -> String {
    let filled = |part: &TemplatePart| {
        part.parameters.iter().fold(part.text.clone(), |text, parameter| {
            match values.get(&parameter.place).map(|value| value.trim()).filter(|value| !value.is_empty()) {
                Some(value) => text.replace(&format!("{{{{{}}}}}", parameter.mark), value),
                None => text,
            }
        })
    };
    let words = parts.iter().filter(|part| part.title.is_none()).map(filled);
    words.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
}

#[component]
fn Filling(template: MessageTemplate, item: StoredValue<Interaction>) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let values = RwSignal::new(BTreeMap::<String, String>::new());
    let file = RwSignal::new(None::<Attachment>);
    let problem = RwSignal::new(None::<String>);
    let waits = RwSignal::new(false);
    let parameters: Vec<_> = template.parts.iter().flat_map(|part| part.parameters.clone()).collect();
    let wants_file = template.parts.iter().any(|part| part.file.is_some());
    let places: Vec<String> = parameters.iter().map(|parameter| parameter.place.clone()).collect();
    let ready = move || {
        let all = values.with(|values| {
            places.iter().all(|place| values.get(place).is_some_and(|value| !value.trim().is_empty()))
        });
        all && (!wants_file || file.with(Option::is_some)) && !waits.get()
    };
    let parts = template.parts.clone();
    let buttons: Vec<_> = parts.iter().filter_map(|part| part.title.clone()).collect();
    // Made once: a repeated press is the same message.
    let client_id = StoredValue::new(new_id());
    let template = StoredValue::new(template);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        waits.set(true);
        problem.set(None);
        let request = template.with_value(|template| SendMessage {
            client_id: client_id.get_value(),
            text: None,
            attachments: file.get_untracked().and_then(|file| file.id).into_iter().collect(),
            in_reply_to: None,
            private: false,
            envelope: None,
            template: Some(SendTemplate {
                name: template.name.clone(),
                language: template.language.clone(),
                values: values.get_untracked(),
            }),
        });
        spawn_local(async move {
            deliver(desk, item, request, problem).await;
            waits.try_set(false);
        });
    };
    view! {
        <form class="filling" on:submit=send>
            {parameters.into_iter().map(|parameter| field(words, parameter, values)).collect_view()}
            <Show when=move || wants_file><Header file/></Show>
            <div class="template-preview" data-testid="template-preview" aria-live="polite">
                <p>{move || values.with(|values| preview(&parts, values))}</p>
                {buttons.into_iter().filter(|title| !title.is_empty())
                    .map(|title| view! { <span class="chip">{title}</span> }).collect_view()}
            </div>
            <Show when=move || problem.with(Option::is_some)>
                <p class="form-error" role="alert" data-testid="template-problem">{problem}</p>
            </Show>
            <button type="submit" class="button main" data-testid="template-send" disabled=move || !ready()>
                {icon(icon::SEND)}{words.send}
            </button>
        </form>
    }
}

async fn deliver(
    desk: Desk,
    item: StoredValue<Interaction>,
    request: SendMessage,
    problem: RwSignal<Option<String>>,
) {
    let (id, conversation_id) = item.with_value(|item| (item.id.clone(), item.conversation_id.clone()));
    match http::post::<_, Message>(&format!("/interactions/{id}/messages"), &request).await {
        Ok(message) => {
            desk.work.update(|work| work.thread(&conversation_id).add(message));
            desk.dialog.set(None);
        }
        Err(Failure::Refused(refused)) => {
            problem.try_set(Some(refused.detail.unwrap_or(refused.title)));
        }
        Err(failure) => desk.explain(&failure),
    }
}

fn field(
    words: &'static Words,
    parameter: TemplateParameter,
    values: RwSignal<BTreeMap<String, String>>,
) -> impl IntoView {
    let TemplateParameter { place, mark, example, max } = parameter;
    let label = match mark.parse::<u32>() {
        Ok(_) => place_words(words, &place),
        Err(_) => mark.replace('_', " "),
    };
    let testid = format!("value-{place}");
    let hint = example.map(|example| fill(words.for_example, example)).unwrap_or_default();
    view! {
        <label class="note">{label}
            <input type="text" data-testid=testid maxlength=max.to_string() placeholder=hint autocomplete="off"
                on:input=move |event| values.update(|values| {
                    values.insert(place.clone(), event_target_value(&event));
                })/>
        </label>
    }
}

/// A place without a name of its own: `body.2` is "Value 2".
fn place_words(words: &'static Words, place: &str) -> String {
    let number = place.rsplit('.').next().unwrap_or_default();
    let value = fill(words.value_number, number);
    match place.split(['.', ':']).next().unwrap_or_default() {
        "body" => value,
        "header" => format!("{value} ({})", words.template_header),
        _ => format!("{value} ({})", words.template_button),
    }
}

/// The picture or document at the head of the template.
#[component]
fn Header(file: RwSignal<Option<Attachment>>) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let picker = NodeRef::<html::Input>::new();
    let uploading = RwSignal::new(false);
    let picked = move |_| {
        let files = picker.get_untracked().and_then(|input| input.files());
        let Some(chosen) = files.and_then(|files| files.get(0)) else { return };
        uploading.set(true);
        spawn_local(async move {
            match http::upload(&chosen).await {
                Ok(uploaded) => {
                    file.try_set(Some(uploaded));
                }
                Err(failure) => desk.explain(&failure),
            }
            uploading.try_set(false);
        });
    };
    let shown = move || match (uploading.get(), file.get()) {
        (true, _) => Some(words.uploading.to_owned()),
        (false, Some(file)) => file.name.or_else(|| file.size.map(format::bytes)),
        (false, None) => None,
    };
    view! {
        <label class="note">{words.template_file}
            <input type="file" data-testid="template-file" node_ref=picker on:change=picked/>
            <small>{shown}</small>
        </label>
    }
}
