//! Whatever is said: nothing panics, and what is found stands in the text.

#![allow(clippy::unwrap_used, reason = "a test may stop here")]

use jiff::civil::{Date, date};
use understand::{
    entity::{self, Document, Kind, Looking, Place},
    intent::Model,
    locale::Locale,
    redact::{personal, redact},
};

const TODAY: Date = date(2026, 11, 23);

/// Pieces that scanners take an interest in.
const PIECES: &[&str] = &[
    "a",
    "las",
    "la",
    "el",
    "de",
    "del",
    "en",
    "y",
    "con",
    "que",
    "viene",
    "hace",
    "dentro",
    "cinco",
    "media",
    "cuarto",
    "menos",
    "mil",
    "millones",
    "cien",
    "ciento",
    "veinte",
    "un",
    "uno",
    "cero",
    "doble",
    "meia",
    "e",
    "mañana",
    "pasado",
    "lunes",
    "próximo",
    "mayo",
    "may",
    "dia",
    "31",
    "30",
    "12",
    "5",
    "0",
    "2026",
    "99999999999999999999",
    "600123456",
    "12345678",
    "Z",
    "K",
    "A",
    "@",
    ".",
    ",",
    "-",
    "/",
    ":",
    "+",
    "(",
    ")",
    "$",
    "€",
    "R$",
    "%",
    "#",
    "'",
    "euros",
    "pesos",
    "lucas",
    "céntimos",
    "arroba",
    "punto",
    "guion",
    "bajo",
    "com",
    "es",
    "pm",
    "h",
    "p.m.",
    "am",
    "at",
    "half",
    "past",
    "to",
    "the",
    "third",
    "às",
    "da",
    "tarde",
    "noche",
    "sí",
    "si",
    "no",
    "quizás",
    "👍",
    "ñ",
    "\u{301}",
    "\u{200d}",
    "İ",
    "º",
    "１２",
    "dni",
    "4111",
    "1111",
    "ES91",
    "2100",
    "0418",
    "raya",
    "ka",
    "más",
];

#[test]
fn nothing_panics_and_ranges_fit() {
    let kinds = kinds();
    let mut random = 7_u64;
    for _ in 0..4_000 {
        let mut text = String::new();
        for _ in 0..below(&mut random, 12) {
            text += PIECES[below(&mut random, PIECES.len())];
            text += ["", " ", " ", " ", "  "][below(&mut random, 5)];
        }
        let locale = Locale::ALL[below(&mut random, Locale::ALL.len())];
        let place = Place {
            looking: [Looking::Ahead, Looking::Back][below(&mut random, 2)],
            day_from: [None, Some(jiff::civil::time(8, 0, 0, 0))][below(&mut random, 2)],
            ..Place::new(locale, TODAY)
        };
        for kind in &kinds {
            let mut end = 0;
            for found in entity::find(kind, &text, &place) {
                let part = text.get(found.range.clone());
                assert!(part.is_some_and(|part| !part.is_empty()), "{kind:?} {found:?} in {text:?}");
                assert!(end <= found.range.start, "{kind:?} overlaps in {text:?}");
                end = found.range.end;
            }
        }
        let mut end = 0;
        for (range, what) in personal(&text, locale) {
            assert!(text.get(range.clone()).is_some() && end <= range.start, "{what:?} in {text:?}");
            end = range.end;
        }
    }
}

/// What grows faster than the text would not end here.
#[test]
fn long_texts() {
    let model = Model::learn([("hours", "a qué hora abren"), ("order", "dónde está mi pedido")]);
    let kinds = kinds();
    for piece in [
        "uno ",
        "600123456",
        "6 ",
        "1.",
        "a.",
        "marta punto ",
        "lunes ",
        "a las cinco ",
        "x@",
        "12345678Z ",
        "$",
        "ñ\u{301}",
    ] {
        let text = piece.repeat(10_000 / piece.chars().count());
        for locale in [Locale::EsEs, Locale::PtBr, Locale::En] {
            for kind in &kinds {
                entity::find(kind, &text, &Place::new(locale, TODAY));
            }
            redact(&text, locale);
        }
        model.classify(&text);
    }
}

fn kinds() -> Vec<Kind> {
    vec![
        Kind::Date,
        Kind::Time,
        Kind::Money,
        Kind::Number,
        Kind::Document(None),
        Kind::Document(Some(Document::MxCurp)),
        Kind::Phone,
        Kind::Email,
        Kind::Order("A-######".parse().unwrap()),
        Kind::Order("#{3,12}".parse().unwrap()),
        Kind::YesNo,
    ]
}

fn below(random: &mut u64, limit: usize) -> usize {
    *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    ((*random >> 33) as usize) % limit
}
