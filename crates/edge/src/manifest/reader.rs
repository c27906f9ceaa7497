//! TOML with places: reads keys one by one and knows the line of each. For the manifest and for the
//! runtime configuration.
//!
//! A table remembers which keys were asked for. What is left over at [`Table::finish`] is
//! unknown, and unknown is an error: a misspelt limit must not silently mean "no limit".

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What is wrong in a manifest or a runtime configuration, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {what}\n  {remedy}", .file.display())]
pub struct ManifestError {
    pub file: PathBuf,
    pub line: usize,
    pub what: String,
    pub remedy: String,
}

pub(crate) type Result<T> = std::result::Result<T, ManifestError>;

/// The text of one file.
pub(crate) struct Source<'a> {
    /// How messages call it: `the manifest`.
    pub(crate) title: &'static str,
    pub(crate) file: &'a Path,
    pub(crate) text: &'a str,
}

impl<'a> Source<'a> {
    /// Parses the text, or tells where it is no TOML.
    pub(crate) fn document(&self) -> Result<Spanned<DeTable<'a>>> {
        DeTable::parse(self.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            self.error(at, format!("not valid TOML: {}", error.message()), "repair the syntax")
        })
    }

    fn line(&self, offset: usize) -> usize {
        1 + self.text.bytes().take(offset).filter(|b| *b == b'\n').count()
    }

    pub(crate) fn error(
        &self,
        offset: usize,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> ManifestError {
        ManifestError {
            file: self.file.to_owned(),
            line: self.line(offset),
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

/// One table of the file, being read.
pub(crate) struct Table<'a> {
    source: &'a Source<'a>,
    name: String,
    at: usize,
    left: Vec<(&'a Spanned<Cow<'a, str>>, &'a Spanned<DeValue<'a>>)>,
    known: Vec<&'static str>,
}

impl<'a> Table<'a> {
    pub(crate) fn root(source: &'a Source<'a>, table: &'a Spanned<DeTable<'a>>) -> Self {
        Self::new(source, String::new(), 0, table.get_ref())
    }

    fn new(source: &'a Source<'a>, name: String, at: usize, table: &'a DeTable<'a>) -> Self {
        Self { source, name, at, left: table.iter().collect(), known: Vec::new() }
    }

    /// How messages call this table: `[component.api]`, or `the manifest`.
    fn title(&self) -> String {
        if self.name.is_empty() { self.source.title.into() } else { format!("[{}]", self.name) }
    }

    pub(crate) fn take(&mut self, key: &'static str) -> Option<Value<'a>> {
        self.known.push(key);
        let index = self.left.iter().position(|(name, _)| name.get_ref() == key)?;
        let (name, value) = self.left.swap_remove(index);
        Some(self.value(name, value))
    }

    pub(crate) fn require(&mut self, key: &'static str) -> Result<Value<'a>> {
        let missing = |table: &Self| {
            table.error(format!("{} has no `{key}`", table.title()), format!("add `{key} = ...` to it"))
        };
        self.take(key).ok_or_else(|| missing(self))
    }

    /// Every entry, in the order of the file: for tables whose keys are names.
    pub(crate) fn entries(self) -> impl Iterator<Item = (String, Value<'a>)> {
        let mut all: Vec<_> = self
            .left
            .iter()
            .map(|(name, value)| (name.get_ref().to_string(), self.value(name, value)))
            .collect();
        all.sort_by_key(|(_, value)| value.at);
        all.into_iter()
    }

    fn value(&self, name: &'a Spanned<Cow<'a, str>>, value: &'a Spanned<DeValue<'a>>) -> Value<'a> {
        let key = name.get_ref();
        let path = if self.name.is_empty() { key.to_string() } else { format!("{}.{key}", self.name) };
        Value { source: self.source, path, at: name.span().start, inner: value.get_ref() }
    }

    pub(crate) fn error(&self, what: impl Into<String>, remedy: impl Into<String>) -> ManifestError {
        self.source.error(self.at, what, remedy)
    }

    /// Refuses what nobody asked for.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.left.sort_by_key(|(name, _)| name.span().start);
        let Some((name, _)) = self.left.first() else { return Ok(()) };
        self.known.sort_unstable();
        Err(self.source.error(
            name.span().start,
            format!("unknown key `{}` in {}", name.get_ref(), self.title()),
            format!("remove it, or use one of: {}", self.known.join(", ")),
        ))
    }
}

/// One value of the file, with its place.
pub(crate) struct Value<'a> {
    source: &'a Source<'a>,
    path: String,
    at: usize,
    inner: &'a DeValue<'a>,
}

impl<'a> Value<'a> {
    pub(crate) fn error(&self, what: impl Into<String>, remedy: impl Into<String>) -> ManifestError {
        self.source.error(self.at, what, remedy)
    }

    /// The value is understood, but this host cannot do what it asks for.
    pub(crate) fn unavailable(&self, what: &str, remedy: &str) -> ManifestError {
        self.error(format!("{what} (`{}`) is not available on this host", self.path), remedy)
    }

    pub(crate) fn line(&self) -> usize {
        self.source.line(self.at)
    }

    fn wrong_type(&self, wanted: &str) -> ManifestError {
        self.error(format!("`{}` must be {wanted}", self.path), "see the reference of Spin")
    }

    pub(crate) fn is_string(&self) -> bool {
        matches!(self.inner, DeValue::String(_))
    }

    pub(crate) fn is_empty(&self) -> bool {
        match self.inner {
            DeValue::Array(items) => items.is_empty(),
            DeValue::Table(table) => table.is_empty(),
            _ => false,
        }
    }

    pub(crate) fn string(&self) -> Result<String> {
        match self.inner {
            DeValue::String(text) => Ok(text.to_string()),
            _ => Err(self.wrong_type("a string")),
        }
    }

    pub(crate) fn boolean(&self) -> Result<bool> {
        match self.inner {
            DeValue::Boolean(value) => Ok(*value),
            _ => Err(self.wrong_type("true or false")),
        }
    }

    pub(crate) fn integer(&self) -> Result<u64> {
        let DeValue::Integer(number) = self.inner else {
            return Err(self.wrong_type("a whole number"));
        };
        u64::from_str_radix(number.as_str(), number.radix())
            .map_err(|_| self.wrong_type("a whole number that is not negative"))
    }

    pub(crate) fn list(&self) -> Result<Vec<Value<'a>>> {
        let DeValue::Array(items) = self.inner else { return Err(self.wrong_type("a list")) };
        Ok(items
            .iter()
            .map(|item| Value {
                source: self.source,
                path: self.path.clone(),
                at: item.span().start,
                inner: item.get_ref(),
            })
            .collect())
    }

    pub(crate) fn strings(&self) -> Result<Vec<String>> {
        self.list()?.iter().map(Value::string).collect()
    }

    pub(crate) fn table(&self) -> Result<Table<'a>> {
        let DeValue::Table(table) = self.inner else { return Err(self.wrong_type("a table")) };
        Ok(Table::new(self.source, self.path.clone(), self.at, table))
    }
}
