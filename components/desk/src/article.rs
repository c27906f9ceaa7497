//! Articles: written by supervisors, read by everybody who works here.

mod written;

use crate::query::{number, parameter};
use api::article::{
    Article, ArticleFigure, ArticleFigures, ArticleFound, ArticlePage, ArticleText, ArticleUsage, Mark,
    Marked,
};
use domain::{
    article::{Scope, State, fallback, is_stale, question::WHOLE, snippet::Snippet},
    id::AgentId,
    time::Timestamp,
};
use jiff::{civil::Date, tz::TimeZone};
use shell::{
    article::{FIRST_LOCALE, Look, Seen, look, page},
    command::{Race, retrying},
    failure::{Failure, Result},
};
use store::{
    article::{
        self as stored,
        usage::{self, Usage},
    },
    port::{Sql, transaction},
};

const PAGE_USUAL: usize = 20;
const PAGE_MAX: usize = 50;

/// How much of an article a list shows, in characters.
const SNIPPET_MAX: usize = 200;

/// Who reads.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'r> {
    /// They see drafts and what was withdrawn.
    pub writes: bool,
    /// `None` for the administrator's token.
    pub locale: Option<&'r str>,
    /// By the center's clock.
    pub today: Date,
}

/// The day at `now`.
pub fn day(now: Timestamp, zone: &TimeZone) -> Date {
    jiff::Timestamp::from_millisecond(now.0).unwrap_or_default().to_zoned(zone.clone()).date()
}

/// Answers the query of `GET /api/articles`.
pub async fn articles(sql: &impl Sql, reader: Reader<'_>, query: &str) -> Result<ArticlePage> {
    let question = parameter(query, "q");
    let locale = parameter(query, "locale");
    let limit = number(query, "limit")?.unwrap_or(PAGE_USUAL).clamp(1, PAGE_MAX);
    let wanted = Look {
        question: question.as_deref().unwrap_or_default(),
        locale: locale.as_deref().or(reader.locale).unwrap_or(FIRST_LOCALE),
        scope: scope(reader, query)?,
        everywhere: true,
        is_typed: true,
        at_most: limit,
        snippet_max: SNIPPET_MAX,
    };
    let show = |seen| found(seen, reader.today, question.is_some());
    if question.is_some() {
        let articles = look(sql, &wanted).await?.into_iter().map(show).collect();
        return Ok(ArticlePage { articles, next: None });
    }
    let after = parameter(query, "after").unwrap_or_default();
    let mut seen = page(sql, &Look { at_most: limit + 1, ..wanted }, &after).await?;
    let more = limit < seen.len();
    seen.truncate(limit);
    let next = seen.last().filter(|_| more).map(|seen| seen.found.article.id.clone());
    Ok(ArticlePage { articles: seen.into_iter().map(show).collect(), next })
}

fn scope(reader: Reader<'_>, query: &str) -> Result<Scope> {
    let audience = parameter(query, "audience").map(|name| written::audience(&name)).transpose()?;
    let state = parameter(query, "state").map(|name| written::state(&name)).transpose()?;
    match (reader.writes, state) {
        (true, state) => Ok(Scope { audience, state }),
        (false, None | Some(State::Published)) => Ok(Scope { audience, state: Some(State::Published) }),
        (false, Some(_)) => {
            Err(Failure::Forbidden("state: only a supervisor sees what is not published".to_owned()))
        }
    }
}

pub async fn one(sql: &impl Sql, reader: Reader<'_>, id: &str) -> Result<Article> {
    let found = stored::find(sql, id).await?;
    let seen = found.filter(|article| reader.writes || article.state == State::Published);
    seen.map(|article| shown(article, reader.today)).ok_or_else(|| not_found(id))
}

/// Adds or changes an article.
pub async fn put(
    sql: &impl Sql,
    now: Timestamp,
    today: Date,
    by: Option<&AgentId>,
    key: &str,
    given: Article,
) -> Result<Article> {
    let (seen, wanted) = (given.version, written::article(now, by, key, given)?);
    let kept = retrying(async || {
        transaction(sql, async |sql| {
            let before = stored::find(sql, key).await?;
            let version = before.as_ref().map_or(0, |before| before.version);
            if seen != 0 && seen != version {
                let told = format!("version: it is {version} by now, and not {seen}: look again");
                return Err(Race::from(Failure::Conflict(told)));
            }
            let (created_at, created_by) = match before {
                Some(before) => (before.created_at, before.created_by),
                None => (now, by.cloned()),
            };
            let article = stored::Article { version: version + 1, created_at, created_by, ..wanted.clone() };
            stored::put(sql, &article).await?;
            Ok(article)
        })
        .await
    })
    .await?;
    Ok(shown(kept, today))
}

pub async fn remove(sql: &impl Sql, id: &str) -> Result<()> {
    let removed =
        retrying(async || transaction(sql, async |sql| Ok::<_, Race>(stored::remove(sql, id).await?)).await);
    if removed.await? { Ok(()) } else { Err(not_found(id)) }
}

/// Answers the query of `GET /api/articles/figures`.
pub async fn figures(
    sql: &impl Sql,
    now: Timestamp,
    reader: Reader<'_>,
    query: &str,
) -> Result<ArticleFigures> {
    let missing = || Failure::BadRequest("from_ms is missing".to_owned());
    let from = Timestamp(number(query, "from_ms")?.ok_or_else(missing)?);
    let until = number(query, "until_ms")?.map_or(Timestamp(now.0.saturating_add(1)), Timestamp);
    if until <= from {
        return Err(Failure::BadRequest("until_ms is after from_ms".to_owned()));
    }
    let mut articles = vec![];
    for (id, usage) in usage::by_article(sql, from, until).await? {
        let article = stored::find(sql, &id).await?;
        let title = article.as_ref().and_then(|article| title(article, reader.locale));
        articles.push(ArticleFigure {
            title: title.unwrap_or_else(|| id.clone()),
            is_stale: article.is_some_and(|article| is_stale(article.review_by, reader.today)),
            id,
            usage: counted(usage),
        });
    }
    articles.sort_by(|one, other| (other.usage.shown, &one.id).cmp(&(one.usage.shown, &other.id)));
    let total = counted(usage::of_all(sql, from, until).await?);
    Ok(ArticleFigures { from_ms: from.0, until_ms: until.0, articles, total })
}

fn title(article: &stored::Article, locale: Option<&str>) -> Option<String> {
    let known: Vec<String> = article.texts.keys().cloned().collect();
    let near = fallback(&known, locale.unwrap_or(FIRST_LOCALE), FIRST_LOCALE);
    let locale = near.first().copied().or(known.first().map(String::as_str))?;
    article.texts.get(locale).map(|text| text.title.clone())
}

fn counted(usage: Usage) -> ArticleUsage {
    let Usage { shown, interactions, over, deflected, helped, not_helped } = usage;
    ArticleUsage { shown, interactions, over, deflected, helped, not_helped }
}

fn not_found(id: &str) -> Failure {
    Failure::NotFound(format!("article {id}"))
}

fn found(seen: Seen, today: Date, asked: bool) -> ArticleFound {
    let Seen { found, title, snippet } = seen;
    ArticleFound {
        locale: found.locale,
        title: marked(title),
        snippet: marked(snippet),
        score: asked.then(|| f64::from(found.score) / f64::from(WHOLE)),
        audience: found.article.audience.as_str().to_owned(),
        state: found.article.state.as_str().to_owned(),
        review_by: found.article.review_by.map(|date| date.to_string()),
        is_stale: is_stale(found.article.review_by, today),
        topics: found.article.topics.into_iter().collect(),
        url: found.text.url,
        updated_ms: found.article.updated_at.0,
        id: found.article.id,
    }
}

fn marked(snippet: Snippet) -> Marked {
    let mark = |mark: std::ops::Range<usize>| Mark { from: mark.start, until: mark.end };
    Marked { text: snippet.text, marks: snippet.marks.into_iter().map(mark).collect() }
}

fn shown(article: stored::Article, today: Date) -> Article {
    let text = |text: stored::Text| ArticleText {
        title: text.title,
        keywords: text.keywords,
        body: text.body,
        url: text.url,
    };
    Article {
        id: article.id,
        version: article.version,
        audience: article.audience.as_str().to_owned(),
        state: article.state.as_str().to_owned(),
        review_by: article.review_by.map(|date| date.to_string()),
        is_stale: is_stale(article.review_by, today),
        topics: article.topics.into_iter().collect(),
        texts: article.texts.into_iter().map(|(locale, given)| (locale, text(given))).collect(),
        created_ms: article.created_at.0,
        created_by: article.created_by.map(|agent| agent.0),
        updated_ms: article.updated_at.0,
        updated_by: article.updated_by.map(|agent| agent.0),
    }
}
