//! Interactions, with what an agent must know of the person and the conversation.

use super::{Center, contact, message};
use api::{
    contact::HistoryItem,
    interaction::{Interaction, InteractionState, Invitation, Offer, Part, Remark, Way},
};
use domain::{channel::CapacityKind, time::Timestamp};
use shell::failure::{Failure, Result};
use store::{
    comment, conversation,
    hold::{self, Held},
    interaction::View,
    journal, message as messages,
    port::Sql,
    unreachable,
};

pub async fn interaction(sql: &impl Sql, center: &Center, view: &View) -> Result<Interaction> {
    let conversation = conversation::find(sql, &view.conversation).await?;
    let lost = || Failure::Broken(format!("interaction {} has no conversation", view.id));
    let conversation = conversation.ok_or_else(lost)?;
    let profile = center.profile(&conversation);
    let templates = profile.as_ref().is_some_and(|profile| profile.templates);
    let unreachable = unreachable::find(sql, &conversation.identity).await?;
    let window = profile.as_ref().and_then(|profile| profile.window);
    let post = match &conversation.thread {
        Some(thread) => comment::post(sql, &view.account, thread).await?,
        None => None,
    };
    let held = hold::of(sql, &view.id).await?;
    let parts = held.iter().map(|held| part(held, center)).collect::<Result<_>>()?;
    let invitation = match held.iter().any(|held| held.way == "invited") {
        true => journal::load(sql, &view.id).await?.invitation.map(|asked| invitation(&asked, center)),
        false => None,
    };
    let remarks = journal::remarks(sql, &view.id).await?.into_iter();
    let remarks = remarks.map(|(by, text, at)| Remark { agent: center.agent(&by), text, at_ms: at.0 });
    let last_message = messages::last(sql, &view.conversation).await?;
    Ok(Interaction {
        id: view.id.0.clone(),
        version: super::signed(view.version),
        state: state(&view.state)?,
        channel: view.channel.clone(),
        account: center.account(&view.account),
        queue: view.queue.as_ref().map(|queue| center.queue(queue)),
        agent: view.agent.as_ref().map(|agent| center.agent(agent)),
        parts,
        invitation,
        remarks: remarks.collect(),
        contact: contact(sql, &view.contact).await?,
        conversation_id: view.conversation.0.clone(),
        topic: view.topic.clone(),
        attributes: view.attributes.clone(),
        started_ms: view.started_at.0,
        queued_ms: view.queued_at.map(|at| at.0),
        offer: view
            .answer_by
            .map(|by| Offer { answer_by_ms: by.0, why: view.offer_why.clone().unwrap_or_default() }),
        answered_ms: view.answered_at.map(|at| at.0),
        wrap_up_by_ms: view.wrap_up_by.map(|at| at.0),
        ended_ms: view.ended_at.map(|at| at.0),
        last_message: last_message.map(|last| message(&last, center)),
        unread: conversation::unread(sql, &view.conversation).await?,
        window_until_ms: window_until(window, conversation.last_in_at).map(|at| at.0),
        templates,
        moderation: center.moderation(&conversation).map(super::moderation),
        post: post.as_ref().map(super::post),
        typing: profile.as_ref().is_some_and(|profile| profile.typing),
        letters: profile.as_ref().is_some_and(|profile| profile.capacity == CapacityKind::Mail),
        unreachable: unreachable.as_ref().map(super::message::error),
        disposition: view.disposition.clone(),
    })
}

fn part(held: &Held, center: &Center) -> Result<Part> {
    let way = match held.way.as_str() {
        "offered" => Way::Offered,
        "active" => Way::Active,
        "wrap_up" => Way::WrapUp,
        "invited" => Way::Invited,
        "consult" => Way::Consult,
        "conference" => Way::Conference,
        other => return Err(Failure::Broken(format!("somebody who is {other}"))),
    };
    Ok(Part { agent: center.agent(&held.agent), way, answer_by_ms: held.answer_by.map(|at| at.0) })
}

fn invitation(asked: &domain::interaction::Invitation, center: &Center) -> Invitation {
    Invitation {
        by: center.agent(&asked.by),
        way: match asked.part {
            domain::interaction::Part::Consult => Way::Consult,
            domain::interaction::Part::Conference => Way::Conference,
        },
        answer_by_ms: asked.answer_by.0,
        note: asked.note.clone(),
    }
}

/// Until when free text may be sent, where a channel limits it. Nobody may be written to who never
/// wrote: then it ended before it began.
pub fn window_until(window: Option<std::time::Duration>, last_in_at: Option<Timestamp>) -> Option<Timestamp> {
    window.map(|window| last_in_at.unwrap_or(Timestamp(0)) + window)
}

/// The same for an agent who had it before and has it no more: that it left, and nothing of what is
/// said in it since.
#[must_use]
pub fn for_strangers(interaction: &Interaction) -> Interaction {
    Interaction {
        last_message: None,
        attributes: Default::default(),
        unread: 0,
        invitation: None,
        remarks: vec![],
        ..interaction.clone()
    }
}

/// One line of a contact's history.
pub async fn history_item(sql: &impl Sql, center: &Center, view: &View) -> Result<HistoryItem> {
    let last = messages::last_of_interaction(sql, &view.id).await?;
    let agent = view.agent.as_ref().or(view.last_agent.as_ref());
    Ok(HistoryItem {
        interaction_id: view.id.0.clone(),
        conversation_id: view.conversation.0.clone(),
        channel: view.channel.clone(),
        started_ms: view.started_at.0,
        ended_ms: view.ended_at.map(|at| at.0),
        state: state(&view.state)?,
        agent: agent.map(|agent| center.agent(agent)),
        queue: view.queue.as_ref().map(|queue| center.queue(queue)),
        topic: view.topic.clone(),
        disposition: view.disposition.clone(),
        note: view.note.clone(),
        last_text: last.map(|last| last.content.summary().to_owned()).unwrap_or_default(),
    })
}

fn state(name: &str) -> Result<InteractionState> {
    Ok(match name {
        "bot" => InteractionState::Bot,
        "queued" => InteractionState::Queued,
        "offered" => InteractionState::Offered,
        "active" => InteractionState::Active,
        "wrap_up" => InteractionState::WrapUp,
        "disposed" => InteractionState::Disposed,
        other => return Err(Failure::Broken(format!("an interaction in the state {other}"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_window_opens_with_the_last_word_of_the_contact() {
        let day = Duration::from_secs(86_400);
        for (window, heard, until) in [
            (None, Some(5), None),
            (Some(day), Some(5), Some(86_400_005)),
            (Some(day), None, Some(86_400_000)),
        ] {
            let until = until.map(Timestamp);
            assert_eq!(window_until(window, heard.map(Timestamp)), until, "{window:?} {heard:?}");
        }
    }
}
