//! Comparisons of ECMAScript as expressions of a flow. Whatever else it can say is not taken.

use std::{collections::BTreeSet, iter::Peekable, vec};

/// Bytes of an expression. Nobody compares so much at once.
const TEXT_MAX: usize = 2000;

/// What is known of the names in a document.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Keys that were pressed: text, which ECMAScript compares with numbers as if it were one.
    pub(super) digits: BTreeSet<String>,
    /// What sub-dialogs give back, whose parts are variables of their own here.
    pub(super) results: BTreeSet<String>,
}

/// Words that mean something in an expression of a flow.
const RESERVED: [&str; 10] = ["and", "or", "not", "in", "is", "if", "else", "none", "true", "false"];
/// Where a document keeps its variables; here they are all the flow's.
const SCOPES: [&str; 3] = ["dialog", "document", "application"];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// `order.state`.
    Name(String),
    Number(String),
    Text(String),
    Mark(&'static str),
}

/// Longer ones first.
const MARKS: [&str; 14] = ["===", "!==", "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "(", ")", "-"];

/// The same for a flow; `None`: it is more than names, values and comparisons.
pub(super) fn expression(text: &str, names: &Names) -> Option<String> {
    let text = Some(text).filter(|text| text.len() <= TEXT_MAX)?;
    let mut parsing = Parsing { tokens: tokens(text)?.into_iter().peekable(), names, depth: 0 };
    let all = parsing.any()?;
    parsing.tokens.next().is_none().then_some(all)
}

/// A name as it is called here.
pub(super) fn variable(text: &str, names: &Names) -> Option<String> {
    match tokens(text)?.as_slice() {
        [Token::Name(name)] => named(name, names),
        _ => None,
    }
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = vec![];
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let token = if let Some(mark) = MARKS.into_iter().find(|mark| rest.starts_with(mark)) {
            rest = rest.get(mark.len()..)?;
            Token::Mark(mark)
        } else if first == '\'' || first == '"' {
            let inside = rest.get(1..)?;
            let end = inside.find(first)?;
            let (text, after) = (inside.get(..end)?, inside.get(end + 1..)?);
            rest = after;
            Token::Text(Some(text).filter(|text| !text.contains('\\'))?.to_owned())
        } else {
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let word = rest.get(..end).filter(|word| !word.is_empty())?;
            rest = rest.get(end..)?;
            let is_number = first.is_ascii_digit() && word.bytes().all(|b| b.is_ascii_digit() || b == b'.');
            if is_number { Token::Number(word.to_owned()) } else { Token::Name(word.to_owned()) }
        };
        tokens.push(token);
        rest = rest.trim_start();
    }
    Some(tokens)
}

struct Parsing<'n> {
    tokens: Peekable<vec::IntoIter<Token>>,
    names: &'n Names,
    depth: u32,
}

impl Parsing<'_> {
    fn take(&mut self, mark: &str) -> bool {
        self.tokens.next_if(|token| matches!(token, Token::Mark(found) if *found == mark)).is_some()
    }

    fn any(&mut self) -> Option<String> {
        let mut all = self.every()?;
        while self.take("||") {
            all = format!("{all} or {}", self.every()?);
        }
        Some(all)
    }

    fn every(&mut self) -> Option<String> {
        let mut all = self.negated()?;
        while self.take("&&") {
            all = format!("{all} and {}", self.negated()?);
        }
        Some(all)
    }

    fn negated(&mut self) -> Option<String> {
        let mut is_negated = false;
        let mut negations = 0;
        while self.take("!") {
            is_negated = !is_negated;
            negations += 1;
        }
        let compared = self.compared(negations > 0)?;
        Some(if is_negated { format!("not {compared}") } else { compared })
    }

    /// `!a == b` is no comparison that anybody means.
    fn compared(&mut self, is_alone: bool) -> Option<String> {
        let left = self.operand()?;
        let mark = match self.tokens.peek() {
            Some(Token::Mark(mark @ ("==" | "!=" | "===" | "!==" | "<" | ">" | "<=" | ">=")))
                if !is_alone =>
            {
                *mark
            }
            Some(Token::Mark("==" | "!=" | "===" | "!==" | "<" | ">" | "<=" | ">=")) => return None,
            _ => return Some(left.text),
        };
        self.tokens.next();
        let right = self.operand()?;
        let sign = match mark {
            "===" => "==",
            "!==" => "!=",
            mark => mark,
        };
        // Of two texts each is as it is written; beside a number keys that were pressed are one.
        let (left_is_number, right_is_number) = (left.is_number, right.is_number);
        let (left, right) = (left.beside(right_is_number), right.beside(left_is_number));
        Some(format!("{left} {sign} {right}"))
    }

    fn operand(&mut self) -> Option<Operand> {
        let value = |text: String| Operand { text, is_number: false, is_digits: false };
        Some(match self.tokens.next()? {
            Token::Number(number) => {
                Operand { is_number: true, ..value(number.parse::<f64>().ok().map(|_| number)?) }
            }
            Token::Mark("-") => match self.tokens.next()? {
                Token::Number(number) => Operand { is_number: true, ..value(format!("-{number}")) },
                _ => return None,
            },
            Token::Text(text) if text.contains('\'') => value(format!("\"{text}\"")),
            Token::Text(text) => value(format!("'{text}'")),
            Token::Name(name) if name == "true" || name == "false" => value(name),
            Token::Name(name) => {
                let name = named(&name, self.names)?;
                Operand { is_digits: self.names.digits.contains(&name), ..value(name) }
            }
            Token::Mark("(") => {
                self.depth += 1;
                let inside = Some(self.depth).filter(|depth| *depth < 32).and_then(|_| self.any())?;
                self.depth -= 1;
                value(self.take(")").then(|| format!("({inside})"))?)
            }
            Token::Mark(_) => return None,
        })
    }
}

struct Operand {
    text: String,
    is_number: bool,
    is_digits: bool,
}

impl Operand {
    fn beside(self, number: bool) -> String {
        if number && self.is_digits { format!("{}|int", self.text) } else { self.text }
    }
}

fn named(name: &str, names: &Names) -> Option<String> {
    let parts: Vec<&str> = name.split('.').collect();
    let parts = match parts.as_slice() {
        [scope, rest @ ..] if SCOPES.contains(scope) && !rest.is_empty() => rest,
        parts => parts,
    };
    let parts = match parts {
        [result, rest @ ..] if names.results.contains(*result) && !rest.is_empty() => rest,
        parts => parts,
    };
    let is_name = |part: &&str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && !RESERVED.contains(part)
    };
    // `session.…` is the telephone platform's own; `undefined` and `null` are no names.
    let is_foreign = matches!(parts, ["session" | "undefined" | "null" | "typeof", ..]);
    // The length of a text.
    let (parts, length) = match parts {
        [rest @ .., "length"] if !rest.is_empty() => (rest, "|length"),
        parts => (parts, ""),
    };
    (!is_foreign && parts.iter().all(is_name)).then(|| parts.join(".") + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_are_taken_and_programs_are_not() {
        let names = Names { digits: ["pin".to_owned()].into(), results: ["found".to_owned()].into() };
        for (text, expected) in [
            ("x == 'a'", Some("x == 'a'")),
            ("x === \"it's\"", Some("x == \"it's\"")),
            ("confirm", Some("confirm")),
            ("!confirm && (a < 3 || b >= -1.5)", Some("not confirm and (a < 3 or b >= -1.5)")),
            ("pin == 1234", Some("pin|int == 1234")),
            ("pin == '1234'", Some("pin == '1234'")),
            ("1000 < pin", Some("1000 < pin|int")),
            ("pin.length != 4", Some("pin|length != 4")),
            ("dialog.x == document.y", Some("x == y")),
            ("found.name == 'a' && order.state", Some("name == 'a' and order.state")),
            ("!!x", Some("x")),
            ("true", Some("true")),
            ("", None),
            ("x =", None),
            ("x = 3", None),
            ("x == ", None),
            ("(x == 1", None),
            ("x == 1)", None),
            ("!x == 1", None),
            ("x == 1 == y", None),
            ("x + 1 > 2", None),
            ("f(x)", None),
            ("x[0] == 1", None),
            ("x ? y : z", None),
            ("session.connection.remote.uri == 'a'", None),
            ("lastresult$.confidence < 0.5", None),
            ("x == undefined", None),
            ("typeof x == 'string'", None),
            ("x == 'a\\'b'", None),
            ("x == 'a", None),
            ("in == 1", None),
            ("a..b", None),
            ("1.2.3 == x", None),
            ("x; y", None),
        ] {
            assert_eq!(expression(text, &names).as_deref(), expected, "{text}");
        }
        let deep = format!("{}x{}", "(".repeat(5000), ")".repeat(5000));
        assert_eq!(expression(&deep, &names), None);
        assert_eq!(expression(&"a && ".repeat(100_000), &names), None);
    }

    #[test]
    fn what_is_taken_can_be_computed() {
        for text in ["!a && (b < 3 || c >= -1.5)", "pin == 1234", "pin.length != 4", "x == \"it's\"", "!!x"] {
            let names = Names { digits: ["pin".to_owned()].into(), ..Names::default() };
            let taken = expression(text, &names).unwrap();
            assert!(crate::scope::names(&taken, true).is_ok(), "{taken}");
        }
    }
}
