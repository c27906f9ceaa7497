//! Words as they are compared: without case, accents and endings. Articles are stored with the [`forms`] of
//! their words and questions are asked in them, so every database finds the same, and none has to know a
//! language.

use frostem::{Algorithm, Stemmer};
use std::{collections::BTreeSet, ops::Range};

/// A longer run of letters is no word: a key, or a file in letters. In characters.
const WORD_MAX: usize = 40;

/// What decides about endings, and about words that say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    Spanish,
    English,
    Portuguese,
    /// Its words are compared as they are.
    Other,
}

impl Language {
    /// That of a locale: `pt-BR`.
    pub fn of(locale: &str) -> Self {
        match primary(locale).as_str() {
            "es" => Language::Spanish,
            "en" => Language::English,
            "pt" => Language::Portuguese,
            _ => Language::Other,
        }
    }

    /// Snowball's: <https://snowballstem.org/algorithms/>
    fn stemmer(self) -> Option<Stemmer> {
        let algorithm = match self {
            Language::Spanish => Algorithm::Spanish,
            Language::English => Algorithm::English,
            Language::Portuguese => Algorithm::Portuguese,
            Language::Other => return None,
        };
        Some(Stemmer::new(algorithm))
    }

    /// Words, as [`fold`] gives them, that are in every question and every article.
    fn stop_words(self) -> &'static str {
        match self {
            Language::Spanish => SPANISH,
            Language::English => ENGLISH,
            Language::Portuguese => PORTUGUESE,
            Language::Other => "",
        }
    }

    /// Whether `folded` says what a question is about.
    pub(super) fn is_content(self, folded: &str) -> bool {
        let is_letter = folded.chars().count() == 1 && !folded.chars().all(char::is_numeric);
        !is_letter && !self.stop_words().split_ascii_whitespace().any(|word| word == folded)
    }
}

/// The language of a locale without the region: `pt` of `pt-BR`.
pub fn primary(locale: &str) -> String {
    locale.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}

/// The words of `text`, and where they stand, in bytes.
pub fn words(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(char::is_alphanumeric)?;
        // An accent may be a character of its own.
        let is_inside = |c: char| c.is_alphanumeric() || is_accent(c);
        let length = text[start..].find(|c| !is_inside(c)).unwrap_or(text.len() - start);
        rest = start + length;
        Some((start..rest, &text[start..rest]))
    })
    .filter(|(_, word)| word.chars().count() <= WORD_MAX)
}

/// In small letters and without accents: `Envío` and `ENVIO` are `envio`.
pub fn fold(word: &str) -> String {
    word.chars().flat_map(char::to_lowercase).filter(|c| !is_accent(*c)).map(bare).collect()
}

/// An accent that stands on the letter before it.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// A small letter of a European language without its accent. Unicode's own rules are 140 kB of tables in a
/// component; a test holds these against them.
fn bare(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ĥ' => 'h',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' => 'i',
        'ĵ' => 'j',
        'ķ' => 'k',
        'ĺ' | 'ļ' | 'ľ' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ō' | 'ŏ' | 'ő' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => 's',
        'ţ' | 'ť' | 'ț' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => 'u',
        'ŵ' => 'w',
        'ý' | 'ÿ' | 'ŷ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        c => c,
    }
}

/// All that a word is known by: itself folded, and its stem in `language`. The stem is taken with and without
/// accents, since its rules look at them and people leave them out.
pub fn forms(word: &str, language: Language) -> BTreeSet<String> {
    let folded = fold(word);
    let mut forms = BTreeSet::new();
    if let Some(stemmer) = language.stemmer() {
        for word in [&word.to_lowercase(), &folded, &accented(&folded, language)] {
            forms.insert(fold(&stemmer.stem(word)));
        }
    }
    forms.insert(folded);
    // Of a word that is all ending.
    forms.remove("");
    forms
}

/// With the accent that somebody left out of an ending which is always written with it. Of Spanish nouns the
/// stemmer knows that by itself.
fn accented(folded: &str, language: Language) -> String {
    let endings: &[(&str, &str)] = match language {
        Language::Spanish => &[("ais", "áis"), ("eis", "éis")],
        Language::Portuguese => &[("cao", "ção"), ("coes", "ções")],
        Language::English | Language::Other => &[],
    };
    let with_accent = |(bare, accented): &(&str, &str)| {
        folded.strip_suffix(bare).map(|beginning| format!("{beginning}{accented}"))
    };
    endings.iter().find_map(with_accent).unwrap_or_else(|| folded.to_owned())
}

const SPANISH: &str = "
    a al algo alguien algun alguna algunas algunos ante antes aqui asi aun aunque bajo bien buenas bueno buenos
    cada casi como con contra cosa cual cuales cualquier cuando cuanta cuantas cuanto cuantos cuya cuyo
    da dan dar de debe deben debo decir decirme del demas desde despues dia dias dime donde dos durante
    e el ella ellas ellos en entonces entre era eran eres es esa esas ese eso esos esta estaba estais estamos
    estan estar estas este esto estos estoy explicar explicame favor fin fue fuera
    gracias gustaria ha haber habia habra hace hacen hacer haceis hago han has hasta hay haya he hola
    iba igual informacion ir la las le les lo los luego mas me mi mia mias mientras mio mios mis misma mismo
    mucha muchas mucho muchos muy nada necesita necesitas necesito ni ningun ninguna no nos nosotros nuestra nuestro
    o os otra otras otro otros para parece pero poco podeis podemos poder podria podriais podrian por porque
    pregunta preguntar puede pueden puedes puedo pues que queria quien quienes quiere quiero
    saber se sea sean segun ser si sido sin sino sobre sois solo somos son soy su sus
    tal tambien tampoco tan tanto te teneis tenemos tener tengo ti tiene tienen tienes toda todas todo todos tras tu
    tus tuya tuyo un una unas uno unos usted ustedes va vais vamos van vas ver vez vosotros voy vuestra vuestras
    vuestro vuestros y ya yo";

const ENGLISH: &str = "
    a about after again all also am an and any anyone anything are as ask at be because been before being
    between both but by can cannot could did do does doing don each either else for from get give go
    had has have having hello help her here hers hi him his how i if in information into is it its
    just know let like ll made make many may me might mine more most much must my need no not now
    of off on once one only or other our ours out over own please re same say see shall she should so some
    something such tell than thank thanks that the their theirs them then there these they thing this those
    through to too under until up us use ve very want was we were what when where whether which while who whom
    whose why will with within would yes you your yours";

const PORTUGUESE: &str = "
    a acerca agora ai ainda algo alguem algum alguma algumas alguns ali ambos antes ao aos apenas aquela aquele
    aqueles aquilo as assim ate bem boa boas bom cada com como contra cujo da dao das de dela dele deles
    depois desde dessa desse desta deste deve devo dia dias disse dizer do dois dos
    e ela elas ele eles em enquanto entao entre era es esse essa essas esses esta estao estar estas este estes estou
    eu explicar faz fazem fazer faco favor fica foi fora gostaria ha havia informacao informacoes ir isso isto ja
    la lhe lhes lo mais mas me mesma mesmo meu meus minha minhas muita muitas muito muitos
    na nada nao nas nem nenhum nenhuma nessa nesse nesta neste no nos nossa nosso num numa
    o obrigada obrigado oi ola onde ou outra outras outro outros para pela pelas pelo pelos pergunta perguntar
    pode podem podemos poder poderia podia posso por porque pra pois preciso qual quais qualquer quando quanta
    quantas quanto quantos que quem queria quero saber se seja sem ser seu seus si sido sim so sob sobre somos sou sua
    suas tal tambem tanto tao te tem temos tenho ter teu teus ti tinha toda todas todo todos tu tua tuas tudo
    um uma umas uns vai vao ver vez voce voces vos vou";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_letters_and_digits() {
        let check = |text: &str, expected: &[&str]| {
            let found: Vec<&str> = words(text).map(|(_, word)| word).collect();
            assert_eq!(found, expected, "{text}");
            for (range, word) in words(text) {
                assert_eq!(&text[range], word, "{text}");
            }
        };
        check("¿Cuánto tarda?", &["Cuánto", "tarda"]);
        check("E27, 60 W (máx.)", &["E27", "60", "W", "máx"]);
        check("envi\u{301}o", &["envi\u{301}o"]);
        check("\u{301} a\u{0}b", &["a", "b"]);
        check("", &[]);
        check(&"x".repeat(WORD_MAX + 1), &[]);
        check("“DROP TABLE” 'a' OR (*)", &["DROP", "TABLE", "a", "OR"]);
    }

    #[test]
    fn case_and_accents_are_no_difference() {
        for (one, other) in [
            ("ENVÍO", "envio"),
            ("envi\u{301}o", "envío"),
            ("Ñandú", "nandu"),
            ("INSTALAÇÃO", "instalacao"),
            ("ΟΔΌΣ", "οδός"),
        ] {
            // The last letter of a Greek word has two small forms.
            assert_eq!(fold(one).replace('σ', "ς"), fold(other).replace('σ', "ς"), "{one} {other}");
        }
    }

    #[test]
    fn european_letters_lose_what_unicode_calls_a_mark() {
        use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
        let letters = ('À'..='ſ').chain('Ș'..='ț').filter(|c| c.is_alphabetic());
        for letter in letters {
            let small = letter.to_lowercase();
            let expected: String = small.nfd().filter(|c| !is_combining_mark(*c)).collect();
            assert_eq!(fold(&letter.to_string()), expected, "{letter}");
        }
    }

    #[test]
    fn a_word_is_known_in_its_other_endings() {
        let check = |language: Language, rows: &[&str]| {
            for row in rows {
                let words: Vec<&str> = row.split(' ').collect();
                for pair in words.windows(2) {
                    let (one, other) = (forms(pair[0], language), forms(pair[1], language));
                    assert!(!one.is_disjoint(&other), "{pair:?}: {one:?} {other:?}");
                }
            }
        };
        check(
            Language::Spanish,
            &[
                "envío envios ENVÍOS enviar envia",
                "devolución devoluciones devolucion DEVOLUCIONES",
                "tarda tardan tardará tardar tardáis tardais",
                "devolvéis devolveis devolver",
                "bombilla bombillas",
                "instalación instalacion instalar",
                "garantía garantias",
            ],
        );
        check(Language::English, &["shipping shipped ships", "bulb bulbs", "returning returns return"]);
        check(
            Language::Portuguese,
            &[
                "devolução devoluções devolucoes devolucao",
                "instalação instalacao instalar",
                "lâmpada lampadas",
            ],
        );
    }

    #[test]
    fn what_is_about_something_else_stays_apart() {
        for (one, other) in
            [("factura", "factor"), ("bomba", "bombilla"), ("tienda", "tiempo"), ("pago", "pagina")]
        {
            let (one, other) = (forms(one, Language::Spanish), forms(other, Language::Spanish));
            assert!(one.is_disjoint(&other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn every_text_has_forms() {
        use rand::{RngExt as _, SeedableRng as _};
        let mut random = rand::rngs::ChaCha8Rng::seed_from_u64(19);
        let alphabet: Vec<char> = "aeiouáéíóúãõçñ\u{303}mntsrcldqgu'’0b".chars().collect();
        for _ in 0..20_000 {
            let length = random.random_range(1..12);
            let word: String =
                (0..length).map(|_| alphabet[random.random_range(0..alphabet.len())]).collect();
            for (_, word) in words(&word) {
                for language in [Language::Spanish, Language::English, Language::Portuguese, Language::Other]
                {
                    let forms = forms(word, language);
                    assert!(forms.contains(&fold(word)) && !forms.contains(""), "{word}: {forms:?}");
                }
            }
        }
    }
}
