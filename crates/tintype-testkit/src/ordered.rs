use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use std::fmt;

/// A JSON value that keeps the order, and any repetition, of an object's keys.
///
/// `serde_json::Value` sorts them, so it cannot tell whether a contract about their order is kept.
///
/// ```
/// use tintype_testkit::Ordered;
///
/// let value: Ordered = serde_json::from_str(r#"{"b": 1, "a": {"d": 2, "c": 3}}"#).unwrap();
/// assert_eq!(value.keys(), ["b", "a"]);
/// assert_eq!(value.get("a").unwrap().keys(), ["d", "c"]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Ordered {
    /// Null, a boolean, a number or a string.
    Scalar(Value),
    /// An array.
    Array(Vec<Ordered>),
    /// An object, its members in their order.
    Object(Vec<(String, Ordered)>),
}

impl Ordered {
    /// Returns an object's keys in their order; nothing for any other value.
    pub fn keys(&self) -> Vec<&str> {
        match self {
            Self::Object(members) => members.iter().map(|(key, _)| key.as_str()).collect(),
            Self::Scalar(_) | Self::Array(_) => Vec::new(),
        }
    }

    /// Returns the first member of that name.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            Self::Scalar(_) | Self::Array(_) => None,
        }
    }

    /// Replaces every member of that name, at any depth, by a text: for values that differ from run
    /// to run.
    pub fn redact(&mut self, name: &str, text: &str) {
        match self {
            Self::Scalar(_) => {}
            Self::Array(items) => items.iter_mut().for_each(|item| item.redact(name, text)),
            Self::Object(members) => {
                for (key, value) in members {
                    if key == name {
                        *value = Self::Scalar(Value::from(text));
                    } else {
                        value.redact(name, text);
                    }
                }
            }
        }
    }

    /// Replaces a piece of text in every string, at any depth: for parts of URLs that differ from
    /// run to run.
    pub fn replace(&mut self, from: &str, to: &str) {
        match self {
            Self::Scalar(Value::String(text)) => *text = text.replace(from, to),
            Self::Scalar(_) => {}
            Self::Array(items) => items.iter_mut().for_each(|item| item.replace(from, to)),
            Self::Object(members) => members.iter_mut().for_each(|(_, value)| value.replace(from, to)),
        }
    }
}

impl Serialize for Ordered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Scalar(value) => value.serialize(serializer),
            Self::Array(items) => items.serialize(serializer),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Ordered;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Ordered, E> {
        Ok(Ordered::Scalar(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Ordered, E> {
        Ok(Ordered::Scalar(Value::from(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Ordered, E> {
        Ok(Ordered::Scalar(Value::from(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Ordered, E> {
        Ok(Ordered::Scalar(Value::from(value)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Ordered, E> {
        Ok(Ordered::Scalar(Value::from(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Ordered, E> {
        Ok(Ordered::Scalar(Value::from(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Ordered, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Ordered::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Ordered, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Ordered::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_back_as_it_was_written() {
        let text = r#"{"z":[1,-2,2.5,null,true,{"y":"a","x":"b"}],"z":"twice"}"#;
        let value: Ordered = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), text);
    }

    #[test]
    fn redaction_reaches_every_depth() {
        let mut value: Ordered = serde_json::from_str(r#"{"id":1,"in":[{"id":2,"f":"http://h:1/x"}]}"#).unwrap();
        value.redact("id", "[id]");
        value.replace("http://h:1", "[url]");
        assert_eq!(serde_json::to_string(&value).unwrap(), r#"{"id":"[id]","in":[{"id":"[id]","f":"[url]/x"}]}"#);
    }
}
