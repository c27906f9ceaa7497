use crate::server::Server;
use serde_json::json;

#[test]
fn a_customer_is_known_by_phone_and_by_email() {
    let shop = Server::start();
    let lucia = json!({
        "id": "K-101", "name": "Lucía Fernández", "email": "lucia@example.org", "phone": "+34600111222",
        "language": "es", "orders": ["1038", "1040", "1042"], "open_invoices": ["F-3038", "F-3042"],
    });
    for query in [
        "phone=%2B34600111222",
        // Whoever forgets to escape the plus is understood.
        "phone=+34600111222",
        "email=lucia@example.org",
        "email=LUCIA%40example.org&phone=34600111222",
    ] {
        assert_eq!(shop.get(&format!("/customers?{query}")), (200, lucia.clone()), "{query}");
    }
    let (_, guadalupe) = shop.get("/customers?phone=%2B5215500001234");
    assert_eq!(guadalupe["id"], "K-105");
    for (query, status, code) in [
        ("?phone=%2B34600999999", 404, "customer_unknown"),
        ("?email=lucia@example.org&phone=%2B34600111333", 404, "customer_unknown"),
        ("?phone=", 404, "customer_unknown"),
        ("?name=Luc%C3%ADa", 400, "query_malformed"),
        ("", 400, "query_malformed"),
    ] {
        let (found, problem) = shop.get(&format!("/customers{query}"));
        assert_eq!((found, &problem["code"]), (status, &code.into()), "{query}");
    }
}
