//! How well accounts work: check-ups that come again and again, and what is found wrong, kept until its
//! source takes it back.
//!
//! A finding is said in the log when it begins and when it ends, and told to open desks; in between it is
//! silent, however often it is found.

use crate::{
    command::{Race, retrying},
    failure::Result,
    log, performer, unique,
};
use domain::{
    due::{Kind, Work},
    health::{Finding, REFUSED, Severity},
    id::AccountId,
    time::Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};
use store::{
    account::{self, Account},
    feed,
    health::{self, Found},
    port::{Sql, transaction},
};

/// Sources of findings that no question of a check-up has for its name.
pub const SENDING: &str = "sending";
pub const SIGNATURES: &str = "signatures";
pub const TRAFFIC: &str = "traffic";
pub const PROVIDER: &str = "provider";
pub const RENEWAL: &str = "renewal";

/// What a source finds now, instead of what it found before.
pub type Told = (&'static str, Vec<Finding>);

/// The work of an account that comes again and again: there is one of each kind.
pub fn recurring(now: Timestamp, kind: Kind, account: &Account) -> Work {
    Work {
        id: unique::id(now),
        kind,
        performer: performer::of_channel(&account.channel),
        subject: account.id.0.clone(),
        key: key(kind, &account.id),
        body: serde_json::json!({}),
        due_at: now,
        attempts: 0,
        trace: None,
    }
}

pub fn key(kind: Kind, account: &AccountId) -> String {
    format!("{}:{account}", kind.as_str())
}

/// Has an account looked at as soon as the dispatcher comes by.
pub async fn check_soon(sql: &impl Sql, now: Timestamp, account: &Account) -> Result<()> {
    Ok(store::due::schedule(sql, &recurring(now, Kind::CheckUp, account)).await?)
}

/// Plans a check-up for every account that has none: those of an older version, and what went wrong.
pub async fn plan(sql: &impl Sql, now: Timestamp) -> Result<()> {
    for account in account::without_work(sql, &key(Kind::CheckUp, &AccountId::from(""))).await? {
        check_soon(sql, now, &account).await?;
    }
    Ok(())
}

/// Records what sources find now.
pub async fn tell(sql: &impl Sql, now: Timestamp, account: &AccountId, told: &[Told]) -> Result<()> {
    let news =
        retrying(async || transaction(sql, async |sql| tell_within(sql, now, account, told).await).await)
            .await?;
    news.say(account);
    Ok(())
}

/// What began and what ended: to be said once it is committed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct News {
    pub begun: Vec<Finding>,
    pub ended: Vec<String>,
}

/// The same inside a transaction of the caller's, who says the news.
pub async fn tell_within(
    sql: &impl Sql,
    now: Timestamp,
    account: &AccountId,
    told: &[Told],
) -> Result<News, Race> {
    revise(sql, now, account, told, |_| true).await
}

/// The same, and takes back what sources found that are not asked any more: `stays` says whose findings
/// stand.
pub async fn revise(
    sql: &impl Sql,
    now: Timestamp,
    account: &AccountId,
    told: &[Told],
    stays: impl Fn(&str) -> bool,
) -> Result<News, Race> {
    let before = health::of(sql, account).await?;
    let mut after: Vec<Found> = before.iter().filter(|found| stays(&found.source)).cloned().collect();
    for (source, findings) in told {
        after.retain(|found| found.source != *source || said(&found.finding, findings));
        for finding in findings {
            let known = |found: &&mut Found| found.source == *source && found.finding.code == finding.code;
            match after.iter_mut().find(known) {
                Some(found) => found.finding = finding.clone(),
                None => after.push(Found {
                    account: account.clone(),
                    source: (*source).to_owned(),
                    since: now,
                    finding: finding.clone(),
                }),
            }
        }
    }
    if after == before {
        return Ok(News::default());
    }
    for gone in before.iter().filter(|found| !after.iter().any(|kept| same(kept, found))) {
        health::remove(sql, account, &gone.source, &gone.finding.code).await?;
    }
    for found in after.iter().filter(|found| !before.contains(found)) {
        health::put(sql, found).await?;
    }
    feed::publish(sql, now, feed::Entry::new(feed::Kind::Health)).await?;
    Ok(News::between(&before, &after))
}

fn said(finding: &Finding, findings: &[Finding]) -> bool {
    findings.iter().any(|other| other.code == finding.code)
}

fn same(one: &Found, other: &Found) -> bool {
    one.source == other.source && one.finding.code == other.finding.code
}

impl News {
    fn between(before: &[Found], after: &[Found]) -> Self {
        let codes = |list: &[Found]| {
            let codes = list.iter().map(|found| (found.finding.code.clone(), found.finding.severity));
            codes.collect::<BTreeSet<_>>()
        };
        let (old, new) = (codes(before), codes(after));
        let begun = after.iter().filter(|found| {
            let known = |(code, severity): &(String, Severity)| {
                *code == found.finding.code && *severity >= found.finding.severity
            };
            !old.iter().any(known)
        });
        let gone = |code: &String| !new.iter().any(|(other, _)| other == code);
        News {
            begun: begun.map(|found| found.finding.clone()).collect(),
            ended: old.into_iter().map(|(code, _)| code).filter(gone).collect(),
        }
    }

    pub fn say(&self, account: &AccountId) {
        for Finding { severity, code, text, .. } in &self.begun {
            let text = format!("account {account}: {code}: {text}");
            match severity {
                Severity::Alarm => log::alarm(text),
                Severity::Warning => log::warning(text),
            }
        }
        for code in &self.ended {
            log::info(format!("account {account}: {code} is over"));
        }
    }
}

/// A message was taken: whoever said that the account is refused is wrong by now. Mostly there is nothing
/// to take back, which is only looked up.
pub async fn works(sql: &impl Sql, now: Timestamp, account: &AccountId) -> Result<()> {
    let refused = |found: &Found| found.finding.code == REFUSED;
    if !health::of(sql, account).await?.iter().any(refused) {
        return Ok(());
    }
    let news = retrying(async || {
        transaction(sql, async |sql| {
            let before = health::of(sql, account).await?;
            for found in before.iter().filter(|found| refused(found)) {
                health::remove(sql, account, &found.source, REFUSED).await?;
            }
            feed::publish(sql, now, feed::Entry::new(feed::Kind::Health)).await?;
            let after: Vec<Found> = before.iter().filter(|found| !refused(found)).cloned().collect();
            Ok::<_, Race>(News::between(&before, &after))
        })
        .await
    })
    .await?;
    news.say(account);
    Ok(())
}

/// What is wrong with each account: what two sources found is one thing, as bad as the worse of them says,
/// and as old as the older.
pub async fn findings(sql: &impl Sql) -> Result<BTreeMap<AccountId, Vec<(Timestamp, Finding)>>> {
    let mut accounts = BTreeMap::<AccountId, Vec<(Timestamp, Finding)>>::new();
    for Found { account, since, finding, .. } in health::all(sql).await? {
        let list = accounts.entry(account).or_default();
        match list.iter_mut().find(|(_, known)| known.code == finding.code) {
            Some((earliest, known)) => {
                *earliest = since.min(*earliest);
                if finding.severity > known.severity {
                    *known = finding;
                }
            }
            None => list.push((since, finding)),
        }
    }
    for list in accounts.values_mut() {
        list.sort_by_key(|(since, finding)| (std::cmp::Reverse(finding.severity), *since));
    }
    Ok(accounts)
}
