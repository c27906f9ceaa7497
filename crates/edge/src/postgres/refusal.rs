//! A server that refuses connections is asked again, but not by everybody at once.
//!
//! Every refusal costs PostgreSQL a process. One that recovers from a crash, while hundreds of requests a second ask
//! whether it is ready, gets ready late or never.

use std::time::Duration;
use tokio::time::Instant;

/// After a refusal there is one attempt in this time. Whoever comes between hears what the last one heard.
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug, Default)]
pub(super) struct Refusal(Option<Last>);

#[derive(Debug)]
struct Last {
    again_at: Instant,
    reason: String,
}

impl Refusal {
    /// Whether to try now, or why not.
    pub(super) fn try_at(&mut self, now: Instant) -> Result<(), String> {
        match &mut self.0 {
            Some(last) if now < last.again_at => Err(last.reason.clone()),
            Some(last) => {
                last.again_at = now + PAUSE;
                Ok(())
            }
            None => Ok(()),
        }
    }

    pub(super) fn refused(&mut self, now: Instant, reason: &str) {
        self.0 = Some(Last { again_at: now + PAUSE, reason: reason.to_owned() });
    }

    pub(super) fn accepted(&mut self) {
        self.0 = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_asks_for_all_until_the_server_is_back() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let starting = || Err("starting up".to_owned());
        let mut refusal = Refusal::default();
        for ms in [0, 0, 1] {
            assert_eq!(refusal.try_at(at(ms)), Ok(()), "nothing is known against it");
        }
        refusal.refused(at(1), "starting up");
        assert_eq!(refusal.try_at(at(1)), starting());
        assert_eq!(refusal.try_at(at(100)), starting());
        assert_eq!(refusal.try_at(at(101)), Ok(()), "one asks");
        assert_eq!(refusal.try_at(at(101)), starting(), "and the others wait for what it hears");
        assert_eq!(refusal.try_at(at(201)), Ok(()), "who asked may be waiting for long");
        refusal.accepted();
        assert_eq!(refusal.try_at(at(201)), Ok(()));
        assert_eq!(refusal.try_at(at(201)), Ok(()));
    }
}
