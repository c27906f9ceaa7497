//! The business systems that this deployment grants its bot, by name.

use std::collections::BTreeMap;

/// Reads `shop=https://shop.example billing=https://billing.example/api`.
pub fn granted(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split_whitespace().filter_map(|pair| pair.split_once('='));
    let pairs = pairs.filter(|(name, address)| !name.is_empty() && !address.is_empty());
    pairs.map(|(name, address)| (name.to_owned(), address.trim_end_matches('/').to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_without_an_address_is_not_granted() {
        let systems = granted("shop=http://127.0.0.1:3001/ crm= =x\n erp=https://erp.example/a?b=c");
        let pairs: Vec<_> = systems.iter().map(|(name, address)| (name.as_str(), address.as_str())).collect();
        assert_eq!(pairs, [("erp", "https://erp.example/a?b=c"), ("shop", "http://127.0.0.1:3001")]);
    }
}
