//! Quality settings: libjpeg's scale from 1 to 100, which every user of JPEG means.

/// The quantisation table for chroma of the standard's annex K, natural order.
const CHROMA: [u16; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99,
];

/// The quantisation table for luma of the standard's annex K, natural order. libjpeg's quality
/// settings are this table, scaled.
const LUMA: [u16; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
    87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
];

/// The tables for luma and chroma at a quality setting, 1 to 100 (libjpeg's
/// `jpeg_quality_scaling`).
pub(crate) fn tables(quality: u8) -> [[u16; 64]; 2] {
    [LUMA, CHROMA].map(|table| scaled(&table, quality))
}

fn scaled(table: &[u16; 64], quality: u8) -> [u16; 64] {
    let percent = match u32::from(quality.clamp(1, 100)) {
        q @ ..50 => 5000 / q,
        q => 200 - 2 * q,
    };
    table.map(|q| ((u32::from(q) * percent + 50) / 100).clamp(1, 255) as u16)
}

/// The quality setting whose table for luma has the same sum.
pub(crate) fn estimate_quality(table: &[u16; 64]) -> u8 {
    let sum = |table: &[u16; 64]| table.iter().map(|&q| u32::from(q)).sum::<u32>();
    let wanted = sum(table);
    (1..=100u8).min_by_key(|&quality| sum(&scaled(&LUMA, quality)).abs_diff(wanted)).unwrap_or(100)
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
