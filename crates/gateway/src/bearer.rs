//! Who may ask: whoever has the token. Compared in constant time.

use crate::answer::Refusal;
use crate::configuration::Secret;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq as _;

pub async fn required(State(token): State<Secret>, request: Request, next: Next) -> Response {
    if presents(request.headers(), &token) {
        return next.run(request).await;
    }
    Refusal::new(StatusCode::UNAUTHORIZED, "unauthorized", "The bearer token is missing or wrong.")
        .into_response()
}

fn presents(headers: &HeaderMap, token: &Secret) -> bool {
    let given = headers.get(header::AUTHORIZATION).map(|value| value.as_bytes()).unwrap_or_default();
    let Some((scheme, given)) = given.split_at_checked("Bearer ".len()) else { return false };
    scheme.eq_ignore_ascii_case(b"Bearer ") && bool::from(given.ct_eq(token.0.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn only_the_token_opens() {
        let token = Secret("0123456789abcdef".to_owned());
        for (header, expected) in [
            (None, false),
            (Some(""), false),
            (Some("Bearer"), false),
            (Some("Bearer "), false),
            (Some("Bearer 0123456789abcde"), false),
            (Some("Bearer 0123456789abcdef0"), false),
            (Some("Basic 0123456789abcdef"), false),
            (Some("Bearer 0123456789abcdef"), true),
            (Some("bearer 0123456789abcdef"), true),
        ] {
            let mut headers = HeaderMap::new();
            header.map(|value| headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value)));
            assert_eq!(presents(&headers, &token), expected, "{header:?}");
        }
    }
}
