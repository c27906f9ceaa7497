//! Streams of contacts.

use super::{Reader, Trouble, calendar::CURVE_MAX, table};
use crate::{
    center::{Desk, Line},
    chance::{Distribution, Stretch},
    source::{Preference, Returns, Source, Times, Transfers, Wish},
};
use domain::id::QueueId;
use std::{collections::BTreeMap, time::Duration};

impl Reader<'_> {
    pub(super) fn sources(
        &self,
        tables: &[table::Arrivals],
        queues: &BTreeMap<QueueId, Line>,
        agents: &[Desk],
    ) -> Result<Vec<Source>, Trouble> {
        let source = |(number, table): (usize, &table::Arrivals)| {
            let number = number.to_string();
            self.source(table, &number, queues, agents)
        };
        tables.iter().enumerate().map(source).collect()
    }

    fn source(
        &self,
        table: &table::Arrivals,
        number: &str,
        queues: &BTreeMap<QueueId, Line>,
        agents: &[Desk],
    ) -> Result<Source, Trouble> {
        let queue = self.queue(&["arrivals", number, "queue"], &table.queue, queues)?;
        let times = self.times(table, number)?;
        let draw = |key: &str, draw: &Option<table::Draw>| {
            draw.as_ref().map(|draw| self.distribution(&["arrivals", number, key], draw)).transpose()
        };
        let nothing = Distribution::Constant(Duration::ZERO);
        let talk = match (draw("talk", &table.talk)?, &times) {
            (Some(talk), _) => talk,
            (None, Times::Recorded(all)) if all.iter().all(|it| it.talk.is_some()) => nothing.clone(),
            (None, _) => {
                let problem = "give talk = { exponential = \"3m\" } or another distribution";
                return Err(self.place.wrong(&["arrivals", number], problem));
            }
        };
        let wrap_up = draw("wrap_up", &table.wrap_up)?.unwrap_or(nothing);
        let preferred = table.preferred.as_ref().map(|preferred| {
            let serves = agents.iter().filter(|desk| desk.queues.contains_key(&queue));
            let agents = serves.map(|desk| desk.id.clone()).collect();
            let share = self.share(&["arrivals", number, "preferred", "share"], preferred.share)?;
            Ok(Preference { share, agents, within: preferred.within.0 })
        });
        let transfers = table.transfers.as_ref().map(|transfers| {
            let path = |key| ["arrivals", number, "transfers", key];
            let queue = self.queue(&path("queue"), &transfers.queue, queues)?;
            let draw = |key, own: &Option<table::Draw>, else_: &Distribution| match own {
                Some(draw) => self.distribution(&path(key), draw),
                None => Ok(else_.clone()),
            };
            Ok(Transfers {
                share: self.share(&path("share"), transfers.share)?,
                talk: draw("talk", &transfers.talk, &talk)?,
                wrap_up: draw("wrap_up", &transfers.wrap_up, &wrap_up)?,
                queue,
            })
        });
        let returns = table.returns.as_ref().map(|returns| {
            let path = |key| ["arrivals", number, "returns", key];
            Ok(Returns {
                share: self.share(&path("share"), returns.share)?,
                after: self.distribution(&path("after"), &returns.after)?,
                at_most: returns.at_most,
            })
        });
        Ok(Source {
            mix: self.mix(table, number)?,
            kind: table.kind,
            times,
            patience: draw("patience", &table.patience)?,
            preferred: preferred.transpose()?,
            transfers: transfers.transpose()?,
            returns: returns.transpose()?,
            queue,
            talk,
            wrap_up,
        })
    }

    fn times(&self, table: &table::Arrivals, number: &str) -> Result<Times, Trouble> {
        let by = |stretches| match table.process {
            table::Process::Poisson => Times::Poisson(stretches),
            table::Process::Deterministic => Times::Deterministic(stretches),
        };
        let path = |key| ["arrivals", number, key];
        let many = |count: f64| count.is_finite() && (0.0..=10_000_000.0).contains(&count);
        match (table.per_hour, &table.curve, &table.counts, &table.instants) {
            (Some(per_hour), None, None, None) => {
                let (from, until) = (self.calendar.from, self.calendar.until);
                let count = per_hour * until.since(from).as_secs_f64() / 3600.0;
                if !many(count) {
                    return Err(self.place.wrong(&path("per_hour"), "should be 0 or more, within reason"));
                }
                Ok(by(vec![Stretch { from, until, count }]))
            }
            (None, Some(curve), None, None) => {
                let long = curve.interval.0 * u32::try_from(curve.counts.len()).unwrap_or(u32::MAX);
                if curve.interval.0.is_zero() || curve.counts.is_empty() || CURVE_MAX < long {
                    let problem = "interval times the number of counts should be more than 0s, at most 24h";
                    return Err(self.place.wrong(&path("curve"), problem));
                }
                if !curve.counts.iter().chain(curve.weekdays.values()).all(|count| many(*count)) {
                    return Err(self
                        .place
                        .wrong(&path("curve"), "numbers should be 0 or more, within reason"));
                }
                let stretches = self.calendar.curve(curve);
                Ok(by(stretches.map_err(|error| self.place.wrong(&path("curve"), error.to_string()))?))
            }
            (None, None, Some(counts), None) if counts.interval.0.is_zero() => {
                Err(self.place.wrong(&path("counts"), "interval should be longer than 0s"))
            }
            (None, None, Some(counts), None) => Ok(by(self.counted(&path("counts"), counts)?)),
            (None, None, None, Some(instants)) => {
                Ok(Times::Recorded(self.recorded(&path("instants"), instants)?))
            }
            _ => {
                let problem = "give one of per_hour, curve, counts and instants";
                Err(self.place.wrong(&["arrivals", number], problem))
            }
        }
    }

    /// What the contacts want. What is said for all holds where a part of them says nothing.
    fn mix(&self, table: &table::Arrivals, number: &str) -> Result<Vec<Wish>, Trouble> {
        let wish = |wish: &table::Wish| {
            let mut attributes = table.attributes.clone();
            attributes.extend(wish.attributes.clone());
            Wish {
                weight: wish.weight,
                needs: wish.needs.as_ref().or(table.needs.as_ref()).cloned().unwrap_or_default(),
                priority: wish.priority.unwrap_or(table.priority),
                attributes,
            }
        };
        let all = table::Wish { weight: 1.0, needs: None, priority: None, attributes: BTreeMap::new() };
        let mix: Vec<_> = match table.mix.as_slice() {
            [] => vec![wish(&all)],
            some => some.iter().map(wish).collect(),
        };
        let weighs = |wish: &Wish| wish.weight.is_finite() && wish.weight >= 0.0;
        if !mix.iter().all(weighs) || mix.iter().map(|wish| wish.weight).sum::<f64>() <= 0.0 {
            let problem = "weights should be 0 or more, and one of them more than 0";
            return Err(self.place.wrong(&["arrivals", number, "mix"], problem));
        }
        Ok(mix)
    }
}
