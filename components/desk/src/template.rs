//! The provider's templates: which can be sent, and what they are.

use crate::{access, view};
use domain::{
    id::{AccountId, AgentId, InteractionId},
    template::Status,
};
use http::StatusCode;
use shell::{
    command::{Race, retrying},
    failure::{Failure, Result},
    platform::{
        attempt::attempt,
        center::now,
        reply::{self, Reply},
    },
    template,
};
use store::{
    account::{self, Account},
    port::{Sql, transaction},
    template as stored,
};

/// Those that an agent may send in an interaction of theirs.
pub(crate) async fn sendable(sql: &impl Sql, agent: &AgentId, id: &InteractionId) -> Result<Reply> {
    let view = access::held(sql, agent, id).await?;
    let all = stored::all(sql, &view.account).await?.into_iter();
    let sendable = all.filter(|definition| definition.status == Status::Approved);
    Ok(reply::ok(&sendable.map(view::template).collect::<Vec<_>>()))
}

pub(crate) async fn of_account(sql: &impl Sql, id: &str) -> Result<Reply> {
    let account = existing(sql, id).await?;
    let all = stored::all(sql, &account.id).await?.into_iter();
    Ok(reply::ok(&all.map(view::template).collect::<Vec<_>>()))
}

/// Looks at what the provider has; what it finds is there a moment later.
pub(crate) async fn sync(sql: &impl Sql, id: &str) -> Result<Reply> {
    let account = existing(sql, id).await?;
    let now = now();
    let work = retrying(async || {
        transaction(sql, async |sql| {
            let look = template::sync(&account, now, now);
            Ok::<_, Race>(store::due::add(sql, now, vec![look]).await?)
        })
        .await
    });
    attempt(work.await?);
    Ok(reply::empty(StatusCode::ACCEPTED))
}

async fn existing(sql: &impl Sql, id: &str) -> Result<Account> {
    let account = account::find(sql, &AccountId::from(id)).await?;
    account.ok_or_else(|| Failure::NotFound(format!("account {id}")))
}
