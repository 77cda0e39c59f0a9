use super::kind::Kind;

/// What a file is by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Detected {
    /// The coarse kind.
    pub kind: Kind,
    /// The media type, such as `image/jpeg`; `application/octet-stream` when nothing is known.
    pub mime_type: &'static str,
}

impl Detected {
    pub(super) const fn new(kind: Kind, mime_type: &'static str) -> Self {
        Self { kind, mime_type }
    }
}
