//! Buffers that go from one picture to the next, and how much a decode will need.

use crate::{Coding, DecodeOptions, JpegHeader, Scale, block::LANES};

/// The most bytes to hold between pictures: enough for the planes of common pictures.
const KEPT_BYTES: usize = 16 << 20;

/// What a decoder takes whatever the picture: two tables each for luma and chroma, chunk and
/// workspace.
const FIXED_BYTES: u64 = 80 << 10;

/// Planes that were given back. Coefficients are not kept: they would stand beside the planes, and
/// what getting new ones costs is nothing to what filling them does.
#[derive(Default)]
pub(crate) struct Memory {
    planes: Vec<Vec<u8>>,
}

impl Memory {
    /// A plane that is still empty, with room for `len` samples.
    pub(crate) fn plane(&mut self, len: usize) -> Vec<u8> {
        // The smallest that is large enough, but not far too large.
        let fitting = (0..self.planes.len())
            .filter(|&i| (len..=4 * len).contains(&self.planes[i].capacity()))
            .min_by_key(|&i| self.planes[i].capacity());
        let mut plane = match fitting {
            Some(i) => self.planes.swap_remove(i),
            None => {
                // What does not fit this picture has to make room.
                self.planes.pop();
                Vec::with_capacity(len)
            }
        };
        plane.clear();
        plane
    }

    /// Keeps a plane for later.
    pub(crate) fn give(&mut self, plane: Vec<u8>) {
        let held: usize = self.planes.iter().map(Vec::capacity).sum();
        if plane.capacity() > 0 && held + plane.capacity() <= KEPT_BYTES {
            self.planes.push(plane);
        }
    }
}

impl JpegHeader<'_> {
    /// What the planes take that decoding with `options` gives, in bytes.
    #[must_use]
    pub fn plane_bytes(&self, options: impl Into<DecodeOptions>) -> u64 {
        let options = options.into();
        let frame = self.frame();
        let count = frame.components.len();
        let extents = frame.components.iter().enumerate().map(|(i, c)| frame.extent(c, options.scale_of(i, count)));
        extents.map(|extent| extent.plane_bytes() as u64).sum()
    }

    /// What decoding with `options` will allocate at its peak, in bytes, planes included. Nothing
    /// but the header is needed to know it, so that admission can be decided before.
    #[must_use]
    pub fn memory_estimate(&self, options: impl Into<DecodeOptions>) -> u64 {
        let options = options.into();
        let frame = self.frame();
        let count = frame.components.len();
        let (mut planes, mut coefficients, mut histories) = (Vec::new(), Vec::new(), 0);
        for (i, component) in frame.components.iter().enumerate() {
            let extent = frame.extent(component, options.scale_of(i, count));
            planes.push(extent.plane_bytes());
            if frame.coding == Coding::Progressive {
                let blocks = extent.groups() * LANES;
                coefficients.push(extent.groups() * extent.scale.group_len() * size_of::<i16>());
                if extent.scale > Scale::Quarter {
                    histories += blocks * size_of::<u64>();
                }
            }
        }
        let mut peak = coefficients.iter().sum::<usize>() + histories;
        // The coefficients of a component go when its plane has been made.
        for i in 0..count {
            let made: usize = planes[..=i].iter().sum();
            let left: usize = coefficients.iter().skip(i).sum();
            peak = peak.max(made + left);
        }
        peak as u64 + FIXED_BYTES
    }
}
