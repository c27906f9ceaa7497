//! Twilio's error codes: what they mean for a message and what they say to an agent.

use crate::{report::error, send::OPTED_OUT};
use domain::message::DeliveryError;

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
