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
    id::{ConversationId, MessageId, WebhookId},
    message::{Attachment, Content, DeliveryError},
};
use sha2::{Digest, Sha256};
use shell::{
    command::{Race, retrying},
    failure::{Failure, Result},
    unique,
};
use std::collections::BTreeMap;
use store::{
    attachment::{self, Stored},
    message,
    port::{Sql, transaction},
};

/// How a provider keeps files. A file came with the webhook ([`Files::contained`]), or the webhook says
/// where it is ([`Files::at_hand`]), or one has to ask ([`Files::locate`]).
pub trait Files {
    /// The bytes of a file that stand in the webhook itself.
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
    /// It never will be as it should.
    Never(String),
}

/// Performs `work`: copies every file of a message that is not ours yet.
pub async fn fetch(sql: &impl Sql, world: &impl World, codec: &impl Codec, work: &Work) -> Result<()> {
    let id = MessageId(work.subject.clone());
    let message = message::find(sql, &id).await?;
    let Some((message, files)) = message.zip(codec.files()) else {
        store::due::complete(sql, &work.id).await?;
        return Ok(());
    };
    let account = store::account::find(sql, &message.account).await?;
    let account = account.ok_or_else(|| Failure::NotFound(format!("the account of message {id}")))?;
    let settings = world.settings(&account)?;
    let mut copies = vec![];
    let webhook = match work.body["webhook_id"].as_str() {
        Some(id) => store::webhook::find(sql, &WebhookId::from(id)).await?,
        None => None,
    };
    let webhook = webhook.map(|kept| Head::with_body(&kept.head, kept.body));
    for (index, file) in
        message.content.attachments().iter().enumerate().filter(|(_, file)| file.id.is_none())
    {
        let contained = webhook.as_ref().and_then(|webhook| files.contained(file, webhook, &settings));
        let copied = match contained {
            Some(bytes) => within_limit(codec, bytes).map(|bytes| {
                let mime = mime(file, None, &bytes);
                (bytes, mime)
            }),
            None => copy(world, codec, files, &settings, file).await,
        };
        match copied {
            Ok(copy) => copies.push((index, copy)),
            Err(Missing::Later(reason)) => return Err(Failure::Later(reason)),
            Err(Missing::Never(reason)) => return Ok(store::due::give_up(sql, &work.id, &reason).await?),
        }
    }
    let now = world.now();
    retrying(async || {
        transaction(sql, async |sql| {
            if !store::due::complete(sql, &work.id).await? {
                return Ok(());
            }
            let Some(mut message) = message::find(sql, &id).await? else { return Ok(()) };
            let attachments = message.content.attachments_mut();
            for (index, (bytes, mime)) in &copies {
                let Some(file) = attachments.get_mut(*index) else { continue };
                let stored = Stored {
                    id: unique::id(now),
                    conversation: Some(message.conversation.clone()),
                    kind: file.kind.clone(),
                    mime: mime.clone(),
                    name: file.name.clone(),
                    size: bytes.len() as u64,
                    sha256: to_hex(&Sha256::digest(bytes)),
                };
                attachment::keep(sql, &stored, bytes.clone(), now).await?;
                file.mime = Some(stored.mime);
                file.size = Some(stored.size);
                file.id = Some(stored.id);
                file.url = None;
            }
            message::update(sql, now, &message).await?;
            Ok::<_, Race>(())
        })
        .await
    })
    .await
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
    let now = world.now();
    let stored = Stored {
        id: unique::id(now),
        conversation: Some(conversation.clone()),
        kind: file.kind.clone(),
        mime,
        name: file.name.clone(),
        size: bytes.len() as u64,
        sha256: to_hex(&Sha256::digest(&bytes)),
    };
    attachment::keep(sql, &stored, bytes, now).await?;
    let (id, mime, size) = (Some(stored.id), Some(stored.mime), Some(stored.size));
    Ok(Some(Attachment { id, mime, size, url: None, ..file }))
}

async fn copy(
    world: &impl World,
    codec: &impl Codec,
    files: &dyn Files,
    settings: &Settings,
    file: &Attachment,
) -> Result<(Vec<u8>, String), Missing> {
    let location = match files.at_hand(file, settings) {
        Some(location) => location,
        None => {
            let request = files.locate(file, settings).map_err(|error| Missing::Never(error.text))?;
            let located = files.located(&body(world.call(request).await)?, settings);
            located.ok_or_else(|| Missing::Never("the provider does not say where it is".to_owned()))?
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
    let mime = mime(file, location.mime, &bytes);
    Ok((bytes, mime))
}

/// What the provider says; else what the bytes say.
fn mime(file: &Attachment, found: Option<String>, bytes: &[u8]) -> String {
    let told = found.or_else(|| file.mime.clone());
    told.unwrap_or_else(|| seen(bytes).unwrap_or("application/octet-stream").to_owned())
}

/// The type of a file by its first bytes, of those that a desk shows.
fn seen(bytes: &[u8]) -> Option<&'static str> {
    let at = |place: usize, sign: &[u8]| bytes.get(place..).is_some_and(|rest| rest.starts_with(sign));
    Some(match bytes {
        _ if at(0, b"\xff\xd8\xff") => "image/jpeg",
        _ if at(0, b"\x89PNG\r\n\x1a\n") => "image/png",
        _ if at(0, b"GIF87a") || at(0, b"GIF89a") => "image/gif",
        _ if at(0, b"RIFF") && at(8, b"WEBP") => "image/webp",
        _ if at(0, b"RIFF") && at(8, b"WAVE") => "audio/wav",
        _ if at(4, b"ftypM4A") => "audio/mp4",
        _ if at(4, b"ftypqt") => "video/quicktime",
        _ if at(4, b"ftyp") => "video/mp4",
        _ if at(0, b"OggS") => "audio/ogg",
        _ if at(0, b"ID3") || at(0, b"\xff\xfb") => "audio/mpeg",
        _ if at(0, b"%PDF-") => "application/pdf",
        _ => return None,
    })
}

fn within_limit(codec: &impl Codec, bytes: Vec<u8>) -> Result<Vec<u8>, Missing> {
    let limit = codec.profile().media_bytes_max;
    if limit < bytes.len() as u64 { Err(too_large(limit)) } else { Ok(bytes) }
}

fn too_large(limit: u64) -> Missing {
    Missing::Never(format!("more than {limit} bytes"))
}

fn body(answer: Answer) -> Result<Vec<u8>, Missing> {
    match answer {
        Answer::Response { status: 200..=299, body, .. } => Ok(body),
        Answer::Response { status: status @ (400 | 404 | 410), .. } => {
            Err(Missing::Never(format!("the provider answered {status}")))
        }
        Answer::Response { status, .. } => Err(Missing::Later(format!("the provider answered {status}"))),
        Answer::NotReached { reason } | Answer::Lost { reason } => Err(Missing::Later(reason)),
    }
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
    let failed = |code: &str, text: &str| Outcome::Failed { error: problem(code, text) };
    let later = |text: &str| Outcome::Retry { after: None, error: problem("file", text) };
    let bytes = attachment::bytes(sql, id).await.map_err(|error| later(&error.to_string()))?;
    let bytes = bytes.ok_or_else(|| failed("file", "the file is not there any more"))?;
    let Some(request) = files.upload(file, &bytes, settings) else { return Ok(()) };
    let request = request.map_err(|error| Outcome::Failed { error })?;
    let answer = world.call(request).await;
    match (codec.interpret_for(&answer, settings), &answer) {
        (Outcome::Accepted { .. }, Answer::Response { body, .. }) => {
            let uploaded = files.uploaded(body);
            file.provider_ref =
                Some(uploaded.ok_or_else(|| failed("file", "the provider gave the file no id"))?);
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
    codec: &impl Codec,
    content: &Content,
) -> Result<BTreeMap<String, Vec<u8>>, Outcome> {
    let mut files = BTreeMap::new();
    if !codec.files().is_some_and(Files::enclosed) {
        return Ok(files);
    }
    let ours = content.attachments().iter().filter(|file| file.provider_ref.is_none());
    for id in ours.filter_map(|file| file.id.as_ref()) {
        match attachment::bytes(sql, id).await {
            Ok(Some(bytes)) => files.insert(id.clone(), bytes),
            Ok(None) => {
                let error = problem("file", "the file is not there any more");
                return Err(Outcome::Failed { error });
            }
            Err(error) => {
                return Err(Outcome::Retry { after: None, error: problem("file", &error.to_string()) });
            }
        };
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_nobody_tells_is_seen() {
        let file = |mime: Option<&str>| Attachment { mime: mime.map(str::to_owned), ..Attachment::default() };
        let found = || Some("image/heic".to_owned());
        for (told, found, bytes, expected) in [
            (None, None, &b"\xff\xd8\xff\xe0"[..], "image/jpeg"),
            (None, None, b"RIFF\x01\x02\x03\x04WEBPVP8 ", "image/webp"),
            (None, None, b"\0\0\0\x18ftypisom", "video/mp4"),
            (None, None, b"\0\0\0\x18ftypM4A ", "audio/mp4"),
            (None, None, b"%PDF-1.7", "application/pdf"),
            (None, None, b"<script>", "application/octet-stream"),
            (None, None, b"", "application/octet-stream"),
            (Some("audio/aac"), None, b"%PDF-1.7", "audio/aac"),
            (Some("audio/aac"), found(), b"%PDF-1.7", "image/heic"),
        ] {
            assert_eq!(mime(&file(told), found, bytes), expected, "{bytes:?}");
        }
    }
}
