//! How many files and connections may be open.

/// What the server needs whoever is connected: databases, decoders, and whatever libraries open.
const OWN: u64 = 128;

/// A connection, a file that is sent or received by it, and that file opened once more.
const FOR_EACH_CONNECTION: u64 = 3;

/// The most connections where nothing else limits them.
const MOST_CONNECTIONS: u64 = 10_000;

/// Raises the limit of open descriptors to what the system allows, and returns it.
pub(crate) fn raise_limit() -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    if let Err(error) = raised {
        tracing::warn!(%error, "cannot raise the limit of open files");
    }
    raised.map_or(current, |()| maximum).unwrap_or(u64::MAX)
}

/// Returns how many connections there may be at a time, so that a file can always be opened.
pub(crate) fn connections(limit: u64) -> usize {
    let connections = (limit.saturating_sub(OWN) / FOR_EACH_CONNECTION).clamp(1, MOST_CONNECTIONS);
    usize::try_from(connections).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::connections;

    #[test]
    fn connections_leave_room_for_files() {
        assert_eq!(connections(1024), 298);
        assert_eq!(connections(u64::MAX), 10_000);
        assert_eq!(connections(64), 1);
    }
}
