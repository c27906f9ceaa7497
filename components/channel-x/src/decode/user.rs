//! People, as X describes them: in a map by id or a list, each with or without a `data` around it.

use super::{Delivery, id};
use crate::codec::NAME;
use channel::{
    event::{InboundEvent, Sender},
    json::Node,
};
use serde_json::Value;

/// What a delivery says about somebody.
pub(crate) fn described<'a>(delivery: &Delivery<'a>, user: &str) -> Option<Node<'a>> {
    delivery.about.iter().find_map(|about| {
        let users = about.get("users")?;
        match users.value() {
            Value::Array(_) => {
                let users = users.items().ok()?;
                users.iter().map(bare).find(|node| id(node, "id").as_deref() == Some(user))
            }
            _ => users.get(user).as_ref().map(bare),
        }
    })
}

/// Without the `data` around it.
pub(crate) fn bare<'a>(user: &Node<'a>) -> Node<'a> {
    user.get("data").filter(|data| data.value().is_object()).unwrap_or_else(|| user.clone())
}

/// Says who did it. A handle changes hands, so it is no identity.
pub(crate) fn introduce(event: &mut InboundEvent, user: &str, known: Option<&Node<'_>>) {
    let handle = known.and_then(|known| known.text("screen_name").or_else(|| known.text("username")));
    let name = known.and_then(|known| known.text("name")).or_else(|| handle.clone());
    event.from = Some(Sender { scheme: NAME.to_owned(), id: user.to_owned(), name });
    event.extra.extend(handle.map(|handle| ("username".to_owned(), Value::String(handle))));
}
