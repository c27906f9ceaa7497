//! One turn that a bot owes, from the work to its commit.

use crate::{
    context::{self, Around},
    grant::Granted,
    play::{self, Stop},
    system::{self, Request},
    turn::{Asked, Clock, Done, Say},
};
use ::bot::{
    limits::{EVENTS_MAX, Nonsense},
    step::{Article, Context, Event, Finding, QueueState, Search, Turn},
};
use domain::{
    channel::{CapacityKind, ChannelProfile, Profiles},
    contact::Identity,
    due::Work,
    id::QueueId,
    interaction::State,
    message::Content,
    time::Timestamp,
};
use jiff::tz::TimeZone;
use shell::{
    article::{self, Hit},
    bot::{self, Answered, Occasion, Said, Then},
    depot::Depot,
    failure::Result,
    inbound::calling_code,
    log, wait,
};
use std::{cell::RefCell, time::Duration};
use store::{
    contact,
    interaction::{self, View},
    port::Sql,
};

/// All that a bot asks of business systems for one event may take so long, since whoever waits for the turn waits
/// a little longer only.
const SYSTEMS_TIME: Duration = Duration::from_secs(9);
/// By these attributes a bot tells the article that it answered with, and whether it helped: `yes` or `no`.
const ARTICLE: &str = "article";
const ARTICLE_HELPED: &str = "article_helped";
/// The interactions that a bot is told of.
const HISTORY_MAX: i64 = 5;

/// What a turn needs from outside the database.
#[allow(async_fn_in_trait, reason = "components have one thread: nothing needs to be Send")]
pub trait World {
    fn now(&self) -> Timestamp;
    /// One step of the bot.
    fn step(&self, event: Event, context: &Context) -> Turn;
    /// What a channel can do, if it says so.
    async fn profiles(&self, channel: &str) -> Option<Profiles>;
    /// Asks a business system. `Err`: why there is no answer.
    async fn send(&self, request: Request) -> Result<Reply, String>;
    /// The value of a secret, where there is one.
    async fn secret(&self, name: &str) -> Option<String>;
    fn depot(&self) -> &impl Depot;
}

/// What a business system answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub mime: Option<String>,
    pub body: Vec<u8>,
}

/// Takes one turn and gives the work that follows; `zone` is where the business has its clock.
pub async fn take(
    sql: &impl Sql,
    world: &impl World,
    granted: &Granted,
    zone: &TimeZone,
    occasion: &Occasion,
) -> Result<Vec<Work>> {
    if occasion.interaction.state != State::Bot {
        // A person took over meanwhile: there is nothing to say.
        return bot::commit(sql, world.now(), occasion, &bot::Turn::default()).await;
    }
    if EVENTS_MAX <= occasion.interaction.bot_turns {
        return fail(sql, world, occasion, &format!("{EVENTS_MAX} events of one conversation")).await;
    }
    let taking = Taking {
        sql,
        world,
        granted,
        zone,
        occasion,
        until: world.now() + SYSTEMS_TIME,
        found: RefCell::default(),
    };
    match taking.turn().await {
        Ok(turn) => {
            if let Then::Fail(why) = &turn.then {
                log::alarm(format!("the bot in interaction {}: {why}", occasion.id));
            }
            bot::commit(sql, world.now(), occasion, &turn).await
        }
        Err(Stop::Failed(failure)) => Err(failure),
        Err(Stop::Nonsense(Nonsense(reason))) => fail(sql, world, occasion, &reason).await,
    }
}

async fn fail(sql: &impl Sql, world: &impl World, occasion: &Occasion, reason: &str) -> Result<Vec<Work>> {
    log::alarm(format!("the bot in interaction {}: {reason}", occasion.id));
    bot::fail(sql, world.now(), occasion, reason).await
}

struct Taking<'a, S, W> {
    sql: &'a S,
    world: &'a W,
    granted: &'a Granted,
    zone: &'a TimeZone,
    occasion: &'a Occasion,
    /// When nobody is asked any more.
    until: Timestamp,
    /// The articles that the bot was given.
    found: RefCell<Vec<Answered>>,
}

impl<S: Sql, W: World> Taking<'_, S, W> {
    async fn turn(&self) -> Result<bot::Turn, Stop> {
        let conversation = &self.occasion.conversation;
        let profiles = self.world.profiles(&conversation.channel).await;
        let profile = profiles.as_ref().map(|profiles| profiles.under(conversation.thread.as_deref()));
        let history = self.history().await?;
        let around = Around { now: self.world.now(), zone: self.zone, profile, history: &history };
        let context = context::of(self.occasion, around);
        let clock = Clock { patience: patience(conversation.capacity), zone: self.zone.clone() };
        let (event, grants) = (context::event(self.occasion), &self.granted.grants);
        let step = |event: Event, context: &Context| self.world.step(event, context);
        let locale = context.locale.clone();
        let find = async |asked: Asked| self.find(asked, &locale).await;
        let done = play::play(event, context, grants, &clock, step, find).await?;
        Ok(self.said(done, profile).await)
    }

    async fn history(&self) -> Result<Vec<View>> {
        if !self.granted.grants.history {
            return Ok(vec![]);
        }
        let Occasion { id, contact, .. } = self.occasion;
        Ok(interaction::of_unmerged(self.sql, &contact.id, id, HISTORY_MAX).await?)
    }

    async fn find(&self, asked: Asked, locale: &str) -> Result<Finding> {
        let Occasion { work, account, conversation, .. } = self.occasion;
        Ok(match asked {
            Asked::Call(call) => {
                // The turn may be taken again after a fault.
                let key = format!("{}:{}", work.id, call.id);
                Finding::Answer(system::call(self.world, self.granted, &call, &key, self.until).await)
            }
            Asked::Search(wanted) => Finding::Articles(self.search(wanted, locale).await?),
            Asked::Contact(wanted) => {
                let identity = match wanted.scheme.as_str() {
                    "email" => Identity::email(&wanted.value),
                    _ => Identity::phone(&wanted.value, calling_code(account)),
                };
                let found = match identity {
                    Some(identity) => contact::known_by(self.sql, &identity).await?,
                    None => None,
                };
                Finding::Contact(found.as_ref().map(context::contact))
            }
            Asked::Queue(wanted) => {
                let (queue, kind) = (QueueId(wanted.queue), conversation.capacity);
                let outlook = wait::outlook(self.sql, self.world.now(), &queue, kind).await?;
                Finding::Queue(outlook.map(|outlook| self.queue_state(outlook)))
            }
        })
    }

    async fn search(&self, wanted: Search, locale: &str) -> Result<Vec<Article>> {
        let Search { question, at_most, .. } = wanted;
        let hits = article::search(self.sql, &question, locale, at_most.into()).await?;
        let seen = |hit: &Hit| Answered {
            article: hit.id.clone(),
            locale: hit.locale.clone(),
            question: question.clone(),
        };
        self.found.borrow_mut().extend(hits.iter().map(seen));
        let shown = |Hit { id, title, snippet, url, score, .. }| Article {
            id,
            title,
            answer: snippet,
            url,
            score: (score * 100.0).round().clamp(0.0, 100.0) as u8,
        };
        Ok(hits.into_iter().map(shown).collect())
    }

    fn queue_state(&self, outlook: wait::Outlook) -> QueueState {
        let wait = outlook.wait.and_then(|wait| u64::try_from(wait.as_millis()).ok());
        QueueState {
            open: outlook.is_open,
            opens: outlook.opens.map(|at| context::local_time(at, self.zone)),
            waiting: outlook.waiting,
            estimated_wait_ms: wait,
            agents: outlook.agents,
        }
    }

    /// What was done, with its files at hand. Of a file that cannot be sent the caption is said.
    async fn said(&self, done: Done, profile: Option<&ChannelProfile>) -> bot::Turn {
        let Done { memory, path, says, attributes, person, answers, then } = done;
        let to = &self.occasion.conversation.id;
        let mut said = vec![];
        for say in says {
            match say {
                Say::Words(content) => said.push(Said::Words(content)),
                Say::File(file) => {
                    let put = system::fetch(self.world, self.granted, &file, profile, to, self.until).await;
                    let caption = file.caption.filter(|caption| !caption.trim().is_empty());
                    match put {
                        Some(put) => said.push(Said::File(Box::new(put), caption)),
                        None => said.extend(caption.map(|caption| Said::Words(Content::text(caption)))),
                    }
                }
            }
        }
        // What a bot says of an article counts for those that it was given.
        let told = attributes.get(ARTICLE);
        let found = self.found.borrow();
        let article = told.and_then(|told| found.iter().rfind(|found| found.article == *told)).cloned();
        let helped = attributes.get(ARTICLE_HELPED).and_then(|helped| match helped.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        });
        bot::Turn { memory, path, says: said, attributes, person, answers, article, helped, then }
    }
}

/// How long a contact is waited for where the bot does not say. Who writes may be at work, and a letter is
/// answered in its time; silence on the line is for the gateway to hear.
fn patience(kind: CapacityKind) -> Option<Duration> {
    match kind {
        CapacityKind::Call => None,
        CapacityKind::Chat | CapacityKind::Post => Some(Duration::from_secs(30 * 60)),
        CapacityKind::Mail => Some(Duration::from_secs(24 * 60 * 60)),
    }
}
