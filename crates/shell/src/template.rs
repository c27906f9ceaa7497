//! The provider's templates: kept up to date, and filled in by whoever sends one.

use crate::{
    command::Race,
    failure::{Failure, Result},
    performer, unique,
};
use domain::{
    due::{Kind, Work},
    id::AccountId,
    message::{Attachment, Template},
    template::{Fault, Problem, Refusal, Status},
    time::Timestamp,
};
use std::collections::BTreeMap;
use store::{
    account::{self, Account},
    port::Sql,
    template,
};

/// The setting by which a provider groups accounts that share their templates.
pub const BUSINESS_ACCOUNT: &str = "business_account_id";

/// Several changes in so many milliseconds are one look.
const TOGETHER_MS: i64 = 10_000;

/// What somebody wants to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub name: String,
    pub language: String,
    /// By the places of its parameters: `body.1`.
    pub values: BTreeMap<String, String>,
    pub header: Option<Attachment>,
}

/// The template of `account` filled in, or what is wrong and where.
pub async fn filled(sql: &impl Sql, account: &AccountId, request: Request) -> Result<Template> {
    let Request { name, language, values, header } = request;
    let definition = template::find(sql, account, &name, &language).await?;
    let unknown = || Failure::NotFound(format!("template {name} in {language}"));
    let definition = definition.ok_or_else(unknown)?;
    definition.fill(&values, header).map_err(|refusal| match refusal {
        Refusal::Status(status) => Failure::Conflict(format!("the template is {}", word(status))),
        Refusal::Values(faults) => {
            let faults: Vec<String> = faults.iter().map(told).collect();
            Failure::BadRequest(faults.join("; "))
        }
    })
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Approved => "approved",
        Status::Pending => "not approved yet",
        Status::Rejected => "rejected by the provider",
        Status::Paused => "paused by the provider",
        Status::Disabled => "disabled by the provider",
        Status::Unfillable => "of a kind that cannot be sent from here",
    }
}

fn told(fault: &Fault) -> String {
    let Fault { place, problem } = fault;
    match problem {
        Problem::Missing => format!("{place} is missing"),
        Problem::TooLong(max) => format!("{place} has more than {max} characters"),
        Problem::Layout => format!("{place} has a line break, a tab or many spaces in a row"),
        Problem::Unknown => format!("the template has no place for this {place}"),
    }
}

/// The work of asking the provider what the account's templates are, at `at`.
pub fn sync(account: &Account, now: Timestamp, at: Timestamp) -> Work {
    Work {
        id: unique::id(now),
        kind: Kind::SyncTemplates,
        performer: performer::of_channel(&account.channel),
        subject: account.id.0.clone(),
        key: format!("sync_templates:{}:{}", account.id, at.0),
        body: serde_json::json!({}),
        due_at: at,
        attempts: 0,
        trace: None,
    }
}

/// The provider said that templates changed: every account that shares them looks, at the end of the ten
/// seconds, since what changes changes often, and a look that is under way may have been too early.
pub(crate) async fn changed(sql: &impl Sql, now: Timestamp, account: &Account) -> Result<Vec<Work>, Race> {
    let business = |account: &Account| account.settings.get(BUSINESS_ACCOUNT).cloned();
    let shared = business(account);
    let at = Timestamp((now.0.div_euclid(TOGETHER_MS) + 1) * TOGETHER_MS);
    let accounts = account::all(sql).await?;
    let looks = accounts.iter().filter(|other| {
        other.id == account.id
            || (other.channel == account.channel && shared.is_some() && business(other) == shared)
    });
    let work = looks.map(|account| sync(account, now, at)).collect();
    Ok(store::due::add(sql, now, work).await?)
}
