//! What a channel says happened, applied once.

mod event;

pub use event::{Heard, Inbound, Opening, Person, Report, What};

use crate::{
    bot,
    command::{self, Done, Race, retrying, wrap_up_limit},
    echo,
    failure::Result,
    flow::{self, Assigned},
    moderation, part, performer, template, transcript, unique,
};
use domain::{
    channel::ChannelProfile,
    consent::{Consent, OptOut, Reason},
    contact::{Identity, Learnt},
    due::{Kind, Work},
    id::{ContactId, ConversationId, InteractionId, MessageId, QueueId},
    interaction::{Command, Interaction, State},
    message::{Attachment, Author, Content, DeliveryError, Direction, Status},
    time::Timestamp,
};
use store::{
    account::Account,
    consent::{self, Recorded},
    contact::{self, Edit},
    conversation::{self, Conversation, New},
    message::{self, Message},
    port::{Sql, transaction},
    unreachable, webhook,
};

/// Applies `inbound` unless it is known, and gives the work that follows.
pub async fn apply(
    sql: &impl Sql,
    now: Timestamp,
    account: &Account,
    profile: &ChannelProfile,
    inbound: &Inbound,
) -> Result<Vec<Work>> {
    retrying(async || transaction(sql, async |sql| within(sql, now, account, profile, inbound).await).await)
        .await
}

/// The same inside a transaction of the caller's.
pub async fn within(
    sql: &impl Sql,
    now: Timestamp,
    account: &Account,
    profile: &ChannelProfile,
    inbound: &Inbound,
) -> Result<Vec<Work>, Race> {
    if !webhook::is_new(sql, &account.id, &inbound.key, now).await? {
        return Ok(vec![]);
    }
    Scope { now, account, profile }.take(sql, inbound).await
}

/// Takes a message that is known to be new, inside a transaction of the caller's.
pub(crate) async fn hear(
    sql: &impl Sql,
    now: Timestamp,
    account: &Account,
    profile: &ChannelProfile,
    inbound: &Inbound,
) -> Result<Vec<Work>, Race> {
    match &inbound.what {
        What::Message(heard) => Scope { now, account, profile }.hear(sql, inbound, heard).await,
        _ => Ok(vec![]),
    }
}

/// What every step of applying an event needs.
struct Scope<'a> {
    now: Timestamp,
    account: &'a Account,
    profile: &'a ChannelProfile,
}

impl Scope<'_> {
    async fn take(&self, sql: &impl Sql, inbound: &Inbound) -> Result<Vec<Work>, Race> {
        match &inbound.what {
            What::Message(heard) => return self.hear(sql, inbound, heard).await,
            What::Part { heard, place } => {
                let mut next = vec![];
                for whole in part::arrived(sql, self.now, self.account, inbound, heard, place).await? {
                    next.extend(hear(sql, self.now, self.account, self.profile, &whole).await?);
                }
                return Ok(next);
            }
            What::Echo(heard) => self.echo(sql, inbound, heard).await?,
            What::Status(report) => self.report(sql, inbound, report).await?,
            What::StatusUpTo { identities, seq, status } => {
                self.report_up_to(sql, identities, *seq, *status).await?;
            }
            What::StatusBefore { identities, before, named, status } => {
                for id in named {
                    let key = format!("{}:{id}", inbound.key);
                    let report = Report { provider_id: Some(id.clone()), ..Report::of(*status) };
                    let what = What::Status(report.clone());
                    self.report(sql, &Inbound { key, what, ..inbound.clone() }, &report).await?;
                }
                self.report_before(sql, identities, *before, *status).await?;
            }
            What::Reaction { target, .. }
            | What::Edit { target, .. }
            | What::Delete { target }
            | What::Moderated { target, .. } => {
                return self.change(sql, inbound, target).await;
            }
            What::Identified { identities, person, vouched } => {
                if let Some(conversation) = self.conversation_of(sql, identities, None).await? {
                    for identity in vouched {
                        let merge = unique::id(self.now);
                        contact::add_identity(sql, &conversation.contact, identity, true, &merge, self.now)
                            .await?;
                    }
                    learn(sql, self.now, &conversation.contact, person, self.account).await?;
                }
            }
            What::Left { identities } => return self.leave(sql, identities).await,
            What::TemplatesChanged => return template::changed(sql, self.now, self.account).await,
            What::Transcript { identities, to } => {
                return self.ask_for_transcript(sql, &inbound.key, identities, to).await;
            }
        }
        Ok(vec![])
    }

    async fn hear(&self, sql: &impl Sql, inbound: &Inbound, heard: &Heard) -> Result<Vec<Work>, Race> {
        let at = inbound.at;
        let conversation = self.open(sql, heard, at).await?;
        for identity in heard.identities.iter().filter(|_| !heard.claimed) {
            unreachable::clear(sql, identity).await?;
        }
        conversation::heard(sql, &conversation.id, at).await?;
        if !heard.claimed {
            self.consent(sql, &heard.identities, heard.consent, &inbound.key).await?;
        }
        if heard.consent == Some(Consent::Out) && !heard.claimed {
            return self.farewell(sql, inbound, heard, &conversation).await;
        }
        let (interaction, mut done, mut assigned) = self.work_of(sql, heard, &conversation).await?;
        if !heard.opening.attributes.is_empty() {
            let note = Command::Note { attributes: heard.opening.attributes.clone() };
            done.interaction = command::step(sql, self.now, &interaction, note).await?.interaction;
        }
        let message = self.message(sql, &conversation, inbound, heard).await?;
        let message = Message { interaction: Some(interaction.clone()), ..message };
        let message = message::add(sql, self.now, message).await?;
        self.catch_up(sql, &message).await?;
        // What the queue has to say comes after what it answers.
        let mut done = command::arrive(sql, self.now, &interaction, done).await?;
        let mut next = vec![];
        if done.interaction.state == State::Bot {
            if assigned.is_none() {
                assigned = flow::version_of(sql, &interaction, &done.interaction, self.account).await?;
            }
            match &assigned {
                Some(assigned) => {
                    next.push(bot::turn(sql, self.now, &interaction, &message.id, assigned).await?);
                }
                None => {
                    let past = flow::lead_past(sql, self.now, &interaction, &done.interaction, self.account);
                    done.work.extend(past.await?.work);
                }
            }
        }
        if heard.thread.is_some() && conversation.last_seq == 0 {
            next.push(moderation::post_work(self.now, &self.account.channel, &conversation.id));
        }
        next.extend(fetching(self.now, self.account, &message, inbound));
        let mut work = done.work;
        work.extend(store::due::add(sql, self.now, next).await?);
        Ok(work)
    }

    /// What is open in the conversation, with what the contact's message does to it; where nothing is, it
    /// begins, with the flow that has it then.
    async fn work_of(
        &self,
        sql: &impl Sql,
        heard: &Heard,
        conversation: &Conversation,
    ) -> Result<(InteractionId, Done, Option<Assigned>), Race> {
        if let Some(open) = &conversation.open_interaction {
            let done = command::step(sql, self.now, open, Command::Write).await?;
            if done.interaction.state != State::Disposed {
                return Ok((open.clone(), done, None));
            }
        }
        let id = InteractionId(unique::id(self.now));
        // A bot talks to people, not in public.
        let wants_bot = heard.opening.bot.unwrap_or(self.account.bot) && heard.thread.is_none();
        let assigned = if wants_bot { self.flow(sql, &id).await? } else { None };
        let (bot, queue) = (assigned.is_some(), self.queue(sql, heard).await?);
        let start = Command::Start { conversation: conversation.id.clone(), bot, queue };
        let done = command::step(sql, self.now, &id, start).await?;
        Ok((id, done, assigned))
    }

    /// Whoever wants no more messages is asked nothing more, not even by a bot: what they wrote is kept, and
    /// they have left.
    async fn farewell(
        &self,
        sql: &impl Sql,
        inbound: &Inbound,
        heard: &Heard,
        conversation: &Conversation,
    ) -> Result<Vec<Work>, Race> {
        let message = self.message(sql, conversation, inbound, heard).await?;
        let message = Message { interaction: conversation.open_interaction.clone(), ..message };
        message::add(sql, self.now, message).await?;
        self.leave(sql, &heard.identities).await
    }

    /// Records what `identities` said about being written to, or, where they only wrote, that they no longer
    /// block us. `source` is where it is to be seen.
    async fn consent(
        &self,
        sql: &impl Sql,
        identities: &[Identity],
        said: Option<Consent>,
        source: &str,
    ) -> Result<(), Race> {
        for identity in identities {
            match said.and_then(Consent::extent) {
                Some(extent) => {
                    let opt_out = OptOut { extent, reason: Reason::Asked };
                    let new = self.recorded(identity, opt_out, source);
                    consent::record(sql, &new).await?;
                }
                None => consent::lift(sql, &self.account.channel, identity, said, self.now).await?,
            }
        }
        Ok(())
    }

    fn recorded(&self, identity: &Identity, opt_out: OptOut, source: &str) -> Recorded {
        Recorded {
            id: unique::id(self.now),
            channel: self.account.channel.clone(),
            identity: identity.clone(),
            opt_out,
            source: source.to_owned(),
            since: self.now,
        }
    }

    /// The flow that has a new conversation. Where there is none, it is as if no bot was wanted, and somebody
    /// has to know.
    async fn flow(&self, sql: &impl Sql, id: &InteractionId) -> Result<Option<Assigned>, Race> {
        let new = Interaction::default();
        let assigned = flow::version_of(sql, id, &new, self.account).await?;
        if assigned.is_none() {
            flow::missing(id, &new, self.account);
        }
        Ok(assigned)
    }

    /// Comments may have a queue of their own.
    async fn queue(&self, sql: &impl Sql, heard: &Heard) -> Result<QueueId, Race> {
        if let Some(queue) = &heard.opening.queue
            && let Some(queue) = store::queue::find(sql, queue).await?
        {
            return Ok(queue.id);
        }
        let own = self.account.settings.get("comment_queue").and_then(|queue| queue.as_str());
        if let Some(queue) = own.filter(|queue| heard.thread.is_some() && !queue.is_empty())
            && let Some(queue) = store::queue::find(sql, &queue.into()).await?
        {
            return Ok(queue.id);
        }
        Ok(self.account.queue.clone())
    }

    async fn echo(&self, sql: &impl Sql, inbound: &Inbound, heard: &Heard) -> Result<(), Race> {
        if heard.consent.is_some() {
            self.consent(sql, &heard.identities, heard.consent, &inbound.key).await?;
        }
        if let Some(provider_id) = &heard.provider_id
            && message::by_provider(sql, &self.account.id, provider_id).await?.is_some()
        {
            return Ok(()); // Our own, coming back.
        }
        let conversation = match heard.identities.is_empty() {
            false => self.open(sql, heard, inbound.at).await?,
            true => match echo::answered(sql, &self.account.id, heard).await? {
                Some(conversation) => conversation,
                None => return Ok(()), // Said to nobody whom we know.
            },
        };
        if let Some(own) = echo::own(sql, self.now, &conversation, heard).await? {
            let provider_id = heard.provider_id.clone();
            let report = Report { provider_id, ..Report::of(Status::Sent) };
            fold(sql, self.now, own.clone(), &report).await?;
            let known = message::find(sql, &own.id).await?.unwrap_or(own);
            return self.catch_up(sql, &known).await;
        }
        let message = self.message(sql, &conversation, inbound, heard).await?;
        let message = Message {
            interaction: conversation.open_interaction.clone(),
            direction: Direction::Out,
            author: Author::System,
            status: Some(Status::Sent),
            ..message
        };
        let message = message::add(sql, self.now, message).await?;
        self.catch_up(sql, &message).await
    }

    async fn message(
        &self,
        sql: &impl Sql,
        conversation: &Conversation,
        inbound: &Inbound,
        heard: &Heard,
    ) -> Result<Message, Race> {
        let mut reply_to = match &heard.reply_to {
            Some(target) => message::by_provider(sql, &self.account.id, target).await?,
            None => None,
        };
        if let (None, Some(own)) = (&reply_to, &heard.answers) {
            let found = message::find(sql, own).await?;
            reply_to = found.filter(|found| found.conversation == conversation.id);
        }
        let mut content = self.tie(sql, &conversation.id, heard.content.clone()).await?;
        if let Content::Letter(letter) = &mut content {
            letter.original.clone_from(&inbound.webhook);
        }
        Ok(Message {
            id: MessageId(unique::id(self.now)),
            conversation: conversation.id.clone(),
            seq: 0,
            interaction: None,
            account: self.account.id.clone(),
            direction: Direction::In,
            author: Author::Contact,
            content,
            at: inbound.at,
            provider_id: heard.provider_id.clone(),
            client_id: heard.client_id.clone(),
            reply_to: reply_to.map(|message| message.id),
            status: None,
            error: None,
            handed_at: None,
            reaction: None,
            edited: false,
            deleted: false,
        })
    }

    /// Files that the contact uploaded to us are tied to the conversation; what is tied elsewhere is
    /// somebody else's and left out.
    async fn tie(
        &self,
        sql: &impl Sql,
        conversation: &ConversationId,
        content: Content,
    ) -> Result<Content, Race> {
        let Content::Media { text, attachments } = content else { return Ok(content) };
        let mut kept: Vec<Attachment> = vec![];
        for file in attachments {
            match &file.id {
                None => kept.push(file),
                Some(id) => kept.extend(crate::outbound::stored(sql, id, conversation).await?),
            }
        }
        Ok(Content::Media { text, attachments: kept })
    }

    /// The conversation of whoever has one of the identities, made when they never wrote here.
    async fn open(&self, sql: &impl Sql, heard: &Heard, at: Timestamp) -> Result<Conversation, Race> {
        let thread = heard.thread.as_deref();
        // What is only said leads to the address's own conversation and to nobody else's.
        let known = match heard.identities.first().filter(|_| heard.claimed) {
            Some(address) => conversation::with_under(sql, &self.account.id, address, thread).await?,
            None => self.conversation_of(sql, &heard.identities, thread).await?,
        };
        let contact = match &known {
            Some(conversation) => conversation.contact.clone(),
            None => self.contact(sql, heard).await?,
        };
        for identity in &heard.identities {
            let merge = unique::id(self.now);
            contact::add_identity(sql, &contact, identity, !heard.claimed, &merge, self.now).await?;
        }
        if let Some(conversation) = known {
            let Some(moved) = moved_to(&conversation, heard, at) else { return Ok(conversation) };
            conversation::readdress(sql, &conversation.id, moved).await?;
            return Ok(Conversation { identity: moved.clone(), ..conversation });
        }
        let Some(address) = heard.identities.first() else {
            return Err(crate::failure::Failure::BadRequest("a message from nobody".into()).into());
        };
        let id = ConversationId(unique::id(self.now));
        let capacity = self.profile.capacity;
        let new = New { account: self.account, identity: address, contact: &contact, capacity, thread };
        conversation::create(sql, &id, new).await?;
        let made = conversation::find(sql, &id).await?;
        made.ok_or_else(|| Race::Lost(format!("conversation {id}")))
    }

    async fn conversation_of(
        &self,
        sql: &impl Sql,
        identities: &[Identity],
        thread: Option<&str>,
    ) -> Result<Option<Conversation>, Race> {
        for identity in identities {
            if let Some(found) = conversation::with_under(sql, &self.account.id, identity, thread).await? {
                return Ok(Some(found));
            }
        }
        for identity in identities {
            if let Some(found) = conversation::of_holder(sql, &self.account.id, identity, thread).await? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    async fn contact(&self, sql: &impl Sql, heard: &Heard) -> Result<ContactId, Race> {
        for identity in &heard.identities {
            if let Some(holder) = contact::proven_holder(sql, identity).await? {
                return Ok(holder);
            }
        }
        let id = ContactId(unique::id(self.now));
        let name = heard.name.as_deref().unwrap_or_default();
        contact::create(sql, &id, name, heard.locale.as_deref(), self.now).await?;
        Ok(id)
    }

    async fn report(&self, sql: &impl Sql, inbound: &Inbound, report: &Report) -> Result<(), Race> {
        let mut found = match &report.message {
            Some(id) => message::find(sql, id).await?.filter(|message| message.account == self.account.id),
            None => None,
        };
        if let (true, Some(identity), Some(error)) =
            (report.no_such_address, &report.recipient, &report.error)
        {
            unreachable::mark(sql, identity, error, self.now).await?;
        }
        if let (None, Some(id)) = (&found, &report.provider_id) {
            found = message::by_provider(sql, &self.account.id, id).await?;
        }
        match (found, &report.provider_id) {
            (Some(message), _) => {
                self.refused(sql, &message, report).await?;
                fold(sql, self.now, message, report).await?;
            }
            // It may be about a send whose answer is still on its way.
            (None, Some(target)) => self.park(sql, target, inbound).await?,
            (None, None) => {}
        }
        Ok(())
    }

    /// A report that says that the contact, or another recipient, wants no messages.
    async fn refused(&self, sql: &impl Sql, message: &Message, report: &Report) -> Result<(), Race> {
        let Some(extent) = report.consent.and_then(Consent::extent) else { return Ok(()) };
        let Some(conversation) = conversation::find(sql, &message.conversation).await? else { return Ok(()) };
        let opt_out = OptOut { extent, reason: Reason::Refused };
        let who = other_recipient(sql, message, report).await?.unwrap_or(conversation.identity);
        consent::record(sql, &self.recorded(&who, opt_out, message.id.as_str())).await?;
        Ok(())
    }

    async fn report_up_to(
        &self,
        sql: &impl Sql,
        identities: &[Identity],
        seq: u64,
        status: Status,
    ) -> Result<(), Race> {
        let Some(conversation) = self.conversation_of(sql, identities, None).await? else { return Ok(()) };
        // Marks come with each message: a hundred back is further than any client lags.
        let upto = seq.min(conversation.last_seq).saturating_add(1);
        for message in message::before(sql, &conversation.id, upto, 100).await? {
            if message.direction == Direction::Out {
                fold(sql, self.now, message, &Report::of(status)).await?;
            }
        }
        Ok(())
    }

    /// What was handed over before `before`. What still waits here cannot have been read; what has an
    /// unknown outcome may never have arrived.
    async fn report_before(
        &self,
        sql: &impl Sql,
        identities: &[Identity],
        before: Timestamp,
        status: Status,
    ) -> Result<(), Race> {
        let Some(conversation) = self.conversation_of(sql, identities, None).await? else { return Ok(()) };
        let upto = conversation.last_seq.saturating_add(1);
        for message in message::before(sql, &conversation.id, upto, 100).await? {
            let handed_at = match message.status {
                Some(Status::Sending) => message.handed_at,
                Some(Status::Sent | Status::Delivered | Status::Read | Status::Played) => Some(message.at),
                Some(Status::Unknown | Status::Failed) | None => None,
            };
            if message.direction == Direction::Out && handed_at.is_some_and(|at| at <= before) {
                fold(sql, self.now, message, &Report::of(status)).await?;
            }
        }
        Ok(())
    }

    async fn change(&self, sql: &impl Sql, inbound: &Inbound, target: &str) -> Result<Vec<Work>, Race> {
        match message::by_provider(sql, &self.account.id, target).await? {
            Some(message) => changed(sql, self.now, self.account, message, inbound).await,
            None => {
                self.park(sql, target, inbound).await?;
                Ok(vec![])
            }
        }
    }

    async fn park(&self, sql: &impl Sql, target: &str, inbound: &Inbound) -> Result<(), Race> {
        let body = store::record::to_json(inbound)?;
        webhook::park(sql, &self.account.id, target, &inbound.key, &body, self.now).await?;
        Ok(())
    }

    /// Applies what arrived before the message it is about.
    async fn catch_up(&self, sql: &impl Sql, message: &Message) -> Result<(), Race> {
        catch_up(sql, self.now, message).await
    }

    async fn ask_for_transcript(
        &self,
        sql: &impl Sql,
        key: &str,
        identities: &[Identity],
        to: &Identity,
    ) -> Result<Vec<Work>, Race> {
        let Some(conversation) = self.conversation_of(sql, identities, None).await? else {
            return Ok(vec![]);
        };
        let person = Person { email: Some(to.value.clone()), ..Person::default() };
        learn(sql, self.now, &conversation.contact, &person, self.account).await?;
        let work = transcript::asked_for(self.now, &conversation, key, to);
        Ok(store::due::add(sql, self.now, vec![work]).await?)
    }

    async fn leave(&self, sql: &impl Sql, identities: &[Identity]) -> Result<Vec<Work>, Race> {
        let conversation = self.conversation_of(sql, identities, None).await?;
        let Some(open) = conversation.and_then(|conversation| conversation.open_interaction) else {
            return Ok(vec![]);
        };
        let wrap_up = wrap_up_limit(sql, &open).await?;
        Ok(command::within(sql, self.now, &open, Command::Leave { wrap_up }).await?.work)
    }
}

/// Where answers go from now on, when the contact's address changed to another of its sort: a new number, a
/// new id. Of several the first is the newest; another spelling is no change, and what comes late says
/// nothing about today.
fn moved_to<'a>(conversation: &Conversation, heard: &'a Heard, at: Timestamp) -> Option<&'a Identity> {
    if conversation.last_in_at.is_some_and(|last| at < last) {
        return None;
    }
    let address = &conversation.identity;
    let newest = heard.identities.iter().find(|identity| identity.scheme == address.scheme);
    newest.filter(|newest| !address.equivalents().contains(newest))
}

/// The work of copying a message's files, if it has some that are not ours yet. It is for later: nothing
/// slow stands between a message and the desk.
pub fn fetching(now: Timestamp, account: &Account, message: &Message, inbound: &Inbound) -> Option<Work> {
    let all_ours = message.content.attachments().iter().all(|file| file.id.is_some() || file.hold.is_some());
    let webhook = inbound.webhook.as_ref();
    let webhook_id = webhook.map_or("", |id| id.as_str());
    (!all_ours).then(|| Work {
        id: unique::id(now),
        kind: Kind::FetchMedia,
        performer: performer::of_channel(inbound.reader.as_deref().unwrap_or(&account.channel)),
        subject: message.id.0.clone(),
        key: format!("fetch_media:{}:{webhook_id}", message.id),
        body: serde_json::json!({ "message_id": message.id, "webhook_id": webhook }),
        due_at: now,
        attempts: 0,
        trace: None,
    })
}

/// Applies the parked events of a message whose provider id became known.
pub(crate) async fn catch_up(sql: &impl Sql, now: Timestamp, message: &Message) -> Result<(), Race> {
    let Some(provider_id) = &message.provider_id else { return Ok(()) };
    let parked = webhook::unpark(sql, &message.account, provider_id).await?;
    if parked.is_empty() {
        return Ok(());
    }
    let account = store::account::find(sql, &message.account).await?;
    let account = account.ok_or_else(|| Race::Lost(format!("account {}", message.account)))?;
    for body in parked {
        let inbound: Inbound = store::record::from_json(&body)?;
        // Each change is seen by the next.
        let Some(message) = message::find(sql, &message.id).await? else { return Ok(()) };
        match &inbound.what {
            What::Status(report) => fold(sql, now, message, report).await?,
            _ => drop(changed(sql, now, &account, message, &inbound).await?),
        }
    }
    Ok(())
}

async fn fold(sql: &impl Sql, now: Timestamp, message: Message, report: &Report) -> Result<(), Race> {
    let other = other_recipient(sql, &message, report).await?;
    let after = reported(message.clone(), report, other.as_ref());
    if after != message {
        message::update(sql, now, &after).await?;
    }
    Ok(())
}

/// Who else than the contact a report is about.
async fn other_recipient(
    sql: &impl Sql,
    message: &Message,
    report: &Report,
) -> store::port::Result<Option<Identity>> {
    let several = matches!(&message.content, Content::Letter(letter) if letter.has_several_recipients());
    let Some(recipient) = report.recipient.clone().filter(|_| several) else { return Ok(None) };
    let conversation = conversation::find(sql, &message.conversation).await?;
    Ok(Some(recipient).filter(|one| conversation.is_some_and(|known| known.identity != *one)))
}

/// The message after a report about the contact, or about `other`: what did not reach somebody else
/// arrived all the same.
fn reported(mut message: Message, report: &Report, other: Option<&Identity>) -> Message {
    let fate = message.status.unwrap_or(Status::Sent);
    match (report.status, other) {
        (Status::Failed, Some(other)) => {
            let named = |error: &DeliveryError| match error.text.contains(&other.value) {
                true => error.clone(),
                false => DeliveryError { text: format!("{}: {}", other.value, error.text), ..error.clone() },
            };
            message.error = message.error.or(report.error.as_ref().map(named));
        }
        _ => message.status = Some(fate.fold(report.status)),
    }
    if message.status == Some(Status::Failed) && (fate != Status::Failed || message.error.is_none()) {
        message.error.clone_from(&report.error);
    }
    if message.provider_id.is_none() {
        message.provider_id.clone_from(&report.provider_id);
    }
    message
}

async fn changed(
    sql: &impl Sql,
    now: Timestamp,
    account: &Account,
    mut message: Message,
    inbound: &Inbound,
) -> Result<Vec<Work>, Race> {
    match &inbound.what {
        What::Reaction { emoji, .. } => message.reaction.clone_from(emoji),
        What::Edit { content, .. } => {
            let before = std::mem::replace(&mut message.content, content.clone());
            before.attachments_kept(&mut message.content);
            message.edited = true;
        }
        What::Delete { .. } => message.deleted = true,
        What::Moderated { hidden, .. } => {
            moderation::told(sql, now, &message, *hidden).await?;
            return Ok(vec![]);
        }
        _ => return Ok(vec![]),
    }
    message::update(sql, now, &message).await?;
    let next = fetching(now, account, &message, inbound);
    Ok(store::due::add(sql, now, next.into_iter().collect()).await?)
}

/// Of numbers that name no country.
pub fn calling_code(account: &Account) -> &str {
    account.settings.get("calling_code").and_then(|code| code.as_str()).unwrap_or("34")
}

/// Records what was said about a contact. A phone or an address that another contact has makes the two
/// one. Said, not proven: an identity learnt so is not verified.
pub async fn learn(
    sql: &impl Sql,
    now: Timestamp,
    contact: &ContactId,
    person: &Person,
    account: &Account,
) -> Result<Vec<Learnt>, Race> {
    if *person == Person::default() {
        return Ok(vec![]);
    }
    let Some(root) = contact::root(sql, contact).await? else { return Ok(vec![]) };
    let edit = Edit { name: person.name.clone(), locale: person.locale.clone(), notes: None };
    if edit != Edit::default() {
        contact::edit(sql, &root, &edit, now).await?;
    }
    let phone = person.phone.as_deref().and_then(|phone| Identity::phone(phone, calling_code(account)));
    let email = person.email.as_deref().and_then(Identity::email);
    let mut learnt = vec![];
    for identity in phone.into_iter().chain(email) {
        let merge = unique::id(now);
        learnt.push(contact::add_identity(sql, &root, &identity, false, &merge, now).await?);
    }
    Ok(learnt)
}
