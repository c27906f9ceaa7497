//! What this deployment grants its bot.

use bot::limits::Grants;
use std::collections::{BTreeMap, BTreeSet};

/// What is granted, by name, and where the systems are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Granted {
    pub grants: Grants,
    pub addresses: BTreeMap<String, String>,
}

/// Reads the variables `systems` (`shop=https://shop.example billing=https://billing.example/api`), `secrets`
/// (`shop_key llm_key`) and `grants` (`knowledge contacts history`).
pub fn read(systems: &str, secrets: &str, grants: &str) -> Granted {
    let pairs = systems.split_whitespace().filter_map(|pair| pair.split_once('='));
    let pairs = pairs.filter(|(name, address)| !name.is_empty() && !address.is_empty());
    let addresses: BTreeMap<_, _> =
        pairs.map(|(name, address)| (name.to_owned(), address.trim_end_matches('/').to_owned())).collect();
    let granted: BTreeSet<&str> = grants.split_whitespace().collect();
    let grants = Grants {
        systems: addresses.keys().cloned().collect(),
        secrets: secrets.split_whitespace().map(str::to_owned).collect(),
        knowledge: granted.contains("knowledge"),
        contacts: granted.contains("contacts"),
        history: granted.contains("history"),
    };
    Granted { grants, addresses }
}

/// The variable that holds a secret.
pub fn secret_variable(name: &str) -> String {
    format!("secret_{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_without_an_address_is_not_granted() {
        let granted = read("shop=http://127.0.0.1:3001/ crm= =x\n erp=https://erp.example/a?b=c", "", "");
        let pairs: Vec<_> =
            granted.addresses.iter().map(|(name, address)| (name.as_str(), address.as_str())).collect();
        assert_eq!(pairs, [("erp", "https://erp.example/a?b=c"), ("shop", "http://127.0.0.1:3001")]);
        assert_eq!(granted.grants.systems, ["erp".to_owned(), "shop".to_owned()].into());
    }

    #[test]
    fn what_is_not_named_is_not_granted() {
        assert_eq!(read("", "", "").grants, Grants::default());
        let granted = read("", "shop_key  llm_key", "history knowledge").grants;
        assert_eq!(granted.secrets, ["llm_key".to_owned(), "shop_key".to_owned()].into());
        assert_eq!((granted.knowledge, granted.contacts, granted.history), (true, false, true));
    }
}
