//! Values of RFC 5545, section 3.3: dates, times, durations, offsets.

use jiff::{
    SignedDuration,
    civil::{Date, DateTime, Time},
    tz::Offset,
};

/// `20261225`
pub(super) fn date(text: &str) -> Option<Date> {
    let digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i16>().ok();
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    digits.then(|| Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok())?
}

/// `20261225T180000`, and whether a `Z` says that it is UTC.
pub(super) fn date_time(text: &str) -> Option<(DateTime, bool)> {
    let (local, utc) = text.strip_suffix('Z').map_or((text, false), |local| (local, true));
    let (day, clock) = local.split_once('T')?;
    let digits = clock.len() == 6 && clock.bytes().all(|byte| byte.is_ascii_digit());
    let number = |range: std::ops::Range<usize>| clock.get(range)?.parse::<i8>().ok();
    let (hour, minute, second) = (number(0..2)?, number(2..4)?, number(4..6)?);
    // A leap second is the one before it.
    let time = digits.then(|| Time::new(hour, minute, second.min(59), 0).ok())??;
    Some((date(day)?.to_datetime(time), utc))
}

/// `P1W`, `P1DT2H30M`: days, and what is less than a day.
pub(super) fn duration(text: &str) -> Option<(i64, SignedDuration)> {
    let (mut days, mut seconds, mut in_time) = (0_i64, 0_i64, false);
    let mut digits = String::new();
    for character in text.strip_prefix('+').unwrap_or(text).strip_prefix('P')?.chars() {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        if character == 'T' && digits.is_empty() && !in_time {
            in_time = true;
            continue;
        }
        let number: i64 = digits.parse().ok()?;
        digits.clear();
        let (unit, sum) = match (character, in_time) {
            ('W', false) => (7, &mut days),
            ('D', false) => (1, &mut days),
            ('H', true) => (3600, &mut seconds),
            ('M', true) => (60, &mut seconds),
            ('S', true) => (1, &mut seconds),
            _ => return None,
        };
        *sum = sum.checked_add(number.checked_mul(unit)?)?;
    }
    // Nothing closes for longer, and what does not fit into a date is no duration.
    let fits = digits.is_empty() && days <= 366_000 && seconds <= 366_000 * 86_400;
    fits.then(|| (days, SignedDuration::from_secs(seconds)))
}

/// `-0530`, `+011500`
pub(super) fn offset(text: &str) -> Option<Offset> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let whole = matches!(digits.len(), 4 | 6) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i32>().ok();
    let seconds = number(0..2)? * 3600 + number(2..4)? * 60 + number(4..6).unwrap_or(0);
    whole.then(|| Offset::from_seconds(sign * seconds).ok())?
}
