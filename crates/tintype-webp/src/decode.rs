use std::ffi::c_int;
use std::ptr;

use libwebp_sys as ffi;
use libwebp_sys::VP8StatusCode as Status;

use crate::Error;

/// How much of a bitstream is decoded between two looks at whether to go on: a few milliseconds'
/// worth.
const STEP_BYTES: usize = 32 << 10;

/// What a bitstream says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features {
    /// Width in pixels, 1 to 16,384.
    pub width: u32,
    /// Height in pixels, 1 to 16,384.
    pub height: u32,
    /// Whether there is an alpha channel.
    pub alpha: bool,
}

/// What to decode to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PixelLayout {
    /// Three planes one after the other: luminance, then two colour differences of half its sides,
    /// rounded up. BT.601 with luminance from 16 to 235. This is how lossy streams store their
    /// colours; alpha is dropped.
    Yuv,
    /// Three bytes a pixel; alpha is dropped.
    Rgb,
    /// Four bytes a pixel, not premultiplied.
    Rgba,
}

/// A decoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodedPicture {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Rows without padding, as [`PixelLayout`] says. What is missing is grey, and transparent
    /// where there is alpha.
    pub data: Vec<u8>,
    /// Rows that could be decoded: all of them unless the stream is damaged.
    pub rows: u32,
}

/// Reads the header of a bitstream.
///
/// # Errors
///
/// [`Error::Malformed`].
pub fn features(stream: &[u8]) -> Result<Features, Error> {
    // SAFETY: `WebPBitstreamFeatures` is plain integers, for which zeros are valid.
    let mut features: ffi::WebPBitstreamFeatures = unsafe { std::mem::zeroed() };
    // SAFETY: pointer and length are those of a slice, which is read only; `features` is valid for
    // writing.
    let status = unsafe { ffi::WebPGetFeatures(stream.as_ptr(), stream.len(), &raw mut features) };
    let side = |side: c_int| u32::try_from(side).ok().filter(|side| (1..=16_384).contains(side));
    match (status, side(features.width), side(features.height)) {
        (Status::VP8_STATUS_OK, Some(width), Some(height)) => {
            Ok(Features { width, height, alpha: features.has_alpha != 0 })
        }
        _ => Err(Error::Malformed),
    }
}

/// Decodes a bitstream, asking `go_on` every few milliseconds whether to.
///
/// # Errors
///
/// [`Error::Malformed`] when there is not even one row, [`Error::Stopped`], [`Error::OutOfMemory`].
pub fn decode(stream: &[u8], layout: PixelLayout, go_on: &mut dyn FnMut() -> bool) -> Result<DecodedPicture, Error> {
    let Features { width, height, .. } = features(stream)?;
    let (columns, lines) = (width as usize, height as usize);
    let chroma = (columns.div_ceil(2), lines.div_ceil(2));
    let len = match layout {
        PixelLayout::Yuv => columns * lines + 2 * chroma.0 * chroma.1,
        PixelLayout::Rgb => columns * lines * 3,
        PixelLayout::Rgba => columns * lines * 4,
    };
    let mut data = Vec::new();
    data.try_reserve_exact(len).map_err(|_| Error::OutOfMemory)?;
    data.resize(len, if layout == PixelLayout::Rgba { 0 } else { 128 });

    let mut config = ffi::WebPDecoderConfig::new().map_err(|()| Error::OutOfMemory)?;
    config.output.is_external_memory = 1;
    // Sides are at most 16,384, so that strides fit.
    let stride = |bytes: usize| bytes as c_int;
    match layout {
        PixelLayout::Yuv => {
            let (luma, differences) = data.split_at_mut(columns * lines);
            let (blue, red) = differences.split_at_mut(chroma.0 * chroma.1);
            config.output.colorspace = ffi::WEBP_CSP_MODE::MODE_YUV;
            config.output.u.YUVA = ffi::WebPYUVABuffer {
                y: luma.as_mut_ptr(),
                u: blue.as_mut_ptr(),
                v: red.as_mut_ptr(),
                a: ptr::null_mut(),
                y_stride: stride(columns),
                u_stride: stride(chroma.0),
                v_stride: stride(chroma.0),
                a_stride: 0,
                y_size: luma.len(),
                u_size: blue.len(),
                v_size: red.len(),
                a_size: 0,
            };
        }
        PixelLayout::Rgb | PixelLayout::Rgba => {
            let (colorspace, channels) = match layout {
                PixelLayout::Rgba => (ffi::WEBP_CSP_MODE::MODE_RGBA, 4),
                _ => (ffi::WEBP_CSP_MODE::MODE_RGB, 3),
            };
            config.output.colorspace = colorspace;
            let (rgba, stride) = (data.as_mut_ptr(), stride(columns * channels));
            config.output.u.RGBA = ffi::WebPRGBABuffer { rgba, stride, size: len };
        }
    }
    let rows = run(stream, &mut config, go_on)?.min(height);
    Ok(DecodedPicture { width, height, data, rows })
}

/// Feeds the stream to a decoder that writes where `config` says, and returns how many rows it
/// wrote.
fn run(stream: &[u8], config: &mut ffi::WebPDecoderConfig, go_on: &mut dyn FnMut() -> bool) -> Result<u32, Error> {
    let decoder = Decoder::new(config).ok_or(Error::OutOfMemory)?;
    let mut fed = 0;
    loop {
        if !go_on() {
            return Err(Error::Stopped);
        }
        fed = stream.len().min(fed + STEP_BYTES);
        // SAFETY: the decoder lives; the bytes are those of a slice that outlives it, the same one
        // each time, and grow.
        let status = unsafe { ffi::WebPIUpdate(decoder.0, stream.as_ptr(), fed) };
        match status {
            Status::VP8_STATUS_SUSPENDED if fed < stream.len() => {}
            Status::VP8_STATUS_OUT_OF_MEMORY => return Err(Error::OutOfMemory),
            _ => break,
        }
    }
    match decoder.rows() {
        0 => Err(Error::Malformed),
        rows => Ok(rows),
    }
}

/// A decoder of libwebp, freed when it is dropped; it borrows its configuration, which holds the
/// buffer.
struct Decoder<'a>(*mut ffi::WebPIDecoder, std::marker::PhantomData<&'a mut ffi::WebPDecoderConfig>);

impl<'a> Decoder<'a> {
    fn new(config: &'a mut ffi::WebPDecoderConfig) -> Option<Self> {
        // SAFETY: no data is given, which is allowed. The decoder keeps pointers into `config`,
        // which stays where it is and unchanged while borrowed; the buffers that it names are as
        // large as it says, which libwebp checks against the stream's sides before it writes.
        let decoder = unsafe { ffi::WebPIDecode(ptr::null(), 0, config) };
        (!decoder.is_null()).then_some(Self(decoder, std::marker::PhantomData))
    }

    fn rows(&self) -> u32 {
        let mut rows = 0;
        // SAFETY: the decoder lives; pointers that are null are not written to.
        let area = unsafe {
            let none = ptr::null_mut();
            ffi::WebPIDecodedArea(self.0, none, none, none, &raw mut rows)
        };
        if area.is_null() { 0 } else { u32::try_from(rows).unwrap_or(0) }
    }
}

impl Drop for Decoder<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `WebPIDecode`, and not freed before. It does not free the buffer, which
        // is not its own.
        unsafe { ffi::WebPIDelete(self.0) }
    }
}
