//! What this deployment grants its bot.

use bot::limits::Grants;
use std::collections::BTreeMap;

/// What is granted, by name, and where the systems are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Granted {
    pub grants: Grants,
    pub addresses: BTreeMap<String, String>,
}

/// Reads `shop=https://shop.example billing=https://billing.example/api`.
pub fn read(systems: &str) -> Granted {
    let pairs = systems.split_whitespace().filter_map(|pair| pair.split_once('='));
    let pairs = pairs.filter(|(name, address)| !name.is_empty() && !address.is_empty());
    let addresses: BTreeMap<_, _> =
        pairs.map(|(name, address)| (name.to_owned(), address.trim_end_matches('/').to_owned())).collect();
    let systems = addresses.keys().cloned().collect();
    Granted { grants: Grants { systems, ..Grants::default() }, addresses }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_without_an_address_is_not_granted() {
        let granted = read("shop=http://127.0.0.1:3001/ crm= =x\n erp=https://erp.example/a?b=c");
        let pairs: Vec<_> =
            granted.addresses.iter().map(|(name, address)| (name.as_str(), address.as_str())).collect();
        assert_eq!(pairs, [("erp", "https://erp.example/a?b=c"), ("shop", "http://127.0.0.1:3001")]);
        assert_eq!(granted.grants.systems, ["erp".to_owned(), "shop".to_owned()].into());
    }
}
