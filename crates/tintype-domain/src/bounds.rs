/// An inclusive range of integers, open on either side.
///
/// `min > max` is a valid, empty range: it matches nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The least value that matches, if any.
    pub min: Option<i64>,
    /// The greatest value that matches, if any.
    pub max: Option<i64>,
}

impl Bounds {
    /// Returns the range that matches everything.
    pub const ALL: Self = Self { min: None, max: None };

    /// Narrows the range to values of at least `min`.
    pub fn at_least(&mut self, min: i64) {
        self.min = Some(self.min.map_or(min, |old| old.max(min)));
    }

    /// Narrows the range to values of at most `max`.
    pub fn at_most(&mut self, max: i64) {
        self.max = Some(self.max.map_or(max, |old| old.min(max)));
    }

    /// Returns whether every value matches.
    pub fn is_all(&self) -> bool {
        *self == Self::ALL
    }

    /// Returns whether `value` lies in the range.
    pub fn contains(&self, value: i64) -> bool {
        self.min.is_none_or(|min| min <= value) && self.max.is_none_or(|max| value <= max)
    }
}
