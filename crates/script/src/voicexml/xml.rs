//! An XML document as a tree whose elements know their line.
//!
//! Nothing of a DTD is expanded, whatever it declares, and nothing is fetched.

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesRef, BytesStart, Event},
};
use std::collections::BTreeMap;
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

/// The root of a document, and what of it was left out.
///
/// # Errors
/// When it is too large, too deep or no XML.
pub(super) fn read<'t>(file: &'t str, text: &'t str) -> Result<(Element<'t>, Vec<Trouble>), Trouble> {
    let wrong = |line, problem: String| Trouble { file: file.to_owned(), line, key: String::new(), problem };
    if text.len() > FILE_MAX {
        return Err(wrong(0, format!("{} bytes: at most {FILE_MAX}", text.len())));
    }
    let mut reading = Reading { file, text, open: vec![], notes: vec![], line: 1, upto: 0 };
    let mut reader = Reader::from_str(text);
    let mut root = None;
    loop {
        let start = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
        let line = reading.line_at(start);
        let event = reader.read_event().map_err(|error| wrong(line, error.to_string()))?;
        let closed = match event {
            Event::Start(_) if reading.open.len() >= DEPTH_MAX => {
                return Err(wrong(line, format!("more than {DEPTH_MAX} elements within each other")));
            }
            Event::Start(tag) => {
                let element = reading.element(&tag).map_err(|problem| wrong(line, problem))?;
                reading.open.push((start, element));
                continue;
            }
            Event::Empty(tag) => {
                Some((start, reading.element(&tag).map_err(|problem| wrong(line, problem))?))
            }
            Event::End(_) => reading.open.pop(),
            Event::Eof => break,
            event => {
                reading.text(event).map_err(|problem| wrong(line, problem))?;
                continue;
            }
        };
        let Some((start, mut element)) = closed else { continue };
        let end = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
        element.source = text.get(start..end).unwrap_or_default();
        match reading.open.last_mut() {
            Some((_, parent)) => parent.children.push(Child::Element(element)),
            None => root = root.or(Some(element)),
        }
    }
    if let Some((_, element)) = reading.open.pop() {
        return Err(wrong(element.line, format!("<{}> is never closed", element.name)));
    }
    let root = root.ok_or_else(|| wrong(1, "there is no element in it".to_owned()))?;
    Ok((root, reading.notes))
}

struct Reading<'t> {
    file: &'t str,
    text: &'t str,
    /// The elements around the present place, with where they begin.
    open: Vec<(usize, Element<'t>)>,
    notes: Vec<Trouble>,
    /// The line at `upto`.
    line: usize,
    upto: usize,
}

impl<'t> Reading<'t> {
    /// Asked for places that only grow.
    fn line_at(&mut self, place: usize) -> usize {
        let passed = self.text.as_bytes().get(self.upto..place).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.upto = place.max(self.upto);
        self.line
    }

    fn note(&mut self, key: &str, problem: String) {
        let (file, line) = (self.file.to_owned(), self.line);
        self.notes.push(Trouble { file, line, key: key.to_owned(), problem });
    }

    fn element(&mut self, tag: &BytesStart<'_>) -> Result<Element<'t>, String> {
        let name = String::from_utf8_lossy(tag.local_name().as_ref()).into_owned();
        let mut attributes = BTreeMap::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let key = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
            match attribute.normalized_value(XmlVersion::Implicit1_0) {
                Ok(value) => drop(attributes.insert(key, value.into_owned())),
                Err(error) => self.note(&name, format!("{key} is left out: {error}")),
            }
        }
        Ok(Element { name, attributes, children: vec![], line: self.line, source: "" })
    }

    /// What stands between elements.
    fn text(&mut self, event: Event<'_>) -> Result<(), String> {
        let text = match event {
            Event::Text(text) => text.xml10_content().map_err(|error| error.to_string())?.into_owned(),
            Event::CData(text) => text.xml10_content().map_err(|error| error.to_string())?.into_owned(),
            Event::GeneralRef(reference) => self.referred(&reference)?,
            Event::DocType(text) => {
                if text.contains(&b'[') {
                    self.note("DOCTYPE", "what it declares is left out".to_owned());
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        if let Some((_, parent)) = self.open.last_mut() {
            match parent.children.last_mut() {
                Some(Child::Text(before)) => before.push_str(&text),
                _ => parent.children.push(Child::Text(text)),
            }
        }
        Ok(())
    }

    /// `&amp;`, `&#39;`; of anything else nothing.
    fn referred(&mut self, reference: &BytesRef<'_>) -> Result<String, String> {
        if let Some(c) = reference.resolve_char_ref().map_err(|error| error.to_string())? {
            return Ok(if c.is_control() { " ".to_owned() } else { c.to_string() });
        }
        let name = reference.decode().map_err(|error| error.to_string())?;
        if let Some(text) = quick_xml::escape::resolve_xml_entity(&name) {
            return Ok(text.to_owned());
        }
        self.note(
            &format!("&{name};"),
            "it is left out: nothing that a document declares is expanded".to_owned(),
        );
        Ok(String::new())
    }
}
