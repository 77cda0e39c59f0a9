use crate::DecoderProcess;

/// Where formats are decoded whose decoders cannot be stopped, or may abort: those that
/// [`Format::is_isolated`](crate::Format::is_isolated).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Isolation {
    /// Nowhere: they are [`Error::Unsupported`](crate::Error::Unsupported).
    #[default]
    None,
    /// In a process of its own for each image.
    Process(DecoderProcess),
    /// In this process, for images that are trusted: a hostile one can end it, or keep it busy for
    /// as long as it likes, whatever the limits say.
    InProcess,
}
