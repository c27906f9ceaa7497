//! Agents who ask for help, and who give it.

use super::Desk;
use crate::{
    host::Node,
    platform::{alive, attempt},
    setup::QUEUES,
};
use api::{
    interaction::Way,
    request::{AddRemark, ChangePart, Invite, StepOut, Transfer},
};
use desk::{colleague, interaction};
use domain::id::{AgentId, InteractionId};
use store::hold;

impl Desk {
    pub(super) async fn ask_for_help(&self, id: InteractionId) {
        let dice = &self.center.dice;
        let colleague = dice.pick(&self.center.staff).map(|person| person.id.0.clone());
        let queue = dice.pick(&QUEUES).map(|queue| (*queue).to_owned());
        let of_queue = dice.chance(0.5);
        let wish = Invite {
            agent_id: colleague.filter(|_| !of_queue),
            queue_id: queue.filter(|_| of_queue),
            supervisor: false,
            way: if dice.chance(0.5) { Way::Consult } else { Way::Conference },
            note: None,
        };
        self.center.tell(format_args!("{} asks for help in {id}: {wish:?}", self.me));
        let me = self.me.clone();
        self.ask(async move |node: Node| {
            let (sql, now) = (node.connect(), node.now());
            let there = async |agent: &AgentId| alive(&node, agent);
            attempt(&node, colleague::invite(&sql, now, &me, &id, wish, there).await?.work);
            let remark = AddRemark { text: "¿Me ayudas?".to_owned() };
            attempt(&node, colleague::remark(&sql, now, &me, &id, remark).await?.work);
            Ok(())
        })
        .await;
    }

    pub(super) async fn withdraws(&self, id: InteractionId) {
        let me = self.me.clone();
        self.ask(async move |node: Node| {
            attempt(&node, colleague::withdraw(&node.connect(), node.now(), &me, &id).await?.work);
            Ok(())
        })
        .await;
    }

    pub(super) async fn helps_no_more(&self, id: InteractionId) {
        let me = self.me.clone();
        self.ask(async move |node: Node| {
            let done = colleague::step_out(&node.connect(), node.now(), &me, &id, StepOut::default()).await?;
            attempt(&node, done.work);
            Ok(())
        })
        .await;
    }

    /// To whoever helps, if somebody does; or only into the talk.
    pub(super) async fn hand_over(&self, id: InteractionId) {
        let (me, into_talk) = (self.me.clone(), self.center.dice.chance(0.4));
        self.center.tell(format_args!("{} hands {id} over to who helps", self.me));
        self.ask(async move |node: Node| {
            let (sql, now) = (node.connect(), node.now());
            let helper = hold::of(&sql, &id).await?.into_iter().find(|held| held.agent != me);
            let Some(helper) = helper else { return Ok(()) };
            if into_talk {
                let wish = ChangePart { agent_id: helper.agent.0, way: Way::Conference };
                attempt(&node, colleague::change_part(&sql, now, &me, &id, wish).await?.work);
                return Ok(());
            }
            let wish = Transfer { queue_id: None, agent_id: Some(helper.agent.0), flow_id: None, note: None };
            attempt(&node, interaction::transfer(&sql, now, &me, &id, wish).await?.work);
            Ok(())
        })
        .await;
    }
}
