//! What a visitor is asked before the first message, by the account's setting `prechat`.
//!
//! The widget asks and the server checks: what is written on the interaction is only what the account asked
//! for. Name, e-mail and phone also say who the contact is, which is a claim like any other.

use crate::config::text_in;
use domain::contact::Identity;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// An attribute has no more (`wit/bot`).
const VALUE_CHARS_MAX: usize = 1_000;
const NAME_CHARS_MAX: usize = 64;
/// Longer forms are for a page of their own.
const FIELDS_MAX: usize = 20;

/// Attributes that only the channel writes.
const OURS: [&str; 3] = [shell::transcript::AFTER_HOURS, "customer", "page"];
/// Routes the work: a visitor may choose from what the account offers, and write nothing of their own.
const SKILLS: &str = domain::interaction::SKILLS;

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Field {
    pub kind: Kind,
    #[serde(default)]
    name: String,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    options: Vec<Choice>,
    /// What a consent is to.
    #[serde(default)]
    url: Option<String>,
    /// `label`, `label_en`, `label_pt`.
    #[serde(flatten)]
    texts: Map<String, Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Name,
    Email,
    Phone,
    Choice,
    Text,
    Consent,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Choice {
    value: String,
    #[serde(flatten)]
    texts: Map<String, Value>,
}

/// A field as the widget shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asked {
    pub name: String,
    pub kind: Kind,
    pub label: String,
    pub required: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Offered>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offered {
    pub value: String,
    pub label: String,
}

/// Why an answer is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    Missing,
    Invalid,
    TooLong,
}

/// What a visitor answered, as far as it can be taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers {
    pub attributes: BTreeMap<String, String>,
    pub name: Option<String>,
    pub email: Option<Identity>,
    pub phone: Option<Identity>,
    /// By the names of the fields.
    pub problems: BTreeMap<String, Problem>,
}

/// The fields of the setting. What is none is left out: a typing error must not close the chat.
pub fn fields(setting: Option<&Value>) -> Vec<Field> {
    let list = setting.and_then(Value::as_array).into_iter().flatten();
    let read = list.filter_map(|field| Field::deserialize(field).ok());
    read.filter(Field::is_askable).take(FIELDS_MAX).collect()
}

/// The same while nobody is there: whoever leaves a message says where the answer goes.
pub fn with_address(mut fields: Vec<Field>) -> Vec<Field> {
    match fields.iter_mut().find(|field| field.kind == Kind::Email) {
        Some(email) => email.required = true,
        None => fields.push(Field {
            kind: Kind::Email,
            name: String::new(),
            required: true,
            options: vec![],
            url: None,
            texts: Map::new(),
        }),
    }
    fields
}

impl Field {
    pub fn name(&self) -> &str {
        match self.kind {
            Kind::Name => "name",
            Kind::Email => "email",
            Kind::Phone => "phone",
            Kind::Consent if self.name.is_empty() => "consent",
            Kind::Choice | Kind::Text | Kind::Consent => &self.name,
        }
    }

    fn is_askable(&self) -> bool {
        let name = self.name();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        let fits = (1..=NAME_CHARS_MAX).contains(&name.len()) && name.bytes().all(plain);
        let own = OURS.contains(&name) || name == SKILLS && self.kind != Kind::Choice;
        fits && !own && (self.kind != Kind::Choice || !self.options.is_empty())
    }

    pub fn asked(&self, language: &str) -> Asked {
        let label = text_in(&self.texts, "label", language).map(str::to_owned);
        let offered = |choice: &Choice| Offered {
            label: text_in(&choice.texts, "label", language).unwrap_or(&choice.value).to_owned(),
            value: choice.value.clone(),
        };
        Asked {
            name: self.name().to_owned(),
            kind: self.kind,
            label: label.unwrap_or_else(|| default_label(self, language).to_owned()),
            required: self.required,
            options: self.options.iter().map(offered).collect(),
            url: self.link().map(str::to_owned),
        }
    }

    /// Only what a browser may open.
    fn link(&self) -> Option<&str> {
        self.url.as_deref().filter(|url| url.starts_with("https://") || url.starts_with("http://"))
    }
}

fn default_label<'a>(field: &'a Field, language: &str) -> &'a str {
    let [es, en, pt] = match field.kind {
        Kind::Name => ["Nombre", "Name", "Nome"],
        Kind::Email => ["Correo electrónico", "E-mail", "E-mail"],
        Kind::Phone => ["Teléfono", "Phone", "Telefone"],
        Kind::Consent => [
            "Acepto la política de privacidad",
            "I accept the privacy policy",
            "Aceito a política de privacidade",
        ],
        Kind::Choice | Kind::Text => [field.name(); 3],
    };
    match language {
        "en" => en,
        "pt" => pt,
        _ => es,
    }
}

/// Reads `given` by what was asked. `calling_code` is that of numbers without a country; `None`: they need one.
pub fn answers(fields: &[Field], given: &Map<String, Value>, calling_code: Option<&str>) -> Answers {
    let mut answers = Answers::default();
    for field in fields {
        let name = field.name();
        match answer(field, given.get(name), calling_code) {
            Ok(Some(value)) => answers.take(field, value, calling_code),
            Ok(None) if field.required => drop(answers.problems.insert(name.to_owned(), Problem::Missing)),
            Ok(None) => {}
            Err(problem) => drop(answers.problems.insert(name.to_owned(), problem)),
        }
    }
    answers
}

impl Answers {
    fn take(&mut self, field: &Field, value: String, calling_code: Option<&str>) {
        match field.kind {
            Kind::Name => self.name = Some(value.clone()),
            Kind::Email => self.email = Identity::email(&value),
            Kind::Phone => self.phone = phone(&value, calling_code),
            Kind::Choice | Kind::Text | Kind::Consent => {}
        }
        self.attributes.insert(field.name().to_owned(), value);
    }
}

fn answer(
    field: &Field,
    given: Option<&Value>,
    calling_code: Option<&str>,
) -> Result<Option<String>, Problem> {
    if field.kind == Kind::Consent {
        let given = matches!(given, Some(Value::Bool(true)));
        let to = || field.link().map_or_else(|| "yes".to_owned(), |url| format!("yes: {url}"));
        return Ok(given.then(to));
    }
    let text: String = match given {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.chars().filter(|letter| !letter.is_control()).collect(),
        Some(_) => return Err(Problem::Invalid),
    };
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if VALUE_CHARS_MAX < text.chars().count() {
        return Err(Problem::TooLong);
    }
    let fits = match field.kind {
        Kind::Email => Identity::email(text).is_some(),
        Kind::Phone => phone(text, calling_code).is_some(),
        Kind::Choice => field.options.iter().any(|choice| choice.value == text),
        Kind::Name | Kind::Text | Kind::Consent => true,
    };
    if fits { Ok(Some(text.to_owned())) } else { Err(Problem::Invalid) }
}

fn phone(text: &str, calling_code: Option<&str>) -> Option<Identity> {
    let text = text.trim();
    let international = text.starts_with('+') || text.starts_with("00");
    match calling_code {
        Some(code) => Identity::phone(text, code),
        None => international.then(|| Identity::phone(text, "")).flatten(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked() -> Vec<Field> {
        fields(Some(&json!([
            {"kind": "name", "required": true, "label_en": "Your name"},
            {"kind": "email"},
            {"kind": "phone"},
            {"kind": "choice", "name": "topic", "label": "Tema", "required": true,
             "options": [{"value": "buy", "label": "Comprar", "label_pt": "Comprar já"}, {"value": "other"}]},
            {"kind": "text", "name": "order"},
            {"kind": "consent", "required": true, "url": "https://shop.example/privacidad"},
        ])))
    }

    #[track_caller]
    fn check(given: Value, expected: Value) {
        let answers = answers(&asked(), given.as_object().unwrap(), Some("34"));
        assert_eq!(json!({"ok": answers.attributes, "no": answers.problems}), expected, "{given}");
    }

    #[test]
    fn answers_are_taken_or_named() {
        check(
            json!({"name": " Ana\u{0} ", "topic": "buy", "consent": true, "order": "", "skills": "vip"}),
            json!({"ok": {"name": "Ana", "topic": "buy", "consent": "yes: https://shop.example/privacidad"}, "no": {}}),
        );
        check(
            json!({}),
            json!({"ok": {}, "no": {"name": "missing", "topic": "missing", "consent": "missing"}}),
        );
        check(
            json!({"name": 7, "email": "no", "phone": "call me", "topic": "steal", "order": "x".repeat(1001), "consent": "true"}),
            json!({"ok": {}, "no": {"name": "invalid", "email": "invalid", "phone": "invalid", "topic": "invalid",
                "order": "too_long", "consent": "missing"}}),
        );
        let given = json!({"email": "Ana@Shop.example", "phone": "600 123 123"});
        let said = answers(&asked(), given.as_object().unwrap(), Some("34"));
        assert_eq!(said.email, Some(Identity::new("email", "ana@shop.example")));
        assert_eq!(said.phone, Some(Identity::new("phone", "+34600123123")));
        let said = answers(&asked(), given.as_object().unwrap(), None);
        assert_eq!(said.problems["phone"], Problem::Invalid, "it could be anybody's");
    }

    #[test]
    fn labels_come_in_the_visitor_s_language() {
        let labels =
            |language: &str| asked().iter().map(|field| field.asked(language).label).collect::<Vec<_>>();
        assert_eq!(labels("es")[..4], ["Nombre", "Correo electrónico", "Teléfono", "Tema"]);
        assert_eq!(labels("en")[..2], ["Your name", "E-mail"]);
        let topic = asked()[3].asked("pt");
        assert_eq!(
            json!(topic.options),
            json!([{"value": "buy", "label": "Comprar já"}, {"value": "other", "label": "other"}])
        );
    }

    #[test]
    fn what_is_no_field_is_left_out() {
        for (setting, count) in [
            (
                json!([{"kind": "text"}, {"kind": "choice", "name": "x"}, {"kind": "secret", "name": "y"}, 7]),
                0,
            ),
            (
                json!([{"kind": "text", "name": "skills"}, {"kind": "text", "name": "page"}, {"kind": "text", "name": "a b"}]),
                0,
            ),
            (json!([{"kind": "choice", "name": "skills", "options": [{"value": "en"}]}]), 1),
            (json!({"kind": "name"}), 0),
        ] {
            assert_eq!(fields(Some(&setting)).len(), count, "{setting}");
        }
        let odd = fields(Some(&json!([{"kind": "consent", "url": "javascript:alert(1)"}])));
        assert_eq!(odd[0].asked("es").url, None);
    }

    #[test]
    fn who_leaves_a_message_leaves_an_address() {
        for setting in [json!([]), json!([{"kind": "email"}])] {
            let fields = with_address(fields(Some(&setting)));
            let said = answers(&fields, &Map::new(), None);
            assert_eq!(said.problems["email"], Problem::Missing);
        }
    }
}
