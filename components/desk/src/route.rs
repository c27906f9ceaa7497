//! Every route there is, as data: requests are matched by it, who may call is checked by it, and the
//! OpenAPI document is made from it.

use Endpoint as E;
use Gives::{File, Many, Nothing, One, Stream, Text};
use Who::{Admin, Agent, Anyone, Member, Metrics, Supervisor};

/// What a request asks for. The handler matches all of them, so none can be missing there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    Health,
    Metrics,
    OpenApi,
    LogIn,
    LogOut,
    Me,
    Desk,
    Events,
    SetPresence,
    Answer,
    Decline,
    Send,
    Read,
    Typing,
    Transfer,
    Invite,
    Withdraw,
    ChangePart,
    StepOut,
    Remark,
    WrapUp,
    ExtendWrapUp,
    NotReached,
    Prioritise,
    AskCallback,
    CancelCallback,
    Wait,
    Dispose,
    Resend,
    Moderate,
    Messages,
    Contacts,
    Contact,
    EditContact,
    History,
    Unmerge,
    Upload,
    Download,
    AboutFile,
    Shared,
    Live,
    Figures,
    Metric,
    ChannelHealth,
    FailedDeliveries,
    RunAgain,
    Reprocess,
    Agents,
    Agent,
    PutAgent,
    Queues,
    Queue,
    PutQueue,
    ImportCalendar,
    Accounts,
    Account,
    PutAccount,
    Dispositions,
    Disposition,
    PutDisposition,
    Templates,
    AccountTemplates,
    SyncTemplates,
    OptOut,
    OptIn,
    LetterPage,
    Original,
    FilledAnswers,
    ReadyAnswers,
    ReadyAnswer,
    PutReadyAnswer,
    RemoveReadyAnswer,
    ArticleFigures,
    Articles,
    Article,
    PutArticle,
    RemoveArticle,
    Staffing,
    MixedStaffing,
    CheckFlow,
    DrawFlow,
    ImportFlow,
    RehearseFlow,
    Flows,
    Flow,
    PutFlow,
    RemoveFlow,
    FlowDraft,
    SaveFlowDraft,
    PublishFlow,
    RollOutFlow,
    RollBackFlow,
    FlowVersions,
    FlowVersion,
    FlowChanges,
    FlowFigures,
    FlowNow,
}

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Anyone,
    /// Whoever is logged in, and the bearer of the administrator's token.
    Member,
    /// A person at a desk; the administrator's token is none.
    Agent,
    Supervisor,
    Admin,
    /// The bearer of the token for metrics, or of the administrator's.
    Metrics,
}

/// What a good answer carries: a schema's name, or something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    Nothing,
    One(&'static str),
    Many(&'static str),
    /// Server-sent events.
    Stream,
    File,
    Text,
}

/// What a request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    Nothing,
    /// JSON of this schema.
    Json(&'static str),
    /// The same, with a long text in it.
    Long(&'static str),
    File,
}

#[derive(Debug, Clone, Copy)]
pub struct Route {
    pub endpoint: Endpoint,
    pub method: &'static str,
    pub path: &'static str,
    pub who: Who,
    pub takes: Takes,
    pub gives: Gives,
    /// Parameters of the query, each with what it is.
    pub query: &'static [(&'static str, &'static str)],
    pub summary: &'static str,
}

const fn get(endpoint: E, path: &'static str, who: Who, gives: Gives, summary: &'static str) -> Route {
    Route { endpoint, method: "GET", path, who, takes: Takes::Nothing, gives, query: &[], summary }
}

const fn post(endpoint: E, path: &'static str, takes: Takes, gives: Gives, summary: &'static str) -> Route {
    Route { endpoint, method: "POST", path, who: Agent, takes, gives, query: &[], summary }
}

const fn put(endpoint: E, path: &'static str, schema: &'static str, summary: &'static str) -> Route {
    Route {
        endpoint,
        method: "PUT",
        path,
        who: Admin,
        takes: Takes::Json(schema),
        gives: One(schema),
        query: &[],
        summary,
    }
}

impl Route {
    const fn of(self, who: Who) -> Route {
        Route { who, ..self }
    }

    const fn query(self, query: &'static [(&'static str, &'static str)]) -> Route {
        Route { query, ..self }
    }

    const fn gives(self, gives: Gives) -> Route {
        Route { gives, ..self }
    }

    const fn takes(self, takes: Takes) -> Route {
        Route { takes, ..self }
    }

    const fn method(self, method: &'static str) -> Route {
        Route { method, ..self }
    }
}

const NO_BODY: Takes = Takes::Nothing;

const fn json(schema: &'static str) -> Takes {
    Takes::Json(schema)
}

#[rustfmt::skip]
pub const TABLE: &[Route] = &[
    get(E::Health, "/health", Anyone, Text, "Whether the center and its database work"),
    get(E::Metrics, "/metrics", Metrics, Text, "The center in figures, as OpenMetrics text"),
    get(E::OpenApi, "/api/openapi.json", Anyone, Text, "This document"),
    post(E::LogIn, "/api/login", json("Login"), One("LoggedIn"), "Logs in; the session comes as a cookie and as a token").of(Anyone),
    post(E::LogOut, "/api/logout", NO_BODY, Nothing, "Ends the session").of(Anyone),
    get(E::Me, "/api/me", Agent, One("Me"), "Who is logged in"),
    get(E::Desk, "/api/desk", Agent, One("Desk"), "All that a desk shows, as of one place in the event stream"),
    get(E::Events, "/api/events", Agent, Stream, "What changes, as server-sent events")
        .query(&[("since", "The last sequence that was seen; Last-Event-ID says the same")]),
    put(E::SetPresence, "/api/presence", "SetPresence", "Declares what the agent is up to").of(Agent).gives(One("AgentStat")),
    post(E::Answer, "/api/interactions/{id}/answer", NO_BODY, One("Interaction"), "Takes what rings"),
    post(E::Decline, "/api/interactions/{id}/decline", NO_BODY, One("Interaction"), "Lets it ring elsewhere"),
    post(E::Send, "/api/interactions/{id}/messages", json("SendMessage"), One("Message"), "Writes to the contact; the same client_id again is the same message"),
    post(E::Read, "/api/interactions/{id}/read", json("MarkRead"), Nothing, "Marks messages as read"),
    post(E::Typing, "/api/interactions/{id}/typing", NO_BODY, Nothing, "Tells the contact that somebody types"),
    post(E::Transfer, "/api/interactions/{id}/transfer", json("Transfer"), One("Interaction"), "Passes it to a queue, to a flow or to a colleague; one who takes part has it at once"),
    post(E::Invite, "/api/interactions/{id}/invitation", json("Invite"), One("Interaction"), "Asks a colleague, whoever of a queue is free, or a supervisor to take part"),
    post(E::Withdraw, "/api/interactions/{id}/invitation", NO_BODY, One("Interaction"), "Whoever is asked and did not answer is asked no more").method("DELETE"),
    post(E::ChangePart, "/api/interactions/{id}/part", json("ChangePart"), One("Interaction"), "Takes a colleague who advises into the talk, or back out of it"),
    post(E::StepOut, "/api/interactions/{id}/step-out", json("StepOut"), One("Interaction"), "Takes part no more, or sends a colleague out"),
    post(E::Remark, "/api/interactions/{id}/remarks", json("AddRemark"), One("Interaction"), "Says something to those who take part; the contact never sees it"),
    post(E::WrapUp, "/api/interactions/{id}/wrap-up", NO_BODY, One("Interaction"), "Ends the talk"),
    post(E::ExtendWrapUp, "/api/interactions/{id}/wrap-up/extend", NO_BODY, One("Interaction"), "Takes more time for the wrap-up, as the queue allows"),
    post(E::NotReached, "/api/interactions/{id}/not-reached", NO_BODY, One("Interaction"), "Called back and reached nobody: it is tried again as the queue says"),
    post(E::Prioritise, "/api/interactions/{id}/priority", json("Prioritise"), One("Interaction"), "Changes its place among those who wait, from the next decision on").of(Supervisor),
    post(E::AskCallback, "/api/interactions/{id}/callback", json("AskCallback"), One("Interaction"), "The contact is called back and keeps the place").of(Supervisor),
    post(E::CancelCallback, "/api/interactions/{id}/callback", NO_BODY, One("Interaction"), "The contact wants no call any more").method("DELETE").of(Supervisor),
    get(E::Wait, "/api/interactions/{id}/wait", Member, One("Wait"), "Where it stands in its queue, and how long it will probably take"),
    post(E::Dispose, "/api/interactions/{id}/dispose", json("Dispose"), One("Interaction"), "Codes the outcome, which ends it"),
    get(E::Templates, "/api/interactions/{id}/templates", Agent, Many("MessageTemplate"), "The templates that can be sent in it now"),
    post(E::OptOut, "/api/conversations/{id}/opt-outs", json("RecordOptOut"), One("OptOut"), "Records that the contact told an agent to write no more on this channel"),
    post(E::OptIn, "/api/opt-outs/{id}", NO_BODY, Nothing, "Takes an opt-out back, by the wish of the contact").method("DELETE"),
    post(E::Resend, "/api/messages/{id}/retry", NO_BODY, One("Message"), "Sends a failed message again"),
    post(E::Moderate, "/api/messages/{id}/moderate", json("Moderate"), One("Message"), "Hides, shows, likes or deletes a public comment"),
    get(E::Messages, "/api/conversations/{id}/messages", Member, One("MessagePage"), "A page of a conversation")
        .query(&[("before", "Only messages with a lower seq"), ("limit", "At most so many, 50 unless told, 200 at most")]),
    get(E::Contacts, "/api/contacts", Member, Many("Contact"), "Finds contacts by name, phone or address")
        .query(&[("q", "What their name or one of their identities contains")]),
    get(E::Contact, "/api/contacts/{id}", Member, One("Contact"), "One contact"),
    post(E::EditContact, "/api/contacts/{id}", json("PatchContact"), One("Contact"), "Changes a contact; a phone or an address that another one has makes the two one").method("PATCH"),
    get(E::History, "/api/contacts/{id}/history", Member, One("HistoryPage"), "What the contact and the business had to do with each other, on every channel")
        .query(&[("before", "Only what started before this instant, in milliseconds"), ("limit", "At most so many, 20 unless told, 100 at most")]),
    post(E::Unmerge, "/api/contacts/{id}/unmerge", json("Unmerge"), One("Contact"), "Takes a merge back"),
    post(E::Upload, "/api/attachments", Takes::File, One("Attachment"), "Uploads a file for a message")
        .query(&[("name", "The file's name")]),
    get(E::Download, "/api/attachments/{id}", Member, File, "A file of a message"),
    get(E::AboutFile, "/api/attachments/{id}/about", Member, One("Attachment"), "What a file is, and whether it may be opened"),
    get(E::Shared, "/f/{id}", Anyone, File, "A file, for whoever has a link to it that has not run out"),
    get(E::Live, "/api/live", Supervisor, One("Live"), "Queues, agents and who waits, now"),
    get(E::Figures, "/api/figures", Supervisor, One("Figures"), "What happened between two instants in figures, by queue, agent or channel")
        .query(&[
            ("from_ms", "From this instant on, in milliseconds"),
            ("until_ms", "Up to this one, which is not part of it; now unless told"),
            ("interval", "15m, 1h, 1d or all, which is usual"),
            ("by", "queue, which is usual, agent or channel"),
            ("when", "left, which is usual: a contact counts when its wait ended; entered: when it began"),
            ("kind", "Only call, chat, post or mail"),
            ("within_ms", "The threshold of the service level; each queue's own unless told"),
            ("short_ms", "Who leaves earlier than this is a short abandon; 5000 unless told"),
            ("zone", "By whose clock hours and days begin; the center's unless told"),
        ]),
    get(E::Metric, "/api/figures/metrics", Supervisor, Many("Metric"), "What each figure is called, its formula and who defines it so"),
    get(E::ChannelHealth, "/api/health/channels", Supervisor, Many("ChannelHealth"), "How well each channel account works, and what is wrong with it"),
    get(E::FailedDeliveries, "/api/failed-deliveries", Supervisor, Many("FailedDelivery"), "Webhooks that were kept and could not be read"),
    post(E::RunAgain, "/api/failed-deliveries/{id}/retry", NO_BODY, Nothing, "Reads a kept webhook again").of(Supervisor),
    post(E::Reprocess, "/api/channels/{id}/reprocess", json("Reprocess"), One("ReprocessPage"), "Reads kept webhooks of a channel once more and shows, or repairs, what is different today").of(Admin),
    get(E::Agents, "/api/agents", Admin, Many("AgentSetup"), "All agents"),
    get(E::Agent, "/api/agents/{id}", Admin, One("AgentSetup"), "One agent"),
    put(E::PutAgent, "/api/agents/{id}", "AgentSetup", "Adds or changes an agent"),
    get(E::Queues, "/api/queues", Admin, Many("QueueSetup"), "All queues"),
    get(E::Queue, "/api/queues/{id}", Admin, One("QueueSetup"), "One queue"),
    put(E::PutQueue, "/api/queues/{id}", "QueueSetup", "Adds or changes a queue"),
    post(E::ImportCalendar, "/api/queues/{id}/calendar", json("CalendarImport"), One("CalendarImported"), "Closes a queue on the days of a calendar file").of(Admin),
    get(E::Accounts, "/api/accounts", Admin, Many("AccountSetup"), "All channel accounts, without their secrets"),
    get(E::Account, "/api/accounts/{id}", Admin, One("AccountSetup"), "One channel account, without its secrets"),
    put(E::PutAccount, "/api/accounts/{id}", "AccountSetup", "Adds or changes a channel account; a secret that is not named keeps its value"),
    get(E::AccountTemplates, "/api/accounts/{id}/templates", Admin, Many("MessageTemplate"), "All templates that the provider has for the account, as of the last look"),
    post(E::SyncTemplates, "/api/accounts/{id}/templates/sync", NO_BODY, Nothing, "Looks at the provider's templates now").of(Admin),
    get(E::Dispositions, "/api/dispositions", Admin, Many("Disposition"), "All dispositions"),
    get(E::Disposition, "/api/dispositions/{id}", Admin, One("Disposition"), "One disposition"),
    put(E::PutDisposition, "/api/dispositions/{id}", "Disposition", "Adds or changes a disposition"),
    get(E::LetterPage, "/api/messages/{id}/letter", Member, File, "An e-mail's HTML, cleaned and shut in, for a frame of the desk")
        .query(&[("pictures", "1 shows pictures that stand elsewhere, which tells their server that somebody reads")]),
    get(E::Original, "/api/messages/{id}/original", Member, File, "An e-mail byte for byte as it came"),
    get(E::FilledAnswers, "/api/interactions/{id}/ready-answers", Agent, Many("ReadyAnswer"), "Ready answers that suit the interaction, filled for it"),
    get(E::ReadyAnswers, "/api/ready-answers", Admin, Many("ReadyAnswerSetup"), "All ready answers"),
    get(E::ReadyAnswer, "/api/ready-answers/{id}", Admin, One("ReadyAnswerSetup"), "One ready answer"),
    put(E::PutReadyAnswer, "/api/ready-answers/{id}", "ReadyAnswerSetup", "Adds or changes a ready answer"),
    post(E::RemoveReadyAnswer, "/api/ready-answers/{id}", NO_BODY, Nothing, "Takes a ready answer away").of(Admin).method("DELETE"),
    // Before the articles: it is none of them.
    get(E::ArticleFigures, "/api/articles/figures", Supervisor, One("ArticleFigures"), "How often bots answered with each article, and how many of these conversations ended without a person")
        .query(&[("from_ms", "Shown from this instant on, in milliseconds"), ("until_ms", "Up to this one, which is not part of it; now unless told")]),
    get(E::Articles, "/api/articles", Member, One("ArticlePage"), "What answers a question, as one types it, or all articles by id")
        .query(&[
            ("q", "A question in plain words; the last word may be the beginning of one"),
            ("locale", "Of each article the text in this one, or else in the nearest; the agent's own unless told"),
            ("audience", "public or internal; both unless told"),
            ("state", "draft, published or withdrawn, for who writes articles; agents see what is published"),
            ("after", "Without a question: only articles with a higher id"),
            ("limit", "At most so many, 20 unless told, 50 at most"),
        ]),
    get(E::Article, "/api/articles/{id}", Member, One("Article"), "One article in all its locales"),
    put(E::PutArticle, "/api/articles/{id}", "Article", "Adds or changes an article").of(Supervisor),
    post(E::RemoveArticle, "/api/articles/{id}", NO_BODY, Nothing, "Takes an article away; its figures stay").of(Supervisor).method("DELETE"),
    post(E::Staffing, "/api/staffing", json("StaffingQuestion"), One("StaffingPlan"), "How many agents it takes, and what so many make of the calls").of(Supervisor),
    get(E::Flows, "/api/flows", Member, Many("Flow"), "All flows, with what is live and how they did in the last 24 hours"),
    get(E::Flow, "/api/flows/{id}", Member, One("Flow"), "One flow by its name"),
    put(E::PutFlow, "/api/flows/{id}", "FlowSetup", "Adds a flow, or changes how it is set up").of(Supervisor).gives(One("Flow")),
    post(E::RemoveFlow, "/api/flows/{id}", NO_BODY, Nothing, "Takes a flow away that nobody uses; its versions and its history stay").of(Supervisor).method("DELETE"),
    get(E::FlowDraft, "/api/flows/{id}/draft", Member, One("FlowDraft"), "The draft of a flow, and what is wrong in it"),
    put(E::SaveFlowDraft, "/api/flows/{id}/draft", "SaveFlowDraft", "Saves the draft; 412 if somebody else did since it was read").of(Supervisor).takes(Takes::Long("SaveFlowDraft")).gives(One("FlowDraft")),
    post(E::PublishFlow, "/api/flows/{id}/publish", json("PublishFlow"), One("Flow"), "Makes a version of the draft, which new conversations get; 422 with all that is wrong in it").of(Supervisor),
    post(E::RollOutFlow, "/api/flows/{id}/rollout", json("RollOutFlow"), One("Flow"), "Has new conversations get these versions").of(Supervisor),
    post(E::RollBackFlow, "/api/flows/{id}/rollback", json("RollBackFlow"), One("Flow"), "Has all new conversations get an older version again").of(Supervisor),
    get(E::FlowVersions, "/api/flows/{id}/versions", Member, Many("FlowVersion"), "All versions, the newest first, without their texts"),
    get(E::FlowVersion, "/api/flows/{id}/versions/{version}", Member, One("FlowVersion"), "One version with its text"),
    get(E::FlowChanges, "/api/flows/{id}/changes", Member, Many("FlowChange"), "Who did what to the flow when, the newest first")
        .query(&[("before", "Only changes with a lower number"), ("limit", "At most so many, 50 unless told, 200 at most")]),
    get(E::FlowFigures, "/api/flows/{id}/figures", Member, One("FlowFigures"), "What became of the conversations that came into the flow, by version and by place")
        .query(&[
            ("from_ms", "That came from this instant on, in milliseconds; 24 hours before the other one unless told"),
            ("until_ms", "Up to this one, which is not part of it; now unless told"),
            ("version", "Only of this version"),
        ]),
    get(E::FlowNow, "/api/flows/{id}/now", Member, One("FlowNow"), "How many conversations are at each place of the flow"),
    post(E::MixedStaffing, "/api/staffing/mixed", json("MixedStaffingQuestion"), One("MixedStaffing"), "The cheapest mix of agents that has enough of each skill").of(Supervisor),
    post(E::CheckFlow, "/api/flows/check", Takes::Long("FlowText"), One("FlowProblems"), "What is wrong with a flow's text, in the language of Accept-Language: es, pt or else en").of(Supervisor),
    post(E::DrawFlow, "/api/flows/diagram", Takes::Long("FlowText"), One("FlowDiagram"), "A flow's text as a diagram").of(Supervisor),
    post(E::ImportFlow, "/api/flows/import", Takes::Long("FlowImport"), One("FlowImported"), "Makes a flow's text of a VoiceXML document, and says what is left out").of(Supervisor),
    post(E::RehearseFlow, "/api/flows/rehearse", Takes::Long("RehearsalQuestion"), One("Rehearsal"), "A conversation with a flow's text, which nobody else notices").of(Supervisor),
];

/// Why no route matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Miss {
    NotFound,
    /// There is one for another method.
    MethodNotAllowed,
}

/// What a path names, empty where it has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Names<'p> {
    pub id: &'p str,
    pub version: &'p str,
}

/// The route of a request, and what its path names.
pub fn find<'p>(method: &str, path: &'p str) -> Result<(&'static Route, Names<'p>), Miss> {
    let mut miss = Miss::NotFound;
    for route in TABLE {
        if let Some(names) = matches(route.path, path) {
            // Whoever fetches a file by its address may ask for its head first.
            let is_head = method == "HEAD" && route.method == "GET" && matches!(route.gives, File);
            if is_head || route.method == method {
                return Ok((route, names));
            }
            miss = Miss::MethodNotAllowed;
        }
    }
    Err(miss)
}

fn matches<'p>(pattern: &str, path: &'p str) -> Option<Names<'p>> {
    let mut names = Names::default();
    let mut parts = path.trim_end_matches('/').split('/');
    for wanted in pattern.split('/') {
        let part = parts.next()?;
        match wanted {
            "{id}" if !part.is_empty() => names.id = part,
            "{version}" if !part.is_empty() => names.version = part,
            wanted if wanted == part => {}
            _ => return None,
        }
    }
    parts.next().is_none().then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_finds_its_route() {
        let rows = [
            ("GET", "/health", Ok((E::Health, ""))),
            ("GET", "/health/", Ok((E::Health, ""))),
            ("POST", "/health", Err(Miss::MethodNotAllowed)),
            ("GET", "/", Err(Miss::NotFound)),
            ("GET", "/api", Err(Miss::NotFound)),
            ("POST", "/api/interactions/i1/answer", Ok((E::Answer, "i1"))),
            ("GET", "/api/interactions/i1/answer", Err(Miss::MethodNotAllowed)),
            ("POST", "/api/interactions//answer", Err(Miss::NotFound)),
            ("POST", "/api/interactions/i1/answer/x", Err(Miss::NotFound)),
            ("PATCH", "/api/contacts/c1", Ok((E::EditContact, "c1"))),
            ("GET", "/api/contacts/c1", Ok((E::Contact, "c1"))),
            ("GET", "/api/contacts", Ok((E::Contacts, ""))),
            ("GET", "/api/articles/figures", Ok((E::ArticleFigures, ""))),
            ("GET", "/api/articles/envios", Ok((E::Article, "envios"))),
            ("DELETE", "/api/articles/envios", Ok((E::RemoveArticle, "envios"))),
            ("HEAD", "/f/x1", Ok((E::Shared, "x1"))),
            ("HEAD", "/api/events", Err(Miss::MethodNotAllowed)),
            ("DELETE", "/api/agents/a1", Err(Miss::MethodNotAllowed)),
        ];
        for (method, path, expected) in rows {
            let found = find(method, path).map(|(route, names)| (route.endpoint, names.id));
            assert_eq!(found, expected, "{method} {path}");
        }
        let (route, names) = find("GET", "/api/flows/main/versions/7").unwrap();
        assert_eq!((route.endpoint, names), (E::FlowVersion, Names { id: "main", version: "7" }));
    }

    #[test]
    fn every_route_finds_itself() {
        for route in TABLE {
            let path = route.path.replace("{id}", "x1").replace("{version}", "7");
            let (found, _) = find(route.method, &path).expect("it is in the table");
            assert_eq!(found.endpoint, route.endpoint, "{} {}", route.method, route.path);
        }
    }
}
