//! The open streams of this instance.
//!
//! A request's task cannot be woken by another one's, so whatever is written to any stream is written
//! by the poller's task: a request hands its stream over and is done.

use super::{change::Listener, poller, telling::Audience};
use bytes::Bytes;
use futures::{
    StreamExt,
    channel::mpsc::{Receiver, Sender, channel},
};
use shell::platform::request::Asked;
use spin_sdk::wasip3::{http_compat::BodyWriter, spawn};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// A stream that was just opened.
pub(super) struct Newcomer {
    pub listener: Listener,
    /// What it was opened with: its session may end before it does.
    pub head: Rc<Asked>,
    pub writer: BodyWriter,
    /// What is written first.
    pub opening: String,
    /// Its client has seen everything up to here.
    pub seen: i64,
}

/// An open stream.
struct Open {
    listener: Listener,
    head: Rc<Asked>,
    sender: Sender<Bytes>,
    seen: i64,
    /// What its client missed before it came is still to be told.
    fresh: bool,
}

/// How many events a client may lag behind before its stream ends.
const LAG_MAX: usize = 512;

thread_local! {
    static NEWCOMERS: RefCell<Vec<Newcomer>> = RefCell::default();
    static STREAMS: RefCell<Vec<Open>> = RefCell::default();
    static POLLED: Cell<bool> = const { Cell::new(false) };
}

/// Adds a stream; the first one starts the poller.
pub(super) fn join(newcomer: Newcomer) {
    NEWCOMERS.with_borrow_mut(|newcomers| newcomers.push(newcomer));
    if !POLLED.replace(true) {
        spawn(poller::run());
    }
}

/// Held by the poller while it runs. When it ends, whatever stream is left ends with it: its client
/// comes back, and a new poller starts.
pub(super) struct Polled;

impl Drop for Polled {
    fn drop(&mut self) {
        NEWCOMERS.with_borrow_mut(Vec::clear);
        STREAMS.with_borrow_mut(Vec::clear);
        POLLED.set(false);
    }
}

/// Takes the streams in that came since. Only the poller may: from here on its task writes to them.
pub(super) fn admit() {
    for Newcomer { listener, head, writer, opening, seen } in NEWCOMERS.take() {
        let (mut sender, receiver) = channel(LAG_MAX);
        spawn(write_out(writer, receiver));
        if sender.try_send(Bytes::from(opening)).is_ok() {
            let stream = Open { listener, head, sender, seen, fresh: true };
            STREAMS.with_borrow_mut(|streams| streams.push(stream));
        }
    }
}

/// Until the client is gone or the stream is given up.
async fn write_out(mut writer: BodyWriter, mut frames: Receiver<Bytes>) {
    while let Some(frame) = frames.next().await {
        if !writer.stream_writer.write_all(frame.to_vec()).await.is_empty() {
            break;
        }
    }
    drop(frames);
    drop(writer.stream_writer);
    let _ = writer.result_writer.write(Ok(None)).await;
}

pub(super) fn is_empty() -> bool {
    NEWCOMERS.with_borrow(Vec::is_empty) && STREAMS.with_borrow(Vec::is_empty)
}

pub(super) fn listeners() -> Vec<Listener> {
    STREAMS.with_borrow(|streams| streams.iter().map(|stream| stream.listener.clone()).collect())
}

/// What each stream was opened with.
pub(super) fn heads() -> Vec<(Listener, Rc<Asked>)> {
    let head = |stream: &Open| (stream.listener.clone(), stream.head.clone());
    STREAMS.with_borrow(|streams| streams.iter().map(head).collect())
}

/// Ends the stream that was opened with `head`.
pub(super) fn end(head: &Rc<Asked>) {
    STREAMS.with_borrow_mut(|streams| streams.retain(|stream| !Rc::ptr_eq(&stream.head, head)));
}

/// Ends all streams that the poller writes to.
pub(super) fn end_all() {
    STREAMS.with_borrow_mut(Vec::clear);
}

/// Whether anybody here is to be told; if not, nothing needs to be loaded.
pub(super) fn anybody(audience: &Audience) -> bool {
    STREAMS.with_borrow(|streams| streams.iter().any(|stream| audience.has(&stream.listener)))
}

/// Writes a change to every stream of `audience` that has not seen it, and tells to how many.
pub(super) fn tell(audience: &Audience, seq: i64, frame: &Bytes) -> usize {
    write(frame, |stream| stream.seen < seq && audience.has(&stream.listener))
}

/// Writes to every stream of `audience` what has no place in the feed.
pub(super) fn say(audience: &Audience, frame: &Bytes) {
    write(frame, |stream| audience.has(&stream.listener));
}

/// Writes to every stream.
pub(super) fn beat(frame: &'static str) {
    write(&Bytes::from_static(frame.as_bytes()), |_| true);
}

/// A stream whose client is gone or does not keep up ends: it comes back for what it missed.
fn write(frame: &Bytes, wanted: impl Fn(&Open) -> bool) -> usize {
    let mut written = 0;
    STREAMS.with_borrow_mut(|streams| {
        streams.retain_mut(|stream| {
            let is_wanted = wanted(stream);
            let stays = !is_wanted || stream.write(frame.clone());
            written += usize::from(is_wanted && stays);
            stays
        });
    });
    written
}

impl Open {
    /// Whether its client may still be there.
    fn write(&mut self, frame: Bytes) -> bool {
        self.sender.try_send(frame).is_ok()
    }
}

/// The streams that must be told what they missed before `seq`, and from where on: the caller tells
/// each through [`tell_one`]. From now on all streams have seen the same.
pub(super) fn fresh(seq: i64) -> Vec<(usize, Listener, i64)> {
    STREAMS.with_borrow_mut(|streams| {
        let mut late = vec![];
        for (index, stream) in streams.iter_mut().enumerate() {
            if std::mem::take(&mut stream.fresh) && stream.seen < seq {
                late.push((index, stream.listener.clone(), stream.seen));
                stream.seen = seq;
            }
        }
        late
    })
}

/// Writes to the stream at `index`, which is valid until anything else is written or admitted.
pub(super) fn tell_one(index: usize, frame: &Bytes) {
    STREAMS.with_borrow_mut(|streams| {
        if let Some(stream) = streams.get_mut(index) {
            // A client that is gone is noticed with the next event.
            stream.write(frame.clone());
        }
    });
}
