//! What the bot is told: who writes, where, and what happened.

use bot::{
    limits::HEARD_MAX,
    step::{Attribute, Channel, Contact, Context, Event, Flow, LocalTime, Media, Past, ReceivedFile},
};
use domain::{
    channel::{CapacityKind, ChannelProfile},
    message::{Attachment, Content, Menu},
    notice::LOCALE,
    time::Timestamp,
};
use jiff::tz::TimeZone;
use shell::bot::{Cause, Occasion};
use store::{account::Account, contact, interaction::View};

/// What is known beside the occasion.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    pub now: Timestamp,
    /// Where the business has its clock.
    pub zone: &'a TimeZone,
    /// What the channel can do, if it says so.
    pub profile: Option<&'a ChannelProfile>,
    /// The contact's last interactions, as far as the bot is told of them.
    pub history: &'a [View],
}

/// The event of an occasion.
pub fn event(occasion: &Occasion) -> Event {
    match &occasion.cause {
        Cause::Heard(message) => {
            heard(&message.content, occasion.menu.as_ref(), !occasion.interaction.bot_turned)
        }
        Cause::Begun => Event::Started(None),
        Cause::Silent => Event::Silence,
        Cause::Waited => Event::Timer,
        Cause::HungUp => Event::HangUp,
    }
}

/// All that the bot knows.
pub fn of(occasion: &Occasion, around: Around<'_>) -> Context {
    let Occasion { interaction, flow, conversation, account, .. } = occasion;
    let Around { now, zone, profile, history } = around;
    let attribute =
        |(name, value): (&String, &String)| Attribute { name: name.clone(), value: value.clone() };
    Context {
        contact: contact(&occasion.contact),
        channel: channel(&conversation.channel, conversation.capacity, profile),
        locale: occasion.contact.locale.clone().unwrap_or_else(|| locale_of(account).to_owned()),
        attributes: interaction.attributes.iter().map(attribute).collect(),
        history: history.iter().map(|view| past(view, zone)).collect(),
        memory: interaction.bot_memory.clone(),
        now: local_time(now, zone),
        flow: Flow { name: flow.name.0.clone(), version: flow.version, source: flow.source.clone() },
    }
}

/// The person as a bot is told of them.
pub fn contact(contact: &contact::Contact) -> Contact {
    Contact {
        name: Some(contact.name.clone()).filter(|name| !name.is_empty()),
        phone: contact.phone().map(str::to_owned),
        email: contact.email().map(str::to_owned),
        locale: contact.locale.clone(),
        fields: vec![],
    }
}

/// What is spoken on an account with those whose language nobody knows.
fn locale_of(account: &Account) -> &str {
    let own = account.settings.get("locale").and_then(|locale| locale.as_str());
    own.filter(|locale| !locale.is_empty()).unwrap_or(LOCALE)
}

fn past(view: &View, zone: &TimeZone) -> Past {
    Past {
        channel: view.channel.clone(),
        at: local_time(view.started_at, zone),
        topic: view.topic.clone(),
        disposition: view.disposition.clone(),
        open: view.ended_at.is_none(),
    }
}

/// What a channel can do that does not say: plain text.
fn channel(name: &str, capacity: CapacityKind, profile: Option<&ChannelProfile>) -> Channel {
    let small = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
    let (buttons, list) = profile.map_or((0, 0), |profile| (profile.buttons_max, profile.list_rows_max));
    let text_max = profile.map_or(TEXT_MAX, |profile| profile.text_max);
    Channel {
        name: name.to_owned(),
        spoken: capacity == CapacityKind::Call,
        buttons_max: small(buttons),
        list_max: small(list),
        text_max: u32::try_from(text_max).unwrap_or(u32::MAX),
        files: profile.is_some_and(|profile| !profile.media.is_empty()),
    }
}

/// What a channel takes at once that does not say.
const TEXT_MAX: usize = 4096;

/// What the contact's message is to the bot; `menu` is the one it may answer. `begins`: the bot has
/// not said anything yet.
fn heard(content: &Content, menu: Option<&Menu>, begins: bool) -> Event {
    let words = words(content, begins);
    if begins {
        return Event::Started((!words.is_empty()).then_some(words));
    }
    let files: Vec<_> = content.attachments().iter().filter(|file| file.content_id.is_none()).collect();
    if !files.is_empty() {
        return Event::Media(Media { text: words, files: files.into_iter().map(file).collect() });
    }
    match menu.and_then(|menu| menu.chosen(&words)) {
        Some(option) => Event::Choice(option.id.clone()),
        None => Event::Text(words),
    }
}

/// What is written in it. A letter that begins says with its subject what it is about.
fn words(content: &Content, begins: bool) -> String {
    let words = match content {
        Content::Letter(letter) if begins => format!("{}\n{}", letter.subject, letter.text),
        content => content.words(),
    };
    words.trim().chars().take(HEARD_MAX).collect()
}

fn file(file: &Attachment) -> ReceivedFile {
    ReceivedFile { kind: file.kind.clone(), mime: file.mime.clone(), name: file.name.clone(), words: None }
}

/// The clock on the business's wall.
pub fn local_time(now: Timestamp, zone: &TimeZone) -> LocalTime {
    let instant = jiff::Timestamp::from_millisecond(now.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    bot::play::player::local_time(zone.to_datetime(instant))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::message::{Letter, MenuOption};

    #[test]
    fn what_a_message_means() {
        let options = vec![MenuOption { id: "order".into(), title: "Mi pedido".into() }];
        let menu = Menu { text: "?".into(), options };
        let (subject, text) = ("Order 7".into(), "Where is it?".into());
        let letter = Letter { subject, text, ..Letter::default() };
        let rows = [
            (Content::text("1"), Event::Choice("order".into())),
            (Content::text("mi PEDIDO"), Event::Choice("order".into())),
            (Content::text("¿y el 1042? "), Event::Text("¿y el 1042?".into())),
            (Content::Media { text: None, attachments: vec![] }, Event::Text(String::new())),
            (Content::Letter(letter.clone()), Event::Text("Where is it?".into())),
            (Content::text("x".repeat(HEARD_MAX + 1)), Event::Text("x".repeat(HEARD_MAX))),
        ];
        for (content, expected) in rows {
            assert_eq!(heard(&content, Some(&menu), false), expected);
        }
        assert_eq!(heard(&Content::text("1"), None, false), Event::Text("1".into()));
        assert_eq!(heard(&Content::text("1"), None, true), Event::Started(Some("1".into())));
        assert_eq!(heard(&Content::text(""), None, true), Event::Started(None));
        let begun = Event::Started(Some("Order 7\nWhere is it?".into()));
        assert_eq!(heard(&Content::Letter(letter), None, true), begun);
    }

    #[test]
    fn files_are_no_words() {
        let photo = Attachment {
            kind: "image".into(),
            mime: Some("image/png".into()),
            name: Some("lamp.png".into()),
            ..Attachment::default()
        };
        let inside = Attachment { content_id: Some("logo".into()), ..photo.clone() };
        let attachments = vec![photo];
        let sent = Content::Media { text: Some(" broken ".into()), attachments: attachments.clone() };
        let told = ReceivedFile {
            kind: "image".into(),
            mime: Some("image/png".into()),
            name: Some("lamp.png".into()),
            words: None,
        };
        let media = |text: &str| Event::Media(Media { text: text.into(), files: vec![told.clone()] });
        assert_eq!(heard(&sent, None, false), media("broken"));
        assert_eq!(heard(&Content::Media { text: None, attachments }, None, false), media(""));
        assert_eq!(heard(&sent, None, true), Event::Started(Some("broken".into())));
        // A picture inside a letter's text is no file that somebody sent.
        let letter = Letter { text: "Hi".into(), attachments: vec![inside], ..Letter::default() };
        assert_eq!(heard(&Content::Letter(letter), None, false), Event::Text("Hi".into()));
    }

    #[test]
    fn the_clock_is_the_business_s() {
        let rows = [
            // 2026-11-22T23:30:00Z is Monday already in Madrid, Sunday still in Mexico.
            ("Europe/Madrid", (2026, 11, 23, 1, 0, 30)),
            ("America/Mexico_City", (2026, 11, 22, 7, 17, 30)),
            ("UTC", (2026, 11, 22, 7, 23, 30)),
        ];
        for (zone, (year, month, day, weekday, hour, minute)) in rows {
            let local = local_time(Timestamp(1_795_390_200_000), &TimeZone::get(zone).unwrap());
            assert_eq!(local, LocalTime { year, month, day, weekday, hour, minute }, "{zone}");
        }
    }
}
