//! Public comments and the posts above them.

use super::{attachment, message, millis};
use api::comment::{Comment, Deed, Moderation, Post, PrivateAnswer};
use domain::comment as known;

pub fn comment(comment: &known::Comment) -> Comment {
    Comment {
        hidden: comment.hidden,
        liked: comment.liked,
        wish: comment.wish.map(shown),
        error: comment.error.as_ref().map(message::error),
        private_answer: comment.private.as_ref().map(|answer| PrivateAnswer {
            status: message::status(answer.status),
            error: answer.error.as_ref().map(message::error),
        }),
    }
}

pub fn moderation(moderation: &known::Moderation) -> Moderation {
    Moderation {
        deeds: moderation.deeds.iter().copied().map(shown).collect(),
        private_answer_ms: moderation.private_answer.map(millis),
    }
}

pub fn post(post: &known::Post) -> Post {
    Post { url: post.url.clone(), text: post.text.clone(), picture: post.picture.as_ref().map(attachment) }
}

/// What a request asks for.
pub fn deed(deed: Deed) -> known::Deed {
    match deed {
        Deed::Hide => known::Deed::Hide,
        Deed::Show => known::Deed::Show,
        Deed::Like => known::Deed::Like,
        Deed::Unlike => known::Deed::Unlike,
        Deed::Delete => known::Deed::Delete,
    }
}

fn shown(deed: known::Deed) -> Deed {
    match deed {
        known::Deed::Hide => Deed::Hide,
        known::Deed::Show => Deed::Show,
        known::Deed::Like => Deed::Like,
        known::Deed::Unlike => Deed::Unlike,
        known::Deed::Delete => Deed::Delete,
    }
}
