//! The server of the widget. Public: `/webchat/...` and `/webhooks/webchat/{account}`. Private, by
//! service chaining: `/perform`, `/inspect` and `/profile`.

mod gate;
mod post;
mod stream;
mod upload;

use crate::{codec::Webchat, file, widget};
use channel::{codec::Codec, page, serve, webhook};
use gate::Gate;
use http::{HeaderValue, Method, StatusCode, header};
use shell::{
    failure::{Failure, Result},
    platform::{
        reply::{self, Reply},
        request::{Asked, traced},
    },
};
use spin_sdk::{http::Request, http_service};

/// A post of the widget is text.
const POST_MAX: usize = 64 * 1024;

#[http_service]
async fn webchat(request: Request) -> Reply {
    traced(request, read_and_answer).await
}

async fn read_and_answer(request: Request) -> Reply {
    let limit = match request.uri().path() {
        path if path.ends_with("/attachments") => file::SIZE_MAX as usize,
        // What is inspected comes in base64.
        "/inspect" => 2 * webhook::BODY_MAX,
        _ => POST_MAX,
    };
    match Asked::read(request, limit).await {
        Ok(asked) => answer(&asked).await,
        // The widget must be able to read it, and there is nothing secret in it.
        Err(failure) => page::open_to_all(reply::from(Err(failure))),
    }
}

async fn answer(asked: &Asked) -> Reply {
    match asked.segments().as_slice() {
        ["perform"] => reply::from(serve::perform(&Webchat, &[], asked).await),
        ["inspect"] => reply::from(serve::look(&Webchat, asked)),
        ["profile"] => reply::ok(&Webchat.profile()),
        ["webchat", "widget.js"] => script(asked),
        ["webhooks", "webchat", account] => behind_gate(asked, account, &["post"]).await,
        ["webchat", account, what @ ..] => behind_gate(asked, account, what).await,
        _ => reply::from(Err(Failure::NotFound(asked.path.clone()))),
    }
}

async fn behind_gate(asked: &Asked, account: &str, what: &[&str]) -> Reply {
    let gate = match Gate::open(asked, account).await {
        Ok(gate) => gate,
        Err(failure) => return page::open_to_all(reply::from(Err(failure))),
    };
    let outcome = serve(&gate, asked, what).await;
    gate.let_through(reply::from(outcome))
}

async fn serve(gate: &Gate, asked: &Asked, what: &[&str]) -> Result<Reply> {
    match (&asked.method, what) {
        (&Method::OPTIONS, _) => Ok(page::preflight()),
        (&Method::POST, ["post"]) => post::receive(gate, asked).await,
        (&Method::GET, ["config"]) => gate.config(asked).await,
        (&Method::POST, ["session"]) => gate.session(asked).await,
        (&Method::GET, ["events"]) => stream::events(gate, asked).await,
        (&Method::GET, ["messages"]) => stream::messages(gate, asked).await,
        (&Method::POST, ["attachments"]) => upload::take(gate, asked).await,
        (method, ["post" | "config" | "session" | "events" | "messages" | "attachments", ..]) => {
            Err(Failure::MethodNotAllowed(method.to_string()))
        }
        _ => Err(Failure::NotFound(asked.path.clone())),
    }
}

fn script(asked: &Asked) -> Reply {
    let gzip = widget::takes_gzip(asked.header("accept-encoding").unwrap_or_default());
    let body = if gzip { widget::SCRIPT_GZIPPED } else { widget::SCRIPT };
    let mut reply = reply::bytes(StatusCode::OK, "text/javascript; charset=utf-8", body);
    let headers = reply.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    if gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    page::open_to_all(reply)
}
