//! The bot: answers, is slow, traps, talks nonsense, hands over or ends.

use crate::{
    host::Node,
    platform::attempt,
    setup::{QUEUES, SKILL},
};
use ::bot::{
    limits::{Grants, Nonsense},
    step::{Action, CallAnswer, Context, Event, Finding, Menu, MenuOption, Skill, Target, Transfer, Turn},
};
use domain::{
    due::Work,
    interaction::{FLOW, Interaction, State},
};
use flow::{
    context,
    play::{self, Stop},
    turn::Asked,
};
use shell::{
    bot::{self, Occasion},
    failure::Result,
};
use store::port::Sql;

/// As the component does it.
pub(crate) async fn take_turns(node: &Node, sql: &impl Sql, work: Work) -> Result<()> {
    let id = work.id;
    while let Some(work) = store::due::find(sql, &id).await? {
        let Some(occasion) = bot::occasion(sql, &work).await? else { break };
        attempt(node, take(node, sql, &occasion).await?);
    }
    Ok(())
}

async fn take(node: &Node, sql: &impl Sql, occasion: &Occasion) -> Result<Vec<Work>> {
    if occasion.interaction.state != State::Bot {
        return bot::commit(sql, node.now(), occasion, &bot::Turn::default()).await;
    }
    let center = &node.center;
    let (dice, faults) = (&center.dice, center.faults.get());
    if dice.chance(faults.bot_slow) {
        center.agenda.sleep(dice.within(500..=14_000)).await;
    }
    if dice.chance(faults.bot_traps) {
        center.fault("the bot traps in", occasion.id.as_str());
        return center.agenda.die().await;
    }
    let (event, context) = context::of(occasion, None, node.now(), &jiff::tz::TimeZone::UTC);
    let turn = turn(node, occasion);
    let step = |_: Event, _: &Context| turn.clone();
    let no_system = async |_: Asked| Ok(Finding::Answer(CallAnswer { status: 0, body: String::new() }));
    match play::play(event, context, &Grants::default(), step, no_system).await {
        Ok(turn) => bot::commit(sql, node.now(), occasion, &turn).await,
        Err(Stop::Failed(failure)) => Err(failure),
        Err(Stop::Nonsense(Nonsense(reason))) => bot::fail(sql, node.now(), occasion, &reason).await,
    }
}

/// What it says names the message that it answers: it answers each once, and once more when the contact is
/// passed to a flow.
fn turn(node: &Node, occasion: &Occasion) -> Turn {
    let dice = &node.center.dice;
    let Interaction { attributes, bot_turned, version, .. } = &occasion.interaction;
    let begins_anew = attributes.contains_key(FLOW) && !bot_turned;
    let passed = if begins_anew { format!(" passed {version}") } else { String::new() };
    let said = format!("bot {}{passed}", occasion.message.id);
    let mut actions = vec![Action::Say(said.clone().into())];
    if dice.chance(node.center.faults.get().bot_nonsense) {
        actions.push(Action::Say(" ".into()));
    }
    // Who comes back often wants a person.
    match dice.within(0..=9) {
        0..=2 => {}
        3 => {
            let option =
                |id: &str| MenuOption { id: id.to_owned(), title: id.to_owned(), key: None, spoken: None };
            let options = QUEUES.map(option).to_vec();
            let prompt = format!("{said} menu").into();
            actions.push(Action::Menu(Menu { prompt, options, patience_ms: None }));
        }
        4 => actions.push(Action::End),
        _ => {
            let queue = dice.pick(&["sales", "support", "nowhere"]).copied().unwrap_or("sales");
            let level = u8::try_from(dice.within(1..=10)).unwrap_or(1);
            let skill = dice.chance(0.3).then(|| Skill { name: SKILL.to_owned(), level });
            actions.push(Action::Transfer(Transfer {
                to: Target::Queue(queue.to_owned()),
                topic: "lamp".to_owned(),
                priority: i8::try_from(dice.within(-2..=2)).unwrap_or(0),
                skills: skill.into_iter().collect(),
            }));
        }
    }
    Turn { actions, memory: String::new(), path: vec![] }
}
