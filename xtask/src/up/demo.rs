//! Fills the demo through the product's own API, as an administrator would.

use super::{demo_folder, secrets::random_hex};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::{fs, path::Path, time::Duration};
use ureq::Agent;

/// The secrets of a WhatsApp account. The demo has no number at Meta: random ones let nobody in.
const WHATSAPP_SECRETS: [&str; 3] = ["access_token", "secret", "verify_token"];

/// Asks until the database is there: the first question migrates it.
pub(crate) fn healthy(address: &str) -> Result<()> {
    let url = format!("{address}/health");
    let mut answer =
        client(Duration::from_secs(60)).get(&url).call().context("the server does not answer")?;
    if !answer.status().is_success() {
        bail!("the server is not healthy: {}", answer.body_mut().read_to_string()?);
    }
    Ok(())
}

/// Once for each data folder: what somebody changes in the demo stays changed.
pub(crate) fn set_up(address: &str, data: &Path, token: &str) -> Result<()> {
    let done = data.join("demo-company");
    if done.exists() {
        return Ok(());
    }
    println!("setting up the demo company …");
    let company = company()?;
    for queue in entries(&company, "queues")? {
        put(address, token, "queues", &queue["id"], queue)?;
    }
    for agent in entries(&company, "agents")? {
        let mut agent = agent.clone();
        agent["password"] = company["password"].clone();
        put(address, token, "agents", &agent["id"], &agent)?;
    }
    for disposition in entries(&company, "dispositions")? {
        put(address, token, "dispositions", &disposition["code"], disposition)?;
    }
    for article in entries(&company, "articles")? {
        put(address, token, "articles", &article["id"], article)?;
    }
    for account in entries(&company, "accounts")? {
        let mut account = account.clone();
        if account["channel"] == "whatsapp" {
            for name in WHATSAPP_SECRETS {
                account["secrets"][name] = json!(random_hex()?);
            }
        }
        put(address, token, "accounts", &account["id"], &account)?;
    }
    Ok(fs::write(done, "")?)
}

pub(crate) fn say_where(address: &str) -> Result<()> {
    let company = company()?;
    println!("  demo shop  {address}/demo/");
    let agents = entries(&company, "agents")?.iter();
    let logins = agents.map(|agent| format!("{} ({})", text(&agent["login"]), text(&agent["role"])));
    println!("  log in as  {}", logins.collect::<Vec<_>>().join(", "));
    println!("  password   {}", text(&company["password"]));
    Ok(())
}

fn company() -> Result<Value> {
    let file = demo_folder().join("company.toml");
    let content = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let table: toml::Table = content.parse().with_context(|| format!("{} is no TOML", file.display()))?;
    Ok(serde_json::to_value(table)?)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn entries<'a>(company: &'a Value, kind: &str) -> Result<&'a Vec<Value>> {
    company[kind].as_array().with_context(|| format!("company.toml has no {kind}"))
}

fn put(address: &str, token: &str, kind: &str, id: &Value, body: &Value) -> Result<()> {
    let id = id.as_str().context("an entry of company.toml has no id")?;
    let url = format!("{address}/api/{kind}/{id}");
    let request =
        client(Duration::from_secs(30)).put(&url).header("authorization", format!("Bearer {token}"));
    let mut answer = request.send_json(body).with_context(|| format!("cannot put {url}"))?;
    if !answer.status().is_success() {
        bail!("PUT {url}: {} {}", answer.status(), answer.body_mut().read_to_string()?);
    }
    Ok(())
}

/// A refusal is an answer here, with the reason in its body.
fn client(timeout: Duration) -> Agent {
    Agent::config_builder().timeout_global(Some(timeout)).http_status_as_error(false).build().into()
}
