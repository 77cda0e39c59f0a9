use crate::{ColourMode, Kind};

/// What the bytes of a file tell about it: found during the upload, stored in its row, shown by the
/// API.
///
/// Name every field when you build or destructure one, without `..`: the compiler then finds all
/// places that a new fact concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What sort of file it is.
    pub kind: Kind,
    /// The detected media type, such as `image/jpeg`.
    pub mime_type: String,
    /// Width in pixels, after orientation; `None` if it is not an image or its header does not
    /// tell.
    pub width: Option<u32>,
    /// Height in pixels, after orientation; `None` if it is not an image or its header does not
    /// tell.
    pub height: Option<u32>,
    /// Colour mode as stored; `None` if it is not an image or its header does not tell.
    pub mode: Option<ColourMode>,
}
