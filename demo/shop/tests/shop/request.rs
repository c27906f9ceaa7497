//! Requests that are none.

use crate::server::{Server, read};
use serde_json::json;

#[test]
fn a_body_that_is_no_json_names_the_place() {
    let shop = Server::start();
    for (body, place) in [
        (r#"{"invoice": "F-3042", "reason": }"#, "reason: expected value at line 1 column 33"),
        (
            "{\n \"invoice\": 3042}",
            "invoice: invalid type: integer `3042`, expected a string at line 2 column 16",
        ),
        (r#"{"invoice": "F-3042", "text": "x"}"#, "missing field `reason` at line 1 column 34"),
        (r#"{"invoice": "F-3042""#, "EOF while parsing an object at line 1 column 20"),
        ("", "EOF while parsing a value at line 1 column 0"),
    ] {
        let (status, problem) = shop.post_text("/claims", body);
        assert_eq!((status, &problem["code"]), (400, &json!("body_malformed")), "{body}");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(place)), "{problem}");
    }
    let (status, problem) = read(shop.ask("POST", "/claims", &[("content-type", "text/plain")], "{}"));
    assert_eq!((status, &problem["code"]), (415, &json!("content_type")));
}

#[test]
fn a_body_has_its_limit() {
    let shop = Server::start();
    let body = |bytes: usize| {
        let empty = json!({ "invoice": "F-3042", "reason": "importe", "text": "" }).to_string().len();
        json!({ "invoice": "F-3042", "reason": "importe", "text": "x".repeat(bytes - empty) })
    };
    shop.refuses("/claims", &body(64 * 1024 + 1), 413, "body_too_large");
    let (status, claim) = shop.post("/claims", &body(64 * 1024));
    assert_eq!((status, &claim["number"]), (201, &json!("C-2041")));
}

#[test]
fn other_addresses_and_methods_are_problems_too() {
    let shop = Server::start();
    for (method, path, status, code) in [
        ("GET", "/nowhere", 404, "route_unknown"),
        ("GET", "/claims", 405, "method_unknown"),
        ("DELETE", "/orders/1042", 405, "method_unknown"),
        ("GET", "/orders/%FF", 400, "path_malformed"),
    ] {
        let (found, problem) = read(shop.ask(method, path, &[], ()));
        assert_eq!((found, &problem["code"]), (status, &json!(code)), "{method} {path}");
    }
    assert_eq!(shop.get("/health"), (200, json!({ "status": "ok" })));
}
