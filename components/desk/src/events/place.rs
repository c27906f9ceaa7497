//! Where a stream goes on.

/// The most that is told again to a stream that was away; one that missed more starts anew.
pub const BACKLOG_MAX: i64 = 1000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Everything after this.
    After(i64),
    /// What it missed cannot be told: look at the whole again.
    Lost,
}

/// Where a stream that saw `since` goes on, in a feed that may be forgotten up to `forgotten` and goes to
/// `newest`.
pub fn place(since: Option<i64>, forgotten: i64, newest: i64) -> Place {
    match since {
        None => Place::After(newest),
        // From another feed, or from one that was begun anew.
        Some(since) if since > newest || since < 0 => Place::Lost,
        Some(since) if since < forgotten => Place::Lost,
        Some(since) if newest - since > BACKLOG_MAX => Place::Lost,
        Some(since) => Place::After(since),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_goes_on_where_it_was_or_starts_anew() {
        for (since, forgotten, newest, expected) in [
            (None, 0, 0, Place::After(0)),
            (None, 5, 9, Place::After(9)),
            (Some(9), 5, 9, Place::After(9)),
            (Some(5), 5, 9, Place::After(5)),
            (Some(4), 5, 9, Place::Lost),
            (Some(10), 5, 9, Place::Lost),
            (Some(-1), 0, 9, Place::Lost),
            (Some(0), 0, 0, Place::After(0)),
            (Some(0), 0, 2, Place::After(0)),
            (Some(0), 0, BACKLOG_MAX, Place::After(0)),
            (Some(0), 0, BACKLOG_MAX + 1, Place::Lost),
        ] {
            assert_eq!(place(since, forgotten, newest), expected, "{since:?} in {forgotten}..={newest}");
        }
    }
}
