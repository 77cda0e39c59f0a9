//! What the frame header says, and the geometry that follows from it.

use crate::{Error, Scale, Unsupported, segments::Segment};

/// How a JPEG file is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Coding {
    /// Each block at once (SOF0, SOF1).
    Sequential,
    /// From coarse to fine in several scans (SOF2).
    Progressive,
    /// Without DCT (SOF3); not decoded here.
    Lossless,
    /// In frames that build on each other (SOF5 to SOF7); not decoded here.
    Hierarchical,
    /// With arithmetic instead of Huffman codes (SOF9 and up); not decoded here.
    Arithmetic,
}

/// A component as the frame header describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Component {
    /// Identifier, usually 1, 2, 3 or a letter.
    pub id: u8,
    /// Horizontal sampling factor, 1 to 4.
    pub horizontal: u8,
    /// Vertical sampling factor, 1 to 4.
    pub vertical: u8,
    /// Number of its quantisation table, 0 to 3.
    pub quantisation: u8,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    pub(crate) coding: Coding,
    pub(crate) precision: u8,
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) components: Vec<Component>,
}

/// Sizes of one component at one scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Extent {
    /// Blocks that the component's samples touch.
    pub(crate) blocks: (usize, usize),
    /// Blocks of whole MCUs, which interleaved scans hold.
    pub(crate) padded_blocks: (usize, usize),
    /// Samples at the scale.
    pub(crate) samples: (u32, u32),
    /// The same, not rounded.
    pub(crate) exact: (f64, f64),
    pub(crate) scale: Scale,
}

impl Extent {
    fn side(&self) -> usize {
        self.scale.block_side() as usize
    }

    /// Bytes from row to row.
    pub(crate) fn stride(&self) -> usize {
        self.padded_blocks.0 * self.side()
    }

    /// Bytes of the whole plane.
    pub(crate) fn plane_bytes(&self) -> usize {
        self.stride() * self.padded_blocks.1 * self.side()
    }

    /// Groups of eight blocks per row of blocks.
    pub(crate) fn groups_per_row(&self) -> usize {
        self.padded_blocks.0.div_ceil(crate::block::LANES)
    }

    /// Groups of eight blocks in all.
    pub(crate) fn groups(&self) -> usize {
        self.groups_per_row() * self.padded_blocks.1
    }
}

impl FrameHeader {
    /// Stands in until the frame header has been read.
    pub(crate) fn unknown() -> Self {
        Self { coding: Coding::Sequential, precision: 8, width: 0, height: 0, components: Vec::new() }
    }

    /// Whether `marker` begins a frame.
    pub(crate) fn begins(marker: u8) -> bool {
        matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC)
    }

    /// Reads a SOF segment.
    pub(crate) fn read(segment: &Segment<'_>) -> Result<Self, Error> {
        let coding = match segment.marker {
            0xC0 | 0xC1 => Coding::Sequential,
            0xC2 => Coding::Progressive,
            0xC3 => Coding::Lossless,
            0xC5..=0xC7 => Coding::Hierarchical,
            _ => Coding::Arithmetic,
        };
        let (&[precision, h1, h0, w1, w0, count], rest) =
            segment.body.split_first_chunk::<6>().ok_or_else(|| segment.corrupt("a frame header that is cut off"))?;
        let components = rest
            .chunks_exact(3)
            .take(count.into())
            .map(|c| Component { id: c[0], horizontal: c[1] >> 4, vertical: c[1] & 15, quantisation: c[2] })
            .collect::<Vec<_>>();
        if components.len() != usize::from(count) {
            return Err(segment.corrupt("a frame header that is cut off"));
        }
        let frame = Self {
            coding,
            precision,
            width: u16::from_be_bytes([w1, w0]),
            height: u16::from_be_bytes([h1, h0]),
            components,
        };
        if frame.width == 0 || frame.components.is_empty() {
            return Err(segment.corrupt("a frame without pixels"));
        }
        for c in &frame.components {
            if !(1..=4).contains(&c.horizontal) || !(1..=4).contains(&c.vertical) {
                return Err(segment.corrupt("a sampling factor other than 1 to 4"));
            }
            if c.quantisation > 3 {
                return Err(segment.corrupt("a quantisation table number over 3"));
            }
        }
        Ok(frame)
    }

    /// Why this decoder does not take the file, if it does not.
    pub(crate) fn unsupported(&self) -> Option<Unsupported> {
        match self.coding {
            Coding::Lossless => Some(Unsupported::Lossless),
            Coding::Hierarchical => Some(Unsupported::Hierarchical),
            Coding::Arithmetic => Some(Unsupported::Arithmetic),
            Coding::Sequential | Coding::Progressive if self.precision != 8 => {
                Some(Unsupported::Precision(self.precision))
            }
            _ if self.components.len() > 4 => Some(Unsupported::Components(self.components.len() as u8)),
            _ => None,
        }
    }

    /// The largest sampling factors.
    pub(crate) fn max_sampling(&self) -> (usize, usize) {
        let h = self.components.iter().map(|c| c.horizontal).max();
        let v = self.components.iter().map(|c| c.vertical).max();
        (h.unwrap_or(1).into(), v.unwrap_or(1).into())
    }

    /// MCUs of an interleaved scan per row, and rows of them.
    pub(crate) fn mcus(&self) -> (usize, usize) {
        let (h, v) = self.max_sampling();
        (usize::from(self.width).div_ceil(8 * h), usize::from(self.height).div_ceil(8 * v))
    }

    /// Sizes of `component` at `scale`.
    pub(crate) fn extent(&self, component: &Component, scale: Scale) -> Extent {
        let (max_h, max_v) = self.max_sampling();
        let (mcus_x, mcus_y) = self.mcus();
        let along = |pixels: u16, factor: u8, max: usize| {
            let samples = usize::from(pixels) * usize::from(factor);
            let scaled = samples * scale.block_side() as usize;
            (samples.div_ceil(8 * max), scaled.div_ceil(8 * max) as u32, scaled as f64 / (8 * max) as f64)
        };
        let x = along(self.width, component.horizontal, max_h);
        let y = along(self.height, component.vertical, max_v);
        Extent {
            blocks: (x.0, y.0),
            padded_blocks: (mcus_x * usize::from(component.horizontal), mcus_y * usize::from(component.vertical)),
            samples: (x.1, y.1),
            exact: (x.2, y.2),
            scale,
        }
    }
}
