//! Handing one message to its provider.

use crate::{
    codec::{Codec, IN_PUBLIC},
    files,
    outbound::{Answer, Answered, Correspondence, Outbound, Outcome, ProviderRequest},
    received::Settings,
};
use domain::{
    channel::CapacityKind,
    due::Work,
    health::refused,
    message::{Author, Content, DeliveryError, Direction, is_loop},
    rate::Rates,
    reason::Reason,
    time::Timestamp,
};
use shell::{
    depot::{Depot, InDatabase},
    failure::Result,
    health::{self, SENDING},
    log,
    outbound::{self, Parcel},
    placeholder,
};
use store::{
    account::Account,
    contact,
    message::{self, Message},
    port::Sql,
};

/// What a delivery needs from the world.
pub trait World {
    fn now(&self) -> Timestamp;
    /// The account's settings, with its secrets.
    fn settings(&self, account: &Account) -> Result<Settings>;
    /// Makes a call to the provider. It takes less time than a lease lasts.
    #[allow(async_fn_in_trait, reason = "components have one thread: nothing needs to be Send")]
    async fn call(&self, request: ProviderRequest) -> Answer;
    /// Where the bytes of files are.
    fn depot(&self) -> &impl Depot {
        &InDatabase
    }
    /// The address at which anybody has a file of ours until `until`. `None`: the center does not know its
    /// own address.
    fn link(&self, _file: &str, _until: Timestamp) -> Option<String> {
        None
    }
}

/// Performs `work`, or an older delivery of the same conversation: messages keep their order. Gives
/// what follows at once.
pub async fn deliver(
    sql: &impl Sql,
    world: &impl World,
    codec: &impl Codec,
    work: &Work,
) -> Result<Vec<Work>> {
    let rates = codec.profile().rates;
    if rates != Rates::default() && !outbound::paced(sql, world.now(), work, &rates).await? {
        return Ok(vec![]);
    }
    let Some(mut parcel) = outbound::take(sql, world.now(), work).await? else { return Ok(vec![]) };
    // From here on the message counts as handed over, so every path must record an outcome.
    let outcome = match world.settings(&parcel.account) {
        Ok(settings) => {
            explained(hand_over(sql, world, codec, &settings, &mut parcel).await, codec, &settings)
        }
        Err(failure) => Outcome::Retry { after: None, error: problem("settings", &failure.to_string()) },
    };
    let health = health_of(sql, world.now(), &parcel.account, &outcome).await;
    if let Err(failure) = health {
        log::error(format!("account {}: how it works is not noted: {failure}", parcel.account.id));
    }
    let (now, outcome) = (world.now(), recorded(outcome));
    let next = outbound::record(sql, now, &parcel, &outcome).await?;
    outbound::hold(sql, now, &parcel, &rates, &outcome).await?;
    Ok(next)
}

/// What the outcome says of the account.
async fn health_of(sql: &impl Sql, now: Timestamp, account: &Account, outcome: &Outcome) -> Result<()> {
    match outcome {
        Outcome::Accepted { .. } | Outcome::Partly { .. } => health::works(sql, now, &account.id).await,
        // What the provider says of it may quote the message.
        Outcome::AccountRefused { error } => {
            health::tell(sql, now, &account.id, &[(SENDING, vec![refused(&error.code)])]).await
        }
        Outcome::Retry { .. } | Outcome::Failed { .. } | Outcome::Unknown { .. } => Ok(()),
    }
}

async fn hand_over(
    sql: &impl Sql,
    world: &impl World,
    codec: &impl Codec,
    settings: &Settings,
    parcel: &mut Parcel,
) -> Outcome {
    let mut placed = settings.clone();
    if parcel.conversation.thread.is_some() {
        placed.0.insert(IN_PUBLIC.to_owned(), "true".to_owned());
    }
    for file in parcel.message.content.attachments_mut() {
        if let Err(outcome) = files::upload(sql, world, codec, &placed, file).await {
            return outcome;
        }
    }
    let last_heard = parcel.conversation.last_in_at.map(|at| world.now().since(at));
    let profiles = codec.profiles();
    let profile = profiles.under(parcel.conversation.thread.as_deref());
    // A message may have waited until after the window.
    let by_hand = parcel.account.answers_by_hand() && !is_automatic(&parcel.message);
    let heard = parcel.conversation.last_in_at;
    // A private answer to a comment needs no word of theirs in private.
    let answers_comment = parcel.comment.is_some();
    if !answers_comment && !profile.lets_out(&parcel.message.content, heard, world.now(), by_hand) {
        let error = problem("window", "the contact has not written for too long");
        return Outcome::Failed { error };
    }
    let mut to = vec![parcel.conversation.identity.clone()];
    to.extend(parcel.identities.iter().filter(|identity| **identity != to[0]).cloned().collect::<Vec<_>>());
    let content = parcel.message.content.clone();
    let (files, content) = match files::enclosures(sql, world, codec, &content).await {
        Ok(files) => match files::addressed(sql, world, codec, settings, content).await {
            Ok(content) => (files, content),
            Err(outcome) => return outcome,
        },
        Err(outcome) => return outcome,
    };
    let correspondence = match codec.profile().capacity {
        CapacityKind::Mail => match correspondence(sql, world, parcel).await {
            Ok(correspondence) if correspondence.looping => {
                return Outcome::Failed {
                    error: problem("loop", "too many automatic letters to one contact"),
                };
            }
            Ok(correspondence) => correspondence,
            Err(failure) => {
                return Outcome::Retry {
                    after: None,
                    error: problem("correspondence", &failure.to_string()),
                };
            }
        },
        CapacityKind::Call | CapacityKind::Chat | CapacityKind::Post => {
            Correspondence { automatic: is_automatic(&parcel.message), ..Correspondence::default() }
        }
    };
    let message = Outbound {
        message_id: parcel.message.id.clone(),
        delivery: format!("{}.{}", parcel.message.id, parcel.work.id),
        to,
        content,
        in_reply_to: parcel.reply_to.clone(),
        locale: settings.get("locale").unwrap_or("es").to_owned(),
        files,
        correspondence,
        thread: parcel.conversation.thread.clone(),
        comment: parcel.comment.clone(),
        last_heard,
    };
    match codec.encode(&message, settings) {
        Ok(calls) => in_order(world, codec, settings, &message, calls).await,
        Err(error) => Outcome::Failed { error },
    }
}

/// Makes the calls that hand `message` over, one after the other.
async fn in_order(
    world: &impl World,
    codec: &impl Codec,
    settings: &Settings,
    message: &Outbound,
    calls: Vec<ProviderRequest>,
) -> Outcome {
    let count = calls.len();
    let mut last = Outcome::Accepted { provider_id: None };
    for (index, call) in calls.into_iter().enumerate() {
        let call = match &last {
            Outcome::Accepted { provider_id: Some(before) } => codec.following(call, before),
            _ => call,
        };
        let mut answer = world.call(call.clone()).await;
        if let Some(remedy) = codec.remedy(&answer, message, settings)
            && matches!(world.call(remedy).await, Answer::Response { status: 200..=299, .. })
        {
            answer = world.call(call).await;
        }
        last = codec.interpret_for(&answer, settings);
        match last {
            Outcome::Accepted { .. } => {}
            // The contact has the parts before this one: all of it again would be twice the same.
            Outcome::Retry { error, .. } if index > 0 => {
                let text = format!("{} ({index}/{count})", error.text);
                return Outcome::Failed { error: DeliveryError { text, ..error } };
            }
            _ => return last,
        }
    }
    last
}

/// So far back the letter that is answered is looked for.
const CORRESPONDENCE_MAX: i64 = 50;

/// What surrounds a letter: the one that it answers.
async fn correspondence(sql: &impl Sql, world: &impl World, parcel: &Parcel) -> Result<Correspondence> {
    let message = &parcel.message;
    let contact = contact::find(sql, &parcel.conversation.contact).await?;
    let author = match &message.author {
        Author::Agent(agent) => Some(agent),
        _ => None,
    };
    let values =
        placeholder::values(sql, author, message.interaction.as_ref(), &parcel.account, contact.as_ref())
            .await?;
    let mut answered = match &message.reply_to {
        Some(id) => message::find(sql, id).await?,
        None => None,
    };
    let before = message::before(sql, &message.conversation, message.seq, CORRESPONDENCE_MAX).await?;
    let of_machines = before.iter().filter(|sent| sent.direction == Direction::Out && is_automatic(sent));
    let looping = is_automatic(message) && is_loop(world.now(), of_machines.map(|message| message.at));
    let subject = before.iter().rev().find_map(|message| match &message.content {
        Content::Letter(letter) if !letter.subject.trim().is_empty() => Some(letter.subject.clone()),
        _ => None,
    });
    if answered.is_none() {
        answered = before.into_iter().rev().find(|message| message.direction == Direction::In);
    }
    Ok(Correspondence {
        at: Some(world.now()),
        answered: answered.map(|message| Answered {
            id: message.provider_id,
            content: message.content,
            at: Some(message.at),
        }),
        automatic: is_automatic(message),
        looping,
        subject,
        locale: contact.and_then(|contact| contact.locale),
        values,
    })
}

fn is_automatic(message: &Message) -> bool {
    matches!(message.author, Author::Bot | Author::System)
}

/// With what the provider's code means to the agent.
pub(crate) fn explained(mut outcome: Outcome, codec: &impl Codec, settings: &Settings) -> Outcome {
    let refused = matches!(outcome, Outcome::AccountRefused { .. });
    if let Some(error) = outcome.error_mut() {
        *error = codec.explain(error.clone(), settings);
        error.reason = error.reason.or(refused.then_some(Reason::AccountRefused));
    }
    outcome
}

pub(crate) fn recorded(outcome: Outcome) -> outbound::Outcome {
    match outcome {
        Outcome::Accepted { provider_id } => outbound::Outcome::Accepted { provider_id, error: None },
        Outcome::Partly { provider_id, error } => {
            outbound::Outcome::Accepted { provider_id, error: Some(error) }
        }
        Outcome::Retry { after, error } => outbound::Outcome::Retry { after, error },
        Outcome::Failed { error } | Outcome::AccountRefused { error } => outbound::Outcome::Failed { error },
        Outcome::Unknown { error } => outbound::Outcome::Unknown { error },
    }
}

pub(crate) fn problem(code: &str, text: &str) -> DeliveryError {
    DeliveryError::new(code, text)
}
