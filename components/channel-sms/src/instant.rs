//! The ways in which providers write a time. All of them mean UTC unless they say otherwise.

use domain::time::Timestamp;
use jiff::{civil::DateTime, fmt::rfc2822::DateTimeParser, tz::TimeZone};

/// Unix seconds or milliseconds, ISO 8601 in its variants (`2019-11-09T16:00:00.000+0000`,
/// `2020-01-01 14:00:00 UTC`), or RFC 2822.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    unix(text).or_else(|| iso(text)).or_else(|| {
        let at = DateTimeParser::new().parse_timestamp(text).ok()?;
        Some(Timestamp(at.as_millisecond()))
    })
}

/// As a gateway's configuration says: `unix`, `unix_ms`, `compact`, or a pattern such as `%Y-%m-%d %H:%M:%S`.
pub(crate) fn by_format(text: &str, format: Option<&str>) -> Option<Timestamp> {
    let text = text.trim();
    match format {
        None => parse(text),
        Some("unix") => text.parse::<i64>().ok()?.checked_mul(1000).map(Timestamp),
        Some("compact") => compact(text),
        Some("unix_ms") => text.parse().ok().map(Timestamp),
        Some(pattern) => {
            let zoned = jiff::Timestamp::strptime(pattern, text).ok();
            zoned.map(|at| Timestamp(at.as_millisecond())).or_else(|| civil(pattern, text))
        }
    }
}

/// `YYMMDDHHMM`, as in delivery reports, or with seconds, or with all four digits of the year.
pub(crate) fn compact(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let pattern = match text.len() {
        10 => "%y%m%d%H%M",
        12 => "%y%m%d%H%M%S",
        14 => "%Y%m%d%H%M%S",
        _ => return None,
    };
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| civil(pattern, text))?
}

/// Between 2001 and 2286 seconds have ten digits, and milliseconds thirteen.
fn unix(text: &str) -> Option<Timestamp> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    match whole.len() {
        9 | 10 => Some(Timestamp(number * 1000)),
        13 => Some(Timestamp(number)),
        _ => None,
    }
}

fn iso(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix(" UTC").or_else(|| text.strip_suffix(" GMT")).unwrap_or(text);
    // `+0000` after a time with colons: mixed forms that the standard does not have.
    let colon = text.len().checked_sub(5).filter(|at| {
        let digits = text.as_bytes()[at + 1..].iter().all(u8::is_ascii_digit);
        digits && matches!(text.as_bytes()[*at], b'+' | b'-') && text.contains(':')
    });
    let text = match colon {
        Some(at) => format!("{}:{}", &text[..at + 3], &text[at + 3..]),
        None => text.to_owned(),
    };
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(Timestamp(at.as_millisecond()));
    }
    utc(text.parse().ok()?)
}

fn civil(pattern: &str, text: &str) -> Option<Timestamp> {
    utc(DateTime::strptime(pattern, text).ok()?)
}

fn utc(time: DateTime) -> Option<Timestamp> {
    Some(Timestamp(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let noon = 1_577_887_200_000;
        for (text, expected) in [
            ("2020-01-01T14:00:00.000Z", Some(noon)),
            ("2020-01-01T14:00:00Z", Some(noon)),
            ("2020-01-01T15:00:00+01:00", Some(noon)),
            ("2020-01-01T14:00:00.000+0000", Some(noon)),
            ("2020-01-01T11:00:00-0300", Some(noon)),
            ("2020-01-01 14:00:00 UTC", Some(noon)),
            (" 2020-01-01 14:00:00 ", Some(noon)),
            ("2020-01-01T14:00:00.123456789Z", Some(noon + 123)),
            ("2020-01-01T14:00:00", Some(noon)),
            ("Wed, 01 Jan 2020 14:00:00 +0000", Some(noon)),
            ("Wed, 1 Jan 2020 15:00:00 +0100", Some(noon)),
            ("1577887200", Some(noon)),
            ("1577887200.5", Some(noon)),
            ("1577887200000", Some(noon)),
            ("yesterday", None),
            ("", None),
            ("12", None),
            ("+0000", None),
            ("99999999999999999999", None),
            ("2020-13-01T14:00:00Z", None),
            ("ñ+0000", None),
        ] {
            assert_eq!(parse(text), expected.map(Timestamp), "{text}");
        }
    }

    #[test]
    fn compact_times() {
        let noon = 1_577_887_200_000;
        for (text, expected) in [
            ("2001011400", Some(noon)),
            ("200101140005", Some(noon + 5000)),
            ("20200101140000", Some(noon)),
            ("20010114", None),
            ("200101140a", None),
            ("2013011400", None),
        ] {
            assert_eq!(compact(text), expected.map(Timestamp), "{text}");
        }
    }

    #[test]
    fn configured_times() {
        let noon = Some(Timestamp(1_577_887_200_000));
        assert_eq!(by_format("1577887200", Some("unix")), noon);
        assert_eq!(by_format("2001011400", Some("compact")), noon);
        assert_eq!(by_format("1577887200000", Some("unix_ms")), noon);
        assert_eq!(by_format("01/01/2020 14:00", Some("%d/%m/%Y %H:%M")), noon);
        assert_eq!(by_format("01/01/2020 15:00 +0100", Some("%d/%m/%Y %H:%M %z")), noon);
        assert_eq!(by_format("2020-01-01 14:00:00", None), noon);
        assert_eq!(by_format("x", Some("%Q")), None);
        assert_eq!(by_format("9223372036854775807", Some("unix")), None);
    }
}
