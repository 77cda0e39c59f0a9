use crate::Scale;

/// What to decode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DecodeOptions {
    /// Scale of the planes.
    pub scale: Scale,
    /// Another scale for the second and third of three or more components, such as the chroma
    /// planes of a 4:2:0 file: at 1/1, with luma at 1/2, they come out as large as luma.
    pub chroma_scale: Option<Scale>,
    /// Which refinements of a progressive file to decode.
    pub refinement: Refinement,
}

impl From<Scale> for DecodeOptions {
    fn from(scale: Scale) -> Self {
        Self { scale, ..Self::default() }
    }
}

/// Which of the scans that add single bits to the AC coefficients of a progressive file to decode.
///
/// They are half of the work and, in a picture that is reduced, make little difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Refinement {
    /// At 1/1 all; from 3/8 to 3/4 all but the last bit, and that too where the quality of the
    /// source is below 75; at 1/4 and 1/8 none.
    #[default]
    WhereVisible,
    /// All that touch a coefficient which the scale needs.
    All,
}

impl DecodeOptions {
    /// Scale of the component number `index` of `count`.
    pub(crate) fn scale_of(&self, index: usize, count: usize) -> Scale {
        match self.chroma_scale {
            Some(scale) if count >= 3 && (1..3).contains(&index) => scale,
            _ => self.scale,
        }
    }
}
