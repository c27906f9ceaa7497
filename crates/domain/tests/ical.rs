//! Calendar files: rows for what an event says, rules as the RFC gives them, and files that are broken.

use domain::{
    hours::{Exception, Hours, Status, Why},
    ical::{Import, Options, import},
    time::Timestamp,
};
use jiff::{civil::Date, tz::TimeZone};
use serde_json::json;
use std::collections::BTreeMap;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).expect("a zone")
}

fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

fn read(text: &str, from: &str, to: &str) -> Import {
    let find = |name: &str| TimeZone::get(name).ok();
    let zone = zone("Europe/Madrid");
    import(text, &Options { zone: &zone, find: &find, from: date(from), to: date(to), transparent: false })
}

/// A calendar around some events, written as lines.
fn calendar(events: &str) -> String {
    let lines = events.lines().map(str::trim).collect::<Vec<_>>().join("\r\n");
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{lines}\r\nEND:VCALENDAR\r\n")
}

fn event(lines: &str) -> String {
    calendar(&format!("BEGIN:VEVENT\nUID:1\nSUMMARY:x\n{lines}\nEND:VEVENT"))
}

fn shown(exceptions: &BTreeMap<Date, Exception>) -> serde_json::Value {
    json!(exceptions)
}

/// What one event makes of December 2026, by the clock of Madrid.
#[track_caller]
fn check(lines: &str, expected: serde_json::Value) {
    let found = read(&event(lines), "2026-12-01", "2026-12-31");
    assert_eq!(found.mistakes, [], "{lines}");
    assert_eq!(shown(&found.exceptions), expected, "{lines}");
}

fn days(list: &[&str]) -> serde_json::Value {
    list.iter().map(|day| (format!("2026-12-{day}"), json!({"name": "x", "open": []}))).collect()
}

fn cuts(list: &[(&str, &str)]) -> serde_json::Value {
    list.iter().map(|(day, cut)| (format!("2026-12-{day}"), json!({"name": "x", "closed": [cut]}))).collect()
}

#[test]
fn whole_days() {
    check("DTSTART;VALUE=DATE:20261224", days(&["24"]));
    // The end does not belong to it; some write the same date twice.
    check("DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227", days(&["24", "25", "26"]));
    check("DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261224", days(&["24"]));
    check("DTSTART;VALUE=DATE:20261224\nDURATION:P2D", days(&["24", "25"]));
    check("DTSTART:20261230\nDTEND:20270110", days(&["30", "31"]));
    check("DTSTART:20261101\nDTEND:20261202", days(&["01"]));
    check("DTSTART:20270101", json!({}));
}

#[test]
fn times_are_cut_out_by_the_clock_of_the_hours() {
    check("DTSTART:20261215T100000\nDTEND:20261215T120000", cuts(&[("15", "10:00-12:00")]));
    check("DTSTART:20261215T100000Z\nDURATION:PT90M", cuts(&[("15", "11:00-12:30")]));
    let lima = "DTSTART;TZID=America/Lima:20261215T200000\nDTEND;TZID=America/Lima:20261215T210030";
    check(lima, cuts(&[("16", "02:00-03:01")]));
    let weekend = "DTSTART:20261218T180000\nDTEND:20261220T080000";
    check(weekend, cuts(&[("18", "18:00-24:00"), ("19", "00:00-24:00"), ("20", "00:00-08:00")]));
    // Up to midnight is not the next day.
    check("DTSTART:20261215T220000\nDURATION:PT2H", cuts(&[("15", "22:00-24:00")]));
    check("DTSTART:20261215T220000", json!({}));
}

#[test]
fn recurrences_with_what_is_left_out_of_them() {
    check("DTSTART:20201225\nRRULE:FREQ=YEARLY", days(&["25"]));
    check("DTSTART:20261201\nRRULE:FREQ=WEEKLY;COUNT=3", days(&["01", "08", "15"]));
    check("DTSTART:20261201\nRRULE:FREQ=WEEKLY;UNTIL=20261215", days(&["01", "08", "15"]));
    check("DTSTART:20261201\nRRULE:FREQ=WEEKLY;COUNT=3\nEXDATE:20261208", days(&["01", "15"]));
    check("DTSTART:20261201\nRDATE:20261203,20261205", days(&["01", "03", "05"]));
    let each_day = "DTSTART:20261207T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\n";
    let both = [("07", "09:00-10:00"), ("09", "09:00-10:00")];
    check(&format!("{each_day}EXDATE:20261208T080000Z"), cuts(&both));
    check(&format!("{each_day}EXDATE;VALUE=DATE:20261208"), cuts(&both));
    // UNTIL in UTC, and the clock of the event one hour ahead of it.
    let until =
        "DTSTART;TZID=Europe/Madrid:20261207T003000\nDURATION:PT15M\nRRULE:FREQ=DAILY;UNTIL=20261207T233000Z";
    check(until, cuts(&[("07", "00:30-00:45"), ("08", "00:30-00:45")]));
    // What began long ago and lasts.
    check("DTSTART:20261001\nDURATION:P62D\nRRULE:FREQ=YEARLY", days(&["01"]));
}

#[test]
fn moved_called_off_and_transparent() {
    let series = "BEGIN:VEVENT\nUID:1\nSUMMARY:x\nDTSTART:20261201\nRRULE:FREQ=WEEKLY;COUNT=3\nEND:VEVENT\n";
    let other = |uid: &str, lines: &str| {
        let text = format!("{series}BEGIN:VEVENT\nUID:{uid}\nSUMMARY:x\n{lines}\nEND:VEVENT");
        read(&calendar(&text), "2026-12-01", "2026-12-31")
    };
    let moved = other("1", "RECURRENCE-ID:20261208\nDTSTART:20261210");
    assert_eq!(shown(&moved.exceptions), days(&["01", "10", "15"]));
    let off = other("1", "RECURRENCE-ID:20261208\nDTSTART:20261208\nSTATUS:CANCELLED");
    assert_eq!(shown(&off.exceptions), days(&["01", "15"]));
    let stranger = other("2", "RECURRENCE-ID:20261208\nDTSTART:20261210");
    assert_eq!(shown(&stranger.exceptions), days(&["01", "08", "10", "15"]));
    let free = other("2", "DTSTART:20261222\nTRANSP:TRANSPARENT");
    assert_eq!((shown(&free.exceptions), free.transparent), (days(&["01", "08", "15"]), 1));
    let text = event("DTSTART:20261222\nTRANSP:TRANSPARENT");
    let find = |_: &str| None;
    let (from, to) = (date("2026-12-01"), date("2026-12-31"));
    let wanted = import(&text, &Options { zone: &TimeZone::UTC, find: &find, from, to, transparent: true });
    assert_eq!((shown(&wanted.exceptions), wanted.transparent), (days(&["22"]), 0));
}

#[test]
fn names_and_folded_lines() {
    let folded = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY;LANGUAGE=\"es:ES\":Comida\\, y \n brin\n\tdis\\nfin\nDTSTART:2026\n 1215\nBEGIN:VALARM\nSUMMARY:beep\nEND:VALARM\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:Cierre\nDTSTART:20261215T100000\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR";
    for text in [folded.to_owned(), format!("\u{feff}{}", folded.replace('\n', "\r\n"))] {
        let found = read(&text, "2026-12-01", "2026-12-31");
        assert_eq!(found.mistakes, []);
        let name = "Comida, y brindis\nfin · Cierre";
        let expected = json!({"2026-12-15": {"name": name, "open": [], "closed": ["10:00-11:00"]}});
        assert_eq!(shown(&found.exceptions), expected);
    }
}

#[test]
fn a_zone_that_the_calendar_describes() {
    let described = "BEGIN:VTIMEZONE\nTZID:Romance Standard Time
        BEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100
        RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD
        BEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200
        RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT\nEND:VTIMEZONE\n";
    // Each day at noon is noon in Madrid, over both changes of the clock.
    let daily = "BEGIN:VEVENT\nSUMMARY:x\nDTSTART;TZID=Romance Standard Time:20260101T120000\nDURATION:PT1H\nRRULE:FREQ=DAILY\nEND:VEVENT";
    let found = read(&calendar(&format!("{described}{daily}")), "2026-01-01", "2026-12-31");
    assert_eq!(found.mistakes, []);
    assert_eq!(found.exceptions.len(), 365);
    let noon = json!({"name": "x", "closed": ["12:00-13:00"]});
    assert!(found.exceptions.values().all(|exception| json!(exception) == noon));
    // A rule that ended: what held last holds on.
    let ended = described
        .replace("BYMONTH=10", "BYMONTH=10;UNTIL=20151025T010000Z")
        .replace("BYMONTH=3", "BYMONTH=3;UNTIL=20150329T010000Z");
    let found = read(&calendar(&format!("{ended}{daily}")), "2026-07-01", "2026-07-01");
    assert_eq!(shown(&found.exceptions), json!({"2026-07-01": {"name": "x", "closed": ["13:00-14:00"]}}));
    // Unknown everywhere: told with its line, and the other event is taken.
    let unknown = format!("{daily}\nBEGIN:VEVENT\nDTSTART:20261224\nEND:VEVENT");
    let found = read(&calendar(&unknown), "2026-12-01", "2026-12-31");
    assert_eq!(found.mistakes[0].to_string(), "line 5: the time zone Romance Standard Time is not known");
    assert_eq!(shown(&found.exceptions), json!({"2026-12-24": []}));
}

/// The rules and dates of RFC 5545, section 3.8.5.3, without those that go by the hour or number weeks.
const RULES: &[(&str, &str, &str, &str)] = &[
    (
        "19970902",
        "FREQ=DAILY;COUNT=10",
        "1997-12-31",
        "09-02 09-03 09-04 09-05 09-06 09-07 09-08 09-09 09-10 09-11",
    ),
    ("19970902", "FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-12-31", "09-02 09-12 09-22 10-02 10-12"),
    ("19970902", "FREQ=WEEKLY;UNTIL=19970930T000000Z", "1997-12-31", "09-02 09-09 09-16 09-23 09-30"),
    ("19970902", "FREQ=WEEKLY;INTERVAL=2;WKST=SU", "1997-10-31", "09-02 09-16 09-30 10-14 10-28"),
    (
        "19970902",
        "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
        "1997-12-31",
        "09-02 09-04 09-09 09-11 09-16 09-18 09-23 09-25 09-30 10-02",
    ),
    (
        "19970901",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,WE,FR",
        "1997-10-15",
        "09-01 09-03 09-05 09-15 09-17 09-19 09-29 10-01 10-03 10-13 10-15",
    ),
    (
        "19970902",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
        "1997-12-31",
        "09-02 09-04 09-16 09-18 09-30 10-02 10-14 10-16",
    ),
    ("19970905", "FREQ=MONTHLY;COUNT=4;BYDAY=1FR", "1997-12-31", "09-05 10-03 11-07 12-05"),
    ("19970907", "FREQ=MONTHLY;INTERVAL=2;COUNT=4;BYDAY=1SU,-1SU", "1997-12-31", "09-07 09-28 11-02 11-30"),
    ("19970922", "FREQ=MONTHLY;COUNT=3;BYDAY=-2MO", "1997-12-31", "09-22 10-20 11-17"),
    ("19970928", "FREQ=MONTHLY;BYMONTHDAY=-3", "1997-12-31", "09-28 10-29 11-28 12-29"),
    ("19970902", "FREQ=MONTHLY;COUNT=5;BYMONTHDAY=2,15", "1997-12-31", "09-02 09-15 10-02 10-15 11-02"),
    ("19970930", "FREQ=MONTHLY;COUNT=5;BYMONTHDAY=1,-1", "1997-12-31", "09-30 10-01 10-31 11-01 11-30"),
    ("19970902", "FREQ=MONTHLY;BYDAY=TU", "1997-10-15", "09-02 09-09 09-16 09-23 09-30 10-07 10-14"),
    ("19970904", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-12-31", "09-04 10-07 11-06"),
    ("19970929", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "1997-12-31", "09-29 10-30 11-27 12-30"),
    (
        "19970913",
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        "1997-12-31",
        "09-13 10-11 11-08 12-13",
    ),
    ("19970610", "FREQ=YEARLY;COUNT=2;BYMONTH=6,7", "1997-12-31", "06-10 07-10"),
    ("19970101", "FREQ=YEARLY;COUNT=3;BYYEARDAY=1,100,200", "1997-12-31", "01-01 04-10 07-19"),
    ("19970519", "FREQ=YEARLY;BYDAY=20MO", "1997-12-31", "05-19"),
    ("19970313", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "1997-12-31", "03-13 03-20 03-27"),
    (
        "19970605",
        "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
        "1997-07-31",
        "06-05 06-12 06-19 06-26 07-03 07-10 07-17 07-24 07-31",
    ),
    (
        "19970805",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
        "1997-12-31",
        "08-05 08-10 08-19 08-24",
    ),
    (
        "19970805",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
        "1997-12-31",
        "08-05 08-17 08-19 08-31",
    ),
    ("20070115", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007-12-31", "01-15 01-30 02-15 03-15 03-30"),
    // The first Tuesday after a Monday in November, in years of elections: 1996, and then 2000.
    (
        "19961105",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "2000-12-31",
        "11-05 11-07",
    ),
];

#[test]
fn rules_as_the_rfc_gives_them() {
    for (start, rule, to, expected) in RULES {
        let text = event(&format!("DTSTART:{start}\nRRULE:{rule}"));
        let found = read(&text, "1996-01-01", to);
        assert_eq!(found.mistakes, [], "{rule}");
        let dates: Vec<String> =
            found.exceptions.keys().map(|date| date.strftime("%m-%d").to_string()).collect();
        assert_eq!(dates.join(" "), *expected, "{rule}");
    }
    // Far from its start, without walking there: the same as in the middle of a walk.
    for rule in [
        "DAILY;INTERVAL=3",
        "WEEKLY;INTERVAL=2;BYDAY=MO,SU",
        "MONTHLY;INTERVAL=5;BYDAY=2TU",
        "YEARLY;INTERVAL=3",
    ] {
        let text = event(&format!("DTSTART:19980105\nRRULE:FREQ={rule}"));
        let all = read(&text, "1998-01-01", "2027-12-31").exceptions;
        let late = read(&text, "2020-01-01", "2027-12-31").exceptions;
        let expected: BTreeMap<_, _> =
            all.into_iter().filter(|(day, _)| date("2020-01-01") <= *day).collect();
        assert!(!late.is_empty());
        assert_eq!(late, expected, "{rule}");
    }
}

#[test]
fn mistakes_are_told_with_their_line_and_the_rest_is_taken() {
    for (lines, expected) in [
        ("DTSTART:20261301", "line 6: \"20261301\" is no date or time"),
        ("DTEND:20261224", "line 3: VEVENT without DTSTART"),
        ("DTSTART:20261224\nDTEND:20261223", "line 7: ends before it begins"),
        (
            "DTSTART:20261224\nDTEND:20261224T100000",
            "line 7: DTEND is a date and DTSTART a time, or the other way round",
        ),
        ("DTSTART:20261224\nDURATION:P1X", "line 7: \"P1X\" is no duration"),
        ("DTSTART:20261224\nRRULE:FREQ=HOURLY", "line 7: FREQ=HOURLY is not understood in a recurrence"),
        ("DTSTART:20261224\nRRULE:COUNT=2", "line 7: a recurrence without FREQ"),
        (
            "DTSTART:20261224\nRRULE:FREQ=YEARLY;BYWEEKNO=2",
            "line 7: BYWEEKNO=2 is not understood in a recurrence",
        ),
        (
            "DTSTART:20261224\nRRULE:FREQ=WEEKLY;BYDAY=1MO",
            "line 7: BYDAY with a number is not understood in a recurrence",
        ),
        (
            "DTSTART:20261224\nRRULE:FREQ=DAILY;INTERVAL=0",
            "line 7: INTERVAL=0 is not understood in a recurrence",
        ),
        ("DTSTART:20261224\nEXDATE:soon", "line 7: \"soon\" is no date or time"),
        ("DTSTART:20261224\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261224", "line 7: RANGE is not understood"),
        (
            "DTSTART:00010101\nRRULE:FREQ=DAILY\nDURATION:P300000D",
            "line 3: more, and more often, than can be looked at",
        ),
    ] {
        let good = "BEGIN:VEVENT\nDTSTART:20261231\nEND:VEVENT\n";
        let text = event(lines).replace("END:VCALENDAR", &format!("{good}END:VCALENDAR"));
        let text = if expected.ends_with("looked at") { event(lines) } else { text };
        let found = read(&text, "2026-12-01", "2026-12-31");
        let mistakes: Vec<String> = found.mistakes.iter().map(ToString::to_string).collect();
        assert_eq!(mistakes, [expected], "{lines}");
        let taken = found.exceptions.contains_key(&date("2026-12-31"));
        assert!(taken || expected.ends_with("looked at"), "{lines}");
    }
    // Two thousand years, day by day, and once more.
    let rule = "RRULE:FREQ=DAILY;COUNT=4000000\n";
    let found = read(&event(&format!("DTSTART:00010101\n{}", rule.repeat(9))), "2026-12-01", "2026-12-31");
    assert_eq!(found.mistakes[0].to_string(), "line 13: more, and more often, than can be looked at");
    for (text, expected) in [
        ("", "line 1: no BEGIN:VCALENDAR"),
        ("<html>", "line 1: no line such as NAME:value"),
        ("BEGIN:VCALENDAR\n\nBEGIN:VEVENT\nDTSTART:20261224", "line 1: VCALENDAR without its END"),
        ("BEGIN:VCALENDAR\nEND:VEVENT\nEND:VCALENDAR", "line 2: END:VEVENT without its BEGIN"),
    ] {
        assert_eq!(read(text, "2026-12-01", "2026-12-31").mistakes[0].to_string(), expected, "{text}");
    }
    // A file that was cut off has its whole events.
    let cut = event("DTSTART:20261224").replace("END:VCALENDAR", "BEGIN:VEVENT\nDTSTART:20261225");
    let found = read(&cut, "2026-12-01", "2026-12-31");
    assert_eq!((shown(&found.exceptions), found.mistakes.len()), (days(&["24"]), 2));
}

#[test]
fn hours_keep_what_was_imported() {
    let found = read(
        &calendar(
            "BEGIN:VEVENT\nSUMMARY:San Isidro\nDTSTART:20260515\nRRULE:FREQ=YEARLY\nEND:VEVENT
            BEGIN:VEVENT\nSUMMARY:Reunión\nDTSTART:20260518T100000\nDURATION:PT1H\nEND:VEVENT",
        ),
        "2026-05-01",
        "2027-05-31",
    );
    let all = ["09:00-18:00"];
    let mut hours: Hours = serde_json::from_value(json!({"week": {"mon": all, "fri": all}})).expect("hours");
    hours.exceptions = found.exceptions;
    let at = |text: &str| Timestamp(text.parse::<jiff::Timestamp>().expect("an instant").as_millisecond());
    for (now, opens, why) in [
        ("2026-05-15T10:00:00Z", "2026-05-18T07:00:00Z", Why::Holiday(Some("San Isidro".to_owned()))),
        ("2026-05-18T08:30:00Z", "2026-05-18T09:00:00Z", Why::Exception(Some("Reunión".to_owned()))),
        ("2026-05-18T20:00:00Z", "2026-05-22T07:00:00Z", Why::Outside),
    ] {
        let expected = Status::Closed { opens: Some(at(opens)), why };
        assert_eq!(hours.status(&zone("Europe/Madrid"), at(now)), expected);
    }
}

/// xorshift: the same files in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).expect("small")
    }
}

#[test]
fn no_file_is_too_broken() {
    let whole = calendar(
        "BEGIN:VTIMEZONE\nTZID:Here\nBEGIN:STANDARD\nDTSTART:19701025T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\nEND:VTIMEZONE
        BEGIN:VEVENT\nUID:1\nSUMMARY:Año\\, nuevo\nDTSTART;TZID=Here:20261201T100000\nDTEND;TZID=Here:20261201T110000\nRRULE:FREQ=MONTHLY;BYDAY=1TU,-1FR;BYSETPOS=-1;COUNT=30\nEXDATE;TZID=Here:20270105T100000\nEND:VEVENT
        BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;TZID=Here:20261225T100000\nDTSTART:20261226T100000Z\nDURATION:P1DT2H\nTRANSP:OPAQUE\nEND:VEVENT
        BEGIN:VEVENT\nUID:2\nDTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227\nRRULE:FREQ=YEARLY;BYMONTHDAY=24;BYMONTH=12;UNTIL=20301231\nRDATE;VALUE=DATE:20270101,20270106\nEND:VEVENT",
    );
    let sane = read(&whole, "2026-12-01", "2027-12-31");
    assert_eq!((sane.mistakes, sane.exceptions.len()), (vec![], 26));
    // Cut off at each byte that a character begins with.
    let mut cuts = 0;
    for (end, _) in whole.char_indices() {
        let found = read(&whole[..end], "2026-12-01", "2027-12-31");
        cuts += usize::from(!found.mistakes.is_empty());
    }
    assert!(whole.chars().count() - 30 < cuts, "a file that was cut off is noticed: {cuts}");
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let spice = [
        "\n",
        "\r\n ",
        ":",
        ";",
        "=",
        "-",
        "9",
        "0",
        "99999999999",
        "T",
        "Z",
        "P",
        "ñ",
        "\u{0}",
        "\"",
        ",",
        "BEGIN:",
        "END:",
        "\\",
        "FREQ=",
    ];
    let (mut told, mut taken) = (0, 0);
    for _ in 0..6000 {
        let mut characters: Vec<char> = whole.chars().collect();
        for _ in 0..=random.below(6) {
            let at = random.below(characters.len());
            let to = (at + random.below(9)).min(characters.len());
            let new: Vec<char> = spice[random.below(spice.len())].chars().collect();
            match random.below(3) {
                0 => drop(characters.splice(at..to, new)),
                1 => drop(characters.splice(at..at, new)),
                _ => {
                    let other = random.below(characters.len());
                    characters.swap(at, other);
                }
            }
        }
        let text: String = characters.into_iter().collect();
        let found = read(&text, "2026-12-01", "2027-12-31");
        let lines = text.split('\n').count();
        assert!(found.mistakes.iter().all(|mistake| (1..=lines).contains(&mistake.line)), "{text}");
        let (from, to) = (date("2026-12-01"), date("2027-12-31"));
        assert!(found.exceptions.keys().all(|day| from <= *day && *day <= to), "{text}");
        told += usize::from(!found.mistakes.is_empty());
        taken += usize::from(!found.exceptions.is_empty());
    }
    assert!(1000 < told && 1000 < taken, "{told} files with mistakes, {taken} of which something is taken");
}
