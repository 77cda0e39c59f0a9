//! From a frame to smaller ones.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, IntoImageView, MulDiv, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::Error;
use crate::frame::{Frame, Samples};

/// Returns the sides of an image of `width` x `height` pixels fitted into a square box: aspect kept, never enlarged,
/// never below 1, rounded as Pillow's `Image.thumbnail` rounds.
///
/// ```
/// assert_eq!(tintype_media::fit(2560, 1600, 64), (64, 40));
/// assert_eq!(tintype_media::fit(30, 20, 64), (30, 20));
/// assert_eq!(tintype_media::fit(65_535, 1, 64), (64, 1));
/// ```
#[must_use]
pub fn fit(width: u32, height: u32, edge: u32) -> (u32, u32) {
    if width == 0 || height == 0 || (width <= edge && height <= edge) {
        return (width, height);
    }
    let aspect = f64::from(width) / f64::from(height);
    let edge_length = f64::from(edge);
    if aspect <= 1.0 {
        let side = nearest(edge_length * aspect, |side| (aspect - side / edge_length).abs());
        (side, edge)
    } else {
        let error = |side: f64| {
            if side == 0.0 { 0.0 } else { (aspect - edge_length / side).abs() }
        };
        (edge, nearest(edge_length / aspect, error))
    }
}

/// Chooses between the whole numbers around `side` the one whose aspect is nearer to the image's.
fn nearest(side: f64, error: impl Fn(f64) -> f64) -> u32 {
    let (low, high) = (side.floor(), side.ceil());
    let best = if error(high) < error(low) { high } else { low };
    // A side is at most the edge, which is a `u32`.
    (best as u32).max(1)
}

/// Resizes with Lanczos3; colours are weighted by alpha, so that what is transparent does not bleed in.
pub(crate) struct Scaler {
    resizer: Resizer,
    alpha: MulDiv,
}

impl Scaler {
    pub(crate) fn new() -> Self {
        Self { resizer: Resizer::new(), alpha: MulDiv::new() }
    }

    /// Resizes a frame that is not needed afterwards, which spares a copy of it.
    pub(crate) fn consume(&mut self, mut frame: Frame, width: u32, height: u32) -> Result<Frame, Error> {
        if (frame.width, frame.height) == (width, height) {
            return Ok(frame);
        }
        self.premultiply(&mut frame)?;
        let mut small = self.resize(&frame, width, height)?;
        drop(frame);
        self.divide(&mut small)?;
        Ok(small)
    }

    fn resize(&mut self, frame: &Frame, width: u32, height: u32) -> Result<Frame, Error> {
        let kind = pixel_type(frame.samples);
        let mut pixels = Vec::new();
        for plane in frame.planes() {
            let source = ImageRef::new(frame.width, frame.height, plane, kind).map_err(failed)?;
            let small = self.run(&source, Image::new(width, height, kind))?;
            // Most frames have but one.
            pixels = if pixels.is_empty() { small } else { [pixels, small].concat() };
        }
        Ok(Frame { width, height, samples: frame.samples, pixels })
    }

    fn run(&mut self, source: &impl IntoImageView, mut target: Image<'_>) -> Result<Vec<u8>, Error> {
        self.resizer.resize(source, &mut target, &lanczos()).map_err(failed)?;
        // The buffer between the passes can be larger than all thumbnails together.
        self.resizer.reset_internal_buffers();
        Ok(target.into_vec())
    }

    fn premultiply(&mut self, frame: &mut Frame) -> Result<(), Error> {
        if !frame.samples.has_alpha() {
            return Ok(());
        }
        let kind = pixel_type(frame.samples);
        let mut image = Image::from_slice_u8(frame.width, frame.height, &mut frame.pixels, kind).map_err(failed)?;
        self.alpha.multiply_alpha_inplace(&mut image).map_err(failed)
    }

    fn divide(&mut self, frame: &mut Frame) -> Result<(), Error> {
        if !frame.samples.has_alpha() {
            return Ok(());
        }
        let kind = pixel_type(frame.samples);
        let mut image = Image::from_slice_u8(frame.width, frame.height, &mut frame.pixels, kind).map_err(failed)?;
        self.alpha.divide_alpha_inplace(&mut image).map_err(failed)
    }
}

fn lanczos() -> ResizeOptions {
    ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false)
}

fn pixel_type(samples: Samples) -> PixelType {
    match samples {
        Samples::Grey | Samples::YCbCr => PixelType::U8,
        Samples::GreyAlpha => PixelType::U8x2,
        Samples::Rgb | Samples::Lab => PixelType::U8x3,
        Samples::Rgba | Samples::Cmyk => PixelType::U8x4,
    }
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Encode { reason: format!("resizing failed: {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_round_as_pillow_rounds_them() {
        // (width, height, edge) and what Pillow's `Image.thumbnail` gives.
        for (width, height, edge, expected) in [
            (100, 33, 64, (64, 21)),
            (33, 100, 64, (21, 64)),
            (1, 65_535, 64, (1, 64)),
            (3, 2, 2, (2, 1)),
            (64, 64, 64, (64, 64)),
            (65, 64, 64, (64, 63)),
            (1920, 1081, 128, (128, 72)),
            (101, 77, 64, (64, 49)),
        ] {
            assert_eq!(fit(width, height, edge), expected, "{width}x{height} in {edge}");
        }
    }

    #[test]
    fn hidden_colour_does_not_bleed_into_what_is_seen() {
        // Opaque red beside fully transparent green.
        let pixels = [255, 0, 0, 255, 0, 255, 0, 0].repeat(32);
        let frame = Frame { width: 8, height: 8, samples: Samples::Rgba, pixels };
        let small = Scaler::new().consume(frame, 2, 2).unwrap();
        for pixel in small.pixels.chunks_exact(4) {
            assert!(pixel[0] > 240 && pixel[1] < 15, "{pixel:?}");
        }
    }
}
