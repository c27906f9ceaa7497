use crate::server::Server;
use serde_json::json;
use std::thread;

#[test]
fn the_same_key_is_one_request() {
    let shop = Server::start();
    let appointment = json!({
        "start": "2026-11-26T10:00", "minutes": 30, "name": "Lucía", "phone": "+34600111222", "topic": "",
    });
    let claim = json!({ "invoice": "F-3042", "reason": "importe", "text": "No." });
    let payment = json!({ "invoice": "F-3047", "promised_on": "2026-11-30" });
    for (path, body, number) in [
        ("/appointments", &appointment, "V-311"),
        ("/claims", &claim, "C-2041"),
        ("/payments", &payment, "P-501"),
    ] {
        // One key may be of use at each address.
        let first = shop.post_with_key("turn-1", path, body);
        assert_eq!((first.0, &first.1["number"]), (201, &json!(number)));
        assert_eq!(shop.post_with_key("turn-1", path, body), first, "{path}");
    }
    assert_eq!(shop.post_with_key("turn-2", "/payments", &payment).1["number"], "P-502");
    assert_eq!(shop.post("/payments", &payment).1["number"], "P-503");
    // A refusal is an answer, too: it stays though the time is free by now.
    let refused = shop.post_with_key("turn-3", "/appointments", &appointment);
    assert_eq!((refused.0, &refused.1["code"]), (409, &json!("slot_taken")));
    assert_eq!(shop.delete("/appointments/V-311").0, 204);
    assert_eq!(shop.post_with_key("turn-3", "/appointments", &appointment), refused);
    assert_eq!(shop.post_with_key("turn-4", "/appointments", &appointment).0, 201);
}

#[test]
fn an_answer_comes_again_with_its_headers() {
    let shop = Server::start();
    let headers = [("content-type", "application/json"), ("idempotency-key", "turn-1")];
    let body = json!({ "invoice": "F-3042", "reason": "importe", "text": "No." }).to_string();
    for _ in 0..2 {
        let answer = shop.ask("POST", "/claims", &headers, &body);
        assert_eq!(answer.status(), 201);
        assert_eq!(answer.headers()["content-type"], "application/json");
        assert_eq!(answer.headers()["location"], "/claims/C-2041");
    }
}

#[test]
fn the_same_key_at_the_same_time_is_one_request() {
    let shop = Server::start();
    let payment = json!({ "invoice": "F-3047", "promised_on": "2026-11-30" });
    let ask = || shop.post_with_key("turn-1", "/payments", &payment);
    let answers: Vec<_> = thread::scope(|scope| {
        let asked: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        asked.into_iter().map(|one| one.join().unwrap()).collect()
    });
    for (status, promise) in answers {
        assert_eq!((status, &promise["number"]), (201, &json!("P-501")));
    }
}
