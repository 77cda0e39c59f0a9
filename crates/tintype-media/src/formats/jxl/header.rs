//! ISO/IEC 18181-1, annex D: `SizeHeader` and `ImageMetadata`.

use crate::header::Header;
use crate::reader::HeaderReader;
use crate::{ColourMode, Error, Format, Orientation};

/// What is read of the code stream, in which its headers are the first bytes.
const HEAD_BYTES: usize = 16 << 10;
/// Boxes of a container that are looked at; metadata come first in some, of any length.
const MOST_BOXES: usize = 256;

/// Width and height are those of the upright picture: the decoder turns it.
pub(super) fn read(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    let cut = || Error::malformed(Format::Jxl, "header is cut short");
    let stream = code_stream(source)?;
    let bytes = stream.strip_prefix(&[0xFF, 0x0A]).ok_or_else(cut)?;
    let mut bits = Bits { bytes, offset: 0 };
    let (width, height) = bits.size().ok_or_else(cut)?;
    let metadata = bits.metadata().unwrap_or_default();
    let (width, height) = metadata.orientation.displayed(width, height);
    let mode = match (metadata.grey, metadata.alpha) {
        (true, true) => ColourMode::GreyAlpha,
        (true, false) => ColourMode::Grey,
        (false, true) => ColourMode::Rgba,
        (false, false) => ColourMode::Rgb,
    };
    let mut header = Header::new(Format::Jxl, width, height, mode);
    header.scratch_bytes = source.len();
    Ok(header)
}

/// Returns the beginning of the code stream: that of the file, or what the boxes of a container
/// hold, in one or in parts (ISO/IEC 18181-2, section 9).
fn code_stream(source: &mut HeaderReader<'_>) -> Result<Vec<u8>, Error> {
    let (mut stream, mut at) = (Vec::new(), 0);
    if source.read_up_to(0, 2)? == [0xFF, 0x0A] {
        return Ok(source.read_up_to(0, HEAD_BYTES)?);
    }
    for _ in 0..MOST_BOXES {
        let Some(header) = source.array::<8>(at)? else {
            break;
        };
        let (size, body) = match u32::from_be_bytes([header[0], header[1], header[2], header[3]]) {
            0 => (source.len().saturating_sub(at), 8),
            1 => (source.array::<8>(at + 8)?.map_or(0, u64::from_be_bytes), 16),
            size => (size.into(), 8),
        };
        // A part has a four-byte index first.
        let (is_stream, is_whole, index_len) = match &header[4..] {
            b"jxlc" => (true, true, 0),
            b"jxlp" => (true, false, 4),
            _ => (false, false, 0),
        };
        let Some(len) = size.checked_sub(body + index_len) else {
            break;
        };
        if is_stream {
            let len = usize::try_from(len).unwrap_or(usize::MAX).min(HEAD_BYTES - stream.len());
            stream.extend(source.read_up_to(at + body + index_len, len)?);
        }
        if is_whole || stream.len() >= HEAD_BYTES {
            break;
        }
        at = at.saturating_add(size);
    }
    Ok(stream)
}

#[derive(Default)]
struct Metadata {
    orientation: Orientation,
    grey: bool,
    alpha: bool,
}

/// Bits from the least significant upwards.
struct Bits<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for index in 0..count {
            let byte = *self.bytes.get(self.offset / 8)?;
            value |= u32::from(byte >> (self.offset % 8) & 1) << index;
            self.offset += 1;
        }
        Some(value)
    }

    fn flag(&mut self) -> Option<bool> {
        Some(self.take(1)? == 1)
    }

    /// `U32`, annex B.2: two bits choose among four pairs of an offset and a number of bits.
    fn choice(&mut self, pairs: [(u32, usize); 4]) -> Option<u32> {
        let (offset, count) = pairs[self.take(2)? as usize];
        self.take(count)?.checked_add(offset)
    }

    /// `Enum`, annex B.2.
    fn code(&mut self) -> Option<u32> {
        self.choice([(0, 0), (1, 0), (2, 4), (18, 6)])
    }

    fn size(&mut self) -> Option<(u32, u32)> {
        let small = self.flag()?;
        let height = self.side(small)?;
        let (numerator, denominator) = match self.take(3)? {
            0 => return Some((self.side(small)?, height)),
            1 => (1, 1),
            2 => (12, 10),
            3 => (4, 3),
            4 => (3, 2),
            5 => (16, 9),
            6 => (5, 4),
            _ => (2, 1),
        };
        let width = u64::from(height) * numerator / denominator;
        Some((u32::try_from(width).ok()?, height))
    }

    fn side(&mut self, small: bool) -> Option<u32> {
        if small {
            return Some((self.take(5)? + 1) * 8);
        }
        self.choice([(1, 9), (1, 13), (1, 18), (1, 30)])
    }

    /// `ImageMetadata`, annex D.3; none where it is cut short or has what thumbnails do not need to
    /// know.
    fn metadata(&mut self) -> Option<Metadata> {
        let mut metadata = Metadata::default();
        if self.flag()? {
            return Some(metadata);
        }
        if self.flag()? {
            metadata.orientation = Orientation::from_exif(self.take(3)? as u16 + 1)?;
            if self.flag()? {
                self.size()?;
            }
            if self.flag()? {
                self.preview()?;
            }
            if self.flag()? {
                self.animation()?;
            }
        }
        self.bit_depth()?;
        let _sixteen_bits_are_enough = self.flag()?;
        let channels = self.choice([(0, 0), (1, 0), (2, 4), (1, 12)])?;
        for _ in 0..channels {
            metadata.alpha |= self.extra_channel()?;
        }
        let _converted_to_xyb = self.flag()?;
        // `ColourEncoding`: unless it is sRGB, whether there is a profile, then the colour space,
        // of which 1 is grey.
        if !self.flag()? {
            let _profile = self.flag()?;
            metadata.grey = self.code()? == 1;
        }
        Some(metadata)
    }

    fn preview(&mut self) -> Option<()> {
        let eighths = self.flag()?;
        let side = |bits: &mut Self| match eighths {
            true => bits.choice([(16, 0), (32, 0), (1, 5), (33, 9)]),
            false => bits.choice([(1, 6), (65, 8), (321, 10), (1345, 12)]),
        };
        side(self)?;
        if self.take(3)? == 0 {
            side(self)?;
        }
        Some(())
    }

    fn animation(&mut self) -> Option<()> {
        self.choice([(100, 0), (1000, 0), (1, 10), (1, 30)])?;
        self.choice([(1, 0), (1001, 0), (1, 8), (1, 10)])?;
        self.choice([(0, 0), (0, 3), (0, 16), (0, 32)])?;
        self.take(1)?;
        Some(())
    }

    fn bit_depth(&mut self) -> Option<()> {
        if self.flag()? {
            self.choice([(32, 0), (16, 0), (24, 0), (1, 6)])?;
            self.take(4)?;
        } else {
            self.choice([(8, 0), (10, 0), (12, 0), (1, 6)])?;
        }
        Some(())
    }

    /// Returns whether the channel is alpha.
    fn extra_channel(&mut self) -> Option<bool> {
        const ALPHA: u32 = 0;
        const SPOT_COLOUR: u32 = 2;
        const MOSAIC: u32 = 5;
        if self.flag()? {
            return Some(true);
        }
        let kind = self.code()?;
        self.bit_depth()?;
        self.choice([(0, 0), (3, 0), (4, 0), (1, 3)])?;
        let name_len = self.choice([(0, 0), (0, 4), (16, 5), (48, 10)])?;
        for _ in 0..name_len {
            self.take(8)?;
        }
        match kind {
            ALPHA => drop(self.flag()?),
            SPOT_COLOUR => drop((self.take(32)?, self.take(32)?)),
            MOSAIC => drop(self.choice([(1, 0), (0, 2), (3, 4), (19, 8)])?),
            _ => {}
        }
        Some(kind == ALPHA)
    }
}
