//! All that the shop knows, and where it is asked.

use crate::{
    appointment::{self, Appointments},
    claim::{self, Claims},
    customer::{self, Customers},
    date::{Clock, Holidays},
    invoice::{self, Invoices},
    order::{self, Orders},
    payment::{self, Promises},
    problem::Problem,
    repeat::{self, Answers},
};
use anyhow::{Context, Result, ensure};
use axum::{Json, Router, http::StatusCode, middleware, routing::get};
use serde::de::DeserializeOwned;
use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub(crate) type Routes = Router<Arc<Shop>>;

pub(crate) struct Shop {
    pub(crate) clock: Clock,
    pub(crate) holidays: Holidays,
    pub(crate) orders: Orders,
    pub(crate) customers: Customers,
    pub(crate) invoices: Invoices,
    pub(crate) answers: Answers,
    book: Mutex<Book>,
}

/// What is created while it runs. One lock for all: what is checked still holds when it is written.
pub(crate) struct Book {
    pub(crate) claims: Claims,
    pub(crate) appointments: Appointments,
    pub(crate) promises: Promises,
}

impl Shop {
    pub(crate) fn load(folder: &Path, clock: Clock) -> Result<Shop> {
        let today = clock.today();
        let holidays: Holidays = read(folder, "holidays.json")?;
        let orders = Orders::of(read(folder, "orders.json")?);
        let customers = Customers::of(read(folder, "customers.json")?);
        let invoices = Invoices::of(read(folder, "invoices.json")?, today);
        for order in invoices.orders().chain(customers.orders()) {
            ensure!(orders.find(order).is_some(), "there is no order {order} in orders.json");
        }
        let claims = Claims::of(read(folder, "claims.json")?, today, &holidays);
        for claim in claims.all() {
            let invoice = claim.invoice();
            ensure!(invoices.find(invoice).is_some(), "there is no invoice {invoice} in invoices.json");
        }
        let appointments = Appointments::of(read(folder, "appointments.json")?, today, &holidays)?;
        let book = Mutex::new(Book { claims, appointments, promises: Promises::default() });
        Ok(Shop { clock, holidays, orders, customers, invoices, answers: Answers::default(), book })
    }

    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        // Nothing is left half written by a panic: each change is one insertion or removal.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn routes(shop: Arc<Shop>) -> Router {
    Router::new()
        .merge(order::routes())
        .merge(customer::routes())
        .merge(invoice::routes())
        .merge(claim::routes())
        .merge(appointment::routes())
        .merge(payment::routes())
        .route("/health", get(|| async { Json(serde_json::json!({ "status": "ok" })) }))
        .fallback(nowhere)
        .method_not_allowed_fallback(not_so)
        .layer(middleware::from_fn_with_state(shop.clone(), repeat::once))
        .with_state(shop)
}

async fn nowhere() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "route_unknown", "No such route", "There is nothing at this address.")
}

async fn not_so() -> Problem {
    let detail = "This address is not asked with this method.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_unknown", "Method not allowed", detail)
}

pub(crate) fn read<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<T> {
    let file = folder.join(name);
    let content = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&content).with_context(|| format!("{} does not hold what it should", file.display()))
}

#[cfg(test)]
pub(crate) fn on(today: &str) -> Shop {
    let clock = Clock::new(Some(today.parse().unwrap())).unwrap();
    Shop::load(Path::new(env!("CARGO_MANIFEST_DIR")), clock).unwrap()
}
