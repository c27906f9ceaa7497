//! What the bot is told: who writes, where, and what happened.

use bot::{
    limits::HEARD_MAX,
    step::{Attribute, Channel, Contact, Context, Event, Flow, LocalTime},
};
use domain::{
    channel::{CapacityKind, ChannelProfile},
    message::{Content, Menu},
    notice::LOCALE,
    time::Timestamp,
};
use jiff::tz::TimeZone;
use shell::bot::Occasion;

/// The event of an occasion and all that the bot knows; `zone` is where the business has its clock, `profile`
/// what the channel can do, if it says so.
pub fn of(
    occasion: &Occasion,
    profile: Option<&ChannelProfile>,
    now: Timestamp,
    zone: &TimeZone,
) -> (Event, Context) {
    let Occasion { interaction, flow, conversation, contact, message, menu, .. } = occasion;
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let attribute =
        |(name, value): (&String, &String)| Attribute { name: name.clone(), value: value.clone() };
    let context = Context {
        contact: Contact {
            name: text(&contact.name),
            phone: contact.phone().map(str::to_owned),
            email: contact.email().map(str::to_owned),
            locale: contact.locale.clone(),
            fields: vec![],
        },
        channel: channel(&conversation.channel, conversation.capacity, profile),
        locale: contact.locale.clone().unwrap_or_else(|| LOCALE.to_owned()),
        attributes: interaction.attributes.iter().map(attribute).collect(),
        history: vec![],
        memory: interaction.bot_memory.clone(),
        now: local_time(now, zone),
        flow: Flow { name: flow.name.0.clone(), version: flow.version, source: flow.source.clone() },
    };
    (event(&message.content, menu.as_ref(), !interaction.bot_turned), context)
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
fn event(content: &Content, menu: Option<&Menu>, begins: bool) -> Event {
    let words: String = content.summary().trim().chars().take(HEARD_MAX).collect();
    if begins {
        return Event::Started((!words.is_empty()).then_some(words));
    }
    match menu.and_then(|menu| menu.chosen(&words)) {
        Some(option) => Event::Choice(option.id.clone()),
        None => Event::Text(words),
    }
}

/// The clock on the business's wall.
fn local_time(now: Timestamp, zone: &TimeZone) -> LocalTime {
    let instant = jiff::Timestamp::from_millisecond(now.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    bot::play::player::local_time(zone.to_datetime(instant))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::message::MenuOption;

    #[test]
    fn what_a_message_means() {
        let options = vec![MenuOption { id: "order".into(), title: "Mi pedido".into() }];
        let menu = Menu { text: "?".into(), options };
        let rows = [
            (Content::text("1"), Event::Choice("order".into())),
            (Content::text("mi PEDIDO"), Event::Choice("order".into())),
            (Content::text("¿y el 1042? "), Event::Text("¿y el 1042?".into())),
            (Content::Media { text: None, attachments: vec![] }, Event::Text(String::new())),
            (Content::text("x".repeat(HEARD_MAX + 1)), Event::Text("x".repeat(HEARD_MAX))),
        ];
        for (content, expected) in rows {
            assert_eq!(event(&content, Some(&menu), false), expected);
        }
        assert_eq!(event(&Content::text("1"), None, false), Event::Text("1".into()));
        assert_eq!(event(&Content::text("1"), None, true), Event::Started(Some("1".into())));
        assert_eq!(event(&Content::text(""), None, true), Event::Started(None));
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
