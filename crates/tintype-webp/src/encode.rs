use std::ffi::c_int;

use libwebp_sys as ffi;

use crate::Error;

/// The largest side of a WebP file.
const MAX_SIDE: u32 = 16_383;

/// How long libwebp searches, of 0 to 6. Its default, 4, takes twice as long.
const METHOD: c_int = 2;

/// How unevenly bits are spread over the picture, of 0 to 100; libwebp's default is 50. With this
/// and a quality higher by [`FINER`], pictures are as near to the original as by libwebp's defaults
/// (PSNR, and 0.1 to 2 points better by SSIMULACRA2), and 5 to 13 % larger.
const SPATIAL_NOISE_SHAPING: c_int = 30;

/// What is added to the quality to make up for [`METHOD`].
const FINER: u8 = 1;

/// Encodes pixels of three (RGB) or four (RGBA) bytes, rows without padding, as a lossy file;
/// `quality` is 0 to 100.
///
/// # Errors
///
/// [`Error::Sides`], [`Error::Length`], [`Error::OutOfMemory`], [`Error::Encoder`].
pub fn encode(pixels: &[u8], (width, height): (u32, u32), channels: usize, quality: u8) -> Result<Vec<u8>, Error> {
    let mut picture = Picture::new((width, height))?;
    let channels = if channels == 4 { 4 } else { 3 };
    check_len(pixels, width as usize * height as usize * channels)?;
    // Sides are at most 16,383, so that the stride fits.
    let stride = (width as usize * channels) as c_int;
    let import = if channels == 4 { ffi::WebPPictureImportRGBA } else { ffi::WebPPictureImportRGB };
    // SAFETY: the picture was initialised and its sides set; `pixels` has `height` rows of `stride`
    // bytes, checked above, and is copied.
    if unsafe { import(&raw mut picture.0, pixels.as_ptr(), stride) } == 0 {
        return Err(Error::OutOfMemory);
    }
    picture.encode(quality)
}

/// Encodes planes as a lossy file, as they are: luminance, then two colour differences of half its
/// sides, rounded up, rows without padding, BT.601 with luminance from 16 to 235
/// ([`PixelLayout::Yuv`](crate::PixelLayout::Yuv)); `quality` is 0 to 100.
///
/// # Errors
///
/// [`Error::Sides`], [`Error::Length`], [`Error::OutOfMemory`], [`Error::Encoder`].
pub fn encode_yuv(planes: [&[u8]; 3], (width, height): (u32, u32), quality: u8) -> Result<Vec<u8>, Error> {
    let mut picture = Picture::new((width, height))?;
    let [luma, blue, red] = planes;
    let columns = width.div_ceil(2);
    check_len(luma, width as usize * height as usize)?;
    for plane in [blue, red] {
        check_len(plane, columns as usize * height.div_ceil(2) as usize)?;
    }
    // They are as large as the strides and sides say, and outlive the picture. libwebp writes to
    // the planes of pictures with alpha only, and frees only what it has allocated.
    picture.0.colorspace = ffi::WebPEncCSP::WEBP_YUV420;
    picture.0.y = luma.as_ptr().cast_mut();
    picture.0.u = blue.as_ptr().cast_mut();
    picture.0.v = red.as_ptr().cast_mut();
    picture.0.y_stride = width as c_int;
    picture.0.uv_stride = columns as c_int;
    picture.encode(quality)
}

fn check_len(samples: &[u8], expected: usize) -> Result<(), Error> {
    if samples.len() == expected { Ok(()) } else { Err(Error::Length { expected, actual: samples.len() }) }
}

/// Takes what the encoder has written. A vector that cannot grow aborts, like everywhere in Rust;
/// nothing here panics.
unsafe extern "C" fn append(data: *const u8, len: usize, picture: *const ffi::WebPPicture) -> c_int {
    if data.is_null() || len == 0 {
        return 1;
    }
    // SAFETY: libwebp passes `len` bytes at `data`, and the picture whose `custom_ptr`
    // `Picture::encode` has set to a vector of its own.
    unsafe {
        let file: &mut Vec<u8> = &mut *(*picture).custom_ptr.cast();
        file.extend_from_slice(std::slice::from_raw_parts(data, len));
    }
    1
}

/// A picture of libwebp, whose planes are freed when it is dropped.
struct Picture(ffi::WebPPicture);

impl Picture {
    /// One without planes.
    fn new((width, height): (u32, u32)) -> Result<Self, Error> {
        let sides = 1..=MAX_SIDE;
        if !sides.contains(&width) || !sides.contains(&height) {
            return Err(Error::Sides { width, height });
        }
        let mut picture = ffi::WebPPicture::new().map(Self).map_err(|()| Error::Encoder)?;
        picture.0.width = width as c_int;
        picture.0.height = height as c_int;
        Ok(picture)
    }

    fn encode(mut self, quality: u8) -> Result<Vec<u8>, Error> {
        let mut config = ffi::WebPConfig::new().map_err(|()| Error::Encoder)?;
        config.quality = f32::from(quality.saturating_add(FINER).min(100));
        config.method = METHOD;
        config.sns_strength = SPATIAL_NOISE_SHAPING;
        let mut file = Vec::new();
        self.0.writer = Some(append);
        self.0.custom_ptr = (&raw mut file).cast();
        // SAFETY: both were initialised by libwebp, and the planes are its own or those that
        // `encode_yuv` has checked. `append` takes `custom_ptr` for the vector that it is, which
        // lives longer than the call and is not touched otherwise meanwhile.
        if unsafe { ffi::WebPEncode(&raw const config, &raw mut self.0) } == 0 {
            return Err(Error::Encoder);
        }
        Ok(file)
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        // SAFETY: initialised by libwebp; frees what it allocated itself, which may be nothing, and
        // no planes of `encode_yuv`.
        unsafe { ffi::WebPPictureFree(&raw mut self.0) }
    }
}
