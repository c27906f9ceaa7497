//! What leads on a way, in words.

use super::{Cause, Way};

/// What is written at a way, in the language of `locale`.
pub(super) fn why(way: &Way, locale: &str) -> String {
    let language = locale.split(['-', '_']).next().unwrap_or_default();
    let pick = |spanish: &str, english: &str, portuguese: &str| {
        match language {
            "en" => english,
            "pt" => portuguese,
            _ => spanish,
        }
        .to_owned()
    };
    match (way.cause, way.why.as_str()) {
        (Cause::Start, _) => pick("inicio", "start", "início"),
        (Cause::Person, _) => pick("una persona", "a person", "uma pessoa"),
        (Cause::Silence, _) | (Cause::Written, "silence") => pick("silencio", "silence", "silêncio"),
        (Cause::Error, _) | (Cause::Written, "error") => pick("fallo", "failure", "falha"),
        (Cause::Knowledge, _) => pick("un artículo", "an article", "um artigo"),
        (Cause::Written, "fail") => pick("no se entiende", "not understood", "não se entende"),
        (Cause::Written, "none") => pick("nada", "nothing", "nada"),
        (Cause::Written, "else") => pick("si no", "else", "senão"),
        (Cause::Intent, name) => format!("«{name}»"),
        (Cause::Written, why) => why.to_owned(),
    }
}

/// What the diagram as a whole is called.
pub(super) fn title(locale: &str) -> &'static str {
    match locale.split(['-', '_']).next().unwrap_or_default() {
        "en" => "Diagram of the flow",
        "pt" => "Diagrama do fluxo",
        _ => "Diagrama del flujo",
    }
}
