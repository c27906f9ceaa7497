//! What the business said from another app, and what it said from here and hears again.
//!
//! An echo may come before the provider's answer to the send. Shown twice is bad and lost is worse: what
//! is not surely ours is a message of its own.

use crate::inbound::Heard;
use domain::{
    id::AccountId,
    message::{Author, Content, Direction, Status},
    time::Timestamp,
};
use std::time::Duration;
use store::{
    conversation::{self, Conversation},
    message::{self, Message},
    port::{Result, Sql},
};

/// The conversation with whoever wrote what an echo replies to.
pub(crate) async fn answered(
    sql: &impl Sql,
    account: &AccountId,
    heard: &Heard,
) -> Result<Option<Conversation>> {
    let Some(target) = &heard.reply_to else { return Ok(None) };
    let Some(target) = message::by_provider(sql, account, target).await? else { return Ok(None) };
    conversation::find(sql, &target.conversation).await
}

/// Our own message that an echo is, where the provider's answer to it is not here yet: by our id, where
/// that comes back, else by its words.
pub(crate) async fn own(
    sql: &impl Sql,
    now: Timestamp,
    conversation: &Conversation,
    heard: &Heard,
) -> Result<Option<Message>> {
    if let Some(id) = &heard.message {
        let own = message::find(sql, id).await?;
        return Ok(own.filter(|own| own.account == conversation.account));
    }
    let upto = conversation.last_seq.saturating_add(1);
    let recent = message::before(sql, &conversation.id, upto, ECHOES_MAX).await?;
    Ok(recent.into_iter().rev().find(|message| comes_back(now, message, &heard.content)))
}

/// So many messages back an echo is looked for.
const ECHOES_MAX: i64 = 20;

/// The parts of one message come back within so long.
const ECHO_TIME: Duration = Duration::from_secs(60);

/// No channel cuts a text that is shorter, in bytes.
const CUT_MIN: usize = 300;

/// A shorter echo is a message of its own, unless it is all that we said.
const PART_MIN: usize = 40;

/// Whether `echo` is the message `ours`, or one of the parts that it was sent in.
fn comes_back(now: Timestamp, ours: &Message, echo: &Content) -> bool {
    let written_here = matches!(ours.author, Author::Agent(_) | Author::Bot);
    if ours.direction != Direction::Out || !written_here || matches!(echo, Content::Unsupported { .. }) {
        return false;
    }
    let (words, part) = (ours.content.words(), echo.words());
    let files = ours.content.attachments().len();
    let is_cut = words.len() > CUT_MIN && part.len() > PART_MIN && words.contains(&part);
    let is_part = match part.is_empty() {
        true => files > 0 && !echo.attachments().is_empty(),
        false => words == part || is_cut,
    };
    let parts = files + usize::from(!words.is_empty());
    let is_underway = ours.handed_at.is_some() || ours.status == Some(Status::Unknown);
    let is_recent = now.since(ours.at) < ECHO_TIME;
    is_part && (ours.provider_id.is_none() && is_underway || (parts > 1 || is_cut) && is_recent)
}
