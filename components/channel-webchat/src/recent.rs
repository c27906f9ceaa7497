//! What changed lately in the center: one look at the feed serves every stream of an instance, and a
//! stream reads its conversation only when something happened in it.

use domain::{id::ConversationId, time::Timestamp};
use std::{collections::VecDeque, time::Duration};

/// More than happens between two looks of a stream.
const KEPT: usize = 512;

/// For so long after a change the feed is looked at often.
const BUSY: Duration = Duration::from_secs(5);
const OFTEN: Duration = Duration::from_millis(20);
const SELDOM: Duration = Duration::from_millis(100);

/// The end of the feed, as far as this instance has seen it.
#[derive(Debug)]
pub struct Recent {
    entries: VecDeque<(i64, Option<ConversationId>)>,
    /// `None` until the first look.
    newest: Option<i64>,
    changed_at: Timestamp,
    looked_at: Timestamp,
}

impl Recent {
    pub const fn new() -> Self {
        let never = Timestamp(0);
        Recent { entries: VecDeque::new(), newest: None, changed_at: never, looked_at: never }
    }

    /// How long a stream waits for its next turn.
    pub fn pace(&self, now: Timestamp) -> Duration {
        if now.since(self.changed_at) < BUSY { OFTEN } else { SELDOM }
    }

    /// Whether it is time to look, for one caller: the others take what that one finds.
    pub fn begin_look(&mut self, now: Timestamp) -> bool {
        let due = OFTEN / 2 <= now.since(self.looked_at) || now < self.looked_at;
        if due {
            self.looked_at = now;
        }
        due
    }

    /// Where the next look begins; `None`: there was none yet.
    pub fn newest(&self) -> Option<i64> {
        self.newest
    }

    /// The first look only finds where the feed ends.
    pub fn start_at(&mut self, newest: i64) {
        self.newest.get_or_insert(newest);
    }

    pub fn add(&mut self, seq: i64, conversation: Option<ConversationId>, now: Timestamp) {
        // Two looks may overlap.
        if self.newest.is_some_and(|newest| seq <= newest) {
            return;
        }
        self.newest = Some(seq);
        self.changed_at = now;
        self.entries.push_back((seq, conversation));
        while self.entries.len() > KEPT {
            self.entries.pop_front();
        }
    }

    /// Whether something after `cursor` concerns `conversation`; the cursor moves to the end. A stream
    /// that fell behind, or does not know its conversation yet, is always concerned.
    pub fn concerns(&self, cursor: &mut Option<i64>, conversation: Option<&ConversationId>) -> bool {
        let before = std::mem::replace(cursor, self.newest);
        let (Some(before), Some(conversation)) = (before, conversation) else { return before != self.newest };
        let gap =
            self.entries.front().is_some_and(|(first, _)| before + 1 < *first && self.entries.len() == KEPT);
        let mut later = self.entries.iter().rev().take_while(|(seq, _)| before < *seq);
        gap || later.any(|(_, changed)| changed.as_ref() == Some(conversation))
    }
}

impl Default for Recent {
    fn default() -> Self {
        Recent::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn changes(seqs: impl IntoIterator<Item = i64>, conversation: &str) -> Recent {
        let mut recent = Recent::new();
        recent.start_at(0);
        for seq in seqs {
            recent.add(seq, Some(conversation.into()), NOW);
        }
        recent
    }

    #[test]
    fn a_stream_reads_only_when_its_conversation_changed() {
        let (mine, other) = ("mine".into(), "other".into());
        let mut recent = changes(1..=3, "other");
        let mut cursor = Some(0);
        assert!(!recent.concerns(&mut cursor, Some(&mine)));
        assert_eq!(cursor, Some(3));
        recent.add(4, Some("mine".into()), NOW);
        recent.add(5, None, NOW);
        assert!(recent.concerns(&mut cursor, Some(&mine)));
        assert!(!recent.concerns(&mut cursor, Some(&mine)), "once");
        assert!(recent.concerns(&mut Some(2), Some(&other)));
        assert!(!recent.concerns(&mut Some(3), Some(&other)));
        assert!(recent.concerns(&mut Some(4), None), "whose conversation is not known yet");
        assert!(!recent.concerns(&mut Some(5), None));
        assert!(recent.concerns(&mut None, Some(&other)), "at the start");
    }

    #[test]
    fn who_fell_behind_reads_to_be_sure() {
        let recent = changes(1..=2_000, "other");
        assert!(recent.concerns(&mut Some(3), Some(&"mine".into())));
        assert!(!recent.concerns(&mut Some(1_990), Some(&"mine".into())));
    }

    #[test]
    fn one_look_serves_all_and_a_quiet_center_is_looked_at_seldom() {
        let mut recent = changes([1, 1, 2, 1], "other");
        assert_eq!((recent.newest(), recent.entries.len()), (Some(2), 2));
        assert!(recent.begin_look(NOW));
        assert!(!recent.begin_look(NOW + OFTEN / 4));
        assert!(recent.begin_look(NOW + OFTEN));
        assert!(recent.begin_look(NOW), "the clock went back");
        assert_eq!(recent.pace(NOW + OFTEN), OFTEN);
        assert_eq!(recent.pace(NOW + BUSY), SELDOM);
    }
}
