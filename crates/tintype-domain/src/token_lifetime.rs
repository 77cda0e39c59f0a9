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
