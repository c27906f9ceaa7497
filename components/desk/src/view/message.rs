//! Messages and their files.

use super::Center;
use crate::letter::has_remote_pictures;
use api::message::{
    Attachment, AttachmentState, Author, AuthorKind, DeliveryError, Direction, Letter, Message, MessageKind,
    MessageOption, MessageStatus, Reason, Trust,
};
use domain::{
    file::Hold,
    message::{self as said, Content},
    reason::Reason as Why,
};
use store::message as stored;

pub fn message(message: &stored::Message, center: &Center) -> Message {
    let (kind, text, options, attachments) = content(&message.content);
    Message {
        id: message.id.0.clone(),
        conversation_id: message.conversation.0.clone(),
        interaction_id: message.interaction.as_ref().map(|id| id.0.clone()),
        seq: super::signed(message.seq),
        direction: match message.direction {
            said::Direction::In => Direction::In,
            said::Direction::Out => Direction::Out,
        },
        author: author(&message.author, center),
        kind,
        text,
        options,
        attachments,
        letter: match &message.content {
            Content::Letter(written) => Some(letter(message, written)),
            _ => None,
        },
        reply_to: message.reply_to.as_ref().map(|id| id.0.clone()),
        reaction: message.reaction.clone(),
        edited: message.edited,
        deleted: message.deleted,
        at_ms: message.at.0,
        status: message.status.map(status),
        error: message.error.as_ref().map(error),
        comment: None,
        client_id: message.client_id.clone(),
    }
}

fn letter(message: &stored::Message, letter: &said::Letter) -> Letter {
    let of = |what: &str| format!("/api/messages/{}/{what}", message.id);
    let heard = message.direction == said::Direction::In;
    let from = letter.from.as_deref().map(|from| bare(from).to_owned());
    let said::Authentication { spf, dkim, dmarc } = &letter.authentication;
    let results = [("SPF", spf), ("DKIM", dkim), ("DMARC", dmarc)];
    let results = results.iter().filter_map(|(name, result)| Some(format!("{name}: {}", result.as_ref()?)));
    let results: Vec<String> = results.collect();
    Letter {
        subject: letter.subject.clone(),
        from: letter.from.clone(),
        to: letter.to.clone(),
        cc: letter.cc.clone(),
        quoted: letter.quoted.clone(),
        answer_to: letter.reply_to.clone().or(from).filter(|_| heard),
        others: letter.others.clone(),
        page: letter.html.as_ref().map(|_| of("letter")),
        remote_pictures: letter.html.as_deref().is_some_and(has_remote_pictures),
        trust: heard.then(|| match letter.authentication.trust() {
            said::Trust::Proven => Trust::Proven,
            said::Trust::Forged => Trust::Forged,
            said::Trust::Unknown => Trust::Unknown,
        }),
        authentication: Some(results.join(", ")).filter(|text| !text.is_empty()),
        automatic: letter.automatic.is_some(),
        original: letter.original.as_ref().map(|_| of("original")),
    }
}

/// The address of `Ana <ana@mail.example>`.
fn bare(from: &str) -> &str {
    from.rsplit_once('<').map_or(from, |(_, address)| address.trim_end_matches('>'))
}

pub(crate) fn status(status: said::Status) -> MessageStatus {
    match status {
        said::Status::Sending => MessageStatus::Sending,
        said::Status::Unknown => MessageStatus::Unknown,
        said::Status::Sent => MessageStatus::Sent,
        said::Status::Delivered => MessageStatus::Delivered,
        said::Status::Read => MessageStatus::Read,
        said::Status::Played => MessageStatus::Played,
        said::Status::Failed => MessageStatus::Failed,
    }
}

pub(crate) fn error(error: &said::DeliveryError) -> DeliveryError {
    DeliveryError { code: error.code.clone(), text: error.text.clone(), reason: error.reason.map(reason) }
}

fn reason(reason: Why) -> Reason {
    match reason {
        Why::OptedOut => Reason::OptedOut,
        Why::NoAdvertising => Reason::NoAdvertising,
        Why::Blocked => Reason::Blocked,
        Why::WindowClosed => Reason::WindowClosed,
        Why::NoSuchPerson => Reason::NoSuchPerson,
        Why::Unreachable => Reason::Unreachable,
        Why::Gone => Reason::Gone,
        Why::AnswerSpent => Reason::AnswerSpent,
        Why::BadMessage => Reason::BadMessage,
        Why::BadFile => Reason::BadFile,
        Why::BadTemplate => Reason::BadTemplate,
        Why::HeldElsewhere => Reason::HeldElsewhere,
        Why::TakenForSpam => Reason::TakenForSpam,
        Why::TooMany => Reason::TooMany,
        Why::TooManyToThem => Reason::TooManyToThem,
        Why::AccountRefused => Reason::AccountRefused,
        Why::ProviderTrouble => Reason::ProviderTrouble,
        Why::NoAnswer => Reason::NoAnswer,
    }
}

/// Our own address for a file; never the provider's, which may carry a token.
pub fn attachment(file: &said::Attachment) -> Attachment {
    let state = match file {
        said::Attachment { hold: Some(hold), .. } => match hold {
            Hold::Waiting => AttachmentState::Checking,
            Hold::Infected => AttachmentState::Infected,
            Hold::Refused => AttachmentState::Refused,
            Hold::Lost => AttachmentState::Failed,
        },
        said::Attachment { id: Some(_), .. } => AttachmentState::Stored,
        said::Attachment { url: None, provider_ref: None, .. } => AttachmentState::Failed,
        _ => AttachmentState::Fetching,
    };
    Attachment {
        id: file.id.clone(),
        kind: file.kind.clone(),
        inline: file.content_id.is_some(),
        mime: file.mime.clone(),
        name: file.name.clone(),
        size: file.size,
        url: file.id.as_ref().filter(|_| file.hold.is_none()).map(|id| format!("/api/attachments/{id}")),
        state,
    }
}

fn author(author: &said::Author, center: &Center) -> Author {
    let kind = match author {
        said::Author::Contact => AuthorKind::Contact,
        said::Author::Bot => AuthorKind::Bot,
        said::Author::System => AuthorKind::System,
        said::Author::Agent(id) => {
            let agent = center.agent(id);
            return Author { kind: AuthorKind::Agent, id: Some(agent.id), name: Some(agent.name) };
        }
    };
    Author { kind, id: None, name: None }
}

fn content(content: &Content) -> (MessageKind, String, Vec<MessageOption>, Vec<Attachment>) {
    match content {
        Content::Text { text } => (MessageKind::Text, text.clone(), vec![], vec![]),
        Content::Template(template) => {
            let files = template.header.iter().map(attachment).collect();
            (MessageKind::Text, template.text.clone(), vec![], files)
        }
        Content::Location(_) => (MessageKind::Text, content.words(), vec![], vec![]),
        Content::Card(_) | Content::Letter(_) => (
            MessageKind::Media,
            content.words(),
            vec![],
            content.attachments().iter().map(attachment).collect(),
        ),
        Content::Rich { text, .. } => (MessageKind::Rich, text.clone(), vec![], vec![]),
        Content::Unsupported { text } => (MessageKind::Unsupported, text.clone(), vec![], vec![]),
        Content::Menu(menu) => {
            let option = |option: &said::MenuOption| MessageOption {
                id: option.id.clone(),
                title: option.title.clone(),
            };
            (MessageKind::Menu, menu.text.clone(), menu.options.iter().map(option).collect(), vec![])
        }
        Content::Media { text, attachments } => {
            let files = attachments.iter().map(attachment).collect();
            (MessageKind::Media, text.clone().unwrap_or_default(), vec![], files)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_ours_on_its_way_or_lost() {
        let file = |id: Option<&str>, provider_ref: Option<&str>| said::Attachment {
            id: id.map(str::to_owned),
            kind: "image".to_owned(),
            url: provider_ref.map(|_| "https://provider.example/?token=s3cret".to_owned()),
            provider_ref: provider_ref.map(str::to_owned),
            ..said::Attachment::default()
        };
        let held = |hold| said::Attachment { hold: Some(hold), ..file(Some("a1"), Some("9")) };
        for (file, state, url) in [
            (file(Some("a1"), None), AttachmentState::Stored, Some("/api/attachments/a1")),
            (file(Some("a1"), Some("9")), AttachmentState::Stored, Some("/api/attachments/a1")),
            (file(None, Some("9")), AttachmentState::Fetching, None),
            (file(None, None), AttachmentState::Failed, None),
            (held(Hold::Waiting), AttachmentState::Checking, None),
            (held(Hold::Infected), AttachmentState::Infected, None),
            (held(Hold::Refused), AttachmentState::Refused, None),
            (held(Hold::Lost), AttachmentState::Failed, None),
        ] {
            let shown = attachment(&file);
            assert_eq!((shown.state, shown.url.as_deref()), (state, url), "{file:?}");
        }
    }
}
