//! Numbers in words, up to 999,999,999, in Spanish, Portuguese and English.

use crate::{locale::Language, text::Token};

/// What a word adds to a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// 0 to 9.
    Unit(u64),
    /// 10 to 29 in one word: nothing can follow.
    Teen(u64),
    /// 20 to 90: a unit can follow.
    Ten(u64),
    /// 100 to 900: what is below it can follow. English says how many hundreds before it.
    Hundred(u64),
    /// Exactly 100: `cien`, `cem`. Only thousands and millions can follow.
    EvenHundred,
    Thousand,
    Million,
}

use Part::{EvenHundred, Hundred, Million, Teen, Ten, Thousand, Unit};

/// The longest number that begins at a piece, and where it ends.
///
/// Words that are articles, too (`un`, `uma`), count as 1; who asks decides whether they can be one. `a` is
/// a number only before `hundred` and `thousand`.
pub(super) fn number(tokens: &[Token], at: usize, language: Language) -> Option<(u64, usize)> {
    let reader = Reader { tokens, language };
    let (mut total, mut end) = (0, at);
    for scale in [Million, Thousand] {
        let factor = if scale == Million { 1_000_000 } else { 1_000 };
        let begin = if total > 0 { reader.linked(end) } else { end };
        let (count, after) = match reader.below_thousand(begin) {
            Some((count, after)) if count > 0 => (count, after),
            // `mil` needs no number before it; what is no number at all has none, either.
            _ if scale == Thousand && language != Language::English => (1, begin),
            _ => continue,
        };
        if reader.part(after) == Some(scale) {
            (total, end) = (total + count * factor, after + 1);
        }
    }
    let begin = if total > 0 { reader.linked(end) } else { end };
    match reader.below_thousand(begin) {
        Some((0, _)) if total > 0 => {}
        Some((rest, after)) => return Some((total + rest, after)),
        None => {}
    }
    (total > 0).then_some((total, end))
}

/// A word that can be an article and no number.
pub(super) fn is_article(token: &Token) -> bool {
    token.is_any(&["un", "una", "um", "uma", "one"])
}

struct Reader<'a> {
    tokens: &'a [Token],
    language: Language,
}

impl Reader<'_> {
    fn part(&self, at: usize) -> Option<Part> {
        let token = self.tokens.get(at)?;
        let table = match self.language {
            Language::Spanish => SPANISH,
            Language::Portuguese => PORTUGUESE,
            Language::English => ENGLISH,
        };
        table.iter().find(|(words, _)| token.is_any(words)).map(|(_, part)| *part)
    }

    fn is(&self, at: usize, words: &[&str]) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_any(words))
    }

    /// Where it goes on after a word that joins: `mil e duzentos`, `one thousand and two`.
    fn linked(&self, at: usize) -> usize {
        let joins = match self.language {
            Language::Spanish => false,
            Language::Portuguese => self.is(at, &["e"]),
            Language::English => self.is(at, &["and"]),
        };
        if joins { at + 1 } else { at }
    }

    fn below_thousand(&self, at: usize) -> Option<(u64, usize)> {
        if self.language == Language::English {
            let (count, after) = match self.below_hundred(at) {
                Some(found) => found,
                None if self.is(at, &["a"]) => (1, at + 1),
                None => return None,
            };
            let hundreds = matches!(self.part(after), Some(Hundred(_))) && (1..20).contains(&count);
            return match (hundreds, self.is(at, &["a"])) {
                (true, _) => Some(self.and_below_hundred(count * 100, after + 1)),
                (false, true) => (self.part(after) == Some(Thousand)).then_some((count, after)),
                (false, false) => Some((count, after)),
            };
        }
        match self.part(at)? {
            Hundred(value) => Some(self.and_below_hundred(value, at + 1)),
            EvenHundred => Some((100, at + 1)),
            _ => self.below_hundred(at),
        }
    }

    fn and_below_hundred(&self, hundreds: u64, after: usize) -> (u64, usize) {
        match self.below_hundred(self.linked(after)) {
            Some((rest, end)) if rest > 0 => (hundreds + rest, end),
            _ => (hundreds, after),
        }
    }

    fn below_hundred(&self, at: usize) -> Option<(u64, usize)> {
        match self.part(at)? {
            Unit(value) | Teen(value) => Some((value, at + 1)),
            Ten(value) => {
                let link: &[&str] = match self.language {
                    Language::Spanish => &["y"],
                    Language::Portuguese => &["e"],
                    Language::English => &["-"],
                };
                let unit = if self.is(at + 1, link) { Some(at + 2) } else { None };
                let unit = unit.or((self.language == Language::English).then_some(at + 1));
                match unit.and_then(|unit| Some((self.part(unit)?, unit + 1))) {
                    Some((Unit(more), end)) if more > 0 => Some((value + more, end)),
                    _ => Some((value, at + 1)),
                }
            }
            _ => None,
        }
    }
}

const SPANISH: &[(&[&str], Part)] = &[
    (&["cero"], Unit(0)),
    (&["un", "uno", "una"], Unit(1)),
    (&["dos"], Unit(2)),
    (&["tres"], Unit(3)),
    (&["cuatro"], Unit(4)),
    (&["cinco"], Unit(5)),
    (&["seis"], Unit(6)),
    (&["siete"], Unit(7)),
    (&["ocho"], Unit(8)),
    (&["nueve"], Unit(9)),
    (&["diez"], Teen(10)),
    (&["once"], Teen(11)),
    (&["doce"], Teen(12)),
    (&["trece"], Teen(13)),
    (&["catorce"], Teen(14)),
    (&["quince"], Teen(15)),
    (&["dieciseis"], Teen(16)),
    (&["diecisiete"], Teen(17)),
    (&["dieciocho"], Teen(18)),
    (&["diecinueve"], Teen(19)),
    (&["veintiun", "veintiuno", "veintiuna"], Teen(21)),
    (&["veintidos"], Teen(22)),
    (&["veintitres"], Teen(23)),
    (&["veinticuatro"], Teen(24)),
    (&["veinticinco"], Teen(25)),
    (&["veintiseis"], Teen(26)),
    (&["veintisiete"], Teen(27)),
    (&["veintiocho"], Teen(28)),
    (&["veintinueve"], Teen(29)),
    (&["veinte"], Ten(20)),
    (&["treinta"], Ten(30)),
    (&["cuarenta"], Ten(40)),
    (&["cincuenta"], Ten(50)),
    (&["sesenta"], Ten(60)),
    (&["setenta"], Ten(70)),
    (&["ochenta"], Ten(80)),
    (&["noventa"], Ten(90)),
    (&["cien"], EvenHundred),
    (&["ciento"], Hundred(100)),
    (&["doscientos", "doscientas"], Hundred(200)),
    (&["trescientos", "trescientas"], Hundred(300)),
    (&["cuatrocientos", "cuatrocientas"], Hundred(400)),
    (&["quinientos", "quinientas"], Hundred(500)),
    (&["seiscientos", "seiscientas"], Hundred(600)),
    (&["setecientos", "setecientas"], Hundred(700)),
    (&["ochocientos", "ochocientas"], Hundred(800)),
    (&["novecientos", "novecientas"], Hundred(900)),
    (&["mil"], Thousand),
    (&["millon", "millones"], Million),
];

const PORTUGUESE: &[(&[&str], Part)] = &[
    (&["zero"], Unit(0)),
    (&["um", "uma"], Unit(1)),
    (&["dois", "duas"], Unit(2)),
    (&["tres"], Unit(3)),
    (&["quatro"], Unit(4)),
    (&["cinco"], Unit(5)),
    (&["seis"], Unit(6)),
    (&["sete"], Unit(7)),
    (&["oito"], Unit(8)),
    (&["nove"], Unit(9)),
    (&["dez"], Teen(10)),
    (&["onze"], Teen(11)),
    (&["doze"], Teen(12)),
    (&["treze"], Teen(13)),
    (&["catorze", "quatorze"], Teen(14)),
    (&["quinze"], Teen(15)),
    (&["dezesseis", "dezasseis"], Teen(16)),
    (&["dezessete", "dezassete"], Teen(17)),
    (&["dezoito"], Teen(18)),
    (&["dezenove", "dezanove"], Teen(19)),
    (&["vinte"], Ten(20)),
    (&["trinta"], Ten(30)),
    (&["quarenta"], Ten(40)),
    (&["cinquenta", "cincoenta"], Ten(50)),
    (&["sessenta"], Ten(60)),
    (&["setenta"], Ten(70)),
    (&["oitenta"], Ten(80)),
    (&["noventa"], Ten(90)),
    (&["cem"], EvenHundred),
    (&["cento"], Hundred(100)),
    (&["duzentos", "duzentas"], Hundred(200)),
    (&["trezentos", "trezentas"], Hundred(300)),
    (&["quatrocentos", "quatrocentas"], Hundred(400)),
    (&["quinhentos", "quinhentas"], Hundred(500)),
    (&["seiscentos", "seiscentas"], Hundred(600)),
    (&["setecentos", "setecentas"], Hundred(700)),
    (&["oitocentos", "oitocentas"], Hundred(800)),
    (&["novecentos", "novecentas"], Hundred(900)),
    (&["mil"], Thousand),
    (&["milhao", "milhoes"], Million),
];

const ENGLISH: &[(&[&str], Part)] = &[
    (&["zero"], Unit(0)),
    (&["one"], Unit(1)),
    (&["two"], Unit(2)),
    (&["three"], Unit(3)),
    (&["four"], Unit(4)),
    (&["five"], Unit(5)),
    (&["six"], Unit(6)),
    (&["seven"], Unit(7)),
    (&["eight"], Unit(8)),
    (&["nine"], Unit(9)),
    (&["ten"], Teen(10)),
    (&["eleven"], Teen(11)),
    (&["twelve"], Teen(12)),
    (&["thirteen"], Teen(13)),
    (&["fourteen"], Teen(14)),
    (&["fifteen"], Teen(15)),
    (&["sixteen"], Teen(16)),
    (&["seventeen"], Teen(17)),
    (&["eighteen"], Teen(18)),
    (&["nineteen"], Teen(19)),
    (&["twenty"], Ten(20)),
    (&["thirty"], Ten(30)),
    (&["forty", "fourty"], Ten(40)),
    (&["fifty"], Ten(50)),
    (&["sixty"], Ten(60)),
    (&["seventy"], Ten(70)),
    (&["eighty"], Ten(80)),
    (&["ninety"], Ten(90)),
    (&["hundred"], Hundred(100)),
    (&["thousand"], Thousand),
    (&["million"], Million),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokens;

    #[test]
    fn numbers_in_words() {
        use Language::{English, Portuguese, Spanish};
        for (language, text, expected) in [
            (Spanish, "cero", Some((0, 1))),
            (Spanish, "mil cuarenta y dos", Some((1_042, 4))),
            (Spanish, "veintiún", Some((21, 1))),
            (Spanish, "veinte y uno", Some((21, 3))),
            (Spanish, "ciento uno", Some((101, 2))),
            (Spanish, "cien uno", Some((100, 1))),
            (Spanish, "cien mil", Some((100_000, 2))),
            (Spanish, "novecientos noventa y nueve mil novecientos noventa y nueve", Some((999_999, 9))),
            (Spanish, "doscientas mil tres", Some((200_003, 3))),
            (Spanish, "dos millones quinientos mil diez", Some((2_500_010, 5))),
            (Spanish, "mil", Some((1_000, 1))),
            (Spanish, "mil mil", Some((1_000, 1))),
            (Spanish, "treinta cuatro", Some((30, 1))),
            (Spanish, "uno dos", Some((1, 1))),
            (Spanish, "millones de personas", None),
            (Spanish, "casa", None),
            (Portuguese, "mil e quarenta e dois", Some((1_042, 5))),
            (Portuguese, "trezentos e vinte e um mil e cem", Some((321_100, 8))),
            (Portuguese, "cento e um", Some((101, 3))),
            (Portuguese, "dois e três", Some((2, 1))),
            (Portuguese, "vinte e", Some((20, 1))),
            (Portuguese, "novecentos e noventa e nove mil novecentos e noventa e nove", Some((999_999, 11))),
            (English, "one thousand and forty-two", Some((1_042, 6))),
            (English, "a hundred and five", Some((105, 4))),
            (English, "twelve hundred", Some((1_200, 2))),
            (English, "a thousand", Some((1_000, 2))),
            (English, "nine hundred ninety nine thousand nine hundred and ninety nine", Some((999_999, 10))),
            (English, "twenty one", Some((21, 2))),
            (English, "a house", None),
            (English, "hundred", None),
        ] {
            assert_eq!(number(&tokens(text), 0, language), expected, "{text}");
        }
    }
}
