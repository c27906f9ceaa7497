//! Visitors whom the site knows: its server signs who they are, and this channel vouches for it.
//!
//! The token is a JWT (HS256) with the account's `identity_secret`. It proves what it says is verified; the
//! rest of it is a claim. One customer is one visitor on every browser, and two are never the same.

use channel::{
    jwt::{self, Algorithm},
    signature::{hmac_sha256, to_hex},
};
use domain::contact::Identity;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Two clocks may differ by so many seconds.
const LEEWAY: i64 = 60;
const SUBJECT_MAX: usize = 255;

/// What the site says about its visitor.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Vouched {
    /// The site's own id of the customer.
    pub sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub email_verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub phone_verified: bool,
}

/// Why a token is not believed, in words for whoever builds the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the account has no identity_secret")]
    NoSecret,
    #[error("it is not signed by HS256 with the account's identity_secret")]
    Signature,
    #[error("its aud is not this account")]
    OtherAccount,
    #[error("it has no exp, or its time is over or has not come")]
    NotNow,
    #[error("it has no sub, or a longer one than 255 characters")]
    NoSubject,
}

/// What `token` proves about a visitor of `account` at `now`, in Unix seconds.
pub fn read(token: &str, secret: &str, account: &str, now: i64) -> Result<Vouched, Refused> {
    if secret.is_empty() {
        return Err(Refused::NoSecret);
    }
    let claims = jwt::claims(token, secret.as_bytes(), &[Algorithm::Hs256]).ok_or(Refused::Signature)?;
    if !is_for(&claims, account) {
        return Err(Refused::OtherAccount);
    }
    if claims.get("exp").is_none_or(Value::is_null) || !jwt::in_time(&claims, now, LEEWAY) {
        return Err(Refused::NotNow);
    }
    let text = |name: &str| {
        let text = claims.get(name).and_then(Value::as_str).map(str::trim);
        text.filter(|text| !text.is_empty() && text.len() <= SUBJECT_MAX).map(str::to_owned)
    };
    let sub = match claims.get("sub") {
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => text("sub"),
    };
    let is_true = |name: &str| claims.get(name) == Some(&Value::Bool(true));
    Ok(Vouched {
        sub: sub.ok_or(Refused::NoSubject)?,
        name: text("name"),
        email: text("email"),
        email_verified: is_true("email_verified"),
        // OpenID Connect calls it so.
        phone: text("phone").or_else(|| text("phone_number")),
        phone_verified: is_true("phone_verified") || is_true("phone_number_verified"),
    })
}

fn is_for(claims: &Map<String, Value>, account: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(one)) => one == account,
        Some(Value::Array(several)) => several.iter().any(|one| one == account),
        _ => false,
    }
}

impl Vouched {
    /// The visitor whom the customer is, on every browser.
    pub fn visitor(&self, key: &[u8], account: &str) -> String {
        let mac = hmac_sha256(key, format!("webchat customer\n{account}\n{}", self.sub).as_bytes());
        format!("c{}", &to_hex(&mac)[..32])
    }

    pub fn email(&self) -> Option<Identity> {
        self.email.as_deref().and_then(Identity::email)
    }

    /// A number without its country could be anybody's.
    pub fn phone(&self) -> Option<Identity> {
        let phone = self.phone.as_deref().filter(|phone| phone.starts_with('+') || phone.starts_with("00"));
        phone.and_then(|phone| Identity::phone(phone, ""))
    }

    /// What is proven of them beside who they are on the site.
    pub fn proven(&self) -> Vec<Identity> {
        let email = self.email().filter(|_| self.email_verified);
        email.into_iter().chain(self.phone().filter(|_| self.phone_verified)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SECRET: &str = "the site's secret";
    const NOW: i64 = 1_800_000_000;

    fn token(change: impl FnOnce(&mut Value)) -> String {
        let mut claims = json!({"sub": "42", "aud": "shop", "exp": NOW + 300, "iat": NOW, "name": "Ana",
            "email": "Ana@Shop.example", "email_verified": true, "phone": "+34 600 123 123"});
        change(&mut claims);
        jwt::signed(&claims, SECRET.as_bytes())
    }

    #[test]
    fn what_is_verified_is_proven_and_nothing_else() {
        let ana = read(&token(|_| ()), SECRET, "shop", NOW).unwrap();
        assert_eq!((ana.sub.as_str(), ana.name.as_deref()), ("42", Some("Ana")));
        assert_eq!(ana.proven(), [Identity::new("email", "ana@shop.example")]);
        assert_eq!(ana.phone(), Some(Identity::new("phone", "+34600123123")), "said");
        let with_phone = token(|claims| claims["phone_number_verified"] = true.into());
        assert_eq!(read(&with_phone, SECRET, "shop", NOW).unwrap().proven().len(), 2);
        let said = token(|claims| claims["email_verified"] = "true".into());
        assert_eq!(read(&said, SECRET, "shop", NOW).unwrap().proven(), []);
        let listed = token(|claims| claims["aud"] = json!(["bank", "shop"]));
        assert!(read(&listed, SECRET, "shop", NOW).is_ok());
        let number = token(|claims| claims["sub"] = 42.into());
        assert_eq!(read(&number, SECRET, "shop", NOW).unwrap().sub, "42");
    }

    #[test]
    fn what_is_not_believed_says_why() {
        let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiI0MiIsImF1ZCI6InNob3AiLCJleHAiOjE5MDAwMDAwMDB9.";
        for (token, secret, account, now, refused) in [
            (token(|_| ()), "", "shop", NOW, Refused::NoSecret),
            (token(|_| ()), "another", "shop", NOW, Refused::Signature),
            (unsigned.to_owned(), SECRET, "shop", NOW, Refused::Signature),
            (format!("{}x", token(|_| ())), SECRET, "shop", NOW, Refused::Signature),
            (String::new(), SECRET, "shop", NOW, Refused::Signature),
            (token(|_| ()), SECRET, "bank", NOW, Refused::OtherAccount),
            (token(|claims| claims["aud"] = Value::Null), SECRET, "shop", NOW, Refused::OtherAccount),
            (token(|_| ()), SECRET, "shop", NOW + 361, Refused::NotNow),
            (token(|_| ()), SECRET, "shop", NOW - 61, Refused::NotNow),
            (token(|claims| claims["exp"] = Value::Null), SECRET, "shop", NOW, Refused::NotNow),
            (token(|claims| claims["exp"] = "9999999999".into()), SECRET, "shop", NOW, Refused::NotNow),
            (token(|claims| claims["sub"] = " ".into()), SECRET, "shop", NOW, Refused::NoSubject),
            (token(|claims| claims["sub"] = "x".repeat(256).into()), SECRET, "shop", NOW, Refused::NoSubject),
        ] {
            assert_eq!(read(&token, secret, account, now), Err(refused), "{token}");
        }
    }

    #[test]
    fn one_customer_is_one_visitor_and_two_are_two() {
        let of = |sub: &str| Vouched { sub: sub.to_owned(), ..Vouched::default() };
        let ana = of("42").visitor(b"key", "shop");
        assert_eq!(ana, of("42").visitor(b"key", "shop"));
        for other in [
            of("43").visitor(b"key", "shop"),
            of("42").visitor(b"key", "bank"),
            of("42").visitor(b"yek", "shop"),
        ] {
            assert_ne!(ana, other);
        }
    }
}
