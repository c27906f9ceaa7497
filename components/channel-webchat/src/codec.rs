//! The channel: what a visitor's browser posts, read as events.
//!
//! There is no provider behind this channel, so nothing is encoded: a stored message is a sent one, and
//! the visitor's widget fetches it ([`crate::told`]). A post does not say who wrote it. The server
//! proves the visitor's token and keeps the visitor in [`VISITOR_HEADER`], since what authenticates is
//! not stored.

use crate::{
    config::language,
    invitation, prechat,
    visitor::{self, Visitor},
};
use channel::{
    codec::Codec,
    event::{EventKind, InboundEvent, Sender},
    json::{self, Node},
    malformed::Malformed,
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::{Received, Settings},
    signature::{Signature, to_hex},
};
use domain::{
    channel::{CapacityKind, ChannelProfile},
    contact::Identity,
    message::{Attachment, DeliveryError},
    rate::Rates,
    time::Timestamp,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

pub const NAME: &str = "webchat";
/// The scheme of a visitor's identity.
pub const SCHEME: &str = "webchat";
/// Who wrote a stored post.
pub const VISITOR_HEADER: &str = "x-centralita-visitor";
/// A stored post that came while the business was closed has it.
pub const CLOSED_HEADER: &str = "x-centralita-closed";

const CLIENT_ID_MAX: usize = 64;
const KINDS: &str = "message, read, delivered, typing, end, identify, transcript";
/// An attribute has no more.
const PAGE_CHARS_MAX: usize = 1_000;

pub struct Webchat;

impl Codec for Webchat {
    fn profile(&self) -> ChannelProfile {
        ChannelProfile {
            name: NAME.to_owned(),
            capacity: CapacityKind::Chat,
            text_max: 4_000,
            buttons_max: 10,
            button_title_max: 60,
            list_rows_max: 0,
            list_title_max: 0,
            window: None,
            human_window: None,
            receipts: true,
            typing: true,
            media: crate::file::TYPES.map(str::to_owned).to_vec(),
            media_bytes_max: crate::file::SIZE_MAX,
            rates: Rates::default(),
            templates: false,
        }
    }

    /// Takes the settings `secret` (the center's `secret_key`) and `now` (Unix seconds).
    fn verify(&self, received: &Received, settings: &Settings) -> Signature {
        let Some(secret) = settings.get("secret").and_then(visitor::key) else { return Signature::Unchecked };
        let now = settings.get("now").and_then(|now| now.parse::<i64>().ok()).unwrap_or_default();
        let proven = bearer(received).and_then(|token| {
            visitor::proven(&secret, &account(received), token, Timestamp(now.saturating_mul(1000)))
        });
        Signature::from(proven.is_some())
    }

    fn decode(
        &self,
        received: &Received,
        settings: &Settings,
    ) -> Result<Vec<Result<InboundEvent, Malformed>>, Malformed> {
        let value = json::parse(&received.body)?;
        let post = Node::root(&value);
        let kind = post.require("kind")?;
        let visitor = visitor(received).ok_or_else(|| Malformed::new("headers", "name no visitor"))?;
        let visitor = Visitor::of(visitor);
        let events = match kind.as_text().as_deref() {
            Some("message") => begun(&post, &visitor, settings, received)?,
            Some(mark @ ("read" | "delivered")) => vec![seen(&post, mark)?],
            Some("typing") => vec![new(EventKind::Typing)],
            Some("end") => vec![new(EventKind::Ended)],
            Some("identify") => vec![identified(&post)],
            Some("transcript") => vec![transcript(&post)?],
            _ => return Err(kind.malformed(format!("is none of {KINDS}"))),
        };
        let account = account(received);
        Ok(events.into_iter().map(|event| addressed(event, &post, &visitor.id, &account)).collect())
    }

    /// The widget fetches what is stored: there is nobody to call.
    fn encode(
        &self,
        _message: &Outbound,
        _settings: &Settings,
    ) -> Result<Vec<ProviderRequest>, DeliveryError> {
        Ok(vec![])
    }

    fn interpret(&self, _answer: &Answer) -> Outcome {
        Outcome::Accepted { provider_id: None }
    }
}

/// The provider's id of a visitor's message. With the visitor in it nobody can take somebody else's.
pub fn provider_id(visitor: &str, client_id: &str) -> String {
    format!("{visitor}:{client_id}")
}

/// The widget's own id in a provider's id.
pub fn client_id(provider_id: &str) -> Option<&str> {
    provider_id.split_once(':').map(|(_, client_id)| client_id)
}

fn new(kind: EventKind) -> InboundEvent {
    InboundEvent::new(kind, NAME, "")
}

/// A message, after what it answers and before who it says to be from.
fn begun(
    post: &Node<'_>,
    visitor: &Visitor,
    settings: &Settings,
    received: &Received,
) -> Result<Vec<InboundEvent>, Malformed> {
    let mut message = message(post, &visitor.id)?;
    let closed = received.header(CLOSED_HEADER).is_some();
    let answers = answers(post, settings, closed);
    let attributes = &mut message.opening.attributes;
    attributes.extend(answers.attributes.clone());
    attributes.extend(page(post).map(|page| ("page".to_owned(), page)));
    if closed {
        attributes.insert(shell::transcript::AFTER_HOURS.to_owned(), "yes".to_owned());
        // A message that is left is for people.
        message.opening.bot = Some(false);
    }
    if let Some(vouched) = &visitor.vouched {
        attributes.insert("customer".to_owned(), vouched.sub.clone());
        let email = vouched.email().map(|email| email.value);
        attributes.extend(email.map(|email| (shell::transcript::EMAIL.to_owned(), email)));
    }
    let mut events: Vec<_> = invited(post, settings).into_iter().collect();
    events.push(message);
    let mut said = new(EventKind::Identified);
    said.from = answers.name.map(|name| Sender { name: Some(name), ..Sender::default() });
    said.contact.extend(answers.email.into_iter().chain(answers.phone));
    if said.from.is_some() || !said.contact.is_empty() {
        events.push(said);
    }
    events.extend(vouched(visitor));
    Ok(events)
}

/// What the visitor answered to what the account asks, without what is not to be taken.
fn answers(post: &Node<'_>, settings: &Settings, closed: bool) -> prechat::Answers {
    let Some(given) = post.get("answers").and_then(|given| given.value().as_object().cloned()) else {
        return prechat::Answers::default();
    };
    let fields = prechat::fields(setting(settings, "prechat").as_ref());
    let fields = if closed { prechat::with_address(fields) } else { fields };
    prechat::answers(&fields, &given, settings.get("calling_code"))
}

/// A setting that is no text: those are kept as JSON.
fn setting(settings: &Settings, name: &str) -> Option<Value> {
    serde_json::from_str(settings.get(name)?).ok()
}

/// The page that the visitor wrote from.
fn page(post: &Node<'_>) -> Option<String> {
    let page = post.text("page")?;
    let is_web = page.starts_with("https://") || page.starts_with("http://");
    let plain: String = page.chars().filter(|letter| !letter.is_control()).take(PAGE_CHARS_MAX).collect();
    is_web.then_some(plain)
}

/// What the business said first, if the visitor answers that.
fn invited(post: &Node<'_>, settings: &Settings) -> Option<InboundEvent> {
    let id = u64::try_from(post.integer("invitation")?).ok()?;
    let language = language(&post.text("locale").unwrap_or_default());
    let text = invitation::text(setting(settings, "invitations").as_ref(), id, language)?;
    Some(InboundEvent { text: Some(text), echo: true, ..new(EventKind::Message) })
}

/// What the site says about its visitor: applied once, until it says something else.
fn vouched(visitor: &Visitor) -> Option<InboundEvent> {
    let vouched = visitor.vouched.as_ref()?;
    let mut event = new(EventKind::Identified);
    event.from = Some(Sender { name: vouched.name.clone(), ..Sender::default() });
    event.contact.extend(vouched.email().into_iter().chain(vouched.phone()));
    event.vouched = vouched.proven();
    event.key = format!("{}:vouched:{}", visitor.id, to_hex(&Sha256::digest(visitor.subject())));
    Some(event)
}

fn transcript(post: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let email = Identity::email(&post.text("email").unwrap_or_default());
    let email = email.ok_or_else(|| Malformed::new("email", "is no e-mail address"))?;
    Ok(InboundEvent { contact: vec![email], ..new(EventKind::Transcript) })
}

fn message(post: &Node<'_>, visitor: &str) -> Result<InboundEvent, Malformed> {
    let client_id = require_client_id(post)?;
    let attachments: Vec<_> = post.list("attachments").iter().filter_map(attachment).collect();
    let text = post.text("text");
    if text.is_none() && attachments.is_empty() {
        return Err(Malformed::new("text", "is missing, and there is no attachment"));
    }
    let mut event = InboundEvent { text, attachments, ..new(EventKind::Message) };
    event.provider_id = Some(provider_id(visitor, &client_id));
    if let Some(choice) = post.text("choice") {
        event.extra.insert("choice".to_owned(), choice.into());
    }
    Ok(event)
}

/// Only the id: what the file is, the store knows from its bytes.
fn attachment(node: &Node<'_>) -> Option<Attachment> {
    let id = node.as_text()?;
    Some(Attachment { id: Some(id), kind: "document".to_owned(), ..Attachment::default() })
}

/// The visitor has everything up to a sequence number.
fn seen(post: &Node<'_>, mark: &str) -> Result<InboundEvent, Malformed> {
    let up_to = post.integer("up_to_seq").filter(|seq| *seq > 0);
    let up_to = up_to.ok_or_else(|| Malformed::new("up_to_seq", "is no sequence number"))?;
    let mut event = InboundEvent { status: Some(mark.to_owned()), ..new(EventKind::Status) };
    event.extra.insert("up_to_seq".to_owned(), up_to.into());
    Ok(event)
}

/// What a visitor says of themselves is a claim: the site can fill it in, and so can anybody.
fn identified(post: &Node<'_>) -> InboundEvent {
    let mut event = new(EventKind::Identified);
    event.contact.extend(post.text("phone").and_then(|phone| international(&phone)));
    event.contact.extend(post.text("email").and_then(|email| Identity::email(&email)));
    event
}

/// A number without its country could be anybody's.
fn international(phone: &str) -> Option<Identity> {
    let written = phone.trim();
    (written.starts_with('+') || written.starts_with("00")).then(|| Identity::phone(written, "")).flatten()
}

/// What every event of a post has.
fn addressed(
    mut event: InboundEvent,
    post: &Node<'_>,
    visitor: &str,
    account: &str,
) -> Result<InboundEvent, Malformed> {
    let word = serde_json::to_value(event.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned));
    let word = event.status.clone().or(word).unwrap_or_default();
    let id = match event.kind {
        EventKind::Status => post.integer("up_to_seq").unwrap_or_default().to_string(),
        EventKind::Message => require_client_id(post)?,
        _ => post.text("client_id").unwrap_or_default(),
    };
    if event.key.is_empty() {
        let word = if event.echo { "invited" } else { &word };
        event.key = format!("{visitor}:{word}:{id}");
    }
    event.account = account.to_owned();
    let name = event.from.take().and_then(|from| from.name).or_else(|| post.text("name"));
    event.from = Some(Sender { scheme: SCHEME.to_owned(), id: visitor.to_owned(), name });
    event.contact.insert(0, Identity::new(SCHEME, visitor));
    // The visitor's clock may be years off: what counts is when we got it. Theirs is kept to look at.
    for name in ["at_ms", "locale"] {
        if let Some(value) = post.get(name) {
            event.extra.insert(name.to_owned(), value.value().clone());
        }
    }
    Ok(event)
}

/// It makes a repeated post one message.
fn require_client_id(post: &Node<'_>) -> Result<String, Malformed> {
    let node = post.require("client_id")?;
    let id = node.as_text().unwrap_or_default();
    let fits = (1..=CLIENT_ID_MAX).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if fits { Ok(id) } else { Err(node.malformed("is no id of letters, digits, - and _")) }
}

/// `…/webhooks/webchat/{account}`
fn account(received: &Received) -> String {
    let path = received.url.split(['?', '#']).next().unwrap_or_default();
    let mut parts = path.trim_end_matches('/').rsplit('/');
    let last = parts.next().unwrap_or_default();
    if parts.next() == Some(NAME) { last.to_owned() } else { String::new() }
}

fn bearer(received: &Received) -> Option<&str> {
    received.header("authorization")?.strip_prefix("Bearer ")
}

fn visitor(received: &Received) -> Option<&str> {
    let named = received.header(VISITOR_HEADER).filter(|visitor| !visitor.is_empty());
    named.or_else(|| bearer(received).and_then(visitor::claimed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(body: &str) -> Received {
        Received {
            method: "POST".to_owned(),
            url: "https://chat.example/webhooks/webchat/shop".to_owned(),
            headers: vec![(VISITOR_HEADER.to_owned(), "v1".to_owned())],
            body: body.as_bytes().to_vec(),
        }
    }

    fn decode(body: &str) -> Result<InboundEvent, Malformed> {
        let mut events = Webchat.decode(&received(body), &Settings::default())?;
        assert_eq!(events.len(), 1);
        events.remove(0)
    }

    #[test]
    fn a_message_is_one_event_however_often_it_is_posted() {
        let body = r#"{"kind":"message","client_id":"c-1","text":"Hola","at_ms":5,"locale":"es-MX"}"#;
        let event = decode(body).unwrap();
        assert_eq!(event.kind, EventKind::Message);
        assert_eq!((event.account.as_str(), event.text.as_deref()), ("shop", Some("Hola")));
        assert_eq!(event.provider_id.as_deref(), Some("v1:c-1"));
        assert_eq!(client_id("v1:c-1"), Some("c-1"));
        assert_eq!(event.contact, [Identity::new(SCHEME, "v1")]);
        assert_eq!(event.at, None, "only our clock counts");
        assert_eq!(event.extra["at_ms"], 5);
        assert_eq!(event.key, decode(body).unwrap().key);
        assert_ne!(event.key, decode(&body.replace("c-1", "c-2")).unwrap().key);
    }

    #[test]
    fn a_choice_and_files_come_with_it() {
        let event = decode(r#"{"kind":"message","client_id":"c","text":"Mi pedido","choice":"order","attachments":["f1",7,null]}"#).unwrap();
        assert_eq!(event.extra["choice"], "order");
        let ids: Vec<_> = event.attachments.iter().filter_map(|file| file.id.as_deref()).collect();
        assert_eq!(ids, ["f1", "7"]);
        assert!(decode(r#"{"kind":"message","client_id":"c","attachments":["f1"]}"#).is_ok());
    }

    #[test]
    fn who_they_say_to_be() {
        for (body, identities) in [
            (
                r#"{"kind":"identify","phone":"+34 600 000 001","email":"Marta@Example.com"}"#,
                &[("phone", "+34600000001"), ("email", "marta@example.com")][..],
            ),
            (r#"{"kind":"identify","phone":"0034600000001"}"#, &[("phone", "+34600000001")]),
            (r#"{"kind":"identify","phone":"600000001","email":"no"}"#, &[]),
        ] {
            let event = decode(body).unwrap();
            let expected: Vec<_> = [(SCHEME, "v1")]
                .iter()
                .chain(identities)
                .map(|(scheme, value)| Identity::new(scheme, value))
                .collect();
            assert_eq!(event.contact, expected, "{body}");
        }
        assert_eq!(
            decode(r#"{"kind":"identify","name":"Marta"}"#).unwrap().from.unwrap().name.as_deref(),
            Some("Marta")
        );
    }

    #[test]
    fn marks_typing_and_the_end() {
        for (body, kind, key) in [
            (r#"{"kind":"read","up_to_seq":7,"client_id":"x"}"#, EventKind::Status, "v1:read:7"),
            (r#"{"kind":"delivered","up_to_seq":"7"}"#, EventKind::Status, "v1:delivered:7"),
            (r#"{"kind":"typing","client_id":"x"}"#, EventKind::Typing, "v1:typing:x"),
            (r#"{"kind":"end","client_id":"x"}"#, EventKind::Ended, "v1:ended:x"),
        ] {
            let event = decode(body).unwrap();
            assert_eq!((event.kind, event.key.as_str()), (kind, key), "{body}");
        }
    }

    #[test]
    fn what_is_no_post_of_the_widget_says_where() {
        for (body, place) in [
            ("", "body: is empty"),
            ("[]", "body: is a list, not an object"),
            ("{}", "kind: is missing"),
            (
                r#"{"kind":"call"}"#,
                "kind: is none of message, read, delivered, typing, end, identify, transcript",
            ),
            (r#"{"kind":"message","text":"x"}"#, "client_id: is missing"),
            (
                r#"{"kind":"message","text":"x","client_id":"a b"}"#,
                "client_id: is no id of letters, digits, - and _",
            ),
            (r#"{"kind":"message","client_id":"c"}"#, "text: is missing, and there is no attachment"),
            (r#"{"kind":"transcript","email":"no"}"#, "email: is no e-mail address"),
            (r#"{"kind":"read","up_to_seq":0}"#, "up_to_seq: is no sequence number"),
        ] {
            assert_eq!(decode(body).expect_err(body).to_string(), place, "{body}");
        }
    }

    #[test]
    fn the_token_names_the_visitor_and_proves_the_account() {
        let hex = "07".repeat(32);
        let key = visitor::key(&hex).unwrap();
        let token = visitor::token(&key, "shop", "v9", Timestamp(2_000_000));
        let mut received = received(r#"{"kind":"end"}"#);
        received.headers = vec![("Authorization".to_owned(), format!("Bearer {token}"))];
        let event = Webchat.decode(&received, &Settings::default()).unwrap().remove(0).unwrap();
        assert_eq!(event.contact, [Identity::new(SCHEME, "v9")]);
        for (settings, expected) in [
            (Settings::from([("secret", hex.as_str()), ("now", "1999")]), Signature::Valid),
            (Settings::from([("secret", hex.as_str()), ("now", "2000")]), Signature::Invalid),
            (Settings::from([("secret", "00")]), Signature::Invalid),
            (Settings::default(), Signature::Unchecked),
        ] {
            assert_eq!(Webchat.verify(&received, &settings), expected);
        }
        received.url = received.url.replace("shop", "bank");
        let settings = Settings::from([("secret", hex.as_str()), ("now", "1999")]);
        assert_eq!(Webchat.verify(&received, &settings), Signature::Invalid);
    }
}
