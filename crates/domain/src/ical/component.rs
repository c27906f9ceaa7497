//! The outer form of a calendar (RFC 5545, section 3.1): folded lines, and what stands between `BEGIN` and
//! `END`.

use super::Mistake;

/// A content line: `NAME;PARAMETER=VALUE:value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Where it begins in the file, from 1.
    pub(super) number: usize,
    /// In capitals, as are the names of the parameters.
    pub(super) name: String,
    parameters: Vec<(String, String)>,
    pub(super) value: String,
}

impl Line {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(parameter, _)| parameter == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn mistake(&self, problem: impl Into<String>) -> Mistake {
        Mistake { line: self.number, problem: problem.into() }
    }

    /// A value of text without its escapes (section 3.3.11).
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let mut characters = self.value.chars();
        while let Some(character) = characters.next() {
            match (character, if character == '\\' { characters.next() } else { None }) {
                ('\\', Some('n' | 'N')) => text.push('\n'),
                ('\\', Some(escaped)) => text.push(escaped),
                (plain, _) => text.push(plain),
            }
        }
        text.trim().to_owned()
    }

    fn parse(number: usize, text: &str) -> Result<Self, Mistake> {
        let problem = || Mistake { line: number, problem: "no line such as NAME:value".to_owned() };
        let mut quoted = false;
        let ends = |character: char| {
            quoted ^= character == '"';
            character == ':' && !quoted
        };
        let colon = text.find(ends).ok_or_else(problem)?;
        let (head, value) = (text.get(..colon), text.get(colon + 1..));
        let (head, value) = (head.ok_or_else(problem)?, value.ok_or_else(problem)?);
        let mut quoted = false;
        let mut parts = head.split(|character: char| {
            quoted ^= character == '"';
            character == ';' && !quoted
        });
        let name = parts.next().unwrap_or_default().trim().to_uppercase();
        let named = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let parameter = |part: &str| {
            let (name, value) = part.split_once('=')?;
            Some((name.to_uppercase(), value.trim_matches('"').to_owned()))
        };
        let parameters = parts.filter_map(parameter).collect();
        named.then(|| Line { number, name, parameters, value: value.to_owned() }).ok_or_else(problem)
    }
}

/// What stands between a `BEGIN` and its `END`.
#[derive(Debug, Default)]
pub(super) struct Component {
    pub(super) kind: String,
    /// Of its `BEGIN`.
    pub(super) number: usize,
    pub(super) lines: Vec<Line>,
    pub(super) parts: Vec<Component>,
}

impl Component {
    pub(super) fn line(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name)
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Line> {
        self.lines.iter().filter(move |line| line.name == name)
    }
}

/// Calendars need three; a file with thousands is no calendar.
const DEPTH_MAX: usize = 8;

/// The components of a file, without those that have no end.
pub(super) fn read(text: &str, mistakes: &mut Vec<Mistake>) -> Vec<Component> {
    let mut open = vec![Component::default()];
    for (number, text) in unfolded(text) {
        let line = match Line::parse(number, &text) {
            Ok(line) => line,
            Err(mistake) => {
                mistakes.push(mistake);
                continue;
            }
        };
        let kind = line.value.trim().to_uppercase();
        match line.name.as_str() {
            "BEGIN" if open.len() > DEPTH_MAX => mistakes.push(line.mistake("too deep")),
            "BEGIN" => open.push(Component { kind, number, ..Component::default() }),
            "END" if open.iter().skip(1).any(|component| component.kind == kind) => {
                close(&mut open, &kind, mistakes);
            }
            "END" => mistakes.push(line.mistake(format!("END:{kind} without its BEGIN"))),
            _ => {
                if let Some(component) = open.last_mut() {
                    component.lines.push(line);
                }
            }
        }
    }
    // A file that was cut off: what is whole of it counts.
    while 1 < open.len() {
        without_end(&mut open, mistakes);
    }
    open.pop().map(|root| root.parts).unwrap_or_default()
}

/// Closes the innermost component of a kind; what is open inside of it has no end.
fn close(open: &mut Vec<Component>, kind: &str, mistakes: &mut Vec<Mistake>) {
    while open.last().is_some_and(|component| component.kind != kind) {
        without_end(open, mistakes);
    }
    if let (Some(component), Some(outer)) = (open.pop(), open.last_mut()) {
        outer.parts.push(component);
    }
}

fn without_end(open: &mut Vec<Component>, mistakes: &mut Vec<Mistake>) {
    let Some(component) = open.pop() else { return };
    let problem = format!("{} without its END", component.kind);
    mistakes.push(Mistake { line: component.number, problem });
    // A calendar that was cut off still has its events.
    if let (Some(outer), "VCALENDAR") = (open.last_mut(), component.kind.as_str()) {
        outer.parts.push(component);
    }
}

/// Logical lines with the number of their first one: what begins with a space or a tab goes on.
fn unfolded(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = vec![];
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (index, line) in text.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some((_, last))) => last.push_str(rest),
            _ if line.trim().is_empty() => {}
            _ => lines.push((index + 1, line.to_owned())),
        }
    }
    lines
}
