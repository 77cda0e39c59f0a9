//! One component while it is being decoded.

use crate::{Component, Plane, block::LANES, frame::Extent, idct::Samples};

pub(crate) struct Channel {
    pub(crate) component: Component,
    pub(crate) extent: Extent,
    /// The table that was in force at the component's first scan.
    pub(crate) quantisation: Option<[u16; 64]>,
    /// The samples; grey where nothing has been decoded yet.
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

    /// Puts the samples of eight blocks where they belong; what lies beyond the plane is dropped.
    #[inline(always)]
    pub(crate) fn put(&mut self, block_row: usize, group_column: usize, samples: &Samples) {
        let side = self.extent.scale.block_side() as usize;
        let stride = self.extent.stride();
        let width = side * LANES;
        let left = group_column * width;
        let visible = width.min(stride.saturating_sub(left));
        let top = block_row * side;
        let rows = samples.chunks_exact(width).take(side);
        for (y, row) in rows.enumerate() {
            let start = (top + y) * stride + left;
            if let Some(to) = self.samples.get_mut(start..start + visible) {
                to.copy_from_slice(&row[..visible]);
            }
        }
    }

    pub(crate) fn into_plane(self) -> Plane {
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
