//! How well the accounts work, as supervisors see it.

use api::health::{ChannelFinding, ChannelHealth, FindingSeverity};
use domain::{
    health::{Finding, Severity},
    time::Timestamp,
};
use shell::{failure::Result, health};
use store::{
    account,
    health::{checked, last_event},
    port::Sql,
};

/// Every account, those with something wrong and those without.
pub async fn channels(sql: &impl Sql) -> Result<Vec<ChannelHealth>> {
    let (mut findings, mut checked) = (health::findings(sql).await?, checked(sql).await?);
    let mut channels = vec![];
    for account in account::all(sql).await? {
        let last = last_event(sql, &account.id).await?;
        let checked = checked.remove(&account.id).unwrap_or_default();
        let found = findings.remove(&account.id).unwrap_or_default();
        channels.push(ChannelHealth {
            account: account.id.0,
            channel: account.channel,
            name: account.name,
            checked_ms: checked.at.map(|at| at.0),
            last_event_ms: last.map(|at| at.0),
            facts: checked.facts,
            findings: found.into_iter().map(finding).collect(),
        });
    }
    Ok(channels)
}

fn finding((since, finding): (Timestamp, Finding)) -> ChannelFinding {
    let Finding { code, severity, until, parameters, text } = finding;
    let severity = match severity {
        Severity::Warning => FindingSeverity::Warning,
        Severity::Alarm => FindingSeverity::Alarm,
    };
    ChannelFinding { code, severity, since_ms: since.0, until_ms: until.map(|at| at.0), parameters, text }
}
