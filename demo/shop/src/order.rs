//! Orders. They come from a file and never change.

use crate::{
    number::digits,
    problem::Problem,
    shop::{Routes, Shop},
    web::Number,
};
use axum::{Json, extract::State, routing::get};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) number: String,
    pub(crate) state: OrderState,
    pub(crate) customer: String,
    /// Days are ISO 8601 dates.
    pub(crate) placed_on: String,
    /// The day it should arrive, or did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) eta: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) carrier: Option<String>,
    pub(crate) lines: Vec<Line>,
    pub(crate) total_cents: u64,
    pub(crate) currency: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrderState {
    Preparing,
    Shipped,
    Delivered,
    Cancelled,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) quantity: u32,
}

pub(crate) struct Orders(BTreeMap<String, Order>);

impl Orders {
    pub(crate) fn of(orders: Vec<Order>) -> Orders {
        Orders(orders.into_iter().map(|order| (digits(&order.number), order)).collect())
    }

    pub(crate) fn find(&self, number: &str) -> Option<&Order> {
        self.0.get(&digits(number))
    }
}

pub(crate) fn routes() -> Routes {
    Routes::new().route("/orders/{number}", get(order))
}

async fn order(State(shop): State<Arc<Shop>>, Number(number): Number) -> Result<Json<Order>, Problem> {
    let order = shop.orders.find(&number).cloned().map(Json);
    order.ok_or_else(|| {
        Problem::unknown("order_unknown", "No such order", format!("There is no order {number}."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop;

    #[test]
    fn an_order_is_found_however_its_number_is_written() {
        let orders = shop::on("2026-11-24").orders;
        for number in ["1042", "#1042", "pedido 1042"] {
            assert_eq!(orders.find(number).map(|order| order.state), Some(OrderState::Shipped));
        }
        for number in ["", "pedido", "9999", "10421042"] {
            assert!(orders.find(number).is_none(), "{number}");
        }
    }
}
