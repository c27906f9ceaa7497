//! A public comment, beside what is said in it: whether it is hidden, liked, answered in private, and what
//! an agent may do about it.
//!
//! A wish is stored before it is performed, and the newest one counts: who hides a comment and shows it
//! again before the provider was asked wants it shown.

use crate::{
    id::MessageId,
    message::{Attachment, DeliveryError, Direction, Status},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What an agent can do about a comment beside answering it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Only its author and their friends see it from now on.
    Hide,
    Show,
    Like,
    Unlike,
    /// Takes back one of our own.
    Delete,
}

/// What a channel lets be done about comments.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moderation {
    pub deeds: Vec<Deed>,
    /// For so long a comment can be answered in private, once. `None`: never.
    pub private_answer: Option<Duration>,
}

/// What is known of one comment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Comment {
    pub hidden: bool,
    pub liked: bool,
    /// What an agent wants, and the provider has not done yet.
    pub wish: Option<Deed>,
    /// Why the last wish failed, or is not fulfilled yet.
    pub error: Option<DeliveryError>,
    pub private: Option<PrivateAnswer>,
}

/// The one private answer to a comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivateAnswer {
    pub message: MessageId,
    pub status: Status,
    pub error: Option<DeliveryError>,
}

/// The public post that comments stand under, as far as somebody who answers must know it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Post {
    /// Where people see it.
    pub url: Option<String>,
    pub text: Option<String>,
    pub picture: Option<Attachment>,
}

/// Why the rules said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the channel does not do this")]
    NotHere,
    #[error("only a comment of the business itself can be deleted")]
    NotOurs,
    #[error("that is for the comments of others")]
    NotTheirs,
    #[error("the comment was answered in private before: it takes one answer")]
    Answered,
    #[error("the time for a private answer to this comment is over")]
    TooLate,
}

impl Comment {
    /// The comment once an agent wants `deed`. `None`: it is so already.
    pub fn wished(
        &self,
        moderation: &Moderation,
        whose: Direction,
        deed: Deed,
    ) -> Result<Option<Comment>, Refusal> {
        if !moderation.deeds.contains(&deed) {
            return Err(Refusal::NotHere);
        }
        match (deed, whose) {
            (Deed::Delete, Direction::In) => return Err(Refusal::NotOurs),
            (Deed::Hide | Deed::Show | Deed::Like | Deed::Unlike, Direction::Out) => {
                return Err(Refusal::NotTheirs);
            }
            _ => {}
        }
        // Something else is under way: what was so may not be so for long.
        if self.wish == Some(deed) || self.wish.is_none() && self.is(deed) {
            return Ok(None);
        }
        Ok(Some(Comment { wish: Some(deed), error: None, ..self.clone() }))
    }

    fn is(&self, deed: Deed) -> bool {
        match deed {
            Deed::Hide => self.hidden,
            Deed::Show => !self.hidden,
            Deed::Like => self.liked,
            Deed::Unlike => !self.liked,
            Deed::Delete => false,
        }
    }

    /// The provider did `deed`. A newer wish stays.
    #[must_use]
    pub fn done(&self, deed: Deed) -> Comment {
        let mut comment = self.clone();
        match deed {
            Deed::Hide => comment.hidden = true,
            Deed::Show => comment.hidden = false,
            Deed::Like => comment.liked = true,
            Deed::Unlike => comment.liked = false,
            Deed::Delete => {}
        }
        if comment.wish == Some(deed) {
            comment.wish = None;
            comment.error = None;
        }
        comment
    }

    /// The provider refused `deed` for good.
    #[must_use]
    pub fn refused(&self, deed: Deed, error: DeliveryError) -> Comment {
        if self.wish != Some(deed) {
            return self.clone();
        }
        Comment { wish: None, error: Some(error), ..self.clone() }
    }

    /// Whether a private answer to it, said at `at`, may begin now. One that failed does not count.
    pub fn answerable(&self, moderation: &Moderation, at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
        let within = moderation.private_answer.ok_or(Refusal::NotHere)?;
        match &self.private {
            Some(answer) if answer.status != Status::Failed => Err(Refusal::Answered),
            _ if at + within <= now => Err(Refusal::TooLate),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Deed::{Delete, Hide, Like, Show, Unlike};

    const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    fn all() -> Moderation {
        Moderation { deeds: vec![Hide, Show, Like, Unlike, Delete], private_answer: Some(WEEK) }
    }

    fn wishing(wish: Option<Deed>, hidden: bool) -> Comment {
        Comment { wish, hidden, ..Comment::default() }
    }

    #[test]
    fn the_newest_wish_counts() {
        let check = |before: Comment, deed, expected: Option<Option<Deed>>| {
            let after = before.wished(&all(), Direction::In, deed).expect("allowed");
            assert_eq!(after.map(|after| after.wish), expected, "{before:?} {deed:?}");
        };
        check(wishing(None, false), Hide, Some(Some(Hide)));
        check(wishing(None, true), Hide, None);
        check(wishing(None, false), Show, None);
        check(wishing(Some(Hide), false), Hide, None);
        check(wishing(Some(Hide), false), Show, Some(Some(Show)));
        check(wishing(None, false), Like, Some(Some(Like)));
        check(wishing(None, false), Unlike, None);
    }

    #[test]
    fn what_is_ours_is_deleted_and_what_is_theirs_is_hidden() {
        let none = Moderation::default();
        for (moderation, whose, deed, expected) in [
            (&all(), Direction::In, Delete, Refusal::NotOurs),
            (&all(), Direction::Out, Hide, Refusal::NotTheirs),
            (&all(), Direction::Out, Like, Refusal::NotTheirs),
            (&none, Direction::In, Hide, Refusal::NotHere),
            (&none, Direction::Out, Delete, Refusal::NotHere),
        ] {
            assert_eq!(Comment::default().wished(moderation, whose, deed), Err(expected), "{deed:?}");
        }
        assert!(Comment::default().wished(&all(), Direction::Out, Delete).is_ok());
    }

    #[test]
    fn an_outcome_is_of_the_wish_that_it_was_for() {
        let error = || DeliveryError::new("100", "no");
        assert_eq!(wishing(Some(Hide), false).done(Hide), wishing(None, true));
        assert_eq!(wishing(Some(Show), false).done(Hide), wishing(Some(Show), true), "a newer one waits");
        assert_eq!(wishing(Some(Show), true).refused(Hide, error()), wishing(Some(Show), true));
        let refused = wishing(Some(Hide), false).refused(Hide, error());
        assert_eq!((refused.wish, refused.hidden, refused.error), (None, false, Some(error())));
    }

    #[test]
    fn one_private_answer_within_its_time() {
        let (at, day) = (Timestamp(1000), Duration::from_secs(24 * 60 * 60));
        let answered = |status| Comment {
            private: Some(PrivateAnswer { message: "m".into(), status, error: None }),
            ..Comment::default()
        };
        for (comment, now, expected) in [
            (Comment::default(), at + day, Ok(())),
            (Comment::default(), at + WEEK, Err(Refusal::TooLate)),
            (answered(Status::Sending), at + day, Err(Refusal::Answered)),
            (answered(Status::Unknown), at + day, Err(Refusal::Answered)),
            (answered(Status::Failed), at + day, Ok(())),
            (answered(Status::Failed), at + WEEK, Err(Refusal::TooLate)),
        ] {
            assert_eq!(comment.answerable(&all(), at, now), expected, "{comment:?}");
        }
        let never = Moderation { private_answer: None, ..all() };
        assert_eq!(Comment::default().answerable(&never, at, at), Err(Refusal::NotHere));
    }
}
