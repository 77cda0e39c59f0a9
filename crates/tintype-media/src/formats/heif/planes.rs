//! Coded pictures, whole or in tiles, to one frame, whatever their codec.

use std::ops::Range;

use super::items::{CodedColour, HeifLayout, Tiles, missing};
use crate::decoding::{Job, check_sides};
use crate::frame::{Decoded, Frame, Samples};
use crate::hdr::Hdr;
use crate::header::Header;
use crate::planes::{PlaneResizer, PlaneSource, Side};
use crate::{Error, Orientation, colour, rows, ycbcr};

/// A coded picture as its decoder has it.
pub(crate) trait Tile {
    /// Width and height in pixels.
    fn sides(&self) -> (u32, u32);

    /// How many pixels share a colour difference, across and down; 0 where there are none.
    fn chroma(&self) -> (u32, u32);

    /// What the stream says of its colours.
    fn colour(&self) -> CodedColour;

    /// Hands over rows of luminance (0) or of a colour difference (1, 2), the first `columns`
    /// samples of each with eight bits.
    fn copy_rows<'a>(&self, plane: usize, columns: usize, rows: impl Iterator<Item = &'a mut [u8]>);
}

/// Returns samples with eight bits of those with `bits`, rounded; the largest would be one too
/// many.
pub(crate) fn eight_bits(value: u32, bits: u32) -> u8 {
    let shift = bits.saturating_sub(8);
    ((value + (1 << shift >> 1)) >> shift).min(255) as u8
}

/// Returns a frame of the sides that the job asks for. `decode` decodes the coded picture in these
/// pieces of the file, of `len` bytes, and says how many of its rows there are.
pub(crate) fn decode<T: Tile>(
    job: &Job<'_>,
    len: u64,
    decode: impl Fn(&Tiles, &[Range<u64>]) -> Result<(T, u32), Error>,
) -> Result<Decoded, Error> {
    let Job { header, limits, stored, .. } = *job;
    let layout = header.detail::<HeifLayout>()?;
    let mut coded = header.clone();
    (coded.width, coded.height) = layout.coded;
    let planes = |tiles: &Tiles, rest: u8| {
        let decode = |pieces: &[Range<u64>]| {
            limits.check_deadline()?;
            decode(tiles, pieces)
        };
        let mut planes = YuvPlanes::decode(len, tiles, &coded, rest, decode)?;
        planes.crop(layout.origin, (header.width, header.height));
        Ok::<_, Error>(planes)
    };
    let picture = planes(&layout.picture, 128)?;
    let alpha = match layout.alpha.pieces.is_empty() {
        true => None,
        false => match planes(&layout.alpha, 0) {
            // Without alpha, the colours are there.
            Err(_) if layout.alpha.missing(len) > 0 => None,
            made => Some(made?),
        },
    };
    let coding = Coding::new(layout, &picture);
    let mut resizer = PlaneResizer::new();
    // Colours are weighted by alpha when they are resized, so that both are needed at full size.
    let sides = if alpha.is_some() { (header.width, header.height) } else { stored };
    let mut frame = picture.frame(&mut resizer, sides, &coding);
    if let Some(alpha) = alpha {
        limits.check_deadline()?;
        let plane = alpha.resized(&mut resizer, 0, sides);
        let table = range_table(alpha.colour.full_range, 0);
        frame = with_alpha(frame, plane.iter().map(|sample| table[usize::from(*sample)]));
        if layout.premultiplied {
            divide(&mut frame);
        }
        frame = rows::shrink(frame, stored, limits)?;
    }
    if let Some(hdr) = coding.hdr {
        frame = hdr.to_srgb(frame);
    }
    Ok(Decoded { frame, icc_profile: coding.profile })
}

/// A whole picture as planes of eight bits.
struct YuvPlanes {
    width: u32,
    height: u32,
    /// How many pixels share a colour difference, across and down; 0 where there are none.
    chroma: (u32, u32),
    data: [Vec<u8>; 3],
    colour: CodedColour,
}

impl YuvPlanes {
    /// Tiles, and rows of them, that a file which is cut short does not have are as light as
    /// `rest`, and have no colour.
    fn decode<T: Tile>(
        len: u64,
        tiles: &Tiles,
        header: &Header,
        rest: u8,
        decode: impl Fn(&[Range<u64>]) -> Result<(T, u32), Error>,
    ) -> Result<Self, Error> {
        let mut whole: Option<(Self, (u32, u32))> = None;
        let columns = tiles.columns.max(1) as u32;
        let rows = (tiles.pieces.len() as u32).div_ceil(columns);
        for (index, pieces) in (0..).zip(&tiles.pieces) {
            let may_be_missing = whole.is_some() && missing(pieces, len) > 0;
            let (tile, come) = match decode(pieces) {
                Ok(tile) => tile,
                Err(Error::DeadlineExceeded) => return Err(Error::DeadlineExceeded),
                Err(_) if may_be_missing => continue,
                Err(error) => return Err(error),
            };
            let sides = tile.sides();
            if tiles.pieces.len() == 1 {
                check_sides(header, sides.0, sides.1)?;
            }
            let (planes, expected) =
                whole.get_or_insert_with(|| (Self::new((header.width, header.height), &tile, rest), sides));
            let covers =
                sides.0.saturating_mul(columns) >= header.width && sides.1.saturating_mul(rows) >= header.height;
            if sides != *expected && may_be_missing {
                continue;
            }
            if sides != *expected || planes.chroma != tile.chroma() || !covers {
                return Err(Error::malformed(header.format, "tiles do not fit together"));
            }
            planes.place(&tile, come, (index % columns * sides.0, index / columns * sides.1));
        }
        whole
            .map(|(planes, _)| planes)
            .ok_or_else(|| Error::unsupported(header.format, "an item that is neither a picture nor a grid"))
    }

    fn new((width, height): (u32, u32), tile: &impl Tile, rest: u8) -> Self {
        let mut planes = Self { width, height, chroma: tile.chroma(), data: Default::default(), colour: tile.colour() };
        for index in 0..3 {
            let (width, height) = planes.sides(index);
            planes.data[index] = vec![if index == 0 { rest } else { 128 }; width as usize * height as usize];
        }
        planes
    }

    /// Sides of a plane.
    fn sides(&self, index: usize) -> (u32, u32) {
        match (index, self.chroma) {
            (0, _) => (self.width, self.height),
            (_, (0, _)) => (0, 0),
            (_, (across, down)) => (self.width.div_ceil(across), self.height.div_ceil(down)),
        }
    }

    /// Leaves the part of the given sides that begins at `left` and `top`.
    fn crop(&mut self, (left, top): (u32, u32), (width, height): (u32, u32)) {
        if (width, height) == (self.width, self.height) {
            return;
        }
        let whole: [_; 3] = std::array::from_fn(|index| self.sides(index));
        (self.width, self.height) = (width, height);
        for (index, (whole_width, _)) in whole.into_iter().enumerate() {
            let (width, height) = self.sides(index);
            if width == 0 {
                continue;
            }
            let (across, down) = if index == 0 { (1, 1) } else { self.chroma };
            let columns = (left / across) as usize..(left / across + width) as usize;
            let lines = self.data[index].chunks_exact(whole_width as usize).skip((top / down) as usize);
            self.data[index] = lines.take(height as usize).flat_map(|line| &line[columns.clone()]).copied().collect();
        }
    }

    /// Copies the first `come` rows of a tile to its place, as far as it is inside.
    fn place(&mut self, tile: &impl Tile, come: u32, (left, top): (u32, u32)) {
        for index in 0..3 {
            let (width, height) = self.sides(index);
            if width == 0 {
                continue;
            }
            let (across, down) = if index == 0 { (1, 1) } else { self.chroma };
            let (left, top) = (left / across, top / down);
            let columns = tile.sides().0.div_ceil(across).min(width.saturating_sub(left)) as usize;
            let target = self.data[index].chunks_exact_mut(width as usize).skip(top as usize);
            let rows = come.div_ceil(down).min(height.saturating_sub(top)) as usize;
            let left = left.min(width) as usize;
            tile.copy_rows(index, columns, target.take(rows).map(|line| &mut line[left..left + columns]));
        }
    }

    fn resized(&self, resizer: &mut PlaneResizer, index: usize, (width, height): (u32, u32)) -> Vec<u8> {
        let (columns, lines) = self.sides(index);
        let (across, down) = if index == 0 { (1, 1) } else { self.chroma };
        let side = |samples, whole, factor| Side { samples, exact: f64::from(whole) / f64::from(factor) };
        let source = PlaneSource {
            data: &self.data[index],
            stride: columns as usize,
            width: side(columns, self.width, across),
            height: side(lines, self.height, down),
        };
        resizer.plane(&source, (Side::whole(width), Side::whole(height)), Orientation::Normal)
    }

    /// Resizes the planes and makes them what a frame holds.
    fn frame(&self, resizer: &mut PlaneResizer, sides: (u32, u32), coding: &Coding) -> Frame {
        let (width, height) = sides;
        let luma_table = range_table(coding.full_range, 0);
        let mut planes = Vec::new();
        let count = if self.chroma.0 == 0 { 1 } else { 3 };
        for index in 0..count {
            let table = if index == 0 || coding.matrix == 0 { luma_table } else { range_table(coding.full_range, 128) };
            let plane = self.resized(resizer, index, sides);
            planes.push(plane.into_iter().map(|sample| table[usize::from(sample)]).collect::<Vec<u8>>());
        }
        let (samples, pixels) = match (count, coding.matrix) {
            (1, _) => (Samples::Grey, planes.swap_remove(0)),
            // Green comes first, then blue.
            (_, 0) => {
                planes.rotate_right(1);
                (Samples::Rgb, ycbcr::interleave(&planes))
            }
            // What JPEG has.
            (_, 5 | 6) => (Samples::YCbCr, planes.concat()),
            (_, matrix) => (Samples::Rgb, to_rgb(&planes, matrix)),
        };
        Frame { width, height, samples, pixels }
    }
}

/// How samples become colours: what the container says comes before what the stream says.
struct Coding {
    full_range: bool,
    matrix: u16,
    profile: Option<Vec<u8>>,
    /// Set where there is no profile.
    hdr: Option<Hdr>,
}

impl Coding {
    fn new(layout: &HeifLayout, planes: &YuvPlanes) -> Self {
        let coded = layout.colour.coded.unwrap_or(planes.colour);
        let full_range = coded.full_range;
        // Two is "unspecified", which everybody takes for BT.601.
        let matrix = if coded.matrix == 2 { 6 } else { coded.matrix };
        if layout.colour.profile.is_some() {
            return Self { full_range, matrix, profile: layout.colour.profile.clone(), hdr: None };
        }
        let hdr = Hdr::from_codes(coded.primaries, coded.transfer);
        let wide = if hdr.is_some() { None } else { colour::profile_of_primaries(coded.primaries) };
        Self { full_range, matrix, profile: wide, hdr }
    }
}

/// ITU-T H.273, table 4.
fn to_rgb(planes: &[Vec<u8>], matrix: u16) -> Vec<u8> {
    let (red, blue) = match matrix {
        1 => (0.2126, 0.0722),
        7 => (0.212, 0.087),
        9 | 10 => (0.2627, 0.0593),
        _ => (0.299, 0.114),
    };
    let green = 1.0 - red - blue;
    let mut pixels = Vec::with_capacity(planes[0].len() * 3);
    for ((luma, cb), cr) in planes[0].iter().zip(&planes[1]).zip(&planes[2]) {
        let (luma, cb, cr) = (f32::from(*luma), f32::from(*cb) - 128.0, f32::from(*cr) - 128.0);
        let lights = match matrix {
            8 => [luma - cb + cr, luma + cb, luma - cb - cr],
            _ => {
                let (r, b) = (luma + 2.0 * (1.0 - red) * cr, luma + 2.0 * (1.0 - blue) * cb);
                [r, (luma - red * r - blue * b) / green, b]
            }
        };
        // Conversion to `u8` saturates.
        pixels.extend(lights.map(|light| light.round() as u8));
    }
    pixels
}

/// `middle` is 128 for colour differences, else 0.
fn range_table(full_range: bool, middle: i32) -> [u8; 256] {
    if full_range { std::array::from_fn(|sample| sample as u8) } else { ycbcr::full_range(middle) }
}

fn with_alpha(frame: Frame, alpha: impl Iterator<Item = u8>) -> Frame {
    let pixels = match frame.samples {
        Samples::Grey => frame.pixels.iter().zip(alpha).flat_map(|(grey, alpha)| [*grey, alpha]).collect(),
        samples => {
            let lights = if samples == Samples::YCbCr { ycbcr::to_rgb(&frame.pixels) } else { frame.pixels };
            let (lights, _) = lights.as_chunks::<3>();
            lights.iter().zip(alpha).flat_map(|([red, green, blue], alpha)| [*red, *green, *blue, alpha]).collect()
        }
    };
    let samples = if frame.samples == Samples::Grey { Samples::GreyAlpha } else { Samples::Rgba };
    Frame { samples, pixels, ..frame }
}

/// Takes alpha out of the colours again.
fn divide(frame: &mut Frame) {
    for pixel in frame.pixels.chunks_exact_mut(frame.samples.channels()) {
        let (lights, alpha) = pixel.split_at_mut(pixel.len() - 1);
        let alpha = u32::from(alpha[0]).max(1);
        // At most 255.
        lights.iter_mut().for_each(|light| *light = (u32::from(*light) * 255 / alpha).min(255) as u8);
    }
}
