//! Ready answers: set up by administrators, read filled by agents.

use crate::{
    access::held,
    setup::{id, name},
};
use api::{
    queue::Labels,
    ready_answer::{ReadyAnswer, ReadyAnswerSetup},
};
use domain::{
    id::{AgentId, InteractionId},
    placeholder::fill,
};
use shell::{
    failure::{Failure, Result},
    placeholder::values,
};
use std::collections::{BTreeMap, BTreeSet};
use store::{account, contact, port::Sql, ready_answer};

const TEXT_MAX: usize = 10_000;
const SUBJECT_MAX: usize = 200;

pub async fn all(sql: &impl Sql) -> Result<Vec<ReadyAnswerSetup>> {
    Ok(ready_answer::all(sql).await?.into_iter().map(setup).collect())
}

pub async fn one(sql: &impl Sql, key: &str) -> Result<ReadyAnswerSetup> {
    let found = ready_answer::find(sql, key).await?;
    found.map(setup).ok_or_else(|| Failure::NotFound(format!("ready answer {key}")))
}

pub async fn put(sql: &impl Sql, key: &str, given: ReadyAnswerSetup) -> Result<ReadyAnswerSetup> {
    let stored = ready_answer::ReadyAnswer {
        id: id(key)?.to_owned(),
        name: name(&given.name)?.to_owned(),
        subject: texts(given.subject, SUBJECT_MAX)?,
        texts: texts(given.texts, TEXT_MAX)?,
        queues: given.queues.into_iter().collect(),
    };
    if stored.texts.is_empty() {
        return Err(Failure::BadRequest("a ready answer has a text in one language at least".to_owned()));
    }
    ready_answer::put(sql, &stored).await?;
    Ok(setup(stored))
}

pub async fn remove(sql: &impl Sql, key: &str) -> Result<()> {
    match ready_answer::remove(sql, key).await? {
        true => Ok(()),
        false => Err(Failure::NotFound(format!("ready answer {key}"))),
    }
}

/// Those that suit the interaction, filled for it.
pub async fn filled(sql: &impl Sql, agent: &AgentId, key: &InteractionId) -> Result<Vec<ReadyAnswer>> {
    let view = held(sql, agent, key).await?;
    let account = account::find(sql, &view.account).await?;
    let account = account.ok_or_else(|| Failure::Broken(format!("interaction {key} has no account")))?;
    let contact = contact::find(sql, &view.contact).await?;
    let values = values(sql, Some(agent), Some(key), &account, contact.as_ref()).await?;
    let locale = contact.and_then(|contact| contact.locale).unwrap_or_else(|| "es".to_owned());
    let suits = |queues: &BTreeSet<String>| {
        queues.is_empty() || view.queue.as_ref().is_some_and(|queue| queues.contains(&queue.0))
    };
    let all = ready_answer::all(sql).await?.into_iter().filter(|answer| suits(&answer.queues));
    let words = |texts: &BTreeMap<String, String>| {
        fill(in_language(texts, &locale), |place| values.get(place).cloned())
    };
    Ok(all
        .map(|answer| ReadyAnswer {
            subject: words(&answer.subject),
            text: words(&answer.texts),
            id: answer.id,
            name: answer.name,
        })
        .collect())
}

/// The text in the language of a tag (`pt-BR`), or else the first one there is.
fn in_language<'t>(texts: &'t BTreeMap<String, String>, tag: &str) -> &'t str {
    let primary = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let orders = [primary.as_str(), "es", "en", "pt"];
    orders.iter().find_map(|language| texts.get(*language)).map_or("", String::as_str)
}

fn texts(labels: Labels, limit: usize) -> Result<BTreeMap<String, String>> {
    let all = [("es", labels.es), ("en", labels.en), ("pt", labels.pt)];
    let written = all.into_iter().filter(|(_, text)| !text.trim().is_empty());
    written
        .map(|(language, text)| match text.chars().count() <= limit {
            true => Ok((language.to_owned(), text.trim().to_owned())),
            false => Err(Failure::BadRequest(format!("the text has more than {limit} characters"))),
        })
        .collect()
}

fn setup(stored: ready_answer::ReadyAnswer) -> ReadyAnswerSetup {
    let labels = |mut texts: BTreeMap<String, String>| {
        let mut of = |language: &str| texts.remove(language).unwrap_or_default();
        Labels { es: of("es"), en: of("en"), pt: of("pt") }
    };
    ReadyAnswerSetup {
        id: stored.id,
        name: stored.name,
        subject: labels(stored.subject),
        texts: labels(stored.texts),
        queues: stored.queues.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contact_s_language_or_the_first_there_is() {
        let texts: BTreeMap<_, _> =
            [("en", "Hello"), ("pt", "Olá")].map(|(tag, text)| (tag.to_owned(), text.to_owned())).into();
        for (tag, expected) in
            [("pt-BR", "Olá"), ("EN", "Hello"), ("es", "Hello"), ("fr", "Hello"), ("", "Hello")]
        {
            assert_eq!(in_language(&texts, tag), expected, "{tag}");
        }
        assert_eq!(in_language(&BTreeMap::new(), "es"), "");
    }
}
