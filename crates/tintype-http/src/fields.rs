use std::collections::HashMap;

use tintype_library::domain::FieldProblem;
use tintype_library::storage::Spooled;

/// The content of a body: fields that are not files, and perhaps the file `f`.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) fields: Fields,
    pub(crate) file: Option<SentFile>,
}

/// The file part `f`.
#[derive(Debug)]
pub(crate) struct SentFile {
    pub(crate) content: Spooled,
    pub(crate) file_name: String,
}

/// The fields of a body that are not files. If a name occurs several times, the last one counts.
#[derive(Debug, Default)]
pub(crate) struct Fields(HashMap<String, FieldValue>);

/// The value of a field. Forms have only texts.
#[derive(Debug)]
pub(crate) enum FieldValue {
    Text(String),
    Null,
    Boolean(bool),
    Texts(Vec<String>),
    /// Another list, or an object.
    Other,
}

impl Fields {
    pub(crate) fn insert(&mut self, name: String, value: FieldValue) {
        self.0.insert(name, value);
    }

    /// Returns the text of a field, `None` if it was not sent.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, FieldProblem> {
        match self.0.get(name) {
            None => Ok(None),
            Some(FieldValue::Text(text)) => Ok(Some(text)),
            Some(FieldValue::Null) => Err(FieldProblem::Null),
            Some(FieldValue::Boolean(_) | FieldValue::Texts(_) | FieldValue::Other) => Err(FieldProblem::NotAText),
        }
    }

    /// Returns the text of a field, `None` if it was not sent, or is `null`.
    pub(crate) fn optional_text(&self, name: &str) -> Result<Option<&str>, FieldProblem> {
        if self.is_null(name) { Ok(None) } else { self.text(name) }
    }

    /// Returns the value of a field that is a boolean.
    pub(crate) fn boolean(&self, name: &str) -> Option<bool> {
        match self.0.get(name) {
            Some(FieldValue::Boolean(value)) => Some(*value),
            _ => None,
        }
    }

    /// Returns the value of a field that is a list of texts.
    pub(crate) fn texts(&self, name: &str) -> Option<&[String]> {
        match self.0.get(name) {
            Some(FieldValue::Texts(texts)) => Some(texts),
            _ => None,
        }
    }

    pub(crate) fn is_null(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(FieldValue::Null))
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

impl FromIterator<(String, FieldValue)> for Fields {
    fn from_iter<I: IntoIterator<Item = (String, FieldValue)>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}
