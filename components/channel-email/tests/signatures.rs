//! Who is calling: a row for each way to get it wrong.

use channel::{
    codec::{Codec, PROOF},
    received::{Received, Settings},
    signature::{Signature, hmac_sha256, to_hex},
};
use channel_email::codec::Email;
use serde_json::{Value, json};

const CERTIFICATE: &str = include_str!("sns/certificate.pem");
const TOPIC: &str = "arn:aws:sns:eu-west-1:1:mail";

fn post(content_type: &str, body: impl Into<Vec<u8>>) -> Received {
    let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
    Received { method: "POST".to_owned(), headers, body: body.into(), ..Received::default() }
}

#[track_caller]
fn check(received: &Received, settings: &Settings, expected: Signature) {
    assert_eq!(Email.verify(received, settings), expected, "{}", String::from_utf8_lossy(&received.body));
}

#[test]
fn mailgun_signs_a_timestamp_and_a_token() {
    let mac = |secret: &str, told: &str| to_hex(&hmac_sha256(secret.as_bytes(), told.as_bytes()));
    let good = mac("key", "1795262400tok");
    let form =
        |fields: &str| post("application/x-www-form-urlencoded", format!("recipient=x%40y.z&{fields}"));
    let plain = |timestamp: &str, token: &str, signature: &str| {
        form(&format!("timestamp={timestamp}&token={token}&signature={signature}"))
    };
    let settings =
        |secret: &str, now: &str| Settings::from([("provider", "mailgun"), ("secret", secret), ("now", now)]);
    use Signature::{Invalid, Unchecked, Valid};
    let right = plain("1795262400", "tok", &good);
    check(&right, &settings("key", ""), Valid);
    check(&right, &settings("key", "1795262500"), Valid);
    check(&right, &settings("key", "1795263000"), Invalid);
    check(&right, &settings("key", "1795261000"), Invalid);
    check(&right, &settings("yek", ""), Invalid);
    check(&right, &settings("", ""), Unchecked);
    check(&plain("1795262400", "tok", &good.to_uppercase()), &settings("key", ""), Valid);
    check(&plain("1795262401", "tok", &good), &settings("key", ""), Invalid);
    check(&plain("1795262400", "kot", &good), &settings("key", ""), Invalid);
    check(&plain("179526240", "0tok", &good), &settings("key", "1795262400"), Invalid);
    check(&plain("1795262400", "tok", &good[..40]), &settings("key", ""), Invalid);
    check(&plain("1795262400", "tok", ""), &settings("key", ""), Invalid);
    check(&plain("x", "tok", &mac("key", "xtok")), &settings("key", ""), Invalid);
    check(&form(""), &settings("key", ""), Invalid);
    // A second value beside the right one proves nothing.
    let twice = format!("timestamp=1795262400&token=tok&signature={good}&token=other");
    check(&form(&twice), &settings("key", ""), Invalid);

    let json = |signature: Value| {
        post("application/json", json!({ "signature": signature, "event-data": {} }).to_string())
    };
    let right = json!({ "timestamp": "1795262400", "token": "tok", "signature": good });
    check(&json(right.clone()), &settings("key", ""), Valid);
    check(
        &json(json!({ "timestamp": 1_795_262_400, "token": "tok", "signature": good })),
        &settings("key", ""),
        Valid,
    );
    check(
        &json(json!({ "timestamp": "1795262401", "token": "tok", "signature": good })),
        &settings("key", ""),
        Invalid,
    );
    check(&json(json!({ "token": "tok", "signature": good })), &settings("key", ""), Invalid);
    check(&json(Value::Null), &settings("key", ""), Invalid);
    check(&json(right), &settings("yek", ""), Invalid);
}

#[test]
fn amazon_signs_the_members_of_its_envelope() {
    let files = [
        include_str!("sns/version-1.json"),
        include_str!("sns/version-2.json"),
        include_str!("sns/no-subject.json"),
        include_str!("sns/subscription.json"),
    ];
    let settings = |pairs: [(&str, &str); 3]| {
        let mut settings = Settings::from(pairs);
        settings.0.insert("provider".to_owned(), "ses".to_owned());
        settings
    };
    use Signature::{Invalid, Unchecked, Valid};
    for file in files {
        let received = post("text/plain; charset=UTF-8", file);
        // 2026-11-21T12:00:00Z is 1795262400.
        for (pairs, expected) in [
            ([("secret", CERTIFICATE), ("", ""), ("", "")], Valid),
            ([("secret", CERTIFICATE), ("topic_arn", TOPIC), ("now", "1795262500")], Valid),
            ([("secret", CERTIFICATE), ("topic_arn", "arn:other"), ("", "")], Invalid),
            ([("secret", CERTIFICATE), ("now", "1795300000"), ("", "")], Invalid),
            ([(PROOF, CERTIFICATE), ("topic_arn", TOPIC), ("", "")], Valid),
            ([(PROOF, CERTIFICATE), ("", ""), ("", "")], Unchecked),
            ([("secret", "no certificate"), ("", ""), ("", "")], Invalid),
            ([("", ""), ("", ""), ("", "")], Unchecked),
        ] {
            check(&received, &settings(pairs), expected);
        }
        let document: Value = serde_json::from_str(file).expect("JSON");
        for (name, value) in [
            ("Message", json!("{}")),
            ("MessageId", json!("3333")),
            ("Timestamp", json!("2026-11-21T12:00:01.000Z")),
            ("TopicArn", json!("arn:other")),
            ("Type", json!("Other")),
            ("Signature", json!("AAAA")),
            ("Signature", json!("")),
            ("SignatureVersion", json!("3")),
            ("SigningCertURL", json!("https://evil.example/x.pem")),
            ("Message", Value::Null),
        ] {
            let mut forged = document.clone();
            forged[name] = value;
            let received = post("text/plain", forged.to_string());
            check(&received, &settings([("secret", CERTIFICATE), ("", ""), ("", "")]), Invalid);
        }
        // The version that was not signed with.
        let mut forged = document.clone();
        forged["SignatureVersion"] = json!(if document["SignatureVersion"] == "1" { "2" } else { "1" });
        check(
            &post("text/plain", forged.to_string()),
            &settings([("secret", CERTIFICATE), ("", ""), ("", "")]),
            Invalid,
        );
    }
    let proof = Email.proof(&post("text/plain", files[0])).expect("a certificate's address");
    assert_eq!(proof.url, "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem");
}

#[test]
fn only_our_own_topic_is_confirmed() {
    let received = post("text/plain", include_str!("sns/subscription.json"));
    let errands = |received: &Received, topic: &str| {
        Email.errands(received, &Settings::from([("provider", "ses"), ("topic_arn", topic)])).len()
    };
    assert_eq!(errands(&received, TOPIC), 1);
    assert_eq!(errands(&received, &format!("arn:a, {TOPIC}")), 1);
    assert_eq!(errands(&received, "arn:other"), 0);
    assert_eq!(errands(&received, ""), 0);
    let text = include_str!("sns/subscription.json");
    let elsewhere =
        post("text/plain", text.replace("https://sns.eu-west-1.amazonaws.com/?", "https://10.0.0.1/?"));
    assert_eq!(errands(&elsewhere, TOPIC), 0);
    let notification = post("text/plain", include_str!("sns/version-1.json"));
    assert_eq!(errands(&notification, TOPIC), 0);
}

#[test]
fn postmark_and_servers_carry_the_secret() {
    for provider in ["postmark", "raw", "sendgrid"] {
        let mut received = post("application/json", "{}");
        let settings = Settings::from([("provider", provider), ("secret", "user:pass")]);
        check(&received, &settings, Signature::Invalid);
        received.headers.push(("authorization".to_owned(), "Basic dXNlcjpwYXNz".to_owned()));
        check(&received, &settings, Signature::Valid);
        received.headers.push(("Authorization".to_owned(), "Basic eDp5".to_owned()));
        check(&received, &settings, Signature::Invalid);
    }
}
