//! Requests, matched with their routes, proven, and handed over.

use crate::{
    admin,
    article::{self, Reader},
    attachment, consent, contact,
    events::{change::Listener, stream},
    figures, flow, health as channel_health, login, metrics, presence,
    query::{number, parameter},
    ready_answer, rehearsal,
    route::{Endpoint as E, Miss, Route, Takes, Who, find},
    snapshot, staffing, template,
    view::{self, Center},
    work::{self, Steer, Wish},
};
use api::request::{PatchContact, Unmerge};
use bytes::Bytes;
use domain::{
    agent::Role,
    flow::TEXT_BYTES_MAX,
    id::{AgentId, ContactId, ConversationId, InteractionId},
};
use http::{HeaderValue, StatusCode, header};
use script::Language;
use shell::{
    access::Caller,
    failure::{Failure, Result},
    log,
    platform::{
        center::{Database, database, now, time_zone, variable},
        reply::{self, Reply},
        request::{Asked, traced},
        session,
    },
    token,
};
use spin_sdk::{
    http::{IntoResponse, Request},
    http_service,
    wasip3::http::types::{ErrorCode, Response},
};
use store::{
    agent::{self, Agent},
    port::Sql,
};

/// More than any JSON here needs (the longest is an article in several languages) …
const JSON_MAX: usize = 512 * 1024;

/// … but for a long text in it, whose every character may be escaped.
const LONG_MAX: usize = 2 * TEXT_BYTES_MAX + JSON_MAX;

const OPENAPI: &str = include_str!("../openapi.json");

#[http_service]
async fn desk(request: Request) -> Result<Response, ErrorCode> {
    let mut reply = match traced(request, answer).await {
        Ok(Answer::Stream(response)) => return Ok(response),
        Ok(Answer::Whole(reply)) => reply,
        Err(failure) => reply::from(Err(failure)),
    };
    // What an agent sees is for nobody's cache.
    let no_store = HeaderValue::from_static("no-store");
    reply.headers_mut().entry(header::CACHE_CONTROL).or_insert(no_store);
    reply.into_response()
}

/// A stream's body is written by the poller of all streams.
enum Answer {
    Whole(Reply),
    Stream(Response),
}

/// A request whose sender is known as far as its route asks for it.
struct Call {
    sql: Database,
    asked: Asked,
    caller: Option<Caller>,
    agent: Option<Agent>,
    id: String,
    version: String,
}

async fn answer(request: Request) -> Result<Answer> {
    let path = request.uri().path().to_owned();
    let (route, names) = find(request.method().as_str(), &path).map_err(|miss| match miss {
        Miss::NotFound => Failure::NotFound(path.clone()),
        Miss::MethodNotAllowed => Failure::MethodNotAllowed(request.method().to_string()),
    })?;
    let sql = database().await?;
    // Whoever may not call is told before a byte of the body is read.
    let head = Asked {
        method: request.method().clone(),
        path: path.clone(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        headers: request.headers().clone(),
        body: Bytes::new(),
    };
    let (caller, agent) = match route.who {
        Who::Anyone => (None, None),
        Who::Metrics => {
            prove_collector(&head).await?;
            (None, None)
        }
        who => prove(&sql, &head, who).await?,
    };
    let (limit, _room) = match route.takes {
        Takes::File => {
            let length = head.header("content-length").and_then(|length| length.parse().ok());
            let length = length.unwrap_or(attachment::SIZE_MAX).min(attachment::SIZE_MAX);
            (attachment::SIZE_MAX, Some(attachment::Room::take(length)?))
        }
        Takes::Json(_) | Takes::Nothing => (JSON_MAX, None),
        Takes::Long(_) => (LONG_MAX, None),
    };
    let asked = Asked::read(request, limit).await?;
    let (id, version) = (names.id.to_owned(), names.version.to_owned());
    let call = Call { sql, asked, caller, agent, id, version };
    dispatch(route, &call).await
}

/// Who calls, by the roles of today: a session may be older than they are.
async fn prove(sql: &impl Sql, head: &Asked, who: Who) -> Result<(Option<Caller>, Option<Agent>)> {
    let mut caller = session::caller(head).await?;
    let agent = match &caller.agent {
        Some(id) => {
            let found = agent::find(sql, id).await?;
            Some(found.ok_or_else(|| Failure::Unauthorized("log in first".to_owned()))?)
        }
        None => None,
    };
    if let Some(agent) = &agent {
        caller.role = agent.role;
    }
    match who {
        Who::Anyone | Who::Member | Who::Metrics => {}
        Who::Agent => drop(caller.agent()?),
        Who::Supervisor => caller.supervises()?,
        Who::Admin => caller.administers()?,
    }
    Ok((Some(caller), agent))
}

/// Who collects figures shows a token of their own, or the administrator's.
async fn prove_collector(head: &Asked) -> Result<()> {
    let given = head.bearer().unwrap_or_default();
    let tokens = [variable("metrics_token").await?, variable("admin_token").await?];
    if tokens.iter().any(|token| !token.is_empty() && token::equal(given, token)) {
        Ok(())
    } else {
        Err(Failure::Unauthorized("the token for metrics is missing or wrong".to_owned()))
    }
}

impl Call {
    fn agent(&self) -> Result<&Agent> {
        self.agent.as_ref().ok_or_else(|| Failure::Forbidden("only an agent can do this".to_owned()))
    }

    fn agent_id(&self) -> Result<&AgentId> {
        Ok(&self.agent()?.id)
    }

    fn supervises(&self) -> bool {
        self.caller.as_ref().is_some_and(|caller| caller.role != Role::Agent)
    }

    async fn act(&self, wish: Wish) -> Result<Reply> {
        work::act(&self.sql, self.agent_id()?, &self.interaction(), wish, &self.asked).await
    }

    /// Who reads articles.
    async fn reader(&self) -> Result<Reader<'_>> {
        Ok(Reader {
            writes: self.supervises(),
            locale: self.agent.as_ref().map(|agent| agent.locale.as_str()),
            today: article::day(now(), &time_zone().await?),
        })
    }

    fn interaction(&self) -> InteractionId {
        InteractionId(self.id.clone())
    }

    fn contact(&self) -> ContactId {
        ContactId(self.id.clone())
    }
}

async fn dispatch(route: &Route, call: &Call) -> Result<Answer> {
    let Call { sql, asked, id, .. } = call;
    let reply = match route.endpoint {
        E::Events => return Ok(Answer::Stream(stream::open(sql, asked, listener(call)?).await?)),
        E::Health => health(sql).await,
        E::Metrics => {
            let text = metrics::text(sql, now(), &time_zone().await?).await?;
            Ok(reply::bytes(StatusCode::OK, metrics::CONTENT_TYPE, text))
        }
        E::OpenApi => Ok(reply::bytes(StatusCode::OK, "application/json", OPENAPI)),
        E::LogIn => login::log_in(sql, asked).await,
        E::LogOut => login::log_out(sql, asked).await,
        E::Me => me(call).await,
        E::Desk => Ok(reply::ok(&snapshot::desk(sql, call.agent()?, call.supervises()).await?)),
        E::SetPresence => Ok(reply::ok(&presence::declare(sql, call.agent_id()?, asked.json()?).await?)),
        E::Answer => call.act(Wish::Answer).await,
        E::Decline => call.act(Wish::Decline).await,
        E::Transfer => call.act(Wish::Transfer).await,
        E::Invite => call.act(Wish::Invite).await,
        E::Withdraw => call.act(Wish::Withdraw).await,
        E::ChangePart => call.act(Wish::ChangePart).await,
        E::StepOut => call.act(Wish::StepOut).await,
        E::Remark => call.act(Wish::Remark).await,
        E::WrapUp => call.act(Wish::WrapUp).await,
        E::ExtendWrapUp => call.act(Wish::ExtendWrapUp).await,
        E::NotReached => call.act(Wish::NotReached).await,
        E::Prioritise => {
            work::steer(sql, call.agent_id().ok(), &call.interaction(), Steer::Priority, asked).await
        }
        E::AskCallback => work::steer(sql, None, &call.interaction(), Steer::AskCallback, asked).await,
        E::Wait => Ok(reply::ok(&crate::interaction::wait(sql, now(), &call.interaction()).await?)),
        E::CancelCallback => work::steer(sql, None, &call.interaction(), Steer::CancelCallback, asked).await,
        E::Dispose => call.act(Wish::Dispose).await,
        E::Send => work::send(sql, call.agent_id()?, &call.interaction(), asked).await,
        E::Read => work::read(sql, call.agent_id()?, &call.interaction(), asked).await,
        E::Typing => work::types(sql, call.agent_id()?, &call.interaction()).await,
        E::Resend => work::resend(sql, call.agent_id()?, call.supervises(), id).await,
        E::Moderate => work::moderate(sql, call.agent_id()?, call.supervises(), id, asked).await,
        E::Messages => work::messages(sql, id, asked).await,
        E::Templates => template::sendable(sql, call.agent_id()?, &call.interaction()).await,
        E::AccountTemplates => template::of_account(sql, id).await,
        E::SyncTemplates => template::sync(sql, id).await,
        E::OptOut => {
            let of = ConversationId::from(id.as_str());
            let recorded = consent::record(sql, now(), call.agent_id()?, &of, &asked.json()?).await?;
            Ok(reply::ok(&recorded))
        }
        E::OptIn => {
            consent::end(sql, now(), id).await?;
            Ok(reply::empty(StatusCode::NO_CONTENT))
        }
        E::Contacts => {
            let text = parameter(&asked.query, "q").unwrap_or_default();
            Ok(reply::ok(&contact::search(sql, &text).await?))
        }
        E::Contact => Ok(reply::ok(&view::contact(sql, &call.contact()).await?)),
        E::EditContact => edit(call).await,
        E::History => history(call).await,
        E::Unmerge => unmerge(call).await,
        E::Upload => attachment::upload(sql, call.agent_id()?, asked).await,
        E::Download => attachment::download(sql, call.agent.as_ref().map(|agent| &agent.id), id).await,
        E::AboutFile => attachment::about(sql, call.agent.as_ref().map(|agent| &agent.id), id).await,
        E::Shared => attachment::shared(sql, id).await,
        E::Live => Ok(reply::ok(&snapshot::live(sql).await?)),
        E::Figures => {
            let told = figures::figures(sql, now(), &time_zone().await?, &asked.query).await?;
            Ok(reply::ok(&told))
        }
        E::Metric => Ok(reply::ok(&figures::list())),
        E::ChannelHealth => Ok(reply::ok(&channel_health::channels(sql).await?)),
        E::FailedDeliveries => admin::failed_deliveries(sql).await,
        E::RunAgain => admin::run_again(sql, id).await,
        E::Reprocess => admin::reprocess(sql, id, asked).await,
        E::Agents => admin::agents(sql).await,
        E::Agent => admin::agent(sql, id).await,
        E::PutAgent => admin::put_agent(sql, id, asked).await,
        E::Queues => admin::queues(sql).await,
        E::Queue => admin::queue(sql, id).await,
        E::PutQueue => admin::put_queue(sql, id, asked).await,
        E::ImportCalendar => Ok(reply::ok(&crate::calendar::import(sql, now(), id, asked.json()?).await?)),
        E::Accounts => admin::accounts(sql).await,
        E::Account => admin::account(sql, id).await,
        E::PutAccount => admin::put_account(sql, id, asked).await,
        E::Dispositions => admin::dispositions(sql).await,
        E::Disposition => admin::disposition(sql, id).await,
        E::PutDisposition => admin::put_disposition(sql, id, asked).await,
        E::LetterPage => work::letter(sql, id, asked).await,
        E::Original => work::original(sql, id).await,
        E::FilledAnswers => {
            Ok(reply::ok(&ready_answer::filled(sql, call.agent_id()?, &call.interaction()).await?))
        }
        E::ReadyAnswers => Ok(reply::ok(&ready_answer::all(sql).await?)),
        E::ReadyAnswer => Ok(reply::ok(&ready_answer::one(sql, id).await?)),
        E::PutReadyAnswer => Ok(reply::ok(&ready_answer::put(sql, id, asked.json()?).await?)),
        E::RemoveReadyAnswer => {
            ready_answer::remove(sql, id).await?;
            Ok(reply::empty(StatusCode::NO_CONTENT))
        }
        E::ArticleFigures => {
            Ok(reply::ok(&article::figures(sql, now(), call.reader().await?, &asked.query).await?))
        }
        E::Articles => Ok(reply::ok(&article::articles(sql, call.reader().await?, &asked.query).await?)),
        E::Article => Ok(reply::ok(&article::one(sql, call.reader().await?, id).await?)),
        E::PutArticle => {
            let (today, by) = (call.reader().await?.today, call.agent_id().ok());
            Ok(reply::ok(&article::put(sql, now(), today, by, id, asked.json()?).await?))
        }
        E::RemoveArticle => {
            article::remove(sql, id).await?;
            Ok(reply::empty(StatusCode::NO_CONTENT))
        }
        E::Flows
        | E::Flow
        | E::PutFlow
        | E::RemoveFlow
        | E::FlowDraft
        | E::SaveFlowDraft
        | E::PublishFlow
        | E::RollOutFlow
        | E::RollBackFlow
        | E::FlowVersions
        | E::FlowVersion
        | E::FlowChanges
        | E::FlowFigures
        | E::FlowNow => of_flow(route.endpoint, call).await,
        E::Staffing => Ok(reply::ok(&staffing::plan(&asked.json()?)?)),
        E::MixedStaffing => Ok(reply::ok(&staffing::mix(&asked.json()?)?)),
        E::CheckFlow => Ok(reply::ok(&rehearsal::check(&asked.json()?, language(asked)))),
        E::DrawFlow => Ok(reply::ok(&rehearsal::diagram(&asked.json()?)?)),
        E::ImportFlow => Ok(reply::ok(&rehearsal::import(&asked.json()?)?)),
        E::RehearseFlow => Ok(reply::ok(&rehearsal::rehearse(&asked.json()?)?)),
    };
    reply.map(Answer::Whole)
}

/// In which language what is wrong in a text is told: programs that name none read English.
fn language(asked: &Asked) -> Language {
    asked.header("accept-language").and_then(Language::of).unwrap_or(Language::English)
}

/// What is asked of flows, or done to them.
async fn of_flow(endpoint: E, call: &Call) -> Result<Reply> {
    let Call { sql, asked, id, version, .. } = call;
    let (now, by) = (now(), call.agent.as_ref().map(|agent| &agent.id));
    Ok(match endpoint {
        E::Flows => reply::ok(&flow::all(sql, now).await?),
        E::PutFlow => reply::ok(&flow::put(sql, now, by, id, asked.json()?).await?),
        E::RemoveFlow => {
            shell::flow::remove(sql, now, by, id).await?;
            reply::empty(StatusCode::NO_CONTENT)
        }
        E::FlowDraft => reply::ok(&flow::draft(sql, id, language(asked)).await?),
        E::SaveFlowDraft => {
            reply::ok(&flow::save_draft(sql, now, by, id, asked.json()?, language(asked)).await?)
        }
        E::PublishFlow => reply::ok(&flow::publish(sql, now, by, id, asked.json()?, language(asked)).await?),
        E::RollOutFlow => reply::ok(&flow::roll_out(sql, now, by, id, asked.json()?).await?),
        E::RollBackFlow => reply::ok(&flow::roll_back(sql, now, by, id, asked.json()?).await?),
        E::FlowVersions => reply::ok(&flow::versions(sql, id).await?),
        E::FlowVersion => reply::ok(&flow::version(sql, id, version).await?),
        E::FlowChanges => reply::ok(&flow::changes(sql, id, &asked.query).await?),
        E::FlowFigures => reply::ok(&flow::figures(sql, now, id, &asked.query).await?),
        E::FlowNow => reply::ok(&flow::now(sql, id).await?),
        _ => reply::ok(&flow::one(sql, now, id).await?),
    })
}

/// Brings the database up to date as well: the first question of a new center makes its tables.
async fn health(sql: &impl Sql) -> Result<Reply> {
    for name in store::migration::migrate(sql).await? {
        log::info(format!("migrated {name}"));
    }
    Ok(reply::ok(&serde_json::json!({ "status": "ok" })))
}

async fn me(call: &Call) -> Result<Reply> {
    let agent = call.agent()?;
    let center = Center::load(&call.sql, Default::default()).await?;
    let queues = agent::services(&call.sql).await?.remove(&agent.id).unwrap_or_default();
    Ok(reply::ok(&view::me(agent, &queues, &center)))
}

fn listener(call: &Call) -> Result<Listener> {
    Ok(Listener { agent: call.agent_id()?.clone(), supervises: call.supervises() })
}

async fn edit(call: &Call) -> Result<Reply> {
    let patch: PatchContact = call.asked.json()?;
    Ok(reply::ok(&contact::edit(&call.sql, now(), &call.contact(), patch).await?))
}

async fn history(call: &Call) -> Result<Reply> {
    let query = &call.asked.query;
    let (before, limit) = (number(query, "before")?, number(query, "limit")?);
    let center = Center::load(&call.sql, Default::default()).await?;
    Ok(reply::ok(&contact::history(&call.sql, &center, &call.contact(), before, limit).await?))
}

async fn unmerge(call: &Call) -> Result<Reply> {
    let Unmerge { merge_id } = call.asked.json()?;
    Ok(reply::ok(&contact::unmerge(&call.sql, now(), &call.contact(), &merge_id).await?))
}
