//! Samples as files have them, as numbers from 0 to 1, and as pictures have them.

use super::weights::Lattice;

/// The samples of a row, eight or sixteen bits each.
#[derive(Clone, Copy)]
pub(crate) enum Row<'a> {
    Eight(&'a [u8]),
    Sixteen(&'a [u16]),
}

impl Row<'_> {
    /// Says whether the last channel is full everywhere.
    pub(super) fn is_opaque(self, channels: usize) -> bool {
        // Without an early end, so that it vectorises.
        match self {
            Self::Eight(row) => {
                row.chunks_exact(channels).fold(u8::MAX, |all, pixel| all & pixel[channels - 1]) == u8::MAX
            }
            Self::Sixteen(row) => {
                row.chunks_exact(channels).fold(u16::MAX, |all, pixel| all & pixel[channels - 1]) == u16::MAX
            }
        }
    }

    /// Writes the samples as numbers from 0 to 1, times that of the last channel for `weighted`
    /// ones; a row that is too short ends in zeros.
    pub(super) fn write(self, target: &mut [f32], weighted: Option<usize>) {
        crate::simd::vectorised(
            #[inline(always)]
            || match self {
                Self::Eight(row) => write(row, target, weighted),
                Self::Sixteen(row) => write(row, target, weighted),
            },
        );
    }

    /// Appends up to `len` samples of eight bits.
    pub(super) fn append(self, len: usize, target: &mut Vec<u8>) {
        match self {
            Self::Eight(row) => target.extend_from_slice(&row[..len.min(row.len())]),
            Self::Sixteen(row) => target.extend(row.iter().take(len).map(|sample| u8::from_sample(*sample))),
        }
    }

    /// Copies those pixels that are on the lattice into a row of a picture.
    pub(super) fn copy<S: Sample>(self, target: &mut [S], channels: usize, lattice: Lattice) {
        match self {
            Self::Eight(row) => copy(row, target, channels, lattice),
            Self::Sixteen(row) => copy(row, target, channels, lattice),
        }
    }
}

/// A sample of a picture.
pub(super) trait Sample: Copy + Default {
    /// The largest value there is.
    const FULL: f32;

    /// Returns the nearest value to one from 0 to [`Sample::FULL`]; others are cut.
    fn nearest(value: f32) -> Self;

    fn to_f32(self) -> f32;

    fn from_sample<T: Sample>(sample: T) -> Self {
        Self::nearest(sample.to_f32() * (Self::FULL / T::FULL))
    }
}

impl Sample for u8 {
    const FULL: f32 = 255.0;

    #[inline(always)]
    fn nearest(value: f32) -> Self {
        nearest(value.clamp(0.0, Self::FULL)) as Self
    }

    #[inline(always)]
    fn to_f32(self) -> f32 {
        self.into()
    }
}

impl Sample for u16 {
    const FULL: f32 = 65_535.0;

    #[inline(always)]
    fn nearest(value: f32) -> Self {
        nearest(value.clamp(0.0, Self::FULL)) as Self
    }

    #[inline(always)]
    fn to_f32(self) -> f32 {
        self.into()
    }
}

/// Returns the nearest whole number of one from 0 to 65,535, in the low bits, by a sum that has no
/// room for a fraction.
#[inline(always)]
fn nearest(value: f32) -> u32 {
    const NO_FRACTION: f32 = 8_388_608.0;
    (value + NO_FRACTION).to_bits()
}

#[inline(always)]
fn write<S: Sample>(row: &[S], target: &mut [f32], weighted: Option<usize>) {
    let (filled, rest) = target.split_at_mut(row.len().min(target.len()));
    rest.fill(0.0);
    let unit = 1.0 / S::FULL;
    match weighted {
        Some(2) => weigh::<S, 2>(row, filled),
        Some(_) => weigh::<S, 4>(row, filled),
        None => filled.iter_mut().zip(row).for_each(|(value, sample)| *value = sample.to_f32() * unit),
    }
}

#[inline(always)]
fn weigh<S: Sample, const CHANNELS: usize>(row: &[S], target: &mut [f32]) {
    let unit = 1.0 / S::FULL;
    for (values, pixel) in target.as_chunks_mut::<CHANNELS>().0.iter_mut().zip(row.as_chunks::<CHANNELS>().0) {
        let alpha = pixel[CHANNELS - 1].to_f32() * unit;
        for (value, sample) in values.iter_mut().zip(pixel) {
            *value = sample.to_f32() * unit * alpha;
        }
        values[CHANNELS - 1] = alpha;
    }
}

fn copy<S: Sample, T: Sample>(row: &[S], target: &mut [T], channels: usize, lattice: Lattice) {
    if lattice == Lattice::ALL {
        target.iter_mut().zip(row).for_each(|(to, from)| *to = T::from_sample(*from));
        return;
    }
    let pixels = target.chunks_exact_mut(channels).skip(lattice.first as usize).step_by(lattice.step as usize);
    for (pixel, stored) in pixels.zip(row.chunks_exact(channels)) {
        pixel.iter_mut().zip(stored).for_each(|(to, from)| *to = T::from_sample(*from));
    }
}

/// Writes numbers from 0 to 1, of which the last channel weighs the others if they are `weighted`.
pub(super) fn finish<S: Sample>(values: &[f32], target: &mut [S], weighted: Option<usize>) {
    crate::simd::vectorised(
        #[inline(always)]
        || match weighted {
            Some(2) => unweigh::<S, 2>(values, target),
            Some(_) => unweigh::<S, 4>(values, target),
            None => target.iter_mut().zip(values).for_each(|(to, value)| *to = S::nearest(value * S::FULL)),
        },
    );
}

#[inline(always)]
fn unweigh<S: Sample, const CHANNELS: usize>(values: &[f32], target: &mut [S]) {
    for (pixel, values) in target.as_chunks_mut::<CHANNELS>().0.iter_mut().zip(values.as_chunks::<CHANNELS>().0) {
        // What overshoots is cut from alpha as from colours.
        let alpha = values[CHANNELS - 1].min(1.0);
        // What cannot be seen has no colour.
        let factor = if S::nearest(alpha * S::FULL).to_f32() > 0.0 { S::FULL / alpha } else { 0.0 };
        for (to, value) in pixel.iter_mut().zip(values) {
            *to = S::nearest(value * factor);
        }
        pixel[CHANNELS - 1] = S::nearest(alpha * S::FULL);
    }
}
