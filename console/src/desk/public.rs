//! What an agent does about public comments.

use super::{Desk, talk::new_id};
use crate::http;
use api::comment::{Comment, Deed, Moderate};
use api::interaction::Interaction;
use api::message::Message;
use api::request::SendMessage;
use leptos::prelude::*;
use leptos::task::spawn_local;

impl Desk {
    /// Has something done about a comment. That it is under way shows at once.
    pub(crate) fn moderate(self, message: &Message, deed: Deed) {
        let before = message.clone();
        let known = message.comment.clone().unwrap_or_default();
        let wished = Comment { wish: Some(deed), error: None, ..known };
        let shown = Message { comment: Some(wished), ..message.clone() };
        self.work.update(|work| work.thread(&before.conversation_id).add(shown.clone()));
        spawn_local(async move {
            let path = format!("/messages/{}/moderate", before.id);
            let answer = http::post::<_, Message>(&path, &Moderate { deed }).await;
            if let Err(failure) = &answer {
                self.explain(failure);
            }
            let known = answer.unwrap_or(before);
            self.work.update(|work| work.thread(&known.conversation_id.clone()).answered(&shown, known));
        });
    }

    /// What is written next goes to the author of the comment alone.
    pub(crate) fn begin_private(self, conversation_id: &str, comment_id: &str) {
        self.quotes.update(|quotes| {
            quotes.insert(conversation_id.to_owned(), comment_id.to_owned());
        });
        self.privately.update(|privately| {
            privately.insert(conversation_id.to_owned());
        });
    }

    pub(crate) fn end_private(self, conversation_id: &str) {
        self.privately.update(|privately| {
            privately.remove(conversation_id);
        });
    }

    pub(crate) fn is_private(self, conversation_id: &str) -> bool {
        self.privately.with(|privately| privately.contains(conversation_id))
    }

    /// Sends the one private answer to the comment that is quoted. It belongs to another conversation; what
    /// becomes of it shows at the comment.
    pub(crate) fn answer_privately(self, interaction: &Interaction, text: String) {
        let conversation_id = interaction.conversation_id.clone();
        let quoted = self.quotes.try_update(|quotes| quotes.remove(&conversation_id)).flatten();
        self.end_private(&conversation_id);
        let path = format!("/interactions/{}/messages", interaction.id);
        let body = SendMessage {
            client_id: new_id(),
            text: Some(text.clone()),
            attachments: vec![],
            in_reply_to: quoted.clone(),
            private: true,
            envelope: None,
            template: None,
        };
        spawn_local(async move {
            match http::post::<_, Message>(&path, &body).await {
                Ok(_) => self.say(self.words().private_on_its_way),
                Err(failure) => {
                    // Nothing that was written gets lost.
                    self.set_draft(&conversation_id, text);
                    if let Some(comment) = quoted {
                        self.begin_private(&conversation_id, &comment);
                    }
                    self.explain(&failure);
                }
            }
        });
    }
}
