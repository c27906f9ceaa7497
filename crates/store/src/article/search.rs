//! Articles by a question in plain words, and in their order.
//!
//! Both databases are asked the same: which texts have each word of the question, and which have it in their
//! title or keywords. Of that the score is made (`domain`'s `article/question.rs`), so it is equal on both;
//! among equals the database's own rank decides, bm25 or `ts_rank_cd`, in which a word of the title counts
//! eight times and a keyword four times as much as one of the body.

use super::{Article, COLUMNS, TEXT_COLUMNS, Text, article, text, within};
use crate::{
    parameters,
    port::{Dialect, Result, Row, Sql, Value, list},
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
    let weights = weigh(sql, search).await?;
    let mut parameters = places(locales);
    let mut parts = vec![];
    for (term, weight) in terms.iter().zip(&weights) {
        let in_body = i64::from(*weight) * i64::from(BODY_PERCENT) / 100;
        for (place, weight) in [(Place::Anywhere, in_body), (Place::Head, i64::from(*weight) - in_body)] {
            parameters.extend([Value::Integer(weight), Value::Text(condition(sql.dialect(), term, place))]);
            parts.push(part(sql.dialect(), place, parameters.len()));
        }
    }
    parameters.push(Value::Integer(limit));
    let (shown, limit) = (shown(locales, scope), parameters.len());
    let statement = format!(
        "WITH shown AS ({shown}), hit AS ({}),
        best AS (
            SELECT h.number, CAST(SUM(h.weight) AS BIGINT) AS score, SUM(h.rank) AS rank
            FROM hit h JOIN shown s ON s.number = h.number GROUP BY h.number)
        SELECT {COLUMNS}, {TEXT_COLUMNS}, b.score
        FROM best b JOIN article_text t ON t.number = b.number JOIN article a ON a.id = t.article_id
        ORDER BY b.score DESC, b.rank DESC, a.id LIMIT ${limit}",
        parts.join(" UNION ALL ")
    );
    let rows = sql.query(&statement, &parameters).await?;
    Ok((rows.iter().map(found).collect::<Result<_>>()?, weights))
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
    let mut parameters = places(locales);
    parameters.extend_from_slice(parameters![after, limit]);
    let statement = format!(
        "WITH shown AS ({})
        SELECT {COLUMNS}, {TEXT_COLUMNS}, 0
        FROM shown s JOIN article_text t ON t.number = s.number JOIN article a ON a.id = t.article_id
        WHERE a.id > ${} ORDER BY a.id LIMIT ${}",
        shown(locales, scope),
        parameters.len() - 1,
        parameters.len()
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
    let mut parameters = places(locales);
    let mut parts = vec!["SELECT -1, COUNT(*) FROM shown".to_owned()];
    for (number, term) in terms.iter().enumerate() {
        parameters.push(Value::Text(condition(sql.dialect(), term, Place::Anywhere)));
        let (key, matches) = matching(sql.dialect(), parameters.len());
        parts.push(format!(
            "SELECT {number}, COUNT(*) FROM shown WHERE number IN (SELECT {key} FROM article_search WHERE {matches})"
        ));
    }
    let statement = format!("WITH shown AS ({}) {}", shown(locales, scope), parts.join(" UNION ALL "));
    let (mut total, mut counts) = (0, vec![0; terms.len()]);
    for row in sql.query(&statement, &parameters).await? {
        let (number, count): (i64, u64) = (row.get(0)?, row.get(1)?);
        match usize::try_from(number).ok().and_then(|number| counts.get_mut(number)) {
            Some(of_term) => *of_term = count,
            None => total = count,
        }
    }
    Ok(weights(total, &counts))
}

/// The locales, which [`shown`] names as the first parameters.
fn places(locales: &[&str]) -> Vec<Value> {
    locales.iter().map(|locale| Value::from(*locale)).collect()
}

/// One text of each article: that in the first locale that it has.
fn shown(locales: &[&str], scope: Scope) -> String {
    let order: Vec<String> =
        (1..=locales.len()).map(|number| format!("WHEN ${number} THEN {number}")).collect();
    format!(
        "SELECT number FROM (
            SELECT t.number, ROW_NUMBER() OVER (PARTITION BY t.article_id
                ORDER BY CASE t.locale {} END) AS place
            FROM article_text t JOIN article a ON a.id = t.article_id
            WHERE t.locale IN {} AND {}) AS ranked
        WHERE place = 1",
        order.join(" "),
        list(&places(locales)),
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
fn matching(dialect: Dialect, number: usize) -> (&'static str, String) {
    match dialect {
        Dialect::Sqlite => ("rowid", format!("article_search MATCH ${number}")),
        Dialect::Postgres => ("number", format!("words @@ CAST(CAST(${number} AS TEXT) AS TSQUERY)")),
    }
}

/// The texts that match the parameter `$number`, with the weight before it, and the database's own rank.
fn part(dialect: Dialect, place: Place, number: usize) -> String {
    let (key, matches) = matching(dialect, number);
    let rank = match (dialect, place) {
        (_, Place::Head) => "0.0".to_owned(),
        (Dialect::Sqlite, Place::Anywhere) => "-bm25(article_search, 8.0, 4.0, 1.0)".to_owned(),
        // Weights of D, C, B, A; 1: a long text has more words.
        (Dialect::Postgres, Place::Anywhere) => format!(
            "CAST(ts_rank_cd('{{0.125, 0.125, 0.5, 1.0}}', words, CAST(CAST(${number} AS TEXT) AS TSQUERY), 1)
                AS DOUBLE PRECISION)"
        ),
    };
    let weight = number - 1;
    format!(
        "SELECT {key} AS number, CAST(${weight} AS BIGINT) AS weight, {rank} AS rank FROM article_search WHERE {matches}"
    )
}

/// A term as the database's own query. Its forms have letters and digits only, so nothing that anybody writes
/// can be more than a word in it.
fn condition(dialect: Dialect, term: &Term, place: Place) -> String {
    let forms = term.forms.iter().map(|form| (form, false));
    let any: Vec<String> = forms
        .chain(term.prefix.iter().map(|prefix| (prefix, true)))
        .map(|(form, is_prefix)| match (dialect, is_prefix, place) {
            (Dialect::Sqlite, false, _) => format!("\"{form}\""),
            (Dialect::Sqlite, true, _) => format!("\"{form}\" *"),
            (Dialect::Postgres, false, Place::Anywhere) => format!("'{form}'"),
            (Dialect::Postgres, true, Place::Anywhere) => format!("'{form}':*"),
            (Dialect::Postgres, false, Place::Head) => format!("'{form}':AB"),
            (Dialect::Postgres, true, Place::Head) => format!("'{form}':*AB"),
        })
        .collect();
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
            let weighed = [(title, "A"), (keywords, "B"), (body, "D")];
            let words =
                weighed.iter().flat_map(|(words, weight)| words.iter().map(move |word| (word, weight)));
            let words: Vec<String> =
                words.zip(1..).map(|((word, weight), place)| format!("'{word}':{place}{weight}")).collect();
            let statement =
                "INSERT INTO article_search (number, words) VALUES ($1, CAST(CAST($2 AS TEXT) AS TSVECTOR))";
            sql.query(statement, parameters![number, words.join(" ")]).await?;
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
