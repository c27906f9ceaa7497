//! Instants as Meta writes them.

use channel::json::Node;
use domain::time::Timestamp;
use jiff::fmt::strtime;

/// Unix seconds, or milliseconds where a sender confuses them (Meta's own test events do), or the text
/// of older versions of the Graph API: `2017-11-01T09:30:00+0000`.
pub fn instant(node: &Node<'_>, name: &str) -> Option<Timestamp> {
    const MILLISECONDS: i64 = 100_000_000_000; // as seconds: the year 5138
    let Some(number) = node.integer(name) else { return written(&node.text(name)?) };
    let number = Some(number).filter(|number| *number > 0)?;
    Some(Timestamp(if number < MILLISECONDS { number * 1000 } else { number }))
}

fn written(text: &str) -> Option<Timestamp> {
    let time = strtime::parse("%Y-%m-%dT%H:%M:%S%z", text).ok()?;
    Some(Timestamp(time.to_timestamp().ok()?.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn seconds_milliseconds_and_texts() {
        for (value, expected) in [
            (json!(1_458_692_752_478_i64), Some(1_458_692_752_478)),
            (json!(1_458_692_752), Some(1_458_692_752_000)),
            (json!("1458692752"), Some(1_458_692_752_000)),
            (json!("2017-11-01T09:30:00+0000"), Some(1_509_528_600_000)),
            (json!("yesterday"), None),
            (json!(0), None),
            (json!(-1), None),
            (json!({}), None),
            (Value::Null, None),
        ] {
            let node = json!({ "t": value });
            assert_eq!(instant(&Node::root(&node), "t"), expected.map(Timestamp), "{value}");
        }
    }
}
