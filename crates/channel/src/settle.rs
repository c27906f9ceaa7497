//! A channel's event as what the center applies.

use crate::event::{EventKind, InboundEvent};
use domain::{
    contact::{EMAIL, Identity, PHONE},
    id::MessageId,
    time::Timestamp,
};
use shell::inbound::{Heard, Inbound, Person, Report, What};

/// What `event` asks the center to do. `None`: nothing; it is only to be looked at.
pub fn settle(event: InboundEvent, received_at: Timestamp) -> Option<Inbound> {
    let at = event.at.unwrap_or(received_at);
    let key = event.key.clone();
    let what = match event.kind {
        EventKind::Message | EventKind::Unsupported => heard(event)?,
        EventKind::Status => reported(event)?,
        EventKind::Reaction => What::Reaction { target: event.in_reply_to?, emoji: event.text },
        EventKind::Edit => {
            let content = event.content();
            What::Edit { target: event.in_reply_to?, content }
        }
        EventKind::Delete => What::Delete { target: event.in_reply_to? },
        EventKind::Identified => identified(event)?,
        EventKind::Ended => What::Left { identities: event.contact },
        EventKind::Comment | EventKind::Mention | EventKind::Verification | EventKind::Typing => return None,
    };
    Some(Inbound { key, at, what, webhook: None })
}

fn heard(event: InboundEvent) -> Option<What> {
    // A notice about an account concerns no contact.
    if event.contact.is_empty() {
        return None;
    }
    let ours = event.echo || event.notice;
    let content = event.content();
    let name = if event.echo { None } else { event.from.and_then(|sender| sender.name) };
    let heard = Heard {
        identities: event.contact,
        name,
        locale: event.extra.get("locale").and_then(|locale| locale.as_str()).map(str::to_owned),
        provider_id: event.provider_id,
        client_id: None,
        reply_to: event.in_reply_to,
        content,
    };
    Some(if ours { What::Echo(heard) } else { What::Message(heard) })
}

fn reported(event: InboundEvent) -> Option<What> {
    let status = event.delivery()?;
    if let Some(seq) = event.extra.get("up_to_seq").and_then(serde_json::Value::as_u64) {
        return Some(What::StatusUpTo { identities: event.contact, seq, status });
    }
    let message = event.message_id.map(MessageId);
    // A report that is a message itself says in this way what it is about.
    let provider_id = event.in_reply_to.or(event.provider_id);
    Some(What::Status(Report { provider_id, message, status, error: event.error }))
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
    Some(What::Identified { identities: vec![Identity::new(&sender.scheme, &sender.id)], person })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Sender;
    use domain::message::Status;

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
    fn what_is_said_of_oneself_is_not_the_address() {
        check(event(EventKind::Identified), |what| {
            matches!(what, What::Identified { identities, person }
                if identities == &[Identity::new("ring", "7")] && person.phone.as_deref() == Some("+34600123123"))
        });
    }
}
