//! Buffers that go from one picture to the next, and how much a decode will need.

use crate::{Coding, Header, Options, Scale, channel::Channel};

/// The most bytes to hold between pictures: enough for the planes of common pictures.
const KEPT_BYTES: usize = 24 << 20;

/// What a decoder takes whatever the picture: two tables each for luma and chroma, chunk and
/// workspace.
const FIXED_BYTES: u64 = 112 << 10;

#[derive(Default)]
pub(crate) struct Memory {
    bytes: Vec<Vec<u8>>,
    coefficients: Vec<Vec<i16>>,
    history: Vec<Vec<u64>>,
}

impl Memory {
    /// A plane of `len` grey samples.
    pub(crate) fn grey(&mut self, len: usize) -> Vec<u8> {
        take(&mut self.bytes, len, 128)
    }

    /// `len` coefficients, all 0.
    pub(crate) fn coefficients(&mut self, len: usize) -> Vec<i16> {
        take(&mut self.coefficients, len, 0)
    }

    /// Empty histories of `len` blocks.
    pub(crate) fn history(&mut self, len: usize) -> Vec<u64> {
        take(&mut self.history, len, 0)
    }

    /// Keeps a plane for later.
    pub(crate) fn give_bytes(&mut self, bytes: Vec<u8>) {
        self.keep(bytes, |memory| &mut memory.bytes);
    }

    /// Keeps everything that channels hold.
    pub(crate) fn reclaim(&mut self, channels: impl IntoIterator<Item = Channel>) {
        for mut channel in channels {
            self.reclaim_coefficients(&mut channel);
            self.give_bytes(channel.samples);
        }
    }

    /// Keeps the coefficients and histories of a channel that is done.
    pub(crate) fn reclaim_coefficients(&mut self, channel: &mut Channel) {
        let coefficients = std::mem::take(&mut channel.coefficients);
        self.keep(coefficients, |memory| &mut memory.coefficients);
        let history = std::mem::take(&mut channel.history);
        self.keep(history, |memory| &mut memory.history);
    }

    fn keep<T>(&mut self, buffer: Vec<T>, list: impl Fn(&mut Self) -> &mut Vec<Vec<T>>) {
        if self.held() + size_of::<T>() * buffer.capacity() <= KEPT_BYTES && buffer.capacity() > 0 {
            list(self).push(buffer);
        }
    }

    fn held(&self) -> usize {
        capacity(&self.bytes) + capacity(&self.coefficients) + capacity(&self.history)
    }
}

fn capacity<T>(list: &[Vec<T>]) -> usize {
    list.iter().map(|b| b.capacity() * size_of::<T>()).sum()
}

fn take<T: Copy>(list: &mut Vec<Vec<T>>, len: usize, value: T) -> Vec<T> {
    // The smallest that is large enough; if there is none, nothing is worth keeping.
    let best = (0..list.len())
        .filter(|&i| list[i].capacity() >= len && list[i].capacity() / 4 <= len)
        .min_by_key(|&i| list[i].capacity());
    let mut buffer = match best {
        Some(i) => list.swap_remove(i),
        None => {
            list.pop();
            Vec::with_capacity(len)
        }
    };
    if buffer.capacity() < len {
        buffer = Vec::with_capacity(len);
    }
    buffer.clear();
    buffer.resize(len, value);
    buffer
}

impl Header<'_> {
    /// What decoding with `options` will allocate at its peak, in bytes, planes included. Nothing
    /// but the header is needed to know it, so that admission can be decided before.
    #[must_use]
    pub fn memory_estimate(&self, options: impl Into<Options>) -> u64 {
        let options = options.into();
        let frame = self.frame();
        let count = frame.components.len();
        let progressive = frame.coding == Coding::Progressive;
        let channels = frame.components.iter().enumerate().map(|(i, component)| {
            let extent = frame.extent(component, options.scale_of(i, count));
            let mut bytes = extent.plane_bytes();
            if progressive {
                let blocks = extent.groups() * crate::block::LANES;
                let side = extent.scale.block_side() as usize;
                bytes += blocks * side * side * size_of::<i16>();
                if matches!(extent.scale, Scale::Full | Scale::Half) {
                    bytes += blocks * size_of::<u64>();
                }
            }
            bytes as u64
        });
        channels.sum::<u64>() + FIXED_BYTES
    }
}
