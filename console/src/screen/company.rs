//! Who takes part in the open conversation, and what can be done about it: a quiet line for each, and none
//! where nobody does.

use crate::desk::{Desk, Dialog};
use crate::format;
use crate::icon::{self, icon};
use crate::language::fill;
use crate::part;
use crate::screen::help::way_name;
use api::interaction::{Interaction, Invitation, Part, Way};
use leptos::prelude::*;

/// What the lines depend on: a message changes none of it.
#[derive(Clone, PartialEq)]
struct Round {
    id: String,
    me: Way,
    /// Whose it is.
    holder: String,
    invitation: Option<Invitation>,
    asked: String,
    /// Others who help.
    helping: Vec<Part>,
    unanswered: bool,
}

#[component]
pub(crate) fn Company(item: Memo<Option<Interaction>>) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let round = Memo::new(move |_| desk.work.with(|work| item.with(|item| round(work, item.as_ref()?))));
    let lines = move || {
        let round = round.get()?;
        let Round { id, me, holder, invitation, asked, helping, unanswered } = round;
        let mine = match me {
            Way::Consult => Some((icon::FORBIDDEN, fill(words.you_advise, holder))),
            Way::Conference => Some((icon::TEAM, fill(words.you_are_in, holder))),
            _ => None,
        };
        let mine = mine.map(|(sign, text)| view! {
            <p class="company-line" data-testid="my-part" data-way=way_name(me)>{icon(sign)}<span>{text}</span></p>
        });
        let question = invitation.map(|invitation| match me {
            Way::Active => asking(desk, id.clone(), &invitation, &asked).into_any(),
            Way::Invited => asked_of_me(desk, invitation).into_any(),
            _ => ().into_any(),
        });
        let others = helping.into_iter().map(|part| match me {
            Way::Active => with_deeds(desk, id.clone(), part).into_any(),
            _ => plain(desk, &part).into_any(),
        });
        let others = others.collect_view();
        let nobody = (unanswered && me == Way::Active).then(|| nobody_came(desk, item));
        Some(view! { {mine}{question}{nobody}{others} })
    };
    view! { <section class="company" aria-label=words.who_takes_part aria-live="polite" data-testid="company">{lines}</section> }
}

fn round(work: &crate::work::Work, item: &Interaction) -> Option<Round> {
    let me = work.part(item)?;
    let mine = me.agent.id.as_str();
    Some(Round {
        id: item.id.clone(),
        me: me.way,
        holder: item.agent.as_ref().map(|agent| agent.name.clone()).unwrap_or_default(),
        invitation: item.invitation.clone(),
        asked: part::asked(item),
        helping: part::helping(item).filter(|part| part.agent.id != mine).cloned().collect(),
        unanswered: work.unanswered.contains(&item.id),
    })
}

/// I asked and nobody answered yet.
fn asking(desk: Desk, id: String, invitation: &Invitation, asked: &str) -> impl IntoView + use<> {
    let words = desk.words();
    let text =
        if invitation.way == Way::Conference { words.asking_into_talk } else { words.asking_advice_of };
    let by = invitation.answer_by_ms;
    let left = move || format::clock(by - desk.now.get());
    view! {
        <p class="company-line" data-testid="asking">{icon(icon::HELP)}
            <span>{fill(text, asked)}</span>
            <time class="timer" aria-hidden="true">{left}</time>
            <button type="button" class="link" data-testid="withdraw" on:click=move |_| desk.withdraw(id.clone())>
                {words.withdraw}
            </button>
        </p>
    }
}

/// Who asks me, what for, and what they wrote.
fn asked_of_me(desk: Desk, invitation: Invitation) -> impl IntoView {
    let asks = question(desk, &invitation);
    view! {
        <p class="company-line" data-testid="asked">{icon(icon::HELP)}
            <span><b>{asks}</b>{invitation.note.map(|note| view! { <q>{note}</q> })}</span>
        </p>
    }
}

/// Who asks me, and what for.
pub(crate) fn question(desk: Desk, invitation: &Invitation) -> String {
    let words = desk.words();
    let text = if invitation.way == Way::Conference { words.asks_into_talk } else { words.asks_for_advice };
    fill(text, &invitation.by.name)
}

/// A colleague who helps me.
fn with_deeds(desk: Desk, id: String, part: Part) -> impl IntoView {
    let words = desk.words();
    let busy_id = id.clone();
    let busy = Memo::new(move |_| desk.busy.with(|busy| busy.contains(&busy_id)));
    let in_talk = part.way == Way::Conference;
    let (other, other_name) =
        if in_talk { (Way::Consult, words.advice_only) } else { (Way::Conference, words.into_the_talk) };
    let out = fill(words.send_out, &part.agent.name);
    let name = part.agent.name.clone();
    let agent_id = part.agent.id.clone();
    let id = StoredValue::new(id);
    let part = StoredValue::new(part);
    let act = move |how: fn(Desk, String, &Part)| part.with_value(|part| how(desk, id.get_value(), part));
    view! {
        <p class="company-line" data-testid="taking-part" data-id=agent_id data-way=if in_talk { "conference" } else { "consult" }>
            {icon(icon::TEAM)}
            <span><b>{name}</b>" "<small>{if in_talk { words.in_the_talk } else { words.advises }}</small></span>
            <span class="company-deeds">
                <button type="button" class="link" data-testid="change-part" disabled=busy
                    on:click=move |_| part.with_value(|part| desk.change_part(id.get_value(), part, other))>{other_name}</button>
                <button type="button" class="link" data-testid="hand-over" disabled=busy
                    on:click=move |_| act(Desk::hand_over)>{words.hand_over}</button>
                <button type="button" class="icon-button" data-testid="send-out" disabled=busy aria-label=out.clone() title=out
                    on:click=move |_| act(Desk::send_out)>{icon(icon::CLOSE)}</button>
            </span>
        </p>
    }
}

/// Another colleague who helps.
fn plain(desk: Desk, part: &Part) -> impl IntoView + use<> {
    let words = desk.words();
    let how = if part.way == Way::Conference { words.in_the_talk } else { words.advises_too };
    view! {
        <p class="company-line" data-testid="taking-part" data-id=part.agent.id.clone() data-way=way_name(part.way)>
            {icon(icon::TEAM)}<span><b>{part.agent.name.clone()}</b>" "<small>{how}</small></span>
        </p>
    }
}

fn nobody_came(desk: Desk, item: Memo<Option<Interaction>>) -> impl IntoView {
    let words = desk.words();
    let again = move |_| {
        if let Some(item) = item.get_untracked() {
            desk.dialog.set(Some(Dialog::Help(Box::new(item))));
        }
    };
    let seen = move |_| {
        if let Some(item) = item.get_untracked() {
            desk.work.update(|work| work.let_be(&item.id));
        }
    };
    view! {
        <p class="company-line" data-testid="nobody-came">{icon(icon::ALERT)}
            <span>{words.nobody_came}</span>
            <button type="button" class="link" data-testid="ask-again" on:click=again>{words.ask_again}</button>
            <button type="button" class="icon-button" aria-label=words.close title=words.close on:click=seen>{icon(icon::CLOSE)}</button>
        </p>
    }
}
