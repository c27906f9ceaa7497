//! A small center on a real database, for the tests beside this folder.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]

use domain::{
    agent::{Presence, Role},
    channel::{CapacityKind, ChannelProfile},
    contact::Identity,
    due::Work,
    id::{AgentId, InteractionId},
    interaction::Command,
    message::Content,
    queue::{Queue, ServiceLevel},
    routing::{Service, Settings},
    time::Timestamp,
};
use futures::executor::block_on;
use shell::{
    command::execute,
    flow::{self, Setup},
    inbound::{Heard, Inbound, Opening, What, apply},
};
use std::time::Duration;
use store::{
    account::Account,
    agent::Agent,
    conversation::Conversation,
    native::{Database, Scratch},
};

pub struct Center {
    scratch: Scratch,
    pub account: Account,
    pub profile: ChannelProfile,
}

pub const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// `second` seconds after the center opened.
pub fn at(second: u64) -> Timestamp {
    NOW + Duration::from_secs(second)
}

impl Center {
    /// One queue, and the account `shop` whose contacts meet a bot first if `bot`.
    pub fn open(bot: bool) -> Self {
        let account = Account {
            id: "shop".into(),
            channel: "pigeon".into(),
            name: "Shop".into(),
            address: "1".into(),
            queue: "sales".into(),
            bot,
            flow: None,
            settings: Default::default(),
            secrets: String::new(),
        };
        let profile = ChannelProfile {
            name: "pigeon".into(),
            capacity: CapacityKind::Chat,
            text_max: 1000,
            buttons_max: 3,
            button_title_max: 20,
            list_rows_max: 0,
            list_title_max: 0,
            window: None,
            human_window: None,
            receipts: true,
            typing: false,
            media: vec![],
            media_bytes_max: 0,
            rates: domain::rate::Rates::default(),
            templates: false,
        };
        let center = Center { scratch: Scratch::new(), account, profile };
        let sql = center.connect();
        block_on(async {
            store::migration::migrate(&sql).await.unwrap();
            let service_level = ServiceLevel::default();
            let queue = Queue {
                id: "sales".into(),
                name: "Sales".into(),
                ring: Duration::from_secs(20),
                wrap_up: Duration::from_secs(60),
                service_level,
                priority: 0,
                routing: Settings::default(),
                gate: domain::queue::Gate::default(),
            };
            store::queue::put(&sql, &queue).await.unwrap();
            store::account::put(&sql, &center.account).await.unwrap();
            if bot {
                center.flow(&sql, "main").await;
            }
        });
        center
    }

    /// Sets up a flow that is a component.
    async fn flow(&self, sql: &Database, name: &str) {
        let setup = Setup { title: name.to_owned(), runner: "flow".to_owned(), scripted: false };
        flow::set_up(sql, NOW, None, name, &setup).await.unwrap();
    }

    /// The same, for the tests.
    pub fn has_flow(&self, name: &str) {
        block_on(self.flow(&self.connect(), name));
    }

    /// The account's contacts meet a bot from now on: this flow, or the center's.
    pub fn with_bot(&self, flow: Option<&str>) {
        let account = Account { bot: true, flow: flow.map(Into::into), ..self.account.clone() };
        block_on(store::account::put(&self.connect(), &account)).unwrap();
    }

    /// The account as it is set up by now.
    fn account(&self, sql: &Database) -> Account {
        block_on(store::account::find(sql, &self.account.id)).unwrap().unwrap()
    }

    /// Changes how the queue routes.
    pub fn routes(&self, routing: Settings) {
        self.queue("sales", |queue| queue.routing = routing);
    }

    pub fn connect(&self) -> Database {
        self.scratch.connect()
    }

    /// Sets up the queue `id`: as `sales` is, but for what `change` does.
    pub fn queue(&self, id: &str, change: impl FnOnce(&mut Queue)) {
        let sql = self.connect();
        let mut queue = block_on(store::queue::find(&sql, &"sales".into())).unwrap().unwrap();
        queue.id = id.into();
        change(&mut queue);
        block_on(store::queue::put(&sql, &queue)).unwrap();
    }

    /// An agent of the queue who is available.
    pub fn agent(&self, id: &str, chats: u32) -> AgentId {
        self.person(id, chats, Role::Agent, &["sales"])
    }

    /// Somebody who is available and serves `queues`.
    pub fn person(&self, id: &str, chats: u32, role: Role, queues: &[&str]) -> AgentId {
        let sql = self.connect();
        let agent = Agent {
            id: id.into(),
            login: id.into(),
            name: id.into(),
            role,
            locale: "es".into(),
            password_hash: String::new(),
            calls_max: 1,
            chats_max: chats,
            shares: None,
            attributes: Default::default(),
            presence: Presence::Offline,
            presence_since: NOW,
            idle_since: NOW,
        };
        block_on(async {
            let services = queues.iter().map(|queue| ((*queue).into(), Service::default())).collect();
            store::agent::put(&sql, &agent, &services, &[]).await.unwrap();
            store::agent::declare(&sql, &agent.id, &Presence::Available, NOW).await.unwrap();
        });
        agent.id
    }

    /// `who` writes; the same `key` is the same message.
    pub fn hear(&self, who: &str, key: &str, text: &str) -> Vec<Work> {
        let sql = self.connect();
        block_on(apply(&sql, NOW, &self.account(&sql), &self.profile, &wrote(who, key, text))).unwrap()
    }

    pub fn apply(&self, key: &str, what: What) -> Vec<Work> {
        self.apply_at(NOW, key, what)
    }

    pub fn apply_at(&self, now: Timestamp, key: &str, what: What) -> Vec<Work> {
        let inbound = Inbound { key: key.into(), at: now, what, webhook: None, reader: None };
        let sql = self.connect();
        block_on(apply(&sql, now, &self.account(&sql), &self.profile, &inbound)).unwrap()
    }

    pub fn conversation(&self, who: &str) -> Conversation {
        let sql = self.connect();
        let identity = Identity::new("ring", who);
        block_on(store::conversation::with(&sql, &self.account.id, &identity)).unwrap().unwrap()
    }

    pub fn interaction(&self, who: &str) -> InteractionId {
        self.conversation(who).open_interaction.unwrap()
    }

    pub fn execute(&self, now: Timestamp, id: &InteractionId, command: Command) -> shell::command::Done {
        block_on(execute(&self.connect(), now, id, &command)).unwrap()
    }

    /// The name of the state that the read model shows.
    pub fn state(&self, id: &InteractionId) -> String {
        block_on(store::interaction::find(&self.connect(), id)).unwrap().unwrap().state
    }

    pub fn messages(&self, conversation: &Conversation) -> Vec<store::message::Message> {
        block_on(store::message::after(&self.connect(), &conversation.id, 0, 1000)).unwrap()
    }
}

pub fn wrote(who: &str, key: &str, text: &str) -> Inbound {
    let heard = Heard {
        identities: vec![Identity::new("ring", who)],
        name: Some(who.to_owned()),
        locale: Some("es".into()),
        provider_id: Some(format!("p-{key}")),
        client_id: None,
        reply_to: None,
        content: Content::text(text),
        answers: None,
        thread: None,
        message: None,
        consent: None,
        opening: Opening::default(),
        claimed: false,
    };
    Inbound { key: key.into(), at: NOW, what: What::Message(heard), webhook: None, reader: None }
}
