//! What is wrong, and what to write instead, in the language of whoever reads it.

mod en;
mod es;
mod pt;
mod reader;

use super::fault::Fault;
use understand::locale::Language;

impl Fault {
    pub(super) fn words(&self, language: Language) -> String {
        match language {
            Language::Spanish => es::words(self),
            Language::Portuguese => pt::words(self),
            Language::English => en::words(self),
        }
    }
}

/// `fail, silence or none`.
fn any_of(all: &[&str], or: &str) -> String {
    match all.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} {or} {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_happen_is_listed() {
        assert_eq!(any_of(&["none"], "o"), "none");
        assert_eq!(any_of(&["fail", "silence", "none"], "o"), "fail, silence o none");
        assert_eq!(any_of(&[], "o"), "");
    }

    #[test]
    fn what_the_reader_says_is_translated_where_it_is_known() {
        let said = |problem: &str| Fault::Unread(problem.to_owned()).words(Language::Spanish);
        for (problem, expected) in [
            ("missing field `flow`", "falta `flow`"),
            ("unknown field `sey`, expected one of `say`, `ask`", "no existe `sey`; puede ser: `say`, `ask`"),
            ("unknown field `sey`, expected `say` or `ask`", "no existe `sey`; puede ser: `say` o `ask`"),
            (
                "invalid type: string \"es\", expected a sequence",
                "el tipo no vale: texto \"es\"; se espera una lista",
            ),
            ("duplicate key", "está dos veces"),
            ("unknown field `a map`, expected `b`", "no existe `a map`; puede ser: `b`"),
            ("unclosed table, expected `]`", "no se puede leer: unclosed table, expected `]`"),
        ] {
            assert_eq!(said(problem), expected);
            assert_eq!(Fault::Unread(problem.to_owned()).words(Language::English), problem);
        }
    }
}
