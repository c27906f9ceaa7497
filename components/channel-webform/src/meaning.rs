//! What the fields of a form are, by the account's setting `fields` or by the names that forms use.

use crate::{captcha, form::Form, trap};
use channel::received::Settings;
use domain::contact::Identity;
use serde_json::Value;
use std::collections::BTreeMap;

/// A named value of an interaction (`wit/bot`).
const NAME_CHARS_MAX: usize = 64;
const VALUE_CHARS_MAX: usize = 1_000;
/// So many fields are shown beside the letter; all of them stand in it.
const ATTRIBUTES_MAX: usize = 30;
const SUBJECT_CHARS_MAX: usize = 200;

/// Attributes that steer the work are nobody's to write who fills in a form.
const OURS: [&str; 5] = [
    domain::interaction::SKILLS,
    shell::transcript::AFTER_HOURS,
    shell::transcript::EMAIL,
    "customer",
    "page",
];

/// What each is called where the account does not say.
const NAMES: [(&str, &[&str]); 5] = [
    ("name", &["name", "nombre", "nome"]),
    ("email", &["email", "e-mail", "mail", "correo"]),
    ("phone", &["phone", "tel", "telefono", "teléfono", "telefone"]),
    ("subject", &["subject", "asunto", "assunto"]),
    ("message", &["message", "mensaje", "mensagem"]),
];

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meaning {
    pub name: Option<String>,
    pub email: Option<Identity>,
    pub phone: Option<Identity>,
    pub subject: Option<String>,
    pub message: Option<String>,
    /// Every other field, in its order.
    pub others: Vec<(String, String)>,
    /// What was written into these fields and is no address or number.
    pub unreadable: Vec<&'static str>,
}

pub fn of(form: &Form, settings: &Settings) -> Meaning {
    let named: Option<Value> = settings.get("fields").and_then(|fields| serde_json::from_str(fields).ok());
    let field = |role: &str, names: &[&'static str]| -> Vec<String> {
        let own = named.as_ref().and_then(|named| named[role].as_str());
        own.map_or_else(|| names.iter().map(|name| (*name).to_owned()).collect(), |own| vec![own.to_owned()])
    };
    let roles = NAMES.map(|(role, names)| field(role, names));
    let text = |role: usize| roles[role].iter().find_map(|name| form.text(name)).map(clean);
    let (email, phone) = (text(1), text(2));
    let mut meaning = Meaning {
        name: text(0).map(|name| one_line(&name)),
        email: email.as_deref().and_then(Identity::email),
        phone: phone.as_deref().and_then(|phone| number(phone, settings.get("calling_code"))),
        subject: text(3).map(|subject| one_line(&subject).chars().take(SUBJECT_CHARS_MAX).collect()),
        message: text(4),
        ..Meaning::default()
    };
    if email.is_some() && meaning.email.is_none() {
        meaning.unreadable.push("email");
    }
    if phone.is_some() && meaning.phone.is_none() {
        meaning.unreadable.push("phone");
    }
    let honeypot = trap::honeypot(settings);
    let is_other = |name: &str| {
        let role = roles.iter().flatten().any(|known| known.eq_ignore_ascii_case(name));
        !role && !name.starts_with('_') && name != honeypot && !captcha::is_field(name, settings)
    };
    for (name, value) in form.fields.iter().filter(|(name, value)| is_other(name) && !value.trim().is_empty())
    {
        meaning.others.push((one_line(name), clean(value)));
    }
    meaning
}

impl Meaning {
    /// What the letter says: the message, and below it the other fields.
    pub fn text(&self) -> String {
        let lines =
            self.others.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("\n");
        let parts = [self.message.clone().unwrap_or_default(), lines];
        parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("\n\n")
    }

    /// The other fields as they stand beside the letter; several values of one in one.
    pub fn attributes(&self) -> BTreeMap<String, String> {
        let mut attributes = BTreeMap::<String, String>::new();
        for (name, value) in &self.others {
            let name: String = name.chars().take(NAME_CHARS_MAX).collect();
            let known = attributes.contains_key(&name);
            if name.is_empty()
                || OURS.contains(&name.as_str())
                || !known && attributes.len() == ATTRIBUTES_MAX
            {
                continue;
            }
            let before = attributes.remove(&name).map(|before| before + ", ").unwrap_or_default();
            attributes.insert(name, format!("{before}{value}").chars().take(VALUE_CHARS_MAX).collect());
        }
        attributes
    }
}

/// A number without its country counts only where the account says which country that is.
fn number(text: &str, calling_code: Option<&str>) -> Option<Identity> {
    let text = text.trim();
    let international = text.starts_with('+') || text.starts_with("00");
    match calling_code {
        Some(code) => Identity::phone(text, code),
        None => international.then(|| Identity::phone(text, "")).flatten(),
    }
}

fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars()
        .filter(|letter| *letter == '\n' || *letter == '\t' || !letter.is_control())
        .collect::<String>()
        .trim()
        .to_owned()
}

fn one_line(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|letter| !letter.is_control())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> Form {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Form { fields, files: vec![] }
    }

    #[test]
    fn names_in_three_languages_or_as_the_account_says() {
        let spanish = form(&[
            ("Nombre", " Ana\r\nRuiz "),
            ("correo", "Ana@B.es"),
            ("teléfono", "+34 600 123 123"),
            ("asunto", "Faro"),
            ("mensaje", "Hola\r\n\u{0}¿Tenéis?"),
            ("pedido", "1042"),
            ("color", "rojo"),
            ("color", "azul"),
            ("_id", "x"),
            ("website", "spam"),
            ("h-captcha-response", "t"),
            ("vacío", " "),
            ("skills", "vip"),
        ]);
        let meaning = of(&spanish, &Settings::from([("honeypot", "website")]));
        assert_eq!(meaning.name.as_deref(), Some("Ana Ruiz"));
        assert_eq!(meaning.email, Some(Identity::new("email", "ana@b.es")));
        assert_eq!(meaning.phone, Some(Identity::new("phone", "+34600123123")));
        assert_eq!(meaning.text(), "Hola\n¿Tenéis?\n\npedido: 1042\ncolor: rojo\ncolor: azul\nskills: vip");
        let attributes: Vec<_> = meaning.attributes().into_iter().collect();
        assert_eq!(attributes, [("color".into(), "rojo, azul".into()), ("pedido".into(), "1042".into())]);

        let own = form(&[("your-mail", "a@b.es"), ("email", "decoy@b.es"), ("tel", "600 123 123")]);
        let settings = Settings::from([("fields", r#"{"email": "your-mail"}"#), ("calling_code", "34")]);
        let meaning = of(&own, &settings);
        assert_eq!(meaning.email, Some(Identity::new("email", "a@b.es")));
        assert_eq!(meaning.phone, Some(Identity::new("phone", "+34600123123")));
        assert_eq!(meaning.others, [("email".to_owned(), "decoy@b.es".to_owned())]);
    }

    #[test]
    fn what_is_no_address_is_named() {
        let odd = of(&form(&[("email", "ana"), ("phone", "600123123")]), &Settings::default());
        assert_eq!(odd.unreadable, ["email", "phone"]);
        assert_eq!(of(&form(&[]), &Settings::default()), Meaning::default());
    }

    #[test]
    fn limits() {
        let names: Vec<String> = (0..40).map(|n| format!("f{n}")).collect();
        let long = "x".repeat(2_000);
        let fields: Vec<_> = names.iter().map(|name| (name.as_str(), long.as_str())).collect();
        let meaning = of(&form(&fields), &Settings::default());
        assert_eq!(meaning.attributes().len(), 30);
        assert!(meaning.attributes().values().all(|value| value.len() == 1_000));
        assert_eq!(meaning.text().lines().count(), 40, "all of it is in the letter");
    }
}
