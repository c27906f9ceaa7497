//! Invoices: what is owed, until when, and on paper.

use crate::{
    date::Dated,
    number::digits,
    order::Order,
    pdf,
    problem::Problem,
    shop::{Routes, Shop},
    web::Number,
};
use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Invoice {
    pub(crate) number: String,
    date: Date,
    due: Date,
    paid: bool,
    order: String,
    pub(crate) currency: String,
    lines: Vec<Sold>,
}

#[derive(Debug, Clone, Deserialize)]
struct Sold {
    name: String,
    quantity: u32,
    price_cents: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InvoiceState {
    Paid,
    Open,
    /// Its day has passed, and nothing came.
    Overdue,
}

impl Sold {
    fn cents(&self) -> u64 {
        u64::from(self.quantity) * self.price_cents
    }
}

impl Invoice {
    pub(crate) fn state(&self, today: Date) -> InvoiceState {
        match self.paid {
            true => InvoiceState::Paid,
            false if self.due < today => InvoiceState::Overdue,
            false => InvoiceState::Open,
        }
    }

    pub(crate) fn amount(&self) -> String {
        decimal(self.lines.iter().map(Sold::cents).sum())
    }

    /// In Spanish, whoever it is for.
    fn paper(&self, order: Option<&Order>) -> Vec<u8> {
        let row = |name: &str, quantity: &str, amount: &str| format!("{name:<40}{quantity:>9}{amount:>15}");
        let head = [
            format!("Fecha        {}", self.date),
            format!("Vencimiento  {}", self.due),
            format!("Pedido       {}", self.order),
            format!("Cliente      {}", order.map_or("", |order| &order.customer)),
            String::new(),
            row("Concepto", "Cantidad", "Importe"),
        ];
        let sold = self.lines.iter().map(|sold| {
            row(
                &sold.name,
                &sold.quantity.to_string(),
                &format!("{} {}", decimal(sold.cents()), self.currency),
            )
        });
        let total = row("Total, impuestos incluidos", "", &format!("{} {}", self.amount(), self.currency));
        let lines: Vec<_> = head.into_iter().chain(sold).chain([String::new(), total]).collect();
        pdf::page(&format!("Casa Lumen · Factura {}", self.number), &lines)
    }
}

/// `204.70`
fn decimal(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

pub(crate) struct Invoices(BTreeMap<String, Invoice>);

impl Invoices {
    pub(crate) fn of(invoices: Dated<Invoice>, today: Date) -> Invoices {
        let (mut invoices, since) = invoices.moved_to(today);
        for invoice in &mut invoices {
            invoice.date += since;
            invoice.due += since;
        }
        Invoices(invoices.into_iter().map(|invoice| (digits(&invoice.number), invoice)).collect())
    }

    pub(crate) fn find(&self, number: &str) -> Option<&Invoice> {
        self.0.get(&digits(number))
    }

    /// The invoice that a request to do something is about.
    pub(crate) fn named(&self, number: &str) -> Result<&Invoice, Problem> {
        self.find(number).ok_or_else(|| Problem::refused("invoice_unknown", UNKNOWN, unknown(number)))
    }

    /// The numbers of what is still to be paid of these orders.
    pub(crate) fn open(&self, orders: &[String]) -> Vec<String> {
        let open = self.0.values().filter(|invoice| !invoice.paid && orders.contains(&invoice.order));
        open.map(|invoice| invoice.number.clone()).collect()
    }

    pub(crate) fn orders(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(|invoice| invoice.order.as_str())
    }
}

const UNKNOWN: &str = "No such invoice";

fn unknown(number: &str) -> String {
    format!("There is no invoice {number}.")
}

pub(crate) fn routes() -> Routes {
    Routes::new().route("/invoices/{number}", get(invoice))
}

#[derive(Serialize)]
struct Told {
    number: String,
    date: Date,
    due: Date,
    amount: String,
    currency: String,
    state: InvoiceState,
    order: String,
    pdf: String,
    /// The day for which payment was promised last.
    #[serde(skip_serializing_if = "Option::is_none")]
    promised_on: Option<Date>,
}

/// The invoice as JSON, or as paper where the address ends in `.pdf`.
async fn invoice(State(shop): State<Arc<Shop>>, Number(asked): Number) -> Result<Response, Problem> {
    let paper = asked.strip_suffix(".pdf");
    let number = paper.unwrap_or(&asked);
    let invoice = shop
        .invoices
        .find(number)
        .ok_or_else(|| Problem::unknown("invoice_unknown", UNKNOWN, unknown(number)))?;
    if paper.is_some() {
        let name = format!("inline; filename=\"{}.pdf\"", invoice.number);
        let head = [(header::CONTENT_TYPE, "application/pdf"), (header::CONTENT_DISPOSITION, &name)];
        return Ok((head, invoice.paper(shop.orders.find(&invoice.order))).into_response());
    }
    let told = Told {
        number: invoice.number.clone(),
        date: invoice.date,
        due: invoice.due,
        amount: invoice.amount(),
        currency: invoice.currency.clone(),
        state: invoice.state(shop.clock.today()),
        order: invoice.order.clone(),
        pdf: format!("/invoices/{}.pdf", invoice.number),
        promised_on: shop.book().promises.day(&invoice.number),
    };
    Ok(Json(told).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop;

    #[test]
    fn an_invoice_is_overdue_from_the_day_after() {
        let invoices = shop::on("2026-11-24").invoices;
        for (number, today, expected) in [
            ("F-3043", "2026-11-30", InvoiceState::Open),
            ("F-3043", "2026-12-01", InvoiceState::Overdue),
            ("F-3040", "2027-01-01", InvoiceState::Paid),
        ] {
            let state = invoices.find(number).unwrap().state(today.parse().unwrap());
            assert_eq!(state, expected, "{number} on {today}");
        }
    }

    #[test]
    fn invoices_move_with_the_day_and_keep_their_state() {
        let (one, other) = (shop::on("2026-11-24"), shop::on("2031-02-03"));
        for (number, invoice) in &one.invoices.0 {
            let moved = &other.invoices.0[number];
            assert_eq!(moved.state(other.clock.today()), invoice.state(one.clock.today()), "{number}");
            let days = |invoice: &Invoice| (invoice.due - invoice.date).get_days();
            assert_eq!(days(moved), days(invoice), "{number}");
        }
        assert_eq!(other.invoices.find("F-3042").unwrap().date.to_string(), "2031-01-27");
    }

    #[test]
    fn what_is_invoiced_is_what_was_ordered() {
        let shop = shop::on("2026-11-24");
        for invoice in shop.invoices.0.values() {
            let order = shop.orders.find(&invoice.order).unwrap();
            assert_eq!(invoice.amount(), decimal(order.total_cents), "{}", invoice.number);
            assert_eq!(invoice.currency, order.currency, "{}", invoice.number);
            for line in &order.lines {
                let same = |sold: &&Sold| (&sold.name, sold.quantity) == (&line.name, line.quantity);
                assert!(invoice.lines.iter().any(|sold| same(&sold)), "{}: {}", invoice.number, line.name);
            }
        }
    }

    #[test]
    fn amounts_have_two_decimals() {
        for (cents, expected) in [(0, "0.00"), (5, "0.05"), (20470, "204.70"), (389_000, "3890.00")] {
            assert_eq!(decimal(cents), expected);
        }
    }
}
