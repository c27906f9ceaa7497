//! What a person reads of something that has no shape of its own: its name, and the words in it.

use super::party;
use channel::json::Node;
use serde_json::Value;

/// Members whose text tells the most, in reading order.
const TELLING: [&str; 17] = [
    "title",
    "name",
    "question",
    "text",
    "caption",
    "option_text",
    "button_text",
    "description",
    "data",
    "query",
    "currency",
    "total_amount",
    "distance",
    "boost_count",
    "winner_count",
    "url",
    "status",
];

/// `left_chat_member: Mario Bros`.
pub(crate) fn about(name: &str, member: Option<&Node<'_>>) -> String {
    match member.map(of).filter(|words| !words.is_empty()) {
        Some(words) => format!("{name}: {words}"),
        None => name.to_owned(),
    }
}

fn of(node: &Node<'_>) -> String {
    match node.value() {
        Value::Array(_) => {
            let items = node.items().unwrap_or_default();
            items.iter().map(of).filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ")
        }
        Value::Object(_) => {
            let person = ["first_name", "last_name"].iter().any(|part| node.get(part).is_some());
            let name = party::name(node).filter(|_| person);
            name.unwrap_or_else(|| {
                TELLING.iter().filter_map(|part| node.text(part)).collect::<Vec<_>>().join(", ")
            })
        }
        Value::Bool(_) | Value::Null => String::new(),
        Value::Number(_) | Value::String(_) => node.as_text().unwrap_or_default(),
    }
}
