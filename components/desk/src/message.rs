//! What an agent writes, and what of a conversation is read.

use crate::{
    access::{held, talked_in},
    view::{self, Center},
};
use api::{
    message::{Message, MessagePage},
    request::{Envelope, SendMessage},
    template::SendTemplate,
};
use domain::{
    channel::{CapacityKind, ChannelProfile, Profiles},
    consent::Extent,
    contact::Identity,
    id::{AgentId, ConversationId, InteractionId, MessageId},
    message::{Attachment, Author, Content, Letter},
    time::Timestamp,
};
use shell::{
    command::retrying,
    failure::{Failure, Result},
    outbound::{self, Draft, Put},
    template,
};
use std::collections::{BTreeMap, BTreeSet};
use store::{
    attachment, comment,
    conversation::{self, Conversation},
    message,
    port::{Sql, transaction},
};

/// More than any channel takes in one message: a longer one is no message but a mistake.
const TEXT_MAX: usize = 20_000;
const FILES_MAX: usize = 10;
const CLIENT_ID_MAX: usize = 100;
const PAGE_MAX: i64 = 200;
const SUBJECT_MAX: usize = 200;
const RECIPIENTS_MAX: usize = 50;

/// Who writes, and what of theirs may go along.
#[derive(Debug, Clone, Copy)]
pub struct Writer<'a> {
    pub agent: &'a AgentId,
    /// The files that they uploaded and that were not sent yet.
    pub uploads: &'a BTreeSet<String>,
    /// Of the interaction's channel, when its component told it.
    pub profile: Option<&'a ChannelProfile>,
    /// The same for all of the channel: a private answer leaves the public.
    pub profiles: Option<&'a Profiles>,
}

/// Stores a message and the work of delivering it. The same `client_id` again gives the same message,
/// whatever became of the interaction since.
pub async fn send(
    sql: &impl Sql,
    now: Timestamp,
    writer: Writer<'_>,
    id: &InteractionId,
    request: SendMessage,
) -> Result<Put> {
    let of = held_conversation(sql, id).await?;
    let client_id = request.client_id.as_str();
    if client_id.is_empty() || client_id.len() > CLIENT_ID_MAX {
        return Err(Failure::BadRequest(format!("client_id has 1 to {CLIENT_ID_MAX} bytes")));
    }
    if let Some(message) = message::by_client(sql, &of.id, client_id).await? {
        return if message.author == Author::Agent(writer.agent.clone()) {
            Ok(Put { message, work: vec![] })
        } else {
            Err(Failure::Conflict("client_id is taken".to_owned()))
        };
    }
    talked_in(sql, writer.agent, id).await?;
    let window = writer.profile.filter(|profile| request.template.is_none() || !profile.templates);
    let window = window.and_then(|profile| profile.window);
    if view::window_until(window, of.last_in_at).is_some_and(|until| until <= now) {
        return Err(Failure::Conflict(
            "the contact has not written for too long: the channel takes no free text now".to_owned(),
        ));
    }
    let reply_to = replied(sql, &of.id, request.in_reply_to.as_deref()).await?;
    let content = match request.template {
        Some(template) => filled(sql, writer, &of, template, &request.attachments).await?,
        None => content(sql, writer, &of.id, request.text, &request.attachments).await?,
    };
    let content = match request.envelope {
        Some(envelope) => letter(writer, content, envelope)?,
        None => content,
    };
    if let Some(opt_out) = outbound::unwanted(sql, &of, &content).await? {
        let what = if opt_out.extent == Extent::All { "messages" } else { "advertising" };
        return Err(Failure::Conflict(format!("the contact wants no {what} on this channel")));
    }
    let draft = Draft {
        client_id: Some(request.client_id),
        reply_to,
        ..Draft::new(&of, Some(id), Author::Agent(writer.agent.clone()), content)
    };
    if !request.private {
        return outbound::send(sql, now, &draft).await;
    }
    let account = store::account::find(sql, &of.account).await?;
    let account = account.ok_or_else(|| Failure::Broken(format!("conversation {} has no account", of.id)))?;
    let silent = || Failure::Later(format!("the channel {} does not answer", of.channel));
    outbound::answer_privately(sql, now, &account, writer.profiles.ok_or_else(silent)?, &draft).await
}

async fn held_conversation(sql: &impl Sql, id: &InteractionId) -> Result<Conversation> {
    let view = crate::access::existing(sql, id).await?;
    let found = conversation::find(sql, &view.conversation).await?;
    found.ok_or_else(|| Failure::Broken(format!("interaction {id} has no conversation")))
}

async fn replied(sql: &impl Sql, of: &ConversationId, target: Option<&str>) -> Result<Option<MessageId>> {
    let Some(target) = target else { return Ok(None) };
    match message::find(sql, &MessageId::from(target)).await? {
        Some(message) if message.conversation == *of => Ok(Some(message.id)),
        _ => Err(Failure::BadRequest("in_reply_to is no message of this conversation".to_owned())),
    }
}

async fn content(
    sql: &impl Sql,
    writer: Writer<'_>,
    of: &ConversationId,
    text: Option<String>,
    files: &[String],
) -> Result<Content> {
    let text = text.filter(|text| !text.trim().is_empty());
    if text.as_ref().is_some_and(|text| text.chars().count() > TEXT_MAX) {
        return Err(Failure::BadRequest(format!("a message has at most {TEXT_MAX} characters")));
    }
    match (text, files) {
        (Some(text), []) => Ok(Content::Text { text }),
        (None, []) => Err(Failure::BadRequest("a message has a text or a file".to_owned())),
        (_, files) if files.len() > FILES_MAX => {
            Err(Failure::BadRequest(format!("a message has at most {FILES_MAX} files")))
        }
        (text, files) => {
            for file in files {
                allowed(sql, writer, of, file).await?;
            }
            Ok(Content::Media { text, attachments: tied(sql, of, files).await? })
        }
    }
}

/// A template with its values, and the file for its header.
async fn filled(
    sql: &impl Sql,
    writer: Writer<'_>,
    of: &Conversation,
    asked: SendTemplate,
    files: &[String],
) -> Result<Content> {
    if files.len() > 1 {
        return Err(Failure::BadRequest("a template has one file at most".to_owned()));
    }
    for file in files {
        allowed(sql, writer, &of.id, file).await?;
    }
    let header = tied(sql, &of.id, files).await?.pop();
    let SendTemplate { name, language, values } = asked;
    let request = template::Request { name, language, values, header };
    Ok(Content::Template(template::filled(sql, &of.account, request).await?))
}

/// The words and files as a letter with its own envelope.
fn letter(writer: Writer<'_>, content: Content, envelope: Envelope) -> Result<Content> {
    let bad = |text: &str| Failure::BadRequest(text.to_owned());
    if writer.profile.is_some_and(|profile| profile.capacity != CapacityKind::Mail) {
        return Err(bad("only e-mail has an envelope"));
    }
    let Envelope { subject, to, cc } = envelope;
    if subject.chars().count() > SUBJECT_MAX || subject.chars().any(char::is_control) {
        return Err(bad("a subject is one line of at most 200 characters"));
    }
    if to.len() + cc.len() > RECIPIENTS_MAX {
        return Err(bad("a letter has at most 50 recipients"));
    }
    if let Some(wrong) = to.iter().chain(&cc).find(|text| Identity::email(text).is_none()) {
        return Err(Failure::BadRequest(format!("{wrong} is no e-mail address")));
    }
    let trimmed = |list: Vec<String>| list.iter().map(|text| text.trim().to_owned()).collect();
    Ok(Content::Letter(Letter {
        subject: subject.trim().to_owned(),
        text: content.words(),
        to: trimmed(to),
        cc: trimmed(cc),
        attachments: content.attachments().to_vec(),
        ..Letter::default()
    }))
}

/// A file of this conversation, or one that the writer just uploaded, which the channel takes.
async fn allowed(sql: &impl Sql, writer: Writer<'_>, of: &ConversationId, id: &str) -> Result<()> {
    let unknown = || Failure::BadRequest(format!("attachment {id} is not yours"));
    let (file, place) = attachment::find_placed(sql, id).await?.ok_or_else(unknown)?;
    match &file.conversation {
        Some(conversation) if conversation == of => {}
        None if writer.uploads.contains(id) => {}
        _ => return Err(unknown()),
    }
    if let Some(hold) = place.hold {
        return Err(shell::file::shut(hold));
    }
    match writer.profile {
        Some(profile) if !takes(profile, &file.mime) => {
            Err(Failure::BadRequest(format!("the channel takes no files of the type {}", file.mime)))
        }
        Some(profile) if file.size > profile.media_bytes_max => Err(Failure::BadRequest(format!(
            "the channel takes files of at most {} bytes",
            profile.media_bytes_max
        ))),
        _ => Ok(()),
    }
}

fn takes(profile: &ChannelProfile, mime: &str) -> bool {
    profile.media.iter().any(|kind| match kind.strip_suffix('*') {
        Some(family) => mime.starts_with(family),
        None => kind == mime,
    })
}

async fn tied(sql: &impl Sql, of: &ConversationId, files: &[String]) -> Result<Vec<Attachment>> {
    retrying(async || {
        transaction(sql, async |sql| {
            let mut attachments = vec![];
            for id in files {
                let file = outbound::stored(sql, id, of).await?;
                let gone = || Failure::Conflict(format!("attachment {id} was sent elsewhere"));
                attachments.push(file.ok_or_else(gone)?);
            }
            Ok(attachments)
        })
        .await
    })
    .await
}

/// Sends a failed message again: whoever holds the interaction may, and a supervisor.
pub async fn resend(
    sql: &impl Sql,
    now: Timestamp,
    agent: &AgentId,
    supervises: bool,
    id: &MessageId,
) -> Result<Put> {
    let message = message::find(sql, id).await?;
    let message = message.ok_or_else(|| Failure::NotFound(format!("message {id}")))?;
    match &message.interaction {
        Some(interaction) if !supervises => drop(held(sql, agent, interaction).await?),
        None if !supervises => return Err(Failure::Forbidden("the message is not yours".to_owned())),
        _ => {}
    }
    outbound::resend(sql, now, id).await
}

/// A page of a conversation: the newest messages before `before`.
pub async fn page(
    sql: &impl Sql,
    center: &Center,
    id: &ConversationId,
    before: Option<u64>,
    limit: Option<i64>,
) -> Result<MessagePage> {
    let found = conversation::find(sql, id).await?;
    let found = found.ok_or_else(|| Failure::NotFound(format!("conversation {id}")))?;
    let comments = match found.thread {
        Some(_) => comment::of_conversation(sql, id).await?,
        None => BTreeMap::new(),
    };
    let limit = limit.unwrap_or(50).clamp(1, PAGE_MAX);
    let before = before.unwrap_or(u64::MAX);
    let mut messages = message::before(sql, id, before, limit + 1).await?;
    let more = messages.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    if more {
        messages.remove(0);
    }
    Ok(MessagePage {
        messages: messages
            .iter()
            .map(|message| Message {
                comment: comments.get(&message.id).map(view::comment),
                ..view::message(message, center)
            })
            .collect(),
        more,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::channel::CapacityKind;

    #[test]
    fn a_channel_takes_what_its_profile_names() {
        let profile = ChannelProfile {
            name: "pigeon".to_owned(),
            capacity: CapacityKind::Chat,
            text_max: 10,
            buttons_max: 0,
            button_title_max: 0,
            list_rows_max: 0,
            list_title_max: 0,
            window: None,
            human_window: None,
            receipts: false,
            typing: false,
            media: vec!["image/*".to_owned(), "application/pdf".to_owned()],
            media_bytes_max: 1,
            rates: domain::rate::Rates::default(),
            templates: false,
        };
        for (mime, expected) in [
            ("image/png", true),
            ("application/pdf", true),
            ("application/pdfx", false),
            ("imagery/png", false),
            ("text/html", false),
        ] {
            assert_eq!(takes(&profile, mime), expected, "{mime}");
        }
    }
}
