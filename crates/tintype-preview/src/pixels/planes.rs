//! From planes of luma and colour differences to pixels.

use super::colour::{Cicp, ToSrgb};
use crate::{Error, Layout, Pixels};

/// One plane of a decoded frame.
#[derive(Clone, Copy)]
pub(crate) struct Plane<'a> {
    pub(crate) samples: Samples<'a>,
    /// Samples from one row to the next.
    pub(crate) stride: usize,
}

/// Samples as the decoders have them.
#[derive(Clone, Copy)]
pub(crate) enum Samples<'a> {
    /// Eight bits.
    U8(&'a [u8]),
    /// More, in two bytes each, least significant first.
    U16Le(&'a [u8]),
    /// Up to sixteen bits.
    #[cfg_attr(not(feature = "h265"), expect(dead_code, reason = "H.265 alone has these"))]
    U16(&'a [u16]),
}

impl Samples<'_> {
    fn len(self) -> usize {
        match self {
            Self::U8(samples) => samples.len(),
            Self::U16Le(bytes) => bytes.len() / 2,
            Self::U16(samples) => samples.len(),
        }
    }

    /// Adds up `count` samples from each `start` on.
    fn add(self, start: usize, count: usize, sums: &mut [u32], step: usize) {
        fn add<T: Copy>(samples: &[T], sums: &mut [u32], step: usize, value: impl Fn(T) -> u32) {
            for (sum, samples) in sums.iter_mut().zip(samples.chunks(step)) {
                *sum += samples.iter().map(|sample| value(*sample)).sum::<u32>();
            }
        }
        match self {
            Self::U8(samples) => add(&samples[start..start + count], sums, step, u32::from),
            Self::U16(samples) => add(&samples[start..start + count], sums, step, u32::from),
            Self::U16Le(bytes) => {
                let pairs = bytes[start * 2..(start + count) * 2].as_chunks::<2>().0;
                add(pairs, sums, step, |pair| u32::from(u16::from_le_bytes(pair)));
            }
        }
    }
}

/// A decoded frame.
pub(crate) struct Frame<'a> {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Luma and the two colour differences; luma alone for grey.
    pub(crate) planes: Vec<Plane<'a>>,
    /// How many pixels share a colour difference, across and down.
    pub(crate) chroma: (u32, u32),
    /// Bits of a sample.
    pub(crate) bits: u32,
    pub(crate) colour: Cicp,
}

/// A plane on the way, at the sides of the target.
struct Small {
    width: usize,
    height: usize,
    /// Of `bits` bits, as a fraction of 16.
    samples: Vec<u16>,
}

impl Frame<'_> {
    /// Converts the frame to sRGB, each pixel the mean of a square of `factor` pixels a side.
    pub(crate) fn to_pixels(&self, factor: u32) -> Result<Pixels, Error> {
        let factor = factor.max(1);
        self.check()?;
        let (width, height) = (self.width.div_ceil(factor) as usize, self.height.div_ceil(factor) as usize);
        let luma = self.reduce(0, (factor, factor))?;
        let chroma = match self.planes.len() {
            3 => Some((self.chroma_plane(1, factor, (width, height))?, self.chroma_plane(2, factor, (width, height))?)),
            _ => None,
        };
        let converter = Matrix::new(self.colour, self.bits);
        let to_srgb = ToSrgb::new(self.colour);
        let mut data = Vec::with_capacity(width * height * 3);
        let mut row = vec![0u16; width * 3];
        for y in 0..height {
            let luma = &luma.samples[y * width..(y + 1) * width];
            match &chroma {
                Some((blue, red)) => {
                    let (blue, red) = (&blue.samples[y * width..], &red.samples[y * width..]);
                    for (pixel, ((luma, blue), red)) in
                        row.as_chunks_mut::<3>().0.iter_mut().zip(luma.iter().zip(blue).zip(red))
                    {
                        *pixel = converter.rgb(*luma, *blue, *red);
                    }
                }
                None => {
                    for (pixel, luma) in row.as_chunks_mut::<3>().0.iter_mut().zip(luma) {
                        *pixel = [converter.grey(*luma); 3];
                    }
                }
            }
            match &to_srgb {
                Some(to_srgb) => to_srgb.row(&row, &mut data),
                None => data.extend(row.iter().map(|sample| ((u32::from(*sample) * 255 + 32_767) / 65_535) as u8)),
            }
        }
        Ok(Pixels { width: width as u32, height: height as u32, layout: Layout::Rgb, data })
    }

    /// Fails if a plane is smaller than the frame.
    fn check(&self) -> Result<(), Error> {
        for (index, plane) in self.planes.iter().enumerate() {
            let (width, height) = self.sides(index);
            let needed = plane.stride.checked_mul(height.saturating_sub(1)).and_then(|rows| rows.checked_add(width));
            if width > plane.stride || needed.is_none_or(|needed| needed > plane.samples.len()) {
                return Err(Error::damaged("a frame smaller than its header says"));
            }
        }
        if !matches!(self.planes.len(), 1 | 3) || !(8..=16).contains(&self.bits) || self.chroma.0 * self.chroma.1 == 0 {
            return Err(Error::unsupported("a frame of unusual planes"));
        }
        Ok(())
    }

    fn sides(&self, index: usize) -> (usize, usize) {
        let (across, down) = if index == 0 { (1, 1) } else { self.chroma };
        (self.width.div_ceil(across) as usize, self.height.div_ceil(down) as usize)
    }

    /// Returns the means of rectangles of a plane, as sixteen bits.
    fn reduce(&self, index: usize, (across, down): (u32, u32)) -> Result<Small, Error> {
        let plane = self.planes[index];
        let (width, height) = self.sides(index);
        let (step, lines) = (across as usize, down as usize);
        let (columns, rows) = (width.div_ceil(step), height.div_ceil(lines));
        let mut samples = Vec::with_capacity(columns * rows);
        let mut sums = vec![0u32; columns];
        let most = (1u32 << self.bits) - 1;
        let scale = 65_535.0 / most as f32;
        for row in 0..rows {
            sums.fill(0);
            let band = row * lines..((row + 1) * lines).min(height);
            for y in band.clone() {
                plane.samples.add(y * plane.stride, width, &mut sums, step);
            }
            let last = (width - (columns - 1) * step) * band.len();
            let full = scale / (step * band.len()) as f32;
            samples.extend(sums[..columns - 1].iter().map(|sum| (*sum as f32 * full + 0.5) as u16));
            samples.push((sums[columns - 1] as f32 * scale / last as f32 + 0.5) as u16);
        }
        Ok(Small { width: columns, height: rows, samples })
    }

    /// Returns a plane of colour differences at the sides of the target.
    fn chroma_plane(&self, index: usize, factor: u32, (width, height): (usize, usize)) -> Result<Small, Error> {
        let (across, down) = self.chroma;
        let reduced = self.reduce(index, (factor.div_ceil(across).max(1), factor.div_ceil(down).max(1)))?;
        if reduced.width == width && reduced.height == height {
            return Ok(reduced);
        }
        Ok(reduced.enlarge(width, height))
    }
}

impl Small {
    /// Interpolates between the centres of samples.
    fn enlarge(&self, width: usize, height: usize) -> Self {
        let places = |from: usize, to: usize| -> Vec<(usize, usize, u32)> {
            (0..to)
                .map(|place| {
                    let centre = ((place as f32 + 0.5) * from as f32 / to as f32 - 0.5).clamp(0.0, (from - 1) as f32);
                    let first = centre as usize;
                    (first, (first + 1).min(from - 1), ((centre - first as f32) * 256.0) as u32)
                })
                .collect()
        };
        let (columns, rows) = (places(self.width, width), places(self.height, height));
        let mut samples = Vec::with_capacity(width * height);
        let mut blended = vec![0u32; self.width];
        for (first, second, weight) in rows {
            let (above, below) = (&self.samples[first * self.width..], &self.samples[second * self.width..]);
            for ((blended, above), below) in blended.iter_mut().zip(above).zip(below) {
                *blended = (u32::from(*above) * (256 - weight) + u32::from(*below) * weight) >> 8;
            }
            samples.extend(columns.iter().map(|(left, right, weight)| {
                ((blended[*left] * (256 - weight) + blended[*right] * weight) >> 8) as u16
            }));
        }
        Self { width, height, samples }
    }
}

/// From luma and colour differences of sixteen bits to RGB of sixteen bits.
struct Matrix {
    luma: (f32, f32),
    middle: f32,
    identity: bool,
    chroma: f32,
    red: f32,
    green: (f32, f32),
    blue: f32,
}

impl Matrix {
    fn new(colour: Cicp, bits: u32) -> Self {
        let (red, blue) = colour.weights();
        let green = 1.0 - red - blue;
        let most = ((1u32 << bits) - 1) as f32;
        let unit = 65_535.0 / most;
        let of_eight = |value: u32| (value << (bits - 8)) as f32;
        let (offset, luma, chroma) = match colour.full_range {
            true => (0.0, 1.0, 1.0),
            false => (of_eight(16) * unit, most / of_eight(219), most / of_eight(224)),
        };
        Self {
            luma: (offset, luma),
            middle: of_eight(128) * unit,
            identity: colour.matrix == 0,
            chroma,
            red: 2.0 * (1.0 - red),
            green: (2.0 * blue * (1.0 - blue) / green, 2.0 * red * (1.0 - red) / green),
            blue: 2.0 * (1.0 - blue),
        }
    }

    fn grey(&self, luma: u16) -> u16 {
        ((f32::from(luma) - self.luma.0) * self.luma.1 + 0.5) as u16
    }

    fn rgb(&self, luma: u16, blue: u16, red: u16) -> [u16; 3] {
        if self.identity {
            // Green, blue, red.
            return [red, luma, blue].map(|sample| self.grey(sample));
        }
        let luma = (f32::from(luma) - self.luma.0) * self.luma.1 + 0.5;
        let blue = (f32::from(blue) - self.middle) * self.chroma;
        let red = (f32::from(red) - self.middle) * self.chroma;
        [luma + self.red * red, luma - self.green.0 * blue - self.green.1 * red, luma + self.blue * blue]
            .map(|sample| sample as u16)
    }
}
