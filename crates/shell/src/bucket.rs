//! A bucket of an S3-compatible object store: the requests to it, signed (AWS Signature Version 4, in the
//! headers: an address with a signature would be written into logs), and what its answers mean.
//!
//! Nothing is sent here. The payload's hash is part of what is signed, so the store itself refuses what was
//! damaged on its way.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>

use crate::failure::{Failure, Result};
use domain::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;

/// Where it is, and the keys to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Bucket {
    /// `https://HOST[:PORT]`
    origin: String,
    /// Of the bucket, and of a folder in it where there is one; empty or with a slash in front.
    path: String,
    region: String,
    access_key: String,
    secret_key: String,
}

/// Without the secret.
impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

/// A request to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
}

/// What the store's answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Done,
    NotFound,
    /// It does not work now.
    Away(String),
    /// It does not take our word: its configuration or ours is wrong.
    Refused(String),
}

/// The SHA-256 of nothing.
const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

impl Bucket {
    /// `url` is `https://HOST/BUCKET`, or `https://BUCKET.HOST` where the store has a name for each; a folder
    /// in the bucket may follow.
    pub fn new(url: &str, region: &str, access_key: &str, secret_key: &str) -> Result<Self> {
        let wrong = |what: &str| Failure::Broken(format!("s3_url {url:?}: {what}"));
        let url = url.trim().trim_end_matches('/');
        let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("write https://HOST/BUCKET"))?;
        let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
        if !["http", "https"].contains(&scheme) || host.is_empty() || host.contains('@') {
            return Err(wrong("write https://HOST/BUCKET"));
        }
        let clean = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        if !path.chars().all(clean) || path.split('/').any(|part| [".", ".."].contains(&part)) {
            return Err(wrong("a bucket's name has letters, digits, points and dashes"));
        }
        if access_key.is_empty() || secret_key.is_empty() {
            return Err(Failure::Broken("s3_url is set; s3_access_key and s3_secret_key are not".to_owned()));
        }
        let origin = format!("{scheme}://{}", host.to_ascii_lowercase());
        let path = if path.is_empty() { String::new() } else { format!("/{path}") };
        let [region, access_key, secret_key] = [region, access_key, secret_key].map(str::to_owned);
        Ok(Bucket { origin, path, region, access_key, secret_key })
    }

    pub fn get(&self, key: &str, now: Timestamp) -> Signed {
        self.request("GET", key, NOTHING, now)
    }

    pub fn delete(&self, key: &str, now: Timestamp) -> Signed {
        self.request("DELETE", key, NOTHING, now)
    }

    /// `sha256` of what is put, in lower-case hexadecimal.
    pub fn put(&self, key: &str, sha256: &str, now: Timestamp) -> Signed {
        self.request("PUT", key, sha256, now)
    }

    fn request(&self, method: &str, key: &str, sha256: &str, now: Timestamp) -> Signed {
        let path = format!("{}/{}", self.path, encoded(key));
        let headers = self.sign(method, &path, vec![], sha256, now);
        Signed { url: format!("{}{path}", self.origin), headers }
    }

    /// The headers that prove a request, those in `signed` too. `host` is what the client itself sends.
    fn sign(
        &self,
        method: &str,
        path: &str,
        mut signed: Vec<(&'static str, String)>,
        sha256: &str,
        now: Timestamp,
    ) -> Vec<(&'static str, String)> {
        let at = instant(now);
        let day = at.get(..8).unwrap_or_default().to_owned();
        let host = self.origin.split_once("://").map_or("", |(_, host)| host).to_owned();
        signed.extend([
            ("host", host),
            ("x-amz-content-sha256", sha256.to_owned()),
            ("x-amz-date", at.clone()),
        ]);
        signed.sort();
        let lines: String = signed.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let names = signed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let canonical = hex(&Sha256::digest(format!("{method}\n{path}\n\n{lines}\n{names}\n{sha256}")));
        let scope = format!("{day}/{}/s3/aws4_request", self.region);
        let key = [self.region.as_str(), "s3", "aws4_request"]
            .iter()
            .fold(mac(format!("AWS4{}", self.secret_key).as_bytes(), &day), |key, part| mac(&key, part));
        let signature = hex(&mac(&key, &format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{canonical}")));
        let credential = &self.access_key;
        let proof = format!(
            "AWS4-HMAC-SHA256 Credential={credential}/{scope},SignedHeaders={names},Signature={signature}"
        );
        signed.retain(|(name, _)| *name != "host");
        signed.push(("authorization", proof));
        signed
    }
}

/// What an answer means, by its status and the code in its XML.
pub fn said(status: u16, body: &[u8]) -> Said {
    let text = String::from_utf8_lossy(&body[..body.len().min(4096)]);
    let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    let code = code.map_or("", |(code, _)| code.trim());
    let words = if code.is_empty() { format!("status {status}") } else { format!("{code} ({status})") };
    match (status, code) {
        (200..=299, _) => Said::Done,
        (404, "NoSuchKey" | "") => Said::NotFound,
        (408 | 425 | 429 | 500.., _)
        | (_, "RequestTimeout" | "SlowDown" | "BadDigest" | "IncompleteBody") => Said::Away(words),
        _ => Said::Refused(words),
    }
}

/// RFC 3339 without its dashes and colons. A format of its own would bring the world's time zones along.
fn instant(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_second(at.0.div_euclid(1000)).unwrap_or_default();
    at.to_string().replace(['-', ':'], "")
}

/// A key as it stands in a path.
fn encoded(key: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte);
    key.bytes().fold(String::new(), |text, byte| {
        if plain(byte) { format!("{text}{}", char::from(byte)) } else { format!("{text}%{byte:02X}") }
    })
}

#[allow(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the examples in Amazon's documentation: 24 May 2013.
    const AT: Timestamp = Timestamp(1_369_353_600_000);

    fn bucket(url: &str) -> Bucket {
        let (access, secret) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        Bucket::new(url, "us-east-1", access, secret).unwrap()
    }

    #[track_caller]
    fn check(headers: &[(&str, String)], signature: &str) {
        let proof = &headers.iter().find(|(name, _)| *name == "authorization").unwrap().1;
        assert!(proof.ends_with(&format!("Signature={signature}")), "{proof}");
    }

    #[test]
    fn signatures_are_those_of_the_published_examples() {
        let amazon = bucket("https://examplebucket.s3.amazonaws.com");
        let range = vec![("range", "bytes=0-9".to_owned())];
        let got = amazon.sign("GET", "/test.txt", range, NOTHING, AT);
        check(&got, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
        let payload = hex(&Sha256::digest("Welcome to Amazon S3."));
        let more = vec![
            ("date", "Fri, 24 May 2013 00:00:00 GMT".to_owned()),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY".to_owned()),
        ];
        let put = amazon.sign("PUT", &format!("/{}", encoded("test$file.text")), more, &payload, AT);
        check(&put, "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
    }

    #[test]
    fn both_ways_to_name_a_bucket() {
        for (url, expected) in [
            ("http://127.0.0.1:9000/files", "http://127.0.0.1:9000/files/a%20b"),
            ("https://S3.example/files/folder/", "https://s3.example/files/folder/a%20b"),
            ("https://files.s3.example", "https://files.s3.example/a%20b"),
        ] {
            let signed = bucket(url).get("a b", AT);
            assert_eq!(signed.url, expected);
            assert!(signed.headers.iter().all(|(name, _)| *name != "host"));
        }
        for url in
            ["s3.example/files", "ftp://s3.example/files", "https://", "https://x/../y", "https://u@x/y"]
        {
            assert!(Bucket::new(url, "r", "a", "s").is_err(), "{url}");
        }
        assert!(Bucket::new("https://s3.example/files", "r", "", "s").is_err());
        assert!(!format!("{:?}", bucket("https://s3.example/files")).contains("wJalr"));
    }

    #[test]
    fn what_the_store_says() {
        let error = |code: &str| format!("<?xml?><Error><Code>{code}</Code><Message>no</Message></Error>");
        for (status, code, expected) in [
            (200, "", Said::Done),
            (204, "", Said::Done),
            (404, "NoSuchKey", Said::NotFound),
            (404, "NoSuchBucket", Said::Refused("NoSuchBucket (404)".to_owned())),
            (403, "SignatureDoesNotMatch", Said::Refused("SignatureDoesNotMatch (403)".to_owned())),
            (403, "", Said::Refused("status 403".to_owned())),
            (301, "PermanentRedirect", Said::Refused("PermanentRedirect (301)".to_owned())),
            (503, "SlowDown", Said::Away("SlowDown (503)".to_owned())),
            (400, "RequestTimeout", Said::Away("RequestTimeout (400)".to_owned())),
        ] {
            let body = if code.is_empty() { String::new() } else { error(code) };
            assert_eq!(said(status, body.as_bytes()), expected, "{status} {code}");
        }
    }
}
