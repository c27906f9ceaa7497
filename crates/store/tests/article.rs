//! Articles are kept, found in the same order by both databases whatever is asked, and counted.

#![allow(clippy::unwrap_used, reason = "a test says what it expects")]

use domain::{
    article::{
        Audience, Scope, State, fallback,
        question::{WHOLE, terms},
        word::Language,
    },
    id::InteractionId,
    interaction::{Ending, Event},
    time::Timestamp,
};
use futures::executor::block_on;
use jiff::civil::date;
use std::collections::BTreeMap;
use store::{
    article::{
        self, Article, Text,
        search::{Found, Search, locales, page, search},
        usage::{self, Usage, Use},
    },
    journal,
    migration::migrate,
    native::{Database, Scratch},
    parameters,
    port::{Error, Sql, transaction},
};

const EVERYTHING: Scope = Scope { audience: None, state: None };

struct Center {
    sql: Database,
    _scratch: Scratch,
}

impl Center {
    fn open() -> Self {
        let scratch = Scratch::new();
        let sql = scratch.connect();
        block_on(migrate(&sql)).unwrap();
        Center { sql, _scratch: scratch }
    }

    fn put(&self, article: &Article) {
        let put = async |sql: &Database| article::put(sql, article).await;
        block_on(transaction(&self.sql, put)).unwrap();
    }

    fn find(&self, id: &str) -> Option<Article> {
        block_on(article::find(&self.sql, id)).unwrap()
    }

    fn remove(&self, id: &str) -> bool {
        let remove = async |sql: &Database| article::remove(sql, id).await;
        block_on(transaction(&self.sql, remove)).unwrap()
    }

    fn search(&self, question: &str, locale: &str, scope: Scope, is_typed: bool) -> Vec<Found> {
        let known = block_on(locales(&self.sql)).unwrap();
        let locales = fallback(&known, locale, "es");
        let languages = locales.iter().map(|locale| Language::of(locale)).collect();
        let terms = terms(question, locale, &languages, is_typed);
        let wanted = Search { locales: &locales, scope, terms: &terms, limit: 10 };
        let (found, weights) = block_on(search(&self.sql, wanted)).unwrap();
        assert!(found.is_empty() || weights.len() == terms.len());
        assert!(found.iter().all(|found| 0 < found.score && found.score <= WHOLE), "{found:?}");
        found
    }

    /// What is found of a finished question, by all who may ask.
    #[track_caller]
    fn check(&self, question: &str, expected: &str) {
        let found = self.search(question, "es", EVERYTHING, false);
        let ids: Vec<String> = found.into_iter().map(|found| found.article.id).collect();
        assert_eq!(ids.join(" "), expected, "{question}");
    }
}

/// `es=title|keywords|body`
fn an_article(id: &str, texts: &[&str]) -> Article {
    let text = |text: &&str| {
        let (locale, text) = text.split_once('=').unwrap();
        let mut parts = text.split('|').map(str::to_owned);
        let (title, keywords) = (parts.next().unwrap(), parts.next().unwrap());
        let keywords = keywords.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        (locale.to_owned(), Text { title, keywords, body: parts.next().unwrap(), url: None })
    };
    Article {
        id: id.to_owned(),
        version: 1,
        audience: Audience::Public,
        state: State::Published,
        review_by: None,
        topics: Default::default(),
        created_at: Timestamp(1),
        created_by: None,
        updated_at: Timestamp(1),
        updated_by: None,
        texts: texts.iter().map(text).collect(),
    }
}

fn shop() -> Center {
    let center = Center::open();
    for article in [
        an_article(
            "envio",
            &[
                "es=Plazos de envío|gastos,cuesta|A Canarias tarda 7 días. A México, 12.",
                "en=Shipping times||To the Canary Islands it takes 7 days.",
            ],
        ),
        an_article(
            "devolucion",
            &[
                "es=Devoluciones|reembolso|Tienes 30 días. El envío de vuelta cuesta 4,90 €.",
                "es-MX=Devoluciones|reembolso|En México tienes 15 días.",
            ],
        ),
        an_article("bombilla", &["es=Qué bombilla lleva|E27,casquillo|Nuestras lámparas llevan LED de 8 W."]),
        an_article("tienda", &["es=Nuestra tienda||Calle Mayor 12. Todas las lámparas encendidas."]),
    ] {
        center.put(&article);
    }
    center
}

#[test]
fn an_article_is_kept_changed_and_taken_away() {
    let center = Center::open();
    assert_eq!(center.find("envio"), None);
    let mut article = Article {
        audience: Audience::Internal,
        state: State::Draft,
        review_by: Some(date(2027, 1, 31)),
        topics: ["envios".to_owned()].into(),
        created_by: Some("marta".into()),
        ..an_article("envio", &["es=Envío|a,b|**7** días", "en=Shipping||7 days"])
    };
    article.texts.get_mut("en").unwrap().url = Some("https://example.com/shipping".to_owned());
    center.put(&article);
    assert_eq!(center.find("envio"), Some(article.clone()));
    // Who wrote it first is remembered.
    let changed = Article {
        version: 2,
        state: State::Published,
        review_by: None,
        created_at: Timestamp(1),
        updated_at: Timestamp(5),
        updated_by: Some("luis".into()),
        ..an_article("envio", &["es=Entregas||8 días", "pt=Entregas||8 dias"])
    };
    center.put(&changed);
    let expected = Article { created_by: article.created_by.clone(), ..changed };
    assert_eq!(center.find("envio"), Some(expected));
    center.check("envío", "");
    center.check("entregas", "envio");
    assert_eq!(block_on(locales(&center.sql)).unwrap(), ["es", "pt"]);
    assert!(center.remove("envio"));
    assert!(!center.remove("envio"));
    center.check("entregas", "");
    let left = block_on(center.sql.query("SELECT 1 FROM article_search", &[])).unwrap();
    assert_eq!((center.find("envio"), left), (None, vec![]));
}

#[test]
fn the_best_answer_is_the_first() {
    let center = shop();
    center.check("¿cuánto tarda el envío a Canarias?", "envio devolucion");
    center.check("CUANTO TARDA EL ENVIO A CANARIAS", "envio devolucion");
    center.check("tardáis mucho en enviar", "envio devolucion");
    center.check("devolver un envío", "envio devolucion");
    center.check("¿qué casquillo llevan?", "bombilla");
    center.check("lámpara", "tienda bombilla");
    center.check("LED de 8w", "bombilla");
    center.check("reembolsos", "devolucion");
    center.check("¿cuesta?", "envio devolucion");
    center.check("bicicletas eléctricas", "");
    center.check("", "");
    center.check("¿qué?", "bombilla");
}

#[test]
fn a_score_is_the_part_of_the_question_that_is_there() {
    let center = shop();
    let scores = |question: &str| -> BTreeMap<String, f64> {
        let found = center.search(question, "es", EVERYTHING, false).into_iter();
        found.map(|found| (found.article.id, f64::from(found.score) / f64::from(WHOLE))).collect()
    };
    let near = |score: f64, expected: f64| assert!((score - expected).abs() < 1e-4, "{score} for {expected}");
    near(scores("tienda")["tienda"], 1.0);
    near(scores("encendidas")["tienda"], 0.6);
    // Neither word is in another article, so each is half of the question.
    near(scores("tienda encendida")["tienda"], 0.8);
    // One that no article has counts like one that is in a single one.
    near(scores("tienda bicicleta")["tienda"], 0.5);
    near(scores("encendida bicicleta")["tienda"], 0.3);
    // ln(1 + 3.5 ÷ 1.5) for Canarias and ln(1 + 2.5 ÷ 2.5) for the word that two have.
    let (rare, common) = ((10.0_f64 / 3.0).ln(), 2.0_f64.ln());
    let both = scores("envío Canarias");
    near(both["envio"], (common + 0.6 * rare) / (rare + common));
    near(both["devolucion"], 0.6 * common / (rare + common));
}

#[test]
fn who_types_finds_before_the_word_is_whole() {
    let center = shop();
    let typed = |text: &str| -> Vec<String> {
        let found = center.search(text, "es", EVERYTHING, true).into_iter();
        found.map(|found| found.article.id).collect()
    };
    for (text, expected) in [
        ("devol", "devolucion"),
        ("Devolució", "devolucion"),
        ("plazos de env", "envio devolucion"),
        ("casq", "bombilla"),
        ("ca", "bombilla tienda envio"),
        ("cas ", ""),
        ("x", ""),
    ] {
        assert_eq!(typed(text).join(" "), expected, "{text}");
    }
}

#[test]
fn one_text_of_each_article_in_the_locale_or_its_like() {
    let center = shop();
    let found = |question: &str, locale: &str| -> Vec<String> {
        let found = center.search(question, locale, EVERYTHING, false).into_iter();
        found.map(|found| format!("{} {}", found.article.id, found.locale)).collect()
    };
    assert_eq!(found("devoluciones en México", "es-MX"), ["devolucion es-MX", "envio es"]);
    assert_eq!(found("vuelta", "es-MX"), Vec::<String>::new(), "that is said elsewhere only");
    assert_eq!(found("vuelta", "es"), ["devolucion es"]);
    assert_eq!(found("shipping", "en-GB"), ["envio en"]);
    assert_eq!(found("plazos", "en"), Vec::<String>::new());
    assert_eq!(found("bombillas", "en"), ["bombilla es"], "there is no other");
    assert_eq!(found("plazos", "pt"), ["envio es"]);
}

#[test]
fn nobody_finds_what_is_not_for_them() {
    let center = Center::open();
    for (audience, state) in [
        (Audience::Public, State::Published),
        (Audience::Public, State::Draft),
        (Audience::Public, State::Withdrawn),
        (Audience::Internal, State::Published),
    ] {
        let id = format!("{}-{}", audience.as_str(), state.as_str());
        center.put(&Article { audience, state, ..an_article(&id, &["es=Precio||x"]) });
    }
    let found = |scope: Scope| -> Vec<String> {
        center.search("precio", "es", scope, false).into_iter().map(|found| found.article.id).collect()
    };
    let all = |scope: Scope| -> Vec<String> {
        let all = block_on(page(&center.sql, &["es"], scope, "", 10)).unwrap().into_iter();
        all.map(|found| found.article.id).collect()
    };
    let public = |state| Scope { audience: Some(Audience::Public), state };
    for (scope, expected) in [
        (Scope::CONTACTS, "public-published"),
        (Scope { audience: None, state: Some(State::Published) }, "internal-published public-published"),
        (public(None), "public-draft public-published public-withdrawn"),
        (public(Some(State::Draft)), "public-draft"),
        (EVERYTHING, "internal-published public-draft public-published public-withdrawn"),
    ] {
        assert_eq!((found(scope).join(" ").as_str(), all(scope).join(" ").as_str()), (expected, expected));
    }
}

#[test]
fn all_articles_page_by_page() {
    let center = shop();
    let ids = |after: &str, limit| -> Vec<String> {
        let found = block_on(page(&center.sql, &["es-MX", "es"], EVERYTHING, after, limit)).unwrap();
        assert!(found.iter().all(|found| found.score == 0));
        found.into_iter().map(|found| format!("{} {}", found.article.id, found.locale)).collect()
    };
    assert_eq!(ids("", 2), ["bombilla es", "devolucion es-MX"]);
    assert_eq!(ids("devolucion", 9), ["envio es", "tienda es"]);
    assert_eq!(ids("tienda", 9), Vec::<String>::new());
    assert_eq!(block_on(page(&center.sql, &["en"], EVERYTHING, "", 9)).unwrap().len(), 1);
    assert_eq!(block_on(page(&center.sql, &[], EVERYTHING, "", 9)).unwrap(), []);
}

#[test]
fn anything_may_be_asked_and_written() {
    let center = shop();
    let strange = [
        "\"",
        "'",
        "''",
        "\\",
        "*",
        "env*",
        "NEAR(a b)",
        "title : envio",
        "{title} : x",
        "a AND b OR NOT c",
        "-x",
        "^a",
        "(",
        ")",
        "a & b | !c",
        "<->",
        ":*",
        "envio:*AB",
        "';DROP TABLE article;--",
        "%",
        "_",
        "$1 ?1",
        "\u{0}",
        "😀",
        "e\u{301}",
        "\u{301}\u{302}",
        "ﬁn ½ ² Ⅷ",
        "日本語 検索",
        "ОПЛАТА",
        "إرجاع",
        "ǅ ß İ ı ſ",
        "١٢٣",
        "a\u{200b}b\u{200d}c",
        "1e5 -2 3.14 1.2.3.4 a@b.c https://x.y/z?q=1 a_b a/b a-b",
        "\u{feff}x",
        "ﷺ",
        "¹²³",
        "ªº",
        "𝒜𝟘",
        "ⓐ㎏",
    ];
    let long = "x".repeat(5000);
    for (number, text) in strange.into_iter().chain([long.as_str()]).enumerate() {
        for is_typed in [false, true] {
            center.search(text, "es", EVERYTHING, is_typed);
        }
        if text.contains('\u{0}') {
            continue;
        }
        // Whoever asks in an article's own words finds it.
        let own = format!("es={0} palabra{number}|{0}|{0}", text.replace(['|', '='], " "));
        center.put(&an_article("strange", &[&own]));
        let found = center.search(&format!("{text} palabra{number}"), "es", EVERYTHING, false);
        assert_eq!(found.first().map(|found| found.article.id.as_str()), Some("strange"), "{text:?}");
        assert_eq!(found[0].score, WHOLE, "{text:?}");
    }
    let all: String = strange.concat();
    center.search(&all, "es", EVERYTHING, true);
    // As long as a text may be, and more places than PostgreSQL counts.
    let body = (0..10_000).map(|number| format!("{} ", number % 7)).collect::<String>();
    center.put(&an_article("long", &[&format!("es=Largo||{body} final")]));
    center.check("final", "long");
}

/// What became of an interaction in which articles were shown.
fn play(center: &Center, id: &str, events: &[Event]) {
    let id = InteractionId::from(id);
    let append = async |sql: &Database| journal::append(sql, &id, &[], Timestamp(100), events).await;
    block_on(transaction(&center.sql, append)).unwrap();
}

#[test]
fn what_a_bot_answered_by_itself_is_counted() {
    let center = Center::open();
    let insert = "INSERT INTO conversation (id, channel, account_id, scheme, value, contact_id, capacity)
        VALUES ('chat', 'pigeon', 'shop', 'ring', '1', 'marta', 'chat')";
    block_on(center.sql.query(insert, &[])).unwrap();
    let started = || Event::Started { conversation: "chat".into() };
    let queued = || Event::Queued { queue: "sales".into(), priority: 0, topic: None };
    let answered = || Event::Answered { agent: "amy".into() };
    let flowed = || Event::Flowed { flow: "bot".into() };
    let ended = |by| Event::Ended { by };
    play(&center, "alone", &[started(), ended(Ending::Bot)]);
    play(&center, "talking", &[started()]);
    play(&center, "left", &[started(), queued(), ended(Ending::Abandoned)]);
    play(&center, "turned-away", &[started(), queued(), ended(Ending::TurnedAway)]);
    play(&center, "person", &[started(), queued(), answered(), flowed(), ended(Ending::Bot)]);
    play(&center, "waited", &[started(), queued(), flowed(), ended(Ending::Bot)]);
    let shown = [
        ("1", "alone", "envio", 10),
        ("2", "alone", "envio", 11),
        ("3", "alone", "tienda", 12),
        ("4", "talking", "envio", 10),
        ("5", "left", "envio", 10),
        ("6", "turned-away", "tienda", 10),
        ("7", "person", "envio", 10),
        ("8", "waited", "tienda", 19),
        ("9", "waited", "tienda", 20),
    ];
    for (id, interaction, article, at) in shown {
        let used = Use {
            id: id.to_owned(),
            interaction: interaction.into(),
            article: article.to_owned(),
            locale: "es".to_owned(),
            question: "¿cuánto?".to_owned(),
            at: Timestamp(at),
        };
        block_on(usage::add(&center.sql, &used)).unwrap();
    }
    let judge = |interaction: &str, helpful| {
        block_on(usage::judge(&center.sql, &interaction.into(), helpful)).unwrap()
    };
    assert!(judge("talking", false) && judge("talking", true), "the last word counts");
    assert!(judge("alone", true) && judge("left", false));
    assert!(!judge("nobody", true));
    let figures =
        |from, until| block_on(usage::by_article(&center.sql, Timestamp(from), Timestamp(until))).unwrap();
    let counted = figures(10, 20);
    let envio = Usage { shown: 5, interactions: 4, over: 3, deflected: 1, helped: 1, not_helped: 1 };
    let tienda = Usage { shown: 3, interactions: 3, over: 3, deflected: 2, helped: 1, not_helped: 0 };
    assert_eq!(counted, [("envio".to_owned(), envio), ("tienda".to_owned(), tienda)].into());
    let total = block_on(usage::of_all(&center.sql, Timestamp(10), Timestamp(20))).unwrap();
    let expected = Usage { shown: 8, interactions: 6, over: 5, deflected: 2, helped: 2, not_helped: 1 };
    assert_eq!(total, expected, "an interaction with two articles is one");
    assert_eq!(figures(0, 10), BTreeMap::new());
    let nothing = block_on(usage::of_all(&center.sql, Timestamp(0), Timestamp(10))).unwrap();
    assert_eq!(nothing, Usage::default());
}

#[test]
fn a_use_is_kept_with_what_shows_it_or_not_at_all() {
    let center = Center::open();
    let used = Use {
        id: "1".to_owned(),
        interaction: "i".into(),
        article: "envio".to_owned(),
        locale: "es".to_owned(),
        question: String::new(),
        at: Timestamp(1),
    };
    let failed: Result<(), Error> = block_on(transaction(&center.sql, async |sql| {
        usage::add(sql, &used).await?;
        sql.query("SELECT nothing FROM nowhere", parameters![]).await.map(drop)
    }));
    assert!(failed.is_err());
    let total = block_on(usage::of_all(&center.sql, Timestamp(0), Timestamp(9))).unwrap();
    assert_eq!(total, Usage::default());
}
