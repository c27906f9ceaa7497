//! `[[trigger.http]]`: which requests reach which component.

use super::component::{self, Component};
use super::reader::{Result, Value};
use std::collections::BTreeMap;

/// One HTTP trigger.
#[derive(Debug, Clone)]
pub struct Trigger {
    /// `None`: private, reached only by service chaining.
    pub route: Option<String>,
    pub endpoint: Endpoint,
    pub line: usize,
}

/// What answers.
#[derive(Debug, Clone)]
pub enum Endpoint {
    Component(String),
    Static(StaticResponse),
}

/// A fixed answer, given without running any component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticResponse {
    pub status: http::StatusCode,
    pub headers: http::HeaderMap,
    pub body: String,
}

/// Reads all triggers. Components that are defined inside a trigger are added to `components`.
pub(super) fn read(
    value: Option<Value<'_>>,
    components: &mut BTreeMap<String, Component>,
) -> Result<Vec<Trigger>> {
    let mut triggers = Vec::new();
    let Some(value) = value else { return Ok(triggers) };
    for (kind, list) in value.table()?.entries() {
        if kind != "http" {
            return Err(list.unavailable(
                &format!("a {kind} trigger"),
                "remove it: have the event posted to an HTTP route, which may be private",
            ));
        }
        for entry in list.list()? {
            triggers.push(http_trigger(&entry, triggers.len(), components)?);
        }
    }
    Ok(triggers)
}

fn http_trigger(
    entry: &Value<'_>,
    index: usize,
    components: &mut BTreeMap<String, Component>,
) -> Result<Trigger> {
    let mut table = entry.table()?;
    table.take("id");
    let route = route(&table.require("route")?)?;
    if let Some(executor) = table.take("executor") {
        let kind = executor.table()?.require("type")?.string()?;
        if kind != "http" {
            return Err(executor.unavailable(&format!("the {kind} executor"), "remove `executor`"));
        }
    }
    if let Some(wrapped) = table.take("dependencies")
        && !wrapped.is_empty()
    {
        return Err(wrapped.unavailable(
            "HTTP middleware",
            "have the component do it, or call the next component by service chaining",
        ));
    }
    let component = table.take("component");
    let fixed = table.take("static_response");
    let endpoint = match (component, fixed) {
        (Some(component), None) if component.is_string() => Endpoint::Component(component.string()?),
        (Some(inline), None) => {
            let id = format!("inline-{index}");
            components.insert(id.clone(), component::read(&inline)?);
            Endpoint::Component(id)
        }
        (None, Some(fixed)) => Endpoint::Static(static_response(&fixed)?),
        _ => {
            return Err(entry.error(
                "an HTTP trigger needs one of `component` and `static_response`",
                "write `component = \"ID\"`, or `static_response = { body = \"...\" }`",
            ));
        }
    };
    table.finish()?;
    Ok(Trigger { route, endpoint, line: entry.line() })
}

fn route(value: &Value<'_>) -> Result<Option<String>> {
    if !value.is_string() {
        let mut table = value.table()?;
        let private = table.require("private")?.boolean()?;
        table.finish()?;
        return match private {
            true => Ok(None),
            false => {
                Err(value.error("a route is a pattern, or `{ private = true }`", "write `route = \"/path\"`"))
            }
        };
    }
    let route = value.string()?;
    if route.starts_with("/.well-known/spin") {
        return Err(value.error(
            format!("route `{route}` is reserved for the host"),
            "choose a path outside /.well-known/spin",
        ));
    }
    Ok(Some(route))
}

fn static_response(value: &Value<'_>) -> Result<StaticResponse> {
    let mut table = value.table()?;
    let code = table.take("status_code");
    let status = match &code {
        None => http::StatusCode::OK,
        Some(code) => u16::try_from(code.integer()?)
            .ok()
            .and_then(|code| http::StatusCode::from_u16(code).ok())
            .ok_or_else(|| code.error("this is no HTTP status", "use a number from 200 to 599"))?,
    };
    let mut headers = http::HeaderMap::new();
    if let Some(list) = table.take("headers") {
        for (name, value) in list.table()?.entries() {
            let bad = || value.error(format!("`{name}` is no valid header"), "repair or remove it");
            let key = http::HeaderName::try_from(&name).map_err(|_| bad())?;
            let text = http::HeaderValue::try_from(value.string()?).map_err(|_| bad())?;
            headers.insert(key, text);
        }
    }
    let body = table.take("body").map(|body| body.string()).transpose()?.unwrap_or_default();
    table.finish()?;
    Ok(StaticResponse { status, headers, body })
}
