//! An XML document as a tree whose elements know their line.
//!
//! A document that declares something of its own is refused, so that nothing is ever expanded or fetched.

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesRef, BytesStart, Event},
};
use std::{borrow::Cow, collections::BTreeMap};
use written::Trouble;

/// Bytes of a document.
const FILE_MAX: usize = 1024 * 1024;
/// Elements within elements.
const DEPTH_MAX: usize = 64;

#[derive(Debug)]
pub(super) struct Element<'t> {
    pub(super) name: String,
    attributes: BTreeMap<String, String>,
    pub(super) children: Vec<Child<'t>>,
    /// From 1 on.
    pub(super) line: usize,
    /// As it is written.
    pub(super) source: &'t str,
}

#[derive(Debug)]
pub(super) enum Child<'t> {
    Element(Element<'t>),
    Text(String),
}

impl<'t> Element<'t> {
    pub(super) fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).map(String::as_str)
    }

    pub(super) fn elements(&self) -> impl Iterator<Item = &Element<'t>> {
        self.children.iter().filter_map(|child| match child {
            Child::Element(element) => Some(element),
            Child::Text(_) => None,
        })
    }

    pub(super) fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element<'t>> {
        self.elements().filter(move |element| element.name == name)
    }

    /// Its own words, without those of the elements in it.
    pub(super) fn words(&self) -> String {
        let text = self.children.iter().filter_map(|child| match child {
            Child::Text(text) => Some(text.as_str()),
            Child::Element(_) => None,
        });
        text.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
    }

    /// Text in it goes on.
    fn say(&mut self, text: &str) {
        match self.children.last_mut() {
            Some(Child::Text(before)) => before.push_str(text),
            _ if text.is_empty() => {}
            _ => self.children.push(Child::Text(text.to_owned())),
        }
    }

    /// Itself and all that is in it.
    pub(super) fn whole(&self) -> Vec<&Element<'t>> {
        let mut all = vec![self];
        let mut place = 0;
        while let Some(element) = all.get(place) {
            let inside: Vec<_> = element.elements().collect();
            all.extend(inside);
            place += 1;
        }
        all
    }
}

/// The root of a document.
///
/// # Errors
/// When it is too large, too deep or no XML, or declares something.
pub(super) fn read<'t>(file: &str, text: &'t str) -> Result<Element<'t>, Trouble> {
    let wrong = |line, problem: String| Trouble { file: file.to_owned(), line, key: String::new(), problem };
    if text.len() > FILE_MAX {
        return Err(wrong(0, format!("{} bytes: at most {FILE_MAX}", text.len())));
    }
    // Some editors begin a file with a mark of its order of bytes.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = Lines { text, line: 1, upto: 0 };
    let mut reader = Reader::from_str(text);
    // The elements around the present place, with where they begin.
    let mut open: Vec<(usize, Element<'t>)> = vec![];
    let mut root = None;
    loop {
        let start = place(&reader);
        let line = lines.at(start);
        let event = reader.read_event().map_err(|error| wrong(line, error.to_string()))?;
        let closed = match event {
            Event::Start(_) if open.len() >= DEPTH_MAX => {
                return Err(wrong(line, format!("more than {DEPTH_MAX} elements within each other")));
            }
            Event::Start(tag) => {
                open.push((start, element(&tag, line).map_err(|problem| wrong(line, problem))?));
                continue;
            }
            Event::Empty(tag) => Some((start, element(&tag, line).map_err(|problem| wrong(line, problem))?)),
            Event::End(_) => open.pop(),
            Event::Eof => break,
            event => {
                let text = content(&event).map_err(|problem| wrong(line, problem))?;
                match open.last_mut() {
                    Some((_, parent)) => parent.say(&text),
                    None if text.trim().is_empty() => {}
                    None => return Err(wrong(line, "there is text outside of the document".to_owned())),
                }
                continue;
            }
        };
        let Some((start, mut element)) = closed else { continue };
        element.source = text.get(start..place(&reader)).unwrap_or_default();
        match open.last_mut() {
            Some((_, parent)) => parent.children.push(Child::Element(element)),
            None if root.is_none() => root = Some(element),
            None => return Err(wrong(line, format!("<{}> stands after the document's end", element.name))),
        }
    }
    if let Some((_, element)) = open.pop() {
        return Err(wrong(element.line, format!("<{}> is never closed", element.name)));
    }
    root.ok_or_else(|| wrong(1, "there is no element in it".to_owned()))
}

fn place(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

/// The lines of a text, asked for places that only grow.
struct Lines<'t> {
    text: &'t str,
    /// The line at `upto`.
    line: usize,
    upto: usize,
}

impl Lines<'_> {
    fn at(&mut self, place: usize) -> usize {
        let passed = self.text.as_bytes().get(self.upto..place).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.upto = place.max(self.upto);
        self.line
    }
}

fn element<'t>(tag: &BytesStart<'_>, line: usize) -> Result<Element<'t>, String> {
    let name = String::from_utf8_lossy(tag.local_name().as_ref()).into_owned();
    let mut attributes = BTreeMap::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let key = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        let value = value.map_err(|error| format!("{key} of <{name}>: {error}"))?;
        attributes.insert(key, value.into_owned());
    }
    Ok(Element { name, attributes, children: vec![], line, source: "" })
}

/// The text of what stands between elements.
fn content(event: &Event<'_>) -> Result<String, String> {
    match event {
        Event::Text(text) => text.xml10_content().map(Cow::into_owned).map_err(|error| error.to_string()),
        Event::CData(text) => text.xml10_content().map(Cow::into_owned).map_err(|error| error.to_string()),
        Event::GeneralRef(reference) => referred(reference),
        // Its external part, which VoiceXML documents name by custom, is never fetched.
        Event::DocType(text) if text.contains(&b'[') => {
            Err("a document that declares entities or elements of its own is not read".to_owned())
        }
        _ => Ok(String::new()),
    }
}

/// `&amp;`, `&#39;`, and nothing else.
fn referred(reference: &BytesRef<'_>) -> Result<String, String> {
    if let Some(c) = reference.resolve_char_ref().map_err(|error| error.to_string())? {
        return Ok(if c.is_control() { " ".to_owned() } else { c.to_string() });
    }
    let name = reference.decode().map_err(|error| error.to_string())?;
    let text = quick_xml::escape::resolve_xml_entity(&name);
    text.map(str::to_owned)
        .ok_or_else(|| format!("&{name}; is nothing that XML knows: write the character itself, or &#…;"))
}
