//! Resizes one plane, or rows of pixels whose samples lie side by side: columns first, since that
//! leaves fewer rows, then rows.
//!
//! The arithmetic is that of whole numbers, 16 bits wide and added up in 32: processors multiply
//! two pairs of samples and weights and add the products in one step. So samples that meet the
//! weights of a pair lie side by side, and all processors give the same.

use fearless_simd::{Bytes, Level, Simd, SimdBase, SimdCombine, SimdNarrow, SimdSplit, SimdWiden, dispatch};
use fearless_simd::{SimdIntWiden, SimdInterleaved, i16x16, i32x8, u8x16, u32x4, u32x8};

use super::axis::{Axis, WEIGHT_BITS};

/// Samples that belong to somebody else, one byte each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    /// Rows of `stride` bytes; the last may end after its samples, and rows that are missing are
    /// zeros.
    pub(crate) data: &'a [u8],
    pub(crate) stride: usize,
    /// Samples in a row, of whatever component.
    pub(crate) samples: usize,
    /// The number of the row with which `data` begins.
    pub(crate) top: usize,
}

/// Target rows that are made at a time.
pub(crate) const ROWS: usize = 8;

/// Source columns that are filtered at a time.
const COLUMNS: usize = 32;

/// Bits behind the point that samples have between the two passes; with a sign and room for
/// overshooting they fill 16.
const FRACTION_BITS: u32 = 6;

/// Working memory for one strip.
#[derive(Default)]
pub(crate) struct Strip {
    /// Some columns of each two source rows that the strip needs: above, below, above, below.
    source: Vec<[i16; 2 * COLUMNS]>,
    /// Each two columns of the strip before its rows are filtered: in each word the left and the
    /// right sample of a row.
    columns: Vec<[u32; ROWS]>,
}

impl Strip {
    /// Returns the bytes that rows of `samples` take at most when `height` of them become
    /// `target_height`.
    pub(crate) fn memory(samples: u32, height: u32, target_height: u32) -> u64 {
        let rows = rows(height, target_height);
        // Windows of rows may reach beyond the last column; how far is bounded by their number.
        (rows * COLUMNS as u64 + (u64::from(samples) * 2 + COLUMNS as u64) * ROWS as u64) * 2
    }

    /// Makes of `target` the rows of the resized plane, or of resized pixels of 3 or 4 channels.
    pub(crate) fn resample(
        &mut self,
        level: Level,
        source: View<'_>,
        (x, y): (&Axis, &Axis),
        channels: usize,
        target: &mut Vec<u8>,
    ) {
        let row_len = x.len() * channels;
        // What is there is overwritten, and would take a while to clear.
        target.resize(row_len * y.len(), 0);
        for (strip, rows) in target.chunks_mut(ROWS * row_len).enumerate() {
            self.make(level, source, (x, y), strip * ROWS, channels, rows);
        }
    }

    /// Makes up to [`ROWS`] rows from number `top` on, of pixels of 1, 3 or 4 channels.
    pub(crate) fn make(
        &mut self,
        level: Level,
        source: View<'_>,
        (x, y): (&Axis, &Axis),
        top: usize,
        channels: usize,
        rows: &mut [u8],
    ) {
        dispatch!(level, simd => match channels {
            1 => self.run::<_, 1>(simd, source, (x, y), top, rows),
            3 => self.run::<_, 3>(simd, source, (x, y), top, rows),
            _ => self.run::<_, 4>(simd, source, (x, y), top, rows),
        });
    }

    #[inline(always)]
    fn run<S: Simd, const CHANNELS: usize>(
        &mut self,
        simd: S,
        source: View<'_>,
        (x, y): (&Axis, &Axis),
        top: usize,
        rows: &mut [u8],
    ) {
        self.columns.resize(source.samples.next_multiple_of(COLUMNS) / 2 + x.pairs() * CHANNELS, [0; ROWS]);
        self.filter_columns(simd, source, y, top);
        for words in self.columns.as_chunks_mut::<CHANNELS>().0 {
            pair_up(simd, words);
        }
        self.filter_rows::<S, CHANNELS>(simd, x, rows);
    }

    /// Makes the rows from `top` on, not yet narrowed.
    #[inline(always)]
    fn filter_columns<S: Simd>(&mut self, simd: S, source: View<'_>, y: &Axis, top: usize) {
        // Below the last row it is made again.
        let windows: [_; ROWS] = std::array::from_fn(|row| y.window((top + row).min(y.len() - 1)));
        let starts = [windows[0].0, windows[ROWS - 1].0];
        let first = starts[0].min(starts[1]);
        self.source.resize(starts[0].max(starts[1]) - first + y.pairs(), [0; 2 * COLUMNS]);
        let chunks = self.columns.chunks_exact_mut(COLUMNS / 2).take(source.samples.div_ceil(COLUMNS));
        for (chunk, columns) in chunks.enumerate() {
            for (pair, to) in (first..).zip(&mut self.source) {
                read(simd, source, 2 * pair, chunk * COLUMNS, to);
            }
            for (half, windows) in windows.as_chunks::<4>().0.iter().enumerate() {
                let [(a, a_weights), (b, b_weights), (c, c_weights), (d, d_weights)] = *windows;
                let a = row(simd, &self.source[a - first..], a_weights);
                let b = row(simd, &self.source[b - first..], b_weights);
                let c = row(simd, &self.source[c - first..], c_weights);
                let d = row(simd, &self.source[d - first..], d_weights);
                for (quarter, columns) in columns.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                    let mut words = [0; 16];
                    u32x4::store_four_interleaved([a[quarter], b[quarter], c[quarter], d[quarter]], &mut words);
                    for (column, words) in columns.iter_mut().zip(words.as_chunks::<4>().0) {
                        column.as_chunks_mut::<4>().0[half] = *words;
                    }
                }
            }
        }
    }

    /// Makes rows of the target from the strip.
    #[inline(always)]
    fn filter_rows<S: Simd, const CHANNELS: usize>(&self, simd: S, x: &Axis, target: &mut [u8]) {
        let width = x.len();
        for left in (0..width).step_by(4) {
            // Four pixels of each row, the first lowest; behind the last column it is made again.
            let mut words = [u32x8::splat(simd, 0); CHANNELS];
            for i in 0..4 {
                let (start, weights) = x.window((left + i).min(width - 1));
                let pixels = column::<S, CHANNELS>(simd, &self.columns[start * CHANNELS..], weights);
                for (channel, samples) in pixels.into_iter().enumerate() {
                    let place = i * CHANNELS + channel;
                    words[place / 4] |= samples << (8 * (place % 4) as u32);
                }
            }
            let mut arrays = [[0; ROWS]; CHANNELS];
            for (array, words) in arrays.iter_mut().zip(words) {
                *array = words.to_array();
            }
            for (index, row) in target.chunks_exact_mut(width * CHANNELS).enumerate() {
                let (whole, rest) = row[left * CHANNELS..].as_chunks_mut();
                for (bytes, words) in whole.iter_mut().zip(&arrays) {
                    *bytes = words[index].to_le_bytes();
                }
                if let Some(words) = arrays.get(whole.len()) {
                    rest.copy_from_slice(&words[index].to_le_bytes()[..rest.len()]);
                }
            }
        }
    }
}

/// Returns how many rows of `height` it takes at most to make [`ROWS`] of `target_height`.
pub(crate) fn rows(height: u32, target_height: u32) -> u64 {
    let ratio = f64::from(height.max(1)) / f64::from(target_height.max(1));
    (ratio.max(1.0) * (6.0 + ROWS as f64) + 5.0).min(f64::from(height) + 1.0) as u64
}

/// Puts samples of the same channel of two adjacent pixels into one word.
#[inline(always)]
fn pair_up<S: Simd, const CHANNELS: usize>(simd: S, words: &mut [[u32; ROWS]; CHANNELS]) {
    const LEFT: u32 = if cfg!(target_endian = "little") { 0xFFFF } else { 0xFFFF_0000 };
    if CHANNELS == 1 {
        return;
    }
    let all: [u32x8<S>; CHANNELS] = std::array::from_fn(|index| u32x8::load_array_ref(simd, &words[index]));
    for (channel, to) in words.iter_mut().enumerate() {
        // The sample in either pixel, counted from the first one's first.
        let [left, right] = [channel, channel + CHANNELS].map(|sample| (all[sample / 2], sample % 2));
        let swap = |word: u32x8<S>| word << 16_u32 | word >> 16_u32;
        let left = if left.1 == 0 { left.0 } else { swap(left.0) };
        let right = if right.1 == 1 { right.0 } else { swap(right.0) };
        *to = (left & LEFT | right & !LEFT).to_array();
    }
}

/// Reads samples of two rows from column `left` on; what they do not have is zero.
#[inline(always)]
fn read<S: Simd>(simd: S, source: View<'_>, row: usize, left: usize, to: &mut [i16; 2 * COLUMNS]) {
    let (above, below) = (line(source, row, left), line(source, row + 1, left));
    let halves = above.as_chunks::<16>().0.iter().zip(below.as_chunks::<16>().0);
    for ((above, below), to) in halves.zip(to.as_chunks_mut::<32>().0) {
        let (left, right) = u8x16::load_array_ref(simd, above).interleave(u8x16::load_array_ref(simd, below));
        for (samples, to) in [left, right].into_iter().zip(to.as_chunks_mut::<16>().0) {
            let (left, right) = samples.widen();
            *to = left.combine(right).bitcast::<i16x16<S>>().to_array();
        }
    }
}

/// The samples of a row from column `left` on.
#[inline(always)]
fn line(source: View<'_>, row: usize, left: usize) -> [u8; COLUMNS] {
    let from = source.data.get((row - source.top) * source.stride + left..).unwrap_or_default();
    if let Some(from) = from.first_chunk::<COLUMNS>() {
        return *from;
    }
    let mut line = [0; COLUMNS];
    line[..from.len()].copy_from_slice(from);
    line
}

/// Makes one row of the strip, two columns to a word.
#[inline(always)]
fn row<S: Simd>(simd: S, pairs: &[[i16; 2 * COLUMNS]], weights: &[i32]) -> [u32x4<S>; 4] {
    const SHIFT: u32 = WEIGHT_BITS - FRACTION_BITS;
    let mut sums = [i32x8::splat(simd, 1 << (SHIFT - 1)); 4];
    for (samples, weight) in pairs.iter().zip(weights) {
        let weight: i16x16<S> = i32x8::splat(simd, *weight).bitcast();
        for (sum, samples) in sums.iter_mut().zip(samples.as_chunks::<16>().0) {
            *sum += i16x16::load_array_ref(simd, samples).pairwise_dot_product(weight);
        }
    }
    let [a, b, c, d] = sums;
    let left: u32x8<S> = (a >> SHIFT).saturating_narrow(b >> SHIFT).bitcast();
    let right: u32x8<S> = (c >> SHIFT).saturating_narrow(d >> SHIFT).bitcast();
    let ((a, b), (c, d)) = (left.split(), right.split());
    [a, b, c, d]
}

/// Makes one column of the target, channel by channel.
#[inline(always)]
fn column<S: Simd, const CHANNELS: usize>(simd: S, pairs: &[[u32; ROWS]], weights: &[i32]) -> [u32x8<S>; CHANNELS] {
    const SHIFT: u32 = WEIGHT_BITS + FRACTION_BITS;
    let mut sums = [i32x8::splat(simd, 1 << (SHIFT - 1)); CHANNELS];
    for (pair, weight) in pairs.as_chunks::<CHANNELS>().0.iter().zip(weights) {
        let weight: i16x16<S> = i32x8::splat(simd, *weight).bitcast();
        for (sum, samples) in sums.iter_mut().zip(pair) {
            let samples: i16x16<S> = u32x8::load_array_ref(simd, samples).bitcast();
            *sum += samples.pairwise_dot_product(weight);
        }
    }
    // Not a closure, which might not be inlined and so be compiled for any processor.
    let mut pixels = [u32x8::splat(simd, 0); CHANNELS];
    for (pixel, sum) in pixels.iter_mut().zip(sums) {
        *pixel = (sum >> SHIFT).max(0).min(255).bitcast();
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::super::axis::{Direction, Side, pair};
    use super::*;

    /// The same by its definition, in double precision.
    fn reference(source: View<'_>, (x, y): (&Axis, &Axis)) -> Vec<f64> {
        let at = |row: usize, column: usize| f64::from(source.data[row * source.stride + column]);
        let weights = |axis: &Axis, index| {
            let (start, weights) = axis.window(index);
            let all = (2 * start..).zip(weights.iter().copied().flat_map(pair));
            all.filter(|(_, weight)| *weight != 0)
                .map(|(i, weight)| (i, f64::from(weight) / 16_384.0))
                .collect::<Vec<_>>()
        };
        let mut target = Vec::new();
        for row in 0..y.len() {
            for column in 0..x.len() {
                let (down, across) = (weights(y, row), weights(x, column));
                let weigh =
                    |(i, weight): &(usize, f64)| across.iter().map(|(j, w)| at(*i, *j) * w).sum::<f64>() * weight;
                target.push(down.iter().map(weigh).sum());
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
            (900, 700, 9, 2),
        ] {
            let stride = width + 5;
            let data: Vec<u8> =
                (0..stride * height - 5).map(|i| (i as u32).wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
            let source = View { data: &data, stride, samples: width, top: 0 };
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
            let (mut present, mut any) = (vec![1; 5000], Vec::new());
            strip.resample(Level::new(), source, (&x, &y), 1, &mut present);
            strip.resample(Level::baseline(), source, (&x, &y), 1, &mut any);
            assert_eq!(present, any);
            for (found, expected) in any.iter().zip(expected) {
                assert!((f64::from(*found) - expected.clamp(0.0, 255.0)).abs() < 0.52, "{found}, not {expected}");
            }
        }
    }
}
