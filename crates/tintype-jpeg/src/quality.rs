//! An estimate of the quality setting that a file was written with.

/// The luma quantisation table of the standard's annex K, natural order. libjpeg's quality settings
/// are this table, scaled.
const LUMA: [u16; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
    87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
];

/// The quality setting of libjpeg (`jpeg_quality_scaling`) whose table has the same sum.
pub(crate) fn estimate_quality(table: &[u16; 64]) -> u8 {
    let sum: u32 = table.iter().map(|&q| u32::from(q)).sum();
    (1..=100u8)
        .min_by_key(|&quality| {
            let percent = match u32::from(quality) {
                q @ ..50 => 5000 / q,
                q => 200 - 2 * q,
            };
            let scaled: u32 = LUMA.iter().map(|&q| ((u32::from(q) * percent + 50) / 100).clamp(1, 255)).sum();
            scaled.abs_diff(sum)
        })
        .unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_table_is_quality_50() {
        assert_eq!(estimate_quality(&LUMA), 50);
        assert_eq!(estimate_quality(&[1; 64]), 100);
        assert_eq!(estimate_quality(&[255; 64]), 1);
    }

    #[test]
    fn a_scaled_table_gives_its_setting() {
        // Quality 75 halves every entry.
        assert_eq!(estimate_quality(&LUMA.map(|q| (q * 50 + 50) / 100)), 75);
    }
}
