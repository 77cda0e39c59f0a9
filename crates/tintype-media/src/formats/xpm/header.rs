//! X PixMap, version 3: strings of C, of which the first has four numbers.

use crate::frame::Samples;
use crate::header::Header;
use crate::reader::HeaderReader;
use crate::{ColourMode, Error, Format};

/// Comments and declarations come before the first string.
const HEAD_BYTES: usize = 64 << 10;

pub(super) fn read(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    let head = source.read_up_to(0, HEAD_BYTES)?;
    let values = Strings(&head).next().and_then(XpmValues::parse);
    let values = values.ok_or_else(|| Error::malformed(Format::Xpm, "no sides"))?;
    let mut header = Header::new(Format::Xpm, values.width, values.height, ColourMode::Palette);
    header.samples = Samples::Rgba;
    header.frame_bytes_per_pixel = 0;
    // The text, and a table of its colours.
    header.scratch_bytes = source.len() + u64::from(values.colours) * 128 + u64::from(values.width) * 8 + (1 << 16);
    header.set_detail(values);
    Ok(header)
}

pub(super) struct XpmValues {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) colours: u32,
    /// Characters that stand for a pixel.
    pub(super) characters: usize,
}

impl XpmValues {
    fn parse(text: &[u8]) -> Option<Self> {
        const MOST_COLOURS: u32 = 1 << 20;
        let mut numbers = std::str::from_utf8(text).ok()?.split_ascii_whitespace().map(str::parse::<u32>);
        let mut number = || numbers.next()?.ok();
        let (width, height, colours, characters) = (number()?, number()?, number()?, number()?);
        let fits = (1..=MOST_COLOURS).contains(&colours) && (1..=8).contains(&characters);
        fits.then_some(Self { width, height, colours, characters: characters as usize })
    }
}

/// What stands between quotation marks, outside of comments.
pub(super) struct Strings<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Strings<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            match self.0 {
                [b'/', b'*', rest @ ..] => {
                    let end = rest.windows(2).position(|pair| pair == b"*/")?;
                    self.0 = &rest[end + 2..];
                }
                [b'"', rest @ ..] => {
                    let end = rest.iter().position(|byte| *byte == b'"')?;
                    self.0 = &rest[end + 1..];
                    return Some(&rest[..end]);
                }
                [_, rest @ ..] => self.0 = rest,
                [] => return None,
            }
        }
    }
}
