//! A channel's event as what the center applies.

use crate::event::{EventKind, InboundEvent};
use domain::{
    contact::{EMAIL, Identity, PHONE},
    id::MessageId,
    message::Content,
    time::Timestamp,
};
use shell::inbound::{Heard, Inbound, Person, Report, What};

/// What `event` asks the center to do. `None`: nothing; it is only to be looked at.
pub fn settle(mut event: InboundEvent, received_at: Timestamp) -> Option<Inbound> {
    event.provider_id = event.provider_id.take().map(|id| event.known_as(id));
    event.in_reply_to = event.in_reply_to.take().map(|id| event.known_as(id));
    let at = event.at.unwrap_or(received_at);
    let key = event.key.clone();
    let what = match event.kind {
        _ if event.templates_changed => What::TemplatesChanged,

        EventKind::Message | EventKind::Unsupported => heard(event)?,
        EventKind::Status => reported(event)?,
        EventKind::Comment | EventKind::Mention => commented(event)?,
        // On the post itself, which is no message.
        EventKind::Reaction if event.thread.is_some() && event.in_reply_to == event.thread => return None,
        EventKind::Reaction => What::Reaction { target: event.in_reply_to?, emoji: event.text },
        EventKind::Edit => {
            let content = event.content();
            What::Edit { target: event.in_reply_to?, content }
        }
        EventKind::Delete => What::Delete { target: event.in_reply_to? },
        EventKind::Identified => identified(event)?,
        EventKind::Ended => What::Left { identities: event.contact },
        EventKind::Transcript => {
            let (to, identities) =
                event.contact.into_iter().partition::<Vec<_>, _>(|identity| identity.scheme == EMAIL);
            What::Transcript { identities, to: to.into_iter().next()? }
        }
        EventKind::Verification | EventKind::Typing => return None,
    };
    Some(Inbound { key, at, what, webhook: None, reader: None })
}

fn heard(mut event: InboundEvent) -> Option<What> {
    // A notice about an account concerns no contact. What the business wrote in public concerns whoever
    // wrote what it answers.
    let answers = event.echo && event.thread.is_some() && event.in_reply_to.is_some();
    if event.contact.is_empty() && !answers {
        return None;
    }
    let ours = event.echo || event.notice;
    let place = event.part.take();
    let content = event.content();
    let sender = event.from.filter(|_| !event.echo);
    let name = event.group.or(sender.and_then(|sender| sender.name));
    let heard = Heard {
        identities: event.contact,
        name,
        locale: event.extra.get("locale").and_then(|locale| locale.as_str()).map(str::to_owned),
        provider_id: event.provider_id,
        client_id: None,
        reply_to: event.in_reply_to,
        content,
        thread: event.thread,
        answers: event.message_id.clone().map(MessageId).filter(|_| !event.echo),
        message: event.message_id.map(MessageId).filter(|_| event.echo),
        consent: event.consent.filter(|_| !event.echo),
        opening: event.opening,
        claimed: event.claimed,
    };
    Some(match place {
        _ if ours => What::Echo(heard),
        // What is no text cannot be put together like one.
        Some(place) if matches!(heard.content, Content::Text { .. }) => What::Part { heard, place },
        _ => What::Message(heard),
    })
}

/// Public words. Whoever wrote them waits, unless it only says what became of them.
fn commented(event: InboundEvent) -> Option<What> {
    event.thread.as_ref()?;
    let name = event.extra.get("type").and_then(|name| name.as_str()).unwrap_or_default();
    match name.rsplit_once('.').map(|(_, change)| change) {
        Some("edit") => Some(What::Edit { content: event.content(), target: event.provider_id? }),
        Some("delete") => Some(What::Delete { target: event.provider_id? }),
        Some("hide") => Some(What::Moderated { target: event.provider_id?, hidden: true }),
        Some("unhide") => Some(What::Moderated { target: event.provider_id?, hidden: false }),
        _ if event.notice => None,
        _ => heard(event),
    }
}

fn reported(event: InboundEvent) -> Option<What> {
    let status = event.delivery()?;
    if let Some(seq) = event.extra.get("up_to_seq").and_then(serde_json::Value::as_u64) {
        return Some(What::StatusUpTo { identities: event.contact, seq, status });
    }
    if let Some(until) = event.extra.get("watermark").and_then(serde_json::Value::as_i64) {
        let listed = event.extra.get("mids").and_then(|ids| ids.as_array()).into_iter().flatten();
        let mut named: Vec<String> = listed.filter_map(|id| Some(id.as_str()?.to_owned())).collect();
        named.extend(event.provider_id.filter(|id| !named.contains(id)));
        let before = Timestamp(until);
        return Some(What::StatusBefore { identities: event.contact, before, named, status });
    }
    let message = event.message_id.map(MessageId);
    let no_such_address = event.extra.get("unreachable").is_some_and(|value| value == true);
    let recipient = event.contact.into_iter().next();
    // A report that is a message itself says in this way what it is about.
    let provider_id = event.in_reply_to.or(event.provider_id);
    let consent = event.consent;
    let error = event.error;
    Some(What::Status(Report { provider_id, message, status, error, consent, recipient, no_such_address }))
}

/// What somebody says about themselves: who they are on this channel is proven, the rest is not.
fn identified(event: InboundEvent) -> Option<What> {
    let sender = event.from?;
    let said = |scheme: &str| {
        let mut others = event.contact.iter().filter(|identity| identity.value != sender.id);
        others.find(|identity| identity.scheme == scheme).map(|identity| identity.value.clone())
    };
    let locale = event.extra.get("locale").and_then(|locale| locale.as_str()).map(str::to_owned);
    let person = Person { phone: said(PHONE), email: said(EMAIL), name: sender.name, locale };
    let identities = vec![Identity::new(&sender.scheme, &sender.id)];
    Some(What::Identified { identities, person, vouched: event.vouched })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Sender;
    use domain::{message::Status, part::Place};

    fn event(kind: EventKind) -> InboundEvent {
        InboundEvent {
            key: "k".to_owned(),
            contact: vec![Identity::new("ring", "7"), Identity::new("phone", "+34600123123")],
            from: Some(Sender {
                scheme: "ring".to_owned(),
                id: "7".to_owned(),
                name: Some("Ana".to_owned()),
            }),
            text: Some("Hola".to_owned()),
            ..InboundEvent::new(kind, "pigeon", "1")
        }
    }

    #[track_caller]
    fn check(event: InboundEvent, expected: impl FnOnce(&What) -> bool) {
        let inbound = settle(event, Timestamp(5)).expect("something to apply");
        assert_eq!(
            (inbound.key.as_str(), inbound.at),
            ("k", Timestamp(5)),
            "our clock, where there is no other"
        );
        assert!(expected(&inbound.what), "{:?}", inbound.what);
    }

    #[test]
    fn who_speaks_decides() {
        check(
            event(EventKind::Message),
            |what| matches!(what, What::Message(heard) if heard.name.as_deref() == Some("Ana")),
        );
        check(event(EventKind::Unsupported), |what| matches!(what, What::Message(_)));
        let echo = InboundEvent { echo: true, ..event(EventKind::Message) };
        check(echo, |what| matches!(what, What::Echo(heard) if heard.name.is_none()));
        let notice = InboundEvent { notice: true, ..event(EventKind::Unsupported) };
        check(notice, |what| matches!(what, What::Echo(_)));
        let account = InboundEvent { contact: vec![], ..event(EventKind::Unsupported) };
        assert_eq!(settle(account, Timestamp(5)), None);
    }

    #[test]
    fn a_part_of_a_text_waits_for_the_others() {
        let part = || InboundEvent {
            part: Some(Place { reference: "8".to_owned(), number: 1, total: 2 }),
            ..event(EventKind::Message)
        };
        check(part(), |what| matches!(what, What::Part { place, .. } if place.number == 1));
        let bytes =
            InboundEvent { data: serde_json::Map::from_iter([("udh".to_owned(), "05".into())]), ..part() };
        check(bytes, |what| matches!(what, What::Message(_)));
        check(InboundEvent { echo: true, ..part() }, |what| matches!(what, What::Echo(_)));
    }

    #[test]
    fn ids_that_are_unique_in_a_chat_are_stored_with_it() {
        let chat = |kind| InboundEvent {
            provider_id: Some("7".to_owned()),
            in_reply_to: Some("6".to_owned()),
            scope: Some("-100".to_owned()),
            ..event(kind)
        };
        check(chat(EventKind::Message), |what| {
            matches!(what, What::Message(heard)
                if heard.provider_id.as_deref() == Some("-100/7") && heard.reply_to.as_deref() == Some("-100/6"))
        });
        let group = InboundEvent { group: Some("Vecinos".to_owned()), ..chat(EventKind::Message) };
        check(group, |what| matches!(what, What::Message(heard) if heard.name.as_deref() == Some("Vecinos")));
        check(chat(EventKind::Delete), |what| matches!(what, What::Delete { target } if target == "-100/6"));
    }

    #[test]
    fn statuses_are_about_one_message_or_all_so_far() {
        let read = || InboundEvent { status: Some("read".to_owned()), ..event(EventKind::Status) };
        check(read(), |what| matches!(what, What::Status(report) if report.status == Status::Read));
        let mut up_to = read();
        up_to.extra.insert("up_to_seq".to_owned(), 4.into());
        check(up_to, |what| matches!(what, What::StatusUpTo { seq: 4, status: Status::Read, .. }));
        let odd = InboundEvent { status: Some("warning".to_owned()), ..event(EventKind::Status) };
        assert_eq!(settle(odd, Timestamp(5)), None);
    }

    #[test]
    fn a_watermark_reaches_everything_before_it() {
        let mut read = InboundEvent { status: Some("read".to_owned()), ..event(EventKind::Status) };
        read.provider_id = Some("m1".to_owned());
        read.extra.insert("mids".to_owned(), serde_json::json!(["m1", "m2"]));
        read.extra.insert("watermark".to_owned(), 7.into());
        check(
            read,
            |what| matches!(what, What::StatusBefore { before: Timestamp(7), named, .. } if named == &["m1", "m2"]),
        );
    }

    #[test]
    fn a_comment_stands_under_its_post() {
        let comment = |name: &str| {
            let mut comment = event(EventKind::Comment);
            comment.provider_id = Some("c1".to_owned());
            comment.thread = Some("post".to_owned());
            comment.extra.insert("type".to_owned(), name.into());
            comment
        };
        check(
            comment("comment.add"),
            |what| matches!(what, What::Message(heard) if heard.thread.as_deref() == Some("post")),
        );
        check(comment("comment.edit"), |what| matches!(what, What::Edit { target, .. } if target == "c1"));
        check(comment("comment.delete"), |what| matches!(what, What::Delete { target } if target == "c1"));
        check(
            InboundEvent { notice: true, ..comment("comment.hide") },
            |what| matches!(what, What::Moderated { target, hidden: true } if target == "c1"),
        );
        check(comment("comment.unhide"), |what| matches!(what, What::Moderated { hidden: false, .. }));
        let odd = InboundEvent { notice: true, ..comment("comment.mute") };
        assert_eq!(settle(odd, Timestamp(5)), None);
        let own = InboundEvent { echo: true, contact: vec![], ..comment("comment.add") };
        assert_eq!(settle(own.clone(), Timestamp(5)), None, "under a post of ours, to nobody");
        let answer = InboundEvent { in_reply_to: Some("c0".to_owned()), ..own };
        check(answer, |what| matches!(what, What::Echo(heard) if heard.identities.is_empty()));
        let liked = |target: &str| InboundEvent {
            kind: EventKind::Reaction,
            in_reply_to: Some(target.to_owned()),
            ..comment("reaction.add")
        };
        assert_eq!(settle(liked("post"), Timestamp(5)), None);
        check(liked("c1"), |what| matches!(what, What::Reaction { .. }));
    }

    #[test]
    fn what_is_said_of_oneself_is_not_the_address() {
        check(event(EventKind::Identified), |what| {
            matches!(what, What::Identified { identities, person, .. }
                if identities == &[Identity::new("ring", "7")] && person.phone.as_deref() == Some("+34600123123"))
        });
    }
}
