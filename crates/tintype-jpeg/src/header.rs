use std::ops::Range;

use crate::{
    Coding, Component, Error, Unsupported,
    frame::FrameHeader,
    quality::estimate_quality,
    segments::{self, Quantisation, Segment, Segments},
    stuffing::end_of_scan,
};

/// What the components of a file mean, decided as libjpeg decides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColorFamily {
    /// One component: luminance.
    Grey,
    /// Y, Cb, Cr after JFIF (ITU-R BT.601, full range).
    YCbCr,
    /// Red, green, blue.
    Rgb,
    /// Cyan, magenta, yellow, black. Written by Adobe's software (see
    /// [`JpegHeader::adobe_transform`]) the values are inverted: 255 is no ink.
    Cmyk,
    /// Y, Cb, Cr of inverted C, M, Y, and black.
    Ycck,
    /// Two components, or more than four: of no known meaning.
    Unknown,
}

/// The facts that stand before the first scan of a JPEG file. Cheap to get, whatever the size of
/// the picture, and there for kinds of JPEG too that this crate does not decode.
#[derive(Debug, Clone)]
pub struct JpegHeader<'a> {
    data: &'a [u8],
    frame: FrameHeader,
    jfif: bool,
    adobe: Option<u8>,
    exif: Option<&'a [u8]>,
    icc: Vec<(u8, Range<usize>)>,
    restart_interval: u16,
    luma_quantisation: Option<[u16; 64]>,
}

impl<'a> JpegHeader<'a> {
    /// Reads the segments of `data`, a whole file, up to its first scan. Of a file of which only
    /// the beginning is known this works too when the first scan begins there.
    ///
    /// # Errors
    ///
    /// [`Error::NotJpeg`], [`Error::Truncated`] or [`Error::Corrupt`].
    pub fn parse(data: &'a [u8]) -> Result<Self, Error> {
        let truncated = Error::Truncated { len: data.len() };
        let mut header = Self {
            data,
            frame: FrameHeader::unknown(),
            jfif: false,
            adobe: None,
            exif: None,
            icc: Vec::new(),
            restart_interval: 0,
            luma_quantisation: None,
        };
        let mut frame = None;
        let mut tables = Quantisation::default();
        for segment in Segments::new(data)? {
            match segment.marker {
                segments::DQT => segments::read_quantisation(&segment, &mut tables)?,
                segments::DRI => {
                    header.restart_interval = segments::read_restart_interval(&segment)?;
                }
                0xE0 => header.jfif |= segment.body.starts_with(b"JFIF\0"),
                0xE1..=0xEF => header.read_application(&segment),
                segments::SOS => {
                    header.frame = frame.ok_or_else(|| segment.corrupt("a scan before its frame"))?;
                    if header.frame.height == 0 {
                        header.frame.height = height_after_scan(data, &segment)?;
                    }
                    let luma = usize::from(header.frame.components[0].quantisation);
                    header.luma_quantisation = tables[luma];
                    return Ok(header);
                }
                marker if FrameHeader::begins(marker) => {
                    if frame.is_some() {
                        return Err(segment.corrupt("a second frame"));
                    }
                    frame = Some(FrameHeader::read(&segment)?);
                }
                _ => {}
            }
        }
        Err(truncated)
    }

    fn read_application(&mut self, segment: &Segment<'a>) {
        match (segment.marker, segment.body) {
            (0xE1, [b'E', b'x', b'i', b'f', 0, _, tiff @ ..]) => {
                self.exif.get_or_insert(tiff);
            }
            (
                0xE2,
                [b'I', b'C', b'C', b'_', b'P', b'R', b'O', b'F', b'I', b'L', b'E', 0, number, _count, part @ ..],
            ) => {
                let end = segment.end();
                if self.icc.len() < 255 {
                    self.icc.push((*number, end - part.len()..end));
                }
            }
            (0xEE, [b'A', b'd', b'o', b'b', b'e', _, _, _, _, _, _, transform, ..]) => {
                self.adobe = Some(*transform);
            }
            _ => {}
        }
    }

    /// Width in pixels, as stored: before any EXIF orientation.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.frame.width.into()
    }

    /// Height in pixels, as stored.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.frame.height.into()
    }

    /// The components in the order of the file, at least one.
    #[must_use]
    pub fn components(&self) -> &[Component] {
        &self.frame.components
    }

    /// How the file is coded.
    #[must_use]
    pub fn coding(&self) -> Coding {
        self.frame.coding
    }

    /// Bits per sample.
    #[must_use]
    pub fn precision(&self) -> u8 {
        self.frame.precision
    }

    /// Why [`decode`](Self::decode) would refuse this kind of JPEG, if it would.
    #[must_use]
    pub fn unsupported(&self) -> Option<Unsupported> {
        self.frame.unsupported()
    }

    /// What the components mean.
    #[must_use]
    pub fn color(&self) -> ColorFamily {
        let ids: Vec<u8> = self.frame.components.iter().map(|c| c.id).collect();
        match (ids.as_slice(), self.adobe) {
            ([_], _) => ColorFamily::Grey,
            ([_, _, _], _) if self.jfif => ColorFamily::YCbCr,
            ([_, _, _], Some(0)) => ColorFamily::Rgb,
            ([_, _, _], Some(_)) => ColorFamily::YCbCr,
            ([b'R', b'G', b'B'], None) => ColorFamily::Rgb,
            ([_, _, _], None) => ColorFamily::YCbCr,
            ([_, _, _, _], None | Some(0)) => ColorFamily::Cmyk,
            ([_, _, _, _], Some(_)) => ColorFamily::Ycck,
            _ => ColorFamily::Unknown,
        }
    }

    /// Whether there is a JFIF segment.
    #[must_use]
    pub fn is_jfif(&self) -> bool {
        self.jfif
    }

    /// The colour transform that an Adobe segment names: 0 none, 1 YCbCr, 2 YCCK.
    #[must_use]
    pub fn adobe_transform(&self) -> Option<u8> {
        self.adobe
    }

    /// The EXIF data, beginning with the TIFF header.
    #[must_use]
    pub fn exif(&self) -> Option<&'a [u8]> {
        self.exif
    }

    /// The ICC profile, put together from its parts; None when there is none, when parts are
    /// missing or when it has more than `max_bytes` bytes.
    #[must_use]
    pub fn icc_profile(&self, max_bytes: usize) -> Option<Vec<u8>> {
        let total: usize = self.icc.iter().map(|(_, part)| part.len()).sum();
        if total == 0 || total > max_bytes {
            return None;
        }
        let mut parts: Vec<_> = self.icc.iter().collect();
        parts.sort_by_key(|(number, _)| *number);
        let mut profile = Vec::with_capacity(total);
        for (expected, (number, part)) in (1..).zip(parts) {
            if usize::from(*number) != expected {
                return None;
            }
            profile.extend_from_slice(self.data.get(part.clone())?);
        }
        Some(profile)
    }

    /// MCUs between restart markers at the start of the first scan; 0 when there are none.
    #[must_use]
    pub fn restart_interval(&self) -> u16 {
        self.restart_interval
    }

    /// The quality setting, 1 to 100, at which libjpeg's quantisation of luma comes nearest to that
    /// of the file; None when the table is missing.
    #[must_use]
    pub fn quality(&self) -> Option<u8> {
        self.luma_quantisation.as_ref().map(estimate_quality)
    }

    pub(crate) fn data(&self) -> &'a [u8] {
        self.data
    }

    pub(crate) fn frame(&self) -> &FrameHeader {
        &self.frame
    }
}

/// The height that a DNL segment after the first scan gives (T.81, B.2.5).
fn height_after_scan(data: &[u8], scan: &Segment<'_>) -> Result<u16, Error> {
    let mut segments = Segments::new(data)?;
    segments.resume(end_of_scan(data, scan.end()));
    match segments.next().map(|s| (s.marker, s.body)) {
        Some((segments::DNL, &[high, low, ..])) if (high, low) != (0, 0) => Ok(u16::from_be_bytes([high, low])),
        _ => Err(scan.corrupt("a picture without a height")),
    }
}
