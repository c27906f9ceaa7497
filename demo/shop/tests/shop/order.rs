use crate::server::Server;
use serde_json::json;

#[test]
fn an_order_is_as_it_ever_was() {
    let shop = Server::start();
    let expected = json!({
        "number": "1042", "state": "shipped", "customer": "Lucía Fernández", "placed_on": "2026-11-16",
        "eta": "2026-11-25", "carrier": "Correos",
        "lines": [
            { "name": "Lámpara de pie Faro", "quantity": 1 },
            { "name": "Bombilla LED cálida", "quantity": 3 },
        ],
        "total_cents": 20470, "currency": "EUR",
    });
    assert_eq!(shop.get("/orders/1042"), (200, expected));
    let (status, problem) = shop.get("/orders/9999");
    let expected = json!({
        "type": "about:blank", "title": "No such order", "status": 404,
        "detail": "There is no order 9999.", "code": "order_unknown",
    });
    assert_eq!((status, problem), (404, expected));
}
