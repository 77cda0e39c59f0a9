use crate::Timestamp;
use std::time::Duration;

/// How long a token is accepted: a second to a hundred years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenLifetime(Duration);

/// A token cannot be accepted for that long, or for that little.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token can be valid for at least 1 second and at most 36525 days (100 years)")]
pub struct InvalidTokenLifetime;

impl TokenLifetime {
    /// The shortest lifetime.
    pub const MIN: Duration = Duration::from_secs(1);
    /// The longest lifetime: a hundred years of 365.25 days.
    pub const MAX: Duration = Duration::from_secs(36_525 * 24 * 60 * 60);

    /// Returns when a token expires that is minted at `moment`.
    pub fn after(self, moment: Timestamp) -> Timestamp {
        // A hundred years of microseconds are far below the limit.
        moment.plus(time::Duration::try_from(self.0).unwrap_or(time::Duration::MAX))
    }
}

impl TryFrom<Duration> for TokenLifetime {
    type Error = InvalidTokenLifetime;

    fn try_from(duration: Duration) -> Result<Self, InvalidTokenLifetime> {
        if (Self::MIN..=Self::MAX).contains(&duration) { Ok(Self(duration)) } else { Err(InvalidTokenLifetime) }
    }
}

impl From<TokenLifetime> for Duration {
    fn from(lifetime: TokenLifetime) -> Self {
        lifetime.0
    }
}
