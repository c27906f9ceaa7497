//! What happens to a contact who waits and is nobody's decision here: it is known beforehand.

use super::{Broken, Happening, Run};
use crate::arrival::{Deed, Knows};
use domain::{
    interaction::{Command, State},
    time::Timestamp,
};

impl Run<'_> {
    /// A contact began to wait on its leg: what happens at once is done, the rest planned.
    pub(super) fn befall(&mut self, now: Timestamp, number: usize) -> Result<(), Broken> {
        let Some((leg, journey)) = self.leg(number).zip(self.journey(number)) else { return Ok(()) };
        let wait = journey.waits;
        let deeds: Vec<_> = leg.deeds.iter().map(|(after, _)| *after).enumerate().collect();
        for (place, after) in deeds {
            match after.is_zero() {
                true => self.befalls(now, number, wait, place)?,
                false => self.agenda.plan(now + after, Happening::Befalls(number, wait, place)),
            }
        }
        Ok(())
    }

    /// Whoever is answered by then is not waiting any more: it does not happen.
    pub(super) fn befalls(
        &mut self,
        now: Timestamp,
        number: usize,
        wait: u32,
        place: usize,
    ) -> Result<(), Broken> {
        let deed = self.leg(number).and_then(|leg| leg.deeds.get(place)).map(|(_, deed)| deed.clone());
        let Some((deed, journey)) = deed.zip(self.journey(number)) else { return Ok(()) };
        let state = &journey.interaction.state;
        let rings = matches!(state, State::Offered { .. });
        if journey.waits != wait || !(rings || *state == State::Queued) {
            return Ok(());
        }
        let command = match deed {
            Deed::Notes(attributes) => Command::Note { attributes },
            Deed::Prefers(Knows { agents, within }) => Command::Prefer { agents, until: now + within },
            Deed::Prioritises { by, priority, older_by } => {
                Command::Prioritise { by, priority: Some(priority), older_by }
            }
            // Somebody is on their way to the phone.
            Deed::AsksCallback { .. } if rings => return Ok(()),
            Deed::AsksCallback { callback, after } => Command::AskCallback { callback, after },
            Deed::CancelsCallback => Command::CancelCallback,
        };
        self.act(now, number, command)
    }
}
