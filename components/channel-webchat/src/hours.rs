//! Whether the account is open now, and what a visitor may do while it is not: the settings `hours` and
//! `when_closed`.

use domain::{
    hours::{Hours, Status},
    time::Timestamp,
};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    pub status: Status,
    pub when_closed: WhenClosed,
}

/// What is offered while the business is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenClosed {
    /// A message is taken, with the address for the answer.
    #[default]
    Message,
    Nothing,
    /// All as usual: a bot may be there all night.
    Chat,
}

impl Door {
    /// `zone` is where the center has its clock. Without hours it is always open.
    pub fn of(settings: &Map<String, Value>, zone: &TimeZone, now: Timestamp) -> Result<Self, String> {
        let when_closed = match settings.get("when_closed").and_then(Value::as_str) {
            Some("nothing") => WhenClosed::Nothing,
            Some("chat") => WhenClosed::Chat,
            _ => WhenClosed::Message,
        };
        let always = Door { status: Status::Open { until: None }, when_closed };
        let Some(hours) = settings.get("hours").filter(|hours| !hours.is_null()) else { return Ok(always) };
        let hours = Hours::deserialize(hours).map_err(|error| format!("hours: {error}"))?;
        let own = match &hours.time_zone {
            Some(name) => Some(TimeZone::get(name).map_err(|error| format!("hours.time_zone: {error}"))?),
            None => None,
        };
        Ok(Door { status: hours.status(own.as_ref().unwrap_or(zone), now), when_closed })
    }

    /// Nobody chats now.
    pub fn is_closed(&self) -> bool {
        !self.status.is_open() && self.when_closed != WhenClosed::Chat
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn closed_is_what_the_settings_say() {
        let zone = TimeZone::UTC;
        // A Monday, 12:00 UTC.
        let now = Timestamp(1_795_435_200_000);
        let door = |settings: Value| Door::of(settings.as_object().unwrap(), &zone, now);
        for (settings, closed, offer) in [
            (json!({}), false, WhenClosed::Message),
            (json!({"hours": {"week": {"mon": ["09:00-18:00"]}}}), false, WhenClosed::Message),
            (json!({"hours": {"week": {"mon": ["13:00-18:00"]}}}), true, WhenClosed::Message),
            (
                json!({"hours": {"time_zone": "Europe/Madrid", "week": {"mon": ["13:00-18:00"]}}}),
                false,
                WhenClosed::Message,
            ),
            (json!({"hours": {}, "when_closed": "nothing"}), true, WhenClosed::Nothing),
            (json!({"hours": {}, "when_closed": "chat"}), false, WhenClosed::Chat),
        ] {
            let door = door(settings.clone()).unwrap();
            assert_eq!((door.is_closed(), door.when_closed), (closed, offer), "{settings}");
        }
        let error = door(json!({"hours": {"week": {"mon": ["9-18"]}}})).unwrap_err();
        assert_eq!(error, "hours: \"9-18\" is no interval such as 09:00-14:00");
        assert!(
            door(json!({"hours": {"time_zone": "Mars/Olympus"}})).unwrap_err().starts_with("hours.time_zone")
        );
    }
}
