//! How much is done.

/// How much of a scenario is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// As little as makes sense in a test, in seconds.
    Sample,
    /// A few of each kind, in a minute or two.
    Short,
    /// Everything.
    Full,
}

impl Extent {
    /// Returns what is there for this extent.
    pub(crate) fn choose<T>(self, [sample, short, full]: [T; 3]) -> T {
        match self {
            Self::Sample => sample,
            Self::Short => short,
            Self::Full => full,
        }
    }
}
