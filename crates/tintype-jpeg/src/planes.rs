use crate::Scale;

/// What a decode gives: one plane per component, in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodedPlanes {
    /// Y, or Y, Cb, Cr, or R, G, B, or C, M, Y, K …: see
    /// [`JpegHeader::color`](crate::JpegHeader::color).
    pub components: Vec<Plane>,
    /// Whether all of the data were there and made sense. Otherwise what is missing is grey (128),
    /// or as coarse as the scans before had made it, and parts may be garbled.
    pub complete: bool,
}

/// The samples of one component.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    pub(crate) data: Vec<u8>,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) stride: usize,
    pub(crate) exact: (f64, f64),
    pub(crate) scale: Scale,
}

impl Plane {
    /// Samples per row, the last perhaps only partly inside the picture.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows, the last perhaps only partly inside the picture.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Bytes from one row to the next in [`data`](Self::data), at least the width.
    #[must_use]
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Scale of this component, which for chroma may be another than that of luma.
    #[must_use]
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// Width and height of the picture in samples of this plane, not rounded: at 1/2 a picture 1001
    /// pixels wide has 500.5 luma samples and, subsampled 2:1, 250.25 chroma samples. Who resizes
    /// has to map the target to this extent or the planes come out shifted against each other.
    #[must_use]
    pub fn exact_size(&self) -> (f64, f64) {
        self.exact
    }

    /// One sample per byte, rows of [`stride`](Self::stride) bytes. Beyond width and height there
    /// may be more samples, which belong to whole blocks and not to the picture.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The buffer behind [`data`](Self::data).
    #[must_use]
    pub fn into_data(self) -> Vec<u8> {
        self.data
    }

    /// The rows, each of [`width`](Self::width) samples.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.data.chunks(self.stride).take(self.height as usize).map(|row| &row[..self.width as usize])
    }
}
