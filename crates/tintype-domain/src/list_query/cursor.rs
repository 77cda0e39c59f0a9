//! Places between two files of an ordered list, as clients carry them from page to page.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::filter::Filter;
use super::order::{OrderBy, OrderField};
use crate::{ColourMode, FileId, FileRecord};

/// A place in a list beside a file, whether or not that file is still there, and which way to read
/// from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Which way to read.
    pub travel: Travel,
    /// On which side of the file the place is.
    pub side: Side,
    /// What the file is ordered by, for each term of the ordering.
    pub values: Vec<SortValue>,
    /// The file.
    pub id: FileId,
}

/// Which way to read a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Travel {
    /// In its order.
    Forward,
    /// Against its order.
    Backward,
}

/// A side of a file in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Before the file.
    Before,
    /// After the file.
    After,
}

/// A value that files are ordered by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SortValue {
    /// Nothing; it comes last.
    Null,
    /// A number or a time.
    Number(i64),
    /// A text.
    Text(String),
}

impl Cursor {
    /// Returns the place beside a file.
    pub fn beside(file: &FileRecord, side: Side, travel: Travel, ordering: &[OrderBy]) -> Self {
        let values = ordering.iter().map(|term| SortValue::of(file, term.field)).collect();
        Self { travel, side, values, id: file.id }
    }

    /// Returns the same place, to be read from the other way.
    pub fn reversed(self) -> Self {
        let travel = match self.travel {
            Travel::Forward => Travel::Backward,
            Travel::Backward => Travel::Forward,
        };
        Self { travel, ..self }
    }

    /// Returns the cursor as a text that only [`decode`](Self::decode) understands, and only for
    /// the same filter and ordering.
    pub fn encode(&self, filter: &Filter, ordering: &[OrderBy]) -> String {
        let mut bytes =
            vec![VERSION, u8::from(self.travel == Travel::Backward) | u8::from(self.side == Side::After) << 1];
        bytes.extend(self.id.0.to_be_bytes());
        for value in &self.values {
            match value {
                SortValue::Null => bytes.push(0),
                SortValue::Number(number) => {
                    bytes.push(1);
                    bytes.extend(number.to_be_bytes());
                }
                SortValue::Text(text) => {
                    bytes.push(2);
                    // Names have at most 255 characters.
                    bytes.extend(u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes());
                    bytes.extend(text.as_bytes());
                }
            }
        }
        bytes.extend(seal(&bytes, filter, ordering).to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Returns the cursor that was encoded for the same filter and ordering, `None` if the text is
    /// anything else.
    pub fn decode(text: &str, filter: &Filter, ordering: &[OrderBy]) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (bytes, sum) = bytes.split_last_chunk()?;
        if u64::from_be_bytes(*sum) != seal(bytes, filter, ordering) {
            return None;
        }
        let (&[VERSION, flags], rest) = bytes.split_first_chunk()? else { return None };
        let (id, mut rest) = rest.split_first_chunk()?;
        let mut values = Vec::new();
        for OrderBy { field, .. } in ordering {
            let (value, left) = SortValue::decode(rest)?;
            if !value.suits(*field) {
                return None;
            }
            values.push(value);
            rest = left;
        }
        Some(Self {
            travel: if flags & 1 == 0 { Travel::Forward } else { Travel::Backward },
            side: if flags & 2 == 0 { Side::Before } else { Side::After },
            values,
            id: FileId(i64::from_be_bytes(*id)),
        })
        .filter(|_| rest.is_empty() && flags < 4)
    }
}

const VERSION: u8 = 1;

/// Returns a number that tells cursors of other lists, and texts that are cut or changed, apart
/// (FNV-1a). It is no secret: whoever may read the list may read any part of it.
fn seal(bytes: &[u8], filter: &Filter, ordering: &[OrderBy]) -> u64 {
    let list = format!("{filter:?}{ordering:?}");
    bytes
        .iter()
        .chain(list.as_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

impl SortValue {
    fn of(file: &FileRecord, field: OrderField) -> Self {
        let user = file.user.as_ref();
        let text = |text: &str| Self::Text(text.to_owned());
        let number = |number: Option<i64>| number.map_or(Self::Null, Self::Number);
        match field {
            OrderField::Id => Self::Number(file.id.0),
            OrderField::Kind => text(file.facts.kind.as_str()),
            OrderField::Name => text(file.name.as_str()),
            OrderField::Size => number(i64::try_from(file.size).ok()),
            OrderField::Width => number(file.facts.width.map(i64::from)),
            OrderField::Height => number(file.facts.height.map(i64::from)),
            OrderField::Mode => file.facts.mode.map(ColourMode::as_str).map_or(Self::Null, text),
            OrderField::CreatedAt => Self::Number(file.created_at.unix_micros()),
            OrderField::UpdatedAt => Self::Number(file.updated_at.unix_micros()),
            OrderField::TakenAt => number(file.metadata.taken_at),
            OrderField::Duration => number(file.metadata.duration_ms),
            OrderField::UserId => number(user.map(|user| user.id.0)),
            OrderField::Username => user.map_or(Self::Null, |user| text(&user.username)),
            OrderField::UserFirstName => user.map_or(Self::Null, |user| text(&user.first_name)),
            OrderField::UserLastName => user.map_or(Self::Null, |user| text(&user.last_name)),
            OrderField::UserLastLogin => number(user.and_then(|user| Some(user.last_login?.unix_micros()))),
        }
    }

    /// Returns whether the field can have the value.
    fn suits(&self, field: OrderField) -> bool {
        match self {
            Self::Null => field.is_nullable(),
            Self::Text(_) => field.is_text(),
            Self::Number(_) => !field.is_text(),
        }
    }

    fn decode(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (tag, bytes) = bytes.split_first()?;
        match tag {
            0 => Some((Self::Null, bytes)),
            1 => bytes.split_first_chunk().map(|(number, rest)| (Self::Number(i64::from_be_bytes(*number)), rest)),
            2 => {
                let (length, bytes) = bytes.split_first_chunk()?;
                let (text, rest) = bytes.split_at_checked(u16::from_be_bytes(*length).into())?;
                Some((Self::Text(String::from_utf8(text.to_vec()).ok()?), rest))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Side, SortValue, Travel};
    use crate::{FileId, ListQuery};

    #[test]
    fn a_cursor_is_understood_for_its_own_list_alone() {
        let decode = |text: &str, query: &ListQuery| Cursor::decode(text, &query.filter, &query.ordering);
        let query = |filter| ListQuery::parse([("ordering", "name,-width,size"), ("type", filter)]).unwrap();
        let image = query("image");
        let values = vec![SortValue::Text("عکس".into()), SortValue::Null, SortValue::Number(-7)];
        for (travel, side) in [(Travel::Forward, Side::After), (Travel::Backward, Side::Before)] {
            let cursor = Cursor { travel, side, values: values.clone(), id: FileId(42) };
            let text = cursor.encode(&image.filter, &image.ordering);
            assert_eq!(decode(&text, &image).as_ref(), Some(&cursor));
            assert_eq!(decode(&text, &query("pdf")), None);
            let other = ListQuery { ordering: ListQuery::default().ordering, ..image.clone() };
            assert_eq!(decode(&text, &other), None);
            for at in 0..text.len() {
                assert_eq!(decode(&text[..at], &image), None);
                let mut changed = text.clone().into_bytes();
                changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
                assert_eq!(decode(std::str::from_utf8(&changed).unwrap(), &image), None);
            }
        }
        assert_eq!(decode("", &image), None);
    }
}
