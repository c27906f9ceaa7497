//! What can be done about a public comment now, for the buttons below it. Pure.

use api::comment::{Deed, Moderation};
use api::message::{Direction, Message, MessageStatus};

/// Whether the comment can still be answered in private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Private {
    /// The channel has no such thing, or it is no comment of the contact's.
    None,
    /// For so long, in milliseconds.
    Open(i64),
    Over,
    /// It was answered, and this is what became of it.
    Answered(MessageStatus),
    /// The answer failed, and another one may be sent for so long.
    Failed(i64),
}

/// The deeds that make sense for `message`, in the order of their buttons.
pub fn deeds(moderation: &Moderation, message: &Message) -> Vec<Deed> {
    if !is_there(message) {
        return Vec::new();
    }
    let comment = message.comment.clone().unwrap_or_default();
    let sensible: &[Deed] = match message.direction {
        Direction::Out => &[Deed::Delete],
        Direction::In => match (comment.hidden, comment.liked) {
            (false, false) => &[Deed::Hide, Deed::Like],
            (false, true) => &[Deed::Hide, Deed::Unlike],
            (true, false) => &[Deed::Show, Deed::Like],
            (true, true) => &[Deed::Show, Deed::Unlike],
        },
    };
    sensible.iter().copied().filter(|deed| moderation.deeds.contains(deed)).collect()
}

pub fn private(moderation: &Moderation, message: &Message, now_ms: i64) -> Private {
    let Some(within) = moderation.private_answer_ms.filter(|_| is_there(message)) else {
        return Private::None;
    };
    if message.direction == Direction::Out {
        return Private::None;
    }
    let left = message.at_ms + within - now_ms;
    let answer = message.comment.as_ref().and_then(|comment| comment.private_answer.as_ref());
    match answer.map(|answer| answer.status) {
        Some(MessageStatus::Failed) if left > 0 => Private::Failed(left),
        Some(status) => Private::Answered(status),
        None if left > 0 => Private::Open(left),
        None => Private::Over,
    }
}

/// The provider knows it, and it was not taken back.
fn is_there(message: &Message) -> bool {
    let underway = matches!(message.status, Some(MessageStatus::Sending | MessageStatus::Failed));
    !message.deleted && !underway && message.seq != i64::MAX
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::comment::{Comment, PrivateAnswer};
    use api::message::{Author, AuthorKind, MessageKind};

    fn all() -> Moderation {
        let deeds = vec![Deed::Hide, Deed::Show, Deed::Like, Deed::Unlike, Deed::Delete];
        Moderation { deeds, private_answer_ms: Some(1000) }
    }

    fn message(direction: Direction, comment: Comment) -> Message {
        Message {
            id: "m".to_owned(),
            conversation_id: "c".to_owned(),
            interaction_id: None,
            seq: 1,
            direction,
            author: Author { kind: AuthorKind::Contact, id: None, name: None },
            kind: MessageKind::Text,
            text: "Hola".to_owned(),
            options: vec![],
            attachments: vec![],
            reply_to: None,
            reaction: None,
            edited: false,
            deleted: false,
            at_ms: 5000,
            status: None,
            error: None,
            comment: Some(comment),
            letter: None,
            client_id: None,
        }
    }

    #[test]
    fn each_button_is_the_way_to_the_other_state() {
        let check = |direction, hidden, liked, expected: &[Deed]| {
            let shown = message(direction, Comment { hidden, liked, ..Comment::default() });
            assert_eq!(deeds(&all(), &shown), expected, "{direction:?} {hidden} {liked}");
        };
        check(Direction::In, false, false, &[Deed::Hide, Deed::Like]);
        check(Direction::In, true, true, &[Deed::Show, Deed::Unlike]);
        check(Direction::Out, false, false, &[Deed::Delete]);
        let gone = Message { deleted: true, ..message(Direction::Out, Comment::default()) };
        assert_eq!(deeds(&all(), &gone), []);
        let sending =
            Message { status: Some(MessageStatus::Sending), ..message(Direction::Out, Comment::default()) };
        assert_eq!(deeds(&all(), &sending), [], "nobody knows it yet");
        let no_likes = Moderation { deeds: vec![Deed::Hide], private_answer_ms: None };
        assert_eq!(deeds(&no_likes, &message(Direction::In, Comment::default())), [Deed::Hide]);
    }

    #[test]
    fn one_private_answer_while_there_is_time() {
        let answered = |status| Comment {
            private_answer: Some(PrivateAnswer { status, error: None }),
            ..Comment::default()
        };
        let check = |comment: Comment, now, expected| {
            assert_eq!(private(&all(), &message(Direction::In, comment), now), expected);
        };
        check(Comment::default(), 5400, Private::Open(600));
        check(Comment::default(), 6000, Private::Over);
        check(answered(MessageStatus::Sent), 5400, Private::Answered(MessageStatus::Sent));
        check(answered(MessageStatus::Failed), 5400, Private::Failed(600));
        check(answered(MessageStatus::Failed), 6000, Private::Answered(MessageStatus::Failed));
        let ours = message(Direction::Out, Comment::default());
        assert_eq!(private(&all(), &ours, 5400), Private::None);
        let never = Moderation { private_answer_ms: None, ..all() };
        assert_eq!(private(&never, &message(Direction::In, Comment::default()), 5400), Private::None);
    }
}
