/// How large the decoded planes are, compared with the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Scale {
    /// 1/8: one sample of each block.
    Eighth,
    /// 1/4: 2 × 2 samples of each block.
    Quarter,
    /// 3/8: 3 × 3 samples of each block.
    ThreeEighths,
    /// 1/2: 4 × 4 samples of each block.
    Half,
    /// 5/8: 5 × 5 samples of each block.
    FiveEighths,
    /// 3/4: 6 × 6 samples of each block.
    ThreeQuarters,
    /// 1/1: all 8 × 8 samples of each block.
    #[default]
    Full,
}

impl Scale {
    /// All scales, from small to large.
    pub const ALL: [Self; 7] = [
        Self::Eighth,
        Self::Quarter,
        Self::ThreeEighths,
        Self::Half,
        Self::FiveEighths,
        Self::ThreeQuarters,
        Self::Full,
    ];

    /// Samples per side of a block: 1, 2, 3, 4, 5, 6 or 8.
    #[must_use]
    pub const fn block_side(self) -> u32 {
        match self {
            Self::Eighth => 1,
            Self::Quarter => 2,
            Self::ThreeEighths => 3,
            Self::Half => 4,
            Self::FiveEighths => 5,
            Self::ThreeQuarters => 6,
            Self::Full => 8,
        }
    }

    /// The smallest scale at which `width` × `height` pixels still give at least `min_width` ×
    /// `min_height`, or full scale when none does.
    ///
    /// ```
    /// use tintype_jpeg::Scale;
    /// assert_eq!(Scale::at_least((4000, 3000), (1080, 810)), Scale::ThreeEighths);
    /// assert_eq!(Scale::at_least((640, 480), (1080, 810)), Scale::Full);
    /// ```
    #[must_use]
    pub fn at_least((width, height): (u32, u32), (min_width, min_height): (u32, u32)) -> Self {
        Self::ALL
            .into_iter()
            .find(|scale| scale.apply(width) >= min_width && scale.apply(height) >= min_height)
            .unwrap_or(Self::Full)
    }

    /// A side of `pixels` at this scale, rounded up.
    #[must_use]
    pub const fn apply(self, pixels: u32) -> u32 {
        (pixels as u64 * self.block_side() as u64).div_ceil(8) as u32
    }
}
