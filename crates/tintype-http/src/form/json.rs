use std::collections::HashMap;

use serde_json::value::RawValue;

use crate::fields::{FieldValue, Fields};
use crate::problem::{Defect, Format, JsonType, Problem};

/// Parses a body that must be a JSON object.
pub(super) fn parse(body: &[u8]) -> Result<Fields, Problem> {
    // Members are kept raw, so that numbers keep their digits.
    let value: &RawValue = serde_json::from_slice(body).map_err(malformed)?;
    if let Some(found) = other_than_object(value.get()) {
        return Err(Problem::NotAnObject { found });
    }
    members(value.get(), field_value)
}

fn members(object: &str, value_of: impl Fn(&str) -> Result<FieldValue, Problem>) -> Result<Fields, Problem> {
    let members: HashMap<String, &RawValue> = serde_json::from_str(object).map_err(malformed)?;
    members.into_iter().map(|(name, value)| Ok((name, value_of(value.get())?))).collect()
}

fn malformed(error: serde_json::Error) -> Problem {
    Problem::Malformed { format: Format::Json, defect: Defect::Syntax(error.to_string()) }
}

/// Returns the type of a valid JSON value, `None` for an object.
fn other_than_object(json: &str) -> Option<JsonType> {
    match json.as_bytes().first() {
        Some(b'{') => None,
        Some(b'[') => Some(JsonType::Array),
        Some(b'"') => Some(JsonType::String),
        Some(b't' | b'f') => Some(JsonType::Boolean),
        Some(b'n') => Some(JsonType::Null),
        _ if is_float(json) => Some(JsonType::Float),
        _ => Some(JsonType::Integer),
    }
}

fn field_value(json: &str) -> Result<FieldValue, Problem> {
    Ok(match other_than_object(json) {
        Some(JsonType::String) => FieldValue::Text(serde_json::from_str(json).map_err(malformed)?),
        // As in Django, numbers are accepted as texts.
        Some(JsonType::Integer) => FieldValue::Text(integer_text(json).to_owned()),
        Some(JsonType::Float) => FieldValue::Text(float_text(json)),
        Some(JsonType::Null) => FieldValue::Null,
        Some(JsonType::Boolean) => FieldValue::Boolean(json == "true"),
        Some(JsonType::Array) => {
            let items: Vec<&RawValue> = serde_json::from_str(json).map_err(malformed)?;
            FieldValue::List(items.iter().map(|item| inner_value(item.get())).collect::<Result<_, _>>()?)
        }
        None => FieldValue::Object(members(json, inner_value)?),
    })
}

/// Returns a value within a list or an object. Lists and objects there are nobody's value.
fn inner_value(json: &str) -> Result<FieldValue, Problem> {
    match other_than_object(json) {
        Some(JsonType::Array) | None => Ok(FieldValue::Other),
        Some(_) => field_value(json),
    }
}

fn is_float(number: &str) -> bool {
    number.contains(['.', 'e', 'E'])
}

/// Returns the text that Python's `str` makes of an integer: all its digits.
fn integer_text(number: &str) -> &str {
    if number == "-0" { "0" } else { number }
}

/// Returns the text that Python's `str` makes of a float: the shortest digits that identify it,
/// with an exponent of at least two digits from 1e+16 up and below 1e-04.
fn float_text(number: &str) -> String {
    // Every JSON number parses. As in Python, too large a number becomes infinite.
    let value = number.parse().unwrap_or(f64::INFINITY);
    // Rust's `Debug` switches to exponents at the same limits as Python.
    let text = format!("{value:?}");
    match text.split_once('e') {
        None => text,
        Some((digits, exponent)) => match exponent.strip_prefix('-') {
            Some(exponent) => format!("{digits}e-{exponent:0>2}"),
            None => format!("{digits}e+{exponent:0>2}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn text(body: &str) -> String {
        parse(body.as_bytes()).unwrap().text("name").unwrap().unwrap().to_owned()
    }

    #[test]
    fn numbers_are_the_texts_that_python_makes_of_them() {
        for (number, expected) in [
            ("12", "12"),
            ("-7", "-7"),
            ("-0", "0"),
            ("18446744073709551616", "18446744073709551616"),
            ("12345678901234567890123", "12345678901234567890123"),
            ("1.50", "1.5"),
            ("-0.0", "-0.0"),
            ("1e2", "100.0"),
            ("1e15", "1000000000000000.0"),
            ("1e16", "1e+16"),
            ("1.5E300", "1.5e+300"),
            ("0.0001", "0.0001"),
            ("0.00001", "1e-05"),
            ("0.1e-7", "1e-08"),
            ("1e999", "inf"),
            ("-1e999", "-inf"),
        ] {
            assert_eq!(text(&format!(r#" {{"name": {number} }} "#)), expected, "{number}");
        }
    }

    #[test]
    fn of_two_members_with_one_name_the_last_counts() {
        assert_eq!(text(r#"{"name": "a", "name": "b\u00e9"}"#), "bé");
    }
}
