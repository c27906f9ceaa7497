//! A message as calls to the Bot API.
//!
//! One message may take several: a text that is too long, a second file, a caption that has no room. Texts
//! go without markup, so nothing in them has to be escaped.

use crate::{
    address::Address,
    api::{Bot, refusal},
    codec::{NAME, USER},
};
use channel::{
    outbound::{Outbound, ProviderRequest},
    received::Settings,
};
use domain::{
    channel::ChannelProfile,
    contact::Identity,
    message::{Attachment, Card, Content, DeliveryError, Location, Menu, MenuOption, MenuShape},
};
use serde_json::{Map, Value, json};

/// In UTF-16 units, as Telegram counts.
pub(crate) const TEXT_MAX: usize = 4096;
const CAPTION_MAX: usize = 1024;
/// Bytes of what a button gives back.
const CHOICE_MAX: usize = 64;

pub(crate) fn encode(
    profile: &ChannelProfile,
    message: &Outbound,
    settings: &Settings,
) -> Result<Vec<ProviderRequest>, DeliveryError> {
    let address = address(&message.to)?;
    let bot = Bot::of(settings)?;
    let mut sendings = sendings(profile, message);
    if sendings.is_empty() {
        return Err(refusal("empty", "there is nothing to send"));
    }
    if let Some(reply) = reply(&address, message.in_reply_to.as_deref()) {
        sendings[0].parameters.insert("reply_parameters".to_owned(), reply);
    }
    sendings.into_iter().map(|sending| sending.call(&bot, &address, message)).collect()
}

/// The conversation's own place comes first. A plain group that has become a supergroup is reached there;
/// whoever has no chat yet is reached by their own id.
fn address(to: &[Identity]) -> Result<Address, DeliveryError> {
    let with = |scheme: &'static str| to.iter().filter(move |identity| identity.scheme == scheme);
    let mut chats = with(NAME).map(|identity| Address::parse(&identity.value));
    let Some(first) = chats.next() else {
        let user = with(USER).next().map(|identity| Address::of_chat(&identity.value));
        return user.ok_or_else(|| refusal("no_address", "the contact has no chat on Telegram"));
    };
    if !first.is_group() {
        return Ok(first);
    }
    let grown: Vec<Address> = chats.filter(Address::is_supergroup).collect();
    // With two of them nobody knows which one it became; Telegram says so in its refusal.
    Ok(if let [grown] = &grown[..] { grown.clone() } else { first })
}

/// The message that is replied to, when it is in the same chat. One that is gone by now is no reason not
/// to send.
fn reply(address: &Address, target: Option<&str>) -> Option<Value> {
    let (scope, id) = target?.rsplit_once('/')?;
    let id: i64 = id.parse().ok().filter(|_| scope == address.scope())?;
    // A pressed button has a longer number and is no message.
    i32::try_from(id).ok().map(|id| json!({ "message_id": id, "allow_sending_without_reply": true }))
}

/// One call, before it is known where it goes.
struct Sending<'a> {
    method: &'static str,
    parameters: Map<String, Value>,
    /// The name of the parameter that holds it, and the file.
    file: Option<(&'static str, &'a Attachment)>,
}

impl Sending<'_> {
    fn call(
        mut self,
        bot: &Bot<'_>,
        address: &Address,
        message: &Outbound,
    ) -> Result<ProviderRequest, DeliveryError> {
        self.parameters.extend(address.parameters());
        let Some((name, file)) = self.file else { return Ok(bot.call(self.method, &self.parameters)) };
        let bytes = file.id.as_ref().and_then(|id| message.files.get(id));
        match (&file.provider_ref, bytes, &file.url) {
            (Some(id), _, _) => self.parameters.insert(name.to_owned(), json!(id)),
            (None, Some(bytes), _) => return Ok(bot.form(self.method, &self.parameters, name, file, bytes)),
            (None, None, Some(url)) => self.parameters.insert(name.to_owned(), json!(url)),
            (None, None, None) => return Err(refusal("file", "the file is not there")),
        };
        Ok(bot.call(self.method, &self.parameters))
    }
}

fn sendings<'a>(profile: &ChannelProfile, message: &'a Outbound) -> Vec<Sending<'a>> {
    match &message.content {
        Content::Menu(menu) => question(profile, menu),
        Content::Media { text, attachments } => files(text.as_deref(), attachments),
        Content::Letter(letter) => files(Some(&letter.text), &letter.attachments),
        Content::Location(place) => {
            spot(place).map_or_else(|| texts(&message.content.words()), |spot| vec![spot])
        }
        Content::Card(card) => shown(profile, card, message),
        Content::Text { .. } | Content::Template(_) | Content::Rich { .. } | Content::Unsupported { .. } => {
            texts(&message.content.words())
        }
    }
}

fn texts<'a>(text: &str) -> Vec<Sending<'a>> {
    split(text, TEXT_MAX).into_iter().map(said).collect()
}

fn said<'a>(text: &str) -> Sending<'a> {
    let parameters = Map::from_iter([("text".to_owned(), json!(text))]);
    Sending { method: "sendMessage", parameters, file: None }
}

/// Buttons under the words, each in a row of its own; numbered words where they do not fit.
fn question<'a>(profile: &ChannelProfile, menu: &Menu) -> Vec<Sending<'a>> {
    let buttons = menu.shape(profile) == MenuShape::Buttons && length(&menu.text) <= TEXT_MAX;
    match keyboard(&menu.options).filter(|_| buttons && !menu.text.trim().is_empty()) {
        Some(rows) => {
            let mut question = said(&menu.text);
            question.parameters.insert("reply_markup".to_owned(), json!({ "inline_keyboard": rows }));
            vec![question]
        }
        None => texts(&menu.numbered()),
    }
}

/// `None` when one of the options cannot be a button.
fn keyboard(options: &[MenuOption]) -> Option<Vec<Value>> {
    let fits =
        |option: &MenuOption| !option.title.trim().is_empty() && (1..=CHOICE_MAX).contains(&option.id.len());
    let row = |option: &MenuOption| json!([{ "text": option.title, "callback_data": option.id }]);
    options.iter().all(fits).then(|| options.iter().map(row).collect())
}

/// A picture with words and buttons under it.
fn shown<'a>(profile: &ChannelProfile, card: &'a Card, message: &Outbound) -> Vec<Sending<'a>> {
    let words = [&card.title, &card.text].into_iter().filter(|line| !line.is_empty()).cloned();
    let words = words.collect::<Vec<_>>().join("\n");
    let room = if card.image.is_some() { CAPTION_MAX } else { TEXT_MAX };
    let menu = Menu { text: words.clone(), options: card.options.clone() };
    let fits = menu.shape(profile) == MenuShape::Buttons && length(&words) <= room && !words.is_empty();
    let Some(mut rows) = keyboard(&card.options).filter(|_| fits) else {
        return files(Some(&message.content.words()), card.image.as_slice());
    };
    if let Some(url) =
        card.url.as_ref().filter(|url| url.starts_with("https://") || url.starts_with("http://"))
    {
        rows.insert(0, json!([{ "text": open_label(&message.locale), "url": url }]));
    }
    let mut sending = match &card.image {
        Some(image) => {
            let mut sending = file(image);
            sending.parameters.insert("caption".to_owned(), json!(words));
            sending
        }
        None => said(&words),
    };
    if !rows.is_empty() {
        sending.parameters.insert("reply_markup".to_owned(), json!({ "inline_keyboard": rows }));
    }
    vec![sending]
}

/// What the button says that leads to a card's address.
fn open_label(locale: &str) -> &'static str {
    match locale.split(['-', '_']).next() {
        Some("en") => "See more",
        Some("pt") => "Ver mais",
        _ => "Ver más",
    }
}

/// `None` when the numbers are none.
fn spot<'a>(place: &Location) -> Option<Sending<'a>> {
    let degrees = |text: &str, limit: f64| {
        text.trim().parse().ok().filter(|degrees: &f64| degrees.abs() <= limit).map(|degrees| json!(degrees))
    };
    let mut parameters = Map::from_iter([
        ("latitude".to_owned(), degrees(&place.latitude, 90.0)?),
        ("longitude".to_owned(), degrees(&place.longitude, 180.0)?),
    ]);
    let mut method = "sendLocation";
    if let Some(title) = place.name.as_ref().or(place.address.as_ref()) {
        let point = || format!("{}, {}", place.latitude, place.longitude);
        parameters.insert("title".to_owned(), json!(title));
        parameters.insert("address".to_owned(), json!(place.address.clone().unwrap_or_else(point)));
        method = "sendVenue";
    }
    Some(Sending { method, parameters, file: None })
}

/// The caption goes with the first file that has room for it.
fn files<'a>(text: Option<&str>, attachments: &'a [Attachment]) -> Vec<Sending<'a>> {
    let mut caption = text.filter(|text| !text.trim().is_empty());
    let mut sendings = vec![];
    for attachment in attachments {
        let mut sending = file(attachment);
        let room = sending.method != "sendSticker";
        if let Some(text) = caption.take_if(|text| room && length(text) <= CAPTION_MAX) {
            sending.parameters.insert("caption".to_owned(), json!(text));
        }
        sendings.push(sending);
    }
    sendings.extend(caption.into_iter().flat_map(texts));
    sendings
}

/// What Telegram would refuse inline goes as a document.
fn file(attachment: &Attachment) -> Sending<'_> {
    /// Photos have a limit of their own.
    const PHOTO_MAX: u64 = 10 * 1024 * 1024;
    let mime = attachment.mime.as_deref().unwrap_or_default();
    let mime = mime.split(';').next().unwrap_or_default().trim();
    let small = attachment.size.is_none_or(|size| size <= PHOTO_MAX);
    let (method, name) = match (attachment.kind.as_str(), mime) {
        ("sticker", "image/webp" | "video/webm" | "application/x-tgsticker") => ("sendSticker", "sticker"),
        (_, "image/jpeg" | "image/png" | "image/webp") if small => ("sendPhoto", "photo"),
        (_, "image/gif") => ("sendAnimation", "animation"),
        (_, "video/mp4") => ("sendVideo", "video"),
        (_, "audio/ogg" | "audio/opus") => ("sendVoice", "voice"),
        (_, "audio/mpeg" | "audio/mp4" | "audio/x-m4a" | "audio/aac") => ("sendAudio", "audio"),
        ("image", "") if small => ("sendPhoto", "photo"),
        ("video", "") => ("sendVideo", "video"),
        ("audio", "") => ("sendAudio", "audio"),
        _ => ("sendDocument", "document"),
    };
    Sending { method, parameters: Map::new(), file: Some((name, attachment)) }
}

fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// In UTF-16 units, as Telegram counts.
fn split(text: &str, max: usize) -> Vec<&str> {
    channel::split::split(text.trim(), max, char::len_utf16)
}

#[cfg(test)]
mod tests;
