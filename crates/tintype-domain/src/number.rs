/// A decimal number as the whole numbers on either side of it, so that `size_min=1.5` means at
/// least 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number {
    pub(crate) floor: i64,
    pub(crate) ceil: i64,
}

impl Number {
    /// Parses what Django's `DecimalField` takes: a sign, digits, a fraction, an exponent, spaces
    /// around. Values out of range are clamped, which changes no comparison with a stored value.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::parse_times(text, 1)
    }

    /// Parses the same, and multiplies it.
    pub(crate) fn parse_times(text: &str, factor: u32) -> Option<Self> {
        let text = text.trim();
        if let Ok(whole) = text.parse::<i64>() {
            let whole = whole.saturating_mul(factor.into());
            return Some(Self { floor: whole, ceil: whole });
        }
        // `f64` alone would take `inf`, `nan` and the like.
        let plausible = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
        let value = text.parse::<f64>().ok().filter(|_| plausible)? * f64::from(factor);
        // A cast from `f64` to an integer saturates.
        Some(Self { floor: value.floor() as i64, ceil: value.ceil() as i64 })
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn takes_decimals_and_refuses_words() {
        let parsed = |text| Number::parse(text).map(|n| (n.floor, n.ceil));
        assert_eq!(parsed(" 12 "), Some((12, 12)));
        assert_eq!(parsed("-3"), Some((-3, -3)));
        assert_eq!(parsed("1.5"), Some((1, 2)));
        assert_eq!(parsed("1e3"), Some((1000, 1000)));
        assert_eq!(parsed("99999999999999999999"), Some((i64::MAX, i64::MAX)));
        let millis = |text| Number::parse_times(text, 1000).map(|n| (n.floor, n.ceil));
        assert_eq!(millis("1.5"), Some((1500, 1500)));
        assert_eq!(millis("0.0005"), Some((0, 1)));
        assert_eq!(millis("9223372036854775807"), Some((i64::MAX, i64::MAX)));
        for text in ["", "abc", "1 OR 1=1", "inf", "NaN", "0x10", "--1", "1,5", "e"] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }
}
