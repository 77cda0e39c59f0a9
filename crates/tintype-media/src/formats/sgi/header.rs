//! The SGI Image File Format, version 1.00.

use crate::frame::Samples;
use crate::header::{Header, need};
use crate::reader::HeaderReader;
use crate::rows::Order;
use crate::{ColourMode, Error, Format};

/// Where the pixels begin, or the lists of where they are.
pub(super) const HEADER_BYTES: u64 = 512;

pub(super) fn read(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    let bytes: [u8; 128] = need(source, Format::Sgi, 0)?;
    let fields = Fields::parse(&bytes).ok_or_else(|| Error::malformed(Format::Sgi, "header contradicts itself"))?;
    let (mode, samples) = match fields.channels {
        1 => (ColourMode::Grey, Samples::Grey),
        2 => (ColourMode::GreyAlpha, Samples::GreyAlpha),
        3 => (ColourMode::Rgb, Samples::Rgb),
        _ => (ColourMode::Rgba, Samples::Rgba),
    };
    let mut header = Header::new(Format::Sgi, fields.width, fields.height, mode);
    header.samples = samples;
    header.order = Order::Up;
    header.frame_bytes_per_pixel = 0;
    let lists = if fields.is_coded { u64::from(fields.height) * u64::from(fields.channels) * 8 } else { 0 };
    header.scratch_bytes = lists + u64::from(fields.width) * (2 * samples.channels() as u64 + 4) + (1 << 16);
    header.set_detail(fields);
    Ok(header)
}

pub(super) struct Fields {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) channels: u16,
    /// Run-length coded.
    pub(super) is_coded: bool,
    /// Bytes in a sample.
    pub(super) sample_len: usize,
    /// 0 where samples are lights.
    pub(super) colour_map: u32,
}

impl Fields {
    /// Returns none for anything but a header whose numbers make sense.
    pub(super) fn parse(head: &[u8]) -> Option<Self> {
        let head: &[u8; 108] = head.first_chunk()?;
        let word = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
        let [0x01, 0xDA, coded @ (0 | 1), sample_len @ (1 | 2), ..] = *head else {
            return None;
        };
        let (width, height, channels) = match word(4) {
            1 => (word(6), 1, 1),
            2 => (word(6), word(8), 1),
            3 => (word(6), word(8), word(10)),
            _ => return None,
        };
        let fields = Self {
            width: width.into(),
            height: height.into(),
            channels,
            is_coded: coded == 1,
            sample_len: sample_len.into(),
            colour_map: u32::from_be_bytes([head[104], head[105], head[106], head[107]]),
        };
        (width > 0 && height > 0 && channels > 0 && fields.colour_map < 4).then_some(fields)
    }
}
