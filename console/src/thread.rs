//! The messages of one conversation as the desk knows them, with what it is still sending.
//!
//! A message that is sent stands in the list at once, under the client id it was given here. The
//! server's copy, which may come by the answer to the call or by the stream, whichever is first,
//! takes its place: [`key`] stays the same, so nothing on the screen moves.

use api::event::MessageStatusChanged;
use api::message::{DeliveryError, Message, MessagePage, MessageStatus};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Thread {
    /// By ascending `seq`.
    messages: Vec<Message>,
    /// Sent from here and not known by the server yet, oldest first.
    outbox: Vec<Message>,
    /// The server has older ones.
    pub more: bool,
    /// The newest page was fetched. Before that, events alone make no whole thread.
    pub loaded: bool,
}

/// What identifies a message on the screen, before and after the server knows it.
pub fn key(message: &Message) -> &str {
    message.client_id.as_deref().unwrap_or(&message.id)
}

/// Why a message that left did not reach everybody whom it is for.
pub fn missed(message: &Message) -> Option<&DeliveryError> {
    let left = (MessageStatus::Sent..MessageStatus::Failed).contains(&message.status?);
    message.error.as_ref().filter(|_| left)
}

impl Thread {
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Message> + Clone {
        self.messages.iter().chain(&self.outbox)
    }

    pub fn find(&self, id: &str) -> Option<&Message> {
        self.all().find(|message| message.id == id)
    }

    pub fn by_key(&self, wanted: &str) -> Option<&Message> {
        self.all().rev().find(|message| key(message) == wanted)
    }

    pub fn last_seq(&self) -> i64 {
        self.messages.last().map_or(0, |message| message.seq)
    }

    pub fn first_seq(&self) -> Option<i64> {
        self.messages.first().map(|message| message.seq)
    }

    /// Whether all of one piece of work is here, as far as what is loaded tells.
    pub fn reaches(&self, interaction_id: &str) -> bool {
        let first = self.messages.first().and_then(|message| message.interaction_id.as_deref());
        let known =
            self.messages.iter().any(|message| message.interaction_id.as_deref() == Some(interaction_id));
        !self.more || (known && first != Some(interaction_id))
    }

    pub fn failed(&self) -> impl Iterator<Item = &Message> {
        self.all().filter(|message| message.status == Some(MessageStatus::Failed))
    }

    pub fn outbox(&self) -> &[Message] {
        &self.outbox
    }

    /// A message that the server tells of: new, or changed since.
    pub fn add(&mut self, mut message: Message) {
        if message.client_id.is_some() {
            self.outbox.retain(|sent| sent.client_id != message.client_id);
        }
        match self.messages.iter_mut().find(|known| known.id == message.id) {
            Some(known) => {
                message.status = later(known.status, message.status);
                *known = message;
            }
            None => {
                let place = self.messages.partition_point(|known| known.seq < message.seq);
                self.messages.insert(place, message);
            }
        }
    }

    /// What the server answered to a wish about a message that is shown as `wished`. If it is shown differently by
    /// now, the event stream was faster and knows better.
    pub fn answered(&mut self, wished: &Message, message: Message) {
        if self.messages.contains(wished) {
            self.add(message);
        }
    }

    /// The newest page, at the start or after a gap. What is known and does not touch it is let go:
    /// a hole in a conversation must not look like silence.
    pub fn newest(&mut self, page: MessagePage) {
        let reaches_back = page.messages.first().is_some_and(|first| first.seq <= self.last_seq());
        if !reaches_back || !self.loaded {
            // An empty page leaves no hole: whatever is known was said after it.
            let beginning = page.messages.first().map_or(i64::MIN, |first| first.seq);
            self.messages.retain(|known| known.seq >= beginning);
            self.more = page.more;
        }
        self.loaded = true;
        page.messages.into_iter().for_each(|message| self.add(message));
    }

    pub fn older(&mut self, page: MessagePage) {
        self.more = page.more;
        page.messages.into_iter().for_each(|message| self.add(message));
    }

    pub fn change_status(&mut self, change: &MessageStatusChanged) {
        if let Some(message) = self.messages.iter_mut().find(|known| known.id == change.message_id) {
            message.status = after_report(message.status, change.status);
            message.error = match message.status {
                Some(MessageStatus::Failed) => change.error.clone().or(message.error.take()),
                _ => change.error.clone(),
            };
        }
    }

    /// Puts a message into the list before the server knows it, or a failed one back on its way.
    pub fn send(&mut self, message: Message) {
        self.outbox.retain(|sent| sent.client_id != message.client_id);
        self.outbox.push(message);
    }

    /// The call did not get through. The message stays, with its text and a way to try again.
    pub fn fail(&mut self, client_id: &str, error: DeliveryError) {
        let sent = self.outbox.iter_mut().find(|sent| sent.client_id.as_deref() == Some(client_id));
        if let Some(message) = sent {
            message.status = Some(MessageStatus::Failed);
            message.error = Some(error);
        }
    }

    /// A message that the server has is tried again on its side.
    pub fn retry(&mut self, message_id: &str) {
        if let Some(message) = self.messages.iter_mut().find(|known| known.id == message_id) {
            message.status = Some(MessageStatus::Sending);
            message.error = None;
        }
    }

    pub fn forget(&mut self, client_id: &str) {
        self.outbox.retain(|sent| sent.client_id.as_deref() != Some(client_id));
    }
}

/// Of two copies of one message the one that is further on is right: the answer to a call may be
/// older than what the stream has told.
fn later(known: Option<MessageStatus>, copy: Option<MessageStatus>) -> Option<MessageStatus> {
    match (known, copy) {
        (Some(MessageStatus::Failed), Some(MessageStatus::Sending)) => known,
        (Some(MessageStatus::Failed), copy) => copy.or(known),
        _ => known.max(copy),
    }
}

/// Reports come out of order: one never goes back, except that a failed message may be tried again,
/// and what has reached the contact cannot fail any more.
fn after_report(known: Option<MessageStatus>, report: MessageStatus) -> Option<MessageStatus> {
    match known {
        None | Some(MessageStatus::Failed) => Some(report),
        Some(reached) if report == MessageStatus::Failed && reached >= MessageStatus::Delivered => known,
        Some(known) => Some(known.max(report)),
    }
}

/// What one line of the conversation's list is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Row {
    /// A new day; the number is that of its first message's instant.
    Day(i64),
    /// Another piece of work begins, on the same day.
    Interaction(String),
    /// The message with this key; `opens` when it is the first of its author's.
    Message { key: String, opens: bool },
}

/// Messages by one author within this time stand together under one name.
const TOGETHER_MS: i64 = 3 * 60_000;

/// `day_of` tells days apart where the reader is; `only` leaves out what belongs to other work.
pub fn rows(thread: &Thread, only: Option<&str>, day_of: impl Fn(i64) -> i64) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut before: Option<&Message> = None;
    let wanted = |message: &&Message| only.is_none() || message.interaction_id.as_deref() == only;
    for message in thread.all().filter(wanted) {
        let new_day = before.is_none_or(|last| day_of(last.at_ms) != day_of(message.at_ms));
        let new_work = before.is_some_and(|last| {
            last.interaction_id.is_some()
                && message.interaction_id.is_some()
                && last.interaction_id != message.interaction_id
        });
        if new_day {
            rows.push(Row::Day(message.at_ms));
        }
        if new_work && let Some(interaction) = &message.interaction_id {
            rows.push(Row::Interaction(interaction.clone()));
        }
        let opens = new_day
            || new_work
            || before
                .is_none_or(|last| last.author != message.author || message.at_ms - last.at_ms > TOGETHER_MS);
        rows.push(Row::Message { key: key(message).to_owned(), opens });
        before = Some(message);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::comment::{Comment, Deed};
    use api::message::{Author, AuthorKind, Direction, MessageKind};

    #[test]
    fn a_sent_message_becomes_the_servers_whichever_copy_comes_first() {
        let answer = || Message { client_id: Some("x".into()), ..message("m1", 1) };
        let sent = || Message { client_id: Some("x".into()), ..message("x", i64::MAX) };
        let mut thread = Thread::default();
        thread.send(sent());
        let before: Vec<_> = rows(&thread, None, |_| 0);
        thread.add(answer());
        thread.add(Message { status: Some(MessageStatus::Sending), ..answer() });
        assert_eq!(thread.all().map(|known| known.id.as_str()).collect::<Vec<_>>(), ["m1"]);
        assert_eq!(rows(&thread, None, |_| 0), before, "nothing moves on the screen");
    }

    #[test]
    fn an_answer_that_the_stream_has_overtaken_changes_nothing() {
        let comment = |hidden, wish| Some(Comment { hidden, wish, ..Comment::default() });
        let wished = || Message { comment: comment(true, Some(Deed::Show)), ..message("m1", 1) };
        let shown = || Message { comment: comment(false, None), ..message("m1", 1) };
        for (told_by_the_stream, answer) in [(shown(), wished()), (wished(), shown())] {
            let mut thread = Thread::default();
            thread.add(wished());
            thread.add(told_by_the_stream);
            thread.answered(&wished(), answer);
            assert_eq!(thread.all().collect::<Vec<_>>(), [&shown()]);
        }
    }

    #[test]
    fn a_failed_send_keeps_its_text_and_goes_again_under_the_same_id() {
        let mut thread = Thread::default();
        let sent = Message { client_id: Some("x".into()), ..message("x", i64::MAX) };
        thread.send(sent.clone());
        thread.fail("x", DeliveryError { code: "offline".into(), ..DeliveryError::default() });
        assert_eq!(thread.failed().count(), 1);
        thread.send(sent);
        assert_eq!(thread.failed().count(), 0);
        assert_eq!(thread.all().count(), 1);
    }

    #[test]
    fn only_what_left_can_have_missed_somebody() {
        use MessageStatus::{Delivered, Failed, Played, Read, Sending, Sent, Unknown};
        let error = Some(DeliveryError { code: "5.1.1".into(), ..DeliveryError::default() });
        let with = |status, error: &Option<_>| Message { status, error: error.clone(), ..message("m1", 1) };
        for status in [Sent, Delivered, Read, Played] {
            assert_eq!(missed(&with(Some(status), &error)), error.as_ref(), "{status:?}");
            assert_eq!(missed(&with(Some(status), &None)), None, "{status:?}");
        }
        for status in [None, Some(Sending), Some(Unknown), Some(Failed)] {
            assert_eq!(missed(&with(status, &error)), None, "{status:?}");
        }
    }

    #[test]
    fn statuses_never_go_back() {
        use MessageStatus::{Delivered, Failed, Read, Sending, Sent};
        for (known, report, expected) in [
            (Sending, Sent, Sent),
            (Read, Delivered, Read),
            (Sent, Failed, Failed),
            (Delivered, Failed, Delivered),
            (Failed, Sending, Sending),
        ] {
            assert_eq!(after_report(Some(known), report), Some(expected), "{known:?} {report:?}");
        }
        assert_eq!(later(Some(Read), Some(Sending)), Some(Read));
        assert_eq!(later(Some(Failed), Some(Sending)), Some(Failed));
        assert_eq!(later(None, None), None);
    }

    #[test]
    fn a_page_that_leaves_a_hole_replaces_what_was_known() {
        let page = |from: i64, to: i64, more| MessagePage {
            messages: (from..=to).map(|seq| message(&format!("m{seq}"), seq)).collect(),
            more,
        };
        let mut thread = Thread::default();
        thread.newest(page(1, 3, false));
        thread.newest(page(3, 5, true));
        assert_eq!((thread.all().count(), thread.more), (5, false), "it touches");
        thread.newest(page(8, 9, true));
        assert_eq!((thread.all().count(), thread.more), (2, true), "it does not");
        thread.older(page(6, 7, true));
        assert_eq!(thread.first_seq(), Some(6));
    }

    #[test]
    fn days_and_authors_part_the_list() {
        let mut thread = Thread::default();
        for (seq, at_ms) in [(1, 0), (2, 1000), (3, 10_000_000), (4, 90_000_000)] {
            thread.add(Message { at_ms, ..message(&format!("m{seq}"), seq) });
        }
        let line = |seq: i64, opens| Row::Message { key: format!("m{seq}"), opens };
        let expected =
            [Row::Day(0), line(1, true), line(2, false), line(3, true), Row::Day(90_000_000), line(4, true)];
        assert_eq!(rows(&thread, None, |at_ms| at_ms / 86_400_000), expected);
    }

    #[test]
    fn one_piece_of_work_is_whole_once_something_stands_before_it() {
        let of = |id: &str, seq: i64, work: &str| Message {
            interaction_id: Some(work.into()),
            ..message(id, seq)
        };
        let mut thread = Thread { more: true, ..Thread::default() };
        thread.add(of("m3", 3, "late"));
        assert!(!thread.reaches("early") && !thread.reaches("late"));
        thread.add(of("m2", 2, "early"));
        assert!(thread.reaches("late") && !thread.reaches("early"));
        thread.more = false;
        assert!(thread.reaches("early"));
        let line = Row::Message { key: "m2".into(), opens: true };
        assert_eq!(rows(&thread, Some("early"), |_| 0), [Row::Day(0), line]);
    }

    fn message(id: &str, seq: i64) -> Message {
        Message {
            id: id.into(),
            conversation_id: "c".into(),
            interaction_id: None,
            seq,
            direction: Direction::Out,
            author: Author { kind: AuthorKind::Agent, id: None, name: None },
            kind: MessageKind::Text,
            text: String::new(),
            options: Vec::new(),
            attachments: Vec::new(),
            letter: None,
            reply_to: None,
            reaction: None,
            edited: false,
            deleted: false,
            at_ms: 0,
            status: Some(MessageStatus::Sending),
            error: None,
            comment: None,
            client_id: None,
        }
    }
}
