//! `openapi.json` is made from the table of routes and the API's types; `UPDATE=1` writes it anew.

#![allow(clippy::unwrap_used, reason = "a test says what it expects")]

use desk::route::{Endpoint, Gives, Route, TABLE, Takes, Who};
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, env, fs, path::Path};
use utoipa::OpenApi;

/// Every type that a body is made of; those inside of others come along.
#[derive(OpenApi)]
#[openapi(components(schemas(
    api::admin::AccountSetup,
    api::admin::AgentSetup,
    api::admin::QueueSetup,
    api::agent::Activity,
    api::agent::Me,
    api::article::Article,
    api::article::ArticleFigures,
    api::article::ArticlePage,
    api::comment::Moderate,
    api::contact::Contact,
    api::contact::HistoryPage,
    api::event::Event,
    api::figures::Figures,
    api::figures::Metric,
    api::flow::Flow,
    api::flow::FlowChange,
    api::flow::FlowDraft,
    api::flow::FlowFigures,
    api::flow::FlowNow,
    api::flow::FlowSetup,
    api::flow::FlowVersion,
    api::flow::PublishFlow,
    api::flow::RollBackFlow,
    api::flow::RollOutFlow,
    api::flow::SaveFlowDraft,
    api::health::ChannelHealth,
    api::interaction::Interaction,
    api::message::Attachment,
    api::message::Message,
    api::message::MessagePage,
    api::problem::Problem,
    api::queue::Disposition,
    api::request::Dispose,
    api::request::LoggedIn,
    api::request::Login,
    api::request::MarkRead,
    api::request::PatchContact,
    api::consent::OptOut,
    api::consent::RecordOptOut,
    api::request::SendMessage,
    api::template::MessageTemplate,
    api::request::SetPresence,
    api::admin::CalendarImport,
    api::admin::CalendarImported,
    api::admin::CalendarMistake,
    api::interaction::Wait,
    api::interaction::Way,
    api::interaction::Part,
    api::interaction::Invitation,
    api::interaction::Remark,
    api::request::Invite,
    api::request::ChangePart,
    api::request::StepOut,
    api::rehearsal::FlowDiagram,
    api::rehearsal::FlowImport,
    api::rehearsal::FlowImported,
    api::rehearsal::FlowProblems,
    api::rehearsal::FlowText,
    api::rehearsal::Rehearsal,
    api::rehearsal::RehearsalQuestion,
    api::request::AddRemark,
    api::request::AskCallback,
    api::request::Prioritise,
    api::request::Transfer,
    api::request::Unmerge,
    api::snapshot::Desk,
    api::snapshot::Live,
    api::staffing::MixedStaffing,
    api::staffing::MixedStaffingQuestion,
    api::staffing::StaffingPlan,
    api::staffing::StaffingQuestion,
    api::webhook::FailedDelivery,
    api::webhook::Reprocess,
    api::webhook::ReprocessFinding,
    api::webhook::ReprocessPage,
    api::webhook::ReprocessReason,
    api::ready_answer::ReadyAnswer,
    api::ready_answer::ReadyAnswerSetup,
)))]
struct Schemas;

#[test]
fn the_document_is_up_to_date() {
    let made = serde_json::to_string_pretty(&document()).unwrap() + "\n";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    if env::var_os("UPDATE").is_some() {
        fs::write(&file, &made).unwrap();
    }
    let stored = fs::read_to_string(&file).unwrap();
    assert!(stored == made, "openapi.json is stale: run `UPDATE=1 cargo test -p desk`");
}

#[test]
fn every_route_is_in_it_and_every_reference_leads_somewhere() {
    let document = document();
    let mut ids = BTreeSet::new();
    for route in TABLE {
        let operation = &document["paths"][route.path][route.method.to_lowercase()];
        assert!(operation.is_object(), "{} {}", route.method, route.path);
        assert!(
            ids.insert(operation["operationId"].to_string()),
            "{} is there twice",
            operation["operationId"]
        );
    }
    for reference in references(&document) {
        let pointer = reference.strip_prefix('#').expect("it leads into the document");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => {
            let own = fields.get("$ref").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(fields.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => vec![],
    }
}

fn document() -> Value {
    let schemas = serde_json::to_value(Schemas::openapi()).unwrap()["components"]["schemas"].take();
    let mut paths = Map::new();
    for route in TABLE {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.to_lowercase()] = operation(route);
    }
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Centralita",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What the desk's screens can do, for programs. Instants are milliseconds since the Unix \
                epoch and end in `_ms`; a field that is absent is none. With the cookie instead of a token, what \
                changes something carries the header `X-Centralita: 1`.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of a session, or the administrator's",
                },
                "cookie": { "type": "apiKey", "in": "cookie", "name": "centralita" },
            },
            "responses": {
                "problem": {
                    "description": "Why it was not done (RFC 9457)",
                    "content": { "application/problem+json": { "schema": schema("Problem") } },
                },
            },
        },
    })
}

fn operation(route: &Route) -> Value {
    let status = if route.gives == Gives::Nothing { "204" } else { "200" };
    let mut operation = json!({
        "operationId": operation_id(route.endpoint),
        "summary": route.summary,
        "description": format!("For {}.", callers(route.who)),
        "responses": {
            status: answer(route),
            "default": { "$ref": "#/components/responses/problem" },
        },
    });
    let parameters = parameters(route);
    if !parameters.is_empty() {
        operation["parameters"] = Value::Array(parameters);
    }
    if let Some(body) = body(route.takes) {
        operation["requestBody"] = body;
    }
    operation["security"] = match route.who {
        Who::Anyone => json!([]),
        Who::Metrics => json!([{ "bearer": [] }]),
        _ => json!([{ "bearer": [] }, { "cookie": [] }]),
    };
    operation
}

/// `PutAgent` becomes `putAgent`.
fn operation_id(endpoint: Endpoint) -> String {
    let name = format!("{endpoint:?}");
    name[..1].to_lowercase() + &name[1..]
}

fn callers(who: Who) -> &'static str {
    match who {
        Who::Anyone => "everybody",
        Who::Member => "whoever is logged in",
        Who::Agent => "agents, supervisors and administrators, each at their own desk",
        Who::Supervisor => "supervisors and administrators",
        Who::Admin => "administrators",
        Who::Metrics => "the bearer of the token for metrics, or of the administrator's",
    }
}

fn parameters(route: &Route) -> Vec<Value> {
    let named = [("id", "string"), ("version", "integer")].into_iter().filter_map(|(name, kind)| {
        let is_there = route.path.contains(&format!("{{{name}}}"));
        let parameter = json!({ "name": name, "in": "path", "required": true, "schema": { "type": kind } });
        is_there.then_some(parameter)
    });
    let query = route.query.iter().map(|(name, about)| {
        let kind = if ["since", "before", "limit", "version"].contains(name) || name.ends_with("_ms") {
            "integer"
        } else {
            "string"
        };
        json!({ "name": name, "in": "query", "description": about, "schema": { "type": kind } })
    });
    named.chain(query).collect()
}

fn body(takes: Takes) -> Option<Value> {
    match takes {
        Takes::Nothing => None,
        Takes::Json(name) | Takes::Long(name) => {
            Some(json!({ "required": true, "content": { "application/json": { "schema": schema(name) } } }))
        }
        Takes::File => Some(json!({ "required": true, "content": { "*/*": {} } })),
    }
}

fn answer(route: &Route) -> Value {
    let json = |schema: Value| json!({ "description": "Done", "content": { "application/json": { "schema": schema } } });
    match route.gives {
        Gives::Nothing => json!({ "description": "Done" }),
        Gives::One(name) => json(schema(name)),
        Gives::Many(name) => json(json!({ "type": "array", "items": schema(name) })),
        Gives::Text => json(json!({ "type": "object" })),
        Gives::File => json!({ "description": "The file's bytes", "content": { "*/*": {} } }),
        Gives::Stream => json!({
            "description": "`event:` names it, `data:` is its JSON, `id:` is where to go on after it; a comment \
                each 15 seconds says that the line is alive. The schema Event shows both lines as one object.",
            "content": { "text/event-stream": { "schema": schema("Event") } },
        }),
    }
}

fn schema(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}
