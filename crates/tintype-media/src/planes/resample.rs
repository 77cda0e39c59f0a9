//! Resizes one plane: columns first, since that leaves fewer rows, then rows.
//!
//! The arithmetic is plain `f32`, lane by lane on adjacent data, multiplied and added one after the other: the compiler
//! makes vector code of it for whatever processor it is told, and all give the same samples.

use fearless_simd::{Level, dispatch};

use super::axis::Axis;

/// Samples of one component that belong to somebody else, one byte each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    /// Rows of `stride` bytes; the last may end after the width.
    pub(crate) data: &'a [u8],
    pub(crate) stride: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

/// Target rows that are made at a time; rows of the transposed strip between the two passes.
const ROWS: usize = 8;

/// Source columns that are filtered at a time.
const COLUMNS: usize = 32;

/// Working memory for one strip.
#[derive(Default)]
pub(crate) struct Strip {
    /// Some columns of the source rows that the strip needs.
    source: Vec<[f32; COLUMNS]>,
    /// The strip's columns before the rows are filtered: the eight samples of a column lie side by side.
    columns: Vec<[f32; ROWS]>,
}

impl Strip {
    /// Returns the bytes that a plane of `width` x `height` samples takes at most when it becomes `target_height` high.
    pub(crate) fn memory(width: u32, height: u32, target_height: u32) -> u64 {
        let ratio = f64::from(height.max(1)) / f64::from(target_height.max(1));
        let rows = (ratio.max(1.0) * (6.0 + ROWS as f64) + 3.0).min(f64::from(height));
        (rows as u64 * COLUMNS as u64 + (u64::from(width) + COLUMNS as u64) * ROWS as u64) * 4
    }

    /// Appends the rows of the resized plane to `target`.
    pub(crate) fn resample(&mut self, level: Level, source: View<'_>, (x, y): (&Axis, &Axis), target: &mut Vec<u8>) {
        let start = target.len();
        target.resize(start + x.len() * y.len(), 0);
        let target = &mut target[start..];
        dispatch!(level, _simd => self.run(source, (x, y), target));
    }

    #[inline(always)]
    fn run(&mut self, source: View<'_>, (x, y): (&Axis, &Axis), target: &mut [u8]) {
        self.columns.resize(source.width.next_multiple_of(COLUMNS), [0.0; ROWS]);
        for (strip, rows) in target.chunks_mut(ROWS * x.len()).enumerate() {
            let top = strip * ROWS;
            let count = rows.len() / x.len();
            self.filter_columns(source, y, top, count);
            self.filter_rows(x, rows);
        }
    }

    /// Makes the rows from `top` on, not yet narrowed.
    #[inline(always)]
    fn filter_columns(&mut self, source: View<'_>, y: &Axis, top: usize, count: usize) {
        let starts = [y.window(top).0, y.window(top + count - 1).0];
        let first = starts[0].min(starts[1]);
        let end = starts[0].max(starts[1]) + y.taps();
        self.source.resize(end - first, [0.0; COLUMNS]);
        for (chunk, columns) in self.columns.as_chunks_mut::<COLUMNS>().0.iter_mut().enumerate() {
            for (row, to) in (first..end).zip(&mut self.source) {
                read(source, row, chunk * COLUMNS, to);
            }
            let mut rows = [[0.0; COLUMNS]; ROWS];
            for (index, to) in (top..top + count).zip(&mut rows) {
                let (start, weights) = y.window(index);
                *to = weighted_sum(&self.source[start - first..], weights);
            }
            for (column, to) in columns.iter_mut().enumerate() {
                for (lane, row) in rows.iter().enumerate() {
                    to[lane] = row[column];
                }
            }
        }
    }

    /// Makes rows of the target from the strip.
    #[inline(always)]
    fn filter_rows(&self, x: &Axis, target: &mut [u8]) {
        let width = x.len();
        let mut done = 0;
        while done < width {
            let count = (width - done).min(8);
            let mut block = [[0u8; ROWS]; 8];
            for (index, to) in (done..done + count).zip(&mut block) {
                let (start, weights) = x.window(index);
                let sums = weighted_sum(&self.columns[start..], weights);
                *to = sums.map(|sum| sample(sum) as u8);
            }
            for (lane, row) in target.chunks_exact_mut(width).enumerate() {
                let row = &mut row[done..];
                if let Some(row) = row.first_chunk_mut::<8>() {
                    *row = block.map(|column| column[lane]);
                } else {
                    for (to, column) in row.iter_mut().zip(&block) {
                        *to = column[lane];
                    }
                }
            }
            done += count;
        }
    }
}

/// Adds up rows of `N` samples, each multiplied by its weight.
#[inline(always)]
fn weighted_sum<const N: usize>(rows: &[[f32; N]], weights: &[f32]) -> [f32; N] {
    let mut sums = [0.0; N];
    for (row, weight) in rows.iter().zip(weights) {
        for (sum, sample) in sums.iter_mut().zip(row) {
            *sum += sample * weight;
        }
    }
    sums
}

/// The nearest sample value, in the low bits.
#[inline(always)]
fn sample(x: f32) -> u32 {
    let x = if x > 0.0 { x } else { 0.0 };
    let x = if x < 255.0 { x } else { 255.0 };
    // Adding 2^23 leaves the rounded integer in the low bits of the mantissa.
    (x + 8_388_608.0).to_bits() & 0xFF
}

/// Reads samples of a row from column `left` on; beyond its end there are zeros.
#[inline(always)]
fn read(source: View<'_>, row: usize, left: usize, to: &mut [f32; COLUMNS]) {
    let start = row * source.stride + left;
    let from = source.data.get(start..).unwrap_or_default();
    if let Some(from) = from.first_chunk::<COLUMNS>() {
        // Made in a place of its own, which lets the compiler see that reading and writing do not meet.
        let mut row = [0.0; COLUMNS];
        for (to, from) in row.iter_mut().zip(from) {
            *to = f32::from(*from);
        }
        *to = row;
    } else {
        *to = [0.0; COLUMNS];
        for (to, from) in to.iter_mut().zip(from) {
            *to = f32::from(*from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::axis::{Direction, Side};
    use super::*;

    /// The same by its definition, in double precision.
    fn reference(source: View<'_>, (x, y): (&Axis, &Axis)) -> Vec<f64> {
        let at = |row: usize, column: usize| f64::from(source.data[row * source.stride + column]);
        let mut target = Vec::new();
        for row in 0..y.len() {
            for column in 0..x.len() {
                let ((top, down), (left, across)) = (y.window(row), x.window(column));
                let weigh = |(i, weight): (usize, &f32)| {
                    let sum = (left..).zip(across).map(|(j, w)| at(top + i, j) * f64::from(*w)).sum::<f64>();
                    sum * f64::from(*weight)
                };
                target.push(down.iter().enumerate().map(weigh).sum());
            }
        }
        target
    }

    #[test]
    fn every_processor_gives_the_samples_of_the_definition() {
        let mut strip = Strip::default();
        for (width, height, to_width, to_height) in [
            (64, 48, 40, 30),
            (37, 29, 17, 11),
            (130, 9, 33, 2),
            (1, 50, 1, 7),
            (50, 1, 9, 1),
            (3, 3, 7, 5),
            (90, 70, 90, 20),
        ] {
            let stride = width + 5;
            let data: Vec<u8> =
                (0..stride * height - 5).map(|i| (i as u32).wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
            let source = View { data: &data, stride, width, height };
            let x = Axis::new(
                Side { samples: width as u32, exact: width as f64 - 0.25 },
                Side::whole(to_width),
                Direction::Backward,
            );
            let y = Axis::new(
                Side { samples: height as u32, exact: height as f64 - 0.5 },
                Side::halved(to_height),
                Direction::Forward,
            );
            let expected = reference(source, (&x, &y));
            let (mut present, mut any) = (vec![1, 2], Vec::new());
            strip.resample(Level::new(), source, (&x, &y), &mut present);
            strip.resample(Level::baseline(), source, (&x, &y), &mut any);
            assert_eq!(present[..2], [1, 2]);
            assert_eq!(present[2..], any);
            for (found, expected) in any.iter().zip(expected) {
                assert!((f64::from(*found) - expected.clamp(0.0, 255.0)).abs() < 0.51, "{found}, not {expected}");
            }
        }
    }
}
