//! What the center consists of, so that ids can be shown with names.

use api::agent::Ref;
use domain::{
    channel::{ChannelProfile, Profiles},
    comment::Moderation,
    id::{AccountId, AgentId, QueueId},
};
use shell::failure::Result;
use std::collections::{BTreeMap, BTreeSet};
use store::{account, agent, conversation::Conversation, port::Sql, queue};

#[derive(Debug, Clone, Default)]
pub struct Center {
    pub accounts: BTreeMap<AccountId, String>,
    pub agents: BTreeMap<AgentId, String>,
    pub queues: BTreeMap<QueueId, String>,
    /// Whose people may answer by hand after the window ([`ChannelProfile::human_window`]).
    pub by_hand: BTreeSet<AccountId>,
    /// By the channel's name; a channel whose component does not answer is missing.
    pub profiles: BTreeMap<String, Profiles>,
}

impl Center {
    pub async fn load(sql: &impl Sql, profiles: BTreeMap<String, Profiles>) -> Result<Self> {
        let accounts = account::all(sql).await?;
        let by_hand = accounts.iter().filter(|account| account.answers_by_hand());
        let by_hand = by_hand.map(|account| account.id.clone()).collect();
        let accounts = accounts.into_iter().map(|account| (account.id, account.name));
        let agents = agent::all(sql).await?.into_iter().map(|agent| (agent.id, agent.name));
        let queues = queue::all(sql).await?.into_iter().map(|queue| (queue.id, queue.name));
        Ok(Center {
            accounts: accounts.collect(),
            agents: agents.collect(),
            queues: queues.collect(),
            by_hand,
            profiles,
        })
    }

    /// What an agent can do on the channel of a conversation, when its component told it.
    pub fn profile(&self, conversation: &Conversation) -> Option<ChannelProfile> {
        let profile = self.profiles.get(&conversation.channel)?.under(conversation.thread.as_deref());
        let later = self.by_hand.contains(&conversation.account);
        Some(if later { profile.by_hand() } else { profile.clone() })
    }

    /// What can be done about the comments of a conversation, if it stands in public.
    pub fn moderation(&self, conversation: &Conversation) -> Option<&Moderation> {
        conversation.thread.as_ref()?;
        Some(&self.profiles.get(&conversation.channel)?.moderation)
    }

    pub fn account(&self, id: &AccountId) -> Ref {
        named(id.as_str(), self.accounts.get(id))
    }

    pub fn agent(&self, id: &AgentId) -> Ref {
        named(id.as_str(), self.agents.get(id))
    }

    pub fn queue(&self, id: &QueueId) -> Ref {
        named(id.as_str(), self.queues.get(id))
    }
}

/// What has no name any more is called by its id.
fn named(id: &str, name: Option<&String>) -> Ref {
    Ref { id: id.to_owned(), name: name.map_or(id, String::as_str).to_owned() }
}
