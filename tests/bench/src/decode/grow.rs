//! A provider's request, grown to a size in the ways that requests grow.

use fuzz::target::Target;
use serde_json::{Value, json};

/// A request of about so many bytes.
pub(super) type Make = Box<dyn Fn(usize) -> Vec<u8>>;

/// The ways in which requests of `target` grow.
pub(super) fn shapes(target: &Target) -> Vec<(&'static str, Make)> {
    let documents: Vec<Value> =
        target.contents.iter().filter_map(|content| serde_json::from_slice(content).ok()).collect();
    let longest = target.contents.iter().max_by_key(|content| content.len()).cloned().unwrap_or_default();
    let mut shapes: Vec<(&'static str, Make)> = vec![
        ("one byte", Box::new(|size| vec![b'a'; size])),
        ("a deep nest", Box::new(|size| vec![b'['; size])),
        ("the same again", Box::new(move |size| cycled(&longest, size))),
    ];
    if let Some(document) = documents.iter().max_by_key(|document| document.to_string().len()).cloned() {
        shapes.extend(of_json(document));
    } else if target.contents.iter().any(|content| content.contains(&b'\n')) {
        shapes.extend(of_letters());
        shapes.extend(of_parts());
    } else {
        shapes.extend(of_forms(target.contents.first().cloned().unwrap_or_default()));
    }
    shapes
}

fn cycled(unit: &[u8], size: usize) -> Vec<u8> {
    unit.iter().copied().cycle().take(size).collect()
}

fn of_json(document: Value) -> Vec<(&'static str, Make)> {
    let outer = document.clone();
    let inner = document.clone();
    let text = document.clone();
    vec![
        ("a long list", Box::new(move |size| with_list(&outer, false, size))),
        ("a long inner list", Box::new(move |size| with_list(&inner, true, size))),
        ("a long text", Box::new(move |size| with_text(&text, "Hola, ¿qué tal? 👋\n", size))),
        ("escapes", Box::new(move |size| with_text(&document, "\"\\\u{1}", size))),
        (
            "members",
            Box::new(|size| {
                let members = (0..size / 24).map(|index| (format!("member{index}"), json!("value")));
                Value::Object(members.collect()).to_string().into()
            }),
        ),
    ]
}

/// The document with its first list, or the largest below it, repeated until it has the size.
fn with_list(document: &Value, inner: bool, size: usize) -> Vec<u8> {
    let mut document = document.clone();
    let mut lists = vec![];
    paths_of_lists(&document, String::new(), &mut lists);
    let length = |path: &String| document.pointer(path).map_or(0, |list| list.to_string().len());
    let chosen =
        if inner { lists.iter().skip(1).max_by_key(|path| length(path)) } else { lists.first() }.cloned();
    let Some(items) = chosen.and_then(|path| document.pointer_mut(&path)?.as_array_mut()) else {
        return document.to_string().into();
    };
    let unit = items.clone();
    let count = size / Value::from(unit.clone()).to_string().len().max(1);
    *items = unit.iter().cycle().take(unit.len() * count.max(1)).cloned().collect();
    document.to_string().into()
}

fn paths_of_lists(value: &Value, at: String, lists: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            if !items.is_empty() {
                lists.push(at.clone());
            }
            let below = items.iter().enumerate();
            below.for_each(|(index, item)| paths_of_lists(item, format!("{at}/{index}"), lists));
        }
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            paths_of_lists(member, format!("{at}/{}", name.replace('/', "~1")), lists)
        }),
        _ => {}
    }
}

/// The document with each of its texts that has a space in it made longer: what people write.
fn with_text(document: &Value, unit: &str, size: usize) -> Vec<u8> {
    let mut document = document.clone();
    let mut left = 1;
    lengthen(&mut document, &mut |text| {
        if text.contains(' ') && left > 0 {
            left -= 1;
            *text = unit.repeat(size / unit.len());
        }
    });
    document.to_string().into()
}

fn lengthen(value: &mut Value, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| lengthen(item, change)),
        Value::Object(members) => members.values_mut().for_each(|member| lengthen(member, change)),
        _ => {}
    }
}

fn of_forms(first: Vec<u8>) -> Vec<(&'static str, Make)> {
    let long = first.clone();
    vec![
        (
            "many fields",
            Box::new(move |size| {
                let fields = (0..size / 24).map(|index| format!("&MediaUrl{index}=https%3A%2F%2Fx"));
                [first.clone(), fields.collect::<String>().into()].concat()
            }),
        ),
        (
            "a long value",
            Box::new(move |size| [long.clone(), b"&Body=".to_vec(), b"%C3%B1+".repeat(size / 7)].concat()),
        ),
    ]
}

/// What slows readers of mail down.
fn of_letters() -> Vec<(&'static str, Make)> {
    let repeated = |head: &'static str, unit: &'static str| -> Make {
        Box::new(move |size| format!("{head}{}", unit.repeat(size / unit.len())).into())
    };
    vec![
        ("plain", repeated("Subject: x\n\n", "hola \n")),
        ("headers", repeated("", "X-A: b\n")),
        ("no headers", repeated("", "X-A: b\nno header\n")),
        ("encoded words", repeated("Subject: ", "=?a?Q?b ")),
        ("addresses", repeated("To: ", "<a@b.es>, ")),
        ("references", repeated("Message-ID: <a@b>\nReferences: ", "<a@b.es>\n ")),
        ("boundaries", repeated("Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\nx\n")),
        ("html", repeated("Content-Type: text/html\n\n", "<b></i><p>a</p>&lt")),
        ("open tags", repeated("Content-Type: text/html\n\n", "<b><i>")),
        ("quotes", repeated("Subject: x\n\n", "On x wrote:\n> y\nz\n")),
        (
            "nested parts",
            Box::new(|size| {
                let part =
                    |index| format!("Content-Type: multipart/mixed; boundary=b{index}\n\n--b{index}\n");
                (0..size / 64).map(part).collect::<String>().into()
            }),
        ),
    ]
}

fn of_parts() -> Vec<(&'static str, Make)> {
    vec![(
        "form parts",
        Box::new(|size| {
            let part = "--frontier\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n";
            format!("{}--frontier--\r\n", part.repeat(size / part.len())).into()
        }),
    )]
}
