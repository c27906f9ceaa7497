//! How the channels work: a bar while one needs somebody, and the list with what to do.

use crate::channel;
use crate::desk::{Desk, Screen};
use crate::finding::{alarming, todo, what};
use crate::icon::{self, icon};
use crate::intl;
use crate::language::fill;
use api::health::{ChannelFinding, ChannelHealth, FindingSeverity};
use leptos::prelude::*;

/// Stays until the channels work. Only supervisors are told, so only they see it.
#[component]
pub(crate) fn HealthBar() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let alarms = Memo::new(move |_| {
        let names = |channels: &[ChannelHealth]| {
            alarming(channels).into_iter().map(|channel| channel.name.clone()).collect::<Vec<_>>()
        };
        desk.work.with(|work| names(&work.health))
    });
    view! {
        <div class="health-bar" role="status">
            <Show when=move || !alarms.with(Vec::is_empty)>
                <p data-testid="health-bar">
                    {icon(icon::ALERT)}
                    <span>{move || fill(words.channels_ill, alarms.with(|names| names.join(", ")))}</span>
                    <button type="button" class="button" on:click=move |_| desk.go(Screen::Live)>{words.see}</button>
                </p>
            </Show>
        </div>
    }
}

/// All that is wrong with any channel, the worst first, and what the providers tell of each.
#[component]
pub(crate) fn Channels() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let channels = Memo::new(move |_| {
        let mut channels = desk.work.with(|work| work.health.clone());
        let worst = |channel: &ChannelHealth| channel.findings.first().map(|finding| finding.severity);
        channels.sort_by_key(|channel| (std::cmp::Reverse(worst(channel)), channel.name.clone()));
        channels
    });
    let well = move || channels.with(|channels| channels.iter().all(|channel| channel.findings.is_empty()));
    view! {
        <section class="panel" data-testid="channel-health">
            <header><h2>{words.channels}</h2></header>
            <Show when=well><p class="hint good">{icon(icon::DELIVERED)}{words.channels_well}</p></Show>
            <ul>{move || channels.get().into_iter().map(|channel| row(desk, channel)).collect_view()}</ul>
        </section>
    }
}

fn row(desk: Desk, channel: ChannelHealth) -> impl IntoView {
    let words = desk.words();
    let heard = channel.last_event_ms.map(|at| fill(words.last_heard, moment(desk, at)));
    let facts: Vec<String> = channel.facts.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let facts = (!facts.is_empty()).then(|| {
        view! { <details><summary>{words.provider_tells}</summary><p class="facts">{facts.join(" · ")}</p></details> }
    });
    let findings = channel.findings.into_iter().map(|finding| told(desk, finding)).collect_view();
    view! {
        <li class="channel-health" data-testid="channel" data-account=channel.account>
            <p class="facts">{icon(channel::sign(&channel.channel))}<b>{channel.name}</b>
                {heard.map(|heard| view! { <small>{heard}</small> })}
            </p>
            {findings}
            {facts}
        </li>
    }
}

fn told(desk: Desk, finding: ChannelFinding) -> impl IntoView {
    let (words, language) = (desk.words(), desk.language.get_untracked());
    let alarm = finding.severity == FindingSeverity::Alarm;
    let since = fill(words.since, moment(desk, finding.since_ms));
    let until = finding.until_ms.map(|at| format!(" · {}", fill(words.until, moment(desk, at))));
    view! {
        <div class="finding" class:alarm=alarm data-testid="finding" data-code=finding.code.clone()>
            <p class="why">{icon(if alarm { icon::FAILURES } else { icon::ALERT })}<b>{what(language, &finding)}</b></p>
            {todo(language, &finding).map(|todo| view! { <p>{todo}</p> })}
            <small>{since}{until}</small>
        </div>
    }
}

fn moment(desk: Desk, at_ms: i64) -> String {
    let locale = desk.language.get_untracked().tag();
    format!("{} {}", intl::day(at_ms, locale), intl::time(at_ms, locale))
}
