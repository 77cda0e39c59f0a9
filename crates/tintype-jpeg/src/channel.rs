//! One component while it is being decoded.

use crate::{Component, Plane, block::LANES, frame::Extent, idct::Samples};

/// What is shown where nothing has been decoded.
const GREY: u8 = 128;

pub(crate) struct Channel {
    pub(crate) component: Component,
    pub(crate) extent: Extent,
    /// The table that was in force at the component's first scan.
    pub(crate) quantisation: Option<[u16; 64]>,
    /// The samples of the rows begun so far; grey where nothing has been decoded yet.
    pub(crate) samples: Vec<u8>,
    /// Progressive files: the coefficients that the scale needs, in groups of eight blocks.
    pub(crate) coefficients: Vec<i16>,
    /// Progressive files: which coefficients of each block are not zero, where refinement needs it.
    pub(crate) history: Vec<u64>,
}

impl Channel {
    pub(crate) fn new(component: Component, extent: Extent) -> Self {
        Self {
            component,
            extent,
            quantisation: None,
            samples: Vec::new(),
            coefficients: Vec::new(),
            history: Vec::new(),
        }
    }

    /// Blocks per MCU of interleaved scans.
    pub(crate) fn sampling(&self) -> (usize, usize) {
        (self.component.horizontal.into(), self.component.vertical.into())
    }

    /// Coefficients in a group of eight blocks.
    pub(crate) fn group_len(&self) -> usize {
        self.extent.scale.group_len()
    }

    /// The DC coefficient of the block in column `x` and row `y`.
    #[inline(always)]
    pub(crate) fn dc_mut(&mut self, x: usize, y: usize) -> Option<&mut i16> {
        let group = y * self.extent.groups_per_row() + x / LANES;
        let at = group * self.group_len() + x % LANES;
        self.coefficients.get_mut(at)
    }

    /// Begins rows up to `block_rows` rows of blocks. Not all at once: what is made grey right
    /// before it is decoded is still in the cache.
    #[inline(always)]
    pub(crate) fn begin_rows(&mut self, block_rows: usize) {
        let side = self.extent.scale.block_side() as usize;
        let len = (block_rows * side * self.extent.stride()).min(self.extent.plane_bytes());
        if self.samples.len() < len {
            self.samples.resize(len, GREY);
        }
    }

    /// Puts the samples of eight blocks where they belong, in rows that have begun; what lies
    /// beyond the plane is dropped.
    #[inline(always)]
    pub(crate) fn put(&mut self, block_row: usize, group_column: usize, samples: &Samples) {
        // Rows of a length that is known are copied without a call.
        match self.extent.scale.block_side() {
            1 => self.put_rows::<{ LANES }>(block_row, group_column, samples),
            2 => self.put_rows::<{ 2 * LANES }>(block_row, group_column, samples),
            3 => self.put_rows::<{ 3 * LANES }>(block_row, group_column, samples),
            4 => self.put_rows::<{ 4 * LANES }>(block_row, group_column, samples),
            5 => self.put_rows::<{ 5 * LANES }>(block_row, group_column, samples),
            6 => self.put_rows::<{ 6 * LANES }>(block_row, group_column, samples),
            _ => self.put_rows::<{ 8 * LANES }>(block_row, group_column, samples),
        }
    }

    #[inline(always)]
    fn put_rows<const WIDTH: usize>(&mut self, block_row: usize, group_column: usize, samples: &Samples) {
        let side = WIDTH / LANES;
        let stride = self.extent.stride();
        let left = group_column * WIDTH;
        let visible = WIDTH.min(stride.saturating_sub(left));
        for (y, row) in samples.as_chunks::<WIDTH>().0.iter().enumerate().take(side) {
            let start = (block_row * side + y) * stride + left;
            let Some(to) = self.samples.get_mut(start..start + visible) else {
                return;
            };
            match to.first_chunk_mut() {
                Some(to) => *to = *row,
                None => to.copy_from_slice(&row[..visible]),
            }
        }
    }

    pub(crate) fn into_plane(mut self) -> Plane {
        self.samples.resize(self.extent.plane_bytes(), GREY);
        Plane {
            width: self.extent.samples.0,
            height: self.extent.samples.1,
            stride: self.extent.stride(),
            exact: self.extent.exact,
            scale: self.extent.scale,
            data: self.samples,
        }
    }
}
