//! Agents: they answer, decline, let it ring, write, ask for help and give it, pass on, wrap up, vanish and
//! come back.

mod help;

use crate::{
    center::Center,
    host::{Node, request},
    platform::{alive, attempt},
    setup::{QUEUES, SOLVED, Staff},
};
use api::request::{Dispose, SendMessage, Transfer};
use desk::{interaction, message};
use domain::{
    agent::Presence,
    id::{AgentId, InteractionId},
    message::Status,
};
use shell::{
    callback,
    failure::{Failure, Result},
    routing,
};
use std::{collections::BTreeMap, rc::Rc};
use store::{agent, hold, interaction::View};

const PROOFS: i64 = 10_000;

/// What an agent made up their mind to do with a piece of work.
#[derive(Clone, Copy, PartialEq)]
enum Mind {
    Ready,
    /// It rings, or the time for wrap-up runs out, and they are not there.
    Absent,
}

struct Desk {
    center: Rc<Center>,
    me: AgentId,
    proven_at: i64,
    /// By interaction and version.
    minds: BTreeMap<(InteractionId, u64), Mind>,
    written: BTreeMap<InteractionId, u32>,
}

pub(crate) async fn work(center: Rc<Center>, person: Staff) {
    let mut desk = Desk {
        center: center.clone(),
        me: person.id,
        proven_at: 0,
        minds: BTreeMap::new(),
        written: BTreeMap::new(),
    };
    center.agenda.sleep(center.dice.within(0..=30_000)).await;
    loop {
        center.agenda.sleep(center.dice.within(700..=2_500)).await;
        let faults = center.faults.get();
        if center.dice.chance(faults.agent_vanishes / 20.0) {
            center.tell(format_args!("{} vanishes", desk.me));
            // Mostly for a moment, and sometimes for so long that they are said to be offline.
            let absent = if center.dice.chance(0.2) { 300_000..=420_000 } else { 10_000..=120_000 };
            center.agenda.sleep(center.dice.within(absent)).await;
        }
        desk.prove_alive().await;
        let Some((presence, held)) = desk.look().await else { continue };
        desk.be_there(presence).await;
        for (view, way) in held {
            desk.see_to(view, &way).await;
        }
    }
}

impl Desk {
    /// A request of this desk. What it means when it is refused, the next look shows.
    async fn ask<T: 'static, F: Future<Output = Result<T>> + 'static>(
        &self,
        handler: impl FnOnce(Node) -> F,
    ) -> Option<T> {
        match request(&self.center, handler).await {
            Some(Err(Failure::Broken(text))) => {
                self.center.violate("nothing breaks", text);
                None
            }
            answer => answer?.ok(),
        }
    }

    async fn prove_alive(&mut self) {
        let now = self.center.agenda.now();
        if now - self.proven_at < PROOFS {
            return;
        }
        let me = self.me.clone();
        let proven = self.ask(async move |node: Node| {
            let back = !alive(&node, &me);
            node.center.memory.borrow_mut().insert(me.clone(), node.now());
            if back {
                let work = routing::ask(&node.connect(), node.now(), &me).await?;
                attempt(&node, work);
            }
            Ok(())
        });
        if proven.await.is_some() {
            self.proven_at = now;
        }
    }

    /// What they declare, and what they have to do with, each in its way.
    async fn look(&self) -> Option<(Presence, Vec<(View, String)>)> {
        let me = self.me.clone();
        let look = async move |node: Node| {
            let sql = node.connect();
            let found = agent::find(&sql, &me).await?.ok_or_else(|| Failure::NotFound(me.0.clone()))?;
            let mut held = vec![];
            for view in store::interaction::held_by(&sql, &me).await? {
                let own = hold::of(&sql, &view.id).await?.into_iter().find(|held| held.agent == me);
                held.extend(own.map(|own| (view, own.way)));
            }
            Ok((found.presence, held))
        };
        self.ask(look).await
    }

    async fn be_there(&self, presence: Presence) {
        let Center { dice, calm, .. } = &*self.center;
        match presence {
            Presence::Available if !calm.get() && dice.chance(0.01) => {
                self.declare(Presence::Pause("break".to_owned())).await;
            }
            Presence::Available => {}
            _ if calm.get() || dice.chance(0.15) => self.declare(Presence::Available).await,
            _ => {}
        }
    }

    async fn declare(&self, presence: Presence) {
        self.center.tell(format_args!("{} declares {presence:?}", self.me));
        let me = self.me.clone();
        let declare = async move |node: Node| {
            attempt(&node, shell::presence::declare(&node.connect(), node.now(), &me, &presence).await?);
            Ok(())
        };
        self.ask(declare).await;
    }

    async fn see_to(&mut self, view: View, way: &str) {
        let Center { dice, faults, .. } = &*self.center;
        let faults = faults.get();
        let key = (view.id.clone(), view.version);
        let mind = *self
            .minds
            .entry(key)
            .or_insert_with(|| if dice.chance(faults.agent_misses) { Mind::Absent } else { Mind::Ready });
        match way {
            "offered" | "invited" if mind == Mind::Ready && dice.chance(0.6) => {
                let declines = dice.chance(faults.agent_declines);
                self.center.tell(format_args!(
                    "{} {} {}",
                    self.me,
                    if declines { "declines" } else { "answers" },
                    view.id
                ));
                let (me, id) = (self.me.clone(), view.id);
                self.ask(async move |node: Node| {
                    let (sql, now) = (node.connect(), node.now());
                    let done = if declines {
                        interaction::decline(&sql, now, &me, &id).await?
                    } else {
                        interaction::answer(&sql, now, &me, &id).await?
                    };
                    attempt(&node, done.work);
                    Ok(())
                })
                .await;
            }
            "active" => self.talk(view).await,
            "wrap_up" if mind == Mind::Ready && dice.chance(0.1) => self.takes_longer(view.id).await,
            "wrap_up" if mind == Mind::Ready && dice.chance(0.3) => self.dispose(view.id).await,
            "conference" if dice.chance(0.3) => self.write(view.id).await,
            "consult" | "conference" if dice.chance(0.3) => self.helps_no_more(view.id).await,
            _ => {}
        }
    }

    async fn talk(&mut self, view: View) {
        let center = self.center.clone();
        let (dice, calm) = (&center.dice, center.calm.get());
        let written = self.written.entry(view.id.clone()).or_default();
        if *written < 4 && dice.chance(0.5) {
            *written += 1;
            self.write(view.id).await;
            return;
        }
        if !calm && dice.chance(0.2) {
            self.send_again(&view).await;
        }
        match dice.within(0..=19) {
            0..=5 => self.wrap_up(view.id).await,
            6..=7 => self.dispose(view.id).await,
            8 if !calm => self.pass_on(view.id).await,
            9..=10 if !calm => self.ask_for_help(view.id).await,
            11 if !calm => self.hand_over(view.id).await,
            14 if !calm => self.withdraws(view.id).await,
            // Where nobody asked for a call, it is refused.
            12..=13 => self.reaches_nobody(view.id).await,
            _ => {}
        }
    }

    async fn write(&self, id: InteractionId) {
        let client_id = format!("d{}", self.center.ledger.borrow_mut().number());
        let text = format!("{} {client_id}", self.me);
        for _ in 0..5 {
            if self.center.dice.chance(0.1) {
                let send = self.sending(&id, &client_id, &text);
                let center = self.center.clone();
                crate::host::outside(&center.clone(), async move {
                    request(&center, send).await;
                });
            }
            let send = self.sending(&id, &client_id, &text);
            match request(&self.center, send).await {
                Some(Ok(())) => {
                    self.center.ledger.borrow_mut().written.insert(client_id, text);
                    return;
                }
                Some(Err(Failure::Broken(text))) => return self.center.violate("nothing breaks", text),
                Some(Err(Failure::Later(_))) | None => self.center.agenda.sleep(1_000).await,
                Some(Err(_)) => return,
            }
        }
    }

    fn sending(
        &self,
        id: &InteractionId,
        client_id: &str,
        text: &str,
    ) -> impl FnOnce(Node) -> std::pin::Pin<Box<dyn Future<Output = Result<()>>>> + 'static {
        let (me, id) = (self.me.clone(), id.clone());
        let wish = SendMessage {
            client_id: client_id.to_owned(),
            text: Some(text.to_owned()),
            attachments: vec![],
            in_reply_to: None,
            private: false,
            envelope: None,
            template: None,
        };
        move |node| {
            Box::pin(async move {
                let uploads = Default::default();
                let writer = message::Writer { agent: &me, uploads: &uploads, profile: None, profiles: None };
                let put = message::send(&node.connect(), node.now(), writer, &id, wish).await?;
                attempt(&node, put.work);
                Ok(())
            })
        }
    }

    /// Whoever sees that a message failed, or may have, may send it again.
    async fn send_again(&self, view: &View) {
        let of = view.conversation.clone();
        let look = async move |node: Node| {
            Ok(store::message::before(&node.connect(), &of, u64::from(u32::MAX), 10).await?)
        };
        let Some(messages) = self.ask(look).await else { return };
        let lost = messages
            .into_iter()
            .find(|message| matches!(message.status, Some(Status::Failed | Status::Unknown)));
        let Some(lost) = lost else { return };
        self.center.tell(format_args!("{} sends {} again", self.me, lost.id));
        self.center.ledger.borrow_mut().sent(lost.id.as_str()).asked_again += 1;
        let me = self.me.clone();
        self.ask(async move |node: Node| {
            let put = message::resend(&node.connect(), node.now(), &me, true, &lost.id).await?;
            attempt(&node, put.work);
            Ok(())
        })
        .await;
    }

    async fn wrap_up(&self, id: InteractionId) {
        let me = self.me.clone();
        self.ask(async move |node: Node| {
            let done = interaction::wrap_up(&node.connect(), node.now(), &me, &id).await?;
            attempt(&node, done.work);
            Ok(())
        })
        .await;
    }

    async fn dispose(&self, id: InteractionId) {
        self.center.tell(format_args!("{} disposes of {id}", self.me));
        let me = self.me.clone();
        self.ask(async move |node: Node| {
            let wish = Dispose { disposition: SOLVED.to_owned(), note: None };
            let done = interaction::dispose(&node.connect(), node.now(), &me, &id, wish).await?;
            attempt(&node, done.work);
            Ok(())
        })
        .await;
    }

    async fn reaches_nobody(&self, id: InteractionId) {
        let me = self.me.clone();
        self.ask(async move |node: Node| {
            let done = callback::not_reached(&node.connect(), node.now(), &id, &me).await?;
            attempt(&node, done.work);
            Ok(())
        })
        .await;
    }

    async fn takes_longer(&self, id: InteractionId) {
        let me = self.me.clone();
        self.ask(async move |node: Node| {
            attempt(&node, interaction::extend_wrap_up(&node.connect(), node.now(), &me, &id).await?.work);
            Ok(())
        })
        .await;
    }

    async fn pass_on(&self, id: InteractionId) {
        let dice = &self.center.dice;
        let colleague = dice.pick(&self.center.staff).map(|person| person.id.0.clone());
        let queue = dice.pick(&QUEUES).map(|queue| (*queue).to_owned());
        let (to_flow, to_queue) = (dice.chance(0.2), dice.chance(0.5));
        let wish = Transfer {
            queue_id: queue.filter(|_| to_queue && !to_flow),
            agent_id: colleague.filter(|_| !to_queue && !to_flow),
            flow_id: to_flow.then(|| "night".to_owned()),
            note: None,
        };
        self.center.tell(format_args!("{} passes {id} on: {wish:?}", self.me));
        let me = self.me.clone();
        self.ask(async move |node: Node| {
            let done = interaction::transfer(&node.connect(), node.now(), &me, &id, wish).await?;
            attempt(&node, done.work);
            Ok(())
        })
        .await;
    }
}
