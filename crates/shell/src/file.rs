//! The one place that keeps and gives the bytes of files, whoever brings or wants them.
//!
//! The object is written before the row: a row always has its bytes, and an object that no row knows does
//! no harm. What the virus scanner has not seen is nobody's to open, and what it refuses is not kept.

use crate::{
    bucket::hex,
    command::{Race, retrying},
    depot::{Depot, Verdict},
    failure::{Failure, Result},
    log,
    performer::DISPATCHER,
    unique,
};
use domain::{
    due::{Kind, Work},
    file::{Hold, Refused, clean_name, kind, media_type},
    id::ConversationId,
    message::Attachment,
    time::Timestamp,
};
use sha2::{Digest, Sha256};
use store::{
    attachment::{self, Place, Stored},
    message,
    port::{Sql, transaction},
};

/// A file that came, with what is said of it.
#[derive(Debug, Clone, Copy)]
pub struct Arrived<'a> {
    /// `None`: it is for a message that is not written yet.
    pub conversation: Option<&'a ConversationId>,
    /// As in [`Attachment`], where it is known otherwise than by the type.
    pub kind: Option<&'a str>,
    pub mime: Option<&'a str>,
    pub name: Option<&'a str>,
    pub bytes: &'a [u8],
}

/// A file whose bytes are where they belong; its row is not written yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutAway {
    pub file: Stored,
    pub place: Place,
    /// What the row holds.
    bytes: Vec<u8>,
}

/// Why a file is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotKept {
    /// It never will be.
    Refused(Refused),
    Failed(Failure),
}

impl From<Failure> for NotKept {
    fn from(failure: Failure) -> Self {
        NotKept::Failed(failure)
    }
}

impl From<NotKept> for Failure {
    fn from(reason: NotKept) -> Self {
        match reason {
            NotKept::Failed(failure) => failure,
            NotKept::Refused(Refused::TooLarge(limit)) => {
                Failure::TooLarge(usize::try_from(limit).unwrap_or(usize::MAX))
            }
            NotKept::Refused(refused @ Refused::Type(_)) => Failure::UnsupportedType(refused.to_string()),
            NotKept::Refused(refused @ Refused::Empty) => Failure::BadRequest(refused.to_string()),
        }
    }
}

/// Judges a file and brings its bytes to where they belong.
pub async fn put_away(depot: &impl Depot, now: Timestamp, arrived: Arrived<'_>) -> Result<PutAway, NotKept> {
    let Arrived { conversation, bytes, .. } = arrived;
    let (mime, name) = (media_type(arrived.mime, bytes), arrived.name.and_then(clean_name));
    let size = bytes.len() as u64;
    depot.limits().await?.check(&mime, name.as_deref(), size).map_err(NotKept::Refused)?;
    // A sticker is an image, and a voice note is audio: what is said is finer, unless it is wrong.
    let seen = kind(&mime);
    let kind = arrived.kind.filter(|said| seen != "document" && !["image", "audio", "video"].contains(said));
    let file = Stored {
        id: unique::id(now),
        conversation: conversation.cloned(),
        kind: kind.unwrap_or(seen).to_owned(),
        mime,
        name,
        size,
        sha256: hex(&Sha256::digest(bytes)),
    };
    let hold = depot.scans().await?.then_some(Hold::Waiting);
    let object = depot.put(&file.id, &file.sha256, bytes).await?;
    let bytes = if object.is_some() { vec![] } else { bytes.to_vec() };
    Ok(PutAway { file, place: Place { object, hold }, bytes })
}

/// Writes the row of a file inside a transaction of the caller's, and gives the work that follows.
pub async fn keep_within(sql: &impl Sql, now: Timestamp, put: &PutAway) -> Result<Vec<Work>, Race> {
    let PutAway { file, place, bytes } = put;
    attachment::keep_at(sql, file, place, bytes.clone(), now).await?;
    if place.hold != Some(Hold::Waiting) {
        return Ok(vec![]);
    }
    let work = Work {
        id: unique::id(now),
        kind: Kind::Scan,
        performer: DISPATCHER.to_owned(),
        subject: file.id.clone(),
        key: format!("scan:{}", file.id),
        body: serde_json::json!({}),
        due_at: now,
        attempts: 0,
        trace: None,
    };
    Ok(store::due::add(sql, now, vec![work]).await?)
}

/// Keeps a file that no message has yet, and gives the work that follows.
pub async fn keep(
    sql: &impl Sql,
    depot: &impl Depot,
    now: Timestamp,
    arrived: Arrived<'_>,
) -> Result<(Stored, Vec<Work>), NotKept> {
    let put = put_away(depot, now, arrived).await?;
    let work =
        retrying(async || transaction(sql, async |sql| keep_within(sql, now, &put).await).await).await?;
    Ok((put.file, work))
}

/// A file that somebody wants to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    File(Stored, Vec<u8>),
    /// Nobody may have it, now or ever.
    Held(Hold),
    Gone,
}

pub async fn open(sql: &impl Sql, depot: &impl Depot, id: &str) -> Result<Opened> {
    let Some((file, place)) = attachment::find_placed(sql, id).await? else { return Ok(Opened::Gone) };
    if let Some(hold) = place.hold {
        return Ok(Opened::Held(hold));
    }
    let bytes = bytes(sql, depot, &file, &place).await?;
    Ok(bytes.map_or(Opened::Gone, |bytes| Opened::File(file, bytes)))
}

/// The same for whoever asked for it by a request.
pub async fn give(sql: &impl Sql, depot: &impl Depot, id: &str) -> Result<(Stored, Vec<u8>)> {
    match open(sql, depot, id).await? {
        Opened::File(file, bytes) => Ok((file, bytes)),
        Opened::Held(hold) => Err(shut(hold)),
        Opened::Gone => Err(Failure::NotFound("this file".to_owned())),
    }
}

/// Why a file that is held back is not given or sent.
pub fn shut(hold: Hold) -> Failure {
    Failure::Conflict(
        match hold {
            Hold::Waiting => "the virus scanner has not seen this file yet",
            Hold::Infected => "a virus was found in this file; it was removed",
            Hold::Refused => "this file is not taken here",
            Hold::Lost => "this file is lost",
        }
        .to_owned(),
    )
}

/// The bytes of a file, whoever may see them. What the object store gives is checked.
async fn bytes(sql: &impl Sql, depot: &impl Depot, file: &Stored, place: &Place) -> Result<Option<Vec<u8>>> {
    let Some(object) = &place.object else { return Ok(attachment::bytes(sql, &file.id).await?) };
    let Some(bytes) = depot.get(object).await? else {
        log::alarm(format!("the store of files has lost {object}"));
        return Ok(None);
    };
    if hex(&Sha256::digest(&bytes)) != file.sha256 {
        log::alarm(format!("what the store of files gives as {object} is not what was kept"));
        return Err(Failure::Unavailable("the store of files gave something else".to_owned()));
    }
    Ok(Some(bytes))
}

/// Performs `work`: has a file looked at. A scanner that is away is asked again later, without end.
pub async fn scan(sql: &impl Sql, depot: &impl Depot, now: Timestamp, work: &Work) -> Result<()> {
    let found = attachment::find_placed(sql, &work.subject).await?;
    let Some((file, place)) = found else {
        store::due::complete(sql, &work.id).await?;
        return Ok(());
    };
    if place.hold == Some(Hold::Waiting) {
        let verdict = match bytes(sql, depot, &file, &place).await? {
            Some(_) if !depot.scans().await? => None,
            Some(bytes) => match asked(depot, &file, &bytes).await? {
                Verdict::Clean => None,
                Verdict::Infected(name) => {
                    let name: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
                    log::alarm(format!("a virus was found in file {}: {name}", file.id));
                    Some(Hold::Infected)
                }
                Verdict::TooLarge => {
                    log::warning(format!("file {} is too large for the virus scanner", file.id));
                    Some(Hold::Refused)
                }
            },
            None => Some(Hold::Lost),
        };
        judged(sql, now, &file, verdict).await?;
        if verdict.is_none() {
            store::due::complete(sql, &work.id).await?;
            return Ok(());
        }
    }
    // The work is done when the bytes are gone, too.
    if let Some(object) = place.object.as_ref().filter(|_| place.hold.is_some()) {
        depot.delete(object).await?;
    }
    store::due::complete(sql, &work.id).await?;
    Ok(())
}

async fn asked(depot: &impl Depot, file: &Stored, bytes: &[u8]) -> Result<Verdict> {
    let verdict = depot.scan(bytes).await;
    if let Err(failure) = &verdict {
        log::alarm(format!("file {} waits for the virus scanner: {failure}", file.id));
    }
    verdict
}

/// Records what the scanner said, in the file and in the message that has it.
async fn judged(sql: &impl Sql, now: Timestamp, file: &Stored, hold: Option<Hold>) -> Result<()> {
    retrying(async || {
        transaction(sql, async |sql| {
            attachment::set_hold(sql, &file.id, hold).await?;
            if hold.is_some() {
                attachment::empty(sql, &file.id).await?;
            }
            // Its conversation may be known just now: an upload is sent while it is looked at.
            let of = attachment::find(sql, &file.id).await?.and_then(|file| file.conversation);
            let messages = match of {
                Some(of) => message::with_file(sql, &of, &file.id).await?,
                None => vec![],
            };
            for mut message in messages {
                let files = message.content.attachments_mut().iter_mut();
                for held in files.filter(|held| held.id.as_deref() == Some(file.id.as_str())) {
                    held.hold = hold;
                }
                message::update(sql, now, &message).await?;
            }
            Ok::<_, Race>(())
        })
        .await
    })
    .await
}

/// A file of ours as a message carries it.
pub fn attached(file: Stored, hold: Option<Hold>) -> Attachment {
    Attachment {
        id: Some(file.id),
        kind: file.kind,
        mime: Some(file.mime),
        name: file.name,
        size: Some(file.size),
        hold,
        ..Attachment::default()
    }
}
