//! Whether somebody asks for a person, in their own words.

/// Words that name a person of the business in Spanish, English and Portuguese. Lower case, without accents.
pub const WORDS: &[&str] = &[
    "humano",
    "humana",
    "persona",
    "agente",
    "operador",
    "operadora",
    "asesor",
    "asesora",
    "human",
    "person",
    "agent",
    "operator",
    "representative",
    "pessoa",
    "atendente",
];

/// Whether one of `words` is a word of `text`.
pub fn is_named(text: &str, words: &[&str]) -> bool {
    let plain: String = text.chars().flat_map(char::to_lowercase).map(without_accent).collect();
    plain.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word))
}

/// The accents of Spanish and Portuguese, which people leave out on a phone.
pub fn without_accent(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ã' => 'a',
        'é' | 'ê' => 'e',
        'í' => 'i',
        'ó' | 'ô' | 'õ' => 'o',
        'ú' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_named_by_a_word_of_its_own() {
        let rows = [
            ("HUMANO", true),
            ("quiero hablar con una persona, por favor", true),
            ("¿Operadór?", true),
            ("una pessoa", true),
            ("lámpara para dos personas", false),
            ("agenteria", false),
            ("", false),
        ];
        for (said, expected) in rows {
            assert_eq!(is_named(said, WORDS), expected, "{said}");
        }
    }
}
