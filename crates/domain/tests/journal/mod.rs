//! Journals as they could have happened: random commands, of which the rules take what is possible.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]

use domain::{
    flow::FlowVersion,
    id::{AgentId, QueueId},
    interaction::{Callback, Command, Event, First, Interaction, Part, Plan, State, decide, evolve},
    queue::{Entry, Exit, Place, Reason, Step},
    time::Timestamp,
};
use std::{collections::BTreeSet, time::Duration};

pub const START: Timestamp = Timestamp(1_800_000_000_000);
pub const AGENTS: [&str; 3] = ["amy", "bob", "cat"];
pub const QUEUES: [&str; 2] = ["billing", "sales"];

/// Numbers that look random and are the same for the same seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed)
    }

    /// From 0 to `sides`, not included.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    pub fn pick<'n>(&mut self, names: &[&'n str]) -> &'n str {
        names[usize::try_from(self.roll(names.len() as u64)).expect("it is an index")]
    }

    fn agent(&mut self) -> AgentId {
        self.pick(&AGENTS).into()
    }

    fn queue(&mut self) -> QueueId {
        self.pick(&QUEUES).into()
    }

    fn part(&mut self) -> Part {
        if self.roll(2) == 0 { Part::Consult } else { Part::Conference }
    }

    fn exit(&mut self, now: Timestamp) -> Command {
        let queue = self.queue();
        let place = match self.roll(7) {
            3 => Place::Flow("night".into()),
            0 => Place::Ended,
            1 => Place::Voicemail,
            2 => Place::Callback,
            _ => Place::Waiting,
        };
        let mut steps = vec![];
        if place == Place::Waiting {
            let opens = (self.roll(2) == 0).then(|| now + Duration::from_secs(self.roll(900)));
            let step =
                Step { queue: queue.clone(), reason: Reason::Closed, exit: Exit::Stay, name: None, opens };
            steps.push(step);
        }
        let callback = Callback { phone: "+34600123123".into(), first: First::Agent };
        Command::Exit { entry: Entry { steps, queue, place }, callback: Some(callback) }
    }

    fn turn(&mut self) -> Command {
        let flow = self.pick(&["main", "night"]).into();
        let of = FlowVersion { flow, version: if self.roll(2) == 0 { 1 } else { 2 } };
        let place = self.pick(&["hello", "order", "bye"]).to_owned();
        match self.roll(9) {
            1 => Command::Queue { queue: self.queue(), priority: 0, topic: None },
            2 if self.roll(4) == 0 => Command::GiveUp,
            2 => Command::End,
            0 => Command::FailBot { of: Some(of), reason: "trap".into(), queue: self.queue() },
            _ => {
                Command::BotTurn { of, memory: "m".into(), attributes: Default::default(), path: vec![place] }
            }
        }
    }

    /// What somebody might want of `interaction` now.
    pub fn command(&mut self, now: Timestamp, interaction: &Interaction) -> Command {
        let (ring, limit) = (Duration::from_secs(20), Duration::from_secs(60));
        // Mostly of whoever has it, so that more than the first command is legal.
        let holder = interaction.state.agent().cloned().filter(|_| self.roll(8) > 0);
        let agent = holder.unwrap_or_else(|| self.agent());
        match self.roll(25) {
            0 => Command::Queue { queue: self.queue(), priority: 0, topic: None },
            1..=3 => {
                let next_ring = (self.roll(2) == 0).then(|| now + Duration::from_secs(self.roll(2) * 5));
                Command::Offer { agent: self.agent(), ring, why: String::new(), next_ring }
            }
            4 | 5 => Command::Answer { agent },
            6 => Command::Decline { agent },
            7 => Command::TransferToQueue { by: agent, queue: self.queue(), note: None },
            8 => Command::TransferToAgent { by: agent, agent: self.agent(), ring, note: None },
            9 => Command::WrapUp { agent, limit },
            10 if self.roll(2) == 0 => Command::Dispose { agent, disposition: "done".into(), note: None },
            11 if self.roll(3) == 0 => Command::Leave { wrap_up: limit },
            12 => Command::Write,
            13 => {
                let callback = Callback { phone: "+34600123123".into(), first: First::Agent };
                Command::AskCallback { callback, after: Duration::from_secs(self.roll(2) * 60) }
            }
            14 => Command::NotReached { agent, plan: Plan::default() },
            15 if self.roll(4) == 0 => Command::CancelCallback,
            16 => Command::Prioritise { by: None, priority: Some(3), older_by: ring },
            17 => Command::ExtendWrapUp { agent, by: ring, at_most: 2 },
            18 if self.roll(3) == 0 => self.exit(now),
            19 | 20 => {
                let (agents, part) = (BTreeSet::from([self.agent(), self.agent()]), self.part());
                Command::Invite { by: agent, agents, part, ring, note: None }
            }
            // Of whoever is asked, most of the time.
            21 => Command::Answer { agent: self.agent() },
            22 if self.roll(2) == 0 => Command::StepOut { by: agent, agent: self.agent() },
            22 => Command::Decline { agent: self.agent() },
            23 if self.roll(2) == 0 => Command::Withdraw { by: agent },
            23 => Command::ChangePart { by: agent, agent: self.agent(), part: self.part() },
            24 if self.roll(2) == 0 => {
                Command::TransferToFlow { by: agent, flow: "night".into(), note: None }
            }
            _ if interaction.state == State::Bot => self.turn(),
            24 => Command::HandOver { by: agent, agent: self.agent(), note: None },
            _ => Command::Tick,
        }
    }
}

/// Steps of an interaction: what happened at once, and when.
pub fn steps(seed: u64, commands: u32) -> Vec<(Timestamp, Vec<Event>)> {
    let mut dice = Dice::new(seed);
    let mut interaction = Interaction::default();
    let mut at = START + Duration::from_secs(dice.roll(3600));
    let bot = dice.roll(3) == 0;
    let mut command = Command::Start { conversation: "c1".into(), bot, queue: dice.queue() };
    let mut steps = vec![];
    for _ in 0..=commands {
        let events = decide(at, &interaction, command).unwrap_or_default();
        for event in &events {
            interaction = evolve(interaction, at, event);
        }
        if !events.is_empty() {
            steps.push((at, events));
        }
        // From no time at all to some minutes.
        at = at + Duration::from_millis(dice.roll(300) * dice.roll(300));
        command = dice.command(at, &interaction);
    }
    steps
}

/// The same as one list.
pub fn random(seed: u64, commands: u32) -> Vec<(Timestamp, Event)> {
    let events = |(at, events): (Timestamp, Vec<Event>)| events.into_iter().map(move |event| (at, event));
    steps(seed, commands).into_iter().flat_map(events).collect()
}
