//! What a picture should look like.

use crate::{Error, Orientation};

/// The longest side in pixels that can be asked for.
pub(crate) const MAX_SIDE: u32 = 16_384;

/// A picture that is wanted of an image: how large, which part, which way up, and in which format.
///
/// The order is: the image stands upright, is rotated, then flipped, then fitted into its box; blur
/// and sharpening come last, before what [`Fit::Contain`] adds around it.
///
/// ```
/// use tintype_media::{Encoding, Fit, Focus, RenderOptions, Rotation};
///
/// let card = RenderOptions::fit(Fit::Cover, 400, 300)
///     .with_focus(Focus::Point { x: 0.25, y: 0.4 })
///     .with_encoding(Encoding::WebP)
///     .with_quality(75);
/// let turned = RenderOptions::default().with_width(640).with_rotation(Rotation::Clockwise90);
/// assert_eq!((card.width, turned.height), (Some(400), None));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RenderOptions {
    /// Width of the box in pixels, 1 to 16384. With one side given the other follows, rounded half
    /// up; without any, the picture has the sides of the image.
    pub width: Option<u32>,
    /// Height of the box in pixels, 1 to 16384.
    pub height: Option<u32>,
    /// How the picture fills the box; [`Fit::Inside`] by default. With one side given all act as
    /// this one.
    pub fit: Fit,
    /// What [`Fit::Cover`] keeps in view; [`Focus::Center`] by default.
    pub focus: Focus,
    /// Whether the picture may become larger than the image; not by default.
    pub enlarge: bool,
    /// Red, green and blue of what [`Fit::Contain`] adds, and of what shows through transparent
    /// pixels in JPEG. By default transparent, or white in JPEG.
    pub background: Option<[u8; 3]>,
    /// How far to turn the upright image; not at all by default.
    pub rotation: Rotation,
    /// How to mirror it then; not at all by default.
    pub flip: Option<Flip>,
    /// Standard deviation in pixels of a Gaussian blur, 0.3 to 100.
    pub blur: Option<f32>,
    /// Standard deviation in pixels of the blur whose difference an unsharp mask adds, up to 10; 0
    /// adds nothing.
    pub sharpen: Option<f32>,
    /// The file format; [`Encoding::Auto`] by default.
    pub encoding: Encoding,
    /// Quality of JPEG and WebP, 1 to 100; 80 by default. The two scales differ, but the same
    /// numbers look much the same.
    pub quality: u8,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self {
            width: None,
            height: None,
            fit: Fit::Inside,
            focus: Focus::Center,
            enlarge: false,
            background: None,
            rotation: Rotation::None,
            flip: None,
            blur: None,
            sharpen: None,
            encoding: Encoding::Auto,
            quality: 80,
        }
    }
}

impl RenderOptions {
    /// A picture for a box of `width` x `height` pixels.
    #[must_use]
    pub fn fit(fit: Fit, width: u32, height: u32) -> Self {
        Self { width: Some(width), height: Some(height), fit, ..Self::default() }
    }

    /// Sets [`RenderOptions::width`].
    #[must_use]
    pub fn with_width(mut self, width: u32) -> Self {
        self.width = Some(width);
        self
    }

    /// Sets [`RenderOptions::height`].
    #[must_use]
    pub fn with_height(mut self, height: u32) -> Self {
        self.height = Some(height);
        self
    }

    /// Sets [`RenderOptions::focus`].
    #[must_use]
    pub fn with_focus(mut self, focus: Focus) -> Self {
        self.focus = focus;
        self
    }

    /// Sets [`RenderOptions::enlarge`].
    #[must_use]
    pub fn enlarged(mut self) -> Self {
        self.enlarge = true;
        self
    }

    /// Sets [`RenderOptions::background`] to red, green and blue.
    #[must_use]
    pub fn with_background(mut self, background: [u8; 3]) -> Self {
        self.background = Some(background);
        self
    }

    /// Sets [`RenderOptions::rotation`].
    #[must_use]
    pub fn with_rotation(mut self, rotation: Rotation) -> Self {
        self.rotation = rotation;
        self
    }

    /// Sets [`RenderOptions::flip`].
    #[must_use]
    pub fn with_flip(mut self, flip: Flip) -> Self {
        self.flip = Some(flip);
        self
    }

    /// Sets [`RenderOptions::blur`].
    #[must_use]
    pub fn with_blur(mut self, sigma: f32) -> Self {
        self.blur = Some(sigma);
        self
    }

    /// Sets [`RenderOptions::sharpen`].
    #[must_use]
    pub fn with_sharpen(mut self, sigma: f32) -> Self {
        self.sharpen = Some(sigma);
        self
    }

    /// Sets [`RenderOptions::encoding`].
    #[must_use]
    pub fn with_encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Sets [`RenderOptions::quality`].
    #[must_use]
    pub fn with_quality(mut self, quality: u8) -> Self {
        self.quality = quality;
        self
    }

    /// Refuses values outside their ranges.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let refuse = |option, reason: String| Err(Error::InvalidOption { option, reason });
        for (option, side) in [("width", self.width), ("height", self.height)] {
            if let Some(side) = side.filter(|side| !(1..=MAX_SIDE).contains(side)) {
                return refuse(option, format!("`{side}` is outside 1 to {MAX_SIDE} pixels"));
            }
        }
        if let Focus::Point { x, y } = self.focus
            && !((0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y))
        {
            return refuse("focus", format!("`{x},{y}` is outside 0 to 1"));
        }
        if let Some(sigma) = self.blur.filter(|sigma| !(0.3..=100.0).contains(sigma)) {
            return refuse("blur", format!("`{sigma}` is outside 0.3 to 100"));
        }
        if let Some(sigma) = self.sharpen.filter(|sigma| !(0.0..=10.0).contains(sigma)) {
            return refuse("sharpen", format!("`{sigma}` is outside 0 to 10"));
        }
        if !(1..=100).contains(&self.quality) {
            return refuse("quality", format!("`{}` is outside 1 to 100", self.quality));
        }
        Ok(())
    }

    /// Rotation and flip as one.
    pub(crate) fn turn(&self) -> Orientation {
        use Orientation as O;
        match (self.rotation, self.flip) {
            (Rotation::None, None) => O::Normal,
            (Rotation::None, Some(Flip::Horizontal)) | (Rotation::Clockwise180, Some(Flip::Vertical)) => {
                O::FlipHorizontal
            }
            (Rotation::None, Some(Flip::Vertical)) | (Rotation::Clockwise180, Some(Flip::Horizontal)) => {
                O::FlipVertical
            }
            (Rotation::Clockwise90, None) => O::Rotate90,
            (Rotation::Clockwise180, None) => O::Rotate180,
            (Rotation::Clockwise270, None) => O::Rotate270,
            (Rotation::Clockwise90, Some(Flip::Horizontal)) | (Rotation::Clockwise270, Some(Flip::Vertical)) => {
                O::Transpose
            }
            (Rotation::Clockwise90, Some(Flip::Vertical)) | (Rotation::Clockwise270, Some(Flip::Horizontal)) => {
                O::Transverse
            }
        }
    }

    /// The deviation of the unsharp mask, if there is one.
    pub(crate) fn sharpening(&self) -> Option<f32> {
        self.sharpen.filter(|sigma| *sigma > 0.0)
    }
}

/// How a picture fills its box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Fit {
    /// The whole image, as large as fits into the box.
    #[default]
    Inside,
    /// Fills the box; what sticks out is cut off. Of an image that is too small and must not be
    /// enlarged, the largest part of the box's shape.
    Cover,
    /// As [`Fit::Inside`], in the middle of a canvas of the box's sides.
    Contain,
    /// Stretched to the box.
    Fill,
}

/// What has to be in view when something is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Focus {
    /// The middle.
    #[default]
    Center,
    /// A point of the upright image before rotation, from 0, 0 at the top left to 1, 1; it comes as
    /// near to the middle as it can.
    Point {
        /// From the left to the right.
        x: f32,
        /// From the top to the bottom.
        y: f32,
    },
    /// The region that draws the most attention: edges, colours that stand out, and skin.
    Smart,
}

/// How far an image is turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Rotation {
    /// Not at all.
    #[default]
    None,
    /// By 90° clockwise.
    Clockwise90,
    /// Upside down.
    Clockwise180,
    /// By 270° clockwise.
    Clockwise270,
}

/// How an image is mirrored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flip {
    /// Left becomes right.
    Horizontal,
    /// Top becomes bottom.
    Vertical,
}

/// What to save pictures as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Encoding {
    /// JPEG for opaque images, PNG for images in which anything is transparent.
    #[default]
    Auto,
    /// JPEG for all; what is transparent shows the background.
    Jpeg,
    /// PNG for all, without loss.
    Png,
    /// Lossy WebP for all, with alpha where anything is transparent.
    WebP,
}

/// What a picture was saved as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutputFormat {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
}

impl OutputFormat {
    /// Returns the file name extension without its dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
        }
    }

    /// Returns the media type.
    #[must_use]
    pub const fn mime_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }
}
