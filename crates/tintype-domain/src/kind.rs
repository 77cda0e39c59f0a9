use std::fmt;
use std::str::FromStr;

/// A name that is not one of a fixed set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a known {what}")]
pub struct UnknownName {
    pub(crate) what: &'static str,
    pub(crate) name: String,
}

/// An enum of fixed names: the enum, `ALL`, `as_str`, `Display` and `FromStr` from one table.
macro_rules! named {
    ($(#[$doc:meta])* $type:ident, $what:literal, { $($(#[$vdoc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type {
            $($(#[$vdoc])* $variant,)*
        }

        impl $type {
            /// Every value, in the order of their definition.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Returns the name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $type {
            type Err = UnknownName;

            fn from_str(name: &str) -> Result<Self, UnknownName> {
                match name {
                    $($name => Ok(Self::$variant),)*
                    _ => Err(UnknownName { what: $what, name: name.to_owned() }),
                }
            }
        }
    };
}
pub(crate) use named;

named!(
    /// What sort of file it is; the `type` of the file object.
    Kind, "type", {
        /// A picture, raster or vector.
        Image = "image",
        /// Moving pictures.
        Video = "video",
        /// Sound alone.
        Audio = "audio",
        /// A PDF document.
        Pdf = "pdf",
        /// A text document of a word processor, or a book.
        Document = "document",
        /// A table of numbers.
        Spreadsheet = "spreadsheet",
        /// Slides.
        Presentation = "presentation",
        /// Plain text and source code.
        Text = "text",
        /// An archive or a compressed file.
        Compressed = "compressed",
        /// Anything else.
        Other = "other",
    }
);

named!(
    /// The colour mode of a stored image, by its [Pillow name].
    ///
    /// [Pillow name]: https://pillow.readthedocs.io/en/stable/handbook/concepts.html#modes
    ColourMode, "colour mode", {
        /// One bit a pixel.
        Bilevel = "1",
        /// Grey, 8 bit.
        L = "L",
        /// Grey with alpha, 8 bit each.
        La = "LA",
        /// Grey with premultiplied alpha.
        LaPremultiplied = "La",
        /// Palette.
        P = "P",
        /// Palette with alpha.
        Pa = "PA",
        /// Red, green, blue, 8 bit each.
        Rgb = "RGB",
        /// Red, green, blue, padding.
        Rgbx = "RGBX",
        /// Red, green, blue, alpha.
        Rgba = "RGBA",
        /// Red, green, blue, premultiplied alpha.
        RgbaPremultiplied = "RGBa",
        /// Cyan, magenta, yellow, black.
        Cmyk = "CMYK",
        /// Luma and two chroma channels.
        YCbCr = "YCbCr",
        /// CIE L*a*b*.
        Lab = "LAB",
        /// Hue, saturation, value.
        Hsv = "HSV",
        /// Grey, 16 bit.
        I16 = "I;16",
        /// Grey, 16 bit, big endian.
        I16B = "I;16B",
        /// Grey, 32 bit signed.
        I = "I",
        /// Grey, 32 bit floating point.
        F = "F",
    }
);
