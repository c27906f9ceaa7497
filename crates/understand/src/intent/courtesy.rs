//! What people say around what they want: "hola, buenas tardes, … muchas gracias".
//!
//! It says nothing of what they want, and an intent of greetings or of thanks would be heard in every polite
//! sentence. Who says nothing else means just that.

use super::word;
use std::sync::LazyLock;

/// At the beginning. The longest first, where one begins with another.
const BEFORE: &[&str] = &[
    "muy buenas tardes",
    "muy buenos días",
    "muy buenas noches",
    "buenas tardes",
    "buenos días",
    "buenas noches",
    "buen día",
    "muy buenas",
    "buenas",
    "hola",
    "qué tal",
    "oye",
    "oiga",
    "perdona",
    "perdone",
    "disculpa",
    "disculpe",
    "por favor",
    "good morning",
    "good afternoon",
    "good evening",
    "good day",
    "hello",
    "hi there",
    "hi",
    "hey",
    "excuse me",
    "please",
    "bom dia",
    "boa tarde",
    "boa noite",
    "olá",
    "oi",
    "tudo bem",
    "desculpe",
    "com licença",
];

/// At the end.
const BEHIND: &[&str] = &[
    "muchas gracias de antemano",
    "gracias de antemano",
    "muchas gracias",
    "muchísimas gracias",
    "mil gracias",
    "gracias",
    "por favor",
    "un saludo",
    "saludos",
    "thanks a lot",
    "thanks in advance",
    "many thanks",
    "thank you very much",
    "thank you",
    "thanks",
    "please",
    "muito obrigado",
    "muito obrigada",
    "obrigado",
    "obrigada",
    "desde já agradeço",
    "por gentileza",
];

/// Fewer words than these say nothing of themselves.
const WORDS_MIN: usize = 2;

/// The phrases by their words, as texts have them.
static COURTESY: LazyLock<Courtesy> = LazyLock::new(|| {
    let read = |phrases: &[&str]| phrases.iter().map(|phrase| word::words(phrase)).collect();
    Courtesy { before: read(BEFORE), behind: read(BEHIND) }
});

struct Courtesy {
    before: Vec<Vec<String>>,
    behind: Vec<Vec<String>>,
}

/// The words without courtesies, if they say something without them.
pub(super) fn leave_out(words: &[String]) -> &[String] {
    let mut rest = words;
    loop {
        let begins = COURTESY.before.iter().find_map(|phrase| rest.strip_prefix(phrase.as_slice()));
        let ends = || COURTESY.behind.iter().find_map(|phrase| rest.strip_suffix(phrase.as_slice()));
        match begins.or_else(ends) {
            Some(less) if less.len() >= WORDS_MIN => rest = less,
            _ => return rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_polite_wants_the_same() {
        for (text, expected) in [
            ("hola, buenas tardes, ¿dónde está mi pedido? muchas gracias", "¿dónde está mi pedido?"),
            ("¿dónde está mi pedido?", "¿dónde está mi pedido?"),
            ("Hello! I want to cancel, thanks a lot", "I want to cancel"),
            ("oi, bom dia, meu pedido não chegou. Obrigada", "meu pedido não chegou"),
            ("hola", "hola"),
            ("hola, muchas gracias", "muchas gracias"),
            ("hola, pedido", "hola, pedido"),
            ("", ""),
        ] {
            let words = word::words(text);
            assert_eq!(leave_out(&words), word::words(expected), "{text}");
        }
    }
}
