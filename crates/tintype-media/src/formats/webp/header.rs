//! RFC 9649.

use crate::frame::Samples;
use crate::header::{Header, need};
use crate::reader::HeaderReader;
use crate::{ColourMode, Error, Format, exif};

const MAX_CHUNKS: usize = 100_000;
const MAX_EXIF_BYTES: usize = 1 << 20;
/// Name and length.
const CHUNK_HEAD_BYTES: u64 = 8;
/// Place, sides, duration and flags of an animation's frame.
const FRAME_HEAD_BYTES: u64 = 16;

/// Where the picture is that counts, and what it is made of.
#[derive(Debug, Clone, Default)]
#[cfg_attr(not(feature = "webp"), expect(dead_code, reason = "only decoding needs all of it"))]
pub(super) struct WebpLayout {
    /// First byte and length of the bitstream: the `VP8 ` or `VP8L` chunk, and the `ALPH` chunk
    /// before it.
    pub(super) stream: (u64, u64),
    /// First byte and length of the colour profile.
    pub(super) profile: Option<(u64, u64)>,
    /// Left and top of the bitstream's picture on the canvas.
    pub(super) place: (u32, u32),
    /// Width and height of the bitstream's picture.
    pub(super) sides: (u32, u32),
    pub(super) lossless: bool,
    /// Whether the bitstream has an alpha channel.
    pub(super) alpha: bool,
}

impl WebpLayout {
    /// Says whether anything may be transparent on a canvas of these sides.
    pub(super) fn needs_alpha(&self, canvas: (u32, u32)) -> bool {
        // Around a frame that is smaller than its canvas nothing is to be seen.
        self.alpha || self.sides != canvas
    }
}

pub(super) fn read(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    let first: [u8; 8] = need(source, Format::WebP, 12)?;
    if &first[..4] == b"VP8X" {
        return extended(source);
    }
    let picture = picture(source, 12, source.len())?.ok_or_else(no_image)?;
    let (width, height) = picture.sides;
    Ok(header(width, height, picture.alpha, picture))
}

fn no_image() -> Error {
    Error::malformed(Format::WebP, "no image in the chunks")
}

/// Walks the chunks after `VP8X`: the first picture counts, and the profile and the EXIF block
/// around it.
fn extended(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    const ALPHA: u8 = 0x10;
    const EXIF: u8 = 0x08;
    let bytes: [u8; 10] = need(source, Format::WebP, 20)?;
    let flags = bytes[0];
    let canvas = (le24(&bytes, 4) + 1, le24(&bytes, 7) + 1);
    let mut found: Option<WebpLayout> = None;
    let mut profile = None;
    let mut orientation = None;
    let mut offset = 30;
    for _ in 0..MAX_CHUNKS {
        let Some((name, length)) = chunk(source, offset)? else {
            break;
        };
        let body = offset + CHUNK_HEAD_BYTES;
        match &name {
            b"ICCP" if profile.is_none() => profile = Some((body, length)),
            b"ALPH" | b"VP8 " | b"VP8L" if found.is_none() => found = picture(source, offset, source.len())?,
            b"ANMF" if found.is_none() => found = frame(source, body, length)?,
            b"EXIF" if orientation.is_none() => {
                let block = source.read_up_to(body, MAX_EXIF_BYTES.min(length as usize))?;
                orientation = exif::orientation(&block);
            }
            _ => {}
        }
        if found.is_some() && (flags & EXIF == 0 || orientation.is_some()) {
            break;
        }
        offset = body + length + (length & 1);
    }
    let mut picture = found.ok_or_else(no_image)?;
    let fits = |place: u32, side: u32, most: u32| place.checked_add(side).is_some_and(|end| end <= most);
    if !fits(picture.place.0, picture.sides.0, canvas.0) || !fits(picture.place.1, picture.sides.1, canvas.1) {
        return Err(Error::malformed(Format::WebP, "a frame is larger than its canvas"));
    }
    picture.profile = profile;
    let alpha = flags & ALPHA != 0 || picture.alpha;
    let mut header = header(canvas.0, canvas.1, alpha, picture);
    header.orientation = orientation.unwrap_or_default();
    Ok(header)
}

/// Reads a frame of an animation, whose picture is in chunks of its own.
fn frame(source: &mut HeaderReader<'_>, body: u64, length: u64) -> Result<Option<WebpLayout>, Error> {
    let Some(bytes) = source.array::<{ FRAME_HEAD_BYTES as usize }>(body)? else {
        return Ok(None);
    };
    let Some(mut layout) = picture(source, body + FRAME_HEAD_BYTES, body + length)? else {
        return Ok(None);
    };
    if (le24(&bytes, 6) + 1, le24(&bytes, 9) + 1) != layout.sides {
        return Err(Error::malformed(Format::WebP, "a frame has other sides than its picture"));
    }
    layout.place = (2 * le24(&bytes, 0), 2 * le24(&bytes, 3));
    Ok(Some(layout))
}

/// Reads the bitstream's header from the chunks between `start` and `end`.
fn picture(source: &mut HeaderReader<'_>, start: u64, end: u64) -> Result<Option<WebpLayout>, Error> {
    let mut offset = start;
    let mut alpha = false;
    // At most alpha, something unknown, and the picture.
    for _ in 0..3 {
        let Some((name, length)) = chunk(source, offset)?.filter(|_| offset < end) else {
            return Ok(None);
        };
        let body = offset + CHUNK_HEAD_BYTES;
        let next = body + length + (length & 1);
        let len = (body + length).min(end.min(source.len())).saturating_sub(start);
        let layout = WebpLayout { stream: (start, len), alpha, ..WebpLayout::default() };
        match &name {
            b"VP8 " => {
                let bytes: [u8; 10] = need(source, Format::WebP, body)?;
                if bytes[3..6] != [0x9D, 0x01, 0x2A] {
                    return Err(Error::malformed(Format::WebP, "no start code in the `VP8 ` chunk"));
                }
                let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
                let sides = (side(bytes[6], bytes[7]), side(bytes[8], bytes[9]));
                return Ok(Some(WebpLayout { sides, ..layout }));
            }
            b"VP8L" => {
                let bytes: [u8; 5] = need(source, Format::WebP, body)?;
                if bytes[0] != 0x2F {
                    return Err(Error::malformed(Format::WebP, "no signature in the `VP8L` chunk"));
                }
                let bits = u32::from_le_bytes([bytes[1], bytes[2], bytes[3], bytes[4]]);
                let sides = ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1);
                return Ok(Some(WebpLayout { sides, lossless: true, alpha: bits >> 28 & 1 == 1, ..layout }));
            }
            b"ALPH" => alpha = true,
            _ => {}
        }
        offset = next;
    }
    Ok(None)
}

/// Returns the name and the length of the chunk at `offset`.
fn chunk(source: &mut HeaderReader<'_>, offset: u64) -> Result<Option<([u8; 4], u64)>, Error> {
    let head = source.array::<{ CHUNK_HEAD_BYTES as usize }>(offset)?;
    Ok(head.map(|[a, b, c, d, length @ ..]| ([a, b, c, d], u64::from(u32::from_le_bytes(length)))))
}

fn le24(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], 0])
}

fn header(width: u32, height: u32, alpha: bool, layout: WebpLayout) -> Header {
    let mode = if alpha { ColourMode::Rgba } else { ColourMode::Rgb };
    let mut header = Header::new(Format::WebP, width, height, mode);
    header.samples = if layout.needs_alpha((width, height)) { Samples::Rgba } else { Samples::Rgb };
    header.set_detail(layout);
    header
}
