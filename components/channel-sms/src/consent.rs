//! The words by which people stop messages, take them up again, or ask who writes.
//!
//! Only a message that is such a word and nothing else counts: whoever writes "please stop the order" is
//! not to fall silent. Case, accents and punctuation do not matter. The three languages are read together,
//! since nobody says in which they write.

use domain::consent::Consent;

const OUT: [&str; 25] = [
    "STOP",
    "STOPALL",
    "STOP ALL",
    "UNSUBSCRIBE",
    "CANCEL",
    "END",
    "QUIT",
    "REVOKE",
    "OPTOUT",
    "OPT OUT",
    // Spanish.
    "BAJA",
    "DAR DE BAJA",
    "DARME DE BAJA",
    "ALTO",
    "CANCELAR",
    "DETENER",
    "NO MAS SMS",
    "NO MAS MENSAJES",
    // Portuguese.
    "SAIR",
    "PARAR",
    "PARE",
    "REMOVER",
    "DESCADASTRAR",
    "DESCADASTRO",
    "CANCELAR INSCRICAO",
];

const IN: [&str; 16] = [
    "START",
    "UNSTOP",
    "SUBSCRIBE",
    "RESUME",
    "OPTIN",
    "OPT IN",
    // Spanish.
    "ALTA",
    "DARME DE ALTA",
    "INICIAR",
    "INICIO",
    "REANUDAR",
    "SUSCRIBIR",
    "SUSCRIBIRME",
    // Portuguese.
    "VOLTAR",
    "COMECAR",
    "INSCREVER",
];

const HELP: [&str; 4] = ["HELP", "INFO", "AYUDA", "AJUDA"];

/// No word is longer; nothing longer is looked at.
const LENGTH_MAX: usize = 64;

pub fn word(text: &str) -> Option<Consent> {
    if LENGTH_MAX < text.len() {
        return None;
    }
    let plain = plain(text);
    let among = |words: &[&str]| words.contains(&plain.as_str());
    if among(&OUT) {
        Some(Consent::Out)
    } else if among(&IN) {
        Some(Consent::In)
    } else if among(&HELP) {
        Some(Consent::Help)
    } else {
        None
    }
}

/// Words in capitals without accents, with one space between them.
fn plain(text: &str) -> String {
    let letters = text.chars().filter(|letter| !('\u{300}'..='\u{36f}').contains(letter));
    let letters = letters.map(|letter| if letter.is_alphanumeric() { bare(letter) } else { ' ' });
    let text: String = letters.collect::<String>().to_uppercase();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn bare(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'Á' | 'À' | 'Â' | 'Ã' | 'Ä' => 'A',
        'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' | 'Ë' => 'E',
        'í' | 'ì' | 'î' | 'ï' | 'Í' | 'Ì' | 'Î' | 'Ï' => 'I',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' | 'Ó' | 'Ò' | 'Ô' | 'Õ' | 'Ö' => 'O',
        'ú' | 'ù' | 'û' | 'ü' | 'Ú' | 'Ù' | 'Û' | 'Ü' => 'U',
        'ç' | 'Ç' => 'C',
        'ñ' | 'Ñ' => 'N',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for (text, expected) in [
            ("STOP", Some(Consent::Out)),
            (" stop. ", Some(Consent::Out)),
            ("«Stop!»", Some(Consent::Out)),
            ("stop\nall", Some(Consent::Out)),
            ("Baja", Some(Consent::Out)),
            ("¡ALTO!", Some(Consent::Out)),
            ("álto", Some(Consent::Out)),
            ("cancelar", Some(Consent::Out)),
            ("Sair", Some(Consent::Out)),
            ("parar", Some(Consent::Out)),
            ("unsubscribe", Some(Consent::Out)),
            ("no más SMS", Some(Consent::Out)),
            ("cancelar inscric\u{327}a\u{303}o", Some(Consent::Out)),
            ("cancelar inscrição", Some(Consent::Out)),
            ("start", Some(Consent::In)),
            ("Alta", Some(Consent::In)),
            ("começar", Some(Consent::In)),
            ("HELP", Some(Consent::Help)),
            ("ayuda?", Some(Consent::Help)),
            ("Ajuda", Some(Consent::Help)),
            ("please stop the order", None),
            ("stop it", None),
            ("no stop", None),
            ("bajada", None),
            ("sí", None),
            ("1", None),
            ("", None),
            ("...", None),
        ] {
            assert_eq!(word(text), expected, "{text}");
        }
        assert_eq!(word(&"stop ".repeat(100_000)), None);
    }

    #[test]
    fn every_word_is_written_as_it_is_compared() {
        for (words, consent) in [(&OUT[..], Consent::Out), (&IN, Consent::In), (&HELP, Consent::Help)] {
            for text in words {
                assert_eq!(word(text), Some(consent), "{text}");
            }
        }
    }
}
