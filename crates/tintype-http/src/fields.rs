use std::collections::HashMap;

use tintype_library::domain::{FieldProblem, Tags, parse_boolean};
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
    Boolean(bool),
    List(Vec<FieldValue>),
    Null,
    /// An object.
    Object(Fields),
    /// An object or a list within one of those.
    Other,
}

/// The field that forms may repeat.
pub(crate) const TAGS: &str = "tags";

impl Fields {
    pub(crate) fn insert(&mut self, name: String, value: FieldValue) {
        self.0.insert(name, value);
    }

    /// Adds a text of a form. Of a field that may be repeated, all texts count.
    pub(crate) fn insert_text(&mut self, name: String, text: String) {
        match self.0.get_mut(&name) {
            Some(FieldValue::Text(earlier)) if name == TAGS => {
                earlier.push(',');
                earlier.push_str(&text);
            }
            _ => self.insert(name, FieldValue::Text(text)),
        }
    }

    /// Returns the tags that were sent: a list of names, or a text with commas between them.
    pub(crate) fn tags(&self) -> Result<Option<Tags>, FieldProblem> {
        match self.0.get(TAGS) {
            Some(FieldValue::List(names)) => {
                let names: Vec<&str> = names.iter().map(text_of).collect::<Result<_, _>>()?;
                Tags::new(names).map(Some)
            }
            _ => self.text(TAGS)?.map(Tags::from_text).transpose(),
        }
    }

    /// Returns the text of a field, `None` if it was not sent.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, FieldProblem> {
        match self.0.get(name) {
            None => Ok(None),
            Some(FieldValue::Text(text)) => Ok(Some(text)),
            Some(FieldValue::Null) => Err(FieldProblem::Null),
            Some(FieldValue::Boolean(_) | FieldValue::List(_) | FieldValue::Object(_) | FieldValue::Other) => {
                Err(FieldProblem::NotAText)
            }
        }
    }

    /// Returns the boolean of a field, `None` if it was not sent.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, FieldProblem> {
        match self.0.get(name) {
            None => Ok(None),
            Some(FieldValue::Boolean(value)) => Ok(Some(*value)),
            Some(FieldValue::Text(text)) => parse_boolean(text).map(Some),
            Some(FieldValue::Null) => Err(FieldProblem::Null),
            Some(FieldValue::List(_) | FieldValue::Object(_) | FieldValue::Other) => Err(FieldProblem::NotABoolean),
        }
    }

    /// Returns the texts of a list, `None` if it was not sent. A text is a list that is separated
    /// by commas, which is how forms send one.
    pub(crate) fn list(&self, name: &str) -> Result<Option<Vec<&str>>, FieldProblem> {
        match self.0.get(name) {
            None => Ok(None),
            Some(FieldValue::Text(text)) => {
                Ok(Some(text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect()))
            }
            Some(FieldValue::List(items)) => items.iter().map(text_of).collect::<Result<_, _>>().map(Some),
            Some(FieldValue::Null) => Err(FieldProblem::Null),
            Some(FieldValue::Boolean(_) | FieldValue::Object(_) | FieldValue::Other) => Err(FieldProblem::NotAList),
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
    pub(crate) fn texts(&self, name: &str) -> Option<Vec<&str>> {
        match self.0.get(name) {
            Some(FieldValue::List(items)) => items.iter().map(|item| text_of(item).ok()).collect(),
            _ => None,
        }
    }

    /// Returns the fields of an object; `None` if the field was not sent, or is `null`.
    pub(crate) fn object(&self, name: &str) -> Result<Option<&Self>, FieldProblem> {
        match self.0.get(name) {
            None | Some(FieldValue::Null) => Ok(None),
            Some(FieldValue::Object(fields)) => Ok(Some(fields)),
            Some(_) => Err(FieldProblem::NotSupported),
        }
    }

    /// Returns the value of a field as a form would have it, empty where no form can; `None` if it
    /// was not sent, or is `null`.
    pub(crate) fn as_text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            FieldValue::Null => None,
            FieldValue::Text(text) => Some(text.clone()),
            FieldValue::Boolean(value) => Some(value.to_string()),
            FieldValue::List(_) | FieldValue::Object(_) | FieldValue::Other => Some(String::new()),
        }
    }

    /// Returns all fields but those that are `null`, as forms would have them.
    pub(crate) fn as_texts(&self) -> Vec<(String, String)> {
        self.0.keys().filter_map(|name| Some((name.clone(), self.as_text(name)?))).collect()
    }

    pub(crate) fn is_null(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(FieldValue::Null))
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

fn text_of(item: &FieldValue) -> Result<&str, FieldProblem> {
    match item {
        FieldValue::Text(text) => Ok(text),
        _ => Err(FieldProblem::NotAText),
    }
}

impl FromIterator<(String, FieldValue)> for Fields {
    fn from_iter<I: IntoIterator<Item = (String, FieldValue)>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}
