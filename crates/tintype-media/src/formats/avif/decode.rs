//! AVIF through rav1d. Runs in a process of its own: a panic in rav1d aborts.

use re_rav1d::dav1d::pixel::{MatrixCoefficients, YUVRange};
use re_rav1d::dav1d::{Picture, PixelLayout, PlanarImageComponent as Component};

use super::stream::decode_item;
use crate::decoding::{Job, check_sides};
use crate::formats::heif::{HeifLayout, Tiles, missing};
use crate::frame::{Decoded, Frame, Samples};
use crate::hdr::Hdr;
use crate::header::Header;
use crate::planes::{PlaneResizer, PlaneSource, Side};
use crate::{Error, Format, Orientation, colour, rows, ycbcr};

/// Returns a frame of the sides `stored`.
pub(super) fn decode(bytes: Vec<u8>, job: &Job<'_>) -> Result<Decoded, Error> {
    let Job { header, limits, stored, .. } = *job;
    let layout = header.detail::<HeifLayout>()?;
    let mut coded = header.clone();
    (coded.width, coded.height) = layout.coded;
    let planes = |tiles: &Tiles, rest: u8| {
        let mut planes = YuvPlanes::decode(&bytes, tiles, &coded, rest)?;
        planes.crop(layout.origin, (header.width, header.height));
        Ok::<_, Error>(planes)
    };
    let picture = planes(&layout.picture, 128)?;
    let alpha = match layout.alpha.pieces.is_empty() {
        true => None,
        false => match planes(&layout.alpha, 0) {
            // Without alpha, the colours are there.
            Err(_) if layout.alpha.missing(bytes.len() as u64) > 0 => None,
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
        let table = range_table(alpha.full_range, 0);
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
    full_range: bool,
    matrix: u16,
}

impl YuvPlanes {
    /// Tiles, and rows of them, that a file which is cut short does not have are as light as
    /// `rest`, and have no colour.
    fn decode(bytes: &[u8], tiles: &Tiles, header: &Header, rest: u8) -> Result<Self, Error> {
        let mut whole: Option<(Self, (u32, u32))> = None;
        let columns = tiles.columns.max(1) as u32;
        let rows = (tiles.pieces.len() as u32).div_ceil(columns);
        for (index, pieces) in (0..).zip(&tiles.pieces) {
            let may_be_missing = whole.is_some() && missing(pieces, bytes.len() as u64) > 0;
            let (tile, come) = match decode_item(bytes, pieces, header) {
                Ok(tile) => tile,
                Err(_) if may_be_missing => continue,
                Err(error) => return Err(error),
            };
            let sides = (tile.width(), tile.height());
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
            if sides != *expected || planes.chroma != chroma_of(&tile) || !covers {
                return Err(Error::malformed(Format::Avif, "tiles do not fit together"));
            }
            planes.place(&tile, come, (index % columns * sides.0, index / columns * sides.1));
        }
        whole
            .map(|(planes, _)| planes)
            .ok_or_else(|| Error::unsupported(Format::Avif, "an item that is neither a picture nor a grid"))
    }

    fn new((width, height): (u32, u32), tile: &Picture, rest: u8) -> Self {
        let chroma = chroma_of(tile);
        let mut planes = Self {
            width,
            height,
            chroma,
            data: Default::default(),
            full_range: tile.color_range() == YUVRange::Full,
            matrix: match tile.matrix_coefficients() {
                MatrixCoefficients::Identity => 0,
                MatrixCoefficients::BT709 => 1,
                MatrixCoefficients::ST240M => 7,
                MatrixCoefficients::YCgCo => 8,
                MatrixCoefficients::BT2020NonConstantLuminance | MatrixCoefficients::BT2020ConstantLuminance => 9,
                _ => 6,
            },
        };
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

    /// Copies the first `come` rows of a tile to its place, as far as it is inside, and leaves
    /// eight bits of its samples.
    fn place(&mut self, tile: &Picture, come: u32, (left, top): (u32, u32)) {
        let shift = tile.bit_depth().saturating_sub(8);
        for (index, component) in [Component::Y, Component::U, Component::V].into_iter().enumerate() {
            let (width, height) = self.sides(index);
            if width == 0 {
                continue;
            }
            let (across, down) = if index == 0 { (1, 1) } else { self.chroma };
            let (left, top) = (left / across, top / down);
            let columns = tile.width().div_ceil(across).min(width.saturating_sub(left)) as usize;
            let source = tile.plane(component);
            let stride = tile.stride(component) as usize;
            let target = self.data[index].chunks_exact_mut(width as usize).skip(top as usize);
            let rows = come.div_ceil(down).min(height.saturating_sub(top)) as usize;
            for (row, line) in source.chunks(stride).take(rows).zip(target) {
                let line = &mut line[left as usize..left as usize + columns];
                if shift == 0 {
                    line.copy_from_slice(&row[..columns]);
                } else {
                    for (sample, pair) in line.iter_mut().zip(row.as_chunks::<2>().0) {
                        let value = u32::from(u16::from_ne_bytes(*pair));
                        // Rounded; the largest would be one too many.
                        *sample = ((value + (1 << shift >> 1)) >> shift).min(255) as u8;
                    }
                }
            }
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

fn chroma_of(picture: &Picture) -> (u32, u32) {
    match picture.pixel_layout() {
        PixelLayout::I400 => (0, 0),
        PixelLayout::I420 => (2, 2),
        PixelLayout::I422 => (2, 1),
        PixelLayout::I444 => (1, 1),
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
        let (full_range, matrix) = Self::range_and_matrix(layout, planes);
        if layout.colour.profile.is_some() {
            return Self { full_range, matrix, profile: layout.colour.profile.clone(), hdr: None };
        }
        let hdr = layout.colour.coded.and_then(|coded| Hdr::from_codes(coded.primaries, coded.transfer));
        let wide = layout
            .colour
            .coded
            .filter(|_| hdr.is_none())
            .and_then(|coded| colour::profile_of_primaries(coded.primaries));
        Self { full_range, matrix, profile: wide, hdr }
    }

    fn range_and_matrix(layout: &HeifLayout, planes: &YuvPlanes) -> (bool, u16) {
        match layout.colour.coded {
            // Two is "unspecified", which everybody takes for BT.601.
            Some(coded) => (coded.full_range, if coded.matrix == 2 { 6 } else { coded.matrix }),
            None => (planes.full_range, planes.matrix),
        }
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
