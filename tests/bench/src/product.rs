//! The product's programs as they are started here, and its account.

use crate::{
    client::Client,
    program::built,
    whatsapp::{ACCOUNT, SECRET},
};
use anyhow::Result;
use http::Method;
use serde_json::json;
use std::path::Path;
use tokio::process::Command;

pub(crate) const ADMIN_TOKEN: &str = "bench-admin-token";

/// As a user starts it.
pub(crate) fn up(root: &Path, data: &Path, graph: &str) -> Result<Command> {
    let mut command = Command::new(built("xtask")?);
    command.args(["up", "--no-build", "--demo", "--listen", "127.0.0.1:0"]);
    command.args(["--admin-token", ADMIN_TOKEN, "--data"]).arg(data);
    command.env("SPIN_VARIABLE_GRAPH_BASE_URL", graph).current_dir(root);
    Ok(command)
}

/// A host alone, over its own `data` and with the secrets that [`up`] has made in `first`.
pub(crate) fn host(root: &Path, data: &Path, first: &Path, listen: &str) -> Result<Command> {
    let mut command = Command::new(built("centralita")?);
    command.args(["up", "--listen", listen, "--data"]).arg(data).current_dir(root);
    command.arg("--env-file").arg(first.join("secrets.env")).env("SPIN_VARIABLE_ADMIN_TOKEN", ADMIN_TOKEN);
    Ok(command)
}

/// Gives the demo's WhatsApp account the secrets that webhooks are signed with here.
pub(crate) async fn configure(admin: &Client) -> Result<()> {
    let path = format!("/api/accounts/{ACCOUNT}");
    let mut account = admin.json(Method::GET, &path, None).await?;
    account["secrets"] = json!({ "secret": SECRET, "verify_token": "bench", "access_token": "bench" });
    admin.json(Method::PUT, &path, Some(&account)).await?;
    Ok(())
}
