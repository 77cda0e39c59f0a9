use crate::DecoderProcess;

/// Where formats are decoded whose decoders cannot be stopped, or may abort: those that
/// [`Format::is_isolated`](crate::Format::is_isolated).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Isolation {
    /// Nowhere: they are [`Error::Unsupported`](crate::Error::Unsupported).
    #[default]
    None,
    /// In a process of its own for each image, of a program that calls
    /// [`run_decoder`](crate::run_decoder). It reads the file from its standard input, by its
    /// descriptor after [`Image::with_file`](crate::Image::with_file), writes a small picture to
    /// its standard output, and ends by itself at the deadline, or when it needs much more memory
    /// than [`Image::cost`](crate::Image::cost) says.
    ///
    /// ```
    /// use tintype_media::{DecoderProcess, Isolation};
    ///
    /// // A service whose `main` calls `run_decoder` when its first argument is `decode`.
    /// let isolation = Isolation::Process(DecoderProcess::new("/proc/self/exe").with_arg("decode"));
    /// ```
    Process(DecoderProcess),
    /// In this process, for images that are trusted: a hostile one can end it, or keep it busy for
    /// as long as it likes, whatever the limits say.
    InProcess,
}
