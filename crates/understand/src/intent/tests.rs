use super::*;

const EXAMPLES: [(&str, &str); 12] = [
    ("hours", "¿a qué hora abren?"),
    ("hours", "qué horario tienen los sábados"),
    ("hours", "hasta qué hora están abiertos"),
    ("order", "dónde está mi pedido"),
    ("order", "cuándo llega mi paquete"),
    ("order", "quiero saber el estado de mi compra"),
    ("person", "quiero hablar con una persona"),
    ("person", "páseme con un agente"),
    ("person", "necesito hablar con alguien"),
    ("return", "quiero devolver un producto"),
    ("return", "cómo hago una devolución"),
    ("return", "no me gustó y lo quiero cambiar"),
];

#[test]
fn what_is_said_otherwise_is_understood() {
    let model = Model::learn(EXAMPLES);
    assert_eq!(model.intents(), ["hours", "order", "person", "return"]);
    for (text, expected) in [
        ("a que hora abren", Some("hours")),
        ("A QUÉ HORA CIERRAN HOY???", Some("hours")),
        ("dnd esta mi pedido", Some("order")),
        ("onde está meu pedido", Some("order")),
        ("kiero hablar con un ajente 😡", Some("person")),
        ("q hago pa devolver esto", Some("return")),
        ("quisiera hacer una devolucion", Some("return")),
        ("qué bonito día hace hoy en la playa", None),
        ("asdkjh qwpoei zxmn", None),
        ("wie komme ich zum Bahnhof", None),
        ("👍", None),
        ("12345", None),
        ("...", None),
        ("", None),
    ] {
        let guess = model.classify(text);
        assert_eq!(guess.intent.as_deref(), expected, "{text}: {guess:?}");
    }
}

#[test]
fn examples_themselves_are_certain() {
    let model = Model::learn(EXAMPLES.into_iter().chain([
        ("hours", "buenas"),
        ("order", "buenas"),
        ("thanks", "va"),
    ]));
    for (text, expected) in [("¿A QUÉ HORA ABREN?", 1.0), ("Va!", 1.0)] {
        assert_eq!(model.classify(text).confidence, expected, "{text}");
    }
    assert!(model.classify("buenas").confidence < 1.0, "an example of two intents decides nothing");
}

#[test]
fn others_stand_by() {
    let model = Model::learn(EXAMPLES);
    let guess = model.classify("dónde está mi pedido que quiero devolver");
    let all: Vec<&str> = guess
        .intent
        .iter()
        .map(String::as_str)
        .chain(guess.others.iter().map(|other| other.intent.as_str()))
        .collect();
    assert!(all.contains(&"order") && all.contains(&"return"), "{guess:?}");
    assert!(guess.others.iter().all(|other| other.confidence <= guess.confidence));
    let nothing = model.classify_from("dónde está mi pedido que quiero devolver", 1.1);
    assert_eq!((nothing.intent, nothing.confidence), (None, guess.confidence));
    assert_eq!(nothing.others.first().map(|first| first.intent.as_str()), guess.intent.as_deref());
}

#[test]
fn few_examples_and_none() {
    let nothing = Model::learn([]);
    assert_eq!(nothing.classify("hola"), Guess { intent: None, confidence: 0.0, others: Vec::new() });
    let one = Model::learn([("hours", "a qué hora abren")]);
    assert_eq!(one.classify("a qué hora abren mañana").intent.as_deref(), Some("hours"));
    assert_eq!(one.classify("cuéntame un chiste").intent, None);
    let empty = Model::learn([("hours", ""), ("order", "!!!")]);
    assert_eq!(empty.classify("").intent, None);
}

#[test]
fn a_long_letter_costs_no_more_than_its_beginning() {
    let model = Model::learn(EXAMPLES);
    let letter = format!("quiero devolver un producto {}", "bla ".repeat(2_500));
    assert!(letter.len() > 10_000);
    assert_eq!(model.classify(&letter).others.len(), OTHERS_MAX);
    assert_eq!(model.classify(&"x".repeat(10_000)).intent, None);
    assert_eq!(model.classify(&"😀".repeat(5_000)).intent, None);
}

#[test]
fn equal_examples_give_equal_models() {
    let one = serde_json::to_string(&Model::learn(EXAMPLES)).unwrap();
    assert_eq!(one, serde_json::to_string(&Model::learn(EXAMPLES)).unwrap());
    let other = serde_json::to_string(&Model::learn(EXAMPLES.into_iter().take(9))).unwrap();
    assert_ne!(one, other);
}

#[test]
fn a_stored_model_guesses_alike() {
    let model = Model::learn(EXAMPLES);
    let stored = serde_json::to_value(&model).unwrap();
    let read: Model = serde_json::from_value(stored.clone()).unwrap();
    for (_, text) in EXAMPLES.iter().chain(&[("", "me pueden cambiar el producto"), ("", "hola")]) {
        assert_eq!(read.classify(text), model.classify(text));
    }
    let refused = |key: &str, value: serde_json::Value| {
        let mut stored = stored.clone();
        stored[key] = value;
        serde_json::from_value::<Model>(stored).unwrap_err().to_string()
    };
    assert_eq!(refused("edition", 1.into()), Unreadable::Edition.to_string());
    assert_eq!(refused("numbers", "AAAA".into()), Unreadable::Broken.to_string());
    assert_eq!(refused("numbers", "?".into()), Unreadable::Broken.to_string());
    let numbers = stored["numbers"].as_str().unwrap();
    assert_eq!(
        refused("numbers", numbers[..numbers.len() / 2 / 4 * 4].into()),
        Unreadable::Broken.to_string()
    );
}
