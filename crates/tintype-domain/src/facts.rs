use crate::{ColourMode, Kind};

/// What the content of a file is, as its bytes tell: found when the content is prepared, kept in its row, shown by the API.
///
/// Whoever makes one or takes one apart names every field, so that the compiler finds all of these places when another fact
/// is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What sort of file it is.
    pub kind: Kind,
    /// The detected media type, such as `image/jpeg`.
    pub mime_type: String,
    /// Pixels across, after orientation; `None` where it is not an image or its header does not tell.
    pub width: Option<u32>,
    /// Pixels down, after orientation; `None` where it is not an image or its header does not tell.
    pub height: Option<u32>,
    /// Colour mode as stored; `None` where it is not an image or its header does not tell.
    pub mode: Option<ColourMode>,
}
