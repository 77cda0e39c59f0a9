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
    /// A list, an object or a boolean.
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
            Some(FieldValue::Other) => Err(FieldProblem::NotAText),
        }
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
