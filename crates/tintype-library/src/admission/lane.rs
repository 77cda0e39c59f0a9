use std::net::IpAddr;
use std::time::Duration;

use tintype_auth::Actor;
use tintype_domain::UserId;

/// Sorts of CPU work. Each has threads and a queue of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Hashing a password.
    Passwords,
    /// Finding out what an upload is, from its first bytes.
    Headers,
    /// Decoding on a thread of this process.
    Decodes,
    /// Decoding in a process of its own: formats of which a few bytes can ask for much.
    Processes,
    /// Looking for the preview of what is no image, in a process of its own. Uploads do not wait
    /// long for it, and it may take long.
    Previews,
}

impl Lane {
    pub(super) const ALL: [Self; 5] = [Self::Passwords, Self::Headers, Self::Decodes, Self::Processes, Self::Previews];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Passwords => "passwords",
            Self::Headers => "headers",
            Self::Decodes => "decodes",
            Self::Processes => "processes",
            Self::Previews => "previews",
        }
    }

    /// Returns how much work of this sort runs at a time.
    pub(super) fn threads(self, workers: usize) -> usize {
        match self {
            // Each takes 19 MiB; two do 80 a second.
            Self::Passwords => (workers / 2).clamp(1, 2),
            Self::Headers | Self::Decodes | Self::Processes | Self::Previews => workers.max(1),
        }
    }

    /// Returns how long one piece of work is expected to take, until the time that it did take is
    /// known.
    pub(super) fn expected_time(self) -> Duration {
        Duration::from_millis(match self {
            Self::Headers => 1,
            Self::Passwords | Self::Decodes => 50,
            Self::Processes | Self::Previews => 500,
        })
    }
}

/// On whose behalf work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Asker {
    User(UserId),
    /// Somebody who has not been recognised yet.
    Network(IpAddr),
    Operator,
}

impl Asker {
    pub(crate) fn of(actor: &Actor) -> Self {
        actor.user().map_or(Self::Operator, |user| Self::User(user.id))
    }
}
