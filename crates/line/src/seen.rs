//! How far a log was read.

/// The number of the last entry that was taken, without gaps before it; 0: none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen(pub u64);

/// What to do with an entry that arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    Next,
    /// It was taken before: the answer was lost.
    Again,
    /// Entries before it are missing. Its sender learns how far we are, and sends from there.
    Early,
}

impl Seen {
    /// Takes the entry `n` if it is the next one.
    pub fn take(&mut self, n: u64) -> Arrival {
        match n.checked_sub(self.0) {
            Some(1) => {
                self.0 = n;
                Arrival::Next
            }
            None | Some(0) => Arrival::Again,
            Some(_) => Arrival::Early,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entry_is_taken_once_and_in_order() {
        let mut seen = Seen::default();
        for (n, arrival, after) in [
            (0, Arrival::Again, 0),
            (2, Arrival::Early, 0),
            (1, Arrival::Next, 1),
            (1, Arrival::Again, 1),
            (2, Arrival::Next, 2),
            (u64::MAX, Arrival::Early, 2),
        ] {
            assert_eq!(seen.take(n), arrival, "{n}");
            assert_eq!(seen, Seen(after));
        }
    }
}
