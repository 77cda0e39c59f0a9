//! Lanczos3 for whole rows that come from top to bottom: as soon as there are enough for a strip of
//! the result, it is made as one of a plane is.

use fearless_simd::Level;

use super::row::Row;
use crate::planes::{Axis, Direction, ROWS, Side, Strip, View, axis_memory, strip_rows};

/// The rows that a strip of a very wide and low picture takes are too many.
const MAX_WINDOW_BYTES: u64 = 8 << 20;

/// A picture of 1, 3 or 4 channels of eight bits on its way to a smaller size.
pub(super) struct Strips {
    level: Level,
    x: Axis,
    y: Axis,
    strip: Strip,
    channels: usize,
    height: usize,
    /// Samples in a row.
    row_len: usize,
    /// The rows from number `top` on that are part of rows yet to be made.
    window: Vec<u8>,
    top: usize,
    made: usize,
}

impl Strips {
    /// Says whether pictures of these sides can be resized here within reasonable memory.
    pub(super) fn suit(from: (u32, u32), to: (u32, u32), channels: usize) -> bool {
        window_bytes(from, to, channels) <= MAX_WINDOW_BYTES
    }

    pub(super) fn new(from: (u32, u32), to: (u32, u32), channels: usize) -> Self {
        Self {
            level: Level::new(),
            x: axis(from.0, to.0),
            y: axis(from.1, to.1),
            strip: Strip::default(),
            channels,
            height: from.1 as usize,
            row_len: from.0 as usize * channels,
            window: Vec::with_capacity(window_bytes(from, to, channels) as usize),
            top: 0,
            made: 0,
        }
    }

    /// Returns what one takes, in bytes.
    pub(super) fn memory(from: (u32, u32), to: (u32, u32), channels: usize) -> u64 {
        let axes =
            axis_memory(Side::whole(from.0), Side::whole(to.0)) + axis_memory(Side::whole(from.1), Side::whole(to.1));
        // A row longer than that makes the window too large.
        let samples = from.0.saturating_mul(channels as u32);
        axes + window_bytes(from, to, channels) + Strip::memory(samples, from.1, to.1)
    }

    /// Takes row `y`, and makes the rows of the result for which it was wanting.
    pub(super) fn push(&mut self, y: u32, row: Row<'_>, made: &mut [u8]) {
        let y = y as usize;
        // What rows that were left out are missing from is made before this one takes their place.
        self.make(y, made);
        let Some(index) = y.checked_sub(self.top) else {
            return;
        };
        // What was left out is empty, and so is what a row does not have.
        self.window.resize(index * self.row_len, 0);
        row.append(self.row_len, &mut self.window);
        self.window.resize((index + 1) * self.row_len, 0);
        self.make(y + 1, made);
    }

    /// Makes those rows of the result that are part of no row from `end` on.
    pub(super) fn make(&mut self, end: usize, made: &mut [u8]) {
        let row_len = self.x.len() * self.channels;
        while self.made < self.y.len() {
            let last = (self.made + ROWS).min(self.y.len()) - 1;
            if (2 * (self.y.window(last).0 + self.y.pairs())).min(self.height) > end {
                return;
            }
            let rows = &mut made[self.made * row_len..(last + 1) * row_len];
            let source = View { data: &self.window, stride: self.row_len, samples: self.row_len, top: self.top };
            self.strip.make(self.level, source, (&self.x, &self.y), self.made, self.channels, rows);
            self.made = last + 1;
            let top = 2 * self.y.window(self.made.min(self.y.len() - 1)).0;
            self.window.drain(..((top - self.top) * self.row_len).min(self.window.len()));
            self.top = top;
        }
    }
}

/// Resizes pixels of 1, 3 or 4 channels that are there as a whole.
pub(super) fn resize(pixels: &[u8], from: (u32, u32), to: (u32, u32), channels: usize) -> Vec<u8> {
    let row_len = from.0 as usize * channels;
    let source = View { data: pixels, stride: row_len, samples: row_len, top: 0 };
    let mut resized = Vec::new();
    let axes = (&axis(from.0, to.0), &axis(from.1, to.1));
    Strip::default().resample(Level::new(), source, axes, channels, &mut resized);
    resized
}

fn axis(from: u32, to: u32) -> Axis {
    Axis::new(Side::whole(from), Side::whole(to), Direction::Forward)
}

fn window_bytes(from: (u32, u32), to: (u32, u32), channels: usize) -> u64 {
    strip_rows(from.1, to.1) * u64::from(from.0) * channels as u64
}

#[cfg(test)]
mod tests {
    use super::super::resizer::RowResizer;
    use super::super::row::finish;
    use super::super::weights::Lattice;
    use super::*;

    #[test]
    fn strips_are_what_sums_are() {
        for (from, to) in [
            ((97, 61), (64, 40)),
            ((200, 333), (38, 64)),
            ((5, 9), (3, 5)),
            ((1000, 3), (64, 1)),
            ((3, 1000), (1, 64)),
            ((65, 64), (64, 63)),
            ((500, 40), (500, 10)),
        ] {
            for channels in [1, 3, 4] {
                let len = from.0 as usize * channels;
                let noise = |i: usize| (i as u32).wrapping_mul(2_654_435_761).to_be_bytes()[0] / (1 + i as u8 % 4);
                let pixels: Vec<u8> = (0..len * from.1 as usize).map(noise).collect();
                let mut strips = Strips::new(from, to, channels);
                let mut sums = RowResizer::new(from, to, channels, true);
                let mut found = vec![0; to.0 as usize * to.1 as usize * channels];
                let mut expected = Vec::new();
                let most = strips.window.capacity();
                for (y, row) in (0..).zip(pixels.chunks_exact(len)) {
                    strips.push(y, Row::Eight(row), &mut found);
                    sums.push(y, Lattice::ALL, |target| Row::Eight(row).write(target, None));
                    while let Some(values) = sums.complete(y + 1) {
                        let mut row = vec![0_u8; values.len()];
                        finish(values, &mut row, None);
                        expected.extend(row);
                    }
                }
                assert_eq!(strips.window.capacity(), most, "{from:?} to {to:?}");
                assert_eq!(found.len(), expected.len());
                for (found, expected) in found.iter().zip(expected) {
                    assert!(found.abs_diff(expected) <= 1, "{found}, not {expected}: {from:?} to {to:?}, {channels}");
                }
            }
        }
    }

    #[test]
    fn rows_that_are_missing_are_empty() {
        let (from, to) = ((40, 400), (10, 100));
        let mut strips = Strips::new(from, to, 1);
        let mut made = vec![9; 1000];
        let most = strips.window.capacity();
        for y in [100, 101, 250, 90] {
            strips.push(y, Row::Eight(&[200; 16]), &mut made);
        }
        strips.make(400, &mut made);
        assert_eq!(strips.window.capacity(), most);
        assert!(made[..200].iter().chain(&made[300..580]).all(|sample| *sample == 0));
        assert!(made[250] > 40 && made[620] > 20, "{} {}", made[250], made[620]);
        assert_eq!(made[259], 0);
    }
}
