//! People, as X describes them: in a map by id or a list, each with or without a `data` around it.

use super::id;
use crate::codec::NAME;
use channel::{
    event::{InboundEvent, Sender},
    json::Node,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// Whom and what a request describes, by their ids: looked up by each of its events.
#[derive(Default)]
pub(crate) struct Known<'a> {
    pub(crate) users: BTreeMap<String, Node<'a>>,
    pub(crate) media: BTreeMap<String, Node<'a>>,
}

impl<'a> Known<'a> {
    pub(crate) fn of<'b>(describing: impl IntoIterator<Item = &'b Node<'a>>) -> Self
    where
        'a: 'b,
    {
        let mut known = Known::default();
        for node in describing {
            known.users.extend(people(node));
            let media = node.list("media").into_iter();
            known.media.extend(media.filter_map(|media| Some((media.text("media_key")?, media))));
        }
        known
    }
}

fn people<'a>(node: &Node<'a>) -> Vec<(String, Node<'a>)> {
    let Some(users) = node.get("users") else { return vec![] };
    match users.value() {
        Value::Object(members) => {
            members.keys().filter_map(|id| Some((id.clone(), bare(&users.get(id)?)))).collect()
        }
        _ => {
            let users = users.items().unwrap_or_default();
            users.iter().map(bare).filter_map(|user| Some((id(&user, "id")?, user))).collect()
        }
    }
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
