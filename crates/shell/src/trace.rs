//! Which trace a task works for, so that one message can be followed from its webhook to an agent's screen.
//!
//! A request names its trace in the header `traceparent` (W3C Trace Context). Whatever is called on its
//! behalf names the same one, and what is left to do keeps it with its row. Nothing is decided by it.

use std::{
    cell::RefCell,
    future::poll_fn,
    pin::pin,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The header that carries it.
pub const HEADER: &str = "traceparent";

thread_local! {
    static CURRENT: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The trace of the task that runs now.
pub fn current() -> Option<String> {
    CURRENT.with_borrow(Clone::clone)
}

/// Does `work` for `trace`. Other tasks of the instance, between its steps, keep their own.
pub async fn within<T>(trace: Option<String>, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    poll_fn(|cx| {
        let _step = Step::of(trace.clone());
        work.as_mut().poll(cx)
    })
    .await
}

/// One step of a task; what ran before goes on afterwards.
struct Step(Option<String>);

impl Step {
    fn of(trace: Option<String>) -> Self {
        Self(CURRENT.replace(trace))
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

/// The trace that a header names; none when it is malformed, as the specification wants it: two, 32, 16
/// and two lowercase hexadecimal digits, neither id all zeros.
pub fn parse(header: &str) -> Option<String> {
    let header = header.trim();
    let parts: Vec<&str> = header.split('-').collect();
    let [version, trace, span, flags] = parts[..] else { return None };
    let is_hex = |part: &str, length| {
        part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_id = |part: &str, length| is_hex(part, length) && part.bytes().any(|byte| byte != b'0');
    (version == "00" && is_id(trace, 32) && is_id(span, 16) && is_hex(flags, 2)).then(|| header.to_owned())
}

/// Whether anybody records this trace.
pub fn is_sampled(trace: &str) -> bool {
    let flags = trace.rsplit('-').next().and_then(|flags| u8::from_str_radix(flags, 16).ok());
    flags.is_some_and(|flags| flags & 1 == 1)
}

/// Time since 1970, fine enough to tell the steps of one message apart.
pub fn clock() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::{executor::block_on, future::join};

    const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn only_a_well_formed_header_names_a_trace() {
        for (header, expected) in [
            (TRACE, true),
            (" 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00 ", true),
            ("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false),
            ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false),
            ("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", false),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x", false),
            ("", false),
            ("ñ", false),
        ] {
            assert_eq!(parse(header), expected.then(|| header.trim().to_owned()), "{header}");
        }
    }

    #[test]
    fn the_last_bit_says_whether_it_is_recorded() {
        for (flags, expected) in [("00", false), ("01", true), ("02", false), ("03", true), ("zz", false)] {
            assert_eq!(is_sampled(&format!("{}{flags}", &TRACE[..53])), expected, "{flags}");
        }
    }

    #[test]
    fn tasks_that_take_turns_keep_their_own_trace() {
        let task = |name: &str| {
            let name = name.to_owned();
            within(Some(name.clone()), async move {
                for _ in 0..3 {
                    assert_eq!(current().as_ref(), Some(&name));
                    let mut waited = false;
                    poll_fn(|cx| {
                        cx.waker().wake_by_ref();
                        if std::mem::replace(&mut waited, true) {
                            std::task::Poll::Ready(())
                        } else {
                            std::task::Poll::Pending
                        }
                    })
                    .await;
                }
            })
        };
        block_on(async {
            join(task("a"), task("b")).await;
            within(Some("outer".to_owned()), async {
                within(None, async { assert_eq!(current(), None) }).await;
                assert_eq!(current().as_deref(), Some("outer"));
            })
            .await;
        });
        assert_eq!(current(), None);
    }
}
