//! Photoshop: the flattened picture, else the thumbnail that Photoshop made.

use moxcms::{ColorProfile, Layout as IccLayout, TransformOptions};

use crate::input::{Input, Numbers};
use crate::metadata::{fill, round};
use crate::pixels::{colour, shrink_factor};
use crate::{Error, Layout, Metadata, Pixels, Preview, Source, exif, icc, image, iptc, xmp};

/// Resources that are looked at.
const MAX_RESOURCES: usize = 5000;
const MAX_THUMBNAIL_BYTES: u64 = 4 << 20;

/// A file that was read up to its pixels.
struct Document {
    /// Twice as wide numbers, in large documents.
    large: bool,
    channels: usize,
    width: u32,
    height: u32,
    depth: u16,
    mode: u16,
    palette: Vec<u8>,
    /// The resources: number, start, length.
    resources: Vec<(u16, u64, u64)>,
    has_alpha: bool,
    data: u64,
}

impl Document {
    fn open(input: &mut Input<'_>) -> Result<Self, Error> {
        let cut = || Error::damaged("a header that is cut short");
        let head = input.read(0, 30)?;
        let part = |offset| head.u16_be(offset).ok_or_else(cut);
        let large = part(4)? == 2;
        let (height, width) = (head.u32_be(14).ok_or_else(cut)?, head.u32_be(18).ok_or_else(cut)?);
        let palette_bytes = u64::from(head.u32_be(26).ok_or_else(cut)?);
        let palette = if palette_bytes == 768 { input.read(30, 768)? } else { Vec::new() };
        let mut at = 30 + palette_bytes;
        let length = |input: &mut Input<'_>, at: u64| -> Result<u64, Error> {
            Ok(input.array::<4>(at)?.map_or(0, |bytes| u64::from(u32::from_be_bytes(bytes))))
        };
        let end = at + 4 + length(input, at)?;
        let resources = Self::resources(input, at + 4, end)?;
        at = end;
        let wide = if large { 8 } else { 4 };
        let layers = match large {
            true => input.array::<8>(at)?.map_or(0, u64::from_be_bytes),
            false => length(input, at)?,
        };
        // A count below zero says that the first channel behind the colours is transparency.
        let count = if layers > wide + 2 { input.array::<2>(at + wide * 2)? } else { None };
        Ok(Self {
            large,
            channels: usize::from(part(12)?),
            width,
            height,
            depth: part(22)?,
            mode: part(24)?,
            palette,
            resources,
            has_alpha: count.is_some_and(|count| i16::from_be_bytes(count) < 0),
            data: at.saturating_add(wide).saturating_add(layers),
        })
    }

    fn resources(input: &mut Input<'_>, mut at: u64, end: u64) -> Result<Vec<(u16, u64, u64)>, Error> {
        let mut found = Vec::new();
        while at < end && found.len() < MAX_RESOURCES {
            let head = input.read_up_to(at, 7)?;
            let (Some(b"8BIM"), Some(id), Some(name)) = (head.get(..4), head.u16_be(4), head.get(6)) else {
                break;
            };
            let start = at + 6 + (u64::from(*name) + 2) / 2 * 2;
            let Some(length) = input.array::<4>(start)?.map(|bytes| u64::from(u32::from_be_bytes(bytes))) else {
                break;
            };
            found.push((id, start + 4, length));
            at = start + 4 + length + length % 2;
        }
        Ok(found)
    }

    fn resource(&self, id: u16) -> Option<(u64, u64)> {
        self.resources.iter().find(|resource| resource.0 == id).map(|resource| (resource.1, resource.2))
    }
}

pub(crate) fn read_metadata(input: &mut Input<'_>, metadata: &mut Metadata) -> Result<(), Error> {
    let document = Document::open(input)?;
    if let Some((start, length)) = document.resource(1058) {
        exif::read(input, start..start + length, metadata)?;
    }
    if let Some((start, length)) = document.resource(1060) {
        xmp::read(&input.packet(start..start + length)?, metadata);
    }
    if let Some((start, length)) = document.resource(1028) {
        iptc::read(&input.packet(start..start + length)?, metadata);
    }
    if let Some((start, length)) = document.resource(1039) {
        fill(&mut metadata.colour_profile, icc::profile_name(&input.packet(start..start + length)?));
    }
    if let Some((start, _)) = document.resource(1005) {
        let across = input.array::<4>(start)?.map_or(0, u32::from_be_bytes);
        metadata.dpi = Some(round(f64::from(across) / 65_536.0, 2)).filter(|dpi| *dpi > 1.0).or(metadata.dpi);
    }
    Ok(())
}

pub(crate) fn preview(input: &mut Input<'_>, edge: Option<u32>) -> Result<Preview, Error> {
    let document = Document::open(input)?;
    input.limits().check_sides(document.width, document.height)?;
    // Files saved without "maximise compatibility" have a blank picture, and say so.
    let real = match document.resource(1057) {
        Some((start, _)) => input.array::<5>(start)?.is_none_or(|bytes| bytes[4] != 0),
        None => true,
    };
    let flattened =
        if real { flattened(input, &document, edge) } else { Err(Error::unsupported("no flattened picture")) };
    let failure = match flattened {
        Ok(pixels) => return Ok(Preview::pixels(Source::Image, pixels)),
        Err(error @ (Error::TimedOut | Error::Cancelled | Error::Io { .. })) => return Err(error),
        Err(error) => error,
    };
    for id in [1036, 1033] {
        if let Some((start, length)) = document.resource(id)
            && length > 28
            && length < MAX_THUMBNAIL_BYTES
            // The older one has red and blue exchanged.
            && id == 1036
            && image::jpeg_sides(input, start + 28)?.is_some()
        {
            let bytes = input.read(start + 28, (length - 28) as usize)?;
            return Ok(Preview::encoded(Source::Embedded, bytes, None));
        }
    }
    Err(failure)
}

/// What the channels of a mode become.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Colours {
    Bitmap,
    Grey,
    Palette,
    Rgb,
    Cmyk,
}

fn flattened(input: &mut Input<'_>, document: &Document, edge: Option<u32>) -> Result<Pixels, Error> {
    let (colours, needed) = match (document.mode, document.depth) {
        (0, 1) => (Colours::Bitmap, 1),
        (1 | 8, 8 | 16) => (Colours::Grey, 1),
        (2, 8) if document.palette.len() == 768 => (Colours::Palette, 1),
        (3, 8 | 16) => (Colours::Rgb, 3),
        (4, 8 | 16) => (Colours::Cmyk, 4),
        (mode, depth) => return Err(Error::unsupported(format!("Photoshop's mode {mode} of {depth} bits"))),
    };
    if document.channels < needed {
        return Err(Error::damaged("too few channels"));
    }
    let alpha = document.has_alpha && document.channels > needed && colours != Colours::Cmyk;
    let wanted = needed + usize::from(alpha);
    let pixels = u64::from(document.width) * u64::from(document.height);
    input.limits().check_memory(pixels * (wanted as u64 + 5))?;
    let planes = Planes::read(input, document, wanted)?;
    let profile = match document.resource(1039) {
        Some((start, length)) => Some(input.packet(start..start + length)?),
        None => None,
    };
    let factor = shrink_factor(document.width, document.height, edge);
    let mut result = planes.join(document, colours, alpha, profile.as_deref());
    result = result.shrink(factor);
    if colours == Colours::Rgb
        && let Some(profile) = &profile
    {
        colour::from_icc(&mut result, profile);
    }
    Ok(result)
}

/// Channels one after the other, of eight bits.
struct Planes {
    data: Vec<u8>,
    size: usize,
}

impl Planes {
    fn read(input: &mut Input<'_>, document: &Document, wanted: usize) -> Result<Self, Error> {
        let compression = input.array::<2>(document.data)?.map(u16::from_be_bytes);
        let (width, height) = (document.width as usize, document.height as usize);
        let row_bytes = match document.depth {
            1 => width.div_ceil(8),
            depth => width * usize::from(depth / 8),
        };
        let mut planes = Self { data: Vec::with_capacity(width * height * wanted), size: width * height };
        let mut at = document.data + 2;
        match compression {
            Some(0) => {
                for row in 0..height * wanted {
                    if row % 64 == 0 {
                        input.limits().check_deadline()?;
                    }
                    let bytes = input.read(at, row_bytes)?;
                    planes.push(&bytes, document);
                    at += row_bytes as u64;
                }
            }
            Some(1) => {
                let unit = if document.large { 4 } else { 2 };
                let rows = height * document.channels;
                let counts = input.read(at, rows * unit)?;
                at += counts.len() as u64;
                let mut row = Vec::with_capacity(row_bytes);
                for count in counts.chunks_exact(unit).take(height * wanted) {
                    let count = count.iter().fold(0usize, |count, byte| count << 8 | usize::from(*byte));
                    let packed = input.read(at, count)?;
                    at += count as u64;
                    unpack_bits(&packed, row_bytes, &mut row);
                    planes.push(&row, document);
                }
            }
            Some(_) => return Err(Error::unsupported("a compressed flattened picture")),
            None => return Err(Error::damaged("no flattened picture")),
        }
        Ok(planes)
    }

    fn push(&mut self, row: &[u8], document: &Document) {
        match document.depth {
            1 => {
                let bit = |column: usize| if row[column / 8] >> (7 - column % 8) & 1 == 1 { 0 } else { 255 };
                self.data.extend((0..document.width as usize).map(bit));
            }
            8 => self.data.extend_from_slice(row),
            // The upper half of each sample.
            _ => self.data.extend(row.iter().step_by(2)),
        }
    }

    fn plane(&self, index: usize) -> &[u8] {
        &self.data[index * self.size..(index + 1) * self.size]
    }

    fn join(&self, document: &Document, colours: Colours, alpha: bool, icc: Option<&[u8]>) -> Pixels {
        let mut data = Vec::with_capacity(self.size * if alpha { 4 } else { 3 });
        let layout = if alpha { Layout::Rgba } else { Layout::Rgb };
        let count = if colours == Colours::Rgb { 3 } else { 1 };
        let opacity = alpha.then(|| self.plane(count));
        match colours {
            Colours::Cmyk => self.cmyk(document, icc, &mut data),
            Colours::Rgb => {
                let (red, green, blue) = (self.plane(0), self.plane(1), self.plane(2));
                for index in 0..self.size {
                    let alpha = opacity.map_or(255, |opacity| opacity[index]);
                    // The flattened picture stands on white.
                    let colour = |plane: &[u8]| without_white(plane[index], alpha);
                    data.extend([colour(red), colour(green), colour(blue)]);
                    data.extend(opacity.map(|_| alpha));
                }
            }
            Colours::Palette => {
                let palette = |value: u8, channel: usize| document.palette[channel * 256 + usize::from(value)];
                for (index, value) in self.plane(0).iter().enumerate() {
                    data.extend([palette(*value, 0), palette(*value, 1), palette(*value, 2)]);
                    data.extend(opacity.map(|opacity| opacity[index]));
                }
            }
            Colours::Grey | Colours::Bitmap => {
                for (index, value) in self.plane(0).iter().enumerate() {
                    let alpha = opacity.map_or(255, |opacity| opacity[index]);
                    data.extend([without_white(*value, alpha); 3]);
                    data.extend(opacity.map(|_| alpha));
                }
            }
        }
        Pixels { width: document.width, height: document.height, layout, data }
    }

    /// Photoshop stores how much ink is missing.
    fn cmyk(&self, document: &Document, icc: Option<&[u8]>, data: &mut Vec<u8>) {
        let width = document.width as usize;
        let srgb = ColorProfile::new_srgb();
        let transform = icc.and_then(|icc| ColorProfile::new_from_slice(icc).ok()).and_then(|profile| {
            profile.create_transform_8bit(IccLayout::Rgba, &srgb, IccLayout::Rgb, TransformOptions::default()).ok()
        });
        let mut inks = vec![0; width * 4];
        let mut row = vec![0; width * 3];
        for y in 0..document.height as usize {
            for (x, ink) in inks.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                *ink = std::array::from_fn(|channel| 255 - self.plane(channel)[y * width + x]);
            }
            if transform.as_ref().is_none_or(|transform| transform.transform(&inks, &mut row).is_err()) {
                for (pixel, [cyan, magenta, yellow, black]) in
                    row.as_chunks_mut::<3>().0.iter_mut().zip(inks.as_chunks::<4>().0)
                {
                    let light = |ink: u8| (u32::from(255 - ink) * u32::from(255 - black) / 255) as u8;
                    *pixel = [light(*cyan), light(*magenta), light(*yellow)];
                }
            }
            data.extend_from_slice(&row);
        }
    }
}

/// Takes the white out that a colour was laid upon.
fn without_white(value: u8, alpha: u8) -> u8 {
    if alpha == 0 || alpha == 255 {
        return value;
    }
    let (value, alpha) = (i32::from(value), i32::from(alpha));
    ((value - (255 - alpha)) * 255 / alpha).clamp(0, 255) as u8
}

/// Unpacks a row, which is filled up with zeros where it is too short.
fn unpack_bits(packed: &[u8], row_bytes: usize, row: &mut Vec<u8>) {
    row.clear();
    let mut rest = packed;
    while let [count, tail @ ..] = rest
        && row.len() < row_bytes
    {
        rest = match *count as i8 {
            -128 => tail,
            literal @ 0.. => {
                let (literals, tail) = tail.split_at(tail.len().min(literal as usize + 1));
                row.extend_from_slice(literals);
                tail
            }
            repeat => match tail {
                [value, tail @ ..] => {
                    row.resize(row.len() + usize::from(repeat.unsigned_abs()) + 1, *value);
                    tail
                }
                [] => tail,
            },
        };
    }
    row.resize(row_bytes, 0);
}
