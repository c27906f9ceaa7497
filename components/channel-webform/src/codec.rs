//! A form as a letter from somebody who only says who they are.
//!
//! Unsigned, a form comes from a page of the account's sites; its server lets it in (`server`). Signed, it
//! comes from the business's own server: `X-Centralita-Signature: sha256=` and the HMAC of
//! `TIMESTAMP.BODY` with the account's `secret`, where `X-Centralita-Timestamp` is in Unix seconds.

use crate::{
    form::Form,
    meaning::{self, Meaning},
    thanks::language,
};
use channel::{
    codec::{Codec, NOW},
    event::{EventKind, InboundEvent, Sender},
    files::Files,
    malformed::Malformed,
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::{Received, Settings},
    signature::{Signature, from_hex, hmac_sha256_matches, to_hex},
};
use domain::{
    channel::{CapacityKind, ChannelProfile},
    contact::Identity,
    message::{Attachment, Content, DeliveryError, Letter},
    rate::Rates,
};
use sha2::{Digest, Sha256};

pub const NAME: &str = "webform";
/// Two posts with one id are one form. The server of this channel says it.
pub const FORM_HEADER: &str = "x-centralita-form";
pub const SIGNATURE_HEADER: &str = "x-centralita-signature";
const TIMESTAMP_HEADER: &str = "x-centralita-timestamp";

/// So long a signed post is taken.
const FRESH_SECONDS: i64 = 300;

/// A form with its files.
pub const BODY_MAX: usize = 12 * 1024 * 1024;
const FILES_MAX: usize = 10;

pub struct Webform;

impl Codec for Webform {
    fn profile(&self) -> ChannelProfile {
        ChannelProfile {
            name: NAME.to_owned(),
            capacity: CapacityKind::Mail,
            text_max: 100_000,
            buttons_max: 0,
            button_title_max: 0,
            list_rows_max: 0,
            list_title_max: 0,
            window: None,
            human_window: None,
            receipts: false,
            typing: false,
            media: vec![],
            media_bytes_max: BODY_MAX as u64,
            rates: Rates::default(),
            templates: false,
        }
    }

    fn verify(&self, received: &Received, settings: &Settings) -> Signature {
        let Some(signature) = received.header(SIGNATURE_HEADER) else { return Signature::Unchecked };
        let Some(secret) = settings.get("secret") else { return Signature::Unchecked };
        let timestamp = received.header(TIMESTAMP_HEADER).unwrap_or_default();
        let now = settings.get(NOW).and_then(|now| now.parse::<i64>().ok());
        let is_fresh = timestamp
            .parse::<i64>()
            .is_ok_and(|at| now.is_none_or(|now| now.saturating_sub(at).saturating_abs() <= FRESH_SECONDS));
        let mut signed = format!("{timestamp}.").into_bytes();
        signed.extend_from_slice(&received.body);
        let mac = signature.strip_prefix("sha256=").and_then(from_hex);
        let genuine = mac.is_some_and(|mac| hmac_sha256_matches(secret.as_bytes(), &signed, &mac));
        Signature::from(genuine && is_fresh)
    }

    fn decode(
        &self,
        received: &Received,
        settings: &Settings,
    ) -> Result<Vec<Result<InboundEvent, Malformed>>, Malformed> {
        let form = Form::read(received)?;
        Ok(vec![Ok(event(&form, &meaning::of(&form, settings), received, settings))])
    }

    /// There is nothing that a form could be answered with: its account must name who does that.
    fn encode(&self, _: &Outbound, _: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
        Err(DeliveryError::new(
            "not_configured",
            "no mail_account or sms_account of the form can answer this contact",
        ))
    }

    fn interpret(&self, _: &Answer) -> Outcome {
        Outcome::Accepted { provider_id: None }
    }

    fn body_max(&self) -> usize {
        BODY_MAX
    }

    fn files(&self) -> Option<&dyn Files> {
        Some(&Enclosed)
    }
}

/// Files stand in the form; the reference is their place in it.
struct Enclosed;

impl Files for Enclosed {
    fn in_webhook(&self) -> bool {
        true
    }

    fn contained(&self, file: &Attachment, webhook: &Received, _: &Settings) -> Option<Vec<u8>> {
        let index: usize = file.provider_ref.as_deref()?.parse().ok()?;
        let mut files = Form::read(webhook).ok()?.files;
        (index < files.len()).then(|| files.swap_remove(index).bytes)
    }
}

fn event(form: &Form, meaning: &Meaning, received: &Received, settings: &Settings) -> InboundEvent {
    let id = id(received);
    let mut event = InboundEvent::new(EventKind::Message, NAME, "");
    event.account = settings.get("account").unwrap_or_default().to_owned();
    event.key = format!("form:{id}");
    event.provider_id = Some(event.key.clone());
    event.claimed = true;
    event.contact = meaning.email.iter().chain(&meaning.phone).cloned().collect();
    let (by_mail, by_sms) = (settings.get("mail_account"), settings.get("sms_account"));
    if meaning.email.is_some() && by_mail.is_some() {
        event.answered_by = by_mail.map(Into::into);
    } else if meaning.phone.is_some() && by_sms.is_some() {
        event.answered_by = by_sms.map(Into::into);
        event.contact.reverse();
    }
    if event.contact.is_empty() {
        // Nobody to answer, and yet somebody wrote.
        event.contact.push(Identity::new(NAME, &id));
    }
    let Identity { scheme, value } = event.contact[0].clone();
    event.from = Some(Sender { scheme, id: value, name: meaning.name.clone() });
    let locale = locale(form, received);
    event.extra.insert("locale".to_owned(), locale.clone().into());
    event.opening.attributes = meaning.attributes();
    event.opening.attributes.extend(page(form, received).map(|page| ("page".to_owned(), page)));
    event.attachments = attachments(form);
    let subject = meaning.subject.clone().unwrap_or_else(|| default_subject(settings, &locale));
    let text = meaning.text();
    event.text = Some(text.clone()).filter(|text| !text.is_empty());
    event.shape = Some(Content::Letter(Letter {
        subject,
        text,
        attachments: event.attachments.clone(),
        ..Letter::default()
    }));
    event
}

/// Said by our server; of a form that somebody only looks at, what is in it.
fn id(received: &Received) -> String {
    match received.header(FORM_HEADER) {
        Some(id) => id.to_owned(),
        None => to_hex(&Sha256::digest(&received.body)),
    }
}

/// The language of the page, or else of the browser.
pub fn locale(form: &Form, received: &Received) -> String {
    let told = form.text("_locale").or_else(|| received.header("accept-language")).unwrap_or_default();
    let tag = told.split([',', ';']).next().unwrap_or_default().trim();
    let plain = tag.len() <= 35 && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if plain && !tag.is_empty() { tag.to_owned() } else { "es".to_owned() }
}

/// The page that the form stands on.
fn page(form: &Form, received: &Received) -> Option<String> {
    let page = form.text("_page").or_else(|| received.header("referer"))?;
    let is_web = page.starts_with("https://") || page.starts_with("http://");
    is_web.then(|| page.chars().filter(|letter| !letter.is_control()).take(1_000).collect())
}

fn attachments(form: &Form) -> Vec<Attachment> {
    let one = |(index, file): (usize, &crate::form::File)| Attachment {
        kind: match file.mime.as_deref().and_then(|mime| mime.split('/').next()) {
            Some(kind @ ("image" | "audio" | "video")) => kind.to_owned(),
            _ => "document".to_owned(),
        },
        mime: file.mime.clone(),
        name: file.name.clone(),
        size: Some(file.bytes.len() as u64),
        provider_ref: Some(index.to_string()),
        ..Attachment::default()
    };
    form.files.iter().take(FILES_MAX).enumerate().map(one).collect()
}

fn default_subject(settings: &Settings, locale: &str) -> String {
    let language = language(locale);
    let own = settings.get(&format!("subject_{language}")).or_else(|| settings.get("subject"));
    let ours = match language {
        "en" => "Message from the website",
        "pt" => "Mensagem do site",
        _ => "Mensaje desde la web",
    };
    own.unwrap_or(ours).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use channel::signature::hmac_sha256;

    fn signed(body: &[u8], at: &str, secret: &str) -> Received {
        let mac = to_hex(&hmac_sha256(secret.as_bytes(), &[format!("{at}.").as_bytes(), body].concat()));
        let headers =
            [("X-Centralita-Timestamp", at.to_owned()), ("X-Centralita-Signature", format!("sha256={mac}"))];
        let headers = headers.map(|(name, value)| (name.to_owned(), value)).to_vec();
        Received { headers, body: body.to_vec(), ..Received::default() }
    }

    #[test]
    fn who_signs_proves_it_now() {
        let settings = Settings::from([("secret", "s3cret"), ("now", "1000")]);
        let good = signed(b"a=1", "1000", "s3cret");
        assert_eq!(Webform.verify(&good, &settings), Signature::Valid);
        assert_eq!(Webform.verify(&signed(b"a=1", "1300", "s3cret"), &settings), Signature::Valid);
        for forged in [
            signed(b"a=1", "1000", "another"),
            signed(b"a=1", "699", "s3cret"),
            signed(b"a=1", "soon", "s3cret"),
            Received { body: b"a=2".to_vec(), ..good.clone() },
        ] {
            assert_eq!(Webform.verify(&forged, &settings), Signature::Invalid, "{forged:?}");
        }
        assert_eq!(Webform.verify(&good, &Settings::default()), Signature::Unchecked, "no secret");
        assert_eq!(Webform.verify(&Received::default(), &settings), Signature::Unchecked, "not signed");
    }

    #[test]
    fn who_answers_depends_on_what_was_left() {
        let decode = |body: &str, settings: &Settings| {
            let received = Received { body: body.as_bytes().to_vec(), ..Received::default() };
            Webform.decode(&received, settings).unwrap().remove(0).unwrap()
        };
        let both = Settings::from([("mail_account", "mail"), ("sms_account", "sms")]);
        for (body, by, scheme) in [
            ("email=a@b.es&phone=%2B34600123123&message=x", Some("mail"), "email"),
            ("phone=%2B34600123123&message=x", Some("sms"), "phone"),
            ("message=x", None, "webform"),
        ] {
            let event = decode(body, &both);
            assert_eq!(event.answered_by.as_ref().map(|id| id.as_str()), by, "{body}");
            assert_eq!((event.contact[0].scheme.as_str(), event.claimed), (scheme, true), "{body}");
        }
        let event = decode("email=a@b.es&phone=%2B34600123123", &Settings::from([("sms_account", "sms")]));
        assert_eq!(event.contact[0].scheme, "phone", "that is where the answer goes");
        let same = decode("message=x", &both);
        assert_eq!(same.key, decode("message=x", &both).key);
        assert_ne!(same.key, decode("message=y", &both).key);
    }
}
