//! Files of messages. A customer's file is copied to our own store as soon as its message is there,
//! since a provider's address for it lives for minutes; one of ours is uploaded before it is sent.

use crate::{
    codec::Codec,
    deliver::{World, problem},
    outbound::{Answer, Outcome, ProviderRequest},
    received::{Received, Settings},
    signature::to_hex,
    webhook::Head,
};
use domain::{
    due::Work,
    file::Hold,
    id::{ConversationId, MessageId, WebhookId},
    message::{Attachment, Content, DeliveryError},
};
use sha2::{Digest, Sha256};
use shell::{
    command::{Race, retrying},
    failure::{Failure, Result},
    file::{self, Arrived, NotKept, Opened, PutAway},
    log,
};
use std::{collections::BTreeMap, time::Duration};
use store::{
    attachment::{self, Place},
    message,
    port::{Sql, transaction},
};

/// How a provider keeps files. A file came with the webhook ([`Files::contained`]), or the webhook says
/// where it is ([`Files::at_hand`]), or one has to ask ([`Files::locate`]).
pub trait Files {
    /// Whether a webhook may contain files.
    fn in_webhook(&self) -> bool {
        false
    }
    /// The bytes of a file that stand in the webhook itself, where [`Files::in_webhook`] says so.
    fn contained(&self, _file: &Attachment, _webhook: &Received, _settings: &Settings) -> Option<Vec<u8>> {
        None
    }
    /// Where it is, when the webhook said so. Only at the provider's own hosts: the address is from
    /// outside.
    fn at_hand(&self, _file: &Attachment, _settings: &Settings) -> Option<Location> {
        None
    }
    /// The call that asks where a file is.
    fn locate(&self, _file: &Attachment, _settings: &Settings) -> Result<ProviderRequest, DeliveryError> {
        Err(problem("file", "the provider does not say where it is"))
    }
    /// Where it is, by the provider's answer.
    fn located(&self, _body: &[u8], _settings: &Settings) -> Option<Location> {
        None
    }
    /// Whether our files go out inside the message: its `files` hold their bytes.
    fn enclosed(&self) -> bool {
        false
    }
    /// Whether the provider fetches our files: each has an address that is good for a while.
    fn linked(&self) -> bool {
        false
    }
    /// The call that uploads a file. `None`: files are sent by their address, or with the message.
    fn upload(
        &self,
        _file: &Attachment,
        _bytes: &[u8],
        _settings: &Settings,
    ) -> Option<Result<ProviderRequest, DeliveryError>> {
        None
    }
    /// The provider's id of what was uploaded.
    fn uploaded(&self, _body: &[u8]) -> Option<String> {
        None
    }
}

/// Where a file can be had, and what it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    pub request: ProviderRequest,
    pub mime: Option<String>,
    pub size: Option<u64>,
    /// Lower-case hexadecimal.
    pub sha256: Option<String>,
}

/// Why a file is not here.
enum Missing {
    /// It may be there later.
    Later(String),
    /// It never will be, and the message says why.
    Never(Hold, String),
}

/// Performs `work`: copies every file of a message that is not ours yet. Gives what follows at once.
pub async fn fetch(sql: &impl Sql, world: &impl World, codec: &impl Codec, work: &Work) -> Result<Vec<Work>> {
    let id = MessageId(work.subject.clone());
    let message = message::find(sql, &id).await?;
    let Some((message, files)) = message.zip(codec.files()) else {
        store::due::complete(sql, &work.id).await?;
        return Ok(vec![]);
    };
    let account = store::account::find(sql, &message.account).await?;
    let account = account.ok_or_else(|| Failure::NotFound(format!("the account of message {id}")))?;
    let settings = world.settings(&account)?;
    let webhook = match work.body["webhook_id"].as_str().filter(|_| files.in_webhook()) {
        Some(id) => store::webhook::find(sql, &WebhookId::from(id)).await?,
        None => None,
    };
    let webhook = webhook.map(|kept| Head::with_body(&kept.head, kept.body));
    let mut copies = vec![];
    for file in message.content.attachments().iter().filter(|file| file.id.is_none() && file.hold.is_none()) {
        let contained = webhook.as_ref().and_then(|webhook| files.contained(file, webhook, &settings));
        let found = match contained {
            Some(bytes) => within_limit(codec, bytes).map(|bytes| (bytes, None)),
            None => copy(world, codec, files, &settings, file).await,
        };
        let kept = match found {
            Ok((bytes, mime)) => put_away(world, &message.conversation, file, mime, &bytes).await,
            Err(missing) => Err(missing),
        };
        match kept {
            Ok(kept) => copies.push((file, Ok(kept))),
            Err(Missing::Later(reason)) => return Err(Failure::Later(reason)),
            Err(Missing::Never(hold, reason)) => {
                log::warning(format!("a file of message {id} is not copied: {reason}"));
                copies.push((file, Err(hold)));
            }
        }
    }
    let now = world.now();
    retrying(async || {
        transaction(sql, async |sql| {
            if !store::due::complete(sql, &work.id).await? {
                return Ok(vec![]);
            }
            let Some(mut message) = message::find(sql, &id).await? else { return Ok(vec![]) };
            let mut next = vec![];
            for (copied, kept) in &copies {
                // It may have been edited meanwhile.
                let mut attachments = message.content.attachments_mut().iter_mut();
                let Some(file) = attachments.find(|file| file == copied) else { continue };
                match kept {
                    Ok(kept) => {
                        next.extend(file::keep_within(sql, now, kept).await?);
                        let ours = file::attached(kept.file.clone(), kept.place.hold);
                        let (content_id, provider_ref) = (file.content_id.take(), file.provider_ref.take());
                        *file = Attachment { name: file.name.take(), content_id, provider_ref, ..ours };
                    }
                    Err(hold) => file.hold = Some(*hold),
                }
            }
            message::update(sql, now, &message).await?;
            Ok::<_, Race>(next)
        })
        .await
    })
    .await
}

async fn put_away(
    world: &impl World,
    conversation: &ConversationId,
    file: &Attachment,
    mime: Option<String>,
    bytes: &[u8],
) -> Result<PutAway, Missing> {
    let arrived = Arrived {
        conversation: Some(conversation),
        kind: Some(&file.kind),
        // Who has the file knows better than who sent it.
        mime: mime.as_deref().or(file.mime.as_deref()),
        name: file.name.as_deref(),
        bytes,
    };
    file::put_away(world.depot(), world.now(), arrived).await.map_err(|reason| match reason {
        NotKept::Refused(refused) => Missing::Never(Hold::Refused, refused.to_string()),
        NotKept::Failed(failure) => Missing::Later(failure.to_string()),
    })
}

/// Copies a file that belongs to no message: the picture of a post. `None`: it cannot be had.
pub(crate) async fn keep_copy(
    sql: &impl Sql,
    world: &impl World,
    codec: &impl Codec,
    settings: &Settings,
    conversation: &ConversationId,
    file: Attachment,
) -> Result<Option<Attachment>> {
    let Some(files) = codec.files() else { return Ok(None) };
    let Ok((bytes, mime)) = copy(world, codec, files, settings, &file).await else { return Ok(None) };
    let Ok(kept) = put_away(world, conversation, &file, mime, &bytes).await else { return Ok(None) };
    // Work that follows is left to the clock: nobody waits for the picture.
    retrying(async || transaction(sql, async |sql| file::keep_within(sql, world.now(), &kept).await).await)
        .await?;
    let ours = file::attached(kept.file.clone(), kept.place.hold);
    Ok(Some(Attachment { name: file.name, ..ours }))
}

/// The bytes of a file, and the type that whoever has it says it is.
async fn copy(
    world: &impl World,
    codec: &impl Codec,
    files: &dyn Files,
    settings: &Settings,
    file: &Attachment,
) -> Result<(Vec<u8>, Option<String>), Missing> {
    let lost = |reason: String| Missing::Never(Hold::Lost, reason);
    let location = match files.at_hand(file, settings) {
        Some(location) => location,
        None => {
            let request = files.locate(file, settings).map_err(|error| lost(error.text))?;
            let located = files.located(&body(world.call(request).await)?, settings);
            located.ok_or_else(|| lost("the provider does not say where it is".to_owned()))?
        }
    };
    let limit = codec.profile().media_bytes_max;
    if location.size.is_some_and(|size| limit < size) {
        return Err(too_large(limit));
    }
    let bytes = within_limit(codec, body(world.call(location.request).await)?)?;
    let sha256 = to_hex(&Sha256::digest(&bytes));
    if location.sha256.is_some_and(|expected| !expected.eq_ignore_ascii_case(&sha256)) {
        return Err(Missing::Later("what was downloaded is not what was sent".to_owned()));
    }
    Ok((bytes, location.mime))
}

fn within_limit(codec: &impl Codec, bytes: Vec<u8>) -> Result<Vec<u8>, Missing> {
    let limit = codec.profile().media_bytes_max;
    if limit < bytes.len() as u64 { Err(too_large(limit)) } else { Ok(bytes) }
}

fn too_large(limit: u64) -> Missing {
    Missing::Never(Hold::Refused, format!("more than {limit} bytes"))
}

fn body(answer: Answer) -> Result<Vec<u8>, Missing> {
    match answer {
        Answer::Response { status: 200..=299, body, .. } => Ok(body),
        Answer::Response { status: status @ (400 | 404 | 410), .. } => {
            Err(Missing::Never(Hold::Lost, format!("the provider answered {status}")))
        }
        Answer::Response { status, .. } => Err(Missing::Later(format!("the provider answered {status}"))),
        Answer::NotReached { reason } | Answer::Lost { reason } => Err(Missing::Later(reason)),
    }
}

/// The bytes of a file of ours that is to go out.
async fn outgoing(sql: &impl Sql, world: &impl World, id: &str) -> Result<Vec<u8>, Outcome> {
    match file::open(sql, world.depot(), id).await {
        Ok(Opened::File(_, bytes)) => Ok(bytes),
        Ok(Opened::Held(hold)) => Err(held(hold)),
        Ok(Opened::Gone) => Err(gone()),
        Err(failure) => Err(Outcome::Retry { after: None, error: problem("file", &failure.to_string()) }),
    }
}

fn held(hold: Hold) -> Outcome {
    let error = problem("file", &file::shut(hold).to_string());
    match hold {
        Hold::Waiting => Outcome::Retry { after: None, error },
        Hold::Infected | Hold::Refused | Hold::Lost => Outcome::Failed { error },
    }
}

fn gone() -> Outcome {
    Outcome::Failed { error: problem("file", "the file is not there any more") }
}

/// Makes a file of ours known to the provider, where it wants that before the message.
pub(crate) async fn upload(
    sql: &impl Sql,
    world: &impl World,
    codec: &impl Codec,
    settings: &Settings,
    file: &mut Attachment,
) -> Result<(), Outcome> {
    let (Some(id), None, Some(files)) = (&file.id, &file.provider_ref, codec.files()) else { return Ok(()) };
    if files.enclosed() || files.linked() {
        return Ok(());
    }
    let bytes = outgoing(sql, world, id).await?;
    let Some(request) = files.upload(file, &bytes, settings) else { return Ok(()) };
    let request = request.map_err(|error| Outcome::Failed { error })?;
    let answer = world.call(request).await;
    match (codec.interpret_for(&answer, settings), &answer) {
        (Outcome::Accepted { .. }, Answer::Response { body, .. }) => {
            let uploaded = files.uploaded(body);
            let nameless = || Outcome::Failed { error: problem("file", "the provider gave the file no id") };
            file.provider_ref = Some(uploaded.ok_or_else(nameless)?);
            Ok(())
        }
        // Nobody has seen a file that is only uploaded: trying again does no harm.
        (Outcome::Unknown { error }, _) => Err(Outcome::Retry { after: None, error }),
        (outcome, _) => Err(outcome),
    }
}

/// The bytes of our own files, for a provider that takes them inside the message.
pub(crate) async fn enclosures(
    sql: &impl Sql,
    world: &impl World,
    codec: &impl Codec,
    content: &Content,
) -> Result<BTreeMap<String, Vec<u8>>, Outcome> {
    let mut files = BTreeMap::new();
    if !codec.files().is_some_and(Files::enclosed) {
        return Ok(files);
    }
    let ours = content.attachments().iter().filter(|file| file.provider_ref.is_none());
    for id in ours.filter_map(|file| file.id.as_ref()) {
        files.insert(id.clone(), outgoing(sql, world, id).await?);
    }
    Ok(files)
}

/// How long an address of a file is good, in minutes, where the account does not say otherwise.
const LINK_MINUTES: u64 = 60;

/// Gives our own files addresses, for a provider that fetches them.
pub(crate) async fn addressed(
    sql: &impl Sql,
    world: &impl World,
    codec: &impl Codec,
    settings: &Settings,
    mut content: Content,
) -> Result<Content, Outcome> {
    if !codec.files().is_some_and(Files::linked) {
        return Ok(content);
    }
    let minutes = settings.get("file_link_minutes").and_then(|minutes| minutes.parse().ok());
    let until = world.now() + Duration::from_secs(60 * minutes.unwrap_or(LINK_MINUTES));
    for file in content.attachments_mut().iter_mut().filter(|file| file.provider_ref.is_none()) {
        let Some(id) = &file.id else { continue };
        match attachment::find_placed(sql, id).await {
            Ok(Some((_, Place { hold: None, .. }))) => {}
            Ok(Some((_, Place { hold: Some(hold), .. }))) => return Err(held(hold)),
            Ok(None) => return Err(gone()),
            Err(error) => {
                return Err(Outcome::Retry { after: None, error: problem("file", &error.to_string()) });
            }
        }
        file.url = world.link(id, until);
    }
    Ok(content)
}
