//! The same for people.

use super::{
    compare::{CHANGES, Comparison, Difference, Person, Side},
    fate::{End, Fate},
};
use crate::{
    report::{
        Said,
        text::{Column, QUEUES, Unit, aligned, show},
    },
    student::Interval,
};
use domain::id::QueueId;
use std::fmt;

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Comparison { contacts, runs, seed, confidence_percent, .. } = self;
        let instant =
            |ms: i64| jiff::Timestamp::from_millisecond(ms).map_or(ms.to_string(), |it| it.to_string());
        let (since, until) = (instant(self.since_ms), instant(self.until_ms));
        writeln!(f, "{since} to {until}: {contacts} contacts, {runs} runs, seed {seed}")?;
        if *runs > 1 {
            writeln!(
                f,
                "The mean of all runs, ± so much that the true mean is within it with {confidence_percent} %."
            )?;
        }
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        if let Some(rounds) = self.other.as_ref().and_then(|other| other.rounds.as_ref()) {
            let replaced = rounds.nonsense + rounds.no_answer;
            write!(f, "The policy was asked {} times", rounds.asked)?;
            match &rounds.first {
                None => writeln!(f, ".")?,
                Some(first) => writeln!(
                    f,
                    "; the default decided {replaced} of them: {} answers against the rules, {} without an \
                    answer. The first: {first}",
                    rounds.nonsense, rounds.no_answer
                )?,
            }
        }
        writeln!(f)?;
        aligned(f, &self.figures())?;
        writeln!(f)?;
        aligned(f, &self.changes())?;
        match &self.people {
            None => Ok(()),
            Some(people) => {
                writeln!(f)?;
                aligned(f, &self.one_by_one(people))
            }
        }
    }
}

impl Comparison {
    fn heads(&self, title: &str) -> Vec<String> {
        let heads = [title, "recorded", "today's rules", "error"].map(str::to_owned).into_iter();
        let Some(other) = &self.other else { return heads.collect() };
        let stem = |file: &String| {
            std::path::Path::new(file).file_stem().map(|stem| stem.to_string_lossy().into_owned())
        };
        let names = other.policy.iter().chain(&other.rules).filter_map(stem);
        heads.chain([names.collect::<Vec<_>>().join(" + "), "difference".to_owned()]).collect()
    }

    /// A block for each queue, and one for all.
    fn figures(&self) -> Vec<Vec<String>> {
        let mut lines = vec![];
        let mut queues: Vec<Option<&QueueId>> = self.recorded.queues.keys().map(Some).collect();
        queues.push(None);
        for queue in queues {
            if !lines.is_empty() {
                lines.push(vec![]);
            }
            lines.push(self.heads(queue.map_or("all", QueueId::as_str)));
            for column in &QUEUES {
                let cell = |said: Option<&Said>, sign| cell(said, column, sign);
                let mut line = vec![column.0.to_owned()];
                line.push(cell(of(&self.recorded, queue), false));
                line.push(cell(of(&self.today, queue), false));
                line.push(cell(differs(&self.error, queue), true));
                if let Some(other) = &self.other {
                    line.push(cell(of(&other.side, queue), false));
                    line.push(cell(differs(&other.difference, queue), true));
                }
                lines.push(line);
            }
        }
        lines
    }

    fn changes(&self) -> Vec<Vec<String>> {
        let mut head = vec!["people".to_owned(), "today's rules, not recorded".to_owned()];
        head.extend(self.other.as_ref().map(|_| "other, not today's rules".to_owned()));
        let mut lines = vec![head];
        for name in CHANGES {
            let sides = [Some(&self.error), self.other.as_ref().map(|other| &other.difference)];
            let cells = sides.into_iter().flatten().map(|side| {
                side.people.get(name).map_or("–".to_owned(), |interval| show(interval, Unit::Count))
            });
            lines.push(std::iter::once(name.replace('_', " ")).chain(cells).collect());
        }
        lines
    }

    /// `>` marks whom the other policy or rules change something for.
    fn one_by_one(&self, people: &[Person]) -> Vec<Vec<String>> {
        let mut head = ["  contact", "name", "recorded", "today's rules"].map(str::to_owned).to_vec();
        head.extend(self.other.as_ref().map(|_| "other".to_owned()));
        let mut lines = vec![head];
        for Person { interaction, name, recorded, today, other } in people {
            let is_changed = self.other.is_some() && today != other;
            let mark = if is_changed { '>' } else { ' ' };
            let mut line = vec![format!("{mark} {interaction}"), name.clone(), told(recorded), told(today)];
            line.extend(self.other.as_ref().map(|_| told(other)));
            lines.push(line);
        }
        lines
    }
}

fn of<'s>(side: &'s Side, queue: Option<&QueueId>) -> Option<&'s Said> {
    queue.map_or(Some(&side.whole), |queue| side.queues.get(queue))
}

fn differs<'s>(difference: &'s Difference, queue: Option<&QueueId>) -> Option<&'s Said> {
    queue.map_or(Some(&difference.whole), |queue| difference.queues.get(queue))
}

fn cell(said: Option<&Said>, (_, figure, unit): &Column, with_sign: bool) -> String {
    let Some(interval) = said.and_then(|said| said.get(figure)) else { return "–".to_owned() };
    let Interval { mean, half } = interval;
    match with_sign && mean < 0.0 {
        true => format!("−{}", show(Interval { mean: -mean, half }, *unit)),
        false if with_sign && mean > 0.0 => format!("+{}", show(interval, *unit)),
        false => show(interval, *unit),
    }
}

fn told(fate: &Option<Fate>) -> String {
    let Some(Fate { queue, agent, waited, end }) = fate else { return "–".to_owned() };
    let seconds = waited.as_secs_f64();
    match (end, agent) {
        (End::Answered, Some(agent)) => format!("{queue}: {agent} after {seconds:.1} s"),
        (end, _) => format!("{queue}: {} after {seconds:.1} s", end.as_str()),
    }
}
