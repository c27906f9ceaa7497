//! Amazon SES: letters and reports through SNS, out by its API v2.
//!
//! SES puts a letter of more than 150 KB in S3 and says only where. Nothing here can fetch it: the
//! event says where it is, and the README how to have such letters posted whole.

use super::{
    Events, Provider,
    events::{self, Reported},
    sigv4::{self, Credentials},
    sns, stored,
};
use crate::{
    compose::{Composed, base64, need, refusal},
    event::{self, Handed},
    mail::{Mail, authentication, header::Fields, transfer},
    settings::instant,
};
use channel::{
    event::{EventKind, InboundEvent},
    json::{self, Node},
    malformed::Malformed,
    outbound::ProviderRequest,
    received::{Received, Settings},
    signature::Signature,
};
use domain::message::DeliveryError;
use serde_json::{Value, json};

pub(super) struct Ses;

impl Provider for Ses {
    fn verify(&self, received: &Received, settings: &Settings) -> Signature {
        sns::verify(received, settings)
    }

    fn decode(&self, received: &Received, settings: &Settings) -> Events {
        let document = json::parse(&received.body)?;
        let root = Node::root(&document);
        root.object()?;
        // SNS hands the message over without its envelope where the subscription says so.
        let Some(kind) = root.text("Type").filter(|_| root.get("Message").is_some()) else {
            return if kind_of(&root).is_some() {
                Ok(told(&root, None, settings))
            } else {
                Err(root.malformed("is no notification of SNS"))
            };
        };
        let id = root.text("MessageId").unwrap_or_default();
        match kind.as_str() {
            "Notification" => {
                let text = root.text("Message").unwrap_or_default();
                match json::parse(text.as_bytes()) {
                    Ok(message) if kind_of(&Node::root(&message)).is_some() => {
                        Ok(told(&Node::root(&message), Some(&root), settings))
                    }
                    // What SES says when a topic is set up.
                    _ => Ok(vec![Ok(events::notice("account", text, &id, settings))]),
                }
            }
            "SubscriptionConfirmation" => Ok(vec![Ok(subscription(&root, &id, settings))]),
            other => {
                let text = root.text("Message").unwrap_or_else(|| other.to_owned());
                Ok(vec![Ok(events::notice("account", text, &id, settings))])
            }
        }
    }

    /// A subscription is confirmed for the account's own topic, at Amazon's own address.
    fn errands(&self, received: &Received, settings: &Settings) -> Vec<ProviderRequest> {
        let Ok(document) = json::parse(&received.body) else { return vec![] };
        let root = Node::root(&document);
        let asked = root.text("Type").is_some_and(|kind| kind == "SubscriptionConfirmation");
        let topic = root.text("TopicArn").unwrap_or_default();
        let url = root.text("SubscribeURL").filter(|url| sns::path_at_sns(url).is_some());
        match url {
            Some(url) if asked && sns::topics(settings).contains(&topic.as_str()) => {
                vec![ProviderRequest { method: "GET", url, headers: vec![], body: vec![] }]
            }
            _ => vec![],
        }
    }

    fn letter(&self, received: &Received) -> Option<Mail> {
        self.original(received).map(|bytes| Mail::read(&bytes))
    }

    fn missing(&self, received: &Received, settings: &Settings) -> Option<channel::elsewhere::Missing> {
        stored::missing(received, settings)
    }

    fn original(&self, received: &Received) -> Option<Vec<u8>> {
        let document = json::parse(&received.body).ok()?;
        let root = Node::root(&document);
        let inner = root.text("Message").and_then(|text| json::parse(text.as_bytes()).ok());
        content(&Node::root(inner.as_ref().unwrap_or(&document)))
    }

    fn send(&self, letter: &Composed, settings: &Settings) -> Result<ProviderRequest, DeliveryError> {
        let region = need(settings, "region")?;
        if !region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
            return Err(refusal("not_configured", "the region is none of Amazon's"));
        }
        let mut body = json!({
            "Content": { "Raw": { "Data": base64(&letter.mime()?) } },
            "Destination": { "ToAddresses": letter.recipients() },
            "EmailTags": [{ "Name": "message_id", "Value": letter.message_id }],
        });
        if let Some(name) = settings.get("configuration_set") {
            body["ConfigurationSetName"] = json!(name);
        }
        let body = body.to_string().into_bytes();
        let stamp = letter.at.and_then(sigv4::stamp);
        let stamp = stamp.ok_or_else(|| refusal("no_clock", "a call to Amazon needs the time"))?;
        let (host, path) = (format!("email.{region}.amazonaws.com"), "/v2/email/outbound-emails");
        let credentials = Credentials {
            key_id: need(settings, "access_key_id")?,
            secret: need(settings, "secret_access_key")?,
            region,
            service: "ses",
        };
        let signed =
            [("content-type", "application/json"), ("host", host.as_str()), ("x-amz-date", stamp.as_str())];
        let authorization = sigv4::authorization(&credentials, "POST", path, &signed, &body, &stamp);
        let headers = vec![
            ("content-type", "application/json".to_owned()),
            ("x-amz-date", stamp.clone()),
            ("authorization", authorization),
        ];
        Ok(ProviderRequest { method: "POST", url: format!("https://{host}{path}"), headers, body })
    }
}

fn kind_of(message: &Node<'_>) -> Option<String> {
    message.text("notificationType").or_else(|| message.text("eventType"))
}

fn subscription(root: &Node<'_>, id: &str, settings: &Settings) -> InboundEvent {
    let account = settings.get("address").unwrap_or_default();
    let mut event = InboundEvent::new(EventKind::Verification, crate::codec::NAME, account);
    event.key = format!("notice:{id}");
    event.at = root.text("Timestamp").and_then(|at| instant(&at));
    event.text = root.text("Message");
    event.extra.insert("type".to_owned(), json!("verification"));
    event.extra.insert("topic_arn".to_owned(), json!(root.text("TopicArn")));
    event
}

fn told(
    message: &Node<'_>,
    envelope: Option<&Node<'_>>,
    settings: &Settings,
) -> Vec<Result<InboundEvent, Malformed>> {
    let kind = kind_of(message).unwrap_or_default();
    if kind == "Received" {
        return vec![Ok(letter(message, settings))];
    }
    let mail = message.get("mail");
    let part = message.get(&member(&kind));
    let at = |node: Option<&Node<'_>>, name: &str| node.and_then(|node| instant(&node.text(name)?));
    let at = at(part.as_ref(), "timestamp")
        .or_else(|| at(mail.as_ref(), "timestamp"))
        .or_else(|| at(envelope, "Timestamp"));
    let letter = mail.as_ref().and_then(|mail| mail.text("messageId"));
    let tag = mail.as_ref().and_then(|mail| mail.get("tags")?.list("message_id").first()?.as_text());
    let recipients = recipients(&kind, part.as_ref(), mail.as_ref());
    let id = envelope.and_then(|envelope| envelope.text("MessageId"));
    let one = |(address, said): (Option<String>, Option<DeliveryError>)| {
        let (status, reason) = status(&kind, part.as_ref());
        let code = if kind == "Complaint" { "complaint" } else { reason.unwrap_or("deferred") };
        let fallback = || refusal(code, &described(&kind, part.as_ref()));
        let error = matches!(status.as_str(), "failed" | "deferred").then(|| said.unwrap_or_else(fallback));
        let report = Reported {
            kind: kind.clone(),
            status,
            recipient: address,
            letter: letter.clone(),
            message_id: tag.clone(),
            id: None,
            at,
            reason,
            error,
        };
        let mut event = events::event(report, settings);
        if let Some(id) = &id {
            event.extra.insert("provider_event_id".to_owned(), json!(id));
        }
        Ok(event)
    };
    recipients.into_iter().map(one).collect()
}

/// The member that holds what is particular to a kind of event.
fn member(kind: &str) -> String {
    match kind {
        "DeliveryDelay" => "deliveryDelay".to_owned(),
        "Rendering Failure" => "failure".to_owned(),
        other => other.to_lowercase(),
    }
}

/// Whom an event is about, each with the words of the server that refused, if there are any.
fn recipients(
    kind: &str,
    part: Option<&Node<'_>>,
    mail: Option<&Node<'_>>,
) -> Vec<(Option<String>, Option<DeliveryError>)> {
    let list = match kind {
        "Bounce" => "bouncedRecipients",
        "Complaint" => "complainedRecipients",
        "Delivery" => "recipients",
        "DeliveryDelay" => "delayedRecipients",
        _ => "",
    };
    let named = part.map(|part| part.list(list)).unwrap_or_default();
    let named: Vec<_> = named
        .iter()
        .map(|each| {
            let said = each.text("diagnosticCode");
            let code = each.text("status").unwrap_or_else(|| "bounced".to_owned());
            let complaint = kind == "Complaint";
            let error = said.filter(|_| !complaint).and_then(|text| events::error(code, text));
            (each.as_text().or_else(|| each.text("emailAddress")), error)
        })
        .collect();
    if !named.is_empty() {
        return named;
    }
    let all = mail.map(|mail| mail.list("destination")).unwrap_or_default();
    let mut all: Vec<_> = all.iter().map(|each| (each.as_text(), None)).collect();
    // One of them did it, and SES does not say who.
    if all.is_empty() || matches!(kind, "Open" | "Click") && all.len() > 1 {
        all = vec![(None, None)];
    }
    all
}

fn status(kind: &str, part: Option<&Node<'_>>) -> (String, Option<&'static str>) {
    let (status, reason) = match kind {
        "Send" => ("sent", None),
        "Delivery" => ("delivered", None),
        "Open" => ("read", None),
        "Click" => ("clicked", None),
        "DeliveryDelay" => ("deferred", None),
        "Bounce" => {
            let subtype = part.and_then(|part| part.text("bounceSubType")).unwrap_or_default();
            ("failed", Some(if subtype == "ContentRejected" { "blocked" } else { "bounced" }))
        }
        "Complaint" => ("failed", Some("spam")),
        "Reject" => ("failed", Some("blocked")),
        "Rendering Failure" => ("failed", Some("other")),
        "Subscription" => ("unsubscribed", None),
        other => return (other.to_lowercase(), None),
    };
    (status.to_owned(), reason)
}

fn described(kind: &str, part: Option<&Node<'_>>) -> String {
    let said = part.map(|part| {
        let names =
            ["reason", "errorMessage", "bounceType", "bounceSubType", "delayType", "complaintFeedbackType"];
        names.iter().filter_map(|name| part.text(name)).collect::<Vec<_>>().join(" ")
    });
    said.filter(|said| !said.is_empty()).unwrap_or_else(|| kind.to_owned())
}

/// A letter that came in.
fn letter(message: &Node<'_>, settings: &Settings) -> InboundEvent {
    let (mail, receipt) = (message.get("mail"), message.get("receipt"));
    let told = |name: &str| mail.as_ref().and_then(|mail| mail.text(name));
    let verdict = |name: &str| {
        let status = receipt.as_ref().and_then(|receipt| receipt.get(name)?.text("status"));
        status.and_then(|status| authentication::word(&status))
    };
    let texts = |node: &Option<Node<'_>>, name: &str| -> Vec<String> {
        node.as_ref()
            .map(|node| node.list(name).iter().filter_map(Node::as_text).collect())
            .unwrap_or_default()
    };
    let mut handed = Handed {
        envelope_from: told("source"),
        envelope_to: texts(&receipt, "recipients"),
        at: told("timestamp").and_then(|at| instant(&at)),
        id: told("messageId"),
        spam: verdict("spamVerdict").map(|verdict| verdict == "fail"),
        authentication: domain::message::Authentication {
            spf: verdict("spfVerdict"),
            dkim: verdict("dkimVerdict"),
            dmarc: verdict("dmarcVerdict"),
        },
        ..Handed::default()
    };
    if handed.envelope_to.is_empty() {
        handed.envelope_to = texts(&mail, "destination");
    }
    if let Some(virus) = verdict("virusVerdict") {
        handed.extra.insert("virus".to_owned(), json!(virus));
    }
    match content(message) {
        Some(bytes) => event::event(&Mail::read(&bytes), &handed, settings),
        None => event::event(&elsewhere(message, &mut handed), &handed, settings),
    }
}

/// The letter itself, if it is in the notification.
fn content(message: &Node<'_>) -> Option<Vec<u8>> {
    let content = message.text("content")?;
    let action = message.get("receipt").and_then(|receipt| receipt.get("action"));
    let base64 = action
        .and_then(|action| action.text("encoding"))
        .is_some_and(|name| name.eq_ignore_ascii_case("base64"));
    // Raw mail has a colon in its first line; base64 has none at all.
    if base64 || !content.contains(':') {
        return Some(transfer::base64(content.as_bytes()));
    }
    Some(content.into_bytes())
}

/// What the notification says of a letter that lies in S3: its header, and where it is.
fn elsewhere(message: &Node<'_>, handed: &mut Handed) -> Mail {
    let mail = message.get("mail");
    let headers = mail.as_ref().map(|mail| mail.list("headers")).unwrap_or_default();
    let pairs = headers.iter().filter_map(|header| Some((header.text("name")?, header.text("value")?)));
    let mut fields = Fields::of(pairs);
    if let Some(common) = mail.as_ref().and_then(|mail| mail.get("commonHeaders")) {
        let said = |name: &str| {
            let list: Vec<String> = common.list(name).iter().filter_map(Node::as_text).collect();
            common.text(name).or_else(|| Some(list.join(", ")).filter(|list| !list.is_empty()))
        };
        for (name, common) in [
            ("From", "from"),
            ("To", "to"),
            ("Cc", "cc"),
            ("Subject", "subject"),
            ("Date", "date"),
            ("Message-ID", "messageId"),
            ("Reply-To", "replyTo"),
        ] {
            if let Some(value) = said(common).filter(|_| !fields.has(name)) {
                fields.push(name, &value);
            }
        }
    }
    let action = message.get("receipt").and_then(|receipt| receipt.get("action"));
    let told = |name: &str| action.as_ref().and_then(|action| action.text(name));
    let place = told("bucketName").zip(told("objectKey"));
    let text = match &place {
        Some((bucket, key)) => format!("s3://{bucket}/{key}"),
        None => String::new(),
    };
    handed.extra.insert(
        "stored".to_owned(),
        json!(place.map(|(bucket, key)| json!({ "bucket": bucket, "key": key }))),
    );
    handed.extra.retain(|_, value| *value != Value::Null);
    Mail { fields, text, ..Mail::default() }
}
