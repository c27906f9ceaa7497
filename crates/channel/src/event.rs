//! What happened on a channel, in one shape for all of them.
//!
//! [`InboundEvent::to_json`] is a contract: it is what `centralita inspect` prints.

use domain::{
    consent::Consent,
    contact::Identity,
    id::AccountId,
    message::{Attachment, Content, DeliveryError, Status},
    part::Place,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use shell::inbound::Opening;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Somebody wrote. With `echo` the business itself did, from another app.
    Message,
    /// What became of a message of ours. Never opens a conversation.
    Status,
    Reaction,
    Edit,
    Delete,
    /// A public reply to a post of the business. With an `extra.type` that ends in `.edit` or
    /// `.delete` it changes the comment that `provider_id` names.
    Comment,
    /// A public post that names the business.
    Mention,
    /// The provider checks that the address is ours.
    Verification,
    /// Known to have happened, not known what it means: shown as such.
    Unsupported,
    /// The contact is typing.
    Typing,
    /// The contact closed the conversation.
    Ended,
    /// The contact said who they are.
    Identified,
    /// The contact wants what was said by e-mail, to the address among `contact`.
    Transcript,
}

/// One event of a webhook.
#[derive(Debug, Clone, PartialEq)]
pub struct InboundEvent {
    pub kind: EventKind,
    pub channel: String,
    /// Which of the business's own addresses it is for, in the provider's words.
    pub account: String,
    /// What the provider calls it. Of a status: the message that it is about, unless the report is a
    /// message with an id of its own and `in_reply_to` says so.
    pub provider_id: Option<String>,
    /// Who did it. Of a status: whose device it reports.
    pub from: Option<Sender>,
    pub at: Option<Timestamp>,
    pub text: Option<String>,
    pub attachments: Vec<Attachment>,
    /// What it replies to, or which message it edits, deletes or reacts to.
    pub in_reply_to: Option<String>,
    /// The provider's word for a status: see [`InboundEvent::delivery`].
    pub status: Option<String>,
    pub error: Option<DeliveryError>,
    /// What only this channel has.
    pub extra: Map<String, Value>,

    /// Equal for two deliveries of the same event: unique within an account.
    pub key: String,
    /// The business's own doing, from another app. Never the customer's, never for the bot.
    pub echo: bool,
    /// About the contact and not from them: shown in the conversation, and starts nothing.
    pub notice: bool,
    /// Within what the provider's ids are unique, where that is not the whole account: a chat. They are
    /// printed as they were sent and stored as `scope/id`.
    pub scope: Option<String>,
    /// The name of the group that the conversation is with: the contact is all of it, and `from` one of
    /// the people who write there.
    pub group: Option<String>,
    /// The public post that a comment stands under: its own conversation with whoever wrote it.
    pub thread: Option<String>,
    /// Everything that identifies the contact it concerns, surest first. A provider may leave out
    /// any of them tomorrow, so none of them is *the* key.
    pub contact: Vec<Identity>,
    /// The provider's own shape of what has none here: a contact card, an order.
    pub data: Map<String, Value>,
    /// What it is beyond text and files: a place, a letter. Printed as members of `extra`.
    pub shape: Option<Content>,
    /// Our id of the message, where the provider gives back what we sent along; of a message of the
    /// contact, the one that it answers.
    pub message_id: Option<String>,
    /// What it says about being written to. Printed as `extra.opt`.
    pub consent: Option<Consent>,
    /// The provider's templates are not what they were.
    pub templates_changed: bool,
    /// Of a long text that comes in parts: which of them. The center joins them.
    pub part: Option<Place>,
    /// What is known of the work that it brings.
    pub opening: Opening,
    /// Nobody proves that it is from `contact`: they only say so.
    pub claimed: bool,
    /// What the channel vouches for when somebody says who they are.
    pub vouched: Vec<Identity>,
    /// The account, perhaps of another channel, that the conversation belongs to and that answers.
    pub answered_by: Option<AccountId>,
}

/// Who did something, as the provider names them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sender {
    pub scheme: String,
    pub id: String,
    pub name: Option<String>,
}

impl InboundEvent {
    pub fn new(kind: EventKind, channel: &str, account: &str) -> Self {
        InboundEvent {
            kind,
            channel: channel.to_owned(),
            account: account.to_owned(),
            provider_id: None,
            from: None,
            at: None,
            text: None,
            attachments: Vec::new(),
            in_reply_to: None,
            status: None,
            error: None,
            extra: Map::new(),
            key: String::new(),
            echo: false,
            notice: false,
            scope: None,
            group: None,
            thread: None,
            contact: Vec::new(),
            data: Map::new(),
            shape: None,
            message_id: None,
            consent: None,
            templates_changed: false,
            part: None,
            opening: Opening::default(),
            claimed: false,
            vouched: Vec::new(),
            answered_by: None,
        }
    }

    /// The provider's id of a message as we know it: unique in the account.
    pub fn known_as(&self, id: String) -> String {
        match &self.scope {
            Some(scope) => format!("{scope}/{id}"),
            None => id,
        }
    }

    /// What is stored and shown of a message.
    pub fn content(&self) -> Content {
        let text = self.text.clone();
        if let Some(shape) = &self.shape {
            return shape.clone();
        }
        if self.kind == EventKind::Unsupported {
            Content::Unsupported { text: text.unwrap_or_default() }
        } else if !self.attachments.is_empty() {
            Content::Media { text, attachments: self.attachments.clone() }
        } else if !self.data.is_empty() {
            Content::Rich { text: text.unwrap_or_default(), data: self.data.clone() }
        } else {
            Content::Text { text: text.unwrap_or_default() }
        }
    }

    /// The report that folds into a message's status; `None` for a word that says nothing about it.
    pub fn delivery(&self) -> Option<Status> {
        match self.status.as_deref()? {
            "sent" => Some(Status::Sent),
            "delivered" => Some(Status::Delivered),
            "read" => Some(Status::Read),
            "played" => Some(Status::Played),
            "failed" => Some(Status::Failed),
            _ => None,
        }
    }

    /// The event as `centralita inspect` prints it. Every name of the contract is there, `null` when
    /// it does not apply.
    pub fn to_json(&self) -> Value {
        let mut extra = self.data.clone();
        extra.extend(self.extra.clone());
        if let Some(Value::Object(shape)) = self.shape.as_ref().map(|shape| json!(shape)) {
            let printed = ["kind", "text", "attachments"];
            extra.extend(shape.into_iter().filter(|(name, _)| !printed.contains(&name.as_str())));
        }
        if self.echo {
            extra.insert("echo".to_owned(), Value::Bool(true));
        }
        if !self.contact.is_empty() {
            extra.insert("contact".to_owned(), json!(self.contact));
        }
        if let Some(thread) = &self.thread {
            extra.insert("thread".to_owned(), Value::String(thread.clone()));
        }
        if !self.opening.attributes.is_empty() {
            extra.insert("attributes".to_owned(), json!(self.opening.attributes));
        }
        if !self.vouched.is_empty() {
            extra.insert("vouched".to_owned(), json!(self.vouched));
        }
        if self.claimed {
            extra.insert("claimed".to_owned(), Value::Bool(true));
        }
        if let Some(id) = &self.message_id {
            extra.insert("message_id".to_owned(), Value::String(id.clone()));
        }
        if let Some(consent) = self.consent {
            extra.insert("opt".to_owned(), Value::String(consent.as_str().to_owned()));
        }
        if let Some(Place { reference, number, total }) = &self.part {
            extra.insert("ref".to_owned(), json!(reference));
            extra.insert("part".to_owned(), json!(number));
            extra.insert("total".to_owned(), json!(total));
        }
        json!({
            "kind": self.kind,
            "channel": self.channel,
            "account": self.account,
            "provider_id": self.provider_id,
            "from": self.from,
            "at": self.at.and_then(rfc3339),
            "text": self.text,
            "attachments": self.attachments,
            "in_reply_to": self.in_reply_to,
            "status": self.status,
            "error": self.error,
            "extra": extra,
        })
    }
}

/// `None` for an instant outside the years that the format can write.
fn rfc3339(at: Timestamp) -> Option<String> {
    jiff::Timestamp::from_millisecond(at.0).ok().map(|at| at.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_s_names_are_always_there() {
        let mut event = InboundEvent::new(EventKind::Message, "pigeon", "12");
        event.at = Some(Timestamp(1_697_043_666_000));
        event.contact = vec![Identity::new("ring", "7")];
        assert_eq!(
            event.to_json(),
            json!({
                "kind": "message", "channel": "pigeon", "account": "12", "provider_id": null, "from": null,
                "at": "2023-10-11T17:01:06Z", "text": null, "attachments": [], "in_reply_to": null,
                "status": null, "error": null, "extra": {"contact": [{"scheme": "ring", "value": "7"}]}
            })
        );
    }

    #[test]
    fn an_impossible_instant_is_left_out() {
        assert_eq!(rfc3339(Timestamp(i64::MAX)), None);
    }
}
