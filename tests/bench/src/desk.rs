//! An agent's side of the desk: a session and its event stream.

use crate::client::Client;
use anyhow::{Context, Result, bail};
use http::Method;
use http_body_util::BodyExt;
use serde_json::json;
use tokio::{sync::mpsc, task::JoinHandle};

const PASSWORD: &str = "bench-password";

/// An event of the stream.
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) data: String,
}

/// Makes an agent of every queue, and logs them in.
pub(crate) async fn agent(admin: &Client, login: &str, chats_max: u32) -> Result<Client> {
    let setup = json!({
        "id": login, "login": login, "name": login, "password": PASSWORD, "role": "agent", "locale": "es",
        "calls_max": 1, "chats_max": chats_max, "queues": ["ventas", "soporte", "facturacion"],
    });
    admin.json(Method::PUT, &format!("/api/agents/{login}"), Some(&setup)).await?;
    let credentials = json!({ "login": login, "password": PASSWORD });
    let session = admin.nobody().json(Method::POST, "/api/login", Some(&credentials)).await?;
    Ok(admin.with_token(session["token"].as_str().context("a login gives a token")?))
}

/// Opens the agent's event stream; its events go to `seen`. The task ends with the stream.
pub(crate) async fn listen(agent: &Client, seen: mpsc::UnboundedSender<Event>) -> Result<JoinHandle<()>> {
    let response = agent.send(Method::GET, "/api/events", &[], "").await?;
    if !response.status().is_success() {
        bail!("the event stream was answered {}", response.status());
    }
    Ok(tokio::spawn(async move {
        let mut body = response.into_body();
        let (mut rest, mut name) = (String::new(), String::new());
        while let Some(Ok(frame)) = body.frame().await {
            let Some(bytes) = frame.data_ref() else { continue };
            rest.push_str(&String::from_utf8_lossy(bytes));
            while let Some(end) = rest.find('\n') {
                let line: String = rest.drain(..=end).collect();
                match line.trim_end().split_once(": ") {
                    Some(("event", event)) => event.clone_into(&mut name),
                    Some(("data", data)) => {
                        if seen.send(Event { name: name.clone(), data: data.to_owned() }).is_err() {
                            return;
                        }
                    }
                    _ => {}
                }
            }
        }
    }))
}
