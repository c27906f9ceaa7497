//! What the bot is told: who writes, where, and what happened.

use crate::bot::{Attribute, Channel, Contact, Context, Event, LocalTime};
use domain::{
    channel::CapacityKind,
    message::{Content, Menu},
    time::Timestamp,
};
use jiff::tz::TimeZone;
use shell::bot::Occasion;

/// The event of an occasion and all that the bot knows; `zone` is where the business has its clock.
pub fn of(occasion: &Occasion, now: Timestamp, zone: &TimeZone) -> (Event, Context) {
    let Occasion { interaction, conversation, contact, message, menu, .. } = occasion;
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let attribute =
        |(name, value): (&String, &String)| Attribute { name: name.clone(), value: value.clone() };
    let context = Context {
        contact: Contact {
            name: text(&contact.name),
            phone: contact.phone().map(str::to_owned),
            email: contact.email().map(str::to_owned),
            locale: contact.locale.clone(),
        },
        channel: Channel {
            name: conversation.channel.clone(),
            spoken: conversation.capacity == CapacityKind::Call,
        },
        memory: interaction.bot_memory.clone(),
        attributes: interaction.attributes.iter().map(attribute).collect(),
        now: local_time(now, zone),
    };
    (event(&message.content, menu.as_ref(), !interaction.bot_turned), context)
}

/// What the contact's message is to the bot; `menu` is the one it may answer. `begins`: the bot has
/// not said anything yet.
fn event(content: &Content, menu: Option<&Menu>, begins: bool) -> Event {
    let words = content.summary().trim();
    if begins {
        return Event::Started((!words.is_empty()).then(|| words.to_owned()));
    }
    match menu.and_then(|menu| menu.chosen(words)) {
        Some(option) => Event::Choice(option.id.clone()),
        None => Event::Text(words.to_owned()),
    }
}

/// The clock on the business's wall.
fn local_time(now: Timestamp, zone: &TimeZone) -> LocalTime {
    let instant = jiff::Timestamp::from_millisecond(now.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let local = zone.to_datetime(instant);
    // None of these is ever negative, nor a year past 9999.
    let small = |number: i8| u8::try_from(number).unwrap_or_default();
    LocalTime {
        year: u16::try_from(local.year()).unwrap_or_default(),
        month: small(local.month()),
        day: small(local.day()),
        weekday: small(local.weekday().to_monday_one_offset()),
        hour: small(local.hour()),
        minute: small(local.minute()),
    }
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
