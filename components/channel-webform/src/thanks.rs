//! What the page that sent a form is told: the business's own page, or a short one of ours in the
//! visitor's language; JSON for scripts.

use channel::origin;
use serde_json::{Value, json};

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Taken,
    /// Somebody has to be answered, and something has to be said.
    Incomplete,
    /// Too fast, or the captcha says no.
    Machine,
    /// Try again later.
    Busy,
}

impl Told {
    pub fn status(self) -> u16 {
        match self {
            Told::Taken => 200,
            Told::Incomplete | Told::Machine => 422,
            Told::Busy => 503,
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Told::Taken => "taken",
            Told::Incomplete => "incomplete",
            Told::Machine => "not_a_person",
            Told::Busy => "later",
        }
    }
}

/// For a script. `fields`: what is to be mended.
pub fn json(told: Told, fields: &[&str]) -> Value {
    match told {
        Told::Taken => json!({ "ok": true }),
        _ => json!({
            "type": "about:blank", "title": told.code(), "status": told.status(), "code": told.code(),
            "detail": words(told, "en").1, "fields": fields,
        }),
    }
}

/// Where the browser goes on: `configured` is a whole address or a path of the page's site. `None`: that
/// would lead to somebody else's.
pub fn page<'a>(configured: &str, from: &str, allowed: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let from = origin_of(from)?;
    let target = if configured.starts_with('/') && !configured.starts_with("//") {
        format!("{from}{configured}")
    } else {
        configured.to_owned()
    };
    let printable = target.bytes().all(|byte| byte.is_ascii_graphic());
    let own = origin_of(&target).filter(|_| printable)?;
    origin::is_allowed(&own, allowed, &[from.as_str()]).then_some(target)
}

/// `https://shop.example` of an address in it.
pub fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://").filter(|(scheme, _)| ["http", "https"].contains(scheme))?;
    let authority =
        rest.split(['/', '?', '#', '\\']).next().filter(|host| !host.is_empty() && !host.contains('@'))?;
    Some(format!("{scheme}://{authority}"))
}

/// Whether a script asks, which reads no page.
pub fn is_script(accept: &str, content_type: &str) -> bool {
    content_type.trim_start().to_ascii_lowercase().starts_with("application/json")
        || accept.contains("application/json") && !accept.contains("text/html")
}

pub fn html(told: Told, locale: &str) -> String {
    let (title, text) = words(told, locale);
    let lang = language(locale);
    format!(
        "<!doctype html><html lang=\"{lang}\"><meta charset=\"utf-8\">\
        <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
        <style>body{{font:18px/1.5 system-ui,sans-serif;max-width:32em;margin:15vh auto;padding:0 24px;\
        color-scheme:light dark}}</style><h1>{title}</h1><p>{text}</p></html>"
    )
}

/// Ours for a tag such as `pt-BR` or an `Accept-Language`.
pub fn language(locale: &str) -> &'static str {
    let tag = locale.trim().get(..2).unwrap_or_default().to_ascii_lowercase();
    ["es", "en", "pt"].into_iter().find(|language| *language == tag).unwrap_or("es")
}

fn words(told: Told, locale: &str) -> (&'static str, &'static str) {
    match (told, language(locale)) {
        (Told::Taken, "en") => ("Thank you", "We have your message and will answer as soon as we can."),
        (Told::Taken, "pt") => ("Obrigado", "Recebemos sua mensagem e responderemos assim que possível."),
        (Told::Taken, _) => ("Gracias", "Hemos recibido tu mensaje y te responderemos en cuanto podamos."),
        (Told::Incomplete, "en") => (
            "Something is missing",
            "We need a message and an e-mail address or a phone number to answer. Go back: what you wrote is still there.",
        ),
        (Told::Incomplete, "pt") => (
            "Falta algo",
            "Precisamos de uma mensagem e de um e-mail ou telefone para responder. Volte: o que você escreveu ainda está lá.",
        ),
        (Told::Incomplete, _) => (
            "Falta algo",
            "Necesitamos un mensaje y un correo o un teléfono para responder. Vuelve atrás: lo que escribiste sigue ahí.",
        ),
        (Told::Machine, "en") => {
            ("Not sent", "We could not tell that you are a person. Go back and try again in a moment.")
        }
        (Told::Machine, "pt") => (
            "Não enviada",
            "Não conseguimos confirmar que você é uma pessoa. Volte e tente de novo em um instante.",
        ),
        (Told::Machine, _) => (
            "No se ha enviado",
            "No hemos podido comprobar que eres una persona. Vuelve atrás e inténtalo de nuevo en un momento.",
        ),
        (Told::Busy, "en") => {
            ("Not sent", "Something is not working on our side. Go back and try again in a moment.")
        }
        (Told::Busy, "pt") => {
            ("Não enviada", "Algo não está funcionando do nosso lado. Volte e tente de novo em um instante.")
        }
        (Told::Busy, _) => (
            "No se ha enviado",
            "Algo no funciona por nuestra parte. Vuelve atrás e inténtalo de nuevo en un momento.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_on_stays_on_the_business_s_sites() {
        let allowed = ["https://shop.example", "https://*.mall.example"];
        for (configured, from, expected) in [
            ("/gracias?a=1", "https://shop.example/contacto", Some("https://shop.example/gracias?a=1")),
            ("https://a.mall.example/ok", "https://shop.example/", Some("https://a.mall.example/ok")),
            ("https://evil.example/", "https://shop.example/", None),
            ("//evil.example/", "https://shop.example/", None),
            ("/\\evil.example", "https://shop.example/", Some("https://shop.example/\\evil.example")),
            ("https://shop.example@evil.example/", "https://shop.example/", None),
            (
                "https://shop.example\\.evil.example/",
                "https://shop.example/",
                Some("https://shop.example\\.evil.example/"),
            ),
            ("javascript:alert(1)", "https://shop.example/", None),
            ("/a\r\nSet-Cookie: x", "https://shop.example/", None),
            ("/gracias", "", None),
        ] {
            assert_eq!(page(configured, from, allowed).as_deref(), expected, "{configured}");
        }
    }

    #[test]
    fn every_answer_speaks_three_languages() {
        for told in [Told::Taken, Told::Incomplete, Told::Machine, Told::Busy] {
            let texts = ["es-MX", "en", "pt-BR,pt;q=0.9"].map(|locale| html(told, locale));
            assert!(texts[0] != texts[1] && texts[1] != texts[2] && texts[0] != texts[2], "{told:?}");
            assert_eq!(html(told, "de"), html(told, "es"));
        }
        assert!(is_script("application/json", ""));
        assert!(is_script("*/*", "Application/JSON"));
        assert!(!is_script("text/html,application/json", "multipart/form-data"));
        assert_eq!(json(Told::Incomplete, &["email"])["fields"][0], "email");
    }
}
