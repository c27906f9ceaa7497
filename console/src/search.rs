//! Whether what is typed means a name: each of its words begins one, whatever the accents.

pub fn matches(name: &str, typed: &str) -> bool {
    let name = plain(name);
    let words: Vec<&str> = name.split(|character: char| !character.is_alphanumeric()).collect();
    plain(typed).split_whitespace().all(|part| words.iter().any(|word| word.starts_with(part)))
}

/// Lower case without the accents of our three languages: nobody types them in a search.
fn plain(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .map(|character| match character {
            'á' | 'à' | 'â' | 'ã' => 'a',
            'é' | 'ê' => 'e',
            'í' => 'i',
            'ó' | 'ô' | 'õ' => 'o',
            'ú' | 'ü' => 'u',
            'ç' => 'c',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn the_beginnings_of_words_in_any_order_and_without_accents() {
        for (name, typed, expected) in [
            ("Óscar Pérez Núñez", "per osc", true),
            ("Pausa: Café", "cafe", true),
            ("Pausa: Café", "afe", false),
            ("Atenção", "", true),
        ] {
            assert_eq!(matches(name, typed), expected, "{name} {typed}");
        }
    }
}
