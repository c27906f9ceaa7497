//! Who is calling: the secret that was given to `setWebhook` comes back with every update. Nothing is
//! signed, so whoever knows the secret can say anything.

use channel::{
    received::{Received, Settings},
    signature::{Signature, same_secret},
};

pub(crate) fn verify(received: &Received, settings: &Settings) -> Signature {
    let Some(secret) = settings.get("secret") else { return Signature::Unchecked };
    let given = received.header("X-Telegram-Bot-Api-Secret-Token");
    given.is_some_and(|given| same_secret(given, secret)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_has_to_be_the_one() {
        for (secret, headers, expected) in [
            ("s3cret_A-1", vec!["s3cret_A-1"], Signature::Valid),
            ("s3cret_A-1", vec!["s3cret_A-1", "s3cret_A-1"], Signature::Valid),
            ("s3cret_A-1", vec!["s3cret_A-1", "other"], Signature::Invalid),
            ("s3cret_A-1", vec!["s3cret_A-1x"], Signature::Invalid),
            ("s3cret_A-1", vec!["s3cret_A-"], Signature::Invalid),
            ("s3cret_A-1", vec!["S3cret_A-1"], Signature::Invalid),
            ("s3cret_A-1", vec![""], Signature::Invalid),
            ("s3cret_A-1", vec![], Signature::Invalid),
            ("", vec!["s3cret_A-1"], Signature::Unchecked),
            ("", vec![""], Signature::Unchecked),
        ] {
            let named = |value: &&str| ("x-telegram-bot-api-secret-token".to_owned(), (*value).to_owned());
            let received = Received { headers: headers.iter().map(named).collect(), ..Received::default() };
            assert_eq!(verify(&received, &Settings::from([("secret", secret)])), expected, "{headers:?}");
        }
    }
}
