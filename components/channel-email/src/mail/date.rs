//! Dates of letters: RFC 5322, what it replaced, and what people's programs write instead.

use domain::time::Timestamp;
use jiff::{civil::DateTime, tz::TimeZone};

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The instant, in any order of its parts. Without a zone it is UTC; without a month it is nothing.
pub(crate) fn parse(value: &str) -> Option<Timestamp> {
    let value = without_comments(value);
    if let Ok(instant) = value.trim().parse::<jiff::Timestamp>() {
        return Some(Timestamp(instant.as_millisecond()));
    }
    let (mut day, mut month, mut year, mut time, mut zone) = (None, None, None, None, 0);
    for word in value.split([' ', '\t', ',']).flat_map(pieces).filter(|word| !word.is_empty()) {
        if time.is_some() && (word.starts_with('+') || word.starts_with('-')) {
            zone = offset(word)?;
        } else if word.contains(':') {
            time = time.or(Some(clock(word)?));
        } else if word.bytes().all(|byte| byte.is_ascii_digit()) {
            let number: i16 = word.parse().ok()?;
            match day {
                None if word.len() <= 2 => day = Some(i8::try_from(number).ok()?),
                _ if year.is_none() => year = Some(full_year(number, word.len())),
                _ => {}
            }
        } else if month.is_none() && named_month(word).is_some() {
            month = named_month(word);
        } else if time.is_some() {
            zone = named_zone(word).unwrap_or(zone);
        }
    }
    let (hour, minute, second) = time.unwrap_or_default();
    let date = DateTime::new(year?, month?, day?, hour, minute, second, 0).ok()?;
    let instant = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(Timestamp(instant.as_millisecond() - zone * 60_000))
}

fn without_comments(value: &str) -> String {
    let mut depth = 0_usize;
    value
        .chars()
        .filter(|letter| {
            match letter {
                '(' => depth += 1,
                ')' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

/// `12-Oct-17` is three; `-0300` and `GMT-0300` keep their sign.
fn pieces(word: &str) -> Vec<&str> {
    let dashed = word.split('-').any(|part| named_month(part).is_some());
    if dashed {
        return word.split('-').collect();
    }
    match word.find(['+', '-']) {
        Some(at) if at > 0 => vec![&word[..at], &word[at..]],
        _ => vec![word],
    }
}

fn clock(word: &str) -> Option<(i8, i8, i8)> {
    let mut parts = word.split([':', '.']);
    let mut next = || parts.next().map_or(Some(0), |part| part.parse::<i8>().ok());
    // A leap second is the last one of its minute.
    let (hour, minute, second) = (next()?, next()?, next()?.min(59));
    ((0..24).contains(&hour) && (0..60).contains(&minute) && second >= 0).then_some((hour, minute, second))
}

/// Minutes east of Greenwich.
fn offset(word: &str) -> Option<i64> {
    let sign = if word.starts_with('-') { -1 } else { 1 };
    let digits: String = word.chars().filter(char::is_ascii_digit).collect();
    let number: i64 = digits.parse().ok()?;
    let minutes = if digits.len() <= 2 { number * 60 } else { number / 100 * 60 + number % 100 };
    (minutes <= 24 * 60).then_some(sign * minutes)
}

fn full_year(number: i16, digits: usize) -> i16 {
    match (digits, number) {
        (..=2, ..=68) => number + 2000,
        (..=3, _) => number + 1900,
        _ => number,
    }
}

fn named_month(word: &str) -> Option<i8> {
    let name = word.get(..3)?.to_ascii_lowercase();
    let whole = word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'.');
    let at = MONTHS.iter().position(|month| *month == name).filter(|_| whole)?;
    i8::try_from(at + 1).ok()
}

fn named_zone(word: &str) -> Option<i64> {
    let hours = match word.to_ascii_uppercase().as_str() {
        "UT" | "UTC" | "GMT" | "Z" | "WET" => 0,
        "CET" | "MET" | "BST" | "WEST" => 1,
        "CEST" | "MEST" | "EET" => 2,
        "EEST" | "MSK" => 3,
        "HKT" | "SGT" => 8,
        "JST" | "KST" => 9,
        "AEST" => 10,
        "ADT" | "ART" | "BRT" => -3,
        "AST" | "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        _ => return None,
    };
    Some(hours * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (value, expected) in [
            ("Thu, 12 Oct 2017 18:03:30 -0700", Some("2017-10-13T01:03:30Z")),
            ("Wed, 11 Feb 98 11:51 CST", Some("1998-02-11T17:51:00Z")),
            ("Thu, 01 Oct 15 13:48:54 UTC", Some("2015-10-01T13:48:54Z")),
            ("1 Jul 2014 08:30:56 -0000", Some("2014-07-01T08:30:56Z")),
            ("Mon, 23 Dec 1996 00:08:02 +0100 (MET)", Some("1996-12-22T23:08:02Z")),
            (
                "Thu,      13        Feb          1969      23:32 -0330 (Newfoundland Time)",
                Some("1969-02-14T03:02:00Z"),
            ),
            ("Tue Jan 06 13:00:00 2009", Some("2009-01-06T13:00:00Z")),
            ("12-Oct-17 10:00 GMT+0200", Some("2017-10-12T08:00:00Z")),
            ("Fri, 3 May 2013 18:26:60 +02:00", Some("2013-05-03T16:26:59Z")),
            ("2017-10-12T18:03:30.250-07:00", Some("2017-10-13T01:03:30.25Z")),
            ("12 Oct 2017", Some("2017-10-12T00:00:00Z")),
            ("Sun, 1 Jan 2006 10:00:00 Nowhere", Some("2006-01-01T10:00:00Z")),
            ("Pn, 29 paX 2007 21:13:00 +0100", None),
            ("Thu, 31 Feb 2019 23:34:45 +0000", None),
            ("12 Oct 2017 25:00:00", None),
            ("12 Oct 2017 10:00 +99999999999999999999", None),
            ("99999999999 Oct 2017", None),
            ("", None),
        ] {
            let found = parse(value).and_then(|at| jiff::Timestamp::from_millisecond(at.0).ok());
            assert_eq!(found.map(|at| at.to_string()).as_deref(), expected, "{value}");
        }
    }
}
