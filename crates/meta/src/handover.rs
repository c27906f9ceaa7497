//! Several apps may share a page's inbox, and one at a time controls a thread. What another one has is
//! recorded, not answered; when a person of the business answers all the same, control is asked for first.

use crate::{answer::HELD_ELSEWHERE, graph::Graph};
use channel::{
    json::{self, Node},
    outbound::{Answer, Outbound, ProviderRequest},
    received::Settings,
};
use serde_json::json;

/// The call after which a refused message may go out: by the account's setting `handover` the thread is
/// taken (`take`: the app may do that) or asked for (`request`).
pub fn remedy(
    graph: &Graph<'_>,
    answer: &Answer,
    message: &Outbound,
    settings: &Settings,
    scheme: &str,
) -> Option<ProviderRequest> {
    let Answer::Response { status: 400..=499, body, .. } = answer else { return None };
    let document = json::parse(body).ok()?;
    let subcode = Node::root(&document).get("error")?.integer("error_subcode");
    // A machine leaves the thread to whoever has it.
    if subcode != Some(HELD_ELSEWHERE) || message.correspondence.automatic {
        return None;
    }
    let edge = match settings.get("handover")? {
        "take" => "me/take_thread_control",
        "request" => "me/request_thread_control",
        _ => return None,
    };
    let person = message.to.iter().find(|identity| identity.scheme == scheme)?;
    Some(graph.post(edge, &json!({ "recipient": { "id": person.value } })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use channel::outbound::Correspondence;
    use domain::contact::Identity;

    #[test]
    fn only_a_person_takes_a_thread_that_another_app_has() {
        let settings = |handover: &str| {
            Settings::from([
                ("access_token", "t"),
                ("graph_base_url", "http://127.0.0.1:9"),
                ("handover", handover),
            ])
        };
        let message = |automatic| Outbound {
            to: vec![Identity::new("psid", "7")],
            correspondence: Correspondence { automatic, ..Correspondence::default() },
            ..Outbound::default()
        };
        for (handover, status, subcode, automatic, expected) in [
            ("take", 400, 2_018_300, false, Some("me/take_thread_control")),
            ("request", 403, 2_018_300, false, Some("me/request_thread_control")),
            ("", 400, 2_018_300, false, None),
            ("take", 400, 2_018_300, true, None),
            ("take", 400, 2_018_278, false, None),
            ("take", 200, 2_018_300, false, None),
        ] {
            let body = json!({ "error": { "code": 10, "error_subcode": subcode } }).to_string().into();
            let answer = Answer::Response { status, retry_after: None, body };
            let settings = settings(handover);
            let graph = Graph::of(&settings).expect("a token");
            let call = remedy(&graph, &answer, &message(automatic), &settings, "psid");
            let url = expected.map(|edge| format!("http://127.0.0.1:9/v25.0/{edge}"));
            assert_eq!(call.map(|call| call.url), url, "{handover} {status} {subcode} {automatic}");
        }
    }
}
