use std::fmt;

/// How an image stores its colours, by the names of the Python library Pillow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColourMode {
    /// `1`: one bit, black and white.
    Bilevel,
    /// `L`: eight-bit grey.
    Grey,
    /// `LA`: eight-bit grey with alpha.
    GreyAlpha,
    /// `P`: an index into a palette.
    Palette,
    /// `PA`: an index into a palette, with alpha.
    PaletteAlpha,
    /// `RGB`: eight bits each.
    Rgb,
    /// `RGBA`: eight bits each.
    Rgba,
    /// `RGBX`: RGB with a fourth sample that means nothing.
    Rgbx,
    /// `CMYK`: inks.
    Cmyk,
    /// `YCbCr`: luminance and two colour differences.
    YCbCr,
    /// `LAB`: CIE L\*a\*b\*.
    Lab,
    /// `I;16`: sixteen-bit grey.
    Grey16,
    /// `I;16B`: sixteen-bit grey, big-endian.
    Grey16BigEndian,
    /// `I`: 32-bit integer grey.
    Integer,
    /// `F`: 32-bit floating-point grey.
    Float,
}

impl ColourMode {
    /// Returns Pillow's name, such as `RGB` or `I;16`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bilevel => "1",
            Self::Grey => "L",
            Self::GreyAlpha => "LA",
            Self::Palette => "P",
            Self::PaletteAlpha => "PA",
            Self::Rgb => "RGB",
            Self::Rgba => "RGBA",
            Self::Rgbx => "RGBX",
            Self::Cmyk => "CMYK",
            Self::YCbCr => "YCbCr",
            Self::Lab => "LAB",
            Self::Grey16 => "I;16",
            Self::Grey16BigEndian => "I;16B",
            Self::Integer => "I",
            Self::Float => "F",
        }
    }
}

impl fmt::Display for ColourMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
