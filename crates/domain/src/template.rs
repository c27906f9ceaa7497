//! Templates: words that a provider approved beforehand, with places for what differs from one message to
//! the next. Filling one in is checked here, so that a mistake is told to whoever makes it and not, by a
//! code, from the provider.

use crate::message::{Attachment, Template, TemplateParameter};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A template as its provider knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    pub name: String,
    /// Exactly as it was approved: `es_ES`, `pt_BR`.
    pub language: String,
    pub category: Category,
    pub status: Status,
    /// The provider's word where the status needs one: why it was rejected, how its quality is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub parts: Vec<Part>,
}

/// What it may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Advertising: only to who did not opt out of it.
    Marketing,
    /// About something that the contact asked for or bought.
    Utility,
    /// One-time codes.
    Authentication,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Approved,
    /// The provider has not decided.
    Pending,
    Rejected,
    /// Stopped for some hours, because people complained.
    Paused,
    /// Stopped for good, or taken away.
    Disabled,
    /// Approved, and it has parts that cannot be filled in here.
    Unfillable,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// `header`, `body`, `footer`; a button's kind and number, as `url:0`.
    pub place: String,
    /// With a mark for each parameter: `{{1}}`, `{{order}}`. What a button says is in `title`.
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The kind of file that stands there: `image`, `video`, `document`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
}

/// A place to be filled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// As it stands between the braces: its number or its name.
    pub mark: String,
    /// Whether the template names its parameters; else their order counts.
    pub named: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// In characters.
    pub max: usize,
}

/// What is wrong with one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It is not there, or is empty.
    Missing,
    /// So many characters at most.
    TooLong(usize),
    /// A line break, a tab, or more than four spaces in a row: providers refuse them inside a template.
    Layout,
    /// The template has no such place.
    Unknown,
}

/// What is wrong, and where: `body.1`, `header`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub place: String,
    pub problem: Problem,
}

/// Why a template cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The provider does not let it out now.
    Status(Status),
    Values(Vec<Fault>),
}

/// No parameter with more spaces in a row is taken.
const SPACES_MAX: usize = 4;

impl Part {
    /// What a value for one of its parameters is given under: `body.1`.
    pub fn value_of(&self, parameter: &Parameter) -> String {
        format!("{}.{}", self.place, parameter.mark)
    }
}

impl Definition {
    /// The template with its values, by the names of their places (`body.1`, `header.name`, `url:0.1`), and
    /// the file of its header.
    pub fn fill(
        &self,
        values: &BTreeMap<String, String>,
        header: Option<Attachment>,
    ) -> Result<Template, Refusal> {
        if self.status != Status::Approved {
            return Err(Refusal::Status(self.status));
        }
        let faults = self.faults(values, header.as_ref());
        if !faults.is_empty() {
            return Err(Refusal::Values(faults));
        }
        let value = |part: &Part, parameter: &Parameter| {
            values.get(&part.value_of(parameter)).map(|value| value.trim().to_owned()).unwrap_or_default()
        };
        let filled = |part: &Part| {
            part.parameters.iter().fold(part.text.clone(), |text, parameter| {
                text.replace(&format!("{{{{{}}}}}", parameter.mark), &value(part, parameter))
            })
        };
        let words = self.parts.iter().filter(|part| part.title.is_none()).map(filled);
        let text = words.filter(|words| !words.is_empty()).collect::<Vec<_>>().join("\n\n");
        let parameters = self.parts.iter().flat_map(|part| {
            part.parameters.iter().map(|parameter| TemplateParameter {
                part: part.place.clone(),
                name: parameter.named.then(|| parameter.mark.clone()),
                value: value(part, parameter),
            })
        });
        Ok(Template {
            name: self.name.clone(),
            language: self.language.clone(),
            parameters: parameters.collect(),
            text,
            marketing: self.category == Category::Marketing,
            header,
        })
    }

    fn faults(&self, values: &BTreeMap<String, String>, header: Option<&Attachment>) -> Vec<Fault> {
        let mut faults = vec![];
        let mut known = vec![];
        for part in &self.parts {
            if let Some(kind) = &part.file {
                let problem = match header {
                    None => Some(Problem::Missing),
                    Some(file) if file.kind != *kind => Some(Problem::Unknown),
                    Some(_) => None,
                };
                faults.extend(problem.map(|problem| Fault { place: part.place.clone(), problem }));
            }
            for parameter in &part.parameters {
                let place = part.value_of(parameter);
                let problem = problem(values.get(&place), parameter.max);
                faults.extend(problem.map(|problem| Fault { place: place.clone(), problem }));
                known.push(place);
            }
        }
        if header.is_some() && self.parts.iter().all(|part| part.file.is_none()) {
            faults.push(Fault { place: "header".to_owned(), problem: Problem::Unknown });
        }
        let unknown = values.keys().filter(|place| !known.contains(place));
        faults.extend(unknown.map(|place| Fault { place: place.clone(), problem: Problem::Unknown }));
        faults
    }
}

fn problem(value: Option<&String>, max: usize) -> Option<Problem> {
    let Some(value) = value.map(|value| value.trim()).filter(|value| !value.is_empty()) else {
        return Some(Problem::Missing);
    };
    if max < value.chars().count() {
        Some(Problem::TooLong(max))
    } else if value.contains(['\n', '\r', '\t']) || value.contains(&" ".repeat(SPACES_MAX + 1)) {
        Some(Problem::Layout)
    } else {
        None
    }
}

/// The marks in a template's text, each once, in the order in which they stand: `{{1}}` gives `1`.
pub fn marks(text: &str) -> Vec<String> {
    let mut marks: Vec<String> = vec![];
    for piece in text.split("{{").skip(1) {
        let Some((mark, _)) = piece.split_once("}}") else { continue };
        let is_mark = !mark.is_empty() && mark.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if is_mark && !marks.iter().any(|known| known == mark) {
            marks.push(mark.to_owned());
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(place: &str, text: &str) -> Part {
        let parameter = |mark: String| Parameter {
            named: mark.parse::<u32>().is_err(),
            mark,
            example: None,
            max: if place == "header" { 10 } else { 40 },
        };
        Part {
            place: place.to_owned(),
            text: text.to_owned(),
            title: place.contains(':').then(|| "Ver".to_owned()),
            file: None,
            parameters: marks(text).into_iter().map(parameter).collect(),
        }
    }

    fn definition(parts: Vec<Part>) -> Definition {
        Definition {
            name: "pedido".to_owned(),
            language: "es_ES".to_owned(),
            category: Category::Utility,
            status: Status::Approved,
            note: None,
            parts,
        }
    }

    fn values(values: &[(&str, &str)]) -> BTreeMap<String, String> {
        values.iter().map(|(place, value)| ((*place).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn all_its_places_are_filled() {
        let definition = definition(vec![
            part("header", "Pedido {{1}}"),
            part("body", "Hola, {{name}}: {{name}}, llega el {{day}}."),
            part("footer", "Tienda"),
            part("url:0", "https://tienda.example/{{1}}"),
        ]);
        let given =
            [("header.1", "77"), ("body.name", " Ana "), ("body.day", "lunes"), ("url:0.1", "77?x=1")];
        let filled = definition.fill(&values(&given), None).expect("fills");
        assert_eq!(filled.text, "Pedido 77\n\nHola, Ana: Ana, llega el lunes.\n\nTienda");
        let parameters: Vec<_> = filled
            .parameters
            .iter()
            .map(|parameter| (parameter.part.as_str(), parameter.name.as_deref(), parameter.value.as_str()))
            .collect();
        assert_eq!(
            parameters,
            [
                ("header", None, "77"),
                ("body", Some("name"), "Ana"),
                ("body", Some("day"), "lunes"),
                ("url:0", None, "77?x=1"),
            ]
        );
    }

    #[test]
    fn each_mistake_is_told_with_its_place() {
        let definition = definition(vec![part("header", "{{1}}"), part("body", "{{1}} {{2}} {{3}}")]);
        let given = [("header.1", "a very long one"), ("body.1", "  "), ("body.2", "a\nb"), ("body.9", "x")];
        let Err(Refusal::Values(faults)) = definition.fill(&values(&given), None) else {
            panic!("refused by its values")
        };
        let faults: Vec<_> = faults.iter().map(|fault| (fault.place.as_str(), &fault.problem)).collect();
        assert_eq!(
            faults,
            [
                ("header.1", &Problem::TooLong(10)),
                ("body.1", &Problem::Missing),
                ("body.2", &Problem::Layout),
                ("body.3", &Problem::Missing),
                ("body.9", &Problem::Unknown),
            ]
        );
    }

    #[test]
    fn a_file_stands_where_the_template_has_one() {
        let file = |kind: &str| Some(Attachment { kind: kind.to_owned(), ..Attachment::default() });
        let with = definition(vec![
            Part { file: Some("image".to_owned()), ..part("header", "") },
            part("body", "Hola"),
        ]);
        let without = definition(vec![part("body", "Hola")]);
        assert!(with.fill(&values(&[]), file("image")).is_ok_and(|filled| filled.header.is_some()));
        for (definition, file) in [(&with, None), (&with, file("video")), (&without, file("image"))] {
            let refused = definition.fill(&values(&[]), file.clone());
            assert!(matches!(refused, Err(Refusal::Values(faults)) if faults[0].place == "header"));
        }
    }

    #[test]
    fn only_what_is_approved_goes_out() {
        for status in
            [Status::Pending, Status::Rejected, Status::Paused, Status::Disabled, Status::Unfillable]
        {
            let definition = Definition { status, ..definition(vec![part("body", "Hola")]) };
            assert_eq!(definition.fill(&values(&[]), None), Err(Refusal::Status(status)));
        }
    }

    #[test]
    fn marks_are_what_stands_between_braces() {
        for (text, expected) in [
            ("", &[][..]),
            ("{{1}} {{2}} {{1}}", &["1", "2"]),
            ("{{order_id}}{{", &["order_id"]),
            ("{{ 1 }} {{}} {{a-b}}", &[]),
        ] {
            assert_eq!(marks(text), expected, "{text}");
        }
    }
}
