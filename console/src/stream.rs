//! Follows the desk's one event stream, and comes back by itself when the line was lost.
//!
//! The server says something at least each 15 seconds, if only a comment. Silence for longer means
//! that the line is dead, or that this machine slept: the stream is dropped and asked for again,
//! from the last sequence that was seen.

use crate::desk::{Desk, Link};
use crate::sse::Reader;
use gloo_net::http::RequestBuilder;
use gloo_timers::callback::Interval;
use gloo_timers::future::TimeoutFuture;
use js_sys::{Date, Reflect, Uint8Array};
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader, TextDecodeOptions, TextDecoder};

const SILENCE_MAX_MS: f64 = 40_000.0;
const BACKOFF_FIRST_MS: u32 = 500;
const BACKOFF_MAX_MS: u32 = 15_000;

/// Why a stream ended.
enum End {
    /// Ask again.
    Lost,
    LoggedOut,
}

/// Runs until the session is over.
pub(crate) async fn follow(desk: Desk) {
    let hurry = Rc::new(Cell::new(false));
    let online = window_event_listener(leptos::ev::online, {
        let hurry = hurry.clone();
        move |_| hurry.set(true)
    });
    let mut backoff_ms = BACKOFF_FIRST_MS;
    loop {
        let heard = Rc::new(Cell::new(false));
        if let End::LoggedOut = read(desk, &heard).await {
            desk.session_over();
            break;
        }
        if !desk.logged_in() {
            break;
        }
        if heard.get() {
            backoff_ms = BACKOFF_FIRST_MS;
        }
        desk.link.set(Link::Lost);
        // In slices, so that the browser's word that the network is back ends the wait.
        let mut left_ms = backoff_ms;
        while left_ms > 0 && !hurry.take() {
            let slice_ms = left_ms.min(250);
            TimeoutFuture::new(slice_ms).await;
            left_ms -= slice_ms;
        }
        backoff_ms = (backoff_ms * 2).min(BACKOFF_MAX_MS);
    }
    online.remove();
}

async fn read(desk: Desk, heard: &Cell<bool>) -> End {
    let Ok(abort) = AbortController::new() else { return End::Lost };
    let last = Rc::new(Cell::new(Date::now()));
    let watch = Interval::new(2000, {
        let (abort, last) = (abort.clone(), last.clone());
        move || {
            if Date::now() - last.get() > SILENCE_MAX_MS || !desk.logged_in() {
                abort.abort();
            }
        }
    });
    let end = chunks(desk, &abort, &last, heard).await.unwrap_or(End::Lost);
    drop(watch);
    abort.abort();
    end
}

async fn chunks(
    desk: Desk,
    abort: &AbortController,
    last: &Cell<f64>,
    heard: &Cell<bool>,
) -> Result<End, JsValue> {
    let since = desk.work.with_untracked(|work| work.seq);
    let response = RequestBuilder::new(&format!("/api/events?since={since}"))
        .header("accept", "text/event-stream")
        .abort_signal(Some(&abort.signal()))
        .send()
        .await
        .map_err(|_| JsValue::NULL)?;
    if response.status() == 401 {
        return Ok(End::LoggedOut);
    }
    let body = response.body().filter(|_| response.ok()).ok_or(JsValue::NULL)?;
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let decoder = TextDecoder::new()?;
    let more = TextDecodeOptions::new();
    more.set_stream(true);
    let mut frames = Reader::default();
    loop {
        let result = JsFuture::from(reader.read()).await?;
        if Reflect::get(&result, &"done".into())?.is_truthy() {
            return Ok(End::Lost);
        }
        last.set(Date::now());
        if !heard.replace(true) {
            desk.back_online();
        }
        let bytes: Uint8Array = Reflect::get(&result, &"value".into())?.unchecked_into();
        let text = decoder.decode_with_js_u8_array_and_options(&bytes, &more)?;
        desk.take_frames(frames.read(&text));
    }
}
