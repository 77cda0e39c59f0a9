//! Pictures that are made of one image in one go: how large it has to be decoded, what that takes,
//! and whether it may be taken.

use crate::decoding::{FIXED_BYTES, Keep, cost_of_rows};
use crate::descriptor::Decoding;
use crate::header::Header;
use crate::options::{Encoding, Fit, RenderOptions};
use crate::placement::Placement;
use crate::{Error, Format, Isolation, Limits};

/// More pixels than anybody decodes. Up to here, sums of what they take stay within 64 bits.
const MOST_PIXELS: u64 = 1 << 40;

/// What is wanted of one image, placed.
pub(crate) struct Batch<'a> {
    pub(crate) header: &'a Header,
    pub(crate) wanted: &'a [RenderOptions],
    /// One for each of `wanted`.
    pub(crate) placements: Vec<Placement>,
    /// The sides of the upright image that all can be made of.
    pub(crate) decoded: (u32, u32),
    pub(crate) keep: Keep,
}

impl<'a> Batch<'a> {
    pub(crate) fn new(header: &'a Header, wanted: &'a [RenderOptions]) -> Self {
        let image = header.orientation.displayed(header.width, header.height);
        let placements: Vec<_> =
            wanted.iter().map(|options| Placement::new(image, header.is_drawing, options)).collect();
        let decoded = placements.iter().fold((1, 1), |(width, height): (u32, u32), placement| {
            (width.max(placement.decoded.0), height.max(placement.decoded.1))
        });
        let keep = if wanted.iter().any(is_exact) { Keep::Pixels } else { Keep::Planes };
        Self { header, wanted, placements, decoded, keep }
    }

    /// Returns the sides to decode to, before orientation.
    pub(crate) fn stored(&self) -> (u32, u32) {
        self.header.orientation.displayed(self.decoded.0, self.decoded.1)
    }

    /// Refuses what is not possible, or what the limits forbid.
    pub(crate) fn admit(&self, limits: &Limits, isolation: &Isolation) -> Result<(), Error> {
        self.wanted.iter().try_for_each(RenderOptions::check)?;
        if !cfg!(feature = "webp") && self.wanted.iter().any(|options| options.encoding == Encoding::WebP) {
            return Err(missing(Format::WebP, "webp"));
        }
        let header = self.header;
        match header.format.descriptor().decoding {
            Decoding::Never => {
                return Err(Error::unsupported(header.format, format!("`{}` cannot be decoded", header.format)));
            }
            Decoding::Missing { feature } => return Err(missing(header.format, feature)),
            Decoding::Isolated { .. } if *isolation == Isolation::None => return Err(no_process(header.format)),
            _ => {}
        }
        // A drawing has no pixels but those that are drawn.
        if header.pixels() > limits.max_pixels && !header.is_drawing {
            return Err(Error::TooManyPixels { limit: limits.max_pixels, actual: header.pixels() });
        }
        let needed = self.cost();
        if needed > limits.max_alloc_bytes {
            return Err(Error::TooMuchMemory { limit: limits.max_alloc_bytes, actual: needed });
        }
        Ok(())
    }

    /// Returns an upper estimate in bytes of the peak memory of making the pictures.
    pub(crate) fn cost(&self) -> u64 {
        match self.decoding_cost() {
            u64::MAX => u64::MAX,
            decoding => decoding.max(self.finishing_cost()).saturating_add(self.encoder_cost()),
        }
    }

    /// Returns the same for decoding, and for resizing and encoding what is just that.
    pub(crate) fn decoding_cost(&self) -> u64 {
        let stored = self.stored();
        let stored = u64::from(stored.0) * u64::from(stored.1);
        let pixels = if self.header.is_drawing { stored } else { self.header.pixels().max(stored) };
        if pixels > MOST_PIXELS {
            return u64::MAX;
        }
        match self.header.format.descriptor().decoding {
            Decoding::Never | Decoding::Missing { .. } => cost_of_rows(self.header, self.stored()),
            Decoding::Frame { cost, .. } | Decoding::Picture { cost, .. } | Decoding::Isolated { cost, .. } => {
                cost(self.header, self.stored())
            }
        }
    }

    /// Returns the memory that a decoder's process may take. It is more than the estimate where a
    /// header does not tell everything, as far as the limits allow: noise, layers and splines of
    /// JPEG XL take further channels of 32 bits.
    pub(crate) fn decoding_limit(&self, limits: &Limits) -> u64 {
        const MOST_OF_JXL: u64 = 3;
        let cost = self.decoding_cost();
        let most = if self.header.format == Format::Jxl { cost.saturating_mul(MOST_OF_JXL) } else { cost };
        most.min(limits.max_alloc_bytes).max(cost)
    }

    /// Returns the same for everything else that is done to a decoded image; 0 if that is nothing.
    fn finishing_cost(&self) -> u64 {
        let has_pixels = self.keep == Keep::Pixels || self.header.samples.has_alpha();
        let channels = self.header.samples.channels() as u64;
        // Samples of four bytes, or three planes.
        let bytes = if has_pixels { 4 * channels } else { 3 };
        let area = |sides: (u32, u32)| u64::from(sides.0) * u64::from(sides.1);
        let work = |(options, placement): (&RenderOptions, &Placement)| {
            if placement.is_plain() && !has_effects(options) && self.keep == Keep::Planes {
                return 0;
            }
            let (decoded, part, made) = (area(placement.decoded), area(placement.part), area(placement.sides()));
            // Resized across, but not yet down, and the weights for it.
            let between = u64::from(placement.part.0) * u64::from(placement.decoded.1);
            let weights = 200 * (u64::from(placement.part.0) + u64::from(placement.part.1));
            let resizing = (decoded + part + between) * bytes + weights;
            let effects = if has_effects(options) { 3 * part * if has_pixels { bytes } else { 1 } } else { 0 };
            // Pixels, planes that are made of them, and the file.
            let encoding = made * if has_pixels || options.fit == Fit::Contain { 14 } else { 6 };
            resizing + part * bytes + effects + encoding
        };
        match self.wanted.iter().zip(&self.placements).map(work).max() {
            None | Some(0) => 0,
            Some(work) => (area(self.decoded) * bytes).saturating_add(work).saturating_add(FIXED_BYTES),
        }
    }

    /// Returns what libwebp works on while it encodes, and the planes that it is given. Alpha is a
    /// lossless picture, whose encoder looks for repetitions.
    fn encoder_cost(&self) -> u64 {
        let bytes = |(options, placement): (&RenderOptions, &Placement)| {
            if options.encoding != Encoding::WebP {
                return 0;
            }
            let has_alpha = self.header.samples.has_alpha() || has_clear_canvas(options);
            let (width, height) = placement.sides();
            u64::from(width) * u64::from(height) * if has_alpha { 34 } else { 5 }
        };
        self.wanted.iter().zip(&self.placements).map(bytes).max().unwrap_or(0)
    }
}

/// Says why a format that needs a process of its own cannot be decoded.
pub(crate) fn no_process(format: Format) -> Error {
    Error::unsupported(format, format!("`{format}` is decoded in a process of its own, and none was given"))
}

/// Says why a format cannot be decoded that other builds of this crate can.
pub(crate) fn missing(format: Format, feature: &str) -> Error {
    Error::unsupported(format, format!("this program was built without the feature `{feature}`"))
}

fn has_effects(options: &RenderOptions) -> bool {
    options.blur.is_some() || options.sharpening().is_some()
}

/// Says whether something transparent may come around the picture.
fn has_clear_canvas(options: &RenderOptions) -> bool {
    options.fit == Fit::Contain && options.background.is_none() && options.encoding != Encoding::Jpeg
}

/// Says whether colours must not be rounded or thinned out on the way.
fn is_exact(options: &RenderOptions) -> bool {
    options.encoding == Encoding::Png || has_clear_canvas(options)
}
