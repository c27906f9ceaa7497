//! Keeping an account's templates as its provider has them.

use crate::{
    codec::Codec,
    deliver::World,
    malformed::Malformed,
    outbound::{Answer, ProviderRequest},
    received::Settings,
};
use domain::{due::Work, id::AccountId, message::DeliveryError, template::Definition};
pub use shell::template::BUSINESS_ACCOUNT;
use shell::{
    command::{Race, retrying},
    failure::{Failure, Result},
    log,
};
use store::{
    account,
    port::{Sql, transaction},
    template,
};

/// How a provider lists the templates that it approved.
pub trait Templates {
    /// The call for a page of them: the first, or the one that the page before names. An error: the account
    /// does not say where they are.
    fn list(&self, settings: &Settings, page: Option<&str>) -> Result<ProviderRequest, DeliveryError>;

    /// What the call gave.
    fn listed(&self, body: &[u8]) -> Result<Listed, Malformed>;
}

/// A page of templates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    pub definitions: Vec<Definition>,
    /// A template that could not be read does not lose its neighbours.
    pub unread: Vec<Malformed>,
    pub next: Option<String>,
}

/// So many pages are asked for; nobody has as many templates.
const PAGES_MAX: usize = 60;

/// Performs `work`: puts what the provider has in the place of what we had.
pub async fn sync(sql: &impl Sql, world: &impl World, codec: &impl Codec, work: &Work) -> Result<()> {
    let id = AccountId::from(work.subject.as_str());
    let account = account::find(sql, &id).await?;
    let found = match (account, codec.templates()) {
        (Some(account), Some(templates)) => all(world, templates, &world.settings(&account)?).await?,
        _ => None,
    };
    let now = world.now();
    retrying(async || {
        transaction(sql, async |sql| {
            if store::due::complete(sql, &work.id).await?
                && let Some(definitions) = &found
            {
                template::replace(sql, &id, definitions, now).await?;
            }
            Ok::<_, Race>(())
        })
        .await
    })
    .await
}

/// All pages. `None`: the account does not say where its templates are.
async fn all(
    world: &impl World,
    templates: &dyn Templates,
    settings: &Settings,
) -> Result<Option<Vec<Definition>>> {
    let (mut definitions, mut page) = (vec![], None);
    for _ in 0..PAGES_MAX {
        let Ok(request) = templates.list(settings, page.as_deref()) else { return Ok(None) };
        let body = match world.call(request).await {
            Answer::Response { status: 200..=299, body, .. } => body,
            Answer::Response { status, .. } => {
                return Err(Failure::Later(format!("the provider answered {status}")));
            }
            Answer::NotReached { reason } | Answer::Lost { reason } => return Err(Failure::Later(reason)),
        };
        let listed = templates.listed(&body).map_err(|malformed| Failure::Later(malformed.to_string()))?;
        for malformed in &listed.unread {
            log::warning(format!("a template of the provider cannot be read: {malformed}"));
        }
        definitions.extend(listed.definitions);
        page = listed.next;
        if page.is_none() {
            break;
        }
    }
    Ok(Some(definitions))
}
