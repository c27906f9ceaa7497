//! Kept webhooks read once more: by a codec that knows more than the one that read them first.

#![allow(clippy::unwrap_used, reason = "a test may stop here")]

use channel::{
    codec::Codec,
    digest::digest,
    event::{EventKind, InboundEvent},
    malformed::Malformed,
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::{Received, Settings},
    reprocess::{Page, Request, Why, page},
    signature::Signature,
    webhook,
};
use channel_whatsapp::codec::WhatsApp;
use domain::{
    channel::ChannelProfile,
    due::Kind,
    message::{Content, DeliveryError},
    queue::{Queue, ServiceLevel},
    time::Timestamp,
};
use futures::executor::block_on;
use serde_json::{Value, json};
use std::time::Duration;
use store::{
    account::Account,
    message,
    native::{Database, Scratch},
};

const NOW: Timestamp = Timestamp(1_795_262_400_000);
const NUMBER: &str = "106540352242922";

/// An older version: stickers are unknown to it, locations it does not see, orders it cannot read.
struct Older;

impl Codec for Older {
    fn profile(&self) -> ChannelProfile {
        WhatsApp.profile()
    }

    fn verify(&self, received: &Received, settings: &Settings) -> Signature {
        WhatsApp.verify(received, settings)
    }

    fn decode(
        &self,
        received: &Received,
        settings: &Settings,
    ) -> Result<Vec<Result<InboundEvent, Malformed>>, Malformed> {
        let elements = WhatsApp.decode(received, settings)?.into_iter();
        Ok(elements
            .filter_map(|element| {
                let mut event = element.ok()?;
                match event.extra["type"].as_str() {
                    Some("location") => return None,
                    Some("order") => return Some(Err(Malformed::new("order", "is not known"))),
                    Some("sticker") => {
                        event.kind = EventKind::Unsupported;
                        event.text = Some("sticker".into());
                        event.attachments.clear();
                    }
                    _ => {}
                }
                Some(Ok(event))
            })
            .collect())
    }

    fn encode(&self, message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
        WhatsApp.encode(message, settings)
    }

    fn interpret(&self, answer: &Answer) -> Outcome {
        WhatsApp.interpret(answer)
    }
}

fn account() -> Account {
    Account {
        id: "shop".into(),
        channel: "whatsapp".into(),
        name: "Tienda".into(),
        address: NUMBER.into(),
        queue: "sales".into(),
        bot: false,
        flow: None,
        settings: Default::default(),
        secrets: String::new(),
    }
}

fn open(sql: &Database) {
    block_on(async {
        store::migration::migrate(sql).await.unwrap();
        let queue = Queue {
            id: "sales".into(),
            name: "Ventas".into(),
            ring: Duration::from_secs(20),
            wrap_up: Duration::from_secs(60),
            service_level: ServiceLevel::default(),
            priority: 0,
            routing: Default::default(),
            gate: Default::default(),
        };
        store::queue::put(sql, &queue).await.unwrap();
        store::account::put(sql, &account()).await.unwrap();
    });
}

/// One webhook with one message, read by the older codec.
fn take(sql: &Database, at: Timestamp, id: &str, message: Value) {
    let mut message = message;
    message["id"] = json!(id);
    message["from"] = json!("34600123123");
    message["timestamp"] = json!("1795262400");
    let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [{
        "field": "messages",
        "value": {
            "messaging_product": "whatsapp",
            "metadata": { "phone_number_id": NUMBER, "display_phone_number": "1" },
            "contacts": [{ "wa_id": "34600123123", "profile": { "name": "Marta" } }],
            "messages": [message],
        },
    }] }] });
    let received = Received { method: "POST".into(), body: body.to_string().into(), ..Received::default() };
    let work = block_on(webhook::keep_proven(sql, at, at, &account(), &received)).unwrap();
    block_on(digest(sql, at, &Older, &work[0])).unwrap();
}

fn look(sql: &Database, since: Timestamp, apply: bool) -> Page {
    block_on(page(sql, NOW, &WhatsApp, &Request { since_ms: since.0, after: None, apply })).unwrap()
}

fn why(page: &Page) -> Vec<Why> {
    page.found.iter().map(|found| found.why).collect()
}

#[test]
fn what_an_older_codec_missed_is_shown_and_then_repaired_once() {
    let scratch = Scratch::new();
    let sql = scratch.connect();
    open(&sql);
    take(&sql, Timestamp(NOW.0 - 1), "wamid.0", json!({ "type": "text", "text": { "body": "antes" } }));
    take(&sql, NOW, "wamid.1", json!({ "type": "text", "text": { "body": "hola" } }));
    take(
        &sql,
        NOW,
        "wamid.2",
        json!({ "type": "sticker", "sticker": { "id": "77", "mime_type": "image/webp" } }),
    );
    take(
        &sql,
        NOW,
        "wamid.3",
        json!({ "type": "location", "location": { "latitude": 40.4, "longitude": -3.7 } }),
    );
    take(
        &sql,
        NOW,
        "wamid.4",
        json!({ "type": "order", "order": { "catalog_id": "1", "product_items": [] } }),
    );
    let stored = |id: &str| block_on(message::by_provider(&sql, &"shop".into(), id)).unwrap();
    assert_eq!(block_on(store::webhook::failed(&sql, 10)).unwrap().len(), 1);

    let shown = look(&sql, NOW, false);
    assert_eq!((shown.webhooks, why(&shown)), (4, vec![Why::Misread, Why::Missed, Why::Missed]));
    assert_eq!(shown.found[0].event["attachments"][0]["provider_ref"], "77");
    assert!(stored("wamid.3").is_none(), "to look changes nothing");
    assert!(matches!(stored("wamid.2").unwrap().content, Content::Unsupported { .. }));

    assert_eq!(look(&sql, NOW, true).found, shown.found, "what was shown is what is repaired");
    let sticker = stored("wamid.2").unwrap();
    assert!(matches!(&sticker.content, Content::Media { .. }) && !sticker.edited, "{:?}", sticker.content);
    assert!(stored("wamid.3").is_some() && stored("wamid.4").is_some());
    assert_eq!(block_on(store::webhook::failed(&sql, 10)).unwrap(), [], "it is readable now");
    let files = block_on(store::due::next_of(&sql, Kind::FetchMedia, sticker.id.as_str())).unwrap();
    assert!(files.is_some(), "its file is fetched");
    let conversation = sticker.conversation;
    let count = || block_on(message::before(&sql, &conversation, u64::MAX >> 1, 100)).unwrap().len();
    assert_eq!(count(), 5);

    assert_eq!(look(&sql, NOW, true).found, [], "nothing is left");
    assert_eq!(count(), 5, "and nothing happened twice");
}

#[test]
fn pages_end() {
    let scratch = Scratch::new();
    let sql = scratch.connect();
    open(&sql);
    for n in 0..120 {
        take(
            &sql,
            Timestamp(NOW.0 + n),
            &format!("wamid.{n}"),
            json!({ "type": "location", "location": { "latitude": 1, "longitude": n } }),
        );
    }
    let (mut request, mut pages) = (Request { since_ms: NOW.0, after: None, apply: false }, vec![]);
    loop {
        let page = block_on(page(&sql, NOW, &WhatsApp, &request)).unwrap();
        pages.push(page.found.len());
        match page.next {
            Some(next) => request.after = Some(next),
            None => break,
        }
    }
    assert_eq!(pages, [50, 50, 20]);
}
