//! Reads what is asked of an agent, by recursive descent: the language is smaller than what a parser's
//! library would need to be told about it.

use super::{Expression, Needs, Step};
use crate::id::AgentId;
use std::time::Duration;

/// Longer than anybody writes.
const TEXT_MAX: usize = 1000;
const DEPTH_MAX: usize = 20;
const LEVEL_MAX: u8 = 10;

/// Why a text says nothing that can be asked of an agent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {at}: {problem}")]
pub struct NoNeeds {
    /// Counted from 1.
    pub at: usize,
    pub problem: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Quoted(String),
    /// `>=`, `(`, `;` …
    Sign(&'static str),
}

/// The longer signs first.
const SIGNS: [&str; 13] = [">=", "<=", "==", ">", "<", "=", ":", "(", ")", ",", ";", "&", "|"];

struct Reader<'a> {
    text: &'a str,
    tokens: Vec<(usize, Token)>,
    next: usize,
}

pub(super) fn needs(text: &str) -> Result<Needs, NoNeeds> {
    let fail = |at: usize, problem: String| Err(NoNeeds { at, problem });
    if text.len() > TEXT_MAX {
        return fail(TEXT_MAX, format!("longer than {TEXT_MAX} bytes"));
    }
    let mut reader = Reader { text, tokens: tokens(text)?, next: 0 };
    let mut steps: Vec<Step> = vec![];
    while reader.next < reader.tokens.len() {
        if steps.last().is_some_and(|step| step.lasts.is_none()) {
            return reader.fail("the step before it lasts for ever: say how long, as in `for 30s`");
        }
        let expression = reader.one_of(0)?;
        let lasts = if reader.word("for") { Some(reader.duration()?) } else { None };
        if reader.next < reader.tokens.len() && !reader.sign(";") {
            return reader.fail("`and`, `or`, `for` or `;` is missing");
        }
        steps.push(Step { expression, lasts });
    }
    Ok(Needs { steps })
}

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, NoNeeds> {
    let mut tokens = vec![];
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { return Ok(tokens) };
        let at = text.len() - rest.len();
        let (token, after) = if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            (Token::Sign(sign), rest.get(sign.len()..))
        } else if first == '"' {
            let quoted = rest.get(1..).and_then(|inner| inner.split_once('"'));
            let Some((inner, after)) = quoted else {
                let at = place(text, at);
                return Err(NoNeeds { at, problem: "the quotation has no end".to_owned() });
            };
            (Token::Quoted(inner.to_owned()), Some(after))
        } else {
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            if length == 0 {
                let at = place(text, at);
                return Err(NoNeeds { at, problem: format!("{first:?} means nothing here") });
            }
            let (word, after) = rest.split_at(length);
            (Token::Word(word.to_owned()), Some(after))
        };
        tokens.push((at, token));
        rest = after.unwrap_or_default();
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || "_-.".contains(c)
}

/// The number of the character at a byte.
fn place(text: &str, byte: usize) -> usize {
    text.char_indices().take_while(|(at, _)| *at < byte).count() + 1
}

const WORDS: [&str; 6] = ["and", "or", "not", "for", "any", "agent"];

/// A name as it is written: in quotation marks where it would be read as something else. A quotation mark
/// in it, which nobody could write, is left out.
pub(super) fn quoted(name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(is_word) && !WORDS.contains(&name);
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "")) }
}

impl Reader<'_> {
    fn fail<T>(&self, problem: impl Into<String>) -> Result<T, NoNeeds> {
        let byte = self.tokens.get(self.next).map_or(self.text.len(), |(at, _)| *at);
        Err(NoNeeds { at: place(self.text, byte), problem: problem.into() })
    }

    fn sign(&mut self, sign: &str) -> bool {
        self.take(|token| matches!(token, Token::Sign(found) if *found == sign))
    }

    fn word(&mut self, word: &str) -> bool {
        self.take(|token| matches!(token, Token::Word(found) if found == word))
    }

    fn take(&mut self, wanted: impl Fn(&Token) -> bool) -> bool {
        let found = self.tokens.get(self.next).is_some_and(|(_, token)| wanted(token));
        self.next += usize::from(found);
        found
    }

    fn one_of(&mut self, depth: usize) -> Result<Expression, NoNeeds> {
        let mut parts = vec![self.all_of(depth)?];
        while self.word("or") || self.sign("|") {
            parts.push(self.all_of(depth)?);
        }
        Ok(joined(parts, Expression::One))
    }

    fn all_of(&mut self, depth: usize) -> Result<Expression, NoNeeds> {
        let mut parts = vec![self.part(depth)?];
        while self.word("and") || self.sign("&") || self.sign(",") {
            parts.push(self.part(depth)?);
        }
        Ok(joined(parts, Expression::All))
    }

    fn part(&mut self, depth: usize) -> Result<Expression, NoNeeds> {
        if depth > DEPTH_MAX {
            return self.fail("too deeply nested");
        }
        if self.word("not") {
            return Ok(Expression::Not(Box::new(self.part(depth + 1)?)));
        }
        if self.sign("(") {
            let inner = self.one_of(depth + 1)?;
            return if self.sign(")") { Ok(inner) } else { self.fail("`)` is missing") };
        }
        if self.word("any") {
            return Ok(Expression::Any);
        }
        if self.word("agent") {
            if !self.sign("=") && !self.sign(":") {
                return self.fail("`=` and the id of an agent are missing");
            }
            return Ok(Expression::Agent(AgentId(self.name()?)));
        }
        let name = self.name()?;
        self.levels(name)
    }

    fn name(&mut self) -> Result<String, NoNeeds> {
        let name = match self.tokens.get(self.next) {
            Some((_, Token::Quoted(name))) => name.clone(),
            Some((_, Token::Word(word))) if !WORDS.contains(&word.as_str()) => word.clone(),
            _ => return self.fail("the name of a skill is missing"),
        };
        self.next += 1;
        Ok(name)
    }

    fn levels(&mut self, name: String) -> Result<Expression, NoNeeds> {
        let comparison = [">=", "<=", "==", ">", "<", "=", ":"].into_iter().find(|sign| self.sign(sign));
        let Some(comparison) = comparison else {
            return Ok(Expression::Skill { name, least: 1, most: LEVEL_MAX });
        };
        let level = match self.tokens.get(self.next) {
            Some((_, Token::Word(word))) => word.parse::<u8>().ok().filter(|level| *level <= LEVEL_MAX),
            _ => None,
        };
        let Some(level) = level else { return self.fail(format!("a level is 0 to {LEVEL_MAX}")) };
        let (least, most) = match comparison {
            ">=" | ":" => (level, LEVEL_MAX),
            ">" => (level.saturating_add(1), LEVEL_MAX),
            "<=" => (0, level),
            "<" if level > 0 => (0, level - 1),
            "=" | "==" => (level, level),
            _ => return self.fail("no level is lower than 0"),
        };
        if least > LEVEL_MAX {
            return self.fail(format!("no level is higher than {LEVEL_MAX}"));
        }
        self.next += 1;
        Ok(Expression::Skill { name, least, most })
    }

    fn duration(&mut self) -> Result<Duration, NoNeeds> {
        let read = match self.tokens.get(self.next) {
            Some((_, Token::Word(word))) => word.parse::<jiff::SignedDuration>().ok(),
            _ => None,
        };
        match read.and_then(|duration| Duration::try_from(duration).ok()) {
            Some(duration) if duration > Duration::ZERO => {
                self.next += 1;
                Ok(duration)
            }
            _ => self.fail("a time such as 30s, 2m or 1h is missing"),
        }
    }
}

fn joined(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            join(parts)
        }
    }
}
