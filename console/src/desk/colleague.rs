//! What is done with colleagues who help: ask, take back, into the talk and out, hand over, say something.

use super::Desk;
use crate::http::{self, Failure};
use crate::language::fill;
use api::interaction::{Interaction, Part, Way};
use api::request::{AddRemark, ChangePart, Invite, StepOut, Transfer};
use leptos::prelude::*;
use leptos::task::spawn_local;

impl Desk {
    /// Asks for help. `to_name` is whoever is asked, where it is one person.
    pub(crate) async fn invite(self, interaction_id: &str, wish: Invite, to_name: Option<&str>) -> bool {
        match self.act(interaction_id, "invitation", &wish).await {
            Ok(interaction) => {
                self.work.update(|work| work.interaction(interaction));
                true
            }
            Err(Failure::Refused(problem)) if problem.status == 409 => {
                let words = self.words();
                self.complain(
                    to_name
                        .map_or_else(|| words.nobody_free.to_owned(), |name| fill(words.is_not_free, name)),
                );
                false
            }
            Err(failure) => {
                self.explain(&failure);
                false
            }
        }
    }

    /// Takes the question back. It shows at once: it rings at a colleague meanwhile.
    pub(crate) fn withdraw(self, interaction_id: String) {
        self.work.update(|work| work.withdraw(&interaction_id));
        spawn_local(async move {
            if let Err(failure) = http::delete(&format!("/interactions/{interaction_id}/invitation")).await {
                self.explain(&failure);
                self.refresh();
            }
        });
    }

    pub(crate) fn change_part(self, interaction_id: String, part: &Part, way: Way) {
        let wish = ChangePart { agent_id: part.agent.id.clone(), way };
        spawn_local(async move {
            self.take(self.act(&interaction_id, "part", &wish).await);
        });
    }

    /// Whoever helped has it from now on, without a ring.
    pub(crate) fn hand_over(self, interaction_id: String, part: &Part) {
        let name = part.agent.name.clone();
        let to =
            Transfer { queue_id: None, agent_id: Some(part.agent.id.clone()), flow_id: None, note: None };
        spawn_local(async move {
            if self.take(self.act(&interaction_id, "transfer", &to).await) {
                self.say(fill(self.words().handed_over, name));
                self.after_leaving();
            }
        });
    }

    pub(crate) fn send_out(self, interaction_id: String, part: &Part) {
        let wish = StepOut { agent_id: Some(part.agent.id.clone()) };
        spawn_local(async move {
            self.take(self.act(&interaction_id, "step-out", &wish).await);
        });
    }

    pub(crate) fn leave(self, interaction_id: String) {
        spawn_local(async move {
            self.take(self.act(&interaction_id, "step-out", &StepOut::default()).await);
        });
    }

    /// Says something that the contact never sees. It is in the list once the server has it; until then it
    /// stays where it was written.
    pub(crate) async fn remark(self, interaction_id: &str, text: String) -> bool {
        // Its buttons need not wait for it.
        self.take(http::post(&format!("/interactions/{interaction_id}/remarks"), &AddRemark { text }).await)
    }

    fn take(self, answer: Result<Interaction, Failure>) -> bool {
        match answer {
            Ok(interaction) => {
                self.work.update(|work| work.interaction(interaction));
                true
            }
            Err(failure) => {
                self.explain(&failure);
                false
            }
        }
    }
}
