//! Articles by a question in plain words, and in their order.
//!
//! Both databases are asked the same: which texts have each word of the question, and which have it in their
//! title or keywords. Of that the score is made (`domain`'s `article/question.rs`), so it is equal on both;
//! among equals the database's own rank decides, bm25 or `ts_rank_cd`, in which a word of the title counts
//! eight times and a keyword four times as much as one of the body.

use super::{Article, COLUMNS, TEXT_COLUMNS, Text, article, text, within};
use crate::{
    parameters,
    port::{Dialect, Result, Row, Sql, Value},
};
use domain::article::{
    Scope,
    question::{BODY_PERCENT, Term, WHOLE, weights},
    word::{Language, forms, words},
};

/// One text of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Without its texts.
    pub article: Article,
    pub locale: String,
    pub text: Text,
    /// In parts of [`WHOLE`]; 0 where nothing was asked.
    pub score: u32,
}

/// What is looked for, and where.
#[derive(Debug, Clone, Copy)]
pub struct Search<'s> {
    /// Which of an article's texts is looked at: that in the first of these that it has. In none of them, it
    /// is not found.
    pub locales: &'s [&'s str],
    pub scope: Scope,
    pub terms: &'s [Term],
    pub limit: i64,
}

/// The locales that there are texts in.
pub async fn locales(sql: &impl Sql) -> Result<Vec<String>> {
    let rows = sql.query("SELECT DISTINCT locale FROM article_text ORDER BY locale", &[]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// The best first, with what each term weighed.
pub async fn search(sql: &impl Sql, search: Search<'_>) -> Result<(Vec<Found>, Vec<u32>)> {
    let Search { locales, scope, terms, limit } = search;
    if terms.is_empty() || locales.is_empty() {
        return Ok((vec![], vec![]));
    }
    let dialect = sql.dialect();
    let weights = weigh(sql, search).await?;
    let (mut parameters, mut parts) = (vec![], vec![]);
    for (term, weight) in terms.iter().zip(&weights) {
        let in_body = i64::from(*weight) * i64::from(BODY_PERCENT) / 100;
        for (place, weight) in [(Place::Anywhere, in_body), (Place::Head, i64::from(*weight) - in_body)] {
            parameters.extend([Value::Integer(weight), Value::Text(condition(dialect, term, place))]);
            parts.push(part(dialect, place, parameters.len()));
        }
    }
    let shown = shown(locales, scope, &mut parameters);
    let (cut, rank) = match dialect {
        Dialect::Sqlite => ("", "b.rank".to_owned()),
        Dialect::Postgres => {
            let any: Vec<String> =
                terms.iter().map(|term| condition(dialect, term, Place::Anywhere)).collect();
            parameters.push(Value::Text(any.join(" | ")));
            (POSTGRES_CUT, postgres_rank(parameters.len()))
        }
    };
    parameters.push(Value::Integer(limit));
    // What was found is found once: without statistics PostgreSQL would look for it at each text.
    let statement = format!(
        "WITH hit AS ({}),
        all_hits AS MATERIALIZED (
            SELECT number, CAST(SUM(weight) AS BIGINT) AS score, SUM(rank) AS rank FROM hit GROUP BY number),
        best AS (
            SELECT h.number, h.score, h.rank FROM all_hits h JOIN article_text t ON t.number = h.number
            JOIN article a ON a.id = t.article_id WHERE {} {cut})
        SELECT {COLUMNS}, {TEXT_COLUMNS}, b.score
        FROM best b JOIN article_text t ON t.number = b.number JOIN article a ON a.id = t.article_id
        ORDER BY b.score DESC, {rank} DESC, a.id LIMIT ${}",
        parts.join(" UNION ALL "),
        shown,
        parameters.len()
    );
    let rows = sql.query(&statement, &parameters).await?;
    Ok((rows.iter().map(found).collect::<Result<_>>()?, weights))
}

/// PostgreSQL reads all words of a text to rank it, so it ranks the best only.
const POSTGRES_CUT: &str = "ORDER BY h.score DESC, h.number LIMIT 200";

/// Weights of D, C, B, A; 1: a long text has more words. The parameter `$number` is what is looked for.
fn postgres_rank(number: usize) -> String {
    format!(
        "(SELECT ts_rank_cd('{{0.125, 0.125, 0.5, 1.0}}', f.words, CAST(CAST(${number} AS TEXT) AS TSQUERY), 1)
            FROM article_search f WHERE f.number = b.number)"
    )
}

/// All of them by their ids, those after `after`.
pub async fn page(
    sql: &impl Sql,
    locales: &[&str],
    scope: Scope,
    after: &str,
    limit: i64,
) -> Result<Vec<Found>> {
    if locales.is_empty() {
        return Ok(vec![]);
    }
    let mut parameters = vec![];
    let shown = shown(locales, scope, &mut parameters);
    parameters.extend_from_slice(parameters![after, limit]);
    let (after, limit) = (parameters.len() - 1, parameters.len());
    let statement = format!(
        "SELECT {COLUMNS}, {TEXT_COLUMNS}, 0 FROM article a JOIN article_text t ON t.article_id = a.id
        WHERE {shown} AND a.id > ${after} ORDER BY a.id LIMIT ${limit}"
    );
    sql.query(&statement, &parameters).await?.iter().map(found).collect()
}

fn found(row: &Row) -> Result<Found> {
    let score: u32 = row.get(15)?;
    Ok(Found { article: article(row)?, locale: row.get(10)?, text: text(row, 11)?, score: score.min(WHOLE) })
}

/// What each term weighs, by how many of the texts have it.
async fn weigh(sql: &impl Sql, search: Search<'_>) -> Result<Vec<u32>> {
    let Search { locales, scope, terms, .. } = search;
    let mut parameters = vec![];
    let shown = shown(locales, scope, &mut parameters);
    let mut parts = vec![format!(
        "SELECT -1, COUNT(*) FROM article_text t JOIN article a ON a.id = t.article_id WHERE {shown}"
    )];
    for (number, term) in terms.iter().enumerate() {
        parameters.push(Value::Text(condition(sql.dialect(), term, Place::Anywhere)));
        let (key, matches) = matching(sql.dialect(), Place::Anywhere, parameters.len());
        parts.push(format!(
            "SELECT {number}, COUNT(*) FROM article_search
            JOIN article_text t ON t.number = article_search.{key} JOIN article a ON a.id = t.article_id
            WHERE {matches} AND {shown}"
        ));
    }
    let (mut total, mut counts) = (0, vec![0; terms.len()]);
    for row in sql.query(&parts.join(" UNION ALL "), &parameters).await? {
        let (number, count): (i64, u64) = (row.get(0)?, row.get(1)?);
        match usize::try_from(number).ok().and_then(|number| counts.get_mut(number)) {
            Some(of_term) => *of_term = count,
            None => total = count,
        }
    }
    Ok(weights(total, &counts))
}

/// The condition on `article_text t` and `article a`: of each article the text in the first locale that it has.
/// It adds the locales to the parameters.
fn shown(locales: &[&str], scope: Scope, parameters: &mut Vec<Value>) -> String {
    let first = parameters.len() + 1;
    parameters.extend(locales.iter().map(|locale| Value::from(*locale)));
    let places = first..=parameters.len();
    let list: Vec<String> = places.clone().map(|place| format!("${place}")).collect();
    let order: Vec<String> = places.map(|place| format!("WHEN ${place} THEN {place}")).collect();
    let (list, order) = (list.join(", "), order.join(" "));
    format!(
        "t.locale IN ({list}) AND {} AND NOT EXISTS (SELECT 1 FROM article_text o
            WHERE o.article_id = t.article_id AND CASE o.locale {order} END < CASE t.locale {order} END)",
        within(scope)
    )
}

/// Where a word is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Anywhere,
    /// In the title or among the keywords.
    Head,
}

/// The number of a text in `article_search`, and what is asked there, by the parameter `$number`.
fn matching(dialect: Dialect, place: Place, number: usize) -> (&'static str, String) {
    let column = match place {
        Place::Anywhere => "words",
        Place::Head => "head",
    };
    match dialect {
        Dialect::Sqlite => ("rowid", format!("article_search MATCH ${number}")),
        Dialect::Postgres => ("number", format!("{column} @@ CAST(CAST(${number} AS TEXT) AS TSQUERY)")),
    }
}

/// The texts that match the parameter `$number`, with the weight before it and, in SQLite, its rank.
fn part(dialect: Dialect, place: Place, number: usize) -> String {
    let (key, matches) = matching(dialect, place, number);
    let rank = match (dialect, place) {
        (Dialect::Sqlite, Place::Anywhere) => "-bm25(article_search, 8.0, 4.0, 1.0)",
        (Dialect::Sqlite, Place::Head) | (Dialect::Postgres, _) => "0.0",
    };
    let weight = number - 1;
    format!(
        "SELECT {key} AS number, CAST(${weight} AS BIGINT) AS weight, {rank} AS rank
        FROM article_search WHERE {matches}"
    )
}

/// A term as the database's own query. Its forms have letters and digits only, so nothing that anybody writes
/// can be more than a word in it.
fn condition(dialect: Dialect, term: &Term, place: Place) -> String {
    let words = term.forms.iter().map(|form| match dialect {
        Dialect::Sqlite => format!("\"{form}\""),
        Dialect::Postgres => format!("'{form}'"),
    });
    let beginning = term.prefix.iter().map(|prefix| match dialect {
        Dialect::Sqlite => format!("\"{prefix}\" *"),
        Dialect::Postgres => format!("'{prefix}':*"),
    });
    let any: Vec<String> = words.chain(beginning).collect();
    match (dialect, place) {
        (Dialect::Postgres, _) => any.join(" | "),
        (Dialect::Sqlite, Place::Anywhere) => any.join(" OR "),
        (Dialect::Sqlite, Place::Head) => format!("{{title keywords}} : ({})", any.join(" OR ")),
    }
}

/// Makes the text `number` findable by what it says now.
pub(super) async fn index(sql: &impl Sql, number: i64, locale: &str, text: &Text) -> Result<()> {
    let language = Language::of(locale);
    let known =
        |text: &str| -> Vec<String> { words(text).flat_map(|(_, word)| forms(word, language)).collect() };
    let (title, keywords, body) = (known(&text.title), known(&text.keywords.join(" ")), known(&text.body));
    forget(sql, number).await?;
    match sql.dialect() {
        Dialect::Sqlite => {
            let statement =
                "INSERT INTO article_search (rowid, title, keywords, body) VALUES ($1, $2, $3, $4)";
            let [title, keywords, body] = [title, keywords, body].map(|words| words.join(" "));
            sql.query(statement, parameters![number, title, keywords, body]).await?;
        }
        Dialect::Postgres => {
            let in_head = title.len() + keywords.len();
            let weights = [vec!["A"; title.len()], vec!["B"; keywords.len()], vec!["D"; body.len()]].concat();
            let words = title.iter().chain(&keywords).chain(&body).zip(weights);
            let placed: Vec<String> =
                words.zip(1..).map(|((word, weight), place)| format!("'{word}':{place}{weight}")).collect();
            let head: Vec<&str> = placed.iter().take(in_head).map(String::as_str).collect();
            let (head, all) = (head.join(" "), placed.join(" "));
            let statement = "INSERT INTO article_search (number, head, words)
                VALUES ($1, CAST(CAST($2 AS TEXT) AS TSVECTOR), CAST(CAST($3 AS TEXT) AS TSVECTOR))";
            sql.query(statement, parameters![number, head, all]).await?;
        }
    }
    Ok(())
}

pub(super) async fn forget(sql: &impl Sql, number: i64) -> Result<()> {
    let statement = match sql.dialect() {
        Dialect::Sqlite => "DELETE FROM article_search WHERE rowid = $1",
        Dialect::Postgres => "DELETE FROM article_search WHERE number = $1",
    };
    sql.query(statement, parameters![number]).await?;
    Ok(())
}
