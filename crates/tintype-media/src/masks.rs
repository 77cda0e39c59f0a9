//! Pixels whose samples are bits of one number.

/// Returns red, green, blue and alpha by their masks, each spread over eight bits; 0 for an empty
/// mask.
pub(crate) fn colour(value: u32, masks: [u32; 4]) -> [u8; 4] {
    masks.map(|mask| match mask.trailing_zeros() {
        32 => 0,
        // At most 255.
        shift => (u64::from((value & mask) >> shift) * 255 / u64::from(mask >> shift)) as u8,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_any_width_fill_their_range() {
        assert_eq!(colour(0x7FFF, [0x7C00, 0x03E0, 0x001F, 0x8000]), [255, 255, 255, 0]);
        assert_eq!(colour(0x80FF_0010, [0xFF_0000, 0xFF00, 0xFF, 0xFF00_0000]), [255, 0, 16, 128]);
        assert_eq!(colour(u32::MAX, [u32::MAX, 0, 0, 0]), [255, 0, 0, 0]);
    }
}
