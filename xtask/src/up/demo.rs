//! Fills the demo through the product's own API, as an administrator would.

use super::{demo_folder, secrets::random_hex};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::{fs, path::Path, time::Duration};
use ureq::{Agent, Body, http::Response};

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
    // Before the queues and accounts that lead to them.
    for flow in flows(&company, &demo_folder())? {
        flow.bring(address, token)?;
    }
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

/// A conversation flow of the company's.
#[derive(Debug, PartialEq)]
struct Flow {
    name: String,
    /// As the API takes it.
    setup: Value,
    /// What is published; none: the component is the flow.
    text: Option<String>,
}

/// The flows that the company lists: each a `file` below `folder`, or a component.
fn flows(company: &Value, folder: &Path) -> Result<Vec<Flow>> {
    let flow = |entry: &Value| {
        let name = entry["name"].as_str().context("a flow of company.toml has no name")?.to_owned();
        let text = match entry["file"].as_str() {
            Some(file) => {
                let file = folder.join(file);
                Some(fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?)
            }
            None => None,
        };
        let mut setup = json!({ "title": entry["title"], "scripted": text.is_some() });
        if let Some(runner) = entry.get("runner") {
            setup["runner"] = runner.clone();
        }
        Ok(Flow { name, setup, text })
    };
    company["flows"].as_array().into_iter().flatten().map(flow).collect()
}

impl Flow {
    /// Sets it up and publishes its text, unless that is what is published already.
    fn bring(&self, address: &str, token: &str) -> Result<()> {
        put(address, token, "flows", &json!(self.name), &self.setup)?;
        let Some(text) = &self.text else { return Ok(()) };
        let url = format!("{address}/api/flows/{}", self.name);
        let known = client(TIME).get(&url).header("authorization", format!("Bearer {token}")).call();
        let known: Value = known.with_context(|| format!("cannot get {url}"))?.body_mut().read_json()?;
        let revision = known["draft"]["revision"].as_u64().unwrap_or_default();
        let draft = json!({ "text": text, "revision": revision });
        let saved = put(address, token, "flows", &json!(format!("{}/draft", self.name)), &draft)?;
        if saved["published"] == true {
            return Ok(());
        }
        let url = format!("{url}/publish");
        let request = client(TIME).post(&url).header("authorization", format!("Bearer {token}"));
        taken("POST", &url, request.send_json(json!({})))?;
        Ok(())
    }
}

/// A call to the API.
const TIME: Duration = Duration::from_secs(30);

fn put(address: &str, token: &str, kind: &str, id: &Value, body: &Value) -> Result<Value> {
    let id = id.as_str().context("an entry of company.toml has no id")?;
    let url = format!("{address}/api/{kind}/{id}");
    let request = client(TIME).put(&url).header("authorization", format!("Bearer {token}"));
    taken("PUT", &url, request.send_json(body))
}

/// What the center answered, if it took what it was sent.
fn taken(method: &str, url: &str, answer: Result<Response<Body>, ureq::Error>) -> Result<Value> {
    let mut answer = answer.with_context(|| format!("cannot {method} {url}"))?;
    if !answer.status().is_success() {
        bail!("{method} {url}: {} {}", answer.status(), answer.body_mut().read_to_string()?);
    }
    Ok(answer.body_mut().read_json()?)
}

/// A refusal is an answer here, with the reason in its body.
fn client(timeout: Duration) -> Agent {
    Agent::config_builder().timeout_global(Some(timeout)).http_status_as_error(false).build().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flows_are_files_or_components() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("flows")).unwrap();
        fs::write(folder.path().join("flows/orders.toml"), "say = 'hola'\n").unwrap();
        let read = |text: &str| {
            let table: toml::Table = text.parse().unwrap();
            flows(&serde_json::to_value(table).unwrap(), folder.path())
        };
        let company = "[[flows]]\nname = 'main'\ntitle = 'Pedidos'\nfile = 'flows/orders.toml'\n\
            [[flows]]\nname = 'night'\ntitle = 'Noche'\nrunner = 'flow-night'\n";
        assert_eq!(
            read(company).unwrap(),
            [
                Flow {
                    name: "main".to_owned(),
                    setup: json!({ "title": "Pedidos", "scripted": true }),
                    text: Some("say = 'hola'\n".to_owned()),
                },
                Flow {
                    name: "night".to_owned(),
                    setup: json!({ "title": "Noche", "scripted": false, "runner": "flow-night" }),
                    text: None,
                },
            ]
        );
        assert_eq!(read("").unwrap(), []);
        assert!(read("[[flows]]\ntitle = 'x'\n").is_err());
        let lost = read("[[flows]]\nname = 'x'\nfile = 'gone.toml'\n").unwrap_err();
        assert!(lost.to_string().contains("gone.toml"), "{lost}");
    }

    #[test]
    fn the_demo_s_company_can_be_read() {
        let company = company().unwrap();
        assert!(!flows(&company, &demo_folder()).unwrap().is_empty(), "somebody answers first");
        for kind in ["queues", "agents", "dispositions", "accounts"] {
            assert!(!entries(&company, kind).unwrap().is_empty(), "{kind}");
        }
    }
}
