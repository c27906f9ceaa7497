//! Business hours: by hand where it is tricky, and against a clock that is asked minute by minute.

use domain::{
    holiday::Region,
    hours::{Exception, Hours, Interval, Status, Why},
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
    let status = hours.status(&zone(place), at(now));
    assert_eq!((status.is_open(), status.changes()), (expected.0 == "open", expected.1.map(at)), "{now}");
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

/// Why it is closed at noon, and when it opens.
#[track_caller]
fn check_why(hours: &Hours, now: &str, why: Why, opens: &str) {
    let expected = Status::Closed { opens: Some(at(opens)), why };
    assert_eq!(hours.status(&zone("America/Bogota"), at(now)), expected, "{now}");
}

#[test]
fn a_holiday_is_closed_unless_an_exception_says_otherwise() {
    let day = ["09:00-17:00"];
    let shop = hours(json!({
        "week": {"mon": day, "tue": day, "wed": day, "thu": day, "fri": day, "sat": ["20:00-02:00"]},
        "holidays": ["CO"],
        "exceptions": {
            "2026-07-20": ["10:00-12:00"],
            "2026-07-22": {"name": "Inventario", "closed": ["11:00-15:00"]},
            "2026-07-24": {"name": "Aniversario", "open": []},
            "2026-07-28": {"closed": ["16:00-18:00"]},
            "2026-08-02": {"name": "Apagón", "closed": ["00:30-01:00"]},
            "2026-08-07": {"name": "Aseo", "closed": ["08:00-10:00"]},
        },
    }));
    let named = |name: &str| Some(name.to_owned());
    // Monday 13 July is a holiday; so is the 20th, on which an exception opens for two hours.
    let chiquinquira = Why::Holiday(named("Nuestra Señora del Rosario de Chiquinquirá"));
    check_why(&shop, "2026-07-13T17:00:00Z", chiquinquira, "2026-07-14T14:00:00Z");
    check(&shop, "America/Bogota", "2026-07-20T15:30:00Z", ("open", Some("2026-07-20T17:00:00Z")));
    check_why(&shop, "2026-07-20T18:00:00Z", Why::Exception(None), "2026-07-21T14:00:00Z");
    // An hour is cut out of a day, under its name; before and after it, the night is only the night.
    check(&shop, "America/Bogota", "2026-07-22T14:00:00Z", ("open", Some("2026-07-22T16:00:00Z")));
    check_why(&shop, "2026-07-22T17:00:00Z", Why::Exception(named("Inventario")), "2026-07-22T20:00:00Z");
    check_why(&shop, "2026-07-22T23:00:00Z", Why::Outside, "2026-07-23T14:00:00Z");
    // What an exception closes as a whole is a holiday.
    check_why(&shop, "2026-07-24T17:00:00Z", Why::Holiday(named("Aniversario")), "2026-07-26T01:00:00Z");
    check(&shop, "America/Bogota", "2026-07-28T15:00:00Z", ("open", Some("2026-07-28T21:00:00Z")));
    check_why(&shop, "2026-07-28T22:30:00Z", Why::Outside, "2026-07-29T14:00:00Z");
    // A cut reaches into the night before.
    check(&shop, "America/Bogota", "2026-08-02T05:00:00Z", ("open", Some("2026-08-02T05:30:00Z")));
    check_why(&shop, "2026-08-02T05:45:00Z", Why::Exception(named("Apagón")), "2026-08-02T06:00:00Z");
    // An exception that only cuts leaves the holiday what it is.
    let boyaca = Why::Holiday(named("Batalla de Boyacá"));
    check_why(&shop, "2026-08-07T14:00:00Z", boyaca, "2026-08-09T01:00:00Z");
    // A night that begins before a holiday goes on into it.
    let bar = hours(json!({"week": {"wed": ["20:00-03:00"], "thu": ["20:00-03:00"]}, "holidays": ["CO"]}));
    check(&bar, "America/Bogota", "2026-12-24T06:00:00Z", ("open", Some("2026-12-24T08:00:00Z")));
    check(&bar, "America/Bogota", "2026-12-25T06:00:00Z", ("open", Some("2026-12-25T08:00:00Z")));
}

#[test]
fn exceptions_are_written_short_or_long() {
    for (value, expected) in [
        (json!([]), Exception::holiday(None)),
        (json!({"name": "Navidad", "open": []}), Exception::holiday(Some("Navidad".to_owned()))),
        (json!(["10:00-12:00"]), Exception::from(vec!["10:00-12:00".parse().expect("an interval")])),
        (
            json!({"closed": ["10:00-12:00"]}),
            Exception { closed: vec!["10:00-12:00".parse().expect("an interval")], ..Exception::default() },
        ),
    ] {
        let read: Exception = serde_json::from_value(value.clone()).expect("an exception");
        assert_eq!(read, expected);
        assert_eq!(json!(read), value);
    }
    for (value, error) in [
        (json!(["9-12"]), "\"9-12\" is no interval such as 09:00-14:00"),
        (json!({"open": ["9-12"]}), "\"9-12\" is no interval such as 09:00-14:00"),
        (json!({"opens": []}), "unknown field `opens`, expected one of `name`, `open`, `closed`"),
        (json!("closed"), "expected a list of intervals, or an object with name, open, closed"),
    ] {
        let found = serde_json::from_value::<Exception>(value).expect_err(error).to_string();
        assert!(found.contains(error), "{found}");
    }
    let error = serde_json::from_value::<Hours>(json!({"holidays": ["MD"]})).expect_err("no region");
    assert_eq!(
        error.to_string(),
        "the holidays of \"MD\" are not known; a region is written such as CO or ES-MD"
    );
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

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A zone's wall clock, minute by minute, for a stretch of days.
struct Clock {
    begins: i64,
    wall: Vec<jiff::civil::DateTime>,
}

impl Clock {
    /// `before` and `after` days around an instant.
    fn around(zone: &TimeZone, middle: &str, before: i64, after: i64) -> Self {
        let begins = at(middle).0 - before * 86_400_000;
        let instant =
            |minute: i64| jiff::Timestamp::from_millisecond(begins + minute * 60_000).expect("an instant");
        let wall = (0..(before + after) * 1440).map(|minute| zone.to_datetime(instant(minute))).collect();
        Clock { begins, wall }
    }

    fn at(&self, minute: usize) -> Timestamp {
        Timestamp(self.begins + i64::try_from(minute).expect("small") * 60_000)
    }

    /// Marks the minutes from the first one at which the clock shows `from`, or more, to the first one at which
    /// it shows `to`, or more.
    fn mark(&self, marks: &mut [bool], date: jiff::civil::Date, interval: &str) {
        let shown = |text: &str, later: i64| {
            let (hour, minute) = text.split_once(':').expect("a time");
            let minutes = hour.parse::<i64>().expect("hours") * 60 + minute.parse::<i64>().expect("minutes");
            date.to_datetime(jiff::civil::Time::midnight()) + jiff::Span::new().minutes(minutes + later)
        };
        let (from, to) = interval.split_once('-').expect("an interval");
        let (from, to) = (shown(from, 0), if to <= from { shown(to, 1440) } else { shown(to, 0) });
        let first = |wall| self.wall.iter().position(|shown| *shown >= wall).unwrap_or(self.wall.len());
        let (from, to) = (first(from), first(to));
        marks.iter_mut().take(to).skip(from).for_each(|mark| *mark = true);
    }
}

/// What the tests' own reading of some hours says of each minute: whether it is open, and whether it would be
/// if nothing were cut out.
fn naive(written: &serde_json::Value, regions: &[Region], clock: &Clock) -> (Vec<bool>, Vec<bool>) {
    let (mut open, mut closed) = (vec![false; clock.wall.len()], vec![false; clock.wall.len()]);
    let listed = |value: &serde_json::Value| {
        value
            .as_array()
            .cloned()
            .unwrap_or_default()
            .iter()
            .map(|text| text.as_str().expect("a text").to_owned())
            .collect::<Vec<_>>()
    };
    let mut date = clock.wall[0].date();
    while date <= clock.wall[clock.wall.len() - 1].date() {
        let weekday = DAYS[usize::try_from(date.weekday().to_monday_zero_offset()).expect("a weekday")];
        let exception = &written["exceptions"][date.to_string()];
        let intervals = match (exception, &exception["open"]) {
            (list, _) if list.is_array() => listed(list),
            (_, list) if list.is_array() => listed(list),
            _ if regions.iter().any(|region| region.holiday(date).is_some()) => vec![],
            _ => listed(&written["week"][weekday]),
        };
        intervals.iter().for_each(|interval| clock.mark(&mut open, date, interval));
        listed(&exception["closed"]).iter().for_each(|interval| clock.mark(&mut closed, date, interval));
        date = date.tomorrow().expect("a date");
    }
    let both = open.iter().zip(&closed).map(|(open, closed)| *open && !closed).collect();
    (both, open)
}

fn any_hours(random: &mut Random, clock: &Clock) -> serde_json::Value {
    let week: serde_json::Map<String, serde_json::Value> =
        DAYS.iter().map(|day| ((*day).to_owned(), json!(random.intervals()))).collect();
    let mut exceptions = serde_json::Map::new();
    for _ in 0..random.below(5) {
        let minute = usize::try_from(random.below(clock.wall.len() as u64)).expect("small");
        let exception = match random.below(4) {
            0 => json!([]),
            1 => json!(random.intervals()),
            2 => json!({"name": "cut", "closed": random.intervals()}),
            _ => json!({"name": "other", "open": random.intervals(), "closed": random.intervals()}),
        };
        exceptions.insert(clock.wall[minute].date().to_string(), exception);
    }
    json!({"week": week, "exceptions": exceptions})
}

#[test]
fn any_hours_are_as_a_clock_says_that_is_asked_each_minute() {
    let mut random = Random(0xA076_1D64_78BD_642F);
    // Around changes of the clock: by day, at midnight, by half an hour; and holidays nearby.
    for (place, middle, regions) in [
        ("Europe/Madrid", "2026-03-29T01:00:00Z", "ES-MD"),
        ("Europe/Madrid", "2026-10-25T01:00:00Z", "ES-VC"),
        ("America/Santiago", "2026-04-05T03:00:00Z", "CL"),
        ("America/Santiago", "2026-09-06T04:00:00Z", "BR"),
        ("America/Havana", "2026-11-01T05:00:00Z", "ES"),
        ("America/Havana", "2027-03-14T05:00:00Z", "AR"),
        ("Australia/Lord_Howe", "2026-04-04T15:00:00Z", "CO"),
        ("America/Bogota", "2026-12-25T05:00:00Z", "VE"),
        ("Pacific/Apia", "2011-12-30T10:00:00Z", "EC"),
    ] {
        let zone = zone(place);
        let regions: [Region; 1] = [regions.parse().expect("a region")];
        let clock = Clock::around(&zone, middle, 5, 6);
        for _ in 0..12 {
            let mut written = any_hours(&mut random, &clock);
            written["holidays"] = json!(regions);
            let hours = hours(written.clone());
            let (open, uncut) = naive(&written, &regions, &clock);
            // What began before the first minutes is not in the reference.
            for minute in (3 * 1440..open.len()).step_by(17) {
                let status = hours.status(&zone, clock.at(minute));
                let place = || format!("{place} {} {written}", clock.wall[minute]);
                assert_eq!(status.is_open(), open[minute], "{}", place());
                match open[minute..].iter().position(|then| *then != open[minute]) {
                    Some(later) => {
                        assert_eq!(status.changes(), Some(clock.at(minute + later)), "{}", place())
                    }
                    None => assert!(
                        status.changes().is_none_or(|change| clock.at(open.len()) <= change),
                        "{}",
                        place()
                    ),
                }
                let Status::Closed { why, .. } = status else { continue };
                let date = clock.wall[minute].date();
                let exception = &written["exceptions"][date.to_string()];
                let list = if exception.is_array() { exception } else { &exception["open"] };
                let holiday = regions[0].holiday(date);
                match why {
                    Why::Exception(_) => assert!(uncut[minute] || list[0].is_string(), "{}", place()),
                    Why::Holiday(name) if list == &json!([]) => {
                        assert_eq!(json!(name), exception.get("name").cloned().unwrap_or_default())
                    }
                    Why::Holiday(name) => assert_eq!(name.as_deref(), holiday, "{}", place()),
                    Why::Outside => {
                        assert!(holiday.is_none() && list.is_null() && !uncut[minute], "{}", place())
                    }
                }
            }
        }
    }
}
