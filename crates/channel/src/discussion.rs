//! What stands in public: comments that can be hidden, liked and deleted, and the posts above them.

use crate::{
    codec::Codec,
    deliver::{World, explained, recorded},
    files,
    outbound::{Answer, ProviderRequest},
    received::Settings,
};
use domain::{
    comment::{Deed, Moderation, Post},
    due::Work,
    id::ConversationId,
    message::DeliveryError,
};
use shell::{
    failure::{Failure, Result},
    moderation,
};
use store::{
    account, comment, conversation,
    port::{Sql, transaction},
};

/// How a provider is asked about comments and posts.
pub trait Discussion {
    /// What can be done about a comment.
    fn moderation(&self) -> Moderation;

    /// The call that does `deed` to the comment.
    fn moderate(
        &self,
        deed: Deed,
        comment: &str,
        settings: &Settings,
    ) -> Result<ProviderRequest, DeliveryError>;

    /// The call that asks what a post is about.
    fn look_up(&self, post: &str, settings: &Settings) -> Result<ProviderRequest, DeliveryError>;

    /// The provider's answer to it. The picture has the address that [`crate::files::Files::at_hand`] takes.
    fn post(&self, body: &[u8]) -> Option<Post>;
}

/// Performs `work`: has the provider do what an agent wants. Gives what follows at once.
pub async fn moderate(
    sql: &impl Sql,
    world: &impl World,
    codec: &impl Codec,
    work: &Work,
) -> Result<Vec<Work>> {
    let Some(wanted) = moderation::wanted(sql, work).await? else { return Ok(vec![]) };
    let discussion = codec.discussion();
    let discussion = discussion.ok_or_else(|| Failure::NotFound(work.kind.as_str().to_owned()))?;
    let settings = world.settings(&wanted.account)?;
    let outcome = match discussion.moderate(wanted.deed, &wanted.comment, &settings) {
        Ok(request) => codec.interpret_for(&world.call(request).await, &settings),
        Err(error) => crate::outbound::Outcome::Failed { error },
    };
    let outcome = recorded(explained(outcome, codec, &settings));
    moderation::record(sql, world.now(), &wanted, &outcome).await
}

/// Performs `work`: keeps what a post is about, for whoever answers below it. It is looked up once, and a
/// post that cannot be had is no reason to bother anybody.
pub async fn fetch_post(sql: &impl Sql, world: &impl World, codec: &impl Codec, work: &Work) -> Result<()> {
    let found = conversation::find(sql, &ConversationId(work.subject.clone())).await?;
    let found = found.and_then(|conversation| Some((conversation.thread.clone()?, conversation)));
    let Some(((thread, conversation), discussion)) = found.zip(codec.discussion()) else {
        store::due::complete(sql, &work.id).await?;
        return Ok(());
    };
    let account = &conversation.account;
    if comment::post(sql, account, &thread).await?.is_some() {
        store::due::complete(sql, &work.id).await?;
        return Ok(());
    }
    let known = account::find(sql, account).await?;
    let known = known.ok_or_else(|| Failure::NotFound(format!("account {account}")))?;
    let settings = world.settings(&known)?;
    let answer = match discussion.look_up(&thread, &settings) {
        Ok(request) => world.call(request).await,
        Err(error) => return Ok(store::due::give_up(sql, &work.id, &error.text).await?),
    };
    let mut post = match answer {
        Answer::Response { status: 200..=299, body, .. } => discussion.post(&body).unwrap_or_default(),
        Answer::Response { status: status @ (408 | 425 | 429 | 500..), .. } => {
            return Err(Failure::Later(format!("the provider answered {status}")));
        }
        Answer::Response { .. } => Post::default(),
        Answer::NotReached { reason } | Answer::Lost { reason } => return Err(Failure::Later(reason)),
    };
    let now = world.now();
    if let Some(file) = post.picture.take() {
        post.picture = files::keep_copy(sql, world, codec, &settings, &conversation.id, file).await?;
    }
    transaction(sql, async |sql| {
        comment::put_post(sql, account, &thread, &post).await?;
        store::due::complete(sql, &work.id).await?;
        if let Some(open) = &conversation.open_interaction {
            store::interaction::tell(sql, now, open).await?;
        }
        Ok::<_, store::port::Error>(())
    })
    .await?;
    Ok(())
}
