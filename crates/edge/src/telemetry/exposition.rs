//! `/metrics`: the application answers with what it knows about the center, and the host adds what
//! it knows about itself. One address, one authentication, which is the application's.

use super::Metrics;
use crate::problem::{full, problem};
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use wasmtime_wasi_http::WasiBody;

const PATH: &str = "/metrics";

/// How an OpenMetrics text ends.
const EOF: &str = "# EOF\n";

/// More than any center has to tell.
const BYTES_MAX: usize = 8 << 20;

/// Whether the host has something to add to the answer.
pub fn asks_for_metrics<B>(request: &Request<B>) -> bool {
    request.method() == Method::GET && request.uri().path() == PATH
}

/// The application's answer with the host's metrics, if the answer is metrics.
pub async fn with_host_metrics(response: Response<WasiBody>, metrics: &Metrics) -> Response<WasiBody> {
    let is_text = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/openmetrics-text"));
    if response.status() != StatusCode::OK || !is_text {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let text = match Limited::new(body, BYTES_MAX).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return problem(StatusCode::BAD_GATEWAY, "The application's metrics broke off."),
    };
    let text = joined(&String::from_utf8_lossy(&text), &metrics.text());
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, full(text))
}

/// One text of two, each with its end.
fn joined(first: &str, second: &str) -> String {
    let first = first.trim_end_matches(['\r', '\n']);
    let first = first.strip_suffix(EOF.trim_end()).unwrap_or(first).trim_end_matches(['\r', '\n']);
    match first {
        "" => second.to_owned(),
        _ => format!("{first}\n{second}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_texts_become_one_with_one_end() {
        let second = "# TYPE b gauge\nb 2\n# EOF\n";
        for (first, expected) in [
            ("# TYPE a gauge\na 1\n# EOF\n", "# TYPE a gauge\na 1\n# TYPE b gauge\nb 2\n# EOF\n"),
            ("# TYPE a gauge\na 1\n# EOF", "# TYPE a gauge\na 1\n# TYPE b gauge\nb 2\n# EOF\n"),
            ("a 1\n", "a 1\n# TYPE b gauge\nb 2\n# EOF\n"),
            ("# EOF\n", second),
            ("", second),
        ] {
            assert_eq!(joined(first, second), expected, "{first:?}");
        }
    }
}
