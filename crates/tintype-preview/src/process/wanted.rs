/// What is wanted of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// What it tells about itself.
    Metadata,
    /// That, and its picture.
    Preview,
}
