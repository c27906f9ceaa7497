//! Twilio's error codes: what they mean for a message and what they say to an agent.

use crate::{report::error, send::OPTED_OUT};
use domain::{message::DeliveryError, reason::Reason};

/// What to do about a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Later,
    /// Nothing of this account goes out until somebody mends it.
    Account,
    /// The person wants no more messages.
    OptedOut,
    Message,
    /// The HTTP status decides.
    Other,
}

pub(super) fn verdict(code: i64) -> Verdict {
    match code {
        21_610 => Verdict::OptedOut,
        // Too fast or too many at once; Twilio's own trouble; the channel's limit.
        14_107 | 20_429 | 20_500 | 20_503 | 21_611 | 30_001 | 30_022 | 63_018 => Verdict::Later,
        // Credentials; an account that is closed or not paid; a sender that is not the account's.
        20_003 | 20_005 | 20_006 | 20_008 | 20_101 | 21_212 | 21_606 | 21_659 | 21_660 | 21_703 => {
            Verdict::Account
        }
        30_002 | 63_007 | 90_010 => Verdict::Account,
        21_000..=21_999 | 30_003..=30_999 | 63_000..=63_999 => Verdict::Message,
        _ => Verdict::Other,
    }
}

/// What a code means to whoever wrote the message.
pub(super) fn reason(code: &str) -> Option<Reason> {
    Some(match code.parse::<i64>().ok()? {
        21_610 => Reason::OptedOut,
        21_211 | 21_214 | 21_217 | 21_614 | 30_005 | 30_006 | 63_024 => Reason::NoSuchPerson,
        30_003 => Reason::Unreachable,
        30_004 => Reason::Blocked,
        30_007 | 30_034 => Reason::TakenForSpam,
        21_602 | 21_605 | 21_617 => Reason::BadMessage,
        12_300 | 30_018 | 63_019 | 63_021 => Reason::BadFile,
        63_016 => Reason::WindowClosed,
        63_027 | 63_028 | 63_041 => Reason::BadTemplate,
        14_107 | 20_429 | 21_611 | 30_001 | 30_022 | 63_018 => Reason::TooMany,
        20_500 | 20_503 | 30_008 => Reason::ProviderTrouble,
        // The region is not switched on.
        21_408 => Reason::AccountRefused,
        number if verdict(number) == Verdict::Account => Reason::AccountRefused,
        _ => return None,
    })
}

/// The error of a report, in Twilio's words where it has some.
pub(super) fn of(code: &str, words: Option<String>) -> DeliveryError {
    error(code, words.or_else(|| meaning(code).map(str::to_owned)).unwrap_or_default())
}

pub(super) fn opted_out(code: &str, words: Option<String>) -> DeliveryError {
    DeliveryError::new(OPTED_OUT, of(code, words).text)
}

pub(super) fn is_opt_out(code: &str) -> bool {
    code == "21610"
}

/// Reports carry the code alone.
fn meaning(code: &str) -> Option<&'static str> {
    Some(match code {
        "21211" => "'To' is no valid number",
        "21408" => "Messages to this region are not enabled",
        "21610" => "The recipient has sent STOP",
        "21614" => "'To' is no mobile number",
        "30001" => "Queue overflow",
        "30002" => "Account suspended",
        "30003" => "Unreachable destination handset",
        "30004" => "Message blocked",
        "30005" => "Unknown destination handset",
        "30006" => "Landline or unreachable carrier",
        "30007" => "Message filtered by the carrier",
        "30008" => "Unknown error",
        "30034" => "Message from an unregistered number",
        "63016" => "Outside the allowed window: only an approved template can be sent",
        "63018" => "Rate limit of the channel exceeded",
        "63024" => "Invalid message recipient",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_code_means() {
        for (code, expected) in [
            ("21610", Some(Reason::OptedOut)),
            ("30003", Some(Reason::Unreachable)),
            ("30004", Some(Reason::Blocked)),
            ("30005", Some(Reason::NoSuchPerson)),
            ("30006", Some(Reason::NoSuchPerson)),
            ("30007", Some(Reason::TakenForSpam)),
            ("30008", Some(Reason::ProviderTrouble)),
            ("63016", Some(Reason::WindowClosed)),
            ("20003", Some(Reason::AccountRefused)),
            ("99999", None),
            ("opted_out", None),
        ] {
            assert_eq!(reason(code), expected, "{code}");
        }
    }
}
