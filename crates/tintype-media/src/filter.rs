//! Parts of whole frames at other sizes, through `fast_image_resize`.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::Error;

/// A rectangle in pixels of a picture, which may begin and end between them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Area {
    pub(crate) fn whole((width, height): (u32, u32)) -> Self {
        Self { left: 0.0, top: 0.0, width: width.into(), height: height.into() }
    }

    /// Returns the same area where there are `across` times as many columns and `down` times as
    /// many rows.
    pub(crate) fn scaled(self, across: f64, down: f64) -> Self {
        let Self { left, top, width, height } = self;
        Self { left: left * across, top: top * down, width: width * across, height: height * down }
    }

    /// Returns what of it is inside a picture.
    fn inside(self, (width, height): (u32, u32)) -> Self {
        let (width, height) = (f64::from(width), f64::from(height));
        let (left, top) = (self.left.clamp(0.0, width), self.top.clamp(0.0, height));
        Self { left, top, width: self.width.min(width - left), height: self.height.min(height - top) }
    }

    /// Returns left and top if it has `sides` and neither begins nor ends between pixels.
    pub(crate) fn aligned(self, sides: (u32, u32)) -> Option<(usize, usize)> {
        let place = (self.left.round(), self.top.round());
        let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
        let same = near(self.width, sides.0.into()) && near(self.height, sides.1.into());
        (same && near(self.left, place.0) && near(self.top, place.1)).then_some((place.0 as usize, place.1 as usize))
    }
}

/// A sample that can be filtered.
pub(crate) trait Value: Copy + Default {
    fn to_f32(self) -> f32;

    /// Returns the nearest sample.
    fn nearest(value: f32) -> Self;

    /// How `fast_image_resize` calls pixels of so many.
    fn pixel_type(channels: usize) -> PixelType;

    fn bytes(samples: &[Self]) -> &[u8];

    fn bytes_mut(samples: &mut [Self]) -> &mut [u8];
}

impl Value for u8 {
    #[inline(always)]
    fn to_f32(self) -> f32 {
        self.into()
    }

    #[inline(always)]
    fn nearest(value: f32) -> Self {
        // Conversion saturates.
        (value + 0.5) as Self
    }

    fn pixel_type(channels: usize) -> PixelType {
        match channels {
            1 => PixelType::U8,
            2 => PixelType::U8x2,
            3 => PixelType::U8x3,
            _ => PixelType::U8x4,
        }
    }

    fn bytes(samples: &[Self]) -> &[u8] {
        samples
    }

    fn bytes_mut(samples: &mut [Self]) -> &mut [u8] {
        samples
    }
}

impl Value for f32 {
    #[inline(always)]
    fn to_f32(self) -> f32 {
        self
    }

    #[inline(always)]
    fn nearest(value: f32) -> Self {
        value
    }

    fn pixel_type(channels: usize) -> PixelType {
        match channels {
            1 => PixelType::F32,
            2 => PixelType::F32x2,
            3 => PixelType::F32x3,
            _ => PixelType::F32x4,
        }
    }

    fn bytes(samples: &[Self]) -> &[u8] {
        bytemuck::cast_slice(samples)
    }

    fn bytes_mut(samples: &mut [Self]) -> &mut [u8] {
        bytemuck::cast_slice_mut(samples)
    }
}

/// Makes pixels of the sides `to` from an area of others. All channels are treated alike: colours
/// have to be weighted by alpha before.
pub(crate) fn resample<S: Value>(
    pixels: &[S],
    channels: usize,
    from: (u32, u32),
    area: Area,
    to: (u32, u32),
    filter: FilterType,
) -> Result<Vec<S>, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::Encode { reason: error.to_string() };
    let kind = S::pixel_type(channels);
    let source = ImageRef::new(from.0, from.1, S::bytes(pixels), kind).map_err(|error| failed(&error))?;
    let mut made = vec![S::default(); to.0 as usize * to.1 as usize * channels];
    let mut target = Image::from_slice_u8(to.0, to.1, S::bytes_mut(&mut made), kind).map_err(|error| failed(&error))?;
    let Area { left, top, width, height } = area.inside(from);
    let options =
        ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)).crop(left, top, width, height).use_alpha(false);
    Resizer::new().resize(&source, &mut target, &options).map_err(|error| failed(&error))?;
    Ok(made)
}

/// Copies rows of an area that begins at `place` and has the sides `sides`.
pub(crate) fn copy<S: Value>(
    pixels: &[S],
    channels: usize,
    width: u32,
    place: (usize, usize),
    sides: (u32, u32),
) -> Vec<S> {
    let (row_len, len) = (width as usize * channels, sides.0 as usize * channels);
    let mut made = Vec::with_capacity(len * sides.1 as usize);
    for row in pixels.chunks_exact(row_len).skip(place.1).take(sides.1 as usize) {
        made.extend_from_slice(&row[place.0 * channels..][..len]);
    }
    made
}
