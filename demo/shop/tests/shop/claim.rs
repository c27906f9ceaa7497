use crate::server::Server;
use serde_json::{Value, json};

fn complaint(invoice: &str) -> Value {
    json!({
        "invoice": invoice, "reason": "importe", "text": "No pedí tres bombillas.", "phone": "+34600111222",
    })
}

#[test]
fn a_claim_opens_a_case() {
    let shop = Server::start();
    let expected = json!({
        "number": "C-2041", "state": "open", "opened_on": "2026-11-24", "answer_by": "2026-12-16",
        "invoice": "F-3042", "reason": "importe", "text": "No pedí tres bombillas.", "phone": "+34600111222",
    });
    assert_eq!(shop.post("/claims", &complaint("factura 3042")), (201, expected.clone()));
    assert_eq!(shop.get("/claims/C-2041"), (200, expected.clone()));
    assert_eq!(shop.get("/claims/2041"), (200, expected));
    // The same invoice, however it is written, has its claim; another one may have its own.
    let problem = shop.refuses("/claims", &complaint("3042"), 409, "claim_open");
    assert_eq!(problem["number"], "C-2041");
    assert_eq!(shop.post("/claims", &complaint("F-3043")).1["number"], "C-2042");
}

#[test]
fn what_was_claimed_before_is_known() {
    let shop = Server::start();
    let (_, answered) = shop.get("/claims/C-2039");
    assert_eq!((&answered["state"], &answered["opened_on"]), (&json!("answered"), &json!("2026-11-05")));
    assert!(answered["answer"].as_str().is_some_and(|answer| answer.contains("5,00 EUR")));
    let problem = shop.refuses("/claims", &complaint("F-3045"), 409, "claim_open");
    assert_eq!(problem["number"], "C-2040");
    // What is answered hinders nobody.
    assert_eq!(shop.post("/claims", &complaint("F-3040")).0, 201);
}

#[test]
fn what_cannot_be_claimed_says_why() {
    let shop = Server::start();
    let with = |field: &str, value: &str| {
        let mut complaint = complaint("F-3042");
        complaint[field] = value.into();
        complaint
    };
    shop.refuses("/claims", &with("invoice", "F-9999"), 422, "invoice_unknown");
    for field in ["text", "reason"] {
        let problem = shop.refuses("/claims", &with(field, " \n"), 422, "field_empty");
        assert_eq!(problem["field"], field);
    }
    // No number was used up.
    assert_eq!(shop.post("/claims", &complaint("F-3042")).1["number"], "C-2041");
    let (status, problem) = shop.get("/claims/C-9999");
    assert_eq!((status, &problem["code"]), (404, &json!("claim_unknown")));
}
