use crate::server::Server;
use serde_json::{Value, json};

fn promise(invoice: &str, promised_on: &str) -> Value {
    json!({ "invoice": invoice, "promised_on": promised_on })
}

#[test]
fn a_promise_to_pay_is_kept_in_mind() {
    let shop = Server::start();
    assert_eq!(shop.get("/invoices/F-3047").1["promised_on"], Value::Null);
    let expected = json!({
        "number": "P-501", "invoice": "F-3047", "promised_on": "2026-11-24", "amount": "5580.00",
        "currency": "MXN",
    });
    assert_eq!(shop.post("/payments", &promise("3047", "2026-11-24")), (201, expected));
    assert_eq!(shop.get("/invoices/F-3047").1["promised_on"], "2026-11-24");
    // The last one counts. A promise is no money: the invoice is overdue as before.
    assert_eq!(shop.post("/payments", &promise("F-3047", "2026-12-24")).1["number"], "P-502");
    let (_, invoice) = shop.get("/invoices/F-3047");
    assert_eq!((&invoice["promised_on"], &invoice["state"]), (&json!("2026-12-24"), &json!("overdue")));
}

#[test]
fn a_promise_nobody_can_take_says_why() {
    let shop = Server::start();
    for (invoice, day, code) in [
        ("F-3047", "2026-12-25", "promise_too_late"),
        ("F-3047", "2026-11-23", "promise_past"),
        ("F-3040", "2026-11-30", "invoice_paid"),
        ("F-9999", "2026-11-30", "invoice_unknown"),
    ] {
        let problem = shop.refuses("/payments", &promise(invoice, day), 422, code);
        if code == "promise_too_late" {
            assert_eq!(problem["until"], "2026-12-24");
        }
    }
    let problem = shop.refuses("/payments", &promise("F-3047", "2026-02-30"), 400, "body_malformed");
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("promised_on: ")), "{problem}");
    assert_eq!(shop.get("/invoices/F-3047").1["promised_on"], Value::Null);
}
