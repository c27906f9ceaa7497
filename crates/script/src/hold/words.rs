//! What is said where a flow has no words of its own.

fn pick<'w>(locale: &str, spanish: &'w str, english: &'w str, portuguese: &'w str) -> &'w str {
    match locale.split(['-', '_']).next().unwrap_or_default() {
        "en" => english,
        "pt" => portuguese,
        _ => spanish,
    }
}

/// Before a question that is asked again.
pub(super) fn not_understood(locale: &str) -> &'static str {
    pick(locale, "Perdona, no te he entendido.", "Sorry, I did not understand.", "Desculpe, não entendi.")
}

/// Before a question that nobody answered.
pub(super) fn still_there(locale: &str) -> &'static str {
    pick(locale, "¿Sigues ahí?", "Are you still there?", "Ainda está aí?")
}
