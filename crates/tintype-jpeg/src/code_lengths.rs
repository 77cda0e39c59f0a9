//! The Huffman table that makes given symbols shortest (ITU-T T.81, K.2).

use crate::codes::Definition;

/// Longer codes than JPEG allows occur on the way.
const MAX_LENGTH: usize = 64;

impl Definition {
    /// The best table for symbols that occur as often as `counts` says. Symbols that do not occur
    /// get no code.
    pub(crate) fn optimal(counts: &[u32; 256]) -> Self {
        let lengths = code_lengths(counts);
        let mut of_length = [0usize; MAX_LENGTH + 1];
        for &length in &lengths {
            of_length[length] += 1;
        }
        shorten(&mut of_length);
        // The code that must not be used, all ones, is the last of the longest.
        if let Some(longest) = (1..=16).rev().find(|&length| of_length[length] > 0) {
            of_length[longest] -= 1;
        }
        let mut symbols: Vec<u8> = (0..=255).filter(|&symbol| lengths[usize::from(symbol)] > 0).collect();
        symbols.sort_by_key(|&symbol| lengths[usize::from(symbol)]);
        Self { counts: std::array::from_fn(|i| of_length[i + 1] as u8), symbols }
    }
}

/// Length of each symbol's code, and last that of the code that must not be used; 0 for symbols
/// without one.
fn code_lengths(counts: &[u32; 256]) -> [usize; 257] {
    let mut frequencies = [0u64; 257];
    for (frequency, &count) in frequencies.iter_mut().zip(counts) {
        *frequency = count.into();
    }
    frequencies[256] = 1;
    let mut lengths = [0; 257];
    // The next symbol of the same subtree.
    let mut others = [None; 257];
    loop {
        // The rarest two; of equals the ones with the highest numbers, so that the last symbol gets
        // the longest code.
        let rarest = |but: Option<usize>| {
            (0..257).rev().filter(|&i| frequencies[i] > 0 && Some(i) != but).min_by_key(|&i| frequencies[i])
        };
        let first = rarest(None);
        let (Some(first), Some(second)) = (first, rarest(first)) else {
            return lengths;
        };
        frequencies[second] += frequencies[first];
        frequencies[first] = 0;
        let mut last = second;
        for start in [second, first] {
            let mut at = Some(start);
            while let Some(symbol) = at {
                lengths[symbol] += 1;
                if start == second {
                    last = symbol;
                }
                at = others[symbol];
            }
        }
        others[last] = Some(first);
    }
}

/// Makes codes of at most 16 bits: pairs of the longest are taken apart (figure K.3).
fn shorten(of_length: &mut [usize; MAX_LENGTH + 1]) {
    for length in (17..=MAX_LENGTH).rev() {
        while of_length[length] > 0 {
            let Some(shorter) = (1..length - 1).rev().find(|&shorter| of_length[shorter] > 0) else {
                return;
            };
            of_length[length] -= 2;
            of_length[length - 1] += 1;
            of_length[shorter + 1] += 2;
            of_length[shorter] -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Codes;

    #[test]
    fn frequent_symbols_get_short_codes_and_none_is_all_ones() {
        let mut counts = [0; 256];
        // Fibonacci numbers make the longest codes.
        let (mut a, mut b) = (1, 1);
        for count in counts.iter_mut().skip(3).take(30) {
            *count = a;
            (a, b) = (b, a + b);
        }
        let definition = Definition::optimal(&counts);
        assert_eq!(definition.symbols.len(), 30);
        assert!(definition.symbols[..2].contains(&32));
        assert_eq!(definition.counts.iter().map(|&n| usize::from(n)).sum::<usize>(), 30);
        let codes = Codes::new(&definition).unwrap();
        assert_eq!(codes.symbol(u64::MAX), None);
    }

    #[test]
    fn one_symbol_or_none_is_a_table_too() {
        let mut counts = [0; 256];
        assert_eq!(Definition::optimal(&counts).symbols, []);
        counts[7] = 100;
        let definition = Definition::optimal(&counts);
        assert_eq!((definition.counts[0], definition.symbols), (1, vec![7]));
    }

    #[test]
    fn all_symbols_have_codes_of_sixteen_bits_at_most() {
        let counts = std::array::from_fn(|i| 1 << (i / 9));
        let definition = Definition::optimal(&counts);
        assert_eq!(definition.symbols.len(), 256);
        let total: u64 = (1..).zip(definition.counts).map(|(length, n)| u64::from(n) << (16 - length)).sum();
        assert!(total < 1 << 16);
    }
}
