//! Passwords of agents: Argon2id with the parameters that OWASP recommends (19 MiB, 2 passes).

use crate::{
    failure::{Failure, Result},
    unique,
};
use argon2::{
    Argon2, PasswordVerifier,
    password_hash::{PasswordHash, PasswordHasher, SaltString},
};

/// The shortest password that is taken.
pub const LENGTH_MIN: usize = 8;

pub fn hash(password: &str) -> Result<String> {
    if password.chars().count() < LENGTH_MIN {
        return Err(Failure::BadRequest(format!("a password has at least {LENGTH_MIN} characters")));
    }
    let broken = |_| Failure::Broken("the password cannot be hashed".to_owned());
    let salt = SaltString::encode_b64(&unique::random::<16>()).map_err(broken)?;
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt).map_err(broken)?.to_string())
}

/// Whether `password` is the one behind `hash`. A login that does not exist is checked against
/// [`NOBODY`], so that it takes as long as one that does.
pub fn matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// A hash that no password has.
pub const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm8$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_matches_only_itself() {
        let hashed = hash("correcto caballo").unwrap();
        assert!(matches("correcto caballo", &hashed));
        assert!(!matches("correcto caballo ", &hashed));
        assert!(!matches("", NOBODY));
        assert!(PasswordHash::new(NOBODY).is_ok(), "it costs what a real one costs");
        assert!(matches!(hash("corta"), Err(Failure::BadRequest(_))));
    }
}
