//! Orders, and how a customer writes their numbers.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fs, path::Path};

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
    pub(crate) fn load(file: &Path) -> Result<Orders> {
        let content = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let orders: Vec<Order> =
            serde_json::from_str(&content).with_context(|| format!("{} holds no orders", file.display()))?;
        Ok(Orders::of(orders))
    }

    fn of(orders: Vec<Order>) -> Orders {
        Orders(orders.into_iter().map(|order| (plain(&order.number), order)).collect())
    }

    pub(crate) fn find(&self, number: &str) -> Option<&Order> {
        self.0.get(&plain(number))
    }
}

/// `#1042`, `pedido 1042` and `1042` are one order.
fn plain(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_found_however_its_number_is_written() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("orders.json");
        let orders = Orders::load(&file).unwrap();
        for number in ["1042", "#1042", "pedido 1042"] {
            assert_eq!(orders.find(number).map(|order| order.state), Some(OrderState::Shipped));
        }
        for number in ["", "pedido", "9999", "10421042"] {
            assert!(orders.find(number).is_none(), "{number}");
        }
    }
}
