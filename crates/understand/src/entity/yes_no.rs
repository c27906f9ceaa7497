//! Yes and no, as answers to a question.
//!
//! `sí, pero no`, `no sé` and `quizás` are neither. A `si` without its accent is an if when a sentence follows.

use super::{Found, Value, cursor::Cursor};
use crate::{
    locale::Language,
    text::{Token, TokenKind},
};

/// In a longer text, `no` says something of something else.
const WORDS_MAX: usize = 12;

pub(super) fn find(tokens: &[Token], language: Language) -> Vec<Found> {
    let words = tokens.iter().filter(|token| token.kind == TokenKind::Word).count();
    if words > WORDS_MAX {
        return Vec::new();
    }
    let table = match language {
        Language::Spanish => SPANISH,
        Language::Portuguese => PORTUGUESE,
        Language::English => ENGLISH,
    };
    let mut answers: Vec<(std::ops::Range<usize>, bool)> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let mut cursor = Cursor::new(tokens, at);
        match said(&mut cursor, table, language, answers.is_empty()) {
            Some(Said::Unsure) => return Vec::new(),
            Some(Said::Nothing) => at = cursor.at,
            Some(Said::Answer(answer)) => {
                answers.push((cursor.range_from(at), answer));
                at = cursor.at;
            }
            None => at += 1,
        }
    }
    match answers.as_slice() {
        [(first, answer), rest @ ..] if rest.iter().all(|(_, other)| other == answer) => {
            let end = rest.last().map_or(first.end, |(last, _)| last.end);
            vec![Found { range: first.start..end, value: Value::YesNo(*answer) }]
        }
        _ => Vec::new(),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Answer(bool),
    /// It says that there is no answer yet.
    Unsure,
    /// It has a yes or a no in it and means neither.
    Nothing,
}

/// Phrases, the longer ones first. `anywhere` is one that means it wherever it stands; the others do so only
/// before anything else of the kind, at the beginning of what is said.
struct Table {
    anywhere: &'static [(&'static str, Said)],
    first: &'static [(&'static str, Said)],
}

fn said(cursor: &mut Cursor<'_>, table: &Table, language: Language, is_first: bool) -> Option<Said> {
    let start = *cursor;
    if !cursor.is_beginning() {
        return None;
    }
    if let Some(said) = cursor.lookup(table.anywhere).filter(|_| cursor.is_finished()) {
        return Some(said);
    }
    *cursor = start;
    let begins = start.at == 0
        || is_first
            && start
                .tokens
                .iter()
                .take(start.at)
                .all(|token| token.kind == TokenKind::Mark || token.is_any(BEFORE))
        || start.before().is_some_and(|before| before.is_any(BETWEEN));
    let said = cursor.lookup(table.first).filter(|_| begins && cursor.is_finished())?;
    let bare_si = language == Language::Spanish
        && start.peek().is_some_and(|token| token.is("si") && token.range.len() == 2);
    // `si no llega, lo cancelo`
    if bare_si && cursor.at == start.at + 1 && !ends(cursor) {
        return None;
    }
    Some(said)
}

/// Nothing follows, a mark, or a word that cannot follow an if.
fn ends(cursor: &Cursor<'_>) -> bool {
    let all = cursor.tokens.iter().filter(|token| token.kind == TokenKind::Word).count();
    cursor.peek().is_none_or(|token| token.kind == TokenKind::Mark)
        || cursor.sees(&[
            "por", "porfa", "gracias", "claro", "senor", "senora", "senorita", "correcto", "dale", "si",
            "ok", "perfecto",
        ])
        || all == 2
            && cursor.sees(&[
                "quiero", "acepto", "confirmo", "puedo", "deseo", "es", "soy", "tengo", "funciona", "llego",
            ])
}

/// Between two answers.
const BETWEEN: &[&str] =
    &[",", ".", ";", "!", "?", "pero", "y", "o", "aunque", "mas", "e", "ou", "but", "and", "or"];

/// Words before an answer.
const BEFORE: &[&str] =
    &["pues", "ah", "eh", "bueno", "mmm", "uy", "ay", "y", "e", "well", "oh", "um", "hola", "ola", "que"];

use Said::{Answer, Nothing, Unsure};

const SPANISH: &Table = &Table {
    anywhere: &[
        ("claro que no", Answer(false)),
        ("por supuesto que no", Answer(false)),
        ("de ninguna manera", Answer(false)),
        ("de ningun modo", Answer(false)),
        ("en absoluto", Answer(false)),
        ("para nada", Answer(false)),
        ("ni hablar", Answer(false)),
        ("ni loco", Answer(false)),
        ("ni loca", Answer(false)),
        ("todavia no", Answer(false)),
        ("aun no", Answer(false)),
        ("mejor no", Answer(false)),
        ("ahora no", Answer(false)),
        ("eso no", Answer(false)),
        ("no hay problema", Answer(true)),
        ("no hay inconveniente", Answer(true)),
        ("no tengo problema", Answer(true)),
        ("no tengo inconveniente", Answer(true)),
        ("como no", Answer(true)),
        ("por que no", Answer(true)),
        ("claro que si", Answer(true)),
        ("por supuesto", Answer(true)),
        ("desde luego", Answer(true)),
        ("de acuerdo", Answer(true)),
        ("asi es", Answer(true)),
        ("eso es", Answer(true)),
        ("eso mismo", Answer(true)),
        ("me parece bien", Answer(true)),
        ("esta bien", Answer(true)),
        ("no lo se", Unsure),
        ("no se", Unsure),
        ("ni idea", Unsure),
        ("no estoy seguro", Unsure),
        ("no estoy segura", Unsure),
        ("no me acuerdo", Unsure),
        ("no recuerdo", Unsure),
        ("no entiendo", Unsure),
        ("no entendi", Unsure),
        ("mas o menos", Unsure),
        ("quizas", Unsure),
        ("quiza", Unsure),
        ("tal vez", Unsure),
        ("a lo mejor", Unsure),
        ("puede ser", Unsure),
        ("depende", Unsure),
        ("no esta bien", Answer(false)),
        ("no es correcto", Answer(false)),
        ("si o no", Nothing),
        ("si no es molestia", Nothing),
        ("👍", Answer(true)),
        ("👌", Answer(true)),
        ("👎", Answer(false)),
    ],
    first: &[
        ("no gracias", Answer(false)),
        ("no", Answer(false)),
        ("nop", Answer(false)),
        ("noo", Answer(false)),
        ("nooo", Answer(false)),
        ("nel", Answer(false)),
        ("nunca", Answer(false)),
        ("jamas", Answer(false)),
        ("negativo", Answer(false)),
        ("incorrecto", Answer(false)),
        ("tampoco", Answer(false)),
        ("si", Answer(true)),
        ("sii", Answer(true)),
        ("siii", Answer(true)),
        ("sip", Answer(true)),
        ("claro", Answer(true)),
        ("vale", Answer(true)),
        ("dale", Answer(true)),
        ("ok", Answer(true)),
        ("okey", Answer(true)),
        ("okay", Answer(true)),
        ("oki", Answer(true)),
        ("va", Answer(true)),
        ("correcto", Answer(true)),
        ("exacto", Answer(true)),
        ("exactamente", Answer(true)),
        ("efectivamente", Answer(true)),
        ("afirmativo", Answer(true)),
        ("confirmo", Answer(true)),
        ("acepto", Answer(true)),
        ("obvio", Answer(true)),
        ("obviamente", Answer(true)),
        ("seguro", Answer(true)),
        ("perfecto", Answer(true)),
        ("adelante", Answer(true)),
        ("simon", Answer(true)),
        ("bueno", Answer(true)),
        ("ya po", Answer(true)),
    ],
};

const PORTUGUESE: &Table = &Table {
    anywhere: &[
        ("claro que nao", Answer(false)),
        ("de jeito nenhum", Answer(false)),
        ("de maneira nenhuma", Answer(false)),
        ("ainda nao", Answer(false)),
        ("agora nao", Answer(false)),
        ("melhor nao", Answer(false)),
        ("nao tem problema", Answer(true)),
        ("sem problema", Answer(true)),
        ("claro que sim", Answer(true)),
        ("com certeza", Answer(true)),
        ("isso mesmo", Answer(true)),
        ("tudo bem", Answer(true)),
        ("esta bem", Answer(true)),
        ("ta bom", Answer(true)),
        ("de acordo", Answer(true)),
        ("pode ser", Answer(true)),
        ("por que nao", Answer(true)),
        ("nao sei", Unsure),
        ("nao lembro", Unsure),
        ("nao tenho certeza", Unsure),
        ("nao entendi", Unsure),
        ("talvez", Unsure),
        ("mais ou menos", Unsure),
        ("depende", Unsure),
        ("sim ou nao", Nothing),
        ("👍", Answer(true)),
        ("👌", Answer(true)),
        ("👎", Answer(false)),
    ],
    first: &[
        ("nao", Answer(false)),
        ("n", Answer(false)),
        ("nunca", Answer(false)),
        ("negativo", Answer(false)),
        ("nem pensar", Answer(false)),
        ("errado", Answer(false)),
        ("sim", Answer(true)),
        ("s", Answer(true)),
        ("claro", Answer(true)),
        ("ok", Answer(true)),
        ("certo", Answer(true)),
        ("correto", Answer(true)),
        ("exato", Answer(true)),
        ("isso", Answer(true)),
        ("pode", Answer(true)),
        ("quero", Answer(true)),
        ("aceito", Answer(true)),
        ("confirmo", Answer(true)),
        ("perfeito", Answer(true)),
        ("beleza", Answer(true)),
        ("blz", Answer(true)),
        ("bora", Answer(true)),
    ],
};

const ENGLISH: &Table = &Table {
    anywhere: &[
        ("of course not", Answer(false)),
        ("not at all", Answer(false)),
        ("no way", Answer(false)),
        ("not yet", Answer(false)),
        ("not now", Answer(false)),
        ("not really", Answer(false)),
        ("no problem", Answer(true)),
        ("why not", Answer(true)),
        ("of course", Answer(true)),
        ("that is right", Answer(true)),
        ("that ' s right", Answer(true)),
        ("sounds good", Answer(true)),
        ("i don ' t know", Unsure),
        ("i don ’ t know", Unsure),
        ("i dont know", Unsure),
        ("no idea", Unsure),
        ("not sure", Unsure),
        ("maybe", Unsure),
        ("perhaps", Unsure),
        ("it depends", Unsure),
        ("yes or no", Nothing),
        ("👍", Answer(true)),
        ("👌", Answer(true)),
        ("👎", Answer(false)),
    ],
    first: &[
        ("no thanks", Answer(false)),
        ("no", Answer(false)),
        ("nope", Answer(false)),
        ("nah", Answer(false)),
        ("never", Answer(false)),
        ("wrong", Answer(false)),
        ("i don ' t", Answer(false)),
        ("yes", Answer(true)),
        ("yep", Answer(true)),
        ("yeah", Answer(true)),
        ("yup", Answer(true)),
        ("sure", Answer(true)),
        ("ok", Answer(true)),
        ("okay", Answer(true)),
        ("fine", Answer(true)),
        ("right", Answer(true)),
        ("correct", Answer(true)),
        ("exactly", Answer(true)),
        ("absolutely", Answer(true)),
        ("definitely", Answer(true)),
        ("please do", Answer(true)),
        ("go ahead", Answer(true)),
        ("i do", Answer(true)),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokens;
    use Language::{English, Portuguese, Spanish};

    #[test]
    fn answers() {
        for (language, text, expected) in [
            (Spanish, "sí", Some(true)),
            (Spanish, "SI!!", Some(true)),
            (Spanish, "si", Some(true)),
            (Spanish, "sí, claro, por supuesto", Some(true)),
            (Spanish, "si por favor", Some(true)),
            (Spanish, "si quiero", Some(true)),
            (Spanish, "pues sí", Some(true)),
            (Spanish, "bueno, dale", Some(true)),
            (Spanish, "ok 👍", Some(true)),
            (Spanish, "simón", Some(true)),
            (Spanish, "no hay problema", Some(true)),
            (Spanish, "claro que sí", Some(true)),
            (Spanish, "¿cómo no?", Some(true)),
            (Spanish, "no", Some(false)),
            (Spanish, "no, gracias", Some(false)),
            (Spanish, "claro que no", Some(false)),
            (Spanish, "no me llegó", Some(false)),
            (Spanish, "todavía no", Some(false)),
            (Spanish, "para nada", Some(false)),
            (Spanish, "no, no es correcto", Some(false)),
            (Spanish, "👎", Some(false)),
            // Neither.
            (Spanish, "sí, pero no", None),
            (Spanish, "sí y no", None),
            (Spanish, "no sé", None),
            (Spanish, "quizás sí", None),
            (Spanish, "no estoy seguro", None),
            (Spanish, "si no llega mañana lo cancelo", None),
            (Spanish, "quiero saber si está abierto", None),
            (Spanish, "dónde está mi pedido", None),
            (
                Spanish,
                "mire usted, yo hice un pedido el lunes y hasta hoy no me ha llegado nada de nada",
                None,
            ),
            (Spanish, "", None),
            (Portuguese, "sim", Some(true)),
            (Portuguese, "com certeza", Some(true)),
            (Portuguese, "isso mesmo", Some(true)),
            (Portuguese, "não, obrigado", Some(false)),
            (Portuguese, "ainda não", Some(false)),
            (Portuguese, "não sei", None),
            (Portuguese, "sim, mas não", None),
            (English, "yes please", Some(true)),
            (English, "sure, go ahead", Some(true)),
            (English, "no problem", Some(true)),
            (English, "nope", Some(false)),
            (English, "not yet", Some(false)),
            (English, "I don't know", None),
            (English, "maybe", None),
        ] {
            let found = find(&tokens(text), language);
            let answer = found.first().map(|found| match found.value {
                Value::YesNo(answer) => answer,
                ref other => panic!("{other:?}"),
            });
            assert_eq!(answer, expected, "{text}");
            assert!(found.len() < 2);
        }
    }

    #[test]
    fn the_range_is_that_of_the_answer() {
        let text = "pues sí, claro, gracias";
        let found = find(&tokens(text), Spanish);
        assert_eq!(found.iter().map(|found| &text[found.range.clone()]).collect::<Vec<_>>(), ["sí, claro"]);
    }
}
