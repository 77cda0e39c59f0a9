use std::fmt;

/// A number of bytes as people read it: binary multiples with the units `B KB MB GB TB`, at most
/// two decimals, no trailing zeros.
///
/// ```
/// use tintype_domain::HumanSize;
/// assert_eq!(HumanSize(512).to_string(), "512 B");
/// assert_eq!(HumanSize(1024).to_string(), "1 KB");
/// assert_eq!(HumanSize(2_621_440).to_string(), "2.5 MB");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HumanSize(pub u64);

const UNITS: [&str; 5] = ["B", "KB", "MB", "GB", "TB"];

impl fmt::Display for HumanSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = u128::from(self.0);
        let hundredths = |unit: usize| {
            let divisor = 1u128 << (10 * unit);
            (bytes * 100 + divisor / 2) / divisor
        };
        // Rounded first, so that one byte less than a mebibyte is `1 MB` and not `1024 KB`.
        let unit = (0..UNITS.len() - 1).find(|&unit| hundredths(unit) < 102_400).unwrap_or(UNITS.len() - 1);
        let value = hundredths(unit);
        write!(f, "{}", value / 100)?;
        match value % 100 {
            0 => {}
            cents if cents % 10 == 0 => write!(f, ".{}", cents / 10)?,
            cents => write!(f, ".{cents:02}")?,
        }
        write!(f, " {}", UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::HumanSize;

    #[test]
    fn has_at_most_two_decimals_and_no_trailing_zeros() {
        for (bytes, text) in [
            (0, "0 B"),
            (1, "1 B"),
            (1023, "1023 B"),
            (1024, "1 KB"),
            (1025, "1 KB"),
            (1034, "1.01 KB"),
            (1536, "1.5 KB"),
            (1_728_593, "1.65 MB"),
            (1_048_575, "1 MB"),
            (1_048_576, "1 MB"),
            (3 << 30, "3 GB"),
            (5 << 40, "5 TB"),
            (5 << 50, "5120 TB"),
            (u64::MAX, "16777216 TB"),
        ] {
            assert_eq!(HumanSize(bytes).to_string(), text);
        }
    }
}
