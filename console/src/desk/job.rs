//! What happens to a piece of work: answer, decline, transfer, end, dispose; and my own presence. An
//! invitation to help is answered and declined as an offer is.

use super::{Desk, Pane, Screen};
use crate::alert;
use crate::http::{self, Failure};
use crate::language::fill;
use api::agent::{AgentStat, PresenceStatus};
use api::contact::Contact;
use api::interaction::Interaction;
use api::request::{Dispose, PatchContact, SetPresence, Transfer, Unmerge};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;

impl Desk {
    pub(crate) fn set_presence(self, status: PresenceStatus, reason: Option<String>) {
        spawn_local(async move {
            match http::put::<_, AgentStat>("/presence", &SetPresence { status, reason }).await {
                Ok(agent) => self.work.update(|work| work.presence(agent)),
                Err(failure) => self.explain(&failure),
            }
        });
    }

    /// To and fro between the two states of a working day.
    pub(crate) fn toggle_presence(self) {
        let now = self.work.with_untracked(|work| work.me.as_ref().map(|me| me.presence.status));
        match now {
            Some(PresenceStatus::Available) => {
                let reason = self.work.with_untracked(|work| work.pause_reasons.first().cloned());
                self.set_presence(PresenceStatus::Pause, reason);
            }
            _ => self.set_presence(PresenceStatus::Available, None),
        }
    }

    pub(crate) fn answer(self, interaction_id: String) {
        // The first touch of the page lets it sound and notify later.
        alert::ask_permission();
        spawn_local(async move {
            let done = self.act(&interaction_id, "answer", &()).await;
            match done {
                Ok(interaction) => {
                    self.work.update(|work| work.interaction(interaction));
                    self.open(&interaction_id);
                }
                Err(failure) => self.offer_failed(&interaction_id, failure),
            }
        });
    }

    pub(crate) fn decline(self, interaction_id: String) {
        spawn_local(async move {
            match self.act(&interaction_id, "decline", &()).await {
                Ok(interaction) => self.work.update(|work| work.interaction(interaction)),
                Err(failure) => self.offer_failed(&interaction_id, failure),
            }
        });
    }

    /// An offer that is refused rings somewhere else by now: it must not go on ringing here.
    fn offer_failed(self, interaction_id: &str, failure: Failure) {
        match failure {
            Failure::Refused(_) => {
                self.work.update(|work| {
                    work.interactions.remove(interaction_id);
                });
                self.complain(self.words().offer_gone);
                self.refresh();
            }
            failure => self.explain(&failure),
        }
    }

    /// Ends the talk. The wrap-up form takes the place of the composer.
    pub(crate) fn end(self, interaction_id: String) {
        spawn_local(async move {
            match self.act(&interaction_id, "wrap-up", &()).await {
                Ok(interaction) => self.work.update(|work| work.interaction(interaction)),
                Err(failure) => self.explain(&failure),
            }
        });
    }

    pub(crate) async fn transfer(self, interaction_id: &str, to: Transfer, to_name: &str) -> bool {
        match self.act(interaction_id, "transfer", &to).await {
            Ok(interaction) => {
                self.work.update(|work| work.interaction(interaction));
                self.say(fill(self.words().transferred, to_name));
                self.after_leaving();
                true
            }
            Err(failure) => {
                self.explain(&failure);
                false
            }
        }
    }

    pub(crate) fn dispose(self, interaction_id: String, dispose: Dispose) {
        spawn_local(async move {
            match self.act(&interaction_id, "dispose", &dispose).await {
                Ok(interaction) => {
                    self.work.update(|work| work.interaction(interaction));
                    self.say(self.words().wrapped_up);
                    self.after_leaving();
                }
                Err(failure) => self.explain(&failure),
            }
        });
    }

    /// A phone goes back to the list; a wide screen has opened the next one already.
    pub(super) fn after_leaving(self) {
        self.go(Screen::Work);
        self.pane.set(Pane::Work);
    }

    pub(super) async fn act<B: Serialize>(
        self,
        id: &str,
        what: &str,
        body: &B,
    ) -> Result<Interaction, Failure> {
        self.busy.update(|busy| {
            busy.insert(id.to_owned());
        });
        let done = http::post(&format!("/interactions/{id}/{what}"), body).await;
        self.busy.update(|busy| {
            busy.remove(id);
        });
        done
    }

    /// `Ok` with the contact as it is now; a phone or e-mail of another contact merges the two.
    pub(crate) async fn patch_contact(
        self,
        contact: &Contact,
        patch: PatchContact,
    ) -> Result<Contact, Failure> {
        let changed = http::patch::<_, Contact>(&format!("/contacts/{}", contact.id), &patch).await?;
        if changed.merges.len() > contact.merges.len() {
            self.say(self.words().merged_now);
        }
        self.work.update(|work| {
            for interaction in work.interactions.values_mut() {
                if interaction.contact.id == contact.id {
                    interaction.contact = changed.clone();
                }
            }
            work.contact(changed.clone());
        });
        Ok(changed)
    }

    pub(crate) fn unmerge(self, contact_id: String, merge_id: String) {
        spawn_local(async move {
            let path = format!("/contacts/{contact_id}/unmerge");
            match http::post::<_, Contact>(&path, &Unmerge { merge_id }).await {
                Ok(contact) => {
                    self.work.update(|work| work.contact(contact));
                    self.say(self.words().unmerged);
                }
                Err(failure) => self.explain(&failure),
            }
        });
    }
}
