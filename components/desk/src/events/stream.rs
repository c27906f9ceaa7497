//! One agent's stream, opened.

use super::{
    change::Listener,
    frame::{OPENING, frame},
    hub::{self, Newcomer},
    place::{Place, place},
};
use crate::{presence, query::number};
use api::event::Event;
use shell::{
    failure::{Failure, Result},
    platform::{center::now, request::Asked},
};
use spin_sdk::wasip3::{
    http::types::{Fields, Response},
    http_compat::BodyWriter,
};
use std::rc::Rc;
use store::{feed, port::Sql};

pub(crate) async fn open(sql: &impl Sql, asked: &Asked, listener: Listener) -> Result<Response> {
    let told = asked.header("last-event-id").and_then(|id| id.parse().ok());
    let since = told.or(number(&asked.query, "since")?);
    presence::prove_alive(sql, &listener.agent).await?;
    let newest = feed::newest(sql).await?;
    let (opening, seen) = match place(since, feed::forgotten(sql, now()).await?, newest) {
        Place::After(seen) => (OPENING.to_owned(), seen),
        Place::Lost => {
            let resync = frame(newest, &Event::Resync).map_err(|error| Failure::Broken(error.to_string()))?;
            (format!("{OPENING}{resync}"), newest)
        }
    };
    let (writer, body, trailers) = BodyWriter::new();
    let (response, _sent) = Response::new(headers()?, Some(body), trailers);
    let head = Rc::new(Asked { body: Default::default(), ..asked.clone() });
    hub::join(Newcomer { listener, head, writer, opening, seen });
    Ok(response)
}

fn headers() -> Result<Fields> {
    let headers = [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store"),
        // A proxy that collects before it passes on would hold the events back.
        ("x-accel-buffering", "no"),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
    Fields::from_list(&headers).map_err(|error| Failure::Broken(format!("{error:?}")))
}
