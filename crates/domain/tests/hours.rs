//! Business hours: by hand where it is tricky, and against a clock that is asked minute by minute.

use domain::{
    hours::{Hours, Interval, Status},
    time::Timestamp,
};
use jiff::tz::TimeZone;
use serde_json::json;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).expect("a zone")
}

fn at(text: &str) -> Timestamp {
    Timestamp(text.parse::<jiff::Timestamp>().expect("an instant").as_millisecond())
}

fn hours(value: serde_json::Value) -> Hours {
    serde_json::from_value(value).expect("hours")
}

#[track_caller]
fn check(hours: &Hours, place: &str, now: &str, expected: (&str, Option<&str>)) {
    let at_or_none = expected.1.map(at);
    let expected = match expected.0 {
        "open" => Status::Open { until: at_or_none },
        _ => Status::Closed { opens: at_or_none },
    };
    assert_eq!(hours.status(&zone(place), at(now)), expected, "{now}");
}

#[test]
fn a_week_with_a_break_and_a_holiday() {
    let shop = hours(json!({
        "week": {
            "mon": ["16:00-20:00", "09:00-14:00"], "tue": ["09:00-14:00"], "fri": ["20:00-02:00"],
            "sat": ["02:00-03:00"],
        },
        "exceptions": {"2026-12-07": [], "2026-12-08": ["10:00-12:00"], "2026-12-13": ["00:00-24:00"]},
    }));
    let madrid = "Europe/Madrid";
    for (now, what, changes) in [
        ("2026-11-23T07:59:59.999Z", "closed", "2026-11-23T08:00:00Z"),
        ("2026-11-23T08:00:00Z", "open", "2026-11-23T13:00:00Z"),
        ("2026-11-23T13:00:00Z", "closed", "2026-11-23T15:00:00Z"),
        ("2026-11-24T13:00:00Z", "closed", "2026-11-27T19:00:00Z"),
        // Friday night goes on into Saturday, and there the next one begins.
        ("2026-11-28T00:30:00Z", "open", "2026-11-28T02:00:00Z"),
        ("2026-11-28T02:00:00Z", "closed", "2026-11-30T08:00:00Z"),
        // The holiday, and the short day after it.
        ("2026-12-07T09:00:00Z", "closed", "2026-12-08T09:00:00Z"),
        ("2026-12-08T09:00:00Z", "open", "2026-12-08T11:00:00Z"),
        // A Sunday that is open all day, up to the Monday's first interval.
        ("2026-12-12T23:00:00Z", "open", "2026-12-13T23:00:00Z"),
    ] {
        check(&shop, madrid, now, (what, Some(changes)));
    }
}

#[test]
fn the_clock_jumps() {
    // Madrid: on 2026-03-29 2:00 becomes 3:00, on 2026-10-25 3:00 becomes 2:00.
    let night = hours(json!({"exceptions": {
        "2026-03-28": ["22:00-02:30"], "2026-03-29": ["02:15-02:45", "02:30-06:00"],
        "2026-10-24": ["22:00-02:30"], "2026-10-25": ["02:40-02:50"],
    }}));
    let madrid = "Europe/Madrid";
    check(&night, madrid, "2026-03-28T22:00:00Z", ("open", Some("2026-03-29T04:00:00Z")));
    check(&night, madrid, "2026-10-24T22:00:00Z", ("open", Some("2026-10-25T00:30:00Z")));
    check(&night, madrid, "2026-10-25T00:30:00Z", ("closed", Some("2026-10-25T00:40:00Z")));
    check(&night, madrid, "2026-10-25T01:45:00Z", ("closed", None));
    // Nine in the morning is nine in the morning, whatever the offset.
    let day = hours(json!({"week": {"sun": ["09:00-10:00"]}}));
    check(&day, madrid, "2026-03-28T12:00:00Z", ("closed", Some("2026-03-29T07:00:00Z")));
    check(&day, madrid, "2026-10-24T12:00:00Z", ("closed", Some("2026-10-25T08:00:00Z")));
    // Samoa had no 30th of December 2011.
    let apia = hours(json!({"exceptions": {"2011-12-30": ["09:00-17:00"], "2011-12-31": ["09:00-17:00"]}}));
    check(&apia, "Pacific/Apia", "2011-12-30T09:00:00Z", ("closed", Some("2011-12-30T19:00:00Z")));
}

#[test]
fn never_and_always() {
    check(&Hours::default(), "UTC", "2026-11-23T12:00:00Z", ("closed", None));
    let all = ["00:00-24:00"];
    let always = hours(json!({"week":
        {"mon": all, "tue": all, "wed": all, "thu": all, "fri": all, "sat": all, "sun": ["00:00-00:00"]}}));
    check(&always, "America/Santiago", "2026-11-23T12:00:00Z", ("open", None));
}

#[test]
fn what_is_no_interval() {
    for (text, shown) in
        [("09:00-14:00", "09:00-14:00"), (" 20:00 - 02:00 ", "20:00-02:00"), ("00:00-24:00", "00:00-24:00")]
    {
        assert_eq!(text.parse::<Interval>().expect(text).to_string(), shown);
    }
    for text in [
        "",
        "9:00-14:00",
        "09:00",
        "09:00-25:00",
        "24:00-25:00",
        "09:60-10:00",
        "+9:00-10:00",
        "09:00-10:00-11:00",
    ] {
        assert!(text.parse::<Interval>().is_err(), "{text}");
    }
    for value in
        [json!({"week": {"monday": []}}), json!({"weeks": {}}), json!({"exceptions": {"2026-02-30": []}})]
    {
        assert!(serde_json::from_value::<Hours>(value.clone()).is_err(), "{value}");
    }
    let kept = hours(
        json!({"time_zone": "UTC", "week": {"mon": ["20:00-02:00"]}, "exceptions": {"2026-12-25": []}}),
    );
    assert_eq!(serde_json::from_value::<Hours>(json!(kept)).expect("the same"), kept);
}

/// xorshift: the same hours in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn interval(&mut self) -> String {
        let (from, to) = (self.below(48) * 30, self.below(48) * 30);
        format!("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }

    fn intervals(&mut self) -> Vec<String> {
        (0..self.below(4)).map(|_| self.interval()).collect()
    }
}

/// Whether the wall's clock stands in an interval of its date or of the date before.
fn by_the_wall(week: &serde_json::Value, zone: &TimeZone, now: Timestamp) -> bool {
    let wall = zone.to_datetime(jiff::Timestamp::from_millisecond(now.0).expect("an instant"));
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let today = usize::try_from(wall.weekday().to_monday_zero_offset()).expect("a weekday");
    let clock = i32::from(wall.hour()) * 60 + i32::from(wall.minute());
    let inside = |day: usize, clock: i32| {
        let listed = week[names[day]].as_array().expect("a list").iter().filter_map(|text| text.as_str());
        listed.into_iter().any(|text| {
            let read = |text: &str| {
                let (hour, minute) = text.split_once(':').expect("a time");
                hour.parse::<i32>().expect("hours") * 60 + minute.parse::<i32>().expect("minutes")
            };
            let (from, to) = text.split_once('-').expect("an interval");
            let (from, to) = (read(from), read(to));
            let to = if to <= from { to + 1440 } else { to };
            (from..to).contains(&clock)
        })
    };
    inside(today, clock) || inside((today + 6) % 7, clock + 1440)
}

#[test]
fn any_week_is_as_the_wall_s_clock_says() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    // Weeks in which no clock is changed there.
    for (place, monday) in [
        ("Europe/Madrid", "2026-11-23T00:00:00Z"),
        ("America/Mexico_City", "2026-06-01T00:00:00Z"),
        ("Asia/Kathmandu", "2026-06-01T00:00:00Z"),
        ("Pacific/Kiritimati", "2026-06-01T00:00:00Z"),
        ("America/Sao_Paulo", "2026-06-01T00:00:00Z"),
    ] {
        let zone = zone(place);
        for _ in 0..40 {
            let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
            let week = serde_json::Value::Object(
                names.map(|day| (day.to_owned(), json!(random.intervals()))).into_iter().collect(),
            );
            let hours = hours(json!({ "week": week }));
            for _ in 0..50 {
                let now =
                    Timestamp(at(monday).0 + i64::try_from(random.below(7 * 1440)).expect("small") * 60_000);
                let status = hours.status(&zone, now);
                assert_eq!(status.is_open(), by_the_wall(&week, &zone, now), "{place} {now:?} {week}");
                // What changes at an instant is as it was the minute before, and not any more then.
                if let Some(change) = status.changes() {
                    assert!(now < change, "{place} {now:?} {week}");
                    assert_ne!(
                        hours.status(&zone, change).is_open(),
                        status.is_open(),
                        "{place} {now:?} {week}"
                    );
                    let before = Timestamp(change.0 - 1);
                    assert_eq!(
                        hours.status(&zone, before).is_open(),
                        status.is_open(),
                        "{place} {now:?} {week}"
                    );
                }
            }
        }
    }
}

#[test]
fn any_instant_of_a_year_agrees_with_the_next_change() {
    let mut random = Random(0xD1B5_4A32_D192_ED03);
    for place in
        ["Europe/Madrid", "America/Santiago", "Australia/Lord_Howe", "America/New_York", "Africa/Casablanca"]
    {
        let zone = zone(place);
        for _ in 0..10 {
            let mut next = || json!(random.intervals());
            let hours = hours(json!({"week": {"mon": next(), "wed": next(), "sat": next(), "sun": next()}}));
            let mut now = at("2026-01-01T00:00:00Z");
            // From change to change through the year: each is later, and each is one.
            while now < at("2027-01-01T00:00:00Z") {
                let status = hours.status(&zone, now);
                let Some(change) = status.changes() else { break };
                let middle = Timestamp(now.0 + (change.0 - now.0) / 2);
                assert!(now < change);
                assert_eq!(hours.status(&zone, middle), status, "{place} {middle:?}");
                assert_ne!(hours.status(&zone, change).is_open(), status.is_open(), "{place} {change:?}");
                now = change;
            }
        }
    }
}
