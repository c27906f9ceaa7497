use crate::server::Server;
use serde_json::json;

#[test]
fn an_invoice_tells_what_is_owed() {
    let shop = Server::start();
    let expected = json!({
        "number": "F-3042", "date": "2026-11-17", "due": "2026-12-17", "amount": "204.70", "currency": "EUR",
        "state": "open", "order": "1042", "pdf": "/invoices/F-3042.pdf",
    });
    for number in ["F-3042", "f3042", "3042"] {
        assert_eq!(shop.get(&format!("/invoices/{number}")), (200, expected.clone()));
    }
    for (number, state, amount, currency) in [
        ("F-3040", "paid", "69.90", "EUR"),
        ("F-3043", "open", "199.60", "EUR"),
        ("F-3045", "overdue", "129.00", "EUR"),
        ("F-3047", "overdue", "5580.00", "MXN"),
    ] {
        let (_, invoice) = shop.get(&format!("/invoices/{number}"));
        let found = (&invoice["state"], &invoice["amount"], &invoice["currency"]);
        assert_eq!(found, (&json!(state), &json!(amount), &json!(currency)), "{number}");
    }
    for path in ["/invoices/F-9999", "/invoices/F-9999.pdf"] {
        let (status, problem) = shop.get(path);
        assert_eq!((status, &problem["code"]), (404, &json!("invoice_unknown")));
        assert_eq!(problem["detail"], "There is no invoice F-9999.");
    }
}

#[test]
fn an_invoice_is_there_on_paper() {
    let shop = Server::start();
    let (_, invoice) = shop.get("/invoices/F-3042");
    let mut answer = shop.ask("GET", invoice["pdf"].as_str().unwrap(), &[], ());
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    assert_eq!(answer.headers()["content-disposition"], "inline; filename=\"F-3042.pdf\"");
    let pdf = answer.body_mut().read_to_vec().unwrap();
    assert!(pdf.starts_with(b"%PDF-1."));
    assert!(pdf.trim_ascii_end().ends_with(b"%%EOF"));
    let text = String::from_utf8_lossy(&pdf);
    for words in [
        "Casa Lumen · Factura F-3042",
        "Vencimiento  2026-12-17",
        "Cliente      Lucía Fernández",
        "Lámpara de pie Faro                             1     179.00 EUR",
        "Bombilla LED cálida                             3      20.70 EUR",
        "Total, impuestos incluidos                            204.70 EUR",
    ] {
        assert!(text.contains(&in_pdf(words)), "{words}");
    }
}

/// A string of Latin-1 as PDF writes it: as it is, or in hexadecimal digits.
fn in_pdf(words: &str) -> String {
    if words.is_ascii() {
        return format!("({words})");
    }
    let digits: String = words.chars().map(|c| format!("{:02X}", u32::from(c))).collect();
    format!("<{digits}>")
}
