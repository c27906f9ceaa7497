//! Messages: load, send, try again, read, typing, files.

use super::Desk;
use crate::http::{self, Failure};
use crate::storage;
use api::contact::HistoryPage;
use api::interaction::Interaction;
use api::message::{
    Attachment, AttachmentState, Author, AuthorKind, DeliveryError, Direction, Letter, Message, MessageKind,
    MessagePage, MessageStatus,
};
use api::request::{Envelope, MarkRead, SendMessage};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The code of a message that only the line kept from being sent: it goes again by itself.
pub(crate) const OFFLINE: &str = "offline";

/// Typing is told at most this often.
const TYPING_EVERY_MS: i64 = 4000;

/// An upload that waits for the virus scanner is looked at again after this long.
const CHECK_AGAIN_MS: u32 = 3000;

/// A file on its way to the server.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Upload {
    pub(crate) key: String,
    pub(crate) name: String,
    /// `None` while it is under way.
    pub(crate) attachment: Option<Attachment>,
}

impl Upload {
    /// Whether it may be sent.
    pub(crate) fn is_ready(&self) -> bool {
        self.attachment.as_ref().is_some_and(|file| file.state == AttachmentState::Stored)
    }
}

impl Desk {
    /// Fetches the newest messages of my conversations: all, or those not known yet.
    pub(crate) fn load_threads(self, again: bool) {
        let wanted: Vec<String> = self.work.with_untracked(|work| {
            let conversations = work.interactions.values().map(|interaction| &interaction.conversation_id);
            let unknown = |id: &&String| again || !work.threads.get(*id).is_some_and(|thread| thread.loaded);
            conversations.filter(unknown).cloned().collect()
        });
        for conversation_id in wanted {
            self.load_thread(conversation_id);
        }
    }

    pub(crate) fn load_thread(self, conversation_id: String) {
        spawn_local(async move {
            let path = format!("/conversations/{conversation_id}/messages?limit=50");
            match http::get::<MessagePage>(&path).await {
                Ok(page) => self.work.update(|work| work.thread(&conversation_id).newest(page)),
                Err(Failure::LoggedOut) => self.session_over(),
                Err(_) => {} // The conversation shows that it could not be loaded, with a retry.
            }
        });
    }

    pub(crate) fn load_earlier(self, conversation_id: String) {
        let first = self.work.with_untracked(|work| work.threads.get(&conversation_id)?.first_seq());
        let Some(before) = first else { return };
        spawn_local(async move {
            let path = format!("/conversations/{conversation_id}/messages?before={before}&limit=50");
            match http::get::<MessagePage>(&path).await {
                Ok(page) => self.work.update(|work| work.thread(&conversation_id).older(page)),
                Err(failure) => self.explain(&failure),
            }
        });
    }

    pub(crate) fn load_history(self, contact_id: String, before_ms: Option<i64>) {
        if self.fetching.with_value(|fetching| fetching.contains(&contact_id)) {
            return;
        }
        self.fetching.update_value(|fetching| {
            fetching.insert(contact_id.clone());
        });
        spawn_local(async move {
            let before = before_ms.map(|ms| format!("&before={ms}")).unwrap_or_default();
            let path = format!("/contacts/{contact_id}/history?limit=20{before}");
            let page = http::get::<HistoryPage>(&path).await;
            self.fetching.update_value(|fetching| {
                fetching.remove(&contact_id);
            });
            if let Ok(page) = page {
                self.work.update(|work| work.history(&contact_id, page, before_ms.is_some()));
            }
        });
    }

    /// Writes to the contact. The message stands in the list before anything is awaited.
    pub(crate) fn send(self, interaction: &Interaction, text: String, attachments: Vec<Attachment>) {
        let client_id = new_id();
        let quote = self.quotes.try_update(|quotes| quotes.remove(&interaction.conversation_id)).flatten();
        let envelope = self.envelopes.try_update(|all| all.remove(&interaction.conversation_id)).flatten();
        let me = self.work.with_untracked(|work| work.me.clone());
        let message = Message {
            id: client_id.clone(),
            conversation_id: interaction.conversation_id.clone(),
            interaction_id: Some(interaction.id.clone()),
            seq: i64::MAX,
            direction: Direction::Out,
            author: Author {
                kind: AuthorKind::Agent,
                id: me.as_ref().map(|me| me.agent_id.clone()),
                name: me.map(|me| me.name),
            },
            kind: if attachments.is_empty() { MessageKind::Text } else { MessageKind::Media },
            text,
            options: Vec::new(),
            attachments,
            letter: envelope.map(|envelope| Letter {
                subject: envelope.subject,
                to: envelope.to,
                cc: envelope.cc,
                ..Letter::default()
            }),
            reply_to: quote,
            reaction: None,
            edited: false,
            deleted: false,
            at_ms: self.now_ms(),
            status: Some(MessageStatus::Sending),
            error: None,
            comment: None,
            client_id: Some(client_id),
        };
        self.send_again(message);
    }

    /// Puts a message, new or failed, on its way.
    pub(crate) fn send_again(self, message: Message) {
        let conversation_id = message.conversation_id.clone();
        let message = Message { status: Some(MessageStatus::Sending), error: None, ..message };
        self.work.update(|work| work.thread(&conversation_id).send(message));
        self.keep_outbox();
        spawn_local(self.empty_outbox(conversation_id));
    }

    /// One after the other, so that they arrive in the order in which they were written.
    async fn empty_outbox(self, conversation_id: String) {
        let alone = self.sending.try_update_value(|sending| sending.insert(conversation_id.clone()));
        if alone != Some(true) {
            return;
        }
        while let Some(message) = self.next_to_send(&conversation_id) {
            self.send_one(&conversation_id, message).await;
            self.keep_outbox();
        }
        self.sending.update_value(|sending| {
            sending.remove(&conversation_id);
        });
    }

    fn next_to_send(self, conversation_id: &str) -> Option<Message> {
        let goes = |message: &&Message| message.status == Some(MessageStatus::Sending);
        self.work
            .with_untracked(|work| work.threads.get(conversation_id)?.outbox().iter().find(goes).cloned())
    }

    async fn send_one(self, conversation_id: &str, message: Message) {
        let client_id = message.client_id.unwrap_or_default();
        let interaction_id = message.interaction_id.unwrap_or_default();
        let body = SendMessage {
            client_id: client_id.clone(),
            text: Some(message.text).filter(|text| !text.is_empty()),
            attachments: message.attachments.into_iter().filter_map(|file| file.id).collect(),
            in_reply_to: message.reply_to,
            private: false,
            template: None,
            envelope: message.letter.map(|letter| Envelope {
                subject: letter.subject,
                to: letter.to,
                cc: letter.cc,
            }),
        };
        let path = format!("/interactions/{interaction_id}/messages");
        let error = match http::post::<_, Message>(&path, &body).await {
            Ok(known) => {
                self.work.update(|work| {
                    if let Some(interaction) = work.interactions.get_mut(&interaction_id) {
                        interaction.last_message = Some(known.clone());
                    }
                    let thread = work.thread(conversation_id);
                    thread.add(known);
                    thread.forget(&client_id);
                });
                return;
            }
            Err(Failure::Offline) => DeliveryError {
                code: OFFLINE.to_owned(),
                text: self.words().not_sent_offline.to_owned(),
                reason: None,
            },
            Err(Failure::LoggedOut) => {
                self.session_over();
                DeliveryError {
                    code: OFFLINE.to_owned(),
                    text: self.words().not_sent_offline.to_owned(),
                    reason: None,
                }
            }
            Err(Failure::Refused(problem)) => DeliveryError {
                code: problem.code,
                text: problem.detail.unwrap_or(problem.title),
                reason: None,
            },
        };
        self.work.update(|work| work.thread(conversation_id).fail(&client_id, error));
    }

    /// A failed message: one the server never had is sent again, of the others it tries again.
    pub(crate) fn retry(self, message: Message) {
        if message.seq == i64::MAX {
            self.send_again(message);
            return;
        }
        self.work.update(|work| work.thread(&message.conversation_id).retry(&message.id));
        spawn_local(async move {
            let path = format!("/messages/{}/retry", message.id);
            match http::post::<_, Message>(&path, &()).await {
                Ok(known) => self.work.update(|work| work.thread(&message.conversation_id).add(known)),
                Err(failure) => {
                    self.work.update(|work| work.thread(&message.conversation_id).add(message));
                    self.explain(&failure);
                }
            }
        });
    }

    /// Takes an unsent message out of the list and its text back into the draft.
    pub(crate) fn take_back(self, message: &Message) {
        let client_id = message.client_id.clone().unwrap_or_default();
        self.work.update(|work| work.thread(&message.conversation_id).forget(&client_id));
        self.keep_outbox();
        let draft = self.drafts.with_untracked(|drafts| drafts.get(&message.conversation_id).cloned());
        let text = match draft.filter(|draft| !draft.is_empty()) {
            Some(draft) => format!("{}\n{draft}", message.text),
            None => message.text.clone(),
        };
        self.set_draft(&message.conversation_id, text);
    }

    /// What is not sent yet survives a reload; the client id makes a second send the same message.
    fn keep_outbox(self) {
        self.work.with_untracked(|work| {
            let waiting: Vec<&Message> = work.threads.values().flat_map(|thread| thread.outbox()).collect();
            if waiting.is_empty() {
                storage::write("outbox", "");
            } else {
                storage::write_json("outbox", &waiting);
            }
        });
    }

    pub(super) fn restore_outbox(self) {
        let waiting: Vec<Message> = storage::read_json("outbox").unwrap_or_default();
        let me = self.work.with_untracked(|work| work.me.as_ref().map(|me| me.agent_id.clone()));
        waiting
            .into_iter()
            .filter(|message| message.author.id == me)
            .for_each(|message| self.send_again(message));
    }

    pub(crate) fn mark_read(self, interaction: &Interaction) {
        let up_to_seq = self.work.with_untracked(|work| {
            work.threads.get(&interaction.conversation_id).map(|thread| thread.last_seq())
        });
        let last = interaction.last_message.as_ref().map(|message| message.seq);
        let Some(up_to_seq) = up_to_seq.max(last) else { return };
        let path = format!("/interactions/{}/read", interaction.id);
        self.work.update(|work| work.read(&interaction.id));
        // A lost read mark is told with the next one.
        spawn_local(async move { drop(http::tell(&path, &MarkRead { up_to_seq }).await) });
    }

    pub(crate) fn tell_typing(self, interaction: &Interaction) {
        let now = self.now_ms();
        if !interaction.typing || now - self.typed_ms.get_value() < TYPING_EVERY_MS {
            return;
        }
        self.typed_ms.set_value(now);
        let path = format!("/interactions/{}/typing", interaction.id);
        spawn_local(async move { drop(http::tell(&path, &()).await) });
    }

    pub(crate) fn attach(self, conversation_id: &str, files: Option<web_sys::FileList>) {
        let Some(files) = files else { return };
        for file in (0..files.length()).filter_map(|index| files.item(index)) {
            self.attach_file(conversation_id.to_owned(), file);
        }
    }

    fn attach_file(self, conversation_id: String, file: web_sys::File) {
        let upload = Upload { key: new_id(), name: file.name(), attachment: None };
        let key = upload.key.clone();
        self.uploads.update(|uploads| uploads.entry(conversation_id.clone()).or_default().push(upload));
        spawn_local(async move {
            match http::upload(&file).await {
                Ok(attachment) => self.uploaded(&conversation_id, &key, attachment).await,
                Err(failure) => {
                    self.drop_upload(&conversation_id, &key);
                    let failed = crate::language::fill(self.words().upload_failed, file.name());
                    match failure {
                        Failure::Refused(problem) => {
                            let why = match problem.code.as_str() {
                                "too_large" => self.words().file_too_large.to_owned(),
                                "unsupported_type" => format!("{}.", self.words().file_refused),
                                _ => problem.detail.unwrap_or(problem.title),
                            };
                            self.complain(format!("{failed} {why}"));
                        }
                        _ => self.complain(failed),
                    }
                }
            }
        });
    }

    /// Shows an upload as the server has it. While the virus scanner has not seen it, it is asked again.
    async fn uploaded(self, conversation_id: &str, key: &str, mut attachment: Attachment) {
        loop {
            let wanted = self.uploads.try_update(|uploads| {
                let mut list = uploads.get_mut(conversation_id).into_iter().flatten();
                let upload = list.find(|upload| upload.key == key)?;
                upload.attachment = Some(attachment.clone());
                attachment.id.clone().filter(|_| attachment.state == AttachmentState::Checking)
            });
            let Some(id) = wanted.flatten() else { return };
            TimeoutFuture::new(CHECK_AGAIN_MS).await;
            if let Ok(now) = http::get(&format!("/attachments/{id}/about")).await {
                attachment = now;
            }
        }
    }

    pub(crate) fn drop_upload(self, conversation_id: &str, key: &str) {
        self.uploads.update(|uploads| {
            if let Some(list) = uploads.get_mut(conversation_id) {
                list.retain(|upload| upload.key != key);
            }
        });
    }
}

/// Unlikely to come twice; the server takes a repeated one for the same message.
pub(crate) fn new_id() -> String {
    let random = js_sys::Math::random() * 4_294_967_296.0;
    format!("{:x}-{:08x}", js_sys::Date::now() as u64, random as u32)
}
