//! One agent's stream, opened.

use super::{
    change::Listener,
    frame::frame,
    hub::{self, Open},
    place::{Place, place},
};
use crate::{presence, query::number};
use api::event::Event;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response};
use shell::{
    failure::{Failure, Result},
    platform::{reply::Reply, request::Asked},
};
use spin_sdk::http::{body, box_body};
use store::{feed, port::Sql};

pub(crate) async fn open(sql: &impl Sql, asked: &Asked, listener: Listener) -> Result<Reply> {
    let told = asked.header("last-event-id").and_then(|id| id.parse().ok());
    let since = told.or(number(&asked.query, "since")?);
    presence::prove_alive(sql, &listener.agent).await?;
    let newest = feed::newest(sql).await?;
    let (mut sender, body) = body::stream::<Bytes>();
    let seen = match place(since, feed::oldest(sql).await?, newest) {
        Place::After(seen) => seen,
        Place::Lost => {
            let resync = frame(newest, &Event::Resync).map_err(|error| Failure::Broken(error.to_string()))?;
            let _ = sender.try_send(Bytes::from(resync));
            newest
        }
    };
    hub::join(Open { listener, sender, seen, fresh: true });
    let mut reply = Response::new(box_body(body));
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store"),
        // A proxy that collects before it passes on would hold the events back.
        ("x-accel-buffering", "no"),
    ] {
        reply.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    Ok(reply)
}
