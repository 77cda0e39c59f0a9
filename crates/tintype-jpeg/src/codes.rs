//! Huffman codes (ITU-T T.81, annex C and F.2.2.3).

/// Bits that the table of single symbols looks at.
pub(crate) const ONE_BITS: u32 = 10;

/// A table as a DHT segment gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Definition {
    /// How many codes there are of each length from 1 to 16.
    pub(crate) counts: [u8; 16],
    /// The symbols in the order of their codes, at most 256.
    pub(crate) symbols: Vec<u8>,
}

/// The codes of a table: single symbols by their first bits, and longer ones by range.
pub(crate) struct Codes {
    /// Length << 8 | symbol by the next [`ONE_BITS`] bits; 0 for longer and for invalid codes.
    pub(crate) one: [u16; 1 << ONE_BITS],
    /// One more than the last code of each length, left-aligned in 16 bits.
    limit: [u32; 17],
    /// What to add to a code of each length for the index of its symbol.
    delta: [i32; 17],
    symbols: [u8; 256],
}

impl Codes {
    /// None when there are more codes of some length than can exist.
    pub(crate) fn new(definition: &Definition) -> Option<Self> {
        let mut codes = Self { one: [0; 1 << ONE_BITS], limit: [0; 17], delta: [0; 17], symbols: [0; 256] };
        codes.symbols.get_mut(..definition.symbols.len())?.copy_from_slice(&definition.symbols);
        let (mut code, mut index) = (0u32, 0usize);
        for (length, &count) in (1u32..).zip(&definition.counts) {
            codes.delta[length as usize] = index as i32 - code as i32;
            for _ in 0..count {
                let symbol = *definition.symbols.get(index)?;
                if length <= ONE_BITS {
                    let first = (code << (ONE_BITS - length)) as usize;
                    let last = ((code + 1) << (ONE_BITS - length)) as usize;
                    codes.one.get_mut(first..last)?.fill((length as u16) << 8 | u16::from(symbol));
                }
                code += 1;
                index += 1;
            }
            if code > 1 << length {
                return None;
            }
            codes.limit[length as usize] = code << (16 - length);
            code <<= 1;
        }
        Some(codes)
    }

    /// Length and symbol of the code at the top of `buf`; None when there is no such code.
    #[inline(always)]
    pub(crate) fn symbol(&self, buf: u64) -> Option<(u32, u8)> {
        let one = self.one[(buf >> (64 - ONE_BITS)) as usize];
        if one != 0 {
            return Some((u32::from(one >> 8), one as u8));
        }
        self.long_symbol(buf)
    }

    #[cold]
    #[inline(never)]
    fn long_symbol(&self, buf: u64) -> Option<(u32, u8)> {
        let next = (buf >> 48) as u32;
        let length = (ONE_BITS + 1..=16).find(|&l| next < self.limit[l as usize])?;
        let index = (next >> (16 - length)) as i32 + self.delta[length as usize];
        Some((length, self.symbols[(index & 255) as usize]))
    }
}

/// The value of `size` extra bits `bits` (T.81, F.2.2.1, EXTEND).
#[inline(always)]
pub(crate) fn extend(bits: u32, size: u32) -> i32 {
    // The topmost bit says whether the value is positive; a negative one is stored minus one.
    let negative = (bits >> (size.wrapping_sub(1) & 31) & 1).wrapping_sub(1);
    bits as i32 + (negative & (u32::MAX << (size & 31)).wrapping_add(1)) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(counts: &[u8], symbols: &[u8]) -> Definition {
        let mut definition = Definition { counts: [0; 16], symbols: symbols.to_vec() };
        definition.counts[..counts.len()].copy_from_slice(counts);
        definition
    }

    #[test]
    fn codes_of_every_length_are_found() {
        // One code of each length: 0, 10, 110 and so on.
        let codes = Codes::new(&definition(&[1; 16], &(100..116).collect::<Vec<_>>())).unwrap();
        for length in 1..=16u32 {
            let buf = !(u64::MAX >> (length - 1)) | u64::MAX >> length >> 1;
            assert_eq!(codes.symbol(buf), Some((length, 99 + length as u8)));
        }
        assert_eq!(codes.symbol(u64::MAX), None);
    }

    #[test]
    fn more_codes_than_can_be_are_refused() {
        assert!(Codes::new(&definition(&[3], &[1, 2, 3])).is_none());
        assert!(Codes::new(&definition(&[1, 3], &[1, 2, 3, 4])).is_none());
        assert!(Codes::new(&definition(&[1, 2], &[1, 2, 3])).is_some());
        assert!(Codes::new(&definition(&[1, 2], &[1, 2])).is_none());
    }

    #[test]
    fn extension_is_the_standards() {
        for size in 1..=11u32 {
            for bits in 0..1u32 << size {
                let value = bits as i32;
                let expected = if value < 1 << (size - 1) { value - (1 << size) + 1 } else { value };
                assert_eq!(extend(bits, size), expected);
            }
        }
        assert_eq!(extend(0, 0), 0);
    }
}
