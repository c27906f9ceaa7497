//! Who it is: name, phone, e-mail and notes, changed where they stand; what the bot learnt; which
//! records became this one, and the way back.

use crate::channel;
use crate::desk::Desk;
use crate::http::{self, Failure};
use crate::icon::{self, icon};
use crate::intl;
use crate::language::{Words, fill};
use crate::name;
use api::consent::{OptOut, OptOutExtent, OptOutReason, RecordOptOut};
use api::contact::{Contact, Identity, Merge};
use api::interaction::Interaction;
use api::request::PatchContact;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

pub(crate) fn display_name(contact: &Contact) -> String {
    name::of(contact, Desk::of_context().words().visitor)
}

#[component]
pub(crate) fn Customer(
    contact: Signal<Option<Contact>>,
    /// The work it is looked at for, if any.
    interaction: Signal<Option<Interaction>>,
) -> impl IntoView {
    let words = Desk::of_context().words();
    let value = move |pick: fn(&Contact) -> Option<String>| {
        Memo::new(move |_| contact.get().and_then(|contact| pick(&contact)).unwrap_or_default())
    };
    let patch = |change: fn(String) -> PatchContact| StoredValue::new(change);
    view! {
        <header class="customer-head">
            <Field contact label=words.name testid="contact-name" kind="text" title=true
                value=value(|contact| Some(contact.name.clone()))
                change=patch(|name| PatchContact { name: Some(name), ..PatchContact::default() })/>
        </header>
        <Wanted interaction/>
        <div class="fields">
            <Field contact label=words.phone testid="contact-phone" kind="tel" title=false
                value=value(|contact| contact.phone.clone())
                change=patch(|phone| PatchContact { phone: Some(phone), ..PatchContact::default() })/>
            <Field contact label=words.email testid="contact-email" kind="email" title=false
                value=value(|contact| contact.email.clone())
                change=patch(|email| PatchContact { email: Some(email), ..PatchContact::default() })/>
            <Notes contact/>
        </div>
        {move || contact.get().map(|contact| identities(contact.identities))}
        <Unwanted contact interaction/>
        {move || contact.get().map(|contact| {
            let id = contact.id.clone();
            contact.merges.into_iter().map(|merge| merged(id.clone(), merge)).collect_view()
        })}
    }
}

/// What they do not want, and what they told the agent about it.
#[component]
fn Unwanted(contact: Signal<Option<Contact>>, interaction: Signal<Option<Interaction>>) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let row = move |opt_out: OptOut| {
        let on = channel::name(words, &opt_out.channel);
        let what = match opt_out.extent {
            OptOutExtent::All => fill(words.wants_nothing, on),
            OptOutExtent::Marketing => fill(words.wants_no_advertising, on),
        };
        let why = match opt_out.reason {
            OptOutReason::Asked => words.opt_out_asked,
            OptOutReason::Refused => words.opt_out_refused,
            OptOutReason::Blocked => words.opt_out_blocked,
            OptOutReason::Told => words.opt_out_told,
        };
        let when = intl::day(opt_out.since_ms, desk.language.get_untracked().tag());
        let path = format!("/opt-outs/{}", opt_out.id);
        let lift = move |_| {
            let path = path.clone();
            spawn_local(async move {
                if let Err(failure) = http::delete(&path).await {
                    desk.explain(&failure);
                }
            });
        };
        view! {
            <div class="merge" data-testid="opt-out">
                {icon(icon::FORBIDDEN)}
                <p>{what}<small>{fill(why, when)}</small></p>
                <button type="button" class="link" data-testid="lift-opt-out" on:click=lift>{words.lift_opt_out}</button>
            </div>
        }
    };
    // Only whoever talks with them can have been told.
    let here = move || {
        let item = interaction.get()?;
        let known = contact.get()?.opt_outs;
        let holds = |opt_out: &OptOut| opt_out.channel == item.channel && opt_out.extent == OptOutExtent::All;
        (!known.iter().any(holds)).then_some(item)
    };
    let record = move |item: Interaction| {
        let label = fill(words.record_opt_out, channel::name(words, &item.channel));
        let path = format!("/conversations/{}/opt-outs", item.conversation_id);
        let tell = move |_| {
            let path = path.clone();
            spawn_local(async move {
                let body = RecordOptOut { extent: OptOutExtent::All };
                if let Err(failure) = http::tell(&path, &body).await {
                    desk.explain(&failure);
                }
            });
        };
        view! { <button type="button" class="link" data-testid="record-opt-out" on:click=tell>{label}</button> }
    };
    view! {
        {move || contact.get().map(|contact| contact.opt_outs.into_iter().map(row).collect_view())}
        {move || here().map(record)}
    }
}

/// What they need, as the bot understood it, and what it learnt on the way.
#[component]
fn Wanted(interaction: Signal<Option<Interaction>>) -> impl IntoView {
    let words = Desk::of_context().words();
    move || {
        let item = interaction.get()?;
        if item.topic.is_none() && item.attributes.is_empty() {
            return None;
        }
        Some(view! {
            <section class="wanted" data-testid="wanted">
                <h2>{words.what_they_want}</h2>
                {item.topic.map(|topic| view! { <p>{topic}</p> })}
                <dl>
                    {item.attributes.into_iter().map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> }).collect_view()}
                </dl>
            </section>
        })
    }
}

/// Shown as text, changed in place: Enter or leaving saves, Esc does not.
#[component]
fn Field(
    contact: Signal<Option<Contact>>,
    label: &'static str,
    testid: &'static str,
    kind: &'static str,
    /// The contact's name, at the head of the panel.
    title: bool,
    value: Memo<String>,
    change: StoredValue<fn(String) -> PatchContact>,
) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let editing = RwSignal::new(false);
    let error = RwSignal::new(None::<String>);
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = input.get() {
            let _ = field.focus();
            field.select();
        }
    });
    let save = move || {
        let Some(text) = input.get_untracked().map(|field| field.value().trim().to_owned()) else { return };
        let Some(contact) = contact.get_untracked().filter(|_| editing.get_untracked()) else { return };
        if text == value.get_untracked() {
            editing.set(false);
        } else {
            error.set(None);
            spawn_local(save_field(desk, contact, (change.get_value())(text), editing, error));
        }
    };
    // The last one comes when the field is taken off the page with all it stands on.
    let left = move |_| {
        if editing.try_get_untracked() == Some(true) && error.try_get_untracked() == Some(None) {
            save();
        }
    };
    let pressed = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            save();
        }
        "Escape" => {
            event.stop_propagation();
            error.set(None);
            editing.set(false);
        }
        _ => {}
    };
    let shown = move || match value.get() {
        text if !text.is_empty() => text,
        _ if title => words.no_name.to_owned(),
        _ => words.add.to_owned(),
    };
    view! {
        <div class="field" class:title=title>
            <span class="label">{label}</span>
            <Show when=move || editing.get() fallback=move || view! {
                <button type="button" class="value" data-testid=testid title=fill(words.edit, label.to_lowercase())
                    class:none=move || value.with(String::is_empty) on:click=move |_| editing.set(true)>
                    <span>{shown}</span>{icon(icon::EDIT)}
                </button>
            }>
                <input type=kind data-testid=format!("{testid}-input") aria-label=label autocomplete="off"
                    value=value.get_untracked() node_ref=input
                    on:keydown=pressed on:blur=left/>
            </Show>
            <Show when=move || error.get().is_some()><p class="form-error" role="alert">{error}</p></Show>
        </div>
    }
}

/// A refusal stays beside the field, with what was written.
async fn save_field(
    desk: Desk,
    contact: Contact,
    patch: PatchContact,
    editing: RwSignal<bool>,
    error: RwSignal<Option<String>>,
) {
    match desk.patch_contact(&contact, patch).await {
        Ok(_) => {
            editing.try_set(false);
        }
        Err(Failure::Refused(problem)) => {
            error.try_set(Some(problem.detail.unwrap_or(problem.title)));
        }
        Err(failure) => desk.explain(&failure),
    }
}

#[component]
fn Notes(contact: Signal<Option<Contact>>) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let notes = Memo::new(move |_| contact.get().map(|contact| contact.notes).unwrap_or_default());
    let saved = RwSignal::new(false);
    let save = move |event| {
        let text = event_target_value(&event);
        // The last change comes when the field is taken off the page with all it stands on.
        let Some(contact) = contact.try_get_untracked().flatten() else { return };
        if text == contact.notes {
            return;
        }
        spawn_local(async move {
            let patch = PatchContact { notes: Some(text), ..PatchContact::default() };
            match desk.patch_contact(&contact, patch).await {
                Ok(_) => {
                    saved.try_set(true);
                }
                Err(failure) => desk.explain(&failure),
            }
        });
    };
    view! {
        <label class="field notes">
            <span class="label">{words.notes}
                {move || saved.get().then(|| view! { <em>{icon(icon::SENT)}{words.saved}</em> })}
            </span>
            <textarea rows="2" data-testid="contact-notes" placeholder=words.add_notes prop:value=notes
                on:input=move |_| saved.set(false) on:change=save></textarea>
        </label>
    }
}

fn scheme_name(words: &'static Words, scheme: &str) -> String {
    match scheme {
        "phone" => words.phone.to_owned(),
        scheme => channel::name(words, scheme),
    }
}

/// What both had, `scheme value`, in words.
fn merge_reason(words: &'static Words, why: &str) -> String {
    match why.split_once(' ') {
        Some((scheme, value)) => {
            fill(words.both_have, format!("{} {value}", scheme_name(words, scheme).to_lowercase()))
        }
        None => why.to_owned(),
    }
}

fn identities(list: Vec<Identity>) -> AnyView {
    let words = Desk::of_context().words();
    if list.is_empty() {
        return ().into_any();
    }
    let rows = list.into_iter().map(|identity| {
        let sign = match identity.scheme.as_str() {
            "phone" => icon::PHONE,
            scheme => channel::sign(scheme),
        };
        let name = scheme_name(words, &identity.scheme);
        let shown = match name::is_readable(&identity.value) {
            true => identity.value.clone(),
            false => format!("{name} …{}", name::tail(&identity.value)),
        };
        view! {
            <li>{icon(sign)}<span title=format!("{name} {}", identity.value)>{shown}</span>
                {identity.verified.then(|| view! {
                    <span class="verified" role="img" aria-label=words.verified title=words.verified>{icon(icon::VERIFIED)}</span>
                })}
            </li>
        }
    });
    view! {
        <section class="identities" data-testid="identities">
            <h2>{words.identities}</h2>
            <ul>{rows.collect_view()}</ul>
        </section>
    }
    .into_any()
}

fn merged(contact_id: String, merge: Merge) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let day = intl::day(merge.at_ms, desk.language.get_untracked().tag());
    let why = merge_reason(words, &merge.why);
    let merge_id = merge.merge_id;
    view! {
        <section class="merge" data-testid="merge">
            {icon(icon::MERGE)}
            <p><b>{fill(words.merged_with, &merge.other_name)}</b>" "{why}<small>{day}</small></p>
            <button type="button" class="link" data-testid="unmerge"
                on:click=move |_| desk.unmerge(contact_id.clone(), merge_id.clone())>
                {icon(icon::UNDO)}{words.unmerge}
            </button>
        </section>
    }
}
