//! What the Graph API's answer means for the message and for the account.

use domain::{message::DeliveryError, reason::Reason};
use meta::answer::{Reading, Verdict, numbers};

pub(crate) const READING: Reading = Reading {
    id: |answer| answer.list("messages").first().and_then(|message| message.text("id")),
    verdict: |code, _| verdict(code),
};

/// What an error code of the Cloud API says.
fn verdict(code: i64) -> Verdict {
    match code {
        // Unknown or temporary trouble; too many calls; media that Meta could not fetch yet.
        1 | 2 | 4 | 80_007 | 130_429 | 131_000 | 131_016 | 131_053 | 133_016 | 135_000 => Verdict::Wait(None),
        // To one person at most a message each six seconds.
        131_056 => Verdict::Wait(Some(6)),
        // The number is being upgraded, which takes about a minute.
        131_057 => Verdict::Wait(Some(60)),
        // The limit for what looks like spam: hurrying makes it worse.
        131_048 | 131_064 => Verdict::Wait(Some(15 * 60)),
        0 | 3 | 10 | 190 | 200..=299 | 131_005 => Verdict::Account,
        // Locked, unpaid, display name, certificate, not registered.
        368 | 130_497 | 131_031 | 131_037 | 131_042 | 131_044 | 131_045 | 133_010 => Verdict::Account,
        100 | 130_472 | 131_000..=139_999 => Verdict::Message,
        _ => Verdict::Other,
    }
}

/// What an error of the Cloud API means to whoever wrote the message, whether it came as the answer to a
/// call or in a report.
pub(crate) fn reason(error: &DeliveryError) -> Option<Reason> {
    let (code, _) = numbers(&error.code)?;
    Some(match code {
        131_050 => Reason::NoAdvertising,
        131_026 | 131_021 | 131_030 | 131_062 => Reason::NoSuchPerson,
        131_047 => Reason::WindowClosed,
        // Meta keeps it back: too much advertising, an experiment.
        131_048 | 131_049 | 131_064 | 130_472 => Reason::TakenForSpam,
        132_000..=132_999 => Reason::BadTemplate,
        131_052 | 131_053 => Reason::BadFile,
        131_008 | 131_009 | 131_051 | 100 => Reason::BadMessage,
        4 | 80_007 | 130_429 | 133_016 => Reason::TooMany,
        131_056 => Reason::TooManyToThem,
        1 | 2 | 131_000 | 131_016 | 131_057 | 135_000 => Reason::ProviderTrouble,
        137_000 => Reason::Unreachable,
        139_100..=139_199 => Reason::Blocked,
        0 | 3 | 10 | 190 | 200..=299 | 368 => Reason::AccountRefused,
        130_497 | 131_005 | 131_031 | 131_037 | 131_042 | 131_044 | 131_045 | 133_010 => {
            Reason::AccountRefused
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_code_means() {
        for (code, expected) in [
            ("131026", Some(Reason::NoSuchPerson)),
            ("131047", Some(Reason::WindowClosed)),
            ("131047/2494073", Some(Reason::WindowClosed)),
            ("131049", Some(Reason::TakenForSpam)),
            ("131050", Some(Reason::NoAdvertising)),
            ("131053", Some(Reason::BadFile)),
            ("131056", Some(Reason::TooManyToThem)),
            ("132015", Some(Reason::BadTemplate)),
            ("131042", Some(Reason::AccountRefused)),
            ("190", Some(Reason::AccountRefused)),
            ("131016", Some(Reason::ProviderTrouble)),
            ("138000", None),
            ("no_address", None),
        ] {
            assert_eq!(reason(&DeliveryError::new(code, "")), expected, "{code}");
        }
    }
    use channel::fixture::told;
    use channel::outbound::{Answer, Outcome};
    use meta::answer::interpret;
    use std::time::Duration;

    #[track_caller]
    fn check(status: u16, body: &str, expected: &str) {
        let answer = Answer::Response { status, retry_after: None, body: body.as_bytes().to_vec() };
        assert_eq!(told(&interpret(&answer, &READING)), expected, "{status} {body}");
    }

    #[test]
    fn answers() {
        let code = |code: i64| format!(r#"{{"error":{{"message":"(#{code}) no","code":{code}}}}}"#);
        check(200, r#"{"messages":[{"id":"wamid.1"}]}"#, "accepted wamid.1");
        check(200, "<html>", "accepted");
        for (status, number, expected) in [
            (400, 131_056, "retry Some(6s) 131056"),
            (400, 131_057, "retry Some(60s) 131057"),
            (429, 130_429, "retry None 130429"),
            (400, 131_048, "retry Some(900s) 131048"),
            (500, 131_016, "retry None 131016"),
            (400, 1, "retry None 1"),
            (401, 190, "account 190"),
            (400, 10, "account 10"),
            (403, 200, "account 200"),
            (400, 131_031, "account 131031"),
            (400, 131_026, "failed 131026 (#131026) no"),
            (400, 131_047, "failed 131047 (#131047) no"),
            (400, 132_001, "failed 132001 (#132001) no"),
            (500, 131_026, "failed 131026 (#131026) no"),
            (400, 999_999, "failed 999999 (#999999) no"),
            (503, 999_999, "retry None 999999"),
        ] {
            check(status, &code(number), expected);
        }
        check(502, "<html>Bad Gateway</html>", "retry None http_502");
        check(404, "", "failed http_404");
        check(401, "{}", "account http_401");
        let details =
            r#"{"error":{"message":"(#100) x","code":"100","error_data":{"details":"Parameter to"}}}"#;
        check(400, details, "failed 100 (#100) x: Parameter to");
    }

    #[test]
    fn silence_is_told_from_refusal_to_connect() {
        let reason = || "timeout".to_owned();
        let of = |answer: &Answer| interpret(answer, &READING);
        assert!(matches!(of(&Answer::NotReached { reason: reason() }), Outcome::Retry { .. }));
        assert!(matches!(of(&Answer::Lost { reason: reason() }), Outcome::Unknown { .. }));
        let answer =
            Answer::Response { status: 429, retry_after: Some(Duration::from_secs(9)), body: vec![] };
        assert!(
            matches!(interpret(&answer, &READING), Outcome::Retry { after: Some(after), .. } if after.as_secs() == 9)
        );
    }
}
