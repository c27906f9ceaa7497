//! Customers, found by how they call or write.

use crate::{
    number::digits,
    problem::Problem,
    shop::{Routes, Shop},
    web::Asked,
};
use axum::{Json, extract::State, http::StatusCode, routing::get};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Customer {
    id: String,
    name: String,
    email: String,
    phone: String,
    language: String,
    orders: Vec<String>,
}

pub(crate) struct Customers(Vec<Customer>);

#[derive(Deserialize)]
struct Wanted {
    phone: Option<String>,
    email: Option<String>,
}

impl Customers {
    pub(crate) fn of(customers: Vec<Customer>) -> Customers {
        Customers(customers)
    }

    pub(crate) fn orders(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|customer| &customer.orders).map(String::as_str)
    }

    /// Who has all that is asked for.
    fn find(&self, wanted: &Wanted) -> Option<&Customer> {
        let phone = wanted.phone.as_deref().map(international);
        let email = wanted.email.as_deref().map(|email| email.trim().to_lowercase());
        self.0.iter().find(|customer| {
            phone.as_ref().is_none_or(|phone| *phone == international(&customer.phone))
                && email.as_ref().is_none_or(|email| *email == customer.email.to_lowercase())
        })
    }
}

/// The digits of a number with its country. A plus that was not escaped in the address has become a
/// space, so it says nothing; nine digits alone are Spanish, as the shop is.
fn international(phone: &str) -> String {
    let digits = digits(phone);
    let digits = digits.strip_prefix("00").unwrap_or(&digits);
    // Mexico's mobiles had a 1 after the country until 2019; WhatsApp still writes it.
    match digits.strip_prefix("521") {
        Some(rest) if rest.len() == 10 => format!("52{rest}"),
        _ if digits.len() == 9 => format!("34{digits}"),
        _ => digits.to_owned(),
    }
}

pub(crate) fn routes() -> Routes {
    Routes::new().route("/customers", get(customer))
}

#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    customer: Customer,
    open_invoices: Vec<String>,
}

async fn customer(
    State(shop): State<Arc<Shop>>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Told>, Problem> {
    if wanted.phone.is_none() && wanted.email.is_none() {
        let detail = "Ask with phone or email.";
        return Err(Problem::new(StatusCode::BAD_REQUEST, "query_malformed", "Malformed query", detail));
    }
    let customer = shop.customers.find(&wanted).cloned().ok_or_else(|| {
        Problem::unknown("customer_unknown", "No such customer", "No customer has these details.")
    })?;
    let open_invoices = shop.invoices.open(&customer.orders);
    Ok(Json(Told { customer, open_invoices }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop;
    use std::path::Path;

    #[test]
    fn a_customer_is_found_by_whatever_way_of_writing() {
        let customers = shop::on("2026-11-24").customers;
        for (phone, email, expected) in [
            (Some("+34600111222"), None, Some("K-101")),
            (Some(" 34600111222"), None, Some("K-101")),
            (Some("0034 600 111 222"), None, Some("K-101")),
            (Some("600-111-222"), None, Some("K-101")),
            (Some("+5215500001234"), None, Some("K-105")),
            (Some("525500001234"), None, Some("K-105")),
            (Some("5500001234"), None, None),
            (Some(""), None, None),
            (None, Some(" Lucia@Example.org "), Some("K-101")),
            (None, Some("lucia@example.com"), None),
            (Some("+34600111222"), Some("lucia@example.org"), Some("K-101")),
            (Some("+34600111222"), Some("joao@example.org"), None),
        ] {
            let wanted = Wanted { phone: phone.map(str::to_owned), email: email.map(str::to_owned) };
            let found = customers.find(&wanted).map(|customer| customer.id.as_str());
            assert_eq!(found, expected, "{phone:?} {email:?}");
        }
    }

    #[test]
    fn who_ordered_is_who_has_the_order() {
        let shop = shop::on("2026-11-24");
        for customer in &shop.customers.0 {
            for number in &customer.orders {
                assert_eq!(shop.orders.find(number).unwrap().customer, customer.name, "{number}");
            }
        }
        let file = Path::new(env!("CARGO_MANIFEST_DIR"));
        let all: Vec<crate::order::Order> = shop::read(file, "orders.json").unwrap();
        assert_eq!(all.len(), shop.customers.orders().count());
    }
}
