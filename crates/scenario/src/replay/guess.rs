//! What is not known of a contact, from what is known of others.
//!
//! How long somebody would have waited is seen only of those who left. Of everybody else it is known that it
//! was longer than they waited. Who draws only from those who left makes all contacts as impatient as the
//! most impatient; the estimator of E. L. Kaplan and P. Meier ("Nonparametric Estimation from Incomplete
//! Observations", 1958) takes both into account. Where nobody waited so long and left, nothing is known of
//! how it goes on: then they stay.

use super::contact::Stay;
use crate::chance::Chance;
use domain::{id::QueueId, time::Timestamp};
use std::{collections::BTreeMap, time::Duration};
use store::recorded::Contact;

/// How long somebody would wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// They left then.
    Exactly(Duration),
    /// They were still there then.
    Beyond(Duration),
}

/// What a contact took of an agent's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worked {
    Known {
        talk: Duration,
        wrap_up: Duration,
    },
    /// The talk was so long by the end of the stretch.
    Beyond(Duration),
    /// Nobody answered.
    Never,
}

/// What was recorded, by queue.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Samples {
    patience: BTreeMap<QueueId, Survival>,
    /// Talk and paperwork belong together.
    work: BTreeMap<QueueId, Vec<(Duration, Duration)>>,
    all_work: Vec<(Duration, Duration)>,
}

impl Samples {
    pub(super) fn of(contacts: &[Contact], until: Timestamp) -> Samples {
        let mut samples = Samples::default();
        let mut waits = BTreeMap::<QueueId, Vec<Patience>>::new();
        for stay in contacts.iter().flat_map(|contact| Stay::all(&contact.journal)) {
            let Some(visit) = stay.last() else { continue };
            waits.entry(visit.queue.clone()).or_default().push(stay.patience(until));
            if let Worked::Known { talk, wrap_up } = stay.worked(until) {
                samples.work.entry(visit.queue.clone()).or_default().push((talk, wrap_up));
                samples.all_work.push((talk, wrap_up));
            }
        }
        let survival = |(queue, waits): (QueueId, Vec<Patience>)| (queue, Survival::of(&waits));
        samples.patience = waits.into_iter().map(survival).collect();
        samples
    }

    /// Nobody was ever answered.
    pub(super) fn is_empty(&self) -> bool {
        self.all_work.is_empty()
    }

    /// `None`: for ever.
    pub(super) fn patience(&self, queue: &QueueId, known: Patience, chance: &mut Chance) -> Option<Duration> {
        let part = chance.part();
        match known {
            Patience::Exactly(patience) => Some(patience),
            Patience::Beyond(waited) => self.patience.get(queue)?.beyond(waited, part),
        }
    }

    /// Talk and paperwork. Where nobody of a queue was answered, as anywhere.
    pub(super) fn work(&self, queue: &QueueId, known: Worked, chance: &mut Chance) -> (Duration, Duration) {
        let of_queue = self.work.get(queue).unwrap_or(&self.all_work);
        let part = chance.part();
        let drawn = |all: &[&(Duration, Duration)]| {
            all.get(((part * all.len() as f64) as usize).min(all.len().saturating_sub(1))).map(|it| **it)
        };
        match known {
            Worked::Known { talk, wrap_up } => (talk, wrap_up),
            Worked::Never => drawn(&of_queue.iter().collect::<Vec<_>>()).unwrap_or_default(),
            Worked::Beyond(talk) => {
                let longer: Vec<_> = of_queue.iter().filter(|it| talk < it.0).collect();
                drawn(&longer).unwrap_or((talk, Duration::ZERO))
            }
        }
    }
}

/// The part of all who would wait longer, by how long: it falls at each wait after which somebody left.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Survival(Vec<(Duration, f64)>);

impl Survival {
    pub fn of(waits: &[Patience]) -> Survival {
        let mut all: Vec<(Duration, bool)> = waits
            .iter()
            .map(|wait| match wait {
                // Of equal ones, those who left come first: the others waited longer.
                Patience::Exactly(wait) => (*wait, false),
                Patience::Beyond(wait) => (*wait, true),
            })
            .collect();
        all.sort_unstable();
        let (mut left, mut part) = (all.len(), 1.0);
        let mut steps: Vec<(Duration, f64)> = vec![];
        for (wait, stayed) in all {
            if !stayed {
                part *= (left - 1) as f64 / left as f64;
                match steps.last_mut().filter(|step| step.0 == wait) {
                    Some(step) => step.1 = part,
                    None => steps.push((wait, part)),
                }
            }
            left -= 1;
        }
        Survival(steps)
    }

    /// The part of all who would wait longer than that.
    pub fn after(&self, wait: Duration) -> f64 {
        let place = self.0.partition_point(|step| step.0 <= wait);
        place.checked_sub(1).and_then(|place| self.0.get(place)).map_or(1.0, |step| step.1)
    }

    /// How long somebody waits who has waited so long; `part` is drawn evenly from 0 to 1. `None`: for ever.
    pub fn beyond(&self, waited: Duration, part: f64) -> Option<Duration> {
        let limit = part * self.after(waited);
        let step = self.0.iter().find(|step| waited < step.0 && step.1 <= limit);
        step.map(|step| step.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Waits, of which those with a plus did not end by leaving.
    fn survival(waits: &str) -> Survival {
        let wait = |word: &str| match word.strip_suffix('+') {
            Some(wait) => Patience::Beyond(seconds(wait.parse().unwrap())),
            None => Patience::Exactly(seconds(word.parse().unwrap())),
        };
        Survival::of(&waits.split(' ').map(wait).collect::<Vec<_>>())
    }

    #[test]
    fn the_remissions_that_everybody_prints() {
        // E. J. Freireich and others, 1963: weeks of remission with 6-mercaptopurine.
        let survival = survival("6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+");
        for (after, expected) in [
            (0, 1.0),
            (6, 0.857_143),
            (7, 0.806_723),
            (9, 0.806_723),
            (10, 0.752_941),
            (13, 0.690_196),
            (16, 0.627_451),
            (22, 0.537_815),
            (23, 0.448_179),
            (99, 0.448_179),
        ] {
            let found = survival.after(seconds(after));
            assert!((found - expected).abs() < 1e-6, "{after}: {found}");
        }
    }

    #[test]
    fn who_has_waited_waits_longer() {
        let survival = survival("10 20 30 40 50+");
        for (waited, part, expected) in [
            (0, 0.9, Some(10)),
            (0, 0.79, Some(20)),
            (0, 0.21, Some(40)),
            // Beyond what was seen of anybody who left.
            (0, 0.19, None),
            // Of three who are left, one at 30, one at 40, and one of whom nothing is known.
            (20, 0.9, Some(30)),
            (20, 0.5, Some(40)),
            (20, 0.3, None),
            (40, 0.9, None),
        ] {
            let found = survival.beyond(seconds(waited), part);
            assert_eq!(found, expected.map(seconds), "{waited} {part}");
        }
    }
}
