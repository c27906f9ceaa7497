//! The open streams of this instance.

use super::{change::Listener, frame::OPENING, poller, telling::Audience};
use bytes::Bytes;
use futures::channel::mpsc::Sender;
use std::cell::{Cell, RefCell};

/// An open stream.
pub(super) struct Open {
    pub listener: Listener,
    pub sender: Sender<Bytes>,
    /// It has seen everything up to here.
    pub seen: i64,
    /// What it missed before it came is still to be told.
    pub fresh: bool,
}

thread_local! {
    static STREAMS: RefCell<Vec<Open>> = RefCell::default();
    static POLLED: Cell<bool> = const { Cell::new(false) };
}

/// Adds a stream; the first one starts the poller.
pub(super) fn join(mut stream: Open) {
    if stream.sender.try_send(Bytes::from_static(OPENING.as_bytes())).is_err() {
        return;
    }
    STREAMS.with_borrow_mut(|streams| streams.push(stream));
    if !POLLED.replace(true) {
        spin_sdk::wasip3::spawn(poller::run());
    }
}

/// Held by the poller while it runs. When it ends, whatever stream is left ends with it: its client
/// comes back, and a new poller starts.
pub(super) struct Polled;

impl Drop for Polled {
    fn drop(&mut self) {
        STREAMS.with_borrow_mut(Vec::clear);
        POLLED.set(false);
    }
}

pub(super) fn is_empty() -> bool {
    STREAMS.with_borrow(Vec::is_empty)
}

pub(super) fn listeners() -> Vec<Listener> {
    STREAMS.with_borrow(|streams| streams.iter().map(|stream| stream.listener.clone()).collect())
}

/// Whether anybody here is to be told; if not, nothing needs to be loaded.
pub(super) fn anybody(audience: &Audience) -> bool {
    STREAMS.with_borrow(|streams| streams.iter().any(|stream| audience.has(&stream.listener)))
}

/// Writes to every stream of `audience` that has not seen `seq`.
pub(super) fn tell(audience: &Audience, seq: i64, frame: &Bytes) {
    write(frame, |stream| stream.seen < seq && audience.has(&stream.listener));
}

/// Writes to every stream.
pub(super) fn beat(frame: &'static str) {
    write(&Bytes::from_static(frame.as_bytes()), |_| true);
}

/// A stream whose client is gone or does not keep up ends: it comes back for what it missed.
fn write(frame: &Bytes, wanted: impl Fn(&Open) -> bool) {
    STREAMS.with_borrow_mut(|streams| {
        streams.retain_mut(|stream| !wanted(stream) || stream.sender.try_send(frame.clone()).is_ok());
    });
}

/// Takes the streams out that must be told what they missed before `seq`.
pub(super) fn take_fresh(seq: i64) -> Vec<Open> {
    STREAMS.with_borrow_mut(|streams| {
        let mut late = vec![];
        for stream in std::mem::take(streams) {
            if stream.fresh && stream.seen < seq {
                late.push(stream);
            } else {
                streams.push(Open { fresh: false, ..stream });
            }
        }
        late
    })
}

pub(super) fn put_back(stream: Open) {
    STREAMS.with_borrow_mut(|streams| streams.push(stream));
}
