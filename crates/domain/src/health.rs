//! How well an account of the business works on its channel: what is found wrong, as data, and the rules
//! that find it without asking anybody.
//!
//! A [`Finding`] has a code, and its words stand where it is shown; [`Finding::text`] is for whoever does
//! not know the code. Silence is judged by the account's own habit alone, so nobody configures it.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It works, and somebody should look at it.
    Warning,
    /// Messages are lost or do not go out, or soon.
    Alarm,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Warning => "warning",
            Severity::Alarm => "alarm",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Severity::Warning, Severity::Alarm].into_iter().find(|severity| severity.as_str() == text)
    }
}

/// Something that is wrong with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub code: String,
    pub severity: Severity,
    /// When it ends, or when what still works ends.
    pub until: Option<Timestamp>,
    /// What its words mention, by name: a host, a reason. Never a secret, nor what people wrote.
    pub parameters: BTreeMap<String, String>,
    /// In English.
    pub text: String,
}

/// A provider's words are cut here.
const PARAMETER_MAX: usize = 200;

impl Finding {
    pub fn warning(code: &str, text: impl Into<String>) -> Self {
        Finding::new(Severity::Warning, code, text.into())
    }

    pub fn alarm(code: &str, text: impl Into<String>) -> Self {
        Finding::new(Severity::Alarm, code, text.into())
    }

    fn new(severity: Severity, code: &str, text: String) -> Self {
        Finding { code: code.to_owned(), severity, until: None, parameters: BTreeMap::new(), text }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        let value = value.to_string().chars().take(PARAMETER_MAX).collect();
        self.parameters.insert(name.to_owned(), value);
        self
    }

    #[must_use]
    pub fn until(self, at: Timestamp) -> Self {
        Finding { until: Some(at), ..self }
    }
}

/// The provider takes nothing of this account: token, permission, lock, payment.
pub const REFUSED: &str = "refused";

pub fn refused(reason: &str) -> Finding {
    Finding::alarm(REFUSED, format!("The provider refuses the account: {reason}")).with("reason", reason)
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MINUTE: Duration = Duration::from_secs(60);

/// What there is to say of a token that ends at `until` and that nobody renews by machine.
pub fn expiry(now: Timestamp, until: Timestamp) -> Option<Finding> {
    let days = until.since(now).as_secs() / DAY.as_secs();
    let text = format!("The access token ends in {days} days");
    let finding = match days {
        0..3 => Finding::alarm("token_expires", text),
        3..14 => Finding::warning("token_expires", text),
        _ => return None,
    };
    Some(finding.with("days", days).until(until))
}

/// A token as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// When it was given to us, or renewed.
    pub since: Timestamp,
    pub until: Option<Timestamp>,
}

impl Token {
    /// When half of its life is over: what is left is for failures. One whose end nobody knows is renewed
    /// as soon as its provider allows it, `age_min` after it was made, which tells.
    pub fn renew_at(&self, age_min: Duration) -> Timestamp {
        let half = self.until.map_or(Duration::ZERO, |until| until.since(self.since) / 2);
        self.since + half.max(age_min)
    }

    /// When a renewal that failed is tried again: often enough before the token ends.
    pub fn try_again_at(&self, now: Timestamp) -> Timestamp {
        let left = self.until.map_or(Duration::ZERO, |until| until.since(now));
        let pause = if left.is_zero() { 15 * MINUTE } else { (left / 16).clamp(MINUTE, 6 * 60 * MINUTE) };
        now + pause
    }

    /// What a renewal that failed means. While most of what is left is still there, it is no alarm.
    pub fn not_renewed(&self, now: Timestamp, reason: &str) -> Finding {
        let text = format!("The access token could not be renewed: {reason}");
        let calm = self.until.is_some_and(|until| until.since(now) > until.since(self.since) / 4);
        let finding = match calm {
            true => Finding::warning("not_renewed", text),
            false => Finding::alarm("not_renewed", text),
        };
        let finding = finding.with("reason", reason);
        self.until.map_or(finding.clone(), |until| finding.until(until))
    }
}

/// So many webhooks with a wrong signature in an hour are no accident.
pub const FORGED_MIN: u32 = 10;

/// What webhooks with wrong signatures mean: where none is right the secret is wrong; else somebody else
/// knocks, or one of two systems that sign.
pub fn forged(count: u32, any_right: bool) -> Option<Finding> {
    let text = format!("{count} webhooks with a wrong signature were refused");
    let finding = match any_right {
        _ if count < FORGED_MIN => return None,
        true => Finding::warning("signature_refused", text),
        false => Finding::alarm("signature_refused", text),
    };
    Some(finding.with("count", count))
}

const HOUR: i64 = 60 * 60 * 1000;
const WEEK: i64 = 7 * 24;

/// Hours are counted since the Unix epoch.
pub fn hour(at: Timestamp) -> i64 {
    at.0.div_euclid(HOUR)
}

/// How far back a habit is known, with the week that is judged.
pub const HABIT: Duration = Duration::from_secs(5 * 7 * 24 * 60 * 60);

/// The same stretch of so many weeks before is looked at, …
const WEEKS: i64 = 4;
/// … of which so many must have been alive: one week of holidays is forgiven, …
const ALIVE_MIN: usize = 3;
/// … with at least so many events. Of customers who write by chance and on average five times as often,
/// all are silent in less than one stretch of a hundred.
const EVENTS_MIN: u64 = 5;

/// A stretch without any event that is not normal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    pub since: Timestamp,
    /// The first hour of the stretch.
    pub first: i64,
    /// How many events the same stretch of an earlier week had on average.
    pub usual: u64,
}

/// Whether the silence since `last` is unlike the account. `hours` has the events of each hour.
///
/// The stretch is what is whole of the hours since the last event, a week at most, without the last one:
/// clocks change twice a year, and the first customer of a day may be late.
pub fn silence(now: Timestamp, last: Timestamp, hours: &BTreeMap<i64, u64>) -> Option<Silence> {
    let known_from = *hours.keys().next()?;
    let end = hour(now) - 1;
    let first = (hour(last) + 1).max(end - WEEK);
    if end <= first {
        return None;
    }
    let earlier = (1..=WEEKS).map(|week| week * WEEK).filter(|back| known_from < end - back);
    let weeks: Vec<u64> =
        earlier.map(|back| hours.range(first - back..end - back).map(|(_, events)| events).sum()).collect();
    let alive = weeks.iter().filter(|events| EVENTS_MIN <= **events).count();
    let usual = weeks.iter().sum::<u64>().checked_div(weeks.len() as u64)?;
    (ALIVE_MIN <= alive).then_some(Silence { since: last, first, usual })
}

impl Silence {
    /// Where the others of the center are alive it is this account that is ill; else it may be a holiday,
    /// or the way to all of them.
    pub fn finding(&self, now: Timestamp, others_alive: bool) -> Finding {
        let hours = hour(now) - hour(self.since);
        let usual = self.usual;
        let text = format!("Nothing came for {hours} hours; usually there are {usual} events in that time");
        let finding = match others_alive {
            true => Finding::alarm("silent", text),
            false => Finding::warning("silent", text),
        };
        finding.with("hours", hours).with("usual", usual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Monday at midnight, as hours go.
    const MONDAY: i64 = 2983 * WEEK - 72;

    fn at(hour: i64, minute: i64) -> Timestamp {
        Timestamp((MONDAY + hour) * HOUR + minute * 60 * 1000)
    }

    /// `weeks` weeks before Monday with so many events in each hour of a day from 9 to 18.
    fn shop(weeks: i64, hourly: u64) -> BTreeMap<i64, u64> {
        let open = |hour: &i64| (9..18).contains(&hour.rem_euclid(24));
        (MONDAY - weeks * WEEK..MONDAY).filter(|at| open(&(at - MONDAY))).map(|at| (at, hourly)).collect()
    }

    #[track_caller]
    fn check(hours: &BTreeMap<i64, u64>, last: Timestamp, now: Timestamp, usual: Option<u64>) {
        assert_eq!(silence(now, last, hours).map(|silence| silence.usual), usual);
    }

    #[test]
    fn silence_is_what_the_account_is_not_used_to() {
        let busy = shop(4, 6);
        let friday = at(-3 * 24 + 17, 50);
        let sunday = at(-7, 50);
        // At night and before the first hour is over and another, nothing is missing.
        for now in [at(0, 0), at(3, 0), at(9, 30), at(10, 59)] {
            check(&busy, sunday, now, None);
        }
        check(&busy, sunday, at(11, 0), Some(6));
        check(&busy, sunday, at(12, 0), Some(12));
        // The weekend is missing, too.
        check(&busy, friday, at(0, 0), Some(2 * 9 * 6));
        // Heard a minute ago.
        check(&busy, at(10, 59), at(11, 0), None);
        // A clock that went back, or a message from the future.
        check(&busy, at(12, 0), at(11, 0), None);
    }

    #[test]
    fn a_quiet_account_needs_longer_and_a_young_one_has_no_habit() {
        let quiet = shop(4, 1);
        let sunday = at(-7, 50);
        check(&quiet, sunday, at(11, 0), None);
        check(&quiet, sunday, at(14, 59), None);
        check(&quiet, sunday, at(15, 0), Some(5));
        check(&BTreeMap::new(), sunday, at(15, 0), None);
        check(&shop(2, 50), sunday, at(15, 0), None);
        check(&shop(3, 50), sunday, at(11, 0), Some(50));
        let rare: BTreeMap<i64, u64> = (1..=4).map(|week| (MONDAY - week * WEEK + 10, 1)).collect();
        check(&rare, at(-7 * 24, 0), at(100, 0), None);
    }

    #[test]
    fn one_holiday_hides_nothing_and_two_do() {
        let closed = |weeks: &[i64]| {
            let mut hours = shop(4, 6);
            for week in weeks {
                let day = MONDAY - week * WEEK;
                hours.retain(|hour, _| !(day..day + 24).contains(hour));
            }
            hours
        };
        let sunday = at(-7, 50);
        check(&closed(&[2]), sunday, at(11, 0), Some(4));
        check(&closed(&[2, 3]), sunday, at(11, 0), None);
    }

    #[test]
    fn to_be_switched_off_is_a_habit_after_three_weeks() {
        let sunday = at(-7, 50);
        let busy = shop(5, 6);
        for (hour, silent) in [(3 * 24, true), (9 * 24, true), (20 * 24, true), (22 * 24, false)] {
            assert_eq!(silence(at(hour, 0), sunday, &busy).is_some(), silent, "after {hour} h");
        }
    }

    #[test]
    fn alone_it_is_an_alarm_and_with_all_others_a_warning() {
        let silence = Silence { since: at(0, 0), first: MONDAY, usual: 9 };
        for (others, severity) in [(true, Severity::Alarm), (false, Severity::Warning)] {
            let finding = silence.finding(at(5, 0), others);
            assert_eq!((finding.severity, finding.parameters["hours"].as_str()), (severity, "5"));
        }
    }

    #[test]
    fn wrong_signatures() {
        for (count, any_right, expected) in [
            (0, false, None),
            (9, false, None),
            (10, false, Some(Severity::Alarm)),
            (10, true, Some(Severity::Warning)),
            (u32::MAX, true, Some(Severity::Warning)),
        ] {
            assert_eq!(forged(count, any_right).map(|finding| finding.severity), expected, "{count}");
        }
    }

    #[test]
    fn when_a_token_ends() {
        let in_days = |days: i64| expiry(at(0, 0), at(days * 24, 0)).map(|finding| finding.severity);
        for (days, expected) in [
            (-1, Some(Severity::Alarm)),
            (2, Some(Severity::Alarm)),
            (3, Some(Severity::Warning)),
            (13, Some(Severity::Warning)),
            (14, None),
        ] {
            assert_eq!(in_days(days), expected, "{days}");
        }
    }

    #[test]
    fn when_a_token_is_renewed() {
        let token = |until: Option<i64>| Token { since: at(0, 0), until: until.map(|hour| at(hour, 0)) };
        for (until, age_min, expected) in
            [(Some(60 * 24), 24, 30 * 24), (None, 24, 24), (Some(2), 0, 1), (None, 0, 0), (Some(-5), 0, 0)]
        {
            let age_min = Duration::from_secs(age_min * 3600);
            assert_eq!(token(until).renew_at(age_min), at(expected, 0), "{until:?}");
        }
        for (until, now, minutes) in
            [(Some(60 * 24), 30 * 24, 6 * 60), (Some(5), 1, 15), (Some(1), 1, 15), (None, 1, 15)]
        {
            let at_last = token(until).try_again_at(at(now, 0));
            assert_eq!(at_last, at(now, minutes), "{until:?}");
        }
        let severity = |until, now| token(until).not_renewed(at(now, 0), "why").severity;
        assert_eq!(severity(Some(60 * 24), 31 * 24), Severity::Warning);
        assert_eq!(severity(Some(60 * 24), 50 * 24), Severity::Alarm);
        assert_eq!(severity(None, 1), Severity::Alarm);
    }

    #[test]
    fn a_provider_s_words_are_cut() {
        assert_eq!(refused(&"ñ".repeat(900)).parameters["reason"].chars().count(), PARAMETER_MAX);
    }
}
