//! The bot: answers, is slow, traps, talks nonsense, hands over or ends.

use crate::{
    host::Node,
    platform::attempt,
    setup::{QUEUES, SKILL},
};
use ::bot::step::{
    Action, Attribute, Callback, Context, Event, Menu, MenuOption, Skill, Target, Transfer, Turn,
};
use domain::{
    channel::Profiles,
    due::{Kind, Work},
    interaction::{FLOW, Interaction, State},
    time::Timestamp,
};
use flow::{
    grant::Granted,
    system::Request,
    take::{self, Reply, World},
};
use shell::{
    bot::{self, Cause, Occasion},
    depot::{Depot, InDatabase},
    failure::Result,
};
use store::port::Sql;

/// What a bot would say to whoever left; it is never said.
pub(crate) const TO_NOBODY: &str = "bot nobody";

/// As the component does it.
pub(crate) async fn take_turns(node: &Node, sql: &impl Sql, work: Work) -> Result<()> {
    let id = work.id;
    while let Some(work) = store::due::find(sql, &id).await? {
        if work.kind == Kind::BotTimer {
            attempt(node, bot::ring(sql, node.now(), &work).await?);
            break;
        }
        let Some(occasion) = bot::occasion(sql, &work).await? else { break };
        attempt(node, take(node, sql, &occasion).await?);
    }
    Ok(())
}

async fn take(node: &Node, sql: &impl Sql, occasion: &Occasion) -> Result<Vec<Work>> {
    let center = &node.center;
    let (dice, faults) = (&center.dice, center.faults.get());
    if occasion.interaction.state == State::Bot {
        if dice.chance(faults.bot_slow) {
            center.agenda.sleep(dice.within(500..=14_000)).await;
        }
        if dice.chance(faults.bot_traps) {
            center.fault("the bot traps in", occasion.id.as_str());
            return center.agenda.die().await;
        }
    }
    let bot = Bot { node, occasion };
    take::take(sql, &bot, &Granted::default(), &jiff::tz::TimeZone::UTC, occasion).await
}

/// The bot, and a world in which there is nothing else.
struct Bot<'a> {
    node: &'a Node,
    occasion: &'a Occasion,
}

impl World for Bot<'_> {
    fn now(&self) -> Timestamp {
        self.node.now()
    }

    fn step(&self, event: Event, _: &Context) -> Turn {
        let actions = match event {
            Event::HangUp => last_words(),
            Event::Silence | Event::Timer => {
                let mut ledger = self.node.center.ledger.borrow_mut();
                *ledger.time_passed.entry(self.occasion.id.clone()).or_default() += 1;
                self.without_answer()
            }
            _ => self.answer(),
        };
        Turn { actions, memory: String::new(), path: vec![] }
    }

    async fn profiles(&self, _: &str) -> Option<Profiles> {
        None
    }

    async fn send(&self, _: Request) -> Result<Reply, String> {
        Err("there is no business system".to_owned())
    }

    async fn secret(&self, _: &str) -> Option<String> {
        None
    }

    fn depot(&self) -> &impl Depot {
        &InDatabase
    }
}

fn last_words() -> Vec<Action> {
    let left = Attribute { name: "left".to_owned(), value: "yes".to_owned() };
    vec![Action::SetAttribute(left), Action::Say(TO_NOBODY.into())]
}

impl Bot<'_> {
    /// What it says names the message that it answers: it answers each once, and once more when the contact is
    /// passed to a flow.
    fn answer(&self) -> Vec<Action> {
        let Interaction { attributes, bot_turned, version, .. } = &self.occasion.interaction;
        let begins_anew = attributes.contains_key(FLOW) && !bot_turned;
        let passed = if begins_anew { format!(" passed {version}") } else { String::new() };
        let said = match &self.occasion.cause {
            Cause::Heard(message) => format!("bot {}{passed}", message.id),
            _ => format!("bot begins {}{passed}", self.occasion.id),
        };
        self.goes_on(&said)
    }

    /// Nobody answered, or it waited.
    fn without_answer(&self) -> Vec<Action> {
        let Occasion { id, interaction, .. } = self.occasion;
        let said = format!("bot waited {id} {}", interaction.version);
        // It must come to an end, too, where nobody ever answers.
        if self.node.center.dice.chance(0.5) { vec![Action::End] } else { self.goes_on(&said) }
    }

    fn goes_on(&self, said: &str) -> Vec<Action> {
        let dice = &self.node.center.dice;
        let mut actions = vec![Action::Say(said.into())];
        if dice.chance(self.node.center.faults.get().bot_nonsense) {
            actions.push(Action::Say(" ".into()));
        }
        let time = |drawn: i64| u32::try_from(drawn).unwrap_or(1_000);
        // Who comes back often wants a person.
        actions.extend(match dice.within(0..=12) {
            0..=2 => None,
            3 | 4 => {
                let option = |id: &str| MenuOption {
                    id: id.to_owned(),
                    title: id.to_owned(),
                    key: None,
                    spoken: None,
                };
                let patience_ms = Some(time(dice.within(1_000..=60_000)));
                let prompt = format!("{said} menu").into();
                Some(Action::Menu(Menu { prompt, options: QUEUES.map(option).to_vec(), patience_ms }))
            }
            5 => Some(Action::Wait(time(dice.within(1..=20_000)))),
            6 => Some(Action::End),
            7 => Some(Action::Fail("tired".to_owned())),
            8 => {
                let phone = Some("+34600000000".to_owned()).filter(|_| dice.chance(0.5));
                Some(Action::Callback(Callback { phone, at: None, wait: self.transfer() }))
            }
            _ => Some(Action::Transfer(self.transfer())),
        });
        actions
    }

    fn transfer(&self) -> Transfer {
        let dice = &self.node.center.dice;
        let queue = dice.pick(&["sales", "support", "nowhere"]).copied().unwrap_or("sales");
        let level = u8::try_from(dice.within(1..=10)).unwrap_or(1);
        let skill = dice.chance(0.3).then(|| Skill { name: SKILL.to_owned(), level });
        Transfer {
            to: Target::Queue(queue.to_owned()),
            topic: "lamp".to_owned(),
            priority: i8::try_from(dice.within(-2..=2)).unwrap_or(0),
            skills: skill.into_iter().collect(),
        }
    }
}
