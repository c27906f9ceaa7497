//! Promises to pay. The last one counts.

use crate::{
    invoice::InvoiceState,
    number::Series,
    problem::Problem,
    shop::{Routes, Shop},
    web::Body,
};
use axum::{Json, extract::State, http::StatusCode, routing::post};
use jiff::{ToSpan as _, civil::Date};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// Who needs longer talks to a person.
const DAYS_MAX: i64 = 30;

pub(crate) struct Promises {
    /// By the invoice's number.
    days: BTreeMap<String, Date>,
    numbers: Series,
}

impl Default for Promises {
    fn default() -> Promises {
        Promises { days: BTreeMap::new(), numbers: Series::after('P', 500) }
    }
}

impl Promises {
    pub(crate) fn day(&self, invoice: &str) -> Option<Date> {
        self.days.get(invoice).copied()
    }
}

pub(crate) fn routes() -> Routes {
    Routes::new().route("/payments", post(promise))
}

#[derive(Deserialize)]
struct Offer {
    invoice: String,
    promised_on: Date,
}

#[derive(Serialize)]
struct Promise {
    number: String,
    invoice: String,
    promised_on: Date,
    amount: String,
    currency: String,
}

async fn promise(
    State(shop): State<Arc<Shop>>,
    Body(Offer { invoice, promised_on }): Body<Offer>,
) -> Result<(StatusCode, Json<Promise>), Problem> {
    let invoice = shop.invoices.named(&invoice)?;
    let number = &invoice.number;
    let today = shop.clock.today();
    if invoice.state(today) == InvoiceState::Paid {
        return Err(Problem::refused("invoice_paid", "Paid", format!("Invoice {number} is paid already.")));
    }
    if promised_on < today {
        return Err(Problem::refused("promise_past", "Past day", format!("{promised_on} is over.")));
    }
    let last = today.saturating_add(DAYS_MAX.days());
    if last < promised_on {
        let detail = format!("Payment can be promised until {last}.");
        return Err(Problem::refused("promise_too_late", "Too late", detail).with("until", last.to_string()));
    }
    let mut book = shop.book();
    book.promises.days.insert(number.clone(), promised_on);
    let promise = Promise {
        number: book.promises.numbers.next(),
        invoice: number.clone(),
        promised_on,
        amount: invoice.amount(),
        currency: invoice.currency.clone(),
    };
    Ok((StatusCode::CREATED, Json(promise)))
}
