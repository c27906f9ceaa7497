//! The part of an article that answers a question: one or two sentences, since they go into a bubble of a chat
//! or are read aloud.

use super::{
    question::Term,
    word::{Language, words},
};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::{collections::BTreeSet, ops::Range};

/// Words of an article, and which of them were looked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snippet {
    pub text: String,
    /// In characters.
    pub marks: Vec<Range<usize>>,
}

/// What an article says: its title in plain words, and Markdown or plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text<'t> {
    pub title: &'t str,
    pub body: &'t str,
}

/// A paragraph, an item of a list or a row of a table, without its markup, and the headings that it is under.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Block {
    headings: String,
    text: String,
}

/// A sentence, what of the question is in it, and what is in the headings above it.
struct Sentence<'b> {
    block: usize,
    text: &'b str,
    has: BTreeSet<usize>,
    under: BTreeSet<usize>,
}

/// What the headings above a sentence say counts, too, a little less than its own words: under “Canarias”, a
/// sentence is about Canarias. The title says it of every sentence.
const OWN: u64 = 4;
const ABOVE: u64 = 3;
const TITLE: u64 = 2;

/// The sentence of an article that has most of the question, by the weight of each term; two where both together
/// have more; the beginning where none has more than the title. At most `max` characters.
pub fn snippet(text: Text<'_>, language: Language, terms: &[Term], weights: &[u32], max: usize) -> Snippet {
    let blocks = blocks(text.body);
    let title = has(text.title, language, terms);
    let sentences = read(&blocks, language, terms);
    let worth = |sentences: &[Sentence]| -> u64 {
        let weight = |(term, weight): (usize, &u32)| {
            let share = if sentences.iter().any(|sentence| sentence.has.contains(&term)) {
                OWN
            } else if sentences.iter().any(|sentence| sentence.under.contains(&term)) {
                ABOVE
            } else {
                TITLE * u64::from(title.contains(&term))
            };
            u64::from(*weight) * share
        };
        weights.iter().enumerate().map(weight).sum()
    };
    let fits = |pair: &[Sentence]| match pair {
        [first, second] => {
            let length = first.text.chars().count() + 1 + second.text.chars().count();
            first.block == second.block && length <= max
        }
        _ => false,
    };
    let pairs = sentences.windows(2).filter(|pair| fits(pair));
    let is_bare = |pair: &[Sentence]| pair.iter().all(|sentence| sentence.has.is_empty());
    let beginning = sentences.windows(2).take(1).filter(|pair| fits(pair) && is_bare(pair));
    let mut best: Option<(u64, &[Sentence])> = None;
    for some in beginning.chain(sentences.windows(1)).chain(pairs) {
        if best.is_none_or(|(most, _)| most < worth(some)) {
            best = Some((worth(some), some));
        }
    }
    let chosen = best.map_or(&[][..], |(_, sentences)| sentences);
    let text: Vec<&str> = chosen.iter().map(|sentence| sentence.text).collect();
    marked(cut(&text.join(" "), max), language, terms)
}

/// `text` with the places of the words that are looked for.
pub fn marked(text: String, language: Language, terms: &[Term]) -> Snippet {
    let is_sought = |(_, word): &(Range<usize>, &str)| terms.iter().any(|term| term.is(word, language));
    let characters = |place: Range<usize>| {
        let start = text[..place.start].chars().count();
        start..start + text[place].chars().count()
    };
    let marks = words(&text).filter(is_sought).map(|(place, _)| characters(place)).collect();
    Snippet { text, marks }
}

/// Which terms `text` has.
fn has(text: &str, language: Language, terms: &[Term]) -> BTreeSet<usize> {
    let found = |term: &Term| words(text).any(|(_, word)| term.is(word, language));
    terms.iter().enumerate().filter(|(_, term)| found(term)).map(|(number, _)| number).collect()
}

fn read<'b>(blocks: &'b [Block], language: Language, terms: &[Term]) -> Vec<Sentence<'b>> {
    let of_block = |(number, block): (usize, &'b Block)| {
        let under = has(&block.headings, language, terms);
        let sentence = |text: &'b str| Sentence {
            block: number,
            text,
            has: has(text, language, terms),
            under: under.clone(),
        };
        sentences(&block.text).into_iter().map(sentence).collect::<Vec<_>>()
    };
    blocks.iter().enumerate().flat_map(of_block).collect()
}

/// At most `max` characters of `text`, ending with a word.
fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let room = max.saturating_sub(1);
    let end = text.char_indices().nth(room).map_or(text.len(), |(at, _)| at);
    let ends_there = text[end..].starts_with(char::is_whitespace);
    let kept = match text[..end].rfind(char::is_whitespace) {
        Some(space) if !ends_there => &text[..space],
        _ => &text[..end],
    };
    let mut kept = kept.trim_end_matches(|c: char| !c.is_alphanumeric()).to_owned();
    kept.extend("…".chars().take(max));
    kept
}

/// A sentence ends with its mark and a space, unless what follows goes on in small letters or the point is
/// that of a short form, as in `C. Mayor`.
fn sentences(text: &str) -> Vec<&str> {
    let mut found = vec![];
    let mut start = 0;
    for (at, _) in text.match_indices(char::is_whitespace) {
        let (before, after) = (&text[start..at], text[at..].trim_start());
        let before = before.trim_end_matches(['"', '\'', '”', '’', '»', ')', ']', '*']);
        let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        let stem = word.strip_suffix('.').unwrap_or_default();
        let is_short = (1..=2).contains(&stem.chars().count()) && stem.starts_with(char::is_uppercase);
        let is_end = before.ends_with(['.', '!', '?', '…']) && !is_short;
        if is_end && !after.starts_with(char::is_lowercase) {
            found.push(text[start..at].trim());
            start = at;
        }
    }
    found.push(text[start..].trim());
    found.retain(|sentence| !sentence.is_empty());
    found
}

/// The text of Markdown, by blocks. Plain text is its paragraphs.
fn blocks(markdown: &str) -> Vec<Block> {
    let mut reader = Reader::default();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        reader.see(event);
    }
    reader.end_block();
    reader.blocks
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    /// By level.
    headings: Vec<(usize, String)>,
    text: String,
}

impl Reader {
    fn see(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) | Event::Code(text) => self.text.push_str(&text),
            Event::SoftBreak | Event::HardBreak => self.text.push(' '),
            Event::Start(Tag::TableCell) if !self.text.is_empty() => self.text.push_str(", "),
            Event::End(TagEnd::Heading(level)) => {
                let text = std::mem::take(&mut self.text);
                self.headings.retain(|(above, _)| *above < level as usize);
                self.headings.push((level as usize, text));
            }
            // What the columns are called is above each row.
            Event::End(TagEnd::TableHead) => {
                let text = std::mem::take(&mut self.text);
                self.headings.push((TABLE_HEAD, text));
            }
            Event::End(TagEnd::Table) => self.headings.retain(|(level, _)| *level < TABLE_HEAD),
            // A paragraph in an item of a list begins one within another.
            Event::Start(Tag::List(_) | Tag::Item | Tag::Paragraph | Tag::Heading { .. } | Tag::Table(_))
            | Event::End(TagEnd::Item | TagEnd::Paragraph | TagEnd::TableRow | TagEnd::CodeBlock) => {
                self.end_block();
            }
            _ => {}
        }
    }

    fn end_block(&mut self) {
        let text: Vec<&str> = self.text.split_whitespace().collect();
        if !text.is_empty() {
            let headings: Vec<&str> = self.headings.iter().map(|(_, text)| text.as_str()).collect();
            self.blocks.push(Block { headings: headings.join(" "), text: text.join(" ") });
        }
        self.text.clear();
    }
}

/// Below every heading.
const TABLE_HEAD: usize = 7;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::question::{WHOLE, terms, weights};

    fn found(body: &str, question: &str, max: usize) -> Snippet {
        let terms = terms(question, "es", &[Language::Spanish].into(), false);
        let weights = weights(10, &vec![1; terms.len()]);
        snippet(Text { title: "Envíos", body }, Language::Spanish, &terms, &weights, max)
    }

    const SHIPPING: &str = "\
Enviamos desde **nuestro almacén** de Getafe. Si pides antes de las 14:00, sale el mismo día.

## Península
El envío tarda 24-48 h y cuesta 4,90 €. Gratis desde 60 €.

## Canarias
Tarda de 5 a 7 días laborables. El precio es de 12,90 € y el IGIC se paga aparte
(véase la [web de aduanas](https://example.com/aduanas)).

| Destino | Plazo | Precio |
|---|---|---|
| México | 8 a 12 días | 24,90 € |
| Portugal | 2 a 3 días | 6,90 € |

- Avisamos por SMS.
- El mensajero llama antes:
  - una vez por la mañana
";

    #[test]
    fn the_sentence_that_has_most_of_the_question() {
        let check = |question: &str, expected: &str| {
            assert_eq!(found(SHIPPING, question, 300).text, expected, "{question}");
        };
        check("¿cuánto tarda el envío?", "El envío tarda 24-48 h y cuesta 4,90 €.");
        check("¿cuánto tarda el envío a Canarias?", "Tarda de 5 a 7 días laborables.");
        check("¿cuánto tarda en Canarias?", "Tarda de 5 a 7 días laborables.");
        check(
            "precio Canarias",
            "El precio es de 12,90 € y el IGIC se paga aparte (véase la web de aduanas).",
        );
        check(
            "¿tarda mucho y hay que pagar IGIC?",
            "Tarda de 5 a 7 días laborables. El precio es de 12,90 € y el IGIC se paga aparte (véase la web de aduanas).",
        );
        check("plazo mexico", "México, 8 a 12 días, 24,90 €");
        check("sms", "Avisamos por SMS.");
        check("península", "El envío tarda 24-48 h y cuesta 4,90 €.");
        check("por la mañana", "una vez por la mañana");
        check("almacenes", "Enviamos desde nuestro almacén de Getafe.");
        check(
            "bicicletas",
            "Enviamos desde nuestro almacén de Getafe. Si pides antes de las 14:00, sale el mismo día.",
        );
    }

    #[test]
    fn never_longer_than_it_may_be() {
        let alphabet = ["uno ", "dos", ". ", "¿tres? ", "ñandú", "\n\n", "- ", "# ", "😀", "`x`", "e\u{301}"];
        for seed in 0_usize..400 {
            let body: String =
                (0..40).map(|at| alphabet[(seed * 31 + at * at * 7 + at) % alphabet.len()]).collect();
            for max in [0, 1, 2, 7, 30] {
                let Snippet { text, marks } = found(&body, "tres ñandú", max);
                let length = text.chars().count();
                assert!(length <= max, "{text:?} of {body:?} has more than {max}");
                assert!(marks.iter().all(|mark| mark.start < mark.end && mark.end <= length), "{marks:?}");
            }
        }
        assert_eq!(found("Una frase que no termina nunca y sigue", "frase", 20).text, "Una frase que no…");
        assert_eq!(found("Una frase, que no", "frase", 11).text, "Una frase…");
        assert_eq!(found("Supercalifragilístico", "frase", 6).text, "Super…");
        assert_eq!(found("", "frase", 60), Snippet::default());
    }

    #[test]
    fn what_was_looked_for_is_marked_in_characters() {
        let found = found("¿Envíos? ¡Sí! Enviamos a Canarias.", "envio canarias", 30);
        assert_eq!(found.text, "Enviamos a Canarias.");
        assert_eq!(found.marks, [0..8, 11..19]);
        let terms = terms("env", "es", &[Language::Spanish].into(), true);
        let title = marked("Gastos de envío 😀 y envolver".to_owned(), Language::Spanish, &terms);
        assert_eq!(title.marks, [10..15, 20..28]);
    }

    #[test]
    fn one_sentence_where_the_other_adds_nothing_and_two_where_it_does() {
        let body = "La garantía es de 3 años. Cubre fallos de fábrica. No cubre golpes.";
        assert_eq!(found(body, "garantía", 100).text, "La garantía es de 3 años.");
        assert_eq!(
            found(body, "garantía fábrica", 100).text,
            "La garantía es de 3 años. Cubre fallos de fábrica."
        );
        assert_eq!(found(body, "garantía fábrica", 30).text, "La garantía es de 3 años.", "they do not fit");
        let (terms, weights) =
            (terms("golpes garantía", "es", &[Language::Spanish].into(), false), [1, WHOLE - 1]);
        let text = Text { title: "", body };
        assert_eq!(snippet(text, Language::Spanish, &terms, &weights, 40).text, "La garantía es de 3 años.");
    }

    #[test]
    fn where_a_sentence_ends() {
        let check = |text: &str, expected: &[&str]| assert_eq!(sentences(text), expected, "{text}");
        check("Hola. Adiós.", &["Hola.", "Adiós."]);
        check(
            "¿Y si llega roto? ¡Tranquilo! Te lo cambiamos…",
            &["¿Y si llega roto?", "¡Tranquilo!", "Te lo cambiamos…"],
        );
        check("Cuesta 4,90 € p. ej. en Madrid", &["Cuesta 4,90 € p. ej. en Madrid"]);
        check("C. Mayor 12, 1.º B. Abrimos a las 10.", &["C. Mayor 12, 1.º B. Abrimos a las 10."]);
        check("Calle Mayor 12. 28013 Madrid", &["Calle Mayor 12.", "28013 Madrid"]);
        check("(Sin gastos.) Siempre.", &["(Sin gastos.)", "Siempre."]);
        check("3.5 W", &["3.5 W"]);
        check("", &[]);
    }
}
