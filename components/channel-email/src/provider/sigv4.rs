//! AWS Signature Version 4, for one kind of call: a POST of JSON to SES.

use channel::signature::{hmac_sha256, to_hex};
use domain::time::Timestamp;
use sha2::{Digest, Sha256};

pub(super) struct Credentials<'a> {
    pub(super) key_id: &'a str,
    pub(super) secret: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
}

/// The instant as AWS writes it: `20150830T123600Z`.
pub(super) fn stamp(at: Timestamp) -> Option<String> {
    let at = jiff::Timestamp::from_millisecond(at.0).ok()?;
    Some(at.strftime("%Y%m%dT%H%M%SZ").to_string())
}

/// The value of `Authorization`. `headers` are all headers that are signed, in lower case and sorted,
/// and `stamp` is the value of `x-amz-date` among them.
pub(super) fn authorization(
    credentials: &Credentials<'_>,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
    stamp: &str,
) -> String {
    let Credentials { key_id, secret, region, service } = credentials;
    let date = stamp.get(..8).unwrap_or(stamp);
    let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
    let request = format!("{method}\n{path}\n\n{lines}\n{names}\n{}", hash(body));
    let scope = format!("{date}/{region}/{service}/aws4_request");
    let to_sign = format!("AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}", hash(request.as_bytes()));
    let key = [*region, *service, "aws4_request"]
        .iter()
        .fold(hmac_sha256(format!("AWS4{secret}").as_bytes(), date.as_bytes()), |key, part| {
            hmac_sha256(&key, part.as_bytes())
        });
    let signature = to_hex(&hmac_sha256(&key, to_sign.as_bytes()));
    format!("AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}")
}

fn hash(bytes: &[u8]) -> String {
    to_hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `get-vanilla` and `post-vanilla` of AWS's test suite.
    #[test]
    fn aws_s_own_vectors() {
        let credentials = Credentials {
            key_id: "AKIDEXAMPLE",
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            region: "us-east-1",
            service: "service",
        };
        let at = "2015-08-30T12:36:00Z".parse::<jiff::Timestamp>().expect("an instant");
        let stamp = stamp(Timestamp(at.as_millisecond())).expect("an instant");
        assert_eq!(stamp, "20150830T123600Z");
        let headers = [("host", "example.amazonaws.com"), ("x-amz-date", stamp.as_str())];
        for (method, signature) in [
            ("GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            ("POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        ] {
            let expected = format!(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                SignedHeaders=host;x-amz-date, Signature={signature}"
            );
            assert_eq!(authorization(&credentials, method, "/", &headers, b"", &stamp), expected);
        }
    }
}
