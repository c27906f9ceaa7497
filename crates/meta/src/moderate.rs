//! What the Graph API does with a comment, and how a post is looked up.

use crate::graph::{Graph, is_id, refusal};
use channel::{
    json::{self, Node},
    outbound::ProviderRequest,
};
use domain::{
    comment::{Deed, Post},
    message::{Attachment, DeliveryError},
};
use serde_json::{Value, json};
use std::time::Duration;

/// A comment can be answered in private for so long.
pub const PRIVATE_ANSWER: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The member of a comment that hides it, which differs from network to network.
pub fn moderate(
    graph: &Graph<'_>,
    hidden: &str,
    deed: Deed,
    comment: &str,
) -> Result<ProviderRequest, DeliveryError> {
    let comment = checked(comment)?;
    let hide = |hide: bool| graph.post(comment, &Value::from_iter([(hidden.to_owned(), json!(hide))]));
    Ok(match deed {
        Deed::Hide => hide(true),
        Deed::Show => hide(false),
        Deed::Like => graph.post(&format!("{comment}/likes"), &json!({})),
        Deed::Unlike => graph.delete(&format!("{comment}/likes")),
        Deed::Delete => graph.delete(comment),
    })
}

/// Asks for `fields` of a post.
pub fn look_up(graph: &Graph<'_>, post: &str, fields: &[&str]) -> Result<ProviderRequest, DeliveryError> {
    Ok(graph.get(&format!("{}?fields={}", checked(post)?, fields.join(","))))
}

/// A post by the names that its members have on the network: the first that says something counts.
pub fn post(body: &[u8], url: &str, texts: &[&str], pictures: &[&str]) -> Option<Post> {
    let document = json::parse(body).ok()?;
    let node = Node::root(&document);
    let first =
        |names: &[&str]| names.iter().find_map(|name| node.text(name)).filter(|text| !text.is_empty());
    let is_address = |url: &String| url.starts_with("https://");
    let picture = first(pictures).filter(is_address).map(|url| Attachment {
        kind: "image".to_owned(),
        url: Some(url),
        ..Attachment::default()
    });
    Some(Post { url: node.text(url).filter(is_address), text: first(texts), picture })
}

fn checked(id: &str) -> Result<&str, DeliveryError> {
    if is_id(id) { Ok(id) } else { Err(refusal("no_comment", "that is no id of Meta's")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use channel::received::Settings;

    #[test]
    fn each_deed_is_a_call() {
        let settings = Settings::from([("graph_base_url", "http://127.0.0.1:9"), ("access_token", "t")]);
        let graph = Graph::of(&settings).expect("a token");
        for (deed, expected) in [
            (Deed::Hide, r#"POST 5_1 {"is_hidden":true}"#),
            (Deed::Show, r#"POST 5_1 {"is_hidden":false}"#),
            (Deed::Like, "POST 5_1/likes {}"),
            (Deed::Unlike, "DELETE 5_1/likes "),
            (Deed::Delete, "DELETE 5_1 "),
        ] {
            let call = moderate(&graph, "is_hidden", deed, "5_1").expect("a call");
            let path = call.url.strip_prefix("http://127.0.0.1:9/v25.0/").expect("the API");
            let body = String::from_utf8(call.body).expect("text");
            assert_eq!(format!("{} {path} {body}", call.method), expected);
        }
        assert!(moderate(&graph, "hide", Deed::Hide, "../me").is_err());
    }

    #[test]
    fn a_post_is_read_by_the_network_s_names() {
        let body = br#"{"permalink_url":"https://x.example/p","message":"","story":"A photo",
            "full_picture":"https://scontent.xx.fbcdn.net/1.jpg"}"#;
        let read = post(body, "permalink_url", &["message", "story"], &["full_picture"]).expect("a post");
        assert_eq!(
            (read.url.as_deref(), read.text.as_deref()),
            (Some("https://x.example/p"), Some("A photo"))
        );
        assert_eq!(
            read.picture.and_then(|file| file.url).as_deref(),
            Some("https://scontent.xx.fbcdn.net/1.jpg")
        );
        let odd = post(br#"{"permalink_url":"javascript:x"}"#, "permalink_url", &[], &[]);
        assert_eq!(odd, Some(Post::default()));
        assert_eq!(post(b"<html>", "permalink_url", &[], &[]), None);
    }
}
