//! What the center itself tells a contact, in their language.

/// What is spoken with somebody whose language nobody knows.
pub const LOCALE: &str = "es";

/// A bot failed and a person takes over.
pub fn bot_failed(locale: Option<&str>) -> &'static str {
    pick(
        locale,
        "Disculpa, he tenido un problema técnico. Te paso con una persona del equipo.",
        "Sorry, I ran into a technical problem. I am passing you to a person on our team.",
        "Desculpe, tive um problema técnico. Vou passar você para uma pessoa da equipe.",
    )
}

/// Who writes while nobody is there, and waits.
pub fn closed(locale: Option<&str>) -> &'static str {
    pick(
        locale,
        "Ahora estamos cerrados. Hemos recibido tu mensaje y te responderemos en cuanto abramos.",
        "We are closed now. We have received your message and will answer as soon as we open.",
        "Agora estamos fechados. Recebemos sua mensagem e responderemos assim que abrirmos.",
    )
}

/// Spanish unless the locale, such as `pt-BR`, says English or Portuguese.
pub(crate) fn pick(
    locale: Option<&str>,
    es: &'static str,
    en: &'static str,
    pt: &'static str,
) -> &'static str {
    let language = locale.unwrap_or_default().split(['-', '_']).next().unwrap_or_default();
    match language.to_lowercase().as_str() {
        "en" => en,
        "pt" => pt,
        _ => es,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spanish_first() {
        assert!(bot_failed(None).starts_with("Disculpa"));
        assert!(bot_failed(Some("pt-BR")).starts_with("Desculpe"));
        assert!(bot_failed(Some("EN_us")).starts_with("Sorry"));
        assert!(bot_failed(Some("fr")).starts_with("Disculpa"));
    }
}
